//! A system laid out for running many cascades: thresholds, rows and adjacency in flat arrays.

use foreshock_model::{ComponentIndex, DependencyIndex, System};

use crate::Health;
use crate::cascade::modes::Modes;
use crate::cascade::scratch::{Scratch, Step};
use crate::layout::circular::Circles;
use crate::layout::contribution::Contribution;
use crate::layout::own::{Losses, Own};
use crate::layout::reading::{Purpose, Reading};

/// No group.
pub(crate) const NO_GROUP: u32 = u32::MAX;
const NO_EDGE: u32 = u32::MAX;

/// A dependency that carries something.
#[derive(Clone, Debug)]
pub(crate) struct Edge {
    pub(crate) from: u32,
    pub(crate) to: u32,
    /// Its index in the system.
    pub(crate) dependency: u32,
    /// Its group, `NO_GROUP` for none.
    pub(crate) group: u32,
    pub(crate) row: Contribution,
}

/// A group of alternatives.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    /// Its index in the system.
    pub(crate) alternatives: u32,
    /// m - k + 1: so many members must be lost for the group to be lost.
    pub(crate) tips_at: u32,
    pub(crate) shares_load: bool,
    /// The members that carry something, as edge indexes.
    pub(crate) edges: Vec<u32>,
}

/// What a group has seen of its members.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct GroupCount {
    /// Members contributing at least DEGRADED, OVERLOADED, DOWN.
    pub(crate) at_least: [u32; 3],
    pub(crate) lost_functions: u32,
    pub(crate) any_down: bool,
}

/// What a member has contributed to its group, or a partial dependency to its caller's sum.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Carried {
    pub(crate) health: Health,
    pub(crate) lost_function: bool,
    pub(crate) target_down: bool,
}

/// A component's state without any fault, or in the middle of a cascade.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct State {
    pub(crate) health: Health,
    pub(crate) lost_function: bool,
    pub(crate) hot: bool,
    /// Weights of the lost partial dependencies.
    pub(crate) partials: u64,
}

/// A system laid out for many cascades. Building is O(V + E), and so is one cascade.
#[derive(Clone, Debug)]
pub struct Frozen {
    pub(crate) reading: Reading,
    pub(crate) own: Vec<Own>,
    /// Sorted by target; the callers of component `c` are `edges[caller_start[c]..caller_start[c + 1]]`.
    pub(crate) edges: Vec<Edge>,
    caller_start: Vec<u32>,
    /// Edge indexes sorted by caller.
    callees: Vec<u32>,
    callee_start: Vec<u32>,
    pub(crate) groups: Vec<Group>,
    pub(crate) zone_members: Vec<Vec<ComponentIndex>>,
    pub(crate) domain_members: Vec<Vec<ComponentIndex>>,
    pub(crate) region_members: Vec<Vec<ComponentIndex>>,
    pub(crate) circles: Circles,
    pub(crate) base: Base,
    /// The edge of each dependency, `NO_EDGE` for one that carries nothing.
    edge_of: Vec<u32>,
    /// Only for simulations.
    pub(crate) modes: Option<Modes>,
}

/// The fixpoint without any fault.
#[derive(Clone, Debug, Default)]
pub(crate) struct Base {
    pub(crate) states: Vec<State>,
    pub(crate) groups: Vec<GroupCount>,
    pub(crate) carried: Vec<Carried>,
    /// The components that are not HEALTHY even so.
    pub(crate) unwell: Vec<(ComponentIndex, Health)>,
}

impl Frozen {
    /// Lays the system out for simulating faults (semantics, section 2). Dependencies, groups and placements that point
    /// outside the system are left out.
    pub fn new(system: &System) -> Frozen {
        Frozen::read(system, Reading::of(Purpose::Simulation))
    }

