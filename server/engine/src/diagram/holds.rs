//! How long a failure has to last before it matters: behind a buffer of an asynchronous dependency (semantics,
//! section 5).
//!
//! What is behind a buffer of b seconds takes its caller down when it has been DOWN for more than b. Units are repaired
//! one by one, and what is DOWN by units that have all failed for more than b has been so for that long. So "DOWN for
//! more than b" is the same function as "DOWN", of the events "this unit has failed for more than b" instead of "this
//! unit has failed". (Different units that fail in turn, each for less than b but without a gap, are not seen.)
//! Buffers on the way add up. A way that leads over the same buffer twice can be left out: what fails at its end for so
//! long takes the first caller down by the shorter way too. So no sum is longer than all buffers together.

use rustc_hash::FxHashMap;

/// So many different sums of buffers are followed; a longer one is taken for the longest known that is not longer,
/// which makes failures matter earlier than they do.
const MOST_HOLDS: usize = 16;

/// For more than so long: an index into [`Holds`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Hold(u16);

impl Hold {
    /// However short.
    pub(crate) const NONE: Hold = Hold(0);
}

/// The sums of buffers of one plan, and what is asked behind them.
#[derive(Clone, Debug)]
pub(crate) struct Holds {
    /// Seconds, in the order of their finding; the first is 0.
    seconds: Vec<f64>,
    /// All buffers together.
    longest: f64,
    /// The holds that are asked of a component's own part; `NONE` is not listed.
    asked: FxHashMap<u32, Vec<Hold>>,
}

impl Holds {
    /// No sum yet, of these buffers.
    pub(crate) fn of(buffers: impl Iterator<Item = f64>) -> Holds {
        // Sums in another order may round to a little more.
        let longest = buffers.fold(0.0, |sum, buffer| sum + buffer.max(0.0)) * (1.0 + 1e-9);
        Holds { seconds: vec![0.0], longest, asked: FxHashMap::default() }
    }

    /// After another buffer; none when that is no way to fail that a shorter one is not.
    pub(crate) fn longer(&mut self, hold: Hold, buffer: f64) -> Option<Hold> {
        let wanted = self.seconds(hold) + buffer.max(0.0);
        (wanted <= self.longest).then(|| self.at_most(wanted, hold))
    }

    fn at_most(&mut self, wanted: f64, hold: Hold) -> Hold {
        if let Some(known) = self.seconds.iter().position(|known| *known == wanted) {
            return Hold(known as u16);
        }
        if self.seconds.len() < MOST_HOLDS {
            self.seconds.push(wanted);
            return Hold(self.seconds.len() as u16 - 1);
        }
        let mut longest = hold;
        for (index, known) in self.seconds.iter().enumerate() {
            if *known <= wanted && *known > self.seconds(longest) {
                longest = Hold(index as u16);
            }
        }
        longest
    }

    /// A component's own part has to be known for this hold.
    pub(crate) fn ask(&mut self, component: u32, hold: Hold) {
        if hold != Hold::NONE {
            let asked = self.asked.entry(component).or_default();
            if !asked.contains(&hold) {
                asked.push(hold);
            }
        }
    }

    /// The seconds.
    pub(crate) fn seconds(&self, hold: Hold) -> f64 {
        self.seconds.get(usize::from(hold.0)).copied().unwrap_or(0.0)
    }

    /// What is asked of a component, the shortest first.
    pub(crate) fn asked(&self, component: u32) -> Vec<Hold> {
        let mut asked = self.asked.get(&component).cloned().unwrap_or_default();
        self.sort(&mut asked);
        asked
    }

    /// What is asked of any component, the shortest first.
    pub(crate) fn all(&self) -> Vec<Hold> {
        let mut all: Vec<Hold> = self.asked.values().flatten().copied().collect();
        all.sort_unstable();
        all.dedup();
        self.sort(&mut all);
        all
    }

    fn sort(&self, holds: &mut [Hold]) {
        holds.sort_by(|a, b| self.seconds(*a).total_cmp(&self.seconds(*b)));
    }
}
