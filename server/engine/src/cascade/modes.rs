//! What latency mode and traffic mode need to know beyond the cascade: times, limits and where requests come from.

use foreshock_model::{Calls, Component, Dependency, DependencyKind, System};

use crate::layout::arrays::{Layout, NO_GROUP};
use crate::layout::basis::Basis;
use crate::layout::defaults::CYCLE_WORK;
use crate::layout::own::Promotion;
use crate::layout::ways_in::sources;

/// The numbers of both modes.
#[derive(Clone, Debug)]
pub(crate) struct Modes {
    /// Per component.
    pub(crate) parts: Vec<Part>,
    /// Per edge of the layout.
    pub(crate) links: Vec<Link>,
    /// Where users come in, with their share.
    pub(crate) entries: Vec<(u32, f64)>,
}

/// A component's own numbers.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// Its own seconds for one request.
    pub(crate) latency: Option<f64>,
    pub(crate) parallel: bool,
    pub(crate) in_flight: Option<f64>,
    pub(crate) most_in_flight: Option<f64>,
    /// Most requests that can wait for dependencies.
    pub(crate) pool: Option<f64>,
    pub(crate) most_per_second: Option<f64>,
    /// How many times as much it can take once it has scaled out; at least 1.
    pub(crate) lift: f64,
}

/// An edge's numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Link {
    /// The caller waits for it.
    pub(crate) required: bool,
    /// A failed call fails the caller's request.
    pub(crate) passes_failures: bool,
    pub(crate) latency: f64,
    /// The most it waits, all attempts together; infinite when nobody says.
    pub(crate) patience: f64,
    /// Calls for each request.
    pub(crate) fan_out: f64,
    /// At least 1.
    pub(crate) attempts: u32,
    /// Opens instead of trying again.
    pub(crate) breaker: bool,
}

impl Modes {
    pub(crate) fn of(system: &System, layout: &Layout) -> Modes {
        let parts = system.components.iter().zip(&layout.own).map(|(component, own)| {
            let scales_out = own.promotion == Promotion::NotNeeded;
            Part::of(component, component.redundancy.instances.known().copied().filter(|_| scales_out))
        });
        let links = layout.edges.iter().map(|edge| {
            system.dependencies.get(edge.dependency as usize).map_or(Link::NONE, |dependency| {
                let hard = edge.row.down == crate::Health::Down;
                Link::of(dependency, hard)
            })
        });
        Modes { parts: parts.collect(), links: links.collect(), entries: entries(system, layout) }
    }

    pub(crate) fn part(&self, component: u32) -> Option<&Part> {
        self.parts.get(component as usize)
    }

    pub(crate) fn link(&self, edge: u32) -> Link {
        self.links.get(edge as usize).copied().unwrap_or(Link::NONE)
    }
}

impl Part {
    /// `instances` is none when more of them don't help, or nobody knows how many there are.
    fn of(component: &Component, instances: Option<u32>) -> Part {
        let capacity = &component.capacity;
        let positive = |value: Option<f64>| value.filter(|value| *value > 0.0);
        let most = capacity.autoscaling.map_or(0, |autoscaling| autoscaling.most_instances);
        Part {
            latency: capacity.latency.map(|latency| latency.get()),
            parallel: capacity.calls == Calls::Parallel,
            in_flight: positive(capacity.in_flight),
            most_in_flight: positive(capacity.most_in_flight),
            pool: positive(capacity.pool),
            most_per_second: positive(capacity.most_requests_per_second),
            lift: instances.filter(|now| *now > 0).map_or(1.0, |now| (f64::from(most) / f64::from(now)).max(1.0)),
        }
    }
}

impl Link {
    const NONE: Link = Link {
        required: false,
        passes_failures: false,
        latency: 0.0,
        patience: f64::INFINITY,
        fan_out: 0.0,
        attempts: 1,
        breaker: false,
    };

    fn of(dependency: &Dependency, hard: bool) -> Link {
        let attempts = dependency.attempts.max(1);
        let required = dependency.kind == DependencyKind::Requires;
        Link {
            required,
            passes_failures: required && hard,
            latency: dependency.latency.get(),
            patience: dependency.longest_wait().map_or(f64::INFINITY, |wait| wait.get()),
            fan_out: dependency.fan_out.max(0.0),
            attempts,
            breaker: dependency.breaker,
        }
    }
}

/// The entry points of the system as it is read here.
fn entries(system: &System, layout: &Layout) -> Vec<(u32, f64)> {
    let mut basis = Basis::at(system, layout, &[]);
    if basis.entries.is_empty() {
        basis = Basis::at(system, layout, &sources(system, layout));
    }
    basis.entries.iter().map(|entry| (entry.component.0, entry.weight)).collect()
}

/// The least fixpoint of a monotone round over the members of a cycle, from nothing; and whether it still grows after as
/// many rounds as the cycle has members.
pub(crate) fn fixpoint<T: Clone + Default + PartialEq>(
    members: usize,
    mut round: impl FnMut(&[T]) -> Vec<T>,
) -> (Vec<T>, bool) {
    let mut now = vec![T::default(); members];
    let rounds = members.min(CYCLE_WORK / members.max(1));
    // One more round sees that nothing grows any more.
    for _ in 0..=rounds {
        let next = round(&now);
        if next == now {
            return (now, false);
        }
        now = next;
    }
    (now, true)
}

/// The edges of a caller as it waits for them: each by itself, and each group once, as a whole.
pub(crate) enum Call<'a> {
    One(u32),
    /// The member edges, and how many of them must answer.
    Group(&'a [u32], usize),
}

/// What `component` calls, in the order of the system.
pub(crate) fn calls(layout: &Layout, component: u32) -> impl Iterator<Item = Call<'_>> {
    layout.callees(component).filter_map(|(index, edge)| {
        if edge.group == NO_GROUP {
            return Some(Call::One(index));
        }
        let group = layout.groups.get(edge.group as usize)?;
        let is_first = group.edges.first() == Some(&index);
        // Members that carry nothing always hold.
        let needed = (group.edges.len() + 1).saturating_sub(group.tips_at as usize);
        is_first.then_some(Call::Group(&group.edges, needed))
    })
}
