//! The cascade once more, written for being obviously right: every component's times to each level, recomputed from
//! the table until nothing changes. Shares no code with the engine.

use std::collections::BTreeSet;

use foreshock_model::{
    ComponentIndex, Confidence, Dependency, DependencyIndex, DependencyKind, FailoverMode, Known, Plane, Replication,
    System, ZoneIndex,
};

use crate::{Fault, Health, Resource, Unit};

/// When a component reaches DEGRADED, OVERLOADED, DOWN, and "a function lost".
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Times {
    pub(crate) at_least: [f64; 3],
    pub(crate) lost: f64,
}

const NEVER: Times = Times { at_least: [f64::INFINITY; 3], lost: f64::INFINITY };
/// What is so without faults has been so for ever.
const LONG_AGO: f64 = -1e9;

impl Times {
    pub(crate) fn health(&self) -> Health {
        let reached = |level: usize| self.at_least[level] < f64::INFINITY;
        match (reached(0), reached(1), reached(2)) {
            (_, _, true) => Health::Down,
            (_, true, _) => Health::Overloaded,
            (true, ..) => Health::Degraded,
            _ => Health::Healthy,
        }
    }

    pub(crate) fn function_lost(&self) -> bool {
        self.lost < f64::INFINITY
    }

    fn by(&mut self, other: Times) {
        for (mine, theirs) in self.at_least.iter_mut().zip(other.at_least) {
            *mine = mine.min(theirs);
        }
        self.lost = self.lost.min(other.lost);
    }

    fn from_health(health: Health, at: f64) -> Times {
        let mut times = NEVER;
        for (level, needed) in [Health::Degraded, Health::Overloaded, Health::Down].into_iter().enumerate() {
            if health >= needed {
                times.at_least[level] = at;
            }
        }
        if health == Health::Down {
            times.lost = at;
        }
        times
    }
}

/// How the text is read: `strict` = breakers and buffers save nothing without a fallback (semantics, sections 4 and 6);
/// `whole_partials` = partial weights neither (section 4).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct How {
    pub(crate) strict: bool,
    pub(crate) whole_partials: bool,
}

struct Own {
    health: Health,
    hot: bool,
}

/// `load` is how much of what moves to survivors is asked for at least.
fn own(system: &System, component: ComponentIndex, faults: &[Fault], how: How, load: Option<f64>) -> Own {
    let it = system.component(component).unwrap();
    let redundancy = &it.redundancy;
    let known = redundancy.instances.known().copied();
    let absent = known == Some(0);
    let n = known.unwrap_or(redundancy.required + 1);
    let k = redundancy.required.max(1);
    let one_unit = how.strict && it.reliability.whole.is_some();
    let zones: Vec<ZoneIndex> = match &redundancy.zones {
        Known::Known(zones) if !one_unit && (known.is_some() || zones.len() == 1) => zones.clone(),
        _ => Vec::new(),
    };
    let mut lost = BTreeSet::new();
    let mut down = false;
    let mut failover_fails = false;
    let mut full = false;
    for fault in faults {
        match *fault {
            Fault::Component(hit) => down |= hit == component,
            Fault::Unit(
                Unit::CommonCause(hit)
                | Unit::Service(hit)
                | Unit::Software(hit)
                | Unit::Theoretical(hit)
                | Unit::External(hit)
                | Unit::Whole(hit),
            ) => {
                down |= hit == component && !absent;
            }
            Fault::Unit(Unit::Domain(domain)) => down |= it.domains.contains(&domain) && !absent && !one_unit,
            Fault::Unit(Unit::Region(region)) => down |= it.region == Some(region) && !absent && !one_unit,
            Fault::Unit(Unit::Failover(hit)) => failover_fails |= hit == component,
            Fault::Unit(Unit::Zone(zone)) => {
                lost.extend((0..n).filter(|&i| !zones.is_empty() && zones[i as usize % zones.len()] == zone));
            }
            Fault::Unit(Unit::Instance { component: hit, index }) if hit == component => {
                lost.extend((index < n).then_some(index))
            }
            Fault::Instances { component: hit, lost: count } if hit == component => lost.extend(0..count.min(n)),
            Fault::Exhausted { component: hit, resource: Resource::Memory | Resource::Disk } => {
                down |= hit == component && !absent;
            }
            Fault::Exhausted { component: hit, resource: Resource::Cpu | Resource::Connections } => {
                full |= hit == component;
            }
            _ => {}
        }
    }
    if down {
        return Own { health: Health::Down, hot: true };
    }
    if absent {
        return Own { health: Health::Healthy, hot: false };
    }
    let survivors = n - lost.len() as u32;
    let written = it.capacity.movable_utilisation;
    let movable = if full { Some(written.unwrap_or(0.0).max(1.0)) } else { written };
    let movable = load.map_or(movable, |load| Some(movable.unwrap_or(0.0).max(load)));
    let resident = it.capacity.resident_utilisation.unwrap_or(0.0);
    let standby = redundancy.replication == Replication::PrimaryStandby;
    let load = if standby { movable.unwrap_or(0.0) } else { f64::from(n) * movable.unwrap_or(0.0) };
    let workers = if standby { 1.0 } else { f64::from(survivors) };
    let utilisation = (load / workers).max(resident);
    let mut health = Health::Healthy;
    if utilisation > 0.7 + 1e-9 || (movable.is_none() && !lost.is_empty()) {
        health = Health::Degraded;
    }
    if utilisation > 0.9 + 1e-9 {
        health = Health::Overloaded;
    }
    if survivors < k || load > workers + 1e-9 {
        health = Health::Down;
    }
    if standby && lost.contains(&0) {
        let promoted = match (&redundancy.failover.mode, known) {
            (_, None) => true,
            (Known::Known(mode), _) => *mode == FailoverMode::Automatic,
            (Known::Unknown(_), _) => true,
        };
        health = health.max(if promoted && !failover_fails { Health::Degraded } else { Health::Down });
    }
    Own { health, hot: utilisation > 0.7 + 1e-9 }
}

