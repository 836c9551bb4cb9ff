//! Generated systems for benchmarks, examples and tests: the same ones in every run.

use foreshock_model::{
    Alternatives, Capacity, Component, ComponentId, ComponentIndex, ComponentKind, Confidence, Dependency,
    DependencyIndex, DependencyKind, Domain, DomainIndex, Exposure, Failover, FailoverMode, Figure, Known, Layer,
    Probability, Recovery, Redundancy, Region, RegionIndex, Reliability, Replication, Seconds, Source, Sourced, System,
    ZoneIndex,
};
use std::sync::Arc;

/// A small generator of numbers (xorshift), so that every run measures the same systems.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }
}

fn source() -> Source {
    Source::ProviderDefault("generated".into())
}

fn figure(unavailability: f64) -> Figure {
    let unavailability = Probability::clamped(unavailability);
    Figure { unavailability, layer: Layer::Hardware, mttr: Seconds::new(3600.0), planned: Vec::new(), source: source() }
}

fn component(index: usize, numbers: &mut Numbers) -> Component {
    let single = numbers.below(3) == 0;
    let instances = if single { 1 } else { 2 + numbers.below(2) as u32 };
    let standby = numbers.below(5) == 0;
    let first = numbers.below(3) as u32;
    let zones = (0..instances.min(3)).map(|turn| ZoneIndex((first + turn) % 3)).collect();
    Component {
        id: ComponentId::new(format!("c{index:06}")),
        kind: if index == 0 { ComponentKind::LoadBalancer } else { ComponentKind::AppServer },
        label: "generated".into(),
        type_name: "generated".into(),
        place: None,
        extent: None,
        redundancy: Redundancy {
            instances: Known::Known(instances),
            instances_source: source(),
            required: 1,
            zones: Known::Known(zones),
            zones_place: None,
            replication: if standby { Replication::PrimaryStandby } else { Replication::ActiveActive },
            failover: Failover {
                mode: Known::Known(FailoverMode::Automatic),
                seconds: Sourced { value: Seconds::ZERO, source: source() },
                coverage: Sourced { value: Probability::clamped(0.95), source: source() },
            },
        },
        reliability: Reliability {
            instance: Some(figure(1e-3)),
            service: Some(figure(1e-5)),
            ..Reliability::default()
        },
        capacity: capacity(index, numbers),
        domains: if numbers.below(10) == 0 { vec![DomainIndex(numbers.below(2) as u32)] } else { Vec::new() },
        region: Some(RegionIndex(0)),
        recovery: Recovery::default(),
        agent: None,
        entry: None,
        may_be_absent: None,
        exposure: Exposure::NotSaid,
        reader: false,
    }
}

/// A quarter says how busy it is, half how long it takes.
fn capacity(index: usize, numbers: &mut Numbers) -> Capacity {
    let mut capacity = Capacity::default();
    if numbers.below(4) == 0 {
        capacity.movable_utilisation = Some(0.1 + 0.05 * numbers.below(7) as f64);
    }
    if numbers.below(2) == 0 {
        capacity.latency = Seconds::new(0.001 * (1 + numbers.below(20)) as f64);
        capacity.in_flight = Some((10 + numbers.below(50)) as f64);
        capacity.most_in_flight = Some((100 + index % 7) as f64);
    }
    capacity
}

/// Component `i` is called by one earlier component, near it when `deep`; `extra` of 100 have a second caller, and
/// every tenth caller sees two of its dependencies as alternatives.
pub(crate) fn system(count: usize, extra: usize) -> System {
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let mut system = System::default();
    for name in ["a", "b", "c"] {
        system.zones.push(Domain { name: name.into(), figure: figure(1e-4) });
    }
    for name in ["dns", "nat"] {
        system.domains.push(Domain { name: name.into(), figure: figure(1e-4) });
    }
    system.regions.push(Region { name: "eu".into(), figure: None });
    system.components = (0..count).map(|index| Arc::new(component(index, &mut numbers))).collect();
    let mut links = Vec::new();
    for to in 1..count {
        links.push((to.saturating_sub(1) / 4, to));
        if numbers.below(100) < extra {
            links.push((numbers.below(to), to));
        }
    }
    links.sort_unstable();
    links.dedup();
    let index = |index: usize| ComponentIndex(index as u32);
    for &(from, to) in &links {
        let kind = if numbers.below(8) == 0 { DependencyKind::Optional } else { DependencyKind::Requires };
        let mut dependency = Dependency::new(index(from), index(to), kind, Confidence::Certain, Vec::new());
        dependency.timeout = Seconds::new(numbers.below(30) as f64);
        system.dependencies.push(Arc::new(dependency));
    }
    for caller in (0..count).step_by(10) {
        let calls = |&(_, dependency): &(usize, &Arc<Dependency>)| dependency.from == index(caller);
        let members: Vec<DependencyIndex> = system
            .dependencies
            .iter()
            .enumerate()
            .filter(calls)
            .take(2)
            .map(|(index, _)| DependencyIndex(index as u32))
            .collect();
        if members.len() == 2 {
            let name = format!("g{caller}").into();
            system.alternatives.push(Alternatives { name, members, required: 1, shares_load: true });
        }
    }
    system
}

