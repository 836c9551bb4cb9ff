//! The rules of the cascade as equations over events instead of over one set of faults: DOWN, at least OVERLOADED and
//! "a function is lost" of the components asked for, solved to their least fixpoint.
//!
//! The same equations are solved over decision diagrams (exact) and over probabilities (bounds). Degraded needs no
//! equation: nothing worse ever comes from it, and it costs no service by itself.
//!
//! "A function is lost" is monotone by construction: a component that is DOWN has lost its functions; an optional,
//! async or partial dependency, or one behind a breaker, loses a function when its target is DOWN; and a dependency
//! that is required without a breaker hands on what its target has lost. A group hands on what so many of its members
//! hand on that fewer than k are left.
//!
//! Most dependencies only say "or": what a component needs without a choice is walked through, and its equation is one
//! long "or" over all of that. Only what stands behind a choice (a group, a sum of weights, a hot caller) is an unknown
//! of its own. Cycles of plain requirements are gone that way.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use fixedbitset::FixedBitSet;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::Health;
use crate::diagram::bdd::{Bdd, Function, OverBudget};
use crate::diagram::holds::{Hold, Holds};
use crate::diagram::normal;
use crate::layout::arrays::{Edge, Layout, NO_GROUP};
use crate::layout::contribution::partials_too_heavy;
use crate::layout::strong::strong_of;

/// Events with the monotone operations on them.
pub(crate) trait Algebra {
    /// An event.
    type Event: Copy + PartialEq + Default;
    /// The impossible event.
    const NEVER: Self::Event;
    /// The certain event.
    const ALWAYS: Self::Event;
    /// At least one of them. Fastest when those of the last components come first.
    fn any(&mut self, events: &[Self::Event]) -> Result<Self::Event, OverBudget>;
    /// Both.
    fn both(&mut self, first: Self::Event, second: Self::Event) -> Result<Self::Event, OverBudget>;
    /// At least `count` of them.
    fn at_least(&mut self, count: u32, events: &[Self::Event]) -> Result<Self::Event, OverBudget>;
    /// The weights of those that happen sum to too much.
    fn too_heavy(&mut self, events: &[(u64, Self::Event)]) -> Result<Self::Event, OverBudget>;
    /// What stands for an event that is a module (see [`Plan::modular`]): itself, or something shorter.
    fn module(&mut self, event: Self::Event) -> Result<Self::Event, OverBudget> {
        Ok(event)
    }
    /// How a cycle is solved.
    const CYCLES: Cycles;
}

/// How a cycle is solved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cycles {
    /// Round by round from never, until nothing changes.
    Iterate,
    /// Round by round from never, a few rounds: what is found is there, more may be.
    IterateFew,
    /// All that could make any member fail is taken together: no less than the truth.
    Merge,
}

const FEW_ROUNDS: usize = 16;
/// What is left out may show more that can be: so often it is looked for.
const SIMPLIFIED: usize = 4;
/// So many terms of an "and" in an "and" are followed.
const MOST_IMPLIED: usize = 100;
/// Terms times equations up to which what does not matter is looked for: 50 MB.
const MOST_KNOWN: u64 = 200_000_000;

/// The own part of a component.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OwnEvents<E> {
    pub(crate) down: E,
    pub(crate) overloaded: E,
    pub(crate) hot: E,
}

/// All own parts.
#[derive(Clone, Debug)]
pub(crate) struct OwnParts<E> {
    /// By component.
    pub(crate) each: Vec<OwnEvents<E>>,
    /// DOWN for so long, where it is asked.
    pub(crate) held: FxHashMap<(u32, Hold), E>,
}

impl<E: Copy> OwnParts<E> {
    /// The same parts in other terms.
    pub(crate) fn map<F>(&self, event: impl Fn(E) -> F) -> OwnParts<F> {
        let each = self.each.iter().map(|own| OwnEvents {
            down: event(own.down),
            overloaded: event(own.overloaded),
            hot: event(own.hot),
        });
        OwnParts { each: each.collect(), held: self.held.iter().map(|(&key, &held)| (key, event(held))).collect() }
    }

    /// Every event there is, in no order that matters.
    pub(crate) fn events(&self) -> impl Iterator<Item = E> {
        let each = self.each.iter().flat_map(|own| [own.down, own.overloaded, own.hot]);
        each.chain(self.held.values().copied())
    }
}

/// What has to be solved at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) overloaded: bool,
    pub(crate) lost: bool,
}

impl Wanted {
    /// DOWN alone.
    pub(crate) const DOWN: Wanted = Wanted { overloaded: false, lost: false };

    /// All that can differ from DOWN in this system.
    pub(crate) fn of(layout: &Layout) -> Wanted {
        Wanted {
            overloaded: layout
                .own
                .iter()
                .any(|own| own.overloaded_at < own.down_at || own.hot_at != crate::layout::own::NEVER),
            lost: layout.edges.iter().any(|edge| edge.row.down < Health::Down),
        }
    }
}

/// A level of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Level {
    Down,
    /// At least OVERLOADED.
    Overloaded,
    /// A function lost, or DOWN.
    Lost,
}