/// When the caller of what is lost knows.
fn until_given_up(dependency: &Dependency) -> f64 {
    let tried = dependency.timeout.map(|timeout| timeout.get() * f64::from(dependency.attempts));
    let ends = [tried, dependency.deadline.map(|deadline| deadline.get())];
    ends.into_iter().flatten().reduce(f64::min).unwrap_or(dependency.latency.get())
}

/// What the dependency contributes to its caller, given the target's times.
fn contribution(system: &System, dependency: &Dependency, target: Times, hot: Option<f64>, how: How) -> Times {
    let [degraded, overloaded, down] = target.at_least;
    let latency = dependency.latency.get();
    let mut out = NEVER;
    let breaker = dependency.breaker && (!how.strict || dependency.fallback);
    match dependency.kind {
        DependencyKind::Requires => {
            let wait = until_given_up(dependency);
            let partial = dependency.share() <= 0.5 && (dependency.fallback || !how.whole_partials);
            out.lost = down + wait;
            out.at_least[0] = (down + wait).min(overloaded + latency);
            if !partial && !breaker {
                out.at_least[0] = out.at_least[0].min(degraded + latency);
                out.at_least[1] = down + wait;
                if let Some(since) = hot {
                    out.at_least[1] = out.at_least[1].min((overloaded + latency).max(since));
                }
                out.at_least[2] = down + wait;
                out.lost = out.lost.min(target.lost + latency);
            }
        }
        DependencyKind::Optional => {
            out.at_least[0] = down + 10.0;
            out.lost = down + 10.0;
        }
        DependencyKind::Async => {
            out.at_least[0] = down + latency;
            let end = |index| system.component(index).unwrap();
            // A copy of data grows stale, and that is all.
            if end(dependency.from).copies(end(dependency.to)) {
                return out;
            }
            out.lost = down + latency;
            if let Some(buffer) = dependency.buffer
                && !how.strict
                && !breaker
            {
                out.by(Times::from_health(Health::Down, down + buffer.get()));
            }
        }
    }
    out
}

fn absent(system: &System, index: ComponentIndex) -> bool {
    system.component(index).unwrap().redundancy.instances.known() == Some(&0)
}

fn carries(system: &System, dependency: &Dependency) -> bool {
    dependency.plane == Plane::Data
        && dependency.share() > 0.0
        && dependency.from != dependency.to
        && !absent(system, dependency.from)
        && !absent(system, dependency.to)
        && dependency.confidence != Confidence::Guess
}

/// Whether a member of a group counts among the m: nobody relies on what is only guessed.
pub(crate) fn stands_in(member: &Dependency) -> bool {
    member.confidence != Confidence::Guess
}

fn is_partial(dependency: &Dependency, how: How) -> bool {
    let breaker = dependency.breaker && (!how.strict || dependency.fallback);
    let partial = dependency.share() <= 0.5 && (dependency.fallback || !how.whole_partials);
    dependency.kind == DependencyKind::Requires && partial && !breaker
}

/// The cascade of these faults: the table, and what is up only by mutual support taken down at the first moment at
/// which it is so, until nothing is.
pub(crate) fn naive(system: &System, faults: &[Fault], how: How) -> Vec<Times> {
    naive_under(system, faults, how, &[])
}

