//! What a component does by itself when some of its instances are lost (semantics, section 2, own part).

use foreshock_model::{Component, FailoverMode, Known, Replication, ZoneIndex};

use crate::Health;
use crate::layout::defaults::FOLLOWED_ZONES;
use crate::layout::reading::{Reading, Unknowns};

/// Above this utilisation a component that is asked for more can't give it.
const OVERLOADED_ABOVE: f64 = 0.9;
/// Above this utilisation there is no reserve left.
const DEGRADED_ABOVE: f64 = 0.7;
/// `0.1 * 30` is a little more than 3: counts made from products are rounded down by this much first.
const ROUNDING: f64 = 1e-9;
/// A count of losses that never happens.
pub(crate) const NEVER: u32 = u32::MAX;

/// What happens when the primary is lost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Promotion {
    /// There is no primary: any instance serves.
    NotNeeded,
    /// A standby takes over, unless the failover unit fails (with this probability).
    Automatic { uncovered: f64 },
    /// Nobody takes over by itself.
    Nobody,
}

/// A zone that nobody names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum FictiveZone {
    #[default]
    None,
    /// One of its own.
    Own,
    /// One that it shares with others that are nowhere.
    Shared,
}

/// The own part of a component as thresholds on the number of lost instances.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Own {
    /// The text says there are none: not a source of failures and not reached by any.
    pub(crate) absent: bool,
    /// n, as read.
    pub(crate) instances: u32,
    /// Smallest number of losses that make it DOWN (0: without any loss); `NEVER`.
    pub(crate) down_at: u32,
    /// The same for at least OVERLOADED.
    pub(crate) overloaded_at: u32,
    /// The same for at least DEGRADED.
    pub(crate) degraded_at: u32,
    /// Smallest number of losses with the survivors *known* to be above 70 %.
    pub(crate) hot_at: u32,
    /// Primary/standby.
    pub(crate) promotion: Promotion,
    /// Zones of instances 0, 1, ..., round-robin; empty when no zone takes it.
    pub(crate) zones: Vec<ZoneIndex>,
    /// The zone that nobody names in which the instances are assumed to be.
    pub(crate) fictive_zone: FictiveZone,
    /// So many instances that the loss of single ones is not felt.
    pub(crate) countless: bool,
    /// It may not be there, and is taken for something that can't fail and needs nothing.
    pub(crate) spared: bool,
    /// It may not be there, and stands in for nothing.
    pub(crate) unreliable: bool,
    /// k.
    pub(crate) required: u32,
    /// Utilisation of what moves to survivors, if known.
    pub(crate) movable: Option<f64>,
    resident: f64,
}

/// Smallest numbers of lost instances that make a component that bad; see the fields of [`Own`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Thresholds {
    down_at: u32,
    overloaded_at: u32,
    degraded_at: u32,
    hot_at: u32,
}

/// How much is asked of a component, as utilisation of what moves to survivors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Load {
    /// With the instances there are.
    pub(crate) now: f64,
    /// Once more instances have started; the same as `now` where none do.
    pub(crate) settled: f64,
}

impl Load {
    /// Everything that moves is used up, and nothing starts in its place.
    pub(crate) const FULL: Load = Load { now: 1.0, settled: 1.0 };
}

/// What was lost of one component.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Losses {
    pub(crate) instances: u32,
    pub(crate) primary: bool,
    pub(crate) failover: bool,
    /// A unit that takes the component as a whole.
    pub(crate) all: bool,
}