/// A component, a level, and for how long at least it has been at that level (only for DOWN; see [`Holds`]).
type Unknown = (u32, Level, Hold);

/// One part of the "or" that an equation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Term {
    Own(u32, Hold),
    OwnOverloaded(u32),
    /// Too many members of a group.
    Group(u32, u32, Level, Hold),
    /// Too much weight of partial dependencies.
    Partials(u32, Hold),
    /// A hot caller of something OVERLOADED.
    Hot(u32, u32),
    /// Another equation: terms that several equations have in common.
    Common(u32),
    /// What always happens, as far as it matters here.
    Always,
}

/// An "or" of terms, those of the last components first.
type Equation = Vec<Term>;

/// The equations for some components, in the order in which they can be solved.
pub(crate) struct Plan {
    equations: Vec<Equation>,
    /// Sets of equations that need each other, those they need first; with whether a set needs itself.
    sets: Vec<(Vec<u32>, bool)>,
    /// The equations that are modules; empty where nobody asked.
    modules: Vec<bool>,
    of: FxHashMap<Unknown, u32>,
    components: Vec<u32>,
    holds: Holds,
    roots: Vec<u32>,
    wanted: Wanted,
}

impl Plan {
    /// The plan for solving these components; `components` are they and all they depend on, in the order of their
    /// variables.
    pub(crate) fn for_roots(layout: &Layout, roots: &[u32], wanted: Wanted, components: Vec<u32>) -> Plan {
        let mut position = vec![u32::MAX; layout.own.len()];
        for (place, &component) in components.iter().enumerate() {
            if let Some(slot) = position.get_mut(component as usize) {
                *slot = place as u32;
            }
        }
        let mut plan = Plan {
            equations: Vec::new(),
            sets: Vec::new(),
            modules: Vec::new(),
            of: FxHashMap::default(),
            components,
            holds: Holds::of(layout.edges.iter().filter_map(|edge| edge.row.buffer)),
            roots: roots.to_vec(),
            wanted,
        };
        let mut pending: Vec<Unknown> = Vec::new();
        for &root in roots.iter().rev() {
            pending.extend(plan.levels(root));
        }
        let mut walk = Walk::new(layout);
        while let Some(unknown) = pending.pop() {
            if plan.of.contains_key(&unknown) {
                continue;
            }
            let mut terms = walk.terms(unknown, &mut plan.holds);
            let place = |term: &Term| position.get(term.component() as usize).copied();
            terms.sort_by_key(|term| Reverse(place(term)));
            plan.of.insert(unknown, plan.equations.len() as u32);
            for term in &terms {
                references(layout, *term, &mut plan.holds, &mut pending);
                if let Term::Own(component, hold) = *term {
                    plan.holds.ask(component, hold);
                }
            }
            plan.equations.push(terms);
        }
        plan.order(layout);
        plan
    }

    /// The levels of a root that have to be solved.
    fn levels(&self, root: u32) -> impl Iterator<Item = Unknown> + use<> {
        let Wanted { overloaded, lost } = self.wanted;
        let levels = [(Level::Down, true), (Level::Overloaded, overloaded), (Level::Lost, lost)];
        levels.into_iter().filter(|&(_, wanted)| wanted).map(move |(level, _)| (root, level, Hold::NONE))
    }

    /// Puts together what is needed together, and marks the modules, given the variables of each own part. False, and
    /// nothing is changed, where equations need each other in a circle: these are solved as they are.
    pub(crate) fn modular(&mut self, layout: &Layout, variables: impl Fn(OwnEvent) -> Vec<u32>) -> bool {
        if self.sets.iter().any(|(_, cyclic)| *cyclic) {
            return false;
        }
        for _ in 0..SIMPLIFIED {
            if !self.simplify(layout) {
                break;
            }
        }
        for (terms, places) in normal::alike(&self.equations) {
            let common = Term::Common(self.equations.len() as u32);
            for place in places {
                if let Some(equation) = self.equations.get_mut(place as usize) {
                    // They come where the last of them is, which has the first variable.
                    let last = equation.iter().rposition(|term| terms.contains(term)).map_or(0, |last| last + 1);
                    equation.insert(last, common);
                    equation.retain(|term| !terms.contains(term));
                }
            }
            self.equations.push(terms);
        }
        self.sets.clear();
        let needs = self.order(layout);
        let count = self.equations.len() as u32;
        let mut children = needs;
        for (equation, children) in self.equations.iter().zip(&mut children) {
            for event in equation.iter().flat_map(|term| term.own_events(layout)) {
                children.extend(variables(event).into_iter().map(|variable| count + variable));
            }
        }
        let most = children.iter().flatten().copied().max().unwrap_or(0).max(count) as usize + 1;
        children.resize(most, Vec::new());
        let mut roots = Vec::new();
        for &root in &self.roots {
            roots.extend(self.levels(root).filter_map(|unknown| self.of.get(&unknown).copied()));
        }
        self.modules = normal::modules(&children, &roots);
        // Of a root more than its value may be asked, and one variable is enough for itself.
        for root in roots {
            if let Some(slot) = self.modules.get_mut(root as usize) {
                *slot = false;
            }
        }
        true
    }