/// The same with so much asked of each component: now, and once more instances have started.
pub(crate) fn naive_under(system: &System, faults: &[Fault], how: How, loads: &[Option<(f64, f64)>]) -> Vec<Times> {
    let mut fallen = vec![f64::INFINITY; system.components.len()];
    loop {
        let times = by_the_table(system, faults, how, loads, &fallen);
        let Some((at, components)) = circular::first(system, &times, faults, how) else { return times };
        for component in components {
            assert!(at < fallen[component]);
            fallen[component] = at;
        }
    }
}

/// The table alone, with these components DOWN at these times.
fn by_the_table(
    system: &System,
    faults: &[Fault],
    how: How,
    loads: &[Option<(f64, f64)>],
    fallen: &[f64],
) -> Vec<Times> {
    let components: Vec<ComponentIndex> = system.iter().map(|(index, _)| index).collect();
    let absent = |index: ComponentIndex| absent(system, index);
    let own_now = |&index: &ComponentIndex| {
        let plain = own(system, index, faults, how, None);
        let Some((now, settled)) = loads.get(index.index()).copied().flatten() else { return plain };
        let at = |load: f64| own(system, index, faults, how, Some(load));
        let passing = if at(now).health > at(settled).health { Health::Degraded } else { Health::Healthy };
        Own { health: plain.health.max(at(settled).health).max(passing), hot: plain.hot || at(settled).hot }
    };
    let own_now: Vec<Own> = components.iter().map(own_now).collect();
    let own_before: Vec<Own> = components.iter().map(|&index| own(system, index, &[], how, None)).collect();
    let carries = |dependency: &Dependency| carries(system, dependency);
    let seen = |times: &[Times], index: usize, dependency: &Dependency| {
        let mut target = times[dependency.to.index()];
        if faults.contains(&Fault::Cut(DependencyIndex(index as u32))) {
            target.by(Times::from_health(Health::Down, 0.0));
        }
        target
    };
    let mut times = vec![NEVER; components.len()];
    loop {
        let mut next = Vec::new();
        for &component in &components {
            let (now, before) = (&own_now[component.index()], &own_before[component.index()]);
            let hot = if before.hot { Some(LONG_AGO) } else { now.hot.then_some(0.0) };
            let mut result = Times::from_health(before.health, LONG_AGO);
            result.by(Times::from_health(now.health, 0.0));
            if fallen[component.index()] < f64::INFINITY {
                result.by(Times::from_health(Health::Down, fallen[component.index()]));
            }
            let mut partials = Vec::new();
            for (index, dependency) in system.dependencies.iter().enumerate() {
                let grouped = system.alternatives.iter().any(|group| group.members.iter().any(|m| m.index() == index));
                if dependency.from != component || grouped || !carries(dependency) {
                    continue;
                }
                let target = seen(&times, index, dependency);
                let out = contribution(system, dependency, target, hot, how);
                result.by(out);
                if is_partial(dependency, how) {
                    let wait = until_given_up(dependency);
                    partials.push((target.at_least[2] + wait, (dependency.share() * 1000.0).round() as u64));
                }
            }
            partials.sort_by(|a, b| a.0.total_cmp(&b.0));
            let mut sum = 0;
            for (at, weight) in partials {
                sum += weight;
                if sum > 500 {
                    result.by(Times::from_health(Health::Down, at));
                }
            }
            for group in &system.alternatives {
                let members: Vec<(usize, &Dependency)> = group
                    .members
                    .iter()
                    .map(|member| (member.index(), &*system.dependencies[member.index()]))
                    .collect();
                if members[0].1.from != component {
                    continue;
                }
                let present: Vec<&(usize, &Dependency)> =
                    members.iter().filter(|(_, member)| stands_in(member) && !absent(member.to)).collect();
                if present.is_empty() {
                    continue;
                }
                let required = (group.required as usize).min(present.len());
                let contributions: Vec<Times> = present
                    .iter()
                    .map(|&&(index, member)| {
                        if carries(member) {
                            contribution(system, member, seen(&times, index, member), hot, how)
                        } else {
                            NEVER
                        }
                    })
                    .collect();
                let kth = |of: &dyn Fn(&Times) -> f64| {
                    let mut sorted: Vec<f64> = contributions.iter().map(of).collect();
                    sorted.sort_by(f64::total_cmp);
                    sorted[present.len() - required]
                };
                let mut tipped = Times {
                    at_least: [0, 1, 2].map(|level| kth(&|times| times.at_least[level])),
                    lost: kth(&|times| times.lost),
                };
                if group.shares_load {
                    for &&(index, member) in present.iter().filter(|(_, member)| carries(member)) {
                        // The member itself being DOWN, as the caller notices it.
                        let down = seen(&times, index, member).at_least[2];
                        let gone = Times { at_least: [f64::INFINITY, f64::INFINITY, down], lost: f64::INFINITY };
                        let noticed = contribution(system, member, gone, None, how);
                        // A copy loses no function by it, and notices at once.
                        let noticed = if noticed.lost < f64::INFINITY { noticed.lost } else { noticed.at_least[0] };
                        tipped.at_least[0] = tipped.at_least[0].min(noticed);
                    }
                }
                result.by(tipped);
            }
            // What a component with nothing running reports is only what was asked for.
            if absent(component) {
                result = Times::from_health(now.health, 0.0);
            }
            next.push(result);
        }
        if next == times {
            return times;
        }
        times = next;
    }
}