impl Own {
    pub(crate) fn of(component: &Component, reading: &Reading) -> Own {
        let redundancy = &component.redundancy;
        let required = redundancy.required.max(1);
        let known = redundancy.instances.known().copied();
        let worst = reading.unknowns == Unknowns::Worst;
        let instances = known.unwrap_or(if worst { required } else { required.saturating_add(1) });
        let may_be_absent = component.may_be_absent.is_some();
        let zones = match &redundancy.zones {
            // An unknown number of instances over several zones is assumed to be spread well enough, but a single
            // zone takes them all however many they are.
            Known::Known(zones) if known.is_none() && zones.len() > 1 && !worst => Vec::new(),
            Known::Known(zones) => zones.clone(),
            Known::Unknown(_) => Vec::new(),
        };
        let promotion = promotion(component, known, reading);
        let mut own = Own {
            absent: known == Some(0),
            instances,
            down_at: NEVER,
            overloaded_at: NEVER,
            degraded_at: NEVER,
            hot_at: NEVER,
            promotion,
            zones,
            fictive_zone: match redundancy.zones.known() {
                None if worst && component.reliability.instance.is_some() => FictiveZone::Own,
                _ => FictiveZone::None,
            },
            countless: known.is_none() && reading.unknowns == Unknowns::Best,
            spared: may_be_absent && reading.unknowns == Unknowns::Best,
            unreliable: may_be_absent && worst,
            required,
            movable: component.capacity.movable_utilisation,
            resident: component.capacity.resident_utilisation.unwrap_or(0.0),
        };
        if !own.absent && !own.spared {
            let Thresholds { down_at, overloaded_at, degraded_at, hot_at } = own.thresholds(own.movable);
            own = Own { down_at, overloaded_at, degraded_at, hot_at, ..own };
        }
        own
    }

    fn thresholds(&self, movable: Option<f64>) -> Thresholds {
        let (instances, resident) = (self.instances, self.resident);
        let utilisation = movable.unwrap_or(0.0);
        let losses_leaving_less_than =
            |survivors: u32| instances.checked_sub(survivors).map_or(0, |spare| spare.saturating_add(1));
        let mut down_at = losses_leaving_less_than(self.required);
        let (mut overloaded_at, hot_at);
        if self.promotion == Promotion::NotNeeded {
            let load = f64::from(instances) * utilisation;
            let losses_above = |limit: f64| match whole(load / limit) {
                _ if resident > limit => 0,
                0 => NEVER,
                survivors => losses_leaving_less_than(survivors),
            };
            down_at = down_at.min(losses_leaving_less_than(whole(load)));
            overloaded_at = losses_above(OVERLOADED_ABOVE);
            hot_at = losses_above(DEGRADED_ABOVE);
        } else {
            // Only the primary works, and a standby takes its load over as it is: losses change nothing about it.
            let above = |limit: f64| if utilisation.max(resident) > limit + ROUNDING { 0 } else { NEVER };
            down_at = if utilisation > 1.0 + ROUNDING { 0 } else { down_at };
            overloaded_at = above(OVERLOADED_ABOVE);
            hot_at = above(DEGRADED_ABOVE);
        }
        overloaded_at = overloaded_at.min(down_at);
        let unknown_at = if movable.is_none() { 1 } else { NEVER };
        Thresholds { down_at, overloaded_at, degraded_at: hot_at.min(unknown_at).min(overloaded_at), hot_at }
    }

    /// Its health with these losses, and whether it is then known to be above 70 %.
    pub(crate) fn with(&self, losses: Losses) -> (Health, bool) {
        let Own { down_at, overloaded_at, degraded_at, hot_at, .. } = *self;
        self.beyond(Thresholds { down_at, overloaded_at, degraded_at, hot_at }, losses)
    }

    /// The same while this much is asked of it, if that is more than what it has to carry anyway. What only lasts until
    /// more instances have started is DEGRADED, like the seconds of a failover.
    pub(crate) fn under(&self, load: Load, losses: Losses) -> (Health, bool) {
        if self.absent {
            return self.with(losses);
        }
        let at = |load: f64| {
            let movable = self.movable.map_or(load, |movable| movable.max(load));
            self.beyond(self.thresholds(Some(movable)), losses)
        };
        let (settled, hot) = at(load.settled);
        let passing = if at(load.now).0 > settled { Health::Degraded } else { Health::Healthy };
        (settled.max(passing), hot)
    }

    fn beyond(&self, thresholds: Thresholds, losses: Losses) -> (Health, bool) {
        if losses.all {
            return (Health::Down, true);
        }
        if self.absent {
            return (Health::Healthy, false);
        }
        let lost = losses.instances.min(self.instances);
        let hot = lost >= thresholds.hot_at;
        let promoted = match self.promotion {
            Promotion::Nobody if losses.primary => Health::Down,
            Promotion::Automatic { .. } if losses.primary && losses.failover => Health::Down,
            Promotion::Automatic { .. } if losses.primary => Health::Degraded,
            _ => Health::Healthy,
        };
        let survivors = if lost >= thresholds.down_at {
            Health::Down
        } else if lost >= thresholds.overloaded_at {
            Health::Overloaded
        } else if lost >= thresholds.degraded_at {
            Health::Degraded
        } else {
            Health::Healthy
        };
        (promoted.max(survivors), hot)
    }

