//! A dependency: that one component needs, uses or hands work to another, how surely, and the lines that prove it.

use std::sync::Arc;

use foreshock_text::Place;

use crate::{ComponentIndex, Seconds};

/// How a component depends on another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DependencyKind {
    /// Can't serve without.
    Requires,
    /// Serves with less.
    Optional,
    /// Hands work over and goes on.
    Async,
}

/// How sure we are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// Only hints at it (an access granted, a security-group link): shown, and never counted.
    Guess,
    /// An address handed over.
    Likely,
    /// Means nothing else (listener to target group).
    Certain,
}

/// When it is needed: while the system runs, or only to start, change or repair it. In the order in which it matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Plane {
    /// The running system.
    #[default]
    Data,
    /// Whatever starts: a secret that is read, an image that is pulled. What runs already runs on.
    Start,
    /// Changes and repairs by hand only.
    Management,
}

/// A place in the text with what it shows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Evidence {
    /// Where.
    pub place: Place,
    /// What it shows, in the user's words: "container environment DB_HOST refers to aws_db_instance.orders".
    pub why: Arc<str>,
}

/// Which lines of the evidence show what, by their number; `None` where no line of its own does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// The call itself: the line that names whom is called.
    pub call: Option<usize>,
    /// How long one attempt may take, where that is written elsewhere than the call.
    pub timeout: Option<usize>,
    /// How long all of them may, likewise.
    pub deadline: Option<usize>,
    /// How often is tried, likewise.
    pub attempts: Option<usize>,
}

/// `from` depends on `to` at run time.
#[derive(Clone, Debug, PartialEq)]
pub struct Dependency {
    /// Who depends.
    pub from: ComponentIndex,
    /// On whom.
    pub to: ComponentIndex,
    /// How.
    pub kind: DependencyKind,
    /// How sure.
    pub confidence: Confidence,
    /// Why we think so, in reading order.
    pub evidence: Vec<Evidence>,
    /// Which of these lines shows what.
    pub shown: Shown,
    /// Share of the caller's function that needs it, 0..=1, where somebody wrote it or it follows from what is written;
    /// see [`Dependency::share`].
    pub weight: Option<f64>,
    /// Time after which the caller gives up on one attempt.
    pub timeout: Option<Seconds>,
    /// Time after which the caller gives up whatever attempts are left.
    pub deadline: Option<Seconds>,
    /// Attempts, >= 1.
    pub attempts: u32,
    /// One way.
    pub latency: Seconds,
    /// Calls for each request of the caller, > 0; 1 when nothing is said.
    pub fan_out: f64,
    /// How long an outage is absorbed (async only); `None` = never worse than degraded.
    pub buffer: Option<Seconds>,
    /// A circuit breaker stands on the edge.
    pub breaker: bool,
    /// The caller has a real substitute.
    pub fallback: bool,
    /// Plane.
    pub plane: Plane,
}

impl Dependency {
    /// A plain dependency of no written weight, one attempt, no breaker.
    pub fn new(
        from: ComponentIndex,
        to: ComponentIndex,
        kind: DependencyKind,
        confidence: Confidence,
        evidence: Vec<Evidence>,
    ) -> Dependency {
        Dependency {
            from,
            to,
            kind,
            confidence,
            evidence,
            shown: Shown::default(),
            weight: None,
            timeout: None,
            deadline: None,
            attempts: 1,
            latency: Seconds::ZERO,
            fan_out: 1.0,
            buffer: None,
            breaker: false,
            fallback: false,
            plane: Plane::Data,
        }
    }

    /// The line that shows the call: the one that names whom is called, else the last, which is where the way ends.
    pub fn call(&self) -> Option<&Evidence> {
        self.shown.call.and_then(|line| self.evidence.get(line)).or_else(|| self.evidence.last())
    }

    /// The line that says how long the caller waits for one attempt.
    pub fn patience_line(&self) -> Option<&Evidence> {
        let is_by_deadline = self.patience() != self.timeout;
        self.line_of(if is_by_deadline { self.shown.deadline } else { self.shown.timeout })
    }

    /// The line that says how long it waits with all its attempts.
    pub fn wait_line(&self) -> Option<&Evidence> {
        let is_by_deadline = self.deadline.is_some() && self.longest_wait() == self.deadline;
        self.line_of(if is_by_deadline { self.shown.deadline } else { self.shown.timeout })
    }

    /// The line that says how often is tried.
    pub fn attempts_line(&self) -> Option<&Evidence> {
        self.line_of(self.shown.attempts)
    }

    fn line_of(&self, line: Option<usize>) -> Option<&Evidence> {
        line.and_then(|line| self.evidence.get(line)).or_else(|| self.call())
    }

    /// How long the caller waits for one attempt; `None` where it waits for ever.
    pub fn patience(&self) -> Option<Seconds> {
        sooner(self.timeout, self.deadline)
    }

    /// How long it waits with all its attempts; `None` where it waits for ever.
    pub fn longest_wait(&self) -> Option<Seconds> {
        let attempts = f64::from(self.attempts.max(1));
        sooner(self.timeout.and_then(|timeout| Seconds::new(timeout.get() * attempts)), self.deadline)
    }

    /// Share of the caller's function that needs it, 0..=1; <= 0.5 is a partial dependency. All of it where nobody wrote a
    /// weight: the worst that can be meant.
    pub fn share(&self) -> f64 {
        self.weight.unwrap_or(1.0)
    }

    /// Whether a failure of the target can reach the running caller: what is only guessed, and what only starts, changes
    /// and repairs need, is shown and carries nothing.
    pub fn counts(&self) -> bool {
        self.plane == Plane::Data && self.confidence > Confidence::Guess
    }
}

/// The shorter of two times of which there may be none.
fn sooner(one: Option<Seconds>, other: Option<Seconds>) -> Option<Seconds> {
    match (one, other) {
        (Some(one), Some(other)) => Some(if other < one { other } else { one }),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_ends_what_attempts_are_left() {
        let seconds = |value| Seconds::new(value);
        let mut dependency = Dependency::new(
            ComponentIndex(0),
            ComponentIndex(1),
            DependencyKind::Requires,
            Confidence::Certain,
            Vec::new(),
        );
        dependency.attempts = 3;
        let waits = |dependency: &Dependency| (dependency.patience(), dependency.longest_wait());
        assert_eq!(waits(&dependency), (None, None));
        dependency.deadline = seconds(5.0);
        assert_eq!(waits(&dependency), (seconds(5.0), seconds(5.0)));
        dependency.timeout = seconds(1.0);
        assert_eq!(waits(&dependency), (seconds(1.0), seconds(3.0)));
        dependency.timeout = seconds(4.0);
        assert_eq!(waits(&dependency), (seconds(4.0), seconds(5.0)));
    }
}
