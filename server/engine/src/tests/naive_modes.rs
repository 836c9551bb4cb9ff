//! Latency and traffic mode once more, written from the definitions with tables over all pairs of components, and what
//! both must keep on any system.

use foreshock_model::{
    Calls, ComponentIndex, Dependency, DependencyIndex, DependencyKind, Known, Plane, Replication, System,
};
use proptest::prelude::*;
use std::sync::Arc;

use super::fixture;
use super::naive::{How, naive, naive_under, stands_in};
use super::random::{self, MODES, existing};
use crate::{Basis, Cause, Fault, Frozen, Resource, Scratch, Unit, Unsettled, cascade};

/// The dependencies that carry something, with their indexes.
fn links(system: &System) -> Vec<(usize, &Dependency)> {
    let absent = |index: ComponentIndex| system.components[index.index()].redundancy.instances.known() == Some(&0);
    let carries = |(_, link): &(usize, &Dependency)| {
        link.plane == Plane::Data
            && link.share() > 0.0
            && link.from != link.to
            && stands_in(link)
            && !absent(link.from)
            && !absent(link.to)
    };
    system.dependencies.iter().map(Arc::as_ref).enumerate().filter(carries).collect()
}

/// The cycles: for each component, those that it reaches and that reach it, itself included, in ascending order.
fn cycles(count: usize, ends: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let mut reaches = vec![vec![false; count]; count];
    for (component, row) in reaches.iter_mut().enumerate() {
        row[component] = true;
    }
    for &(from, to) in ends {
        reaches[from][to] = true;
    }
    for via in 0..count {
        for from in 0..count {
            for to in 0..count {
                reaches[from][to] |= reaches[from][via] && reaches[via][to];
            }
        }
    }
    (0..count).map(|one| (0..count).filter(|&two| reaches[one][two] && reaches[two][one]).collect()).collect()
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Time {
    least: f64,
    exact: bool,
}

struct Latency {
    times: Vec<Time>,
    unbounded: Vec<bool>,
}

/// What a caller waits for one dependency, and whether that is more than it has patience for.
fn wait(link: &Dependency, target: Time) -> (Time, bool) {
    let patience = link.timeout.map_or(f64::INFINITY, |timeout| timeout.get() * f64::from(link.attempts));
    let patience = patience.min(link.deadline.map_or(f64::INFINITY, |deadline| deadline.get()));
    let raw = link.latency.get() + target.least;
    let time = if raw >= patience { Time { least: patience, exact: true } } else { Time { least: raw, ..target } };
    (time, raw > patience * (1.0 + 1e-9))
}

/// `given_up`: components in cycles that are unbounded without faults.
fn latency(system: &System, factors: &[f64], given_up: &[bool]) -> Latency {
    let count = system.components.len();
    let links = links(system);
    let required: Vec<(usize, &Dependency)> =
        links.iter().copied().filter(|(_, link)| link.kind == DependencyKind::Requires).collect();
    let ends: Vec<(usize, usize)> = required.iter().map(|(_, link)| (link.from.index(), link.to.index())).collect();
    let cycles = cycles(count, &ends);
    let one = |component: usize, of: &dyn Fn(usize) -> Time| {
        let it = &system.components[component];
        let own = it.capacity.latency.map(|latency| latency.get() * factors[component]);
        let mut waits = Vec::new();
        let grouped =
            |index: usize| system.alternatives.iter().any(|group| group.members.iter().any(|m| m.index() == index));
        for (index, link) in required.iter().filter(|(_, link)| link.from.index() == component) {
            if !grouped(*index) {
                waits.push(wait(link, of(link.to.index())).0);
            }
        }
        for group in &system.alternatives {
            if system.dependencies[group.members[0].index()].from.index() != component {
                continue;
            }
            let present = |member: &&DependencyIndex| {
                let member = &system.dependencies[member.index()];
                stands_in(member) && system.components[member.to.index()].redundancy.instances.known() != Some(&0)
            };
            let members: Vec<&DependencyIndex> = group.members.iter().filter(present).collect();
            let required_members = (group.required as usize).min(members.len().max(1));
            let find = |list: &[(usize, &Dependency)], member: &DependencyIndex| {
                list.iter().position(|(index, _)| *index == member.index())
            };
            // Members that carry nothing always hold.
            let carrying: Vec<&DependencyIndex> =
                members.iter().copied().filter(|member| find(&links, member).is_some()).collect();
            let needed = required_members.saturating_sub(members.len() - carrying.len());
            let mut times: Vec<Time> = carrying
                .iter()
                .map(|member| match find(&required, member) {
                    Some(place) => wait(required[place].1, of(required[place].1.to.index())).0,
                    None => Time { least: 0.0, exact: true },
                })
                .collect();
            times.sort_by(|a, b| a.least.total_cmp(&b.least));
            let exact = times.iter().all(|time| time.exact);
            waits.extend(times.iter().take(needed).map(|time| Time { exact, ..*time }));
        }
        let sum: f64 = waits.iter().map(|wait| wait.least).sum();
        let largest = waits.iter().map(|wait| wait.least).fold(0.0, f64::max);
        let waited = if it.capacity.calls == Calls::Parallel { largest } else { sum };
        Time { least: own.unwrap_or(0.0) + waited, exact: own.is_some() && waits.iter().all(|wait| wait.exact) }
    };
    let mut times: Vec<Option<Time>> = vec![None; count];
    let mut unbounded = vec![false; count];
    while times.iter().any(Option::is_none) {
        for component in 0..count {
            let members = &cycles[component];
            let mut below = required.iter().filter(|(_, link)| members.contains(&link.from.index()));
            let ready = below.all(|(_, link)| members.contains(&link.to.index()) || times[link.to.index()].is_some());
            if times[component].is_some() || !ready {
                continue;
            }
            let round = |now: &dyn Fn(usize) -> Time| -> Vec<Time> {
                let of = |target: usize| if members.contains(&target) { now(target) } else { times[target].unwrap() };
                members.iter().map(|&member| one(member, &of)).collect()
            };
            let place = |component: usize| members.iter().position(|&member| member == component).unwrap();
            let mut now = vec![Time { least: 0.0, exact: true }; members.len()];
            let mut settled = members.len() == 1;
            if settled {
                now = round(&|_| unreachable!());
            }
            for _ in 0..=members.len() {
                if settled || given_up[component] {
                    break;
                }
                let next = round(&|target| now[place(target)]);
                settled = next == now;
                now = next;
            }
            if !settled {
                let alone = round(&|_| Time { least: 0.0, exact: false });
                now = round(&|target| Time { exact: false, ..alone[place(target)] });
            }
            for (&member, time) in members.iter().zip(now) {
                times[member] = Some(time);
                unbounded[member] = !settled;
            }
        }
    }
    Latency { times: times.into_iter().flatten().collect(), unbounded }
}

#[derive(Default)]
struct Found {
    cuts: Vec<Fault>,
    loads: Vec<Option<(f64, f64)>>,
}

fn add(loads: &mut [Option<(f64, f64)>], component: usize, now: f64, lift: f64) {
    let (old, _) = loads[component].unwrap_or((0.0, 0.0));
    if now > old {
        loads[component] = Some((now, now / lift));
    }
}

/// More instances only help where they share the work and it is known how many there are.
fn lift(system: &System, component: usize) -> f64 {
    let it = &system.components[component];
    match (&it.redundancy.instances, it.capacity.autoscaling) {
        (Known::Known(now), Some(scaling)) if it.redundancy.replication == Replication::ActiveActive && *now > 0 => {
            (f64::from(scaling.most_instances) / f64::from(*now)).max(1.0)
        }
        _ => 1.0,
    }
}

fn slow_down(system: &System, faults: &[Fault], busier: &[f64], found: &mut Found) -> Vec<Time> {
    let count = system.components.len();
    let mut factors = vec![1.0; count];
    for fault in faults {
        if let Fault::Latency { component, factor } = fault {
            factors[component.index()] *= factor.get();
        }
    }
    let before = latency(system, &vec![1.0; count], &vec![false; count]);
    let now = latency(system, &factors, &before.unbounded);
    for (index, link) in links(system) {
        let to = link.to.index();
        let news = wait(link, now.times[to]).1 && !wait(link, before.times[to]).1;
        if link.kind == DependencyKind::Requires && news {
            found.cuts.push(Fault::Cut(DependencyIndex(index as u32)));
        }
    }
    for (component, it) in system.components.iter().enumerate() {
        let (old, new) = (before.times[component], now.times[component]);
        let (Some(in_flight), Some(own)) = (it.capacity.in_flight, it.capacity.latency) else { continue };
        if !old.exact || !new.exact || old.least <= 0.0 || new.least <= old.least {
            continue;
        }
        let rate = in_flight / old.least;
        let own = own.get();
        let limits = [
            (it.capacity.most_in_flight, in_flight, new.least),
            (it.capacity.pool, rate * (old.least - own), new.least - own * factors[component]),
        ];
        for (limit, before, seconds) in limits {
            let now = rate * busier[component] * seconds;
            if let Some(limit) = limit
                && before <= limit
                && now > before * (1.0 + 1e-9)
            {
                add(&mut found.loads, component, now / limit, lift(system, component));
            }
        }
    }
    now.times
}

struct Flow<'a> {
    system: &'a System,
    links: Vec<(usize, &'a Dependency)>,
    cycles: Vec<Vec<usize>>,
}

impl Flow<'_> {
    /// Share of the caller's calls over each dependency.
    fn shares(&self, lost: &[bool], cuts: &[usize]) -> Vec<f64> {
        let mut shares = vec![1.0; self.system.dependencies.len()];
        for group in &self.system.alternatives {
            let absent = |member: usize| {
                let member = &self.system.dependencies[member];
                let instances = self.system.components[member.to.index()].redundancy.instances.known();
                !stands_in(member) || instances == Some(&0)
            };
            let mut present: Vec<usize> =
                group.members.iter().map(|member| member.index()).filter(|m| !absent(*m)).collect();
            present.sort_unstable();
            let carrying: Vec<usize> =
                present.iter().copied().filter(|member| self.links.iter().any(|(index, _)| index == member)).collect();
            let required = (group.required as usize).min(present.len().max(1));
            // Members that carry nothing always hold.
            let needed = required.saturating_sub(present.len() - carrying.len());
            let is_lost = |member: usize| lost[self.system.dependencies[member].to.index()];
            let left: Vec<usize> = carrying.iter().copied().filter(|&member| !is_lost(member)).collect();
            let used = if left.is_empty() { carrying.clone() } else { left };
            for &member in &carrying {
                shares[member] = 0.0;
            }
            for (turn, &member) in used.iter().enumerate() {
                shares[member] = match group.shares_load {
                    true => (needed as f64 / used.len() as f64).min(1.0),
                    false => f64::from(u8::from(turn < needed)),
                };
            }
        }
        for &cut in cuts {
            shares[cut] = 0.0;
        }
        shares
    }

    fn offered(&self, users: &[f64], shares: &[f64], failing: &[f64], most: &[f64]) -> Vec<f64> {
        let count = users.len();
        let inflow = |component: usize, of: &dyn Fn(usize) -> f64| {
            let mut sum = users[component];
            for (index, link) in self.links.iter().filter(|(_, link)| link.to.index() == component) {
                let attempts = if link.breaker { 1 } else { link.attempts };
                let calls: f64 = (0..attempts).map(|attempt| failing[component].powi(attempt as i32)).sum();
                sum += of(link.from.index()) * link.fan_out * shares[*index] * calls;
            }
            sum.min(most[component])
        };
        let mut offered: Vec<Option<f64>> = vec![None; count];
        while offered.iter().any(Option::is_none) {
            for component in 0..count {
                let members = &self.cycles[component];
                let mut above = self.links.iter().filter(|(_, link)| members.contains(&link.to.index()));
                let ready =
                    above.all(|(_, link)| members.contains(&link.from.index()) || offered[link.from.index()].is_some());
                if offered[component].is_some() || !ready {
                    continue;
                }
                let place = |component: usize| members.iter().position(|&member| member == component).unwrap();
                let mut now = vec![0.0; members.len()];
                for _ in 0..=members.len() {
                    let of = |caller: usize| {
                        if members.contains(&caller) { now[place(caller)] } else { offered[caller].unwrap() }
                    };
                    now = members.iter().map(|&member| inflow(member, &of)).collect();
                }
                for (&member, now) in members.iter().zip(now) {
                    offered[member] = Some(now);
                }
            }
        }
        offered.into_iter().flatten().collect()
    }
}

