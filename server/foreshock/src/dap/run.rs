//! Where an outage stands, and how it goes on or back.

use std::ops::Range;
use std::sync::Arc;

use foreshock_analysis::Snapshot;
use foreshock_model::ComponentIndex;
use foreshock_report::{Change, Outage, time_span};

/// An outage that is stepped through.
pub(super) struct Run {
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) outage: Outage,
    /// The change that has just happened; none before anything fails.
    pub(super) position: Option<usize>,
}

/// A way through the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// To the end of the next moment at which anything changes.
    Moment,
    /// To the next change.
    Change,
    /// To the worst: the last change for the worse; from there on to the end.
    Worst,
    /// To the end.
    End,
    /// Back to the end of the moment before.
    Back,
    /// Back to the beginning.
    Beginning,
}

/// Where a way ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// Where it was going.
    Arrived,
    /// At what somebody wants to see, on the way.
    Wanted,
    /// There was nothing left to go.
    Over,
}

impl Run {
    /// Goes on until the end of the way, or the first change on it that is wanted: one word for each change.
    pub(super) fn go(&mut self, step: Step, is_wanted: &[bool]) -> Stop {
        let changes = &self.outage.changes;
        let next = self.position.map_or(0, |position| position + 1);
        let Some(last) = changes.len().checked_sub(1) else { return self.nowhere(step) };
        let wanted = |within: Range<usize>| {
            let found = is_wanted.get(within.clone()).unwrap_or_default().iter().position(|wanted| *wanted);
            found.map(|found| within.start + found)
        };
        let until = match step {
            Step::Back | Step::Beginning => return self.go_back(step, is_wanted),
            _ if next > last => return Stop::Over,
            Step::Moment => self.outage.end_of_moment(next),
            Step::Change => next,
            Step::Worst => self.outage.worst().filter(|worst| *worst >= next).unwrap_or(last),
            Step::End => last,
        };
        let found = wanted(next..until + 1).filter(|found| *found < until || step == Step::End);
        self.position = Some(found.unwrap_or(until));
        match found {
            Some(_) => Stop::Wanted,
            None => Stop::Arrived,
        }
    }

    fn go_back(&mut self, step: Step, is_wanted: &[bool]) -> Stop {
        let Some(here) = self.position else { return Stop::Arrived };
        let changes = &self.outage.changes;
        let now = changes.get(here).map(|change| change.at);
        let before = changes.get(..here).unwrap_or_default();
        let found = match step {
            Step::Back => before.iter().rposition(|change| Some(change.at) != now),
            _ => is_wanted.get(..here).unwrap_or_default().iter().rposition(|wanted| *wanted),
        };
        self.position = found;
        match (step, found) {
            (Step::Beginning, Some(_)) => Stop::Wanted,
            _ => Stop::Arrived,
        }
    }

    fn nowhere(&self, step: Step) -> Stop {
        match step {
            Step::Back | Step::Beginning => Stop::Arrived,
            _ => Stop::Over,
        }
    }

    /// The change that has just happened.
    pub(super) fn change(&self) -> Option<&Change> {
        self.outage.changes.get(self.position?)
    }

    /// Whether there is nothing left to come.
    pub(super) fn is_at_end(&self) -> bool {
        self.position.map_or(0, |position| position + 1) >= self.outage.changes.len()
    }

    /// `+5 s: app is DOWN: it requires orders`, as a title of where it stands.
    pub(super) fn title(&self) -> String {
        match self.change() {
            Some(change) => format!("+{}: {}", time_span(change.at), self.outage.sentence(change)),
            None if self.outage.changes.is_empty() => format!("{}: nothing gets worse", self.outage.faults_in_words()),
            None => format!("before it fails: {}", self.outage.faults_in_words()),
        }
    }

    /// The component of that id; or the only one whose id ends with it, the only one of that label, or of which something is
    /// named: `aws_db_instance.orders.address`.
    pub(super) fn find(&self, name: &str) -> Option<ComponentIndex> {
        let system = self.outage.stack.system();
        let name = name.trim().trim_matches(['"', '\'', '$', '{', '}']).trim();
        if name.is_empty() {
            return None;
        }
        if let Some(component) = system.find(name) {
            return Some(component);
        }
        let only = |fits: &dyn Fn(&str, &str) -> bool| {
            let mut found = system.iter().filter(|(_, it)| fits(it.id.as_str(), &it.label));
            found.next().filter(|_| found.next().is_none()).map(|(component, _)| component)
        };
        let ending = format!(".{name}");
        let found = only(&|id, _| id.ends_with(&ending)).or_else(|| only(&|_, label| label == name));
        // Of a reference the longest beginning counts that is a component.
        found.or_else(|| name.match_indices('.').rev().find_map(|(at, _)| system.find(name.get(..at)?)))
    }
}
