//! What brings a component back after each sort of fault, how long that takes and how old the data is afterwards.
//!
//! Said of one component by itself; how a system comes back from it is for the engine (`foreshock-engine`, `recoverability`).

use std::fmt;
use std::sync::Arc;

use foreshock_text::Place;

use crate::ComponentIndex;

/// What a fault takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultClass {
    /// The whole component at once: a bad deploy, corrupted or deleted data. Copies that follow at once are as bad.
    Software,
    /// One of its instances.
    Instance,
    /// One of its zones.
    Zone,
    /// Its region.
    Region,
}

impl FaultClass {
    /// Each with its name in files and in JSON.
    pub const ALL: [(FaultClass, &'static str); 4] = [
        (FaultClass::Software, "software"),
        (FaultClass::Instance, "instance"),
        (FaultClass::Zone, "zone"),
        (FaultClass::Region, "region"),
    ];

    /// The name in files and in JSON.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(class, _)| *class == self).map_or("software", |(_, name)| name)
    }

    /// Whether what survives this fault survives that one: a region holds its zones, a zone its instances.
    pub fn holds(self, other: FaultClass) -> bool {
        self == other || self > other && other != FaultClass::Software && self != FaultClass::Software
    }

    /// Its place in a list of four.
    pub fn index(self) -> usize {
        self as usize
    }
}

/// One end of a range of times. Worse is greater.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub enum Bound {
    /// So many seconds, finite and not negative.
    Seconds(f64),
    /// Nobody can say: any time, or never.
    Unknown,
    /// Never: nothing brings it back.
    Unrecoverable,
}

impl Bound {
    /// No time.
    pub const ZERO: Bound = Bound::Seconds(0.0);

    /// So many seconds; unknown for what is no time.
    pub fn seconds(seconds: f64) -> Bound {
        if seconds.is_finite() && seconds >= 0.0 { Bound::Seconds(seconds) } else { Bound::Unknown }
    }

    /// The seconds, where it is a time.
    pub fn known(self) -> Option<f64> {
        match self {
            Bound::Seconds(seconds) => Some(seconds),
            Bound::Unknown | Bound::Unrecoverable => None,
        }
    }

    /// The worse of both.
    #[must_use]
    pub fn max(self, other: Bound) -> Bound {
        if other > self { other } else { self }
    }

    /// The better of both.
    #[must_use]
    pub fn min(self, other: Bound) -> Bound {
        if other < self { other } else { self }
    }

    /// One after the other.
    #[must_use]
    pub fn then(self, other: Bound) -> Bound {
        match (self, other) {
            (Bound::Seconds(one), Bound::Seconds(other)) => Bound::seconds(one + other),
            (one, other) => one.max(other),
        }
    }
}

/// From the best to the worst that the text allows. `low` is never unknown: what nobody knows may take no time at all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimeRange {
    /// The best.
    pub low: Bound,
    /// The worst.
    pub high: Bound,
}

impl TimeRange {
    /// No time.
    pub const ZERO: TimeRange = TimeRange { low: Bound::ZERO, high: Bound::ZERO };
    /// Nobody can say.
    pub const UNKNOWN: TimeRange = TimeRange { low: Bound::ZERO, high: Bound::Unknown };
    /// Never.
    pub const UNRECOVERABLE: TimeRange = TimeRange { low: Bound::Unrecoverable, high: Bound::Unrecoverable };

    /// Between so many and so many seconds; turned around where they are.
    pub fn seconds(low: f64, high: f64) -> TimeRange {
        TimeRange { low: Bound::seconds(low.min(high)), high: Bound::seconds(low.max(high)) }
    }

    /// The worse of both, at each end.
    #[must_use]
    pub fn max(self, other: TimeRange) -> TimeRange {
        TimeRange { low: self.low.max(other.low), high: self.high.max(other.high) }
    }

    /// One after the other.
    #[must_use]
    pub fn then(self, other: TimeRange) -> TimeRange {
        TimeRange { low: self.low.then(other.low), high: self.high.then(other.high) }
    }

    /// Whether it is no time for sure.
    pub fn is_zero(self) -> bool {
        self.high == Bound::ZERO
    }
}

/// A line of the text, or a fact, that decides something, in the words of the user.
#[derive(Clone, Debug, PartialEq)]
pub struct Ground {
    /// What decides: "fails over to its standby in another zone".
    pub says: Arc<str>,
    /// Where it is written, where it is.
    pub place: Option<Place>,
}