    /// The equations that a term is made of, by itself or as one of a group.
    fn needed(&self, layout: &Layout, term: Term, holds: &mut Holds) -> Vec<u32> {
        if let Term::Common(other) = term {
            return vec![other];
        }
        let mut found = Vec::new();
        references(layout, term, holds, &mut found);
        found.iter().filter_map(|unknown| self.of.get(unknown).copied()).collect()
    }

    /// Whether a term needs all of these equations.
    fn is_all(layout: &Layout, term: Term, needed: &[u32]) -> bool {
        let Term::Group(_, group, Level::Down | Level::Lost, _) = term else { return false };
        let count = members(layout, group).count();
        let tips_at = layout.groups.get(group as usize).map_or(u32::MAX, |group| group.tips_at);
        count == needed.len() && tips_at as usize == count
    }

    /// Leaves out what does not matter where it stands: in `x or f(x)` the x of f, in `x and f(x)` too, where f is needed
    /// by nothing else that could tell. Whether anything was left out.
    ///
    /// For each equation, what is known to be false whenever anybody cares: on every way from a root it stands beside, in
    /// an "or". And what is known to be true: beside it in an "and". What is left out cannot be missed: on every way there
    /// is a place above that has the same value without it.
    fn simplify(&mut self, layout: &Layout) -> bool {
        let mut known: FxHashMap<Term, usize> = FxHashMap::default();
        for term in self.equations.iter().flatten() {
            let next = known.len();
            known.entry(*term).or_insert(next);
        }
        if (known.len() as u64).saturating_mul(self.equations.len() as u64) > MOST_KNOWN {
            return false;
        }
        let id = |term: &Term| known.get(term).copied().unwrap_or(0);
        // False and true wherever it matters; none where nobody has asked yet.
        let mut contexts: Vec<Option<[FixedBitSet; 2]>> = vec![None; self.equations.len()];
        for &root in &self.roots {
            for unknown in self.levels(root) {
                if let Some(slot) = self.of.get(&unknown).and_then(|&index| contexts.get_mut(index as usize)) {
                    let nothing = FixedBitSet::with_capacity(known.len());
                    *slot = Some([nothing.clone(), nothing]);
                }
            }
        }
        let (mut changed, mut holds) = (false, self.holds.clone());
        let order: Vec<u32> = self.sets.iter().rev().flat_map(|(members, _)| members).copied().collect();
        for index in order {
            let Some([never, always]) = contexts.get_mut(index as usize).and_then(Option::take) else { continue };
            let Some(equation) = self.equations.get_mut(index as usize) else { continue };
            let before = equation.len();
            if equation.iter().any(|term| always.contains(id(term)) && !never.contains(id(term))) {
                changed |= *equation != [Term::Always];
                *equation = vec![Term::Always];
                continue;
            }
            equation.retain(|term| !never.contains(id(term)));
            changed |= equation.len() != before;
            let terms = equation.clone();
            let mut all = never;
            terms.iter().for_each(|term| all.insert(id(term)));
            for term in &terms {
                // What never happens was left out above, so that the term itself is no part of that.
                let mut beside = all.clone();
                beside.set(id(term), false);
                let needed = self.needed(layout, *term, &mut holds);
                let each: Vec<Vec<Term>> = match Plan::is_all(layout, *term, &needed) {
                    true => needed.iter().map(|&index| self.implied(layout, index, &mut holds)).collect(),
                    false => Vec::new(),
                };
                for (place, &child) in needed.iter().enumerate() {
                    let mut known_true = always.clone();
                    let own = each.get(place);
                    for (other, terms) in
                        each.iter().enumerate().filter(|(other, _)| needed.get(*other) != Some(&child))
                    {
                        // What several have in common stays with the first of them.
                        let theirs = |term: &&Term| other < place || own.is_none_or(|own| !own.contains(term));
                        terms.iter().filter(theirs).for_each(|term| known_true.insert(id(term)));
                    }
                    match contexts.get_mut(child as usize) {
                        Some(Some([known_never, known_always])) => {
                            known_never.intersect_with(&beside);
                            known_always.intersect_with(&known_true);
                        }
                        Some(slot) => *slot = Some([beside.clone(), known_true]),
                        None => {}
                    }
                }
            }
        }
        self.settle(layout);
        changed
    }

    /// The terms that must all happen for an equation to: its only one, and those of an "and" that this is.
    fn implied(&self, layout: &Layout, index: u32, holds: &mut Holds) -> Vec<Term> {
        let (mut found, mut pending) = (Vec::new(), vec![index]);
        while let Some(index) = pending.pop() {
            let Some([term]) = self.equation(index).map(Vec::as_slice) else { continue };
            if *term == Term::Always || found.contains(term) || found.len() > MOST_IMPLIED {
                continue;
            }
            found.push(*term);
            let needed = self.needed(layout, *term, holds);
            if Plan::is_all(layout, *term, &needed) {
                pending.extend(needed);
            }
        }
        found
    }