/// Share of its capacity that the faults leave a component.
fn left(system: &System, component: usize, faults: &[Fault]) -> f64 {
    let it = &system.components[component];
    let index = ComponentIndex(component as u32);
    let absent = it.redundancy.instances.known() == Some(&0);
    let n = it.redundancy.instances.known().copied().unwrap_or(it.redundancy.required + 1);
    let zones = match &it.redundancy.zones {
        Known::Known(zones) if it.redundancy.instances.known().is_some() || zones.len() == 1 => zones.clone(),
        _ => Vec::new(),
    };
    let mut lost = vec![false; n as usize];
    let mut promotion_fails = false;
    for fault in faults {
        match *fault {
            Fault::Component(hit) if hit == index => return 0.0,
            Fault::Exhausted { component: hit, resource: Resource::Memory | Resource::Disk }
                if hit == index && !absent =>
            {
                return 0.0;
            }
            Fault::Unit(Unit::Domain(domain)) if it.domains.contains(&domain) && !absent => return 0.0,
            Fault::Unit(Unit::Zone(zone)) => {
                for (turn, lost) in lost.iter_mut().enumerate() {
                    *lost |= !zones.is_empty() && zones[turn % zones.len()] == zone;
                }
            }
            Fault::Unit(Unit::Instance { component: hit, index: turn }) if hit == index => {
                lost.iter_mut().skip(turn as usize).take(1).for_each(|lost| *lost = true);
            }
            Fault::Instances { component: hit, lost: count } if hit == index => {
                lost.iter_mut().take(count as usize).for_each(|lost| *lost = true);
            }
            Fault::Unit(Unit::Failover(hit)) => promotion_fails |= hit == index,
            _ => {}
        }
    }
    let survivors = lost.iter().filter(|lost| !**lost).count() as f64;
    let touched = faults.iter().any(|fault| !matches!(fault, Fault::Latency { .. } | Fault::Traffic { .. }));
    if touched && n > 0 && survivors < f64::from(it.redundancy.required.max(1)) {
        return 0.0;
    }
    if it.redundancy.replication == Replication::ActiveActive {
        return if n == 0 { 1.0 } else { survivors / f64::from(n) };
    }
    use foreshock_model::FailoverMode::Automatic;
    let automatic = match &it.redundancy.failover.mode {
        _ if it.redundancy.instances.known().is_none() => true,
        Known::Known(mode) => *mode == Automatic,
        Known::Unknown(_) => true,
    };
    let primary_lost = lost.first() == Some(&true);
    if primary_lost && (!automatic || promotion_fails) { 0.0 } else { 1.0 }
}

