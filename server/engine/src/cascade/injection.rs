//! What faults do to each component by itself, before anything spreads.

use foreshock_model::{ComponentIndex, ZoneIndex};

use crate::cascade::event::{Event, Hit, ModeLoad, Via};
use crate::cascade::frozen::Frozen;
use crate::cascade::scratch::Scratch;
use crate::cascade::stamped::fresh;
use crate::layout::own::{Load, Losses, Own};
use crate::{Fault, Health, Unit};

impl Frozen {
    /// What these faults do to the own part of each component they hit, whatever it depends on.
    pub(crate) fn own_healths(&self, faults: &[Fault]) -> Vec<(ComponentIndex, Health)> {
        let mut scratch = Scratch::default();
        for (index, &fault) in faults.iter().enumerate() {
            self.collect(fault, index as u32, &mut scratch);
        }
        let mut all = std::mem::take(&mut scratch.hits);
        all.sort_unstable();
        let mut health = |hits: &[(u32, Hit, u32)]| {
            let &(component, ..) = hits.first()?;
            let own = self.layout.own.get(component as usize)?;
            let (health, _) = own_part(own, hits, &mut scratch);
            Some((ComponentIndex(component), health))
        };
        all.chunk_by(|first, second| first.0 == second.0).filter_map(&mut health).collect()
    }

    pub(crate) fn collect(&self, fault: Fault, index: u32, scratch: &mut Scratch) {
        let mut all = |component: ComponentIndex| scratch.hits.push((component.0, Hit::All, index));
        let present = |component: ComponentIndex| self.layout.own.get(component.index()).is_some_and(|own| !own.absent);
        match fault {
            Fault::Component(component) => all(component),
            Fault::Unit(
                Unit::CommonCause(component)
                | Unit::Service(component)
                | Unit::Software(component)
                | Unit::Theoretical(component)
                | Unit::External(component)
                | Unit::Whole(component),
            ) => {
                if present(component) {
                    all(component);
                }
            }
            Fault::Unit(Unit::Domain(domain)) => {
                self.layout
                    .domain_members
                    .get(domain.index())
                    .into_iter()
                    .flatten()
                    .for_each(|&component| all(component));
            }
            Fault::Unit(Unit::Region(region)) => {
                self.layout
                    .region_members
                    .get(region.index())
                    .into_iter()
                    .flatten()
                    .for_each(|&component| all(component));
            }
            Fault::Unit(Unit::Zone(zone)) => {
                for component in self.layout.zone_members.get(zone.index()).into_iter().flatten() {
                    scratch.hits.push((component.0, Hit::Zone, index));
                }
                scratch.zones.push(zone);
            }
            Fault::Unit(Unit::Failover(component)) => scratch.hits.push((component.0, Hit::Failover, index)),
            Fault::Unit(Unit::Instance { component, index: instance }) => {
                scratch.hits.push((component.0, Hit::Range(instance, instance.saturating_add(1)), index));
            }
            Fault::Instances { component, lost } => scratch.hits.push((component.0, Hit::Range(0, lost), index)),
            Fault::Exhausted { component, resource } => {
                if present(component) {
                    let hit = if resource.stops() { Hit::All } else { Hit::Full };
                    scratch.hits.push((component.0, hit, index));
                }
            }
            Fault::Cut(dependency) => {
                if let Some(edge) = self.layout.edge_of(dependency) {
                    scratch.cuts.push((edge, index));
                }
            }
            // The modes read these themselves.
            Fault::Errors { component, share } if share.get() >= 1.0 => {
                if present(component) {
                    all(component);
                }
            }
            Fault::Latency { .. } | Fault::Traffic { .. } | Fault::Errors { .. } => {}
            Fault::Impaired { component, health } => {
                if present(component) {
                    let hit = if health == Health::Overloaded { Hit::Overloaded } else { Hit::Degraded };
                    scratch.hits.push((component.0, hit, index));
                }
            }
        }
    }

    /// Applies all hits on one component.
    pub(crate) fn inject(&self, hits: &[(u32, Hit, u32)], scratch: &mut Scratch) {
        let Some(&(component, ..)) = hits.first() else { return };
        let Some(own) = self.layout.own.get(component as usize) else { return };
        let cause = hits.iter().map(|&(_, _, fault)| fault).min().unwrap_or(0);
        let (health, hot) = own_part(own, hits, scratch);
        push(scratch, component, health, Via::Fault(cause), None);
        if let Some(impaired) = impaired(hits) {
            // Somebody says that it serves with less: that is a function lost, and no reserve.
            let via = Via::Fault(cause);
            scratch.events.push(Event { lost_function: true, ..arrival(component, impaired, via, None) });
        }
        if hot {
            self.heat(component, cause, scratch);
        }
    }