    /// Leaves out terms that never happen, and everything beside what always does.
    fn settle(&mut self, layout: &Layout) {
        // Of each equation whether it always or never happens.
        let mut settled: Vec<Option<bool>> = vec![None; self.equations.len()];
        let order: Vec<u32> = self.sets.iter().flat_map(|(members, _)| members).copied().collect();
        let mut holds = self.holds.clone();
        for index in order {
            let Some(equation) = self.equation(index).cloned() else { continue };
            let mut of = |term: &Term| match *term {
                Term::Always => Some(true),
                Term::Common(other) => settled.get(other as usize).copied().flatten(),
                Term::Group(_, group, Level::Down | Level::Lost, _) => {
                    let needed = self.needed(layout, *term, &mut holds);
                    let all = members(layout, group).count();
                    let tips_at = layout.groups.get(group as usize).map_or(u32::MAX, |group| group.tips_at) as usize;
                    let is = |value: bool| {
                        let same = |index: &&u32| settled.get(**index as usize) == Some(&Some(value));
                        needed.iter().filter(same).count()
                    };
                    // Members that carry nothing are in no equation.
                    let never = is(false) + all.saturating_sub(needed.len());
                    if is(true) >= tips_at {
                        Some(true)
                    } else {
                        (all.saturating_sub(never) < tips_at).then_some(false)
                    }
                }
                _ => None,
            };
            let found: Vec<Option<bool>> = equation.iter().map(&mut of).collect();
            let (terms, value) = if found.contains(&Some(true)) {
                (vec![Term::Always], Some(true))
            } else {
                let kept: Vec<Term> =
                    equation.iter().zip(&found).filter(|(_, value)| value.is_none()).map(|(term, _)| *term).collect();
                let value = kept.is_empty().then_some(false);
                (kept, value)
            };
            if let (Some(slot), Some(settled)) =
                (self.equations.get_mut(index as usize), settled.get_mut(index as usize))
            {
                (*slot, *settled) = (terms, value);
            }
        }
        // What nobody needs any more is not solved.
        let mut needed = vec![false; self.equations.len()];
        let mut pending: Vec<u32> = Vec::new();
        for &root in &self.roots {
            pending.extend(self.levels(root).filter_map(|unknown| self.of.get(&unknown).copied()));
        }
        while let Some(index) = pending.pop() {
            if let Some(slot) = needed.get_mut(index as usize)
                && !std::mem::replace(slot, true)
            {
                for term in self.equation(index).into_iter().flatten() {
                    pending.extend(self.needed(layout, *term, &mut holds));
                }
            }
        }
        for (equation, needed) in self.equations.iter_mut().zip(needed) {
            if !needed {
                equation.clear();
            }
        }
    }

    fn order(&mut self, layout: &Layout) -> Vec<Vec<u32>> {
        let mut needs = Vec::with_capacity(self.equations.len());
        let mut found = Vec::new();
        let mut holds = self.holds.clone();
        for equation in &self.equations {
            found.clear();
            for term in equation {
                references(layout, *term, &mut holds, &mut found);
            }
            let mut needed: Vec<u32> = found.iter().filter_map(|unknown| self.of.get(unknown).copied()).collect();
            needed.extend(equation.iter().filter_map(|term| match term {
                Term::Common(other) => Some(*other),
                _ => None,
            }));
            needed.sort_unstable();
            needed.dedup();
            needs.push(needed);
        }
        let strong = strong_of(&needs);
        for members in strong.components {
            let needs_itself =
                |member: &u32| needs.get(*member as usize).is_some_and(|needed| needed.binary_search(member).is_ok());
            let cyclic = members.len() > 1 || members.iter().any(needs_itself);
            self.sets.push((members, cyclic));
        }
        needs
    }

    /// How many sets of equations there are.
    pub(crate) fn len(&self) -> usize {
        self.sets.len()
    }

    /// The components that matter, in the order of their variables.
    pub(crate) fn components(&self) -> &[u32] {
        &self.components
    }

    /// For how long failures have to last to matter.
    pub(crate) fn holds(&self) -> &Holds {
        &self.holds
    }

    /// Whether support has to come from outside for any group in these equations.
    fn stands_in(&self, layout: &Layout, members: &[u32]) -> bool {
        let is_strict = |term: &Term| matches!(term, Term::Group(_, group, Level::Down, _) if layout.is_strict(*group));
        members.iter().filter_map(|&member| self.equation(member)).any(|equation| equation.iter().any(is_strict))
    }

    fn equation(&self, index: u32) -> Option<&Equation> {
        self.equations.get(index as usize)
    }
}

impl Term {
    fn component(self) -> u32 {
        match self {
            Term::Own(component, _)
            | Term::OwnOverloaded(component)
            | Term::Group(component, ..)
            | Term::Partials(component, _)
            | Term::Hot(component, _) => component,
            Term::Common(_) | Term::Always => u32::MAX,
        }
    }