/// Law 7: what stands in for something lost must be up without the component it stands in for.
mod circular {
    use super::{How, Times, absent, carries, contribution, is_partial};
    use crate::Fault;
    use foreshock_model::{Dependency, DependencyIndex, System};
    use std::sync::Arc;

    const GONE: Times = Times { at_least: [0.0; 3], lost: 0.0 };

    /// Who can reach whom.
    fn closure(count: usize, pairs: impl Iterator<Item = (usize, usize)>) -> Vec<Vec<bool>> {
        let mut reach = vec![vec![false; count]; count];
        for (from, to) in pairs {
            reach[from][to] = true;
        }
        for middle in 0..count {
            for from in 0..count {
                for to in 0..count {
                    reach[from][to] |= reach[from][middle] && reach[middle][to];
                }
            }
        }
        reach
    }

    struct Group<'a> {
        owner: usize,
        required: usize,
        members: Vec<&'a Dependency>,
        strict: bool,
    }

    struct World<'a> {
        system: &'a System,
        how: How,
        times: &'a [Times],
        now: f64,
        /// Both need each other.
        together: Vec<Vec<bool>>,
        groups: Vec<Group<'a>>,
        single: Vec<&'a Dependency>,
        cut: Vec<&'a Dependency>,
    }

    /// When the loss of the dependency's target takes the caller down, or counts against it.
    fn noticed(system: &System, dependency: &Dependency, target: Times, how: How, grouped: bool) -> f64 {
        let out = contribution(system, dependency, target, None, how);
        if is_partial(dependency, how) && !grouped { out.lost } else { out.at_least[2] }
    }

    impl World<'_> {
        fn is_down(&self, component: usize) -> bool {
            self.times[component].at_least[2] <= self.now
        }

        fn is_lost(&self, dependency: &Dependency, grouped: bool) -> bool {
            let mut target = self.times[dependency.to.index()];
            if self.cut.iter().any(|cut| std::ptr::eq(*cut, dependency)) {
                target.by(GONE);
            }
            carries(self.system, dependency) && noticed(self.system, dependency, target, self.how, grouped) <= self.now
        }

        /// There for the caller, if exactly `up` of those in its cycle are.
        fn is_there(&self, dependency: &Dependency, grouped: bool, up: &[bool]) -> bool {
            let (from, to) = (dependency.from.index(), dependency.to.index());
            let matters = carries(self.system, dependency)
                && noticed(self.system, dependency, GONE, self.how, grouped) < f64::INFINITY
                && self.together[from][to]
                && !self.is_down(to);
            !self.is_lost(dependency, grouped) && (!matters || up[to])
        }

        fn group_holds(&self, group: &Group, beside: &[bool], before: &[bool]) -> bool {
            let there = |up: &[bool]| group.members.iter().filter(|member| self.is_there(member, true, up)).count();
            if !group.strict {
                return there(beside) >= group.required;
            }
            there(beside) == group.members.len() || there(before) >= group.required
        }

        fn holds(&self, component: usize, beside: &[bool], before: &[bool]) -> bool {
            let mut lost = 0;
            for dependency in self.single.iter().filter(|it| it.from.index() == component) {
                if is_partial(dependency, self.how) {
                    let gone = !self.is_there(dependency, false, beside);
                    lost += if gone { (dependency.share() * 1000.0).round() as u64 } else { 0 };
                } else if noticed(self.system, dependency, GONE, self.how, false) < f64::INFINITY
                    && !self.is_there(dependency, false, beside)
                {
                    return false;
                }
            }
            let groups = self.groups.iter().filter(|group| group.owner == component);
            lost <= 500 && groups.into_iter().all(|group| self.group_holds(group, beside, before))
        }

        /// What is up by support from outside.
        fn supported(&self) -> Vec<bool> {
            let count = self.times.len();
            let mut before = vec![false; count];
            loop {
                let mut beside: Vec<bool> = (0..count).map(|component| !self.is_down(component)).collect();
                while let Some(component) =
                    (0..count).find(|&component| beside[component] && !self.holds(component, &beside, &before))
                {
                    beside[component] = false;
                }
                if beside == before {
                    return before;
                }
                before = beside;
            }
        }
    }

    /// The first moment at which something is up only by mutual support, and what has to go down.
    pub(super) fn first(system: &System, times: &[Times], faults: &[Fault], how: How) -> Option<(f64, Vec<usize>)> {
        let count = system.components.len();
        let grouped = |index: usize| system.alternatives.iter().any(|it| it.members.iter().any(|m| m.index() == index));
        let ends = |dependency: &Dependency| (dependency.from.index(), dependency.to.index());
        let listed = system.dependencies.iter().map(Arc::as_ref).enumerate();
        let carried: Vec<(usize, &Dependency)> = listed.filter(|(_, it)| carries(system, it)).collect();
        let loses = |index: usize, it: &Dependency| noticed(system, it, GONE, how, grouped(index)) < f64::INFINITY;
        let needs = closure(count, carried.iter().filter(|(index, it)| loses(*index, it)).map(|(_, it)| ends(it)));
        let mut groups = Vec::new();
        for it in &system.alternatives {
            let members = it.members.iter().map(|member| &*system.dependencies[member.index()]);
            let owner = system.dependencies[it.members[0].index()].from;
            let members: Vec<&Dependency> =
                members.filter(|member| super::stands_in(member) && !absent(system, member.to)).collect();
            let required = (it.required as usize).min(members.len());
            if !members.is_empty() && !absent(system, owner) {
                groups.push(Group { owner: owner.index(), required, members, strict: false });
            }
        }
        let real = |group: &&Group| group.required < group.members.len();
        let chosen = groups.iter().filter(real).flat_map(|group| group.members.iter().map(|member| ends(member)));
        let chosen: Vec<_> =
            chosen.filter(|ends| carried.iter().any(|(_, it)| &(it.from.index(), it.to.index()) == ends)).collect();
        let choices = closure(count, chosen.into_iter());
        let both = |reach: &[Vec<bool>], from: usize, to: usize| from == to || (reach[from][to] && reach[to][from]);
        for group in &mut groups {
            let counts = |member: &&&Dependency| carries(system, member);
            let inside =
                group.members.iter().filter(counts).filter(|it| both(&choices, group.owner, it.to.index())).count();
            let circular = group.members.iter().filter(counts).any(|it| {
                noticed(system, it, GONE, how, true) < f64::INFINITY && both(&needs, group.owner, it.to.index())
            });
            let enough_outside = group.members.len() - inside >= group.required;
            group.strict = group.required < group.members.len() && enough_outside && circular;
        }
        if !groups.iter().any(|group| group.strict) {
            return None;
        }
        let is_cut = |index: usize| faults.contains(&Fault::Cut(DependencyIndex(index as u32)));
        let mut moments: Vec<f64> = carried
            .iter()
            .flat_map(|(index, it)| {
                let own = noticed(system, it, times[it.to.index()], how, grouped(*index));
                let cut = if is_cut(*index) { noticed(system, it, GONE, how, grouped(*index)) } else { f64::INFINITY };
                [own, cut]
            })
            .filter(|at| at.is_finite())
            .collect();
        moments.sort_by(f64::total_cmp);
        let together = (0..count).map(|from| (0..count).map(|to| both(&needs, from, to)).collect()).collect();
        let single = carried.iter().filter(|(index, _)| !grouped(*index)).map(|(_, it)| *it).collect();
        let cut = carried.iter().filter(|(index, _)| is_cut(*index)).map(|(_, it)| *it).collect();
        let mut world = World { system, how, times, now: 0.0, together, groups, single, cut };
        for now in moments {
            world.now = now;
            let supported = world.supported();
            let falls = |group: &&Group| {
                let lossy = group.members.iter().any(|member| world.is_lost(member, true));
                group.strict
                    && lossy
                    && !world.is_down(group.owner)
                    && !world.group_holds(group, &supported, &supported)
            };
            let mut falling: Vec<usize> = world.groups.iter().filter(falls).map(|group| group.owner).collect();
            falling.sort_unstable();
            falling.dedup();
            if !falling.is_empty() {
                return Some((now, falling));
            }
        }
        None
    }
}