    pub(crate) fn read(system: &System, reading: Reading) -> Frozen {
        let own: Vec<Own> = system.components.iter().map(|component| Own::of(component, &reading)).collect();
        let (membership, mut groups) = groups(system, &own);
        let mut edges = Vec::with_capacity(system.dependencies.len());
        for (index, dependency) in system.dependencies.iter().enumerate() {
            let present = |end: ComponentIndex| own.get(end.index()).is_some_and(|own| !own.absent);
            if !present(dependency.from) || !present(dependency.to) {
                continue;
            }
            if let Some(row) = Contribution::of(dependency, &reading) {
                let group = membership.get(index).copied().unwrap_or(NO_GROUP);
                edges.push(Edge { from: dependency.from.0, to: dependency.to.0, dependency: index as u32, group, row });
            }
        }
        edges.sort_by_key(|edge| (edge.to, edge.dependency));
        let mut callees: Vec<u32> = (0..edges.len() as u32).collect();
        callees.sort_by_key(|&edge| edges.get(edge as usize).map(|edge| (edge.from, edge.dependency)));
        let mut edge_of = vec![NO_EDGE; system.dependencies.len()];
        for (index, edge) in edges.iter().enumerate() {
            if let Some(slot) = edge_of.get_mut(edge.dependency as usize) {
                *slot = index as u32;
            }
            if let Some(group) = groups.get_mut(edge.group as usize) {
                group.edges.push(index as u32);
            }
        }
        let caller_start = starts(own.len(), edges.iter().map(|edge| edge.to));
        let callee_start = starts(own.len(), edges.iter().map(|edge| edge.from));
        let Placement { zones, domains, regions } = placement(system, &own, &reading);
        let mut frozen = Frozen {
            reading,
            own,
            edges,
            caller_start,
            callees,
            callee_start,
            groups,
            zone_members: zones,
            domain_members: domains,
            region_members: regions,
            circles: Circles::default(),
            base: Base::default(),
            edge_of,
            modes: None,
        };
        frozen.circles = Circles::of(&frozen);
        frozen.base = frozen.faultless();
        if reading.purpose == Purpose::Simulation {
            frozen.modes = Some(Modes::of(system, &frozen));
        }
        frozen
    }

    /// The number of components.
    pub fn components(&self) -> usize {
        self.own.len()
    }

    /// Bytes of the layout and of working memory that the last run of `scratch`, which was of this, could not do
    /// without: what got worse, and the edges to its callers. For telling how far it is from what memory allows.
    pub fn bytes_looked_at(&self, scratch: &Scratch) -> usize {
        let edge = size_of::<Edge>() + size_of::<(u32, State)>();
        let own = size_of::<Step>() + 2 * size_of::<(u32, State)>();
        scratch.touched().map(|(component, _)| own + self.callers(component.0).count() * edge).sum()
    }

    /// The health of a component without any fault: it can be overloaded as it is.
    pub fn faultless_health(&self, component: ComponentIndex) -> Health {
        self.base.states.get(component.index()).map_or(Health::Healthy, |state| state.health)
    }

    /// Whether every component, edge and group has the same index in both.
    pub(crate) fn same_layout(&self, other: &Frozen) -> bool {
        let ends = |edge: &Edge| (edge.from, edge.to, edge.dependency, edge.group);
        self.own.len() == other.own.len()
            && self.groups.len() == other.groups.len()
            && self.edges.iter().map(ends).eq(other.edges.iter().map(ends))
    }

    /// The edge of a dependency that carries something.
    pub(crate) fn edge_of(&self, dependency: DependencyIndex) -> Option<u32> {
        self.edge_of.get(dependency.index()).copied().filter(|&edge| edge != NO_EDGE)
    }

    /// The edges whose target is `component`, with their indexes.
    pub(crate) fn callers(&self, component: u32) -> impl Iterator<Item = (u32, &Edge)> {
        let range = span(&self.caller_start, component);
        let first = range.start as u32;
        self.edges
            .get(range)
            .unwrap_or_default()
            .iter()
            .enumerate()
            .map(move |(offset, edge)| (first + offset as u32, edge))
    }

