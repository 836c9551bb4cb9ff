//! What a component waits for before it is back, and the least times that satisfy all waits.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use crate::layout::contribution::partials_too_heavy;
use crate::layout::strong::{Strong, strong_of};

/// Who has to be back, by place; an outage shorter than `buffer` does not matter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Other {
    pub(crate) place: usize,
    pub(crate) buffer: f64,
    /// As before, instead of only serving.
    pub(crate) whole: bool,
}

impl Other {
    /// When it is back, as far as it matters.
    pub(crate) fn back(&self, times: &[f64], before: &[f64]) -> f64 {
        let time = get(times, self.place);
        let back = if self.whole { time } else { time.min(get(before, self.place)) };
        if back <= self.buffer { 0.0 } else { back }
    }
}

#[derive(Clone, Debug)]
pub(crate) enum Wait {
    For(Other),
    /// Until the weights of those that are missing, and of those that were before, are light enough.
    Weights(Vec<(u64, Other)>, u64),
    /// Until no more than so many are missing. Strictly: before the component itself is there, or all of them with it
    /// (which is no choice if one was missing before).
    Group {
        members: Vec<Other>,
        may_miss: usize,
        strict: bool,
        none_missing_before: bool,
    },
}

impl Wait {
    pub(crate) fn others(&self) -> Vec<Other> {
        match self {
            Wait::For(other) => vec![*other],
            Wait::Weights(weights, _) => weights.iter().map(|(_, other)| *other).collect(),
            Wait::Group { members, .. } => members.clone(),
        }
    }
}

/// What everything waits for.
pub(crate) struct Waits {
    of: Vec<Vec<Wait>>,
    /// Who waits for each, and in which of its waits.
    by: Vec<Vec<(u32, u32)>>,
    /// Those that wait for each other, after those that they wait for.
    pub(crate) order: Strong,
}

impl Waits {
    pub(crate) fn new(of: Vec<Vec<Wait>>) -> Waits {
        let mut by = vec![Vec::new(); of.len()];
        let mut successors = vec![Vec::new(); of.len()];
        for ((place, waits), successors) in of.iter().enumerate().zip(&mut successors) {
            for (index, wait) in waits.iter().enumerate() {
                for other in wait.others() {
                    successors.push(other.place as u32);
                    if let Some(by) = by.get_mut(other.place) {
                        by.push((place as u32, index as u32));
                    }
                }
            }
        }
        Waits { of, by, order: strong_of(&successors) }
    }

    pub(crate) fn of(&self, place: usize) -> &[Wait] {
        self.of.get(place).map_or(&[], Vec::as_slice)
    }

    fn wait(&self, place: u32, index: u32) -> Option<&Wait> {
        self.of(place as usize).get(index as usize)
    }

    pub(crate) fn by(&self, place: u32) -> &[(u32, u32)] {
        self.by.get(place as usize).map_or(&[], Vec::as_slice)
    }

    /// Whether these two wait for each other.
    pub(crate) fn together(&self, one: u32, other: u32) -> bool {
        self.order.of.get(one as usize) == self.order.of.get(other as usize)
    }

    /// Raises the times of these, which wait for each other, to the least ones not before what they wait for. The
    /// latest first: each is then raised once or twice.
    pub(crate) fn settle(&self, places: &[u32], before: &[f64], times: &mut [f64]) {
        for &place in places {
            let all = self.of(place as usize).iter().map(|wait| until(wait, times, before));
            let latest = all.fold(get(times, place as usize), f64::max);
            set(times, place, latest);
        }
        if places.len() < 2 {
            return;
        }
        let mut pending: BinaryHeap<(Time, u32)> =
            places.iter().map(|&place| (Time(get(times, place as usize)), place)).collect();
        while let Some((Time(time), place)) = pending.pop() {
            if time < get(times, place as usize) {
                continue;
            }
            for &(waiter, index) in self.by(place).iter().filter(|&&(waiter, _)| self.together(waiter, place)) {
                let latest = self.wait(waiter, index).map_or(0.0, |wait| until(wait, times, before));
                if latest > get(times, waiter as usize) {
                    set(times, waiter, latest);
                    pending.push((Time(latest), waiter));
                }
            }
        }
    }
}

/// A time that can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Time(f64);

impl Eq for Time {}

impl Ord for Time {
    fn cmp(&self, other: &Time) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl PartialOrd for Time {
    fn partial_cmp(&self, other: &Time) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

pub(crate) fn get(times: &[f64], place: usize) -> f64 {
    times.get(place).copied().unwrap_or(0.0)
}

pub(crate) fn set(times: &mut [f64], place: u32, time: f64) {
    if let Some(slot) = times.get_mut(place as usize) {
        *slot = time;
    }
}

/// Until when this holds somebody up. `before` are the times for what has to be there before.
pub(crate) fn until(wait: &Wait, times: &[f64], before: &[f64]) -> f64 {
    let sorted = |members: &[Other], times: &[f64]| {
        let mut all: Vec<f64> = members.iter().map(|other| other.back(times, before)).collect();
        all.sort_by(f64::total_cmp);
        all
    };
    match wait {
        Wait::For(other) => other.back(times, before),
        Wait::Weights(weights, lost_before) => {
            let mut missing: u64 = lost_before + weights.iter().map(|(weight, _)| weight).sum::<u64>();
            let mut all: Vec<(f64, u64)> =
                weights.iter().map(|(weight, other)| (other.back(times, before), *weight)).collect();
            all.sort_by(|a, b| a.0.total_cmp(&b.0));
            let mut last = 0.0;
            for (until, weight) in all {
                if !partials_too_heavy(missing) {
                    break;
                }
                missing = missing.saturating_sub(weight);
                last = until;
            }
            last
        }
        Wait::Group { members, may_miss, strict, none_missing_before } => {
            let Some(nth) = members.len().checked_sub(may_miss + 1) else { return 0.0 };
            let enough = |all: &[f64]| all.get(nth).copied().unwrap_or(0.0);
            if !strict {
                return enough(&sorted(members, times));
            }
            let first = enough(&sorted(members, before));
            let together = sorted(members, times).last().copied().filter(|_| *none_missing_before);
            together.map_or(first, |together| together.min(first))
        }
    }
}