fn flood(system: &System, faults: &[Fault], found: &mut Found) -> Vec<f64> {
    let count = system.components.len();
    let links = links(system);
    let ends: Vec<(usize, usize)> = links.iter().map(|(_, link)| (link.from.index(), link.to.index())).collect();
    let flow = Flow { system, links: links.clone(), cycles: cycles(count, &ends) };
    let entries = Basis::of(system).entries;
    let rate = |component: usize| {
        let capacity = &system.components[component].capacity;
        Some(capacity.movable_utilisation? * capacity.most_requests_per_second?)
    };
    let known = entries.iter().all(|entry| rate(entry.component.index()).is_some());
    let mut users = vec![0.0; count];
    for entry in &entries {
        let component = entry.component.index();
        users[component] = if known { rate(component).unwrap() } else { entry.weight };
    }
    let none = vec![false; count];
    let endless = vec![f64::INFINITY; count];
    let before = flow.offered(&users, &flow.shares(&none, &[]), &vec![0.0; count], &endless);
    let capacity: Vec<Option<f64>> = (0..count)
        .map(|component| {
            let it = &system.components[component].capacity;
            match it.movable_utilisation {
                Some(utilisation) if utilisation > 0.0 => Some(before[component] / utilisation),
                Some(_) => Some(f64::INFINITY),
                None if known => it.most_requests_per_second,
                None => None,
            }
        })
        .collect();
    let cuts: Vec<usize> = faults
        .iter()
        .filter_map(|fault| match fault {
            Fault::Cut(dependency) => {
                links.iter().any(|(index, _)| *index == dependency.index()).then_some(dependency.index())
            }
            _ => None,
        })
        .collect();
    let left: Vec<f64> = (0..count).map(|component| left(system, component, faults)).collect();
    let lost: Vec<bool> = left.iter().map(|left| *left <= 0.0).collect();
    let shares = flow.shares(&lost, &cuts);
    for fault in faults {
        if let Fault::Traffic { entry, factor } = fault {
            for (component, users) in users.iter_mut().enumerate() {
                *users *= if entry.is_none_or(|entry| entry.index() == component) { factor.get() } else { 1.0 };
            }
        }
    }
    let most: Vec<f64> = capacity.iter().map(|most| most.map_or(f64::INFINITY, |most| 10.0 * most)).collect();
    let mut failing = vec![0.0; count];
    let mut offered = Vec::new();
    for _ in 0..5_000 {
        offered = flow.offered(&users, &shares, &failing, &most);
        let next: Vec<f64> =
            (0..count).map(|component| fails(&flow, component, &offered, &capacity, &left, &failing, &cuts)).collect();
        let moved = next.iter().zip(&failing).any(|(next, now)| (next - now).abs() > 1e-13);
        failing = next;
        if !moved {
            break;
        }
    }
    for component in 0..count {
        let Some(most) = capacity[component] else { continue };
        let written = system.components[component].capacity.movable_utilisation.is_some();
        let contradiction = !written && before[component] > most;
        let more = offered[component] > before[component] * (1.0 + 1e-9);
        if more && !contradiction && most > 0.0 && most.is_finite() {
            add(&mut found.loads, component, offered[component] / most, lift(system, component));
        }
    }
    let ratio = |(now, before): (&f64, &f64)| if *before > 0.0 { now / before } else { 1.0 };
    offered.iter().zip(&before).map(ratio).collect()
}