/// What a way back costs, step by step.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Which: "until somebody is at it", "restore".
    pub name: Arc<str>,
    /// How long.
    pub takes: TimeRange,
}

/// Where the times of a way back are from.
#[derive(Clone, Debug, PartialEq)]
pub enum TimesFrom {
    /// A page of the provider that was looked up.
    Page(Arc<str>),
    /// Somebody's judgement, with the reason.
    Estimate(Arc<str>),
    /// The text itself.
    Text,
}

/// One way in which a component comes back.
#[derive(Clone, Debug, PartialEq)]
pub struct WayBack {
    /// What it is, and where it is written.
    pub ground: Ground,
    /// Whether it is there for sure; otherwise why nobody can tell.
    pub doubt: Option<Ground>,
    /// The faults after which it is there.
    pub survives: Vec<FaultClass>,
    /// Whether it keeps a copy of what the component holds up to date somewhere else, so that nothing has to be restored.
    pub is_standby: bool,
    /// Whether a person has to begin it.
    pub needs_people: bool,
    /// Its steps, one after the other, without the component's own start.
    pub steps: Vec<Step>,
    /// How old the data is then; none for what keeps no data.
    pub age: Option<TimeRange>,
    /// What nobody knows of its times, and what it would take to know.
    pub open: Vec<Ground>,
    /// Where its times are from.
    pub times: Vec<TimesFrom>,
}

impl WayBack {
    /// Whether it is there after that fault.
    pub fn is_there_after(&self, class: FaultClass) -> bool {
        self.survives.iter().any(|survived| survived.holds(class))
    }

    /// From the fault until the component can start.
    pub fn takes(&self) -> TimeRange {
        self.steps.iter().fold(TimeRange::ZERO, |sum, step| sum.then(step.takes))
    }
}

/// What a component keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keeps {
    /// Nothing that is gone with it.
    #[default]
    Nothing,
    /// What can be made again, such as a cache.
    Copies,
    /// What is on its way, and has no age: messages.
    Messages,
    /// Data.
    Data,
}

/// How one component comes back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recoverability {
    /// What it keeps.
    pub keeps: Keeps,
    /// Whether anything says how it comes back; otherwise all is unknown.
    pub is_known: bool,
    /// Whether it is in no single region.
    pub is_global: bool,
    /// Its own start, once everything that it requires is back.
    pub start: Option<Step>,
    /// Until a lost instance or zone is out of the way of those that are left.
    pub ejects: Option<(Step, Ground)>,
    /// What brings it back.
    pub ways: Vec<WayBack>,
    /// The component that it is a copy of: what is lost of it is there still.
    pub copy_of: Option<ComponentIndex>,
}

/// What is promised of how soon it is back, and of how much data is lost then.
#[derive(Clone, Debug, PartialEq)]
pub struct RecoveryTarget {
    /// Whose; none for every entry point.
    pub component: Option<ComponentIndex>,
    /// After which faults.
    pub classes: Vec<FaultClass>,
    /// At most so many seconds until it is back, and where that is written.
    pub rto: Option<(f64, Place)>,
    /// At most so many seconds of data are lost, and where that is written.
    pub rpo: Option<(f64, Place)>,
}

impl fmt::Display for FaultClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_survives_a_region_survives_its_zones() {
        use FaultClass::{Instance, Region, Software, Zone};
        let held = |class: FaultClass| {
            FaultClass::ALL.iter().filter(|(other, _)| class.holds(*other)).map(|(other, _)| *other).collect::<Vec<_>>()
        };
        assert_eq!(held(Region), [Instance, Zone, Region]);
        assert_eq!(held(Zone), [Instance, Zone]);
        assert_eq!(held(Software), [Software]);
    }

    #[test]
    fn never_is_worse_than_unknown() {
        let minute = Bound::seconds(60.0);
        assert_eq!(minute.max(Bound::Unknown), Bound::Unknown);
        assert_eq!(Bound::Unknown.max(Bound::Unrecoverable), Bound::Unrecoverable);
        assert_eq!(minute.then(Bound::Unknown), Bound::Unknown);
        assert_eq!(minute.then(minute), Bound::seconds(120.0));
        assert_eq!(TimeRange::seconds(5.0, 2.0), TimeRange::seconds(2.0, 5.0));
    }
}