    /// The own parts that it is made of.
    fn own_events(self, layout: &Layout) -> Vec<OwnEvent> {
        match self {
            Term::Own(component, hold) => vec![OwnEvent::Down(component, hold)],
            Term::OwnOverloaded(component) => vec![OwnEvent::Overloaded(component)],
            Term::Hot(component, _) => vec![OwnEvent::Hot(component)],
            Term::Group(caller, group, Level::Overloaded, _)
                if members(layout, group).any(|edge| edge.row.overloads_hot) =>
            {
                vec![OwnEvent::Hot(caller)]
            }
            Term::Group(..) | Term::Partials(..) | Term::Common(_) | Term::Always => Vec::new(),
        }
    }
}

/// An event of a component's own part.
#[derive(Clone, Copy, Debug)]
pub(crate) enum OwnEvent {
    Down(u32, Hold),
    Overloaded(u32),
    Hot(u32),
}

impl<E: Copy> OwnParts<E> {
    /// One of the events.
    pub(crate) fn event(&self, event: OwnEvent) -> Option<E> {
        let of = |component: u32| self.each.get(component as usize);
        match event {
            OwnEvent::Down(component, hold) if hold != Hold::NONE => self.held.get(&(component, hold)).copied(),
            OwnEvent::Down(component, _) => of(component).map(|own| own.down),
            OwnEvent::Overloaded(component) => of(component).map(|own| own.overloaded),
            OwnEvent::Hot(component) => of(component).map(|own| own.hot),
        }
    }
}

/// Walks through plain requirements.
struct Walk<'a> {
    layout: &'a Layout,
    clock: u32,
    /// For each component and level the walk that came by, holds aside.
    seen: Vec<[u32; 3]>,
    /// What this walk has seen that has to last.
    held: FxHashSet<Unknown>,
    pending: Vec<Unknown>,
}

impl Walk<'_> {
    fn new(layout: &Layout) -> Walk<'_> {
        let seen = vec![[0; 3]; layout.own.len()];
        Walk { layout, clock: 0, seen, held: FxHashSet::default(), pending: Vec::new() }
    }

    /// Whether this is the first visit of this walk.
    fn visit(&mut self, (component, level, hold): Unknown) -> bool {
        if hold != Hold::NONE {
            return self.held.insert((component, level, hold));
        }
        let slot = self.seen.get_mut(component as usize).and_then(|levels| levels.get_mut(level as usize));
        slot.is_some_and(|slot| std::mem::replace(slot, self.clock) != self.clock)
    }

    /// The right-hand side of an equation.
    fn terms(&mut self, unknown: Unknown, holds: &mut Holds) -> Vec<Term> {
        self.clock += 1;
        self.held.clear();
        let mut terms = Vec::new();
        self.pending.push(unknown);
        while let Some(unknown) = self.pending.pop() {
            if self.visit(unknown) {
                self.collect(unknown, holds, &mut terms);
            }
        }
        terms
    }

    fn collect(&mut self, (component, level, hold): Unknown, holds: &mut Holds, terms: &mut Vec<Term>) {
        let layout = self.layout;
        let Some(own) = layout.own.get(component as usize) else { return };
        match level {
            Level::Down => terms.push(Term::Own(component, hold)),
            // What is DOWN is at least OVERLOADED, and has lost its functions.
            Level::Overloaded => {
                self.pending.push((component, Level::Down, Hold::NONE));
                if own.overloaded_at < own.down_at {
                    terms.push(Term::OwnOverloaded(component));
                }
            }
            Level::Lost => self.pending.push((component, Level::Down, Hold::NONE)),
        }
        let mut partials = false;
        let mut groups = Vec::new();
        for (_, edge) in layout.callees(component) {
            if edge.group != NO_GROUP {
                if !groups.contains(&edge.group) {
                    groups.push(edge.group);
                    terms.push(Term::Group(component, edge.group, level, hold));
                }
                continue;
            }
            match level {
                Level::Down => {
                    self.pending.extend(takes_down(edge, hold, holds));
                    partials |= edge.row.partial_weight > 0;
                }
                Level::Overloaded if edge.row.overloads_hot && own.hot_at != crate::layout::own::NEVER => {
                    terms.push(Term::Hot(component, edge.to));
                }
                Level::Overloaded => {}
                Level::Lost if edge.row.passes_lost_functions => {
                    self.pending.push((edge.to, Level::Lost, Hold::NONE));
                }
                Level::Lost if edge.row.stale => {}
                Level::Lost => self.pending.push((edge.to, Level::Down, Hold::NONE)),
            }
        }
        if partials {
            terms.push(Term::Partials(component, hold));
        }
    }
}

/// What takes the caller of this edge down, for at least so long.
fn takes_down(edge: &Edge, hold: Hold, holds: &mut Holds) -> Option<Unknown> {
    match (edge.row.down, edge.row.buffer) {
        (Health::Down, _) => Some((edge.to, Level::Down, hold)),
        (_, Some(buffer)) => Some((edge.to, Level::Down, holds.longer(hold, buffer)?)),
        _ => None,
    }
}

