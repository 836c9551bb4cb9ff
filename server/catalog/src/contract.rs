//! Contraction: from component to component through glue, the evidence of every step kept.

use std::collections::VecDeque;

use foreshock_model::{ComponentKind, Confidence, DependencyKind, Evidence, Plane, Shown};
use rustc_hash::FxHashSet;

use crate::Role;
use crate::graph::{Carried, Edge, Graph, GroupKey, Node, PLAIN};
use crate::limits::Limits;

/// A component instance reached from another through glue.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reached {
    pub(crate) to: usize,
    pub(crate) kind: DependencyKind,
    /// None where no row gives one.
    pub(crate) weight: Option<f64>,
    pub(crate) confidence: Confidence,
    pub(crate) plane: Plane,
    pub(crate) group: Option<GroupKey>,
    /// Only known from who may talk to whom.
    pub(crate) hint: bool,
    /// Whether an address handed over stands in the way.
    pub(crate) carried: Carried,
    pub(crate) evidence: Vec<Evidence>,
    pub(crate) shown: Shown,
    /// How the calls on this way are limited, where somebody says so.
    pub(crate) limits: Option<Limits>,
}

impl Reached {
    /// Puts a line before all that is known of it.
    pub(crate) fn begin_with(&mut self, line: Evidence) {
        self.evidence.insert(0, line);
        self.shown.call = self.shown.call.map(|call| call + 1);
    }
}

/// Steps that one start may take before only the shortest ways are looked for. Real stacks need a few dozen.
const BUDGET: usize = 5_000;

/// Hinted targets of one start beyond which a hint says nothing.
const VAGUE: usize = 12;

/// What is looked at, in this order; what an earlier tier finds hides the later ones.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tier {
    Sure,
    Granted,
    Hinted,
}

impl Tier {
    fn admits(self, edge: &Edge) -> bool {
        match self {
            Tier::Sure => !edge.hint && edge.confidence > Confidence::Guess,
            Tier::Granted => !edge.hint,
            Tier::Hinted => true,
        }
    }
}

/// Everything a component instance depends on: all ways of the connections that are sure, the shortest way for the rest.
pub(crate) fn reached(graph: &Graph<'_>, start: usize) -> Vec<Reached> {
    let origin = Way::at(Node { instance: start, port: PLAIN });
    let mut walk = Walk { graph, start, budget: BUDGET, found: Vec::new() };
    walk.every_way(&origin, &mut vec![origin.node]);
    let mut found = std::mem::take(&mut walk.found);
    let tiers: &[Tier] =
        if walk.budget == 0 { &[Tier::Sure, Tier::Granted, Tier::Hinted] } else { &[Tier::Granted, Tier::Hinted] };
    for tier in tiers {
        let known: FxHashSet<usize> = found.iter().map(|reached| reached.to).collect();
        // A rule that lets everything into everything tells nobody apart.
        let most = if *tier == Tier::Hinted { VAGUE } else { usize::MAX };
        walk.shortest_ways(*tier, &known, most);
        let new = walk.found.drain(..);
        if new.len() <= most {
            found.extend(new);
        }
    }
    if !watches(graph, start) {
        for way in found.iter_mut().filter(|way| way.carried == Carried::Address && graph.is_public(way.to)) {
            way.confidence = Confidence::Guess;
        }
    }
    found
}

/// Whether it is there to call others at the address that users call them by; everybody else who is given that tells it on.
fn watches(graph: &Graph<'_>, start: usize) -> bool {
    graph.row(start).is_some_and(|row| row.kind == Some(ComponentKind::Monitoring))
}

struct Walk<'g, 'a> {
    graph: &'g Graph<'a>,
    start: usize,
    budget: usize,
    found: Vec<Reached>,
}

/// A way so far.
#[derive(Clone)]
struct Way {
    node: Node,
    kind: DependencyKind,
    weight: Option<f64>,
    confidence: Confidence,
    plane: Plane,
    group: Option<GroupKey>,
    hint: bool,
    carried: Carried,
    evidence: Vec<Evidence>,
    shown: Shown,
    limits: Option<Limits>,
}

impl Way {
    fn at(node: Node) -> Way {
        Way {
            node,
            kind: DependencyKind::Requires,
            weight: None,
            confidence: Confidence::Certain,
            plane: Plane::Data,
            group: None,
            hint: false,
            carried: Carried::No,
            evidence: Vec::new(),
            shown: Shown::default(),
            limits: None,
        }
    }

