//! How calls are limited by somebody between: time limits, attempts and breakers that a proxy or a mesh keeps for its callers.

use std::sync::Arc;

use foreshock_model::{Dependency, Evidence, Seconds, Shown};
use foreshock_resources::{Instance, Kind, Value};
use serde::Deserialize;

use crate::check::written;
use crate::expression::{Expression, Scope};

/// Limits as they are written in a row.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LimitsRow {
    /// Only where this is true; where that can't be known, no limit is.
    #[serde(default)]
    pub(crate) when: Option<Expression>,
    /// A derived value of the caller that has to be true for limits that its own platform keeps for it.
    #[serde(default)]
    pub(crate) callers: Option<String>,
    /// Of one attempt: seconds, or a duration such as `1m30s`. Null, an empty text and no time at all are no limit.
    #[serde(default)]
    pub(crate) timeout: Option<Expression>,
    /// Of all attempts together.
    #[serde(default)]
    pub(crate) deadline: Option<Expression>,
    /// Attempts, the first one included.
    #[serde(default)]
    pub(crate) attempts: Option<Expression>,
    /// Whether it stops calling what is down.
    #[serde(default)]
    pub(crate) breaker: Option<Expression>,
    /// Where they are written: the attribute.
    #[serde(default)]
    pub(crate) timeout_at: Option<String>,
    /// Likewise.
    #[serde(default)]
    pub(crate) deadline_at: Option<String>,
    /// Likewise.
    #[serde(default)]
    pub(crate) attempts_at: Option<String>,
}

impl LimitsRow {
    /// Every expression of it.
    pub(crate) fn expressions(&self) -> impl Iterator<Item = &Expression> {
        [&self.when, &self.timeout, &self.deadline, &self.attempts, &self.breaker].into_iter().flatten()
    }

    /// What they are for the edge that these variables describe.
    pub(crate) fn read(&self, instance: &Instance, variables: &Scope, why: &Arc<str>) -> Option<Limits> {
        let holds = match &self.when {
            None => Some(true),
            Some(when) => when.holds(variables),
        };
        if holds == Some(false) {
            return None;
        }
        let value = |expression: &Option<Expression>| {
            let expression = expression.as_ref()?;
            Some(if holds.is_some() { expression.value(variables) } else { Value::unknown("whether it holds") })
        };
        let line = |path: &Option<String>| {
            let place = written(instance, path.as_ref()?)?;
            Some(Evidence { place, why: why.clone() })
        };
        Some(Limits {
            callers: self.callers.as_deref().map(Arc::from),
            timeout: Said::of(value(&self.timeout), seconds),
            deadline: Said::of(value(&self.deadline), seconds),
            attempts: Said::of(value(&self.attempts), count),
            breaker: Said::of(value(&self.breaker), truth),
            timeout_line: line(&self.timeout_at),
            deadline_line: line(&self.deadline_at),
            attempts_line: line(&self.attempts_at),
        })
    }
}

/// What is said of a limit.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Said<T> {
    /// Nothing: there is none.
    #[default]
    Nothing,
    /// This.
    Known(T),
    /// Something, and nobody knows what.
    Unknown,
}

impl<T: Copy + PartialEq> Said<T> {
    fn of(value: Option<Value>, read: impl Fn(&Kind) -> Option<Said<T>>) -> Said<T> {
        match value.map(|value| value.kind) {
            None | Some(Kind::Null) => Said::Nothing,
            Some(kind) => read(&kind).unwrap_or(Said::Unknown),
        }
    }

    /// What two say of the same call.
    fn and(self, other: Said<T>) -> Said<T> {
        match (self, other) {
            (one, Said::Nothing) => one,
            (Said::Nothing, other) => other,
            (one, other) if one == other => one,
            _ => Said::Unknown,
        }
    }

    /// What holds for calls on either of two ways.
    fn common(self, other: Said<T>) -> Said<T> {
        if self == other { self } else { Said::Unknown }
    }

    fn known(self) -> Option<T> {
        match self {
            Said::Known(value) => Some(value),
            _ => None,
        }
    }
}

fn seconds(kind: &Kind) -> Option<Said<Seconds>> {
    let seconds = match kind {
        Kind::Number(number) => *number,
        Kind::String(text) if text.is_empty() => return Some(Said::Nothing),
        Kind::String(text) => foreshock_expressions::seconds_of(text)?,
        _ => return None,
    };
    if seconds == 0.0 { Some(Said::Nothing) } else { Seconds::new(seconds).map(Said::Known) }
}

fn count(kind: &Kind) -> Option<Said<u32>> {
    /// More is a mistake.
    const MOST: f64 = 1_000_000.0;
    match kind {
        Kind::Number(number) if (1.0..=MOST).contains(number) => Some(Said::Known(*number as u32)),
        _ => None,
    }
}

fn truth(kind: &Kind) -> Option<Said<bool>> {
    match kind {
        Kind::Bool(truth) => Some(Said::Known(*truth)),
        _ => None,
    }
}