/// The unknowns that a term is made of.
fn references(layout: &Layout, term: Term, holds: &mut Holds, found: &mut Vec<Unknown>) {
    match term {
        Term::Own(..) | Term::OwnOverloaded(_) | Term::Common(_) | Term::Always => {}
        Term::Hot(_, target) => found.push((target, Level::Overloaded, Hold::NONE)),
        Term::Partials(component, hold) => {
            found.extend(partials(layout, component).map(|edge| (edge.to, Level::Down, hold)));
        }
        Term::Group(caller, group, level, hold) => {
            let hot = layout.own.get(caller as usize).is_some_and(|own| own.hot_at != crate::layout::own::NEVER);
            for edge in members(layout, group) {
                found.extend(carries(edge, level, hold, holds));
                if level == Level::Overloaded && edge.row.overloads_hot && hot {
                    found.push((edge.to, Level::Overloaded, Hold::NONE));
                }
            }
        }
    }
}

fn partials(layout: &Layout, component: u32) -> impl Iterator<Item = &Edge> {
    let edges = layout.callees(component).map(|(_, edge)| edge);
    edges.filter(|edge| edge.group == NO_GROUP && edge.row.partial_weight > 0)
}

fn members(layout: &Layout, group: u32) -> impl Iterator<Item = &Edge> {
    let group = layout.groups.get(group as usize);
    let edges = group.into_iter().flat_map(|group| &group.edges);
    edges.filter_map(|&edge| layout.edges.get(edge as usize))
}

/// What of its target brings the caller to a level, hot callers aside.
fn carries(edge: &Edge, level: Level, hold: Hold, holds: &mut Holds) -> Option<Unknown> {
    match level {
        Level::Down | Level::Overloaded => takes_down(edge, hold, holds),
        Level::Lost if edge.row.passes_lost_functions => Some((edge.to, Level::Lost, Hold::NONE)),
        Level::Lost if edge.row.stale => None,
        Level::Lost => Some((edge.to, Level::Down, Hold::NONE)),
    }
}

/// The solution at the components asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Solution<E> {
    events: FxHashMap<u32, [E; 3]>,
}

impl<E: Copy + Default> Solution<E> {
    /// DOWN; at least OVERLOADED; OVERLOADED or DOWN or a function lost. Each is part of the next.
    pub(crate) fn at(&self, root: u32) -> [E; 3] {
        self.events.get(&root).copied().unwrap_or_default()
    }
}

/// Solves the equations.
pub(crate) fn solve<A: Algebra>(
    layout: &Layout,
    plan: &Plan,
    own: &OwnParts<A::Event>,
    algebra: &mut A,
) -> Result<Solution<A::Event>, OverBudget> {
    solve_noting(layout, plan, own, algebra, &mut 0)
}

/// The same; notes how many sets of equations were solved, also where it comes to nothing.
pub(crate) fn solve_noting<A: Algebra>(
    layout: &Layout,
    plan: &Plan,
    own: &OwnParts<A::Event>,
    algebra: &mut A,
    solved: &mut usize,
) -> Result<Solution<A::Event>, OverBudget> {
    let values = vec![A::NEVER; plan.equations.len()];
    let holds = plan.holds.clone();
    let mut solver = Solver { layout, plan, own, algebra, doubts: FxHashMap::default(), holds, values };
    for (members, cyclic) in &plan.sets {
        match A::CYCLES {
            _ if !cyclic => {
                solver.round(members)?;
            }
            Cycles::Iterate if plan.stands_in(layout, members) => solver.uphold(members)?,
            Cycles::Iterate => while solver.round(members)? {},
            Cycles::IterateFew => {
                let mut rounds = 0;
                while rounds < FEW_ROUNDS && solver.round(members)? {
                    rounds += 1;
                }
            }
            Cycles::Merge => solver.merge(members)?,
        }
        *solved += 1;
    }
    let mut solution = Solution { events: FxHashMap::default() };
    for &root in &plan.roots {
        let down = solver.value((root, Level::Down, Hold::NONE));
        let overloaded =
            if plan.wanted.overloaded { solver.value((root, Level::Overloaded, Hold::NONE)) } else { down };
        let lost = if plan.wanted.lost { solver.value((root, Level::Lost, Hold::NONE)) } else { down };
        let impaired = if lost == overloaded { lost } else { solver.algebra.any(&[overloaded, lost])? };
        solution.events.insert(root, [down, overloaded, impaired]);
    }
    Ok(solution)
}

struct Solver<'a, A: Algebra> {
    layout: &'a Layout,
    plan: &'a Plan,
    own: &'a OwnParts<A::Event>,
    algebra: &'a mut A,
    /// What may have no support of its own, of the equations that are being solved.
    doubts: FxHashMap<u32, A::Event>,
    /// All that are needed are known from planning.
    holds: Holds,
    values: Vec<A::Event>,
}

