//! The repair of one fault of one component (semantics, section 7), and the draws that decide how long it takes.
//!
//! Independent repairs have independent draws: each has a key, and with it a draw of its own in every run of the restoration.
//! What is one event (a zone that comes back for all in it) has one key wherever it is waited for. Within a key the draws are
//! evenly spread over the quantiles (Latin hypercube, McKay, Beckman and Conover 1979), so that the quantiles of a single
//! repair are exact.

use crate::durations::log_normal::normal_quantile;
use crate::durations::outage::Outage;
use crate::monte_carlo::generator::Generator;

/// How bad it gets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Luck<'a> {
    /// Every repair at this quantile, within 0..1.
    Quantile(f64),
    /// Whatever can go wrong does: who may need a person needs one.
    Worst,
    /// Each repair as it was drawn: by the place of its key.
    Drawn(&'a [f64]),
}

/// The repair of one fault.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Repair {
    pub(crate) outage: Outage,
    /// What is one and the same repair has the same key.
    pub(crate) key: u64,
    /// The key of whether the mechanism works, which is each component's own.
    pub(crate) mechanism: u64,
    /// One of this many instances that were lost together, each of which is repaired: the component serves when enough are.
    pub(crate) is_instance: bool,
}

impl Repair {
    /// Of the component's own.
    pub(crate) fn own(outage: Outage, key: u64) -> Repair {
        Repair { outage, key, mechanism: key, is_instance: false }
    }

    /// Whether chance decides how long it takes.
    pub(crate) fn is_random(&self) -> bool {
        let mechanism = self.outage.automatic.is_some();
        if mechanism { self.outage.coverage < 1.0 } else { self.outage.by_hand.median > 0.0 }
    }

    /// When it is repaired, in seconds after the fault, if what is needed for that is there at `tools`. `places` are those of
    /// its two keys among what is drawn.
    pub(crate) fn done(&self, luck: Luck<'_>, places: [usize; 2], tools: f64) -> f64 {
        let Outage { automatic, coverage, .. } = self.outage;
        let drawn = |which: usize, levels: &[f64]| {
            places.get(which).and_then(|&place| levels.get(place)).copied().unwrap_or(0.5)
        };
        let (event, mechanism) = match luck {
            Luck::Quantile(level) => (level, level),
            Luck::Worst => (0.5, 1.0),
            Luck::Drawn(levels) => (drawn(0, levels), drawn(1, levels)),
        };
        let Some(automatic) = automatic else { return self.by_hand(event, tools) };
        if mechanism <= coverage {
            return automatic;
        }
        // One draw decides both where both are its own: what is left above the coverage.
        let alone = self.key == self.mechanism && luck != Luck::Worst;
        let rest = if alone { (mechanism - coverage) / (1.0 - coverage) } else { event };
        automatic + self.by_hand(rest, tools)
    }

    fn by_hand(&self, level: f64, tools: f64) -> f64 {
        let people = self.outage.by_hand;
        let time = if people.median > 0.0 { people.at(normal_quantile(level)) } else { 0.0 };
        self.outage.response.max(tools) + time
    }
}

/// The levels of one key over `count` runs: the middles of as many equal parts of 0..1, shuffled by the key.
pub(crate) fn levels(key: u64, count: usize) -> Vec<f64> {
    let mut levels: Vec<f64> = (0..count).map(|part| (part as f64 + 0.5) / count as f64).collect();
    let mut generator = Generator::new(SEED, key);
    for end in (1..count).rev() {
        levels.swap(end, generator.below(end as u64 + 1) as usize);
    }
    levels
}

/// The same at every time and on every machine.
const SEED: u64 = 0x5EED;
