//! The times of a restoration as distributions: the quantiles over many runs in which every repair is drawn by itself.
//!
//! With at most one repair that chance decides the times rise with its draw, and the quantiles are the times at its quantiles:
//! three runs are exact. Otherwise each repair has its own draw in every run. The quantile of a maximum of independent repairs is
//! then that of the maximum, and what is one repair by two ways is one draw. A run that is slower in every repair is slower in
//! every time, and each repair keeps its draws whatever else there is, so that more faults never shorten anything.

use foreshock_model::{ComponentIndex, Seconds};

use crate::recovery::outcome::Span;
use crate::recovery::repair::{Luck, levels};
use crate::recovery::restoration::{Back, Restoration};

const LEVELS: [f64; 3] = [0.1, 0.5, 0.9];
/// Runs by the number of components that are hit: the 90th percentile of the slowest of twenty equal repairs has a standard
/// error of 4 % with 1005, and a sweep that tells of thousands of scenarios waits for all of them. With 5 more than a multiple of ten the three quantiles are the times of single runs.
const RUNS: [(usize, usize); 2] = [(1000, 1005), (usize::MAX, 205)];

/// The quantiles of all times.
pub(super) struct Distribution {
    serves: Vec<Span>,
    whole: Vec<Span>,
    /// Until the last of each group serves.
    last: Vec<Span>,
}

impl Distribution {
    /// Of everything that has to be restored, and of when the last of each of these groups serves.
    pub(super) fn of(restoration: &Restoration<'_>, groups: &[&[ComponentIndex]]) -> Distribution {
        let backs = runs(restoration);
        let groups: Vec<Vec<usize>> = groups.iter().map(|group| restoration.places(group)).collect();
        let count = restoration.count();
        let column = |of: &dyn Fn(&Back) -> f64| span(backs.iter().map(of).collect());
        let time = |times: &[f64], place: usize| times.get(place).copied().unwrap_or(0.0);
        Distribution {
            serves: (0..count).map(|place| column(&|back| time(&back.serves, place))).collect(),
            whole: (0..count).map(|place| column(&|back| time(&back.whole, place))).collect(),
            last: groups
                .iter()
                .map(|group| column(&|back| group.iter().map(|&place| time(&back.serves, place)).fold(0.0, f64::max)))
                .collect(),
        }
    }

    /// Until the one at that place serves.
    pub(super) fn serves(&self, place: usize) -> Span {
        self.serves.get(place).copied().unwrap_or_default()
    }

    /// Until it is as before.
    pub(super) fn whole(&self, place: usize) -> Span {
        self.whole.get(place).copied().unwrap_or_default()
    }

    /// Until the last of that group serves.
    pub(super) fn last(&self, group: usize) -> Span {
        self.last.get(group).copied().unwrap_or_default()
    }
}

/// The medians of [`Distribution::serves`] of what is DOWN, and of [`Distribution::whole`] of what is not, by place.
pub(super) fn medians(restoration: &Restoration<'_>) -> Vec<Option<Seconds>> {
    let backs = runs(restoration);
    let mut times = Vec::with_capacity(backs.len());
    let median = |place: usize| {
        times.clear();
        times.extend(backs.iter().map(|back| {
            let of = if restoration.is_down(place) { &back.serves } else { &back.whole };
            of.get(place).copied().unwrap_or(0.0)
        }));
        let middle = quantile(0.5, times.len());
        (middle < times.len()).then(|| *times.select_nth_unstable_by(middle, f64::total_cmp).1).and_then(Seconds::new)
    };
    (0..restoration.count()).map(median).collect()
}

/// How many runs [`medians`] makes.
pub(super) fn number_of_runs(restoration: &Restoration<'_>) -> usize {
    if restoration.random_keys() <= 1 {
        return LEVELS.len();
    }
    let count = restoration.count();
    RUNS.iter().find(|(most, _)| count <= *most).map_or(205, |(_, runs)| *runs)
}

fn runs(restoration: &Restoration<'_>) -> Vec<Back> {
    let keys = restoration.keys();
    if restoration.random_keys() <= 1 {
        return LEVELS.iter().map(|&level| restoration.solve(Luck::Quantile(level))).collect();
    }
    let runs = number_of_runs(restoration);
    let drawn: Vec<Vec<f64>> = keys.iter().map(|&key| levels(key, runs)).collect();
    let level = |run: usize| drawn.iter().map(|levels| levels.get(run).copied().unwrap_or(0.5)).collect::<Vec<f64>>();
    (0..runs).map(|run| restoration.solve(Luck::Drawn(&level(run)))).collect()
}

/// The three quantiles of these times.
fn span(mut times: Vec<f64>) -> Span {
    times.sort_by(f64::total_cmp);
    let at = |level: f64| times.get(quantile(level, times.len())).copied().and_then(Seconds::new);
    let [p10, p50, p90] = LEVELS.map(at);
    Span { p10, p50, p90 }
}

/// The place of a quantile among so many sorted times.
fn quantile(level: f64, count: usize) -> usize {
    let place = (level * count as f64 - 0.5).round().max(0.0) as usize;
    place.min(count.saturating_sub(1))
}