    /// Whether it survives the loss of an instance: only then is what takes all of them at once another failure than that
    /// of one of them.
    pub(crate) fn has_spare(&self) -> bool {
        !self.absent && self.instances > 1 && self.down_at > 1 && self.promotion != Promotion::Nobody
    }

    /// Whether the loss of this one instance makes it DOWN.
    pub(crate) fn falls_with(&self, instance: u32) -> bool {
        let losses = Losses { instances: 1, primary: instance == 0, ..Losses::default() };
        self.with(losses).0 == Health::Down
    }

    /// In so many zones at most it can be that the loss of any of them is felt: as many as hold enough of its instances.
    pub(crate) fn zones_needed(&self) -> u32 {
        let felt = self.overloaded_at.min(self.down_at).max(1);
        (self.instances / felt).clamp(1, FOLLOWED_ZONES as u32)
    }

    /// The zone of an instance.
    pub(crate) fn zone_of(&self, instance: u32) -> Option<ZoneIndex> {
        let turn = (instance as usize).checked_rem(self.zones.len())?;
        self.zones.get(turn).copied()
    }

    /// How many of the instances in `range` are in zones for which `failed` holds, without looking at each.
    pub(crate) fn placed_in(&self, range: std::ops::Range<u32>, failed: impl Fn(ZoneIndex) -> bool) -> u32 {
        let turns = self.zones.len() as u64;
        let up_to = |end: u32, turn: u64| {
            let end = u64::from(end);
            if end > turn { (end - turn - 1) / turns + 1 } else { 0 }
        };
        let mut count = 0;
        for (turn, zone) in self.zones.iter().enumerate() {
            if failed(*zone) {
                count += up_to(range.end, turn as u64) - up_to(range.start, turn as u64);
            }
        }
        count as u32
    }
}

/// Whether the text leaves open something about a component that the service can depend on.
pub(crate) fn is_open(component: &Component) -> bool {
    let redundancy = &component.redundancy;
    let instances = redundancy.instances.known();
    if component.may_be_absent.is_some() {
        return true;
    }
    if instances == Some(&0) || component.reliability.whole.is_some() {
        return false;
    }
    let promoted = redundancy.replication == Replication::PrimaryStandby && instances.is_none_or(|&n| n > 1);
    let unsure = instances.is_none() || (promoted && matches!(redundancy.failover.mode, Known::Unknown(_)));
    let fails = component.reliability.instance.is_some();
    let zones = redundancy.zones.known();
    (fails && zones.is_none()) || (unsure && (fails || zones.is_some_and(|zones| !zones.is_empty())))
}

fn promotion(component: &Component, instances: Option<u32>, reading: &Reading) -> Promotion {
    let redundancy = &component.redundancy;
    if redundancy.replication == Replication::ActiveActive {
        return Promotion::NotNeeded;
    }
    let worst = reading.unknowns == Unknowns::Worst;
    if instances.is_none() && reading.unknowns == Unknowns::Best {
        return Promotion::NotNeeded;
    }
    match (&redundancy.failover.mode, instances) {
        (Known::Known(FailoverMode::Automatic), Some(_)) => {
            Promotion::Automatic { uncovered: redundancy.failover.coverage.value.complement().get() }
        }
        (Known::Known(FailoverMode::Automatic), None) | (Known::Unknown(_), _) if !worst => {
            Promotion::Automatic { uncovered: 0.0 }
        }
        // Nobody knows how many there are: silent, whatever happens to a primary.
        (_, None) if !worst => Promotion::Automatic { uncovered: 0.0 },
        _ => Promotion::Nobody,
    }
}

/// The smallest whole number not below `load`, as a count.
fn whole(load: f64) -> u32 {
    let count = (load - ROUNDING).ceil();
    if count >= f64::from(u32::MAX) { u32::MAX } else { count.max(0.0) as u32 }
}