/// The limits of calls over an edge, or on a way.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Limits {
    /// See [`LimitsRow::callers`].
    pub(crate) callers: Option<Arc<str>>,
    timeout: Said<Seconds>,
    deadline: Said<Seconds>,
    attempts: Said<u32>,
    breaker: Said<bool>,
    timeout_line: Option<Evidence>,
    deadline_line: Option<Evidence>,
    attempts_line: Option<Evidence>,
}

impl Limits {
    /// Without the times.
    pub(crate) fn timeless(&self) -> Limits {
        Limits {
            timeout: Said::Nothing,
            deadline: Said::Nothing,
            timeout_line: None,
            deadline_line: None,
            ..self.clone()
        }
    }

    /// What both say of the same call. Of two numbers of attempts the smaller one counts.
    pub(crate) fn and(self, other: &Limits) -> Limits {
        let attempts = match (self.attempts, other.attempts) {
            (Said::Known(one), Said::Known(other)) => Said::Known(one.min(other)),
            (one, other) => one.and(other),
        };
        Limits {
            callers: None,
            timeout: self.timeout.and(other.timeout),
            deadline: self.deadline.and(other.deadline),
            attempts,
            breaker: self.breaker.and(other.breaker),
            timeout_line: self.timeout_line.or_else(|| other.timeout_line.clone()),
            deadline_line: self.deadline_line.or_else(|| other.deadline_line.clone()),
            attempts_line: self.attempts_line.or_else(|| other.attempts_line.clone()),
        }
    }

    /// What surely holds on each of two ways to the same target.
    pub(crate) fn common(one: Option<&Limits>, other: Option<&Limits>) -> Option<Limits> {
        let (one, other) = (one?.clone(), other?);
        let attempts = match (one.attempts, other.attempts) {
            (Said::Known(one), Said::Known(other)) => Said::Known(one.min(other)),
            (one, other) => one.common(other),
        };
        Some(Limits {
            timeout: one.timeout.common(other.timeout),
            deadline: one.deadline.common(other.deadline),
            attempts,
            breaker: one.breaker.common(other.breaker),
            ..one
        })
    }

    /// Puts what is known of them on a dependency, with the lines that say so behind its evidence.
    pub(crate) fn limit(&self, dependency: &mut Dependency) {
        dependency.timeout = self.timeout.known();
        dependency.deadline = self.deadline.known();
        dependency.attempts = self.attempts.known().unwrap_or(1);
        dependency.breaker = self.breaker.known().unwrap_or(false);
        let call = dependency.evidence.len().checked_sub(1);
        let is_said = (dependency.timeout.is_some(), dependency.deadline.is_some(), dependency.attempts > 1);
        let mut add = |line: &Option<Evidence>, is_said: bool| {
            let line = line.as_ref().filter(|_| is_said)?;
            dependency.evidence.push(line.clone());
            dependency.evidence.len().checked_sub(1)
        };
        let timeout = add(&self.timeout_line, is_said.0);
        let deadline = add(&self.deadline_line, is_said.1);
        let attempts = add(&self.attempts_line, is_said.2);
        let call = dependency.shown.call.or(call);
        dependency.shown = Shown { call, timeout, deadline, attempts };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(timeout: Said<f64>, attempts: Said<u32>) -> Limits {
        let timeout = match timeout {
            Said::Known(seconds) => Said::Known(Seconds::new(seconds).unwrap_or_default()),
            Said::Nothing => Said::Nothing,
            Said::Unknown => Said::Unknown,
        };
        Limits { timeout, attempts, ..Limits::default() }
    }

    #[test]
    fn what_two_say_of_one_call_and_what_holds_on_either_way() {
        let (a, b) = (limits(Said::Known(1.0), Said::Known(3)), limits(Said::Nothing, Said::Known(2)));
        assert_eq!(a.clone().and(&b), limits(Said::Known(1.0), Said::Known(2)));
        assert_eq!(Limits::common(Some(&a), Some(&b)), Some(limits(Said::Unknown, Said::Known(2))));
        assert_eq!(Limits::common(Some(&a), None), None);
        let other = limits(Said::Known(2.0), Said::Unknown);
        assert_eq!(a.clone().and(&other), limits(Said::Unknown, Said::Unknown));
        assert_eq!(a.clone().and(&a), a);
    }

    #[test]
    fn times_as_they_are_written() {
        let read = |text: &str| seconds(&Kind::String(text.into())).and_then(|said| said.known()).map(Seconds::get);
        assert_eq!(["5s", "0.5s", "1m30s", "250ms"].map(read), [Some(5.0), Some(0.5), Some(90.0), Some(0.25)]);
        assert_eq!(["", "0s", "5", "soon", "-1s"].map(read), [None; 5]);
        assert_eq!(seconds(&Kind::String("0s".into())), Some(Said::Nothing));
        assert_eq!(seconds(&Kind::String("soon".into())), None);
    }
}