    /// The edges whose caller is `component`, with their indexes.
    pub(crate) fn callees(&self, component: u32) -> impl Iterator<Item = (u32, &Edge)> {
        let range = span(&self.callee_start, component);
        let indexes = self.callees.get(range).unwrap_or_default();
        indexes.iter().filter_map(|&index| Some((index, self.edges.get(index as usize)?)))
    }

    fn faultless(&self) -> Base {
        let mut base = Base {
            states: self
                .own
                .iter()
                .map(|own| State { hot: own.with(Losses::default()).1, ..State::default() })
                .collect(),
            groups: vec![GroupCount::default(); self.groups.len()],
            carried: vec![Carried::default(); self.edges.len()],
            unwell: Vec::new(),
        };
        if self.own.iter().any(|own| own.with(Losses::default()).0 > Health::Healthy) {
            let mut frozen = self.clone();
            frozen.base = base;
            base = frozen.settle();
        }
        base
    }
}

fn span(starts: &[u32], component: u32) -> std::ops::Range<usize> {
    let component = component as usize;
    match (starts.get(component), starts.get(component + 1)) {
        (Some(&start), Some(&end)) => start as usize..end as usize,
        _ => 0..0,
    }
}

fn starts(components: usize, keys: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut starts = vec![0u32; components + 1];
    for key in keys {
        if let Some(count) = starts.get_mut(key as usize + 1) {
            *count += 1;
        }
    }
    let mut sum = 0;
    for start in &mut starts {
        sum += *start;
        *start = sum;
    }
    starts
}

/// The group of each dependency, and the groups without their edges. A dependency is in the first group that names it.
fn groups(system: &System, own: &[Own]) -> (Vec<u32>, Vec<Group>) {
    let mut membership = vec![NO_GROUP; system.dependencies.len()];
    let mut groups = Vec::new();
    for (index, alternatives) in system.alternatives.iter().enumerate() {
        let first = alternatives.members.iter().find_map(|member| system.dependencies.get(member.index()));
        let Some(caller) = first.map(|dependency| dependency.from) else { continue };
        let mut members = 0u32;
        for member in &alternatives.members {
            let (Some(dependency), Some(slot)) =
                (system.dependencies.get(member.index()), membership.get_mut(member.index()))
            else {
                continue;
            };
            // What is not there can't stand in for anything.
            let present = own.get(dependency.to.index()).is_some_and(|own| !own.absent);
            if dependency.from == caller && *slot == NO_GROUP && present {
                *slot = groups.len() as u32;
                members += 1;
            }
        }
        groups.push(Group {
            alternatives: index as u32,
            tips_at: (members + 1).saturating_sub(alternatives.required.clamp(1, members.max(1))).max(1),
            shares_load: alternatives.shares_load,
            edges: Vec::new(),
        });
    }
    (membership, groups)
}

/// Who loses something with each zone, each domain and each region.
struct Placement {
    zones: Vec<Vec<ComponentIndex>>,
    domains: Vec<Vec<ComponentIndex>>,
    regions: Vec<Vec<ComponentIndex>>,
}

fn placement(system: &System, own: &[Own], reading: &Reading) -> Placement {
    let mut zones = vec![Vec::new(); system.zones.len()];
    let mut domains = vec![Vec::new(); system.domains.len()];
    let mut regions = vec![Vec::new(); system.regions.len()];
    for ((index, component), own) in system.iter().zip(own) {
        // A component with an explicit figure has exactly one unit: the figure knows about its zones.
        let one_unit = component.reliability.whole.is_some() && reading.purpose != Purpose::Simulation;
        if own.absent || one_unit {
            continue;
        }
        for zone in own.zones.iter().take(own.instances as usize) {
            if let Some(members) = zones.get_mut(zone.index())
                && members.last() != Some(&index)
            {
                members.push(index);
            }
        }
        for domain in &component.domains {
            if let Some(members) = domains.get_mut(domain.index())
                && members.last() != Some(&index)
            {
                members.push(index);
            }
        }
        if let Some(members) = component.region.and_then(|region| regions.get_mut(region.index())) {
            members.push(index);
        }
    }
    Placement { zones, domains, regions }
}