    /// Applies what the modes found to be asked of each component, on top of the hits.
    pub(crate) fn load(&self, scratch: &mut Scratch) {
        let loads = std::mem::take(&mut scratch.loads);
        let hits = std::mem::take(&mut scratch.hits);
        for &ModeLoad { component, load, via, parent, fault } in &loads {
            let Some(own) = self.layout.own.get(component as usize) else { continue };
            let (before, _) = own_part(own, hits_on(&hits, component), scratch);
            let losses = self.losses(component, &hits, scratch);
            let (health, hot) = own.under(load, losses);
            if health > before {
                push(scratch, component, health, via, parent);
            }
            if hot {
                self.heat(component, fault, scratch);
            }
        }
        scratch.loads = loads;
        scratch.hits = hits;
    }

    /// What the hits, sorted, take from a component.
    pub(crate) fn losses(&self, component: u32, hits: &[(u32, Hit, u32)], scratch: &mut Scratch) -> Losses {
        let Some(own) = self.layout.own.get(component as usize) else { return Losses::default() };
        losses(own, hits_on(hits, component), &mut scratch.ranges, &scratch.zones)
    }

    /// The component is known to be above 70 %.
    fn heat(&self, component: u32, fault: u32, scratch: &mut Scratch) {
        let Some(state) = fresh(&mut scratch.states, scratch.epoch, &self.base.states, component) else { return };
        if std::mem::replace(&mut state.hot, true) {
            return;
        }
        // What was overloaded all along now overloads this caller too.
        for (index, edge) in self.layout.callees(component) {
            let target = self.base.states.get(edge.to as usize).map_or(Health::Healthy, |state| state.health);
            if edge.row.overloads_hot && target >= Health::Overloaded {
                push(scratch, component, Health::Overloaded, Via::FaultAtEdge(index, fault), None);
            }
        }
    }
}

/// An event at time 0.
pub(crate) fn push(scratch: &mut Scratch, component: u32, health: Health, via: Via, parent: Option<u32>) {
    if health > Health::Healthy {
        scratch.events.push(arrival(component, health, via, parent));
    }
}

/// What arrives at time 0. An overloaded target loses no function; through an edge only that arrives here.
fn arrival(component: u32, health: Health, via: Via, parent: Option<u32>) -> Event {
    let lost_function = health == Health::Down;
    Event { at: 0.0, health, lost_function, target_down: false, component, via, parent }
}

/// How a gray fault says that a component fares, if one does.
pub(crate) fn impaired(hits: &[(u32, Hit, u32)]) -> Option<Health> {
    let of = |&(_, hit, _): &(u32, Hit, u32)| match hit {
        Hit::Degraded => Some(Health::Degraded),
        Hit::Overloaded => Some(Health::Overloaded),
        _ => None,
    };
    hits.iter().filter_map(of).max()
}

pub(crate) fn own_part(own: &Own, hits: &[(u32, Hit, u32)], scratch: &mut Scratch) -> (Health, bool) {
    let losses = losses(own, hits, &mut scratch.ranges, &scratch.zones);
    let (health, hot) = own.with(losses);
    let gray = impaired(hits).unwrap_or_default();
    let (health, hot) = (health.max(gray), hot || gray == Health::Overloaded);
    if !hits.iter().any(|&(_, hit, _)| hit == Hit::Full) {
        return (health, hot);
    }
    let (full, hot_when_full) = own.under(Load::FULL, losses);
    (health.max(full), hot || hot_when_full)
}

pub(crate) fn hits_on(hits: &[(u32, Hit, u32)], component: u32) -> &[(u32, Hit, u32)] {
    let start = hits.partition_point(|hit| hit.0 < component);
    let end = hits.partition_point(|hit| hit.0 <= component);
    hits.get(start..end).unwrap_or_default()
}

/// Adds up what one component lost, each instance once.
fn losses(own: &Own, hits: &[(u32, Hit, u32)], ranges: &mut Vec<(u32, u32)>, zones: &[ZoneIndex]) -> Losses {
    let mut losses = Losses::default();
    let mut zoned = false;
    ranges.clear();
    for &(_, hit, _) in hits {
        match hit {
            Hit::All => losses.all = true,
            Hit::Failover => losses.failover = true,
            Hit::Zone => zoned = true,
            Hit::Range(start, end) => ranges.push((start.min(own.instances), end.min(own.instances))),
            Hit::Full | Hit::Degraded | Hit::Overloaded => {}
        }
    }
    let failed = |zone: ZoneIndex| zoned && zones.contains(&zone);
    losses.instances = own.placed_in(0..own.instances, failed);
    losses.primary = own.instances > 0 && own.zone_of(0).is_some_and(failed);
    ranges.sort_unstable();
    let mut counted = 0;
    for &(start, end) in ranges.iter() {
        let start = start.max(counted);
        if start < end {
            losses.instances += end - start - own.placed_in(start..end, failed);
            losses.primary |= start == 0;
            counted = end;
        }
    }
    losses
}