/// The system with so many of its last components changed: each has one instance more.
pub(crate) fn changed(system: &System, changes: usize) -> System {
    let mut changed = system.clone();
    for component in changed.components.iter_mut().map(Arc::make_mut).rev().take(changes) {
        if let Known::Known(instances) = &mut component.redundancy.instances {
            *instances += 1;
        }
    }
    changed
}

/// Layers of `width`, each component needing two of three in the next layer: what decision diagrams are worst at.
pub(crate) fn mesh(width: usize, layers: usize) -> System {
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let mut system = System { components: Vec::new(), ..system(1, 0) };
    system.components = (0..width * layers).map(|index| Arc::new(component(index, &mut numbers))).collect();
    for caller in 0..width * (layers - 1) {
        let next = (caller / width + 1) * width;
        let mut targets: Vec<usize> = (0..3).map(|turn| next + (caller + turn) % width).collect();
        targets.sort_unstable();
        let first = system.dependencies.len() as u32;
        for to in targets {
            let (from, to) = (ComponentIndex(caller as u32), ComponentIndex(to as u32));
            let evidence = Vec::new();
            let kind = DependencyKind::Requires;
            system.dependencies.push(Arc::new(Dependency::new(from, to, kind, Confidence::Certain, evidence)));
        }
        let members = (first..first + 3).map(DependencyIndex).collect();
        let name = format!("g{caller}").into();
        system.alternatives.push(Alternatives { name, members, required: 2, shares_load: false });
    }
    system
}

/// Groups of ten that have nothing to do with each other, each with its own load balancer before it; where `with_keys`, all
/// of them need one more component.
pub(crate) fn groups(count: usize, with_keys: bool) -> System {
    const EACH: usize = 10;
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let mut system = System { components: Vec::new(), ..system(1, 0) };
    for index in 0..count {
        let kind = if index % EACH == 0 { ComponentKind::LoadBalancer } else { ComponentKind::AppServer };
        system.components.push(Arc::new(Component { kind, ..component(index, &mut numbers) }));
    }
    let keys = with_keys.then(|| {
        let keys = Component { id: ComponentId::new("keys"), ..component(count, &mut numbers) };
        system.components.push(Arc::new(keys));
        count
    });
    for first in (0..count).step_by(EACH) {
        let mut links: Vec<(usize, usize)> =
            (first + 1..(first + EACH).min(count)).map(|to| (first + (to - first - 1) / 2, to)).collect();
        links.extend(keys.map(|keys| (first, keys)));
        links.sort_unstable();
        for (from, to) in links {
            let (from, to) = (ComponentIndex(from as u32), ComponentIndex(to as u32));
            let (kind, evidence) = (DependencyKind::Requires, Vec::new());
            system.dependencies.push(Arc::new(Dependency::new(from, to, kind, Confidence::Certain, evidence)));
        }
    }
    system
}

/// A chain, or a star with its only component that needs nothing in the middle.
pub(crate) fn simple(count: usize, is_star: bool) -> System {
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let mut system = System { components: Vec::new(), ..system(1, 0) };
    system.components = (0..count).map(|index| Arc::new(component(index, &mut numbers))).collect();
    for from in 0..count.saturating_sub(1) {
        let to = if is_star { count - 1 } else { from + 1 };
        let (from, to) = (ComponentIndex(from as u32), ComponentIndex(to as u32));
        let (kind, evidence) = (DependencyKind::Requires, Vec::new());
        system.dependencies.push(Arc::new(Dependency::new(from, to, kind, Confidence::Certain, evidence)));
    }
    system
}