    /// The limits of the calls on the way to the end of one more edge: those over it, and those that others keep for whoever calls what
    /// it leads to. `start` is the caller.
    fn limits_along(&self, edge: &Edge, graph: &Graph<'_>, start: usize) -> Option<Limits> {
        let own = edge.limits.as_deref();
        let mut limits = match (&self.limits, own) {
            (Some(so_far), Some(own)) => Some(so_far.clone().and(own)),
            (so_far, own) => so_far.clone().or_else(|| own.cloned()),
        };
        let by_name = edge.carried != Carried::No;
        if !(by_name || own.is_some()) || graph.role(edge.to.instance) != Role::Glue {
            return limits;
        }
        for said in graph.edges_from(edge.to).iter().filter(|said| said.of_callers) {
            let Some(said) = said.limits.as_deref() else { continue };
            let is_kept = |name| !by_name || graph.is_surely(start, name);
            if !said.callers.as_deref().is_none_or(is_kept) {
                continue;
            }
            // A proxy waits as its own routes say.
            let said = if by_name { said.clone() } else { said.timeless() };
            limits = Some(match limits {
                Some(so_far) => so_far.and(&said),
                None => said,
            });
        }
        limits
    }

    /// One step further: the weakest step decides.
    fn along(&self, edge: &Edge, graph: &Graph<'_>, start: usize) -> Way {
        let row = graph.row(edge.to.instance);
        let opens = row.is_some_and(|row| row.alternatives && row.role() == Role::Glue) && edge.to.port == PLAIN;
        let group =
            self.group.clone().or_else(|| edge.group.clone()).or_else(|| {
                opens.then(|| GroupKey { name: graph.address(edge.to.instance).into(), shares_load: true })
            });
        let mut evidence = self.evidence.clone();
        if evidence.last() != Some(&edge.evidence) {
            evidence.push(edge.evidence.clone());
        }
        // Whom an address or a name means is said there; what follows is how it leads to those behind.
        let names = edge.carried != Carried::No || row.is_some_and(|row| row.called.is_some() && row.alternatives);
        let call = if names { evidence.len().checked_sub(1) } else { self.shown.call };
        Way {
            node: edge.to,
            kind: self.kind.max(edge.kind),
            weight: match (self.weight, edge.weight) {
                (Some(so_far), Some(step)) => Some(so_far * step),
                (one, other) => one.or(other),
            },
            confidence: self.confidence.min(edge.confidence),
            plane: self.plane.max(edge.plane),
            group,
            hint: self.hint || edge.hint,
            carried: self.carried.max(edge.carried),
            evidence,
            shown: Shown { call, ..Shown::default() },
            limits: self.limits_along(edge, graph, start),
        }
    }

    fn arrived(self) -> Reached {
        let Way { node, kind, weight, confidence, plane, group, hint, carried, evidence, shown, limits } = self;
        Reached { to: node.instance, kind, weight, confidence, plane, group, hint, carried, evidence, shown, limits }
    }
}

impl Walk<'_, '_> {
    fn is_end(&self, node: Node) -> bool {
        node.port == PLAIN && self.graph.role(node.instance) == Role::Component
    }

    /// Depth first over all simple ways of sure edges, within the budget. Depth is bounded by the number of glue kinds
    /// in a row, not by the input's nesting; the path check keeps it finite.
    fn every_way(&mut self, way: &Way, path: &mut Vec<Node>) {
        const LONGEST: usize = 40;
        for edge in self.graph.edges_from(way.node) {
            if edge.of_callers || !Tier::Sure.admits(edge) || path.contains(&edge.to) || path.len() > LONGEST {
                continue;
            }
            if self.budget == 0 {
                return;
            }
            self.budget -= 1;
            let next = way.along(edge, self.graph, self.start);
            if self.is_end(edge.to) {
                if edge.to.instance != self.start {
                    self.found.push(next.arrived());
                }
                continue;
            }
            path.push(edge.to);
            self.every_way(&next, path);
            path.pop();
        }
    }

    /// Breadth first, each node once, to what is not known yet. Ends when more than `most` are found.
    fn shortest_ways(&mut self, tier: Tier, known: &FxHashSet<usize>, most: usize) {
        let origin = Way::at(Node { instance: self.start, port: PLAIN });
        let mut seen: FxHashSet<Node> = [origin.node].into_iter().collect();
        let mut queue = VecDeque::from([origin]);
        while let Some(way) = queue.pop_front() {
            for edge in self.graph.edges_from(way.node) {
                if edge.of_callers || !tier.admits(edge) || !seen.insert(edge.to) {
                    continue;
                }
                if !self.is_end(edge.to) {
                    queue.push_back(way.along(edge, self.graph, self.start));
                } else if !known.contains(&edge.to.instance) {
                    self.found.push(way.along(edge, self.graph, self.start).arrived());
                    if self.found.len() > most {
                        return;
                    }
                }
            }
        }
    }
}