impl<A: Algebra> Solver<'_, A> {
    fn value(&self, unknown: Unknown) -> A::Event {
        let index = self.plan.of.get(&unknown);
        index.and_then(|&index| self.values.get(index as usize)).copied().unwrap_or(A::NEVER)
    }

    fn own(&self, component: u32) -> OwnEvents<A::Event> {
        let never = OwnEvents { down: A::NEVER, overloaded: A::NEVER, hot: A::NEVER };
        self.own.each.get(component as usize).copied().unwrap_or(never)
    }

    fn own_down(&self, component: u32, hold: Hold) -> A::Event {
        if hold == Hold::NONE {
            return self.own(component).down;
        }
        self.own.held.get(&(component, hold)).copied().unwrap_or(A::NEVER)
    }

    /// Solves each of these once from what is known; whether anything changed.
    fn round(&mut self, members: &[u32]) -> Result<bool, OverBudget> {
        let plan = self.plan;
        let mut changed = false;
        for &member in members {
            let Some(equation) = plan.equation(member) else { continue };
            let mut events = Vec::with_capacity(equation.len());
            for &term in equation {
                events.push(self.term(term)?);
            }
            let mut event = self.algebra.any(&events)?;
            if plan.modules.get(member as usize) == Some(&true) {
                event = self.algebra.module(event)?;
            }
            if let Some(slot) = self.values.get_mut(member as usize)
                && *slot != event
            {
                *slot = event;
                changed = true;
            }
        }
        Ok(changed)
    }

    /// Solves equations in which support has to come from outside: the greatest fixpoint for what stands in for
    /// something lost, the least one for all else (see `circular.rs`).
    fn uphold(&mut self, members: &[u32]) -> Result<(), OverBudget> {
        self.doubts = members.iter().map(|&member| (member, A::ALWAYS)).collect();
        loop {
            for &member in members {
                if let Some(slot) = self.values.get_mut(member as usize) {
                    *slot = A::NEVER;
                }
            }
            while self.round(members)? {}
            let mut changed = false;
            for (member, doubt) in &mut self.doubts {
                let value = self.values.get(*member as usize).copied().unwrap_or(A::NEVER);
                changed |= std::mem::replace(doubt, value) != value;
            }
            if !changed {
                self.doubts.clear();
                return Ok(());
            }
        }
    }

    /// As `value`, but DOWN wherever it is not known to have support.
    fn doubt(&self, unknown: Unknown) -> A::Event {
        let doubted = self.plan.of.get(&unknown).and_then(|index| self.doubts.get(index)).copied();
        doubted.unwrap_or_else(|| self.value(unknown))
    }

    /// A group's support must come from outside: something is lost of it, and too much has no support.
    fn lost_support(
        &mut self,
        group: u32,
        tips_at: u32,
        hold: Hold,
        events: &[A::Event],
    ) -> Result<A::Event, OverBudget> {
        let layout = self.layout;
        let mut doubts = Vec::new();
        for edge in members(layout, group) {
            let carried = carries(edge, Level::Down, hold, &mut self.holds);
            doubts.push(carried.map_or(A::NEVER, |unknown| self.doubt(unknown)));
        }
        let too_few = self.algebra.at_least(tips_at, &doubts)?;
        let lost = self.algebra.any(events)?;
        self.algebra.both(lost, too_few)
    }

    /// Takes all that could make any of these fail together.
    fn merge(&mut self, members: &[u32]) -> Result<(), OverBudget> {
        let plan = self.plan;
        let mut all = Vec::new();
        let mut needed = Vec::new();
        for equation in members.iter().filter_map(|&member| plan.equation(member)) {
            for &term in equation {
                match term {
                    Term::Own(component, hold) => {
                        all.push((component, Some(hold), self.own_down(component, hold)));
                    }
                    Term::OwnOverloaded(component) => all.push((component, None, self.own(component).overloaded)),
                    _ => references(self.layout, term, &mut self.holds, &mut needed),
                }
            }
        }
        all.sort_by_key(|&(component, hold, _)| (component, hold));
        all.dedup_by_key(|&mut (component, hold, _)| (component, hold));
        needed.sort_unstable();
        needed.dedup();
        let mut events: Vec<A::Event> = all.into_iter().map(|(_, _, event)| event).collect();
        // Those inside are still at "never", and so add nothing.
        events.extend(needed.into_iter().map(|unknown| self.value(unknown)));
        let merged = self.algebra.any(&events)?;
        for &member in members {
            if let Some(slot) = self.values.get_mut(member as usize) {
                *slot = merged;
            }
        }
        Ok(())
    }

    fn term(&mut self, term: Term) -> Result<A::Event, OverBudget> {
        let layout = self.layout;
        match term {
            Term::Own(component, hold) => Ok(self.own_down(component, hold)),
            Term::OwnOverloaded(component) => Ok(self.own(component).overloaded),
            Term::Always => Ok(A::ALWAYS),
            Term::Common(other) => Ok(self.values.get(other as usize).copied().unwrap_or(A::NEVER)),
            Term::Hot(component, target) => {
                let hot = self.own(component).hot;
                let overloaded = self.value((target, Level::Overloaded, Hold::NONE));
                self.algebra.both(hot, overloaded)
            }
            Term::Partials(component, hold) => {
                let weigh = |edge: &Edge| (edge.row.partial_weight, self.value((edge.to, Level::Down, hold)));
                let events: Vec<_> = partials(layout, component).map(weigh).collect();
                self.algebra.too_heavy(&events)
            }
            Term::Group(caller, group, level, hold) => {
                let mut events = Vec::new();
                for edge in members(layout, group) {
                    let carried = carries(edge, level, hold, &mut self.holds);
                    let carried = carried.map_or(A::NEVER, |unknown| self.value(unknown));
                    let hot = self.own(caller).hot;
                    if level == Level::Overloaded && edge.row.overloads_hot && hot != A::NEVER {
                        let overloaded = self.value((edge.to, Level::Overloaded, Hold::NONE));
                        let overloads = self.algebra.both(hot, overloaded)?;
                        events.push(self.algebra.any(&[carried, overloads])?);
                    } else {
                        events.push(carried);
                    }
                }
                let tips_at = layout.groups.get(group as usize).map_or(u32::MAX, |group| group.tips_at);
                if level == Level::Down && !self.doubts.is_empty() && layout.is_strict(group) {
                    return self.lost_support(group, tips_at, hold, &events);
                }
                self.algebra.at_least(tips_at, &events)
            }
        }
    }
}