fn fails(
    flow: &Flow<'_>,
    component: usize,
    offered: &[f64],
    capacity: &[Option<f64>],
    left: &[f64],
    failing: &[f64],
    cuts: &[usize],
) -> f64 {
    let system = flow.system;
    let most = capacity[component].unwrap_or(f64::INFINITY) * lift(system, component) * left[component];
    let mut served = if left[component] <= 0.0 { 0.0 } else { (most / offered[component]).min(1.0) };
    if offered[component] <= 0.0 && left[component] > 0.0 {
        served = 1.0;
    }
    let over = |index: usize, link: &Dependency| {
        let hard = link.kind == DependencyKind::Requires && link.share() > 0.5 && !link.breaker;
        match hard {
            true if cuts.contains(&index) => 1.0,
            true => failing[link.to.index()].powi(link.attempts as i32),
            false => 0.0,
        }
    };
    let grouped =
        |index: usize| system.alternatives.iter().any(|group| group.members.iter().any(|m| m.index() == index));
    for (index, link) in flow.links.iter().filter(|(index, link)| link.from.index() == component && !grouped(*index)) {
        served *= 1.0 - over(*index, link);
    }
    for group in &system.alternatives {
        if system.dependencies[group.members[0].index()].from.index() != component {
            continue;
        }
        let mut shares = Vec::new();
        for member in &group.members {
            let dependency = &system.dependencies[member.index()];
            let instances = system.components[dependency.to.index()].redundancy.instances.known();
            if !stands_in(dependency) || instances == Some(&0) {
                continue;
            }
            let carried = flow.links.iter().find(|(index, _)| *index == member.index());
            shares.push(carried.map_or(0.0, |(index, link)| over(*index, link)));
        }
        shares.sort_by(f64::total_cmp);
        let required = (group.required as usize).min(shares.len().max(1));
        served *= 1.0 - shares.get(required - 1).copied().unwrap_or(0.0);
    }
    1.0 - served
}

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_modes_are_what_they_are_defined_to_be(
        text in random::system(MODES), modes in random::mode_faults(7), other in random::faults(7),
    ) {
        let system = fixture::system(&text);
        let faults: Vec<String> = modes.into_iter().chain(other.into_iter().take(1)).collect();
        let injected = fixture::faults(&system, &existing(&system, &faults));
        let count = system.components.len();
        let mut found = Found { cuts: Vec::new(), loads: vec![None; count] };
        let mut busier = vec![1.0; count];
        if injected.iter().any(|fault| matches!(fault, Fault::Traffic { .. })) {
            busier = flood(&system, &injected, &mut found);
        }
        let mut times = None;
        if injected.iter().any(|fault| matches!(fault, Fault::Latency { .. })) {
            times = Some(slow_down(&system, &injected, &busier, &mut found));
        }
        let all: Vec<Fault> = injected.iter().chain(&found.cuts).copied().collect();
        let expected = naive_under(&system, &all, How::default(), &found.loads);
        let before = naive(&system, &[], How::default());

        let frozen = Frozen::new(&system);
        let mut scratch = Scratch::default();
        let cascade = frozen.cascade(&injected, &mut scratch);
        for (index, component) in system.iter() {
            let (ratio, expected) = (scratch.flood.ratio(index.0), busier[index.index()]);
            if (ratio - expected).abs() > 1e-5 * expected {
                // Failures and attempts that feed each other almost for ever are cut short, and said to be.
                let said = cascade.unsettled.iter().any(|it| matches!(it, Unsettled::UnboundedTraffic(_)));
                prop_assert!(said && ratio < expected, "{}: {ratio} times, not {expected}", component.id);
                return Ok(());
            }
        }
        for (index, component) in system.iter() {
            let (expected, before) = (expected[index.index()], before[index.index()]);
            prop_assert_eq!(cascade.health(index), expected.health(), "{}", component.id);
            let worse = expected.health() > before.health() || (expected.function_lost() && !before.function_lost());
            prop_assert_eq!(cascade.effect(index).is_some(), worse, "{}", component.id);
            if let Some(effect) = cascade.effect(index) {
                prop_assert_eq!(effect.function_lost, expected.function_lost());
                let time = times.as_ref().map(|times| times[index.index()]).filter(|time| time.exact);
                prop_assert_eq!(effect.latency.is_some(), time.is_some(), "{}", component.id);
                if let (Some(latency), Some(time)) = (effect.latency, time) {
                    prop_assert!((latency.get() - time.least).abs() <= 1e-9 * time.least.max(1.0));
                }
            }
        }
    }

    /// The same every time, whatever was run before; and every effect has a chain that leads over real dependencies to a
    /// fault.
    #[test]
    fn the_modes_are_deterministic_and_name_their_causes(
        text in random::system(MODES), modes in random::mode_faults(7), other in random::faults(7),
    ) {
        let system = fixture::system(&text);
        let faults: Vec<String> = modes.into_iter().chain(other).collect();
        let injected = fixture::faults(&system, &existing(&system, &faults));
        let frozen = Frozen::new(&system);
        let mut scratch = Scratch::default();
        let first = frozen.cascade(&injected, &mut scratch);
        frozen.run(&[], &mut scratch);
        prop_assert_eq!(&first, &frozen.cascade(&injected, &mut scratch));
        prop_assert_eq!(&first, &cascade(&system, &injected));
        for effect in &first.effects {
            let chain = first.chain(effect.component);
            for (link, next) in chain.iter().zip(chain.iter().skip(1)) {
                prop_assert!(next.at <= link.at);
                let ends = |dependency: DependencyIndex| {
                    let dependency = &system.dependencies[dependency.index()];
                    (dependency.from, dependency.to)
                };
                let (here, there) = match link.because {
                    Cause::Dependency(through) | Cause::Timeout(through) | Cause::Slow(through) | Cause::Errors(through) => ends(through),
                    Cause::Traffic(through) => (ends(through).1, ends(through).0),
                    Cause::Alternatives(group) => {
                        let mut members = system.alternatives[group].members.iter().map(|member| ends(*member));
                        members.find(|(_, to)| *to == next.component).unwrap()
                    }
                    // Its support was lost to any of those that it leans on.
                    Cause::CircularFallback(group) => {
                        (ends(system.alternatives[group].members[0]).0, next.component)
                    }
                    Cause::Fault(_) => return Err(TestCaseError::fail("a fault in the middle of a chain")),
                };
                prop_assert_eq!((here, there), (link.component, next.component));
            }
            let fault = match chain.last().map(|link| link.because) {
                Some(Cause::Fault(fault)) => fault,
                other => return Err(TestCaseError::fail(format!("ends in {other:?}"))),
            };
            prop_assert!(fault < injected.len());
        }
    }
}