impl Default for Function {
    fn default() -> Function {
        Function::NEVER
    }
}

impl Algebra for Bdd {
    type Event = Function;
    const NEVER: Function = Function::NEVER;
    const ALWAYS: Function = Function::ALWAYS;
    const CYCLES: Cycles = Cycles::Iterate;

    fn any(&mut self, events: &[Function]) -> Result<Function, OverBudget> {
        // What is small goes together first, so that what is large is walked once. Single variables come before, the last
        // first: each is put on top of what is there.
        let mut result = Function::NEVER;
        let mut by_size = BinaryHeap::with_capacity(events.len());
        for (place, &event) in events.iter().enumerate() {
            if event == Function::ALWAYS {
                return Ok(event);
            }
            if event == Function::NEVER || self.is_variable(event) {
                result = self.or(event, result)?;
            } else {
                by_size.push(Reverse((self.size(event, MOST_SIZED), place, event)));
            }
        }
        if result != Function::NEVER {
            by_size.push(Reverse((self.size(result, MOST_SIZED), events.len(), result)));
        }
        while let Some(Reverse((_, place, smallest))) = by_size.pop() {
            let Some(Reverse((_, _, next))) = by_size.pop() else { return Ok(smallest) };
            let both = self.or(smallest, next)?;
            by_size.push(Reverse((self.size(both, MOST_SIZED), place, both)));
        }
        Ok(result)
    }

    fn both(&mut self, first: Function, second: Function) -> Result<Function, OverBudget> {
        self.and(first, second)
    }

    fn at_least(&mut self, count: u32, events: &[Function]) -> Result<Function, OverBudget> {
        let count = count as usize;
        if count > events.len() {
            return Ok(Function::NEVER);
        }
        // The last first, as for "any".
        let mut events = events.to_vec();
        events.sort_by_key(|&event| Reverse(self.first_variable(event)));
        let mut rows = vec![Function::NEVER; count + 1];
        if let Some(none_needed) = rows.first_mut() {
            *none_needed = Function::ALWAYS;
        }
        for (seen, &event) in events.iter().enumerate() {
            // Fewer than that can't become enough with those that are left; with "all of them" one row is left.
            let fewest = (count + seen + 1).saturating_sub(events.len()).max(1);
            for needed in (fewest..=count.min(seen + 1)).rev() {
                let (Some(&stay), Some(&less)) = (rows.get(needed), rows.get(needed - 1)) else { continue };
                let with = self.and(event, less)?;
                let row = self.or(stay, with)?;
                if let Some(slot) = rows.get_mut(needed) {
                    *slot = row;
                }
            }
        }
        Ok(rows.last().copied().unwrap_or(Function::NEVER))
    }

    fn too_heavy(&mut self, events: &[(u64, Function)]) -> Result<Function, OverBudget> {
        // Reachable sums with the event that exactly or at least these happen; monotone, so "at least" is enough.
        let mut sums: std::collections::BTreeMap<u64, Function> = [(0, Function::ALWAYS)].into();
        let mut heavy = Function::NEVER;
        for &(weight, event) in events {
            let mut next = sums.clone();
            for (&sum, &reached) in &sums {
                let with = self.and(reached, event)?;
                if partials_too_heavy(sum + weight) {
                    heavy = self.or(heavy, with)?;
                    continue;
                }
                let slot = next.entry(sum + weight).or_insert(Function::NEVER);
                *slot = self.or(*slot, with)?;
                if next.len() > MOST_SUMS {
                    return Err(OverBudget);
                }
            }
            sums = next;
        }
        Ok(heavy)
    }
}

/// Functions of more nodes are taken as equally large.
const MOST_SIZED: usize = 5_000;

/// Different sums of partial weights followed for one caller.
const MOST_SUMS: usize = 4096;
