//! An outage in words.

use foreshock_analysis::reason;
use foreshock_engine::{Cause, Effect, Health, Span};
use foreshock_text::visible;

use super::{Change, Outage, Turn};
use crate::fault_words::scenario_words;
use crate::simulation::told;
use crate::words::{duration, health_name, share};

/// Of what is spared so many are named.
const MOST_NAMED: usize = 5;

/// A time after the failure in the two largest units that matter, so that steps of a minute differ after hours, too: `0 s`,
/// `5 s`, `4 min 10 s`, `1 h 51 min`, `2 d 3 h`.
pub fn time_span(seconds: f64) -> String {
    if seconds < 60.0 {
        return duration(seconds);
    }
    // Far beyond what anybody waits for, and still a number.
    let whole = seconds.round().clamp(0.0, 1e15) as u64;
    let minutes = (whole + 30) / 60;
    let hours = (minutes + 30) / 60;
    match whole {
        _ if whole < 3600 => pair(whole / 60, "min", whole % 60, "s"),
        _ if minutes < 24 * 60 => pair(minutes / 60, "h", minutes % 60, "min"),
        _ => pair(hours / 24, "d", hours % 24, "h"),
    }
}

fn pair(large: u64, large_unit: &str, small: u64, small_unit: &str) -> String {
    match small {
        0 => format!("{large} {large_unit}"),
        _ => format!("{large} {large_unit} {small} {small_unit}"),
    }
}

/// `api DOWN after 5 s`; what is only slower or asked for more is said so.
pub(super) fn worse(id: &str, effect: &Effect) -> String {
    let name = match effect.health {
        Health::Healthy if effect.latency.is_some() => "slower",
        Health::Healthy => "asked for more",
        health => health_name(health),
    };
    match effect.at.get() {
        at if at > 0.0 => format!("{id} {name} after {}", time_span(at)),
        _ => format!("{id} {name}"),
    }
}

impl Outage {
    /// What happens, in a sentence without a full stop: `api is DOWN: it requires orders (likely DEGRADED)`.
    pub fn sentence(&self, change: &Change) -> String {
        let id = self.stack.id_of(change.component);
        let words = match change.turn {
            Turn::Worse => self.sentence_of_worse(&id, change),
            Turn::Serves => format!("{id} serves again, {}{}", health_name(change.is), self.waited(change)),
            Turn::Whole if change.is == Health::Healthy => format!("{id} is back{}", self.waited(change)),
            Turn::Whole => format!("{id} is {} as before{}", health_name(change.is), self.waited(change)),
        };
        visible(&words).into_owned()
    }

    fn sentence_of_worse(&self, id: &str, change: &Change) -> String {
        let name = health_name(change.is);
        let Some(effect) = self.played.cascade.effect(change.component) else { return format!("{id} is {name}") };
        let because = match (reason(self.stack.system(), &self.played.cascade, effect), effect.because) {
            (Some(reason), _) => format!("it {} {}", reason.words, self.stack.id_of(reason.component)),
            (None, Cause::Fault(index)) => {
                let fault = self.played.faults.get(index..=index).unwrap_or_default();
                match scenario_words(&self.stack, fault) {
                    words if words == id || words.is_empty() => "it fails".to_owned(),
                    words => words,
                }
            }
            (None, _) => "it fails".to_owned(),
        };
        let failing =
            effect.errors.map_or_else(String::new, |errors| format!(", fails {} of its requests", share(errors)));
        let likely = match effect.likely.health {
            likely if likely != effect.health => format!(" (likely {})", health_name(likely)),
            _ => String::new(),
        };
        format!("{id} is {name}{failing}: {because}{likely}")
    }

    fn waited(&self, change: &Change) -> String {
        let recovery = self.played.recovery.iter().flat_map(|recovery| &recovery.components);
        let waits_for = recovery.filter(|it| it.component == change.component).find_map(|it| it.waits_for);
        waits_for.map_or_else(String::new, |other| format!(": it waited for {}", self.stack.id_of(other)))
    }

    /// What a moment comes to: `3 worse, 1 back`; the changes from one position to another, both included.
    pub fn summary(&self, from: usize, to: usize) -> String {
        let moment = self.changes.get(from..=to).unwrap_or_default();
        let worse = moment.iter().filter(|change| change.turn == Turn::Worse).count();
        let (serving, back) = (
            moment.iter().filter(|change| change.turn == Turn::Serves).count(),
            moment.iter().filter(|change| change.turn == Turn::Whole).count(),
        );
        let counted = [(worse, "worse"), (serving, "serving again"), (back, "back")];
        let counted: Vec<String> =
            counted.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
        counted.join(", ")
    }

    /// What is to be known before the first moment, a line each: what fails and how much that takes away, how soon all is back,
    /// and what can't be told.
    pub fn introduction(&self) -> Vec<String> {
        let system = self.stack.system();
        let affected = self.changes.iter().filter(|change| change.turn == Turn::Worse).count();
        let lost = match self.played.entry_loss {
            Some(loss) if loss == 0.0 && !self.played.cascade.unsettled.is_empty() => {
                "what users lose can't be told".to_owned()
            }
            Some(loss) => format!("users lose {} of the service at worst", share(loss)),
            None => "nothing here is known to be reached by users".to_owned(),
        };
        let mut lines = vec![format!(
            "{}: {affected} of {} components get worse, {lost}",
            self.faults_in_words(),
            system.components.len()
        )];
        if let Some(recovery) = &self.played.recovery {
            if let Some(everything) = &recovery.everything {
                lines.push(format!("everything serves again {}", back(everything)));
            }
            for deadlock in &recovery.deadlocks {
                let circle = deadlock.circle.iter().map(|waiting| self.stack.id_of(waiting.component));
                let circle = circle.collect::<Vec<_>>().join(", ");
                lines.push(format!("recovery deadlock: {circle} can't come back without each other"));
            }
        } else {
            lines.push("nobody says when this ends: there is no way back to step through".to_owned());
        }
        for spared in self.spared.iter().take(MOST_NAMED) {
            let id = self.stack.id_of(spared.component);
            let (at, back) = (time_span(spared.at), time_span(spared.back));
            lines.push(format!(
                "{id} would fall after {at}, and is not shown: half of the times what it needs is back by then ({back})"
            ));
        }
        if let Some(more) = self.spared.len().checked_sub(MOST_NAMED).filter(|more| *more > 0) {
            lines.push(format!("and so are {more} more"));
        }
        for unsettled in &self.played.cascade.unsettled {
            let (component, why) = told(*unsettled);
            let of = component.map_or_else(String::new, |component| format!("{}: ", self.stack.id_of(component)));
            lines.push(format!("not told: {of}{why}"));
        }
        if !self.stack.problems.is_empty() {
            let count = self.stack.problems.len();
            let plural = if count == 1 { "" } else { "s" };
            lines.push(format!("{count} place{plural} of the text not understood; foreshock check names them"));
        }
        lines.into_iter().map(|line| visible(&line).into_owned()).collect()
    }
}

/// `after 1.9 h, 9 of 10 times within 9 h`; `not by itself`.
pub fn back(span: &Span) -> String {
    match (span.p50, span.p90) {
        (Some(p50), Some(p90)) => {
            format!("after {}, 9 of 10 times within {}", duration(p50.get()), duration(p90.get()))
        }
        (Some(p50), None) => format!("after {}, and in more than 1 of 10 cases not by itself", duration(p50.get())),
        (None, _) => "not by itself".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::time_span;

    /// As the player of the picture writes them.
    #[test]
    fn two_units_are_enough() {
        for (seconds, text) in [
            (0.0, "0 s"),
            (2.5, "2.5 s"),
            (59.0, "59 s"),
            (60.0, "1 min"),
            (250.0, "4 min 10 s"),
            (3600.0, "1 h"),
            (6660.0, "1 h 51 min"),
            (6720.0, "1 h 52 min"),
            (360_000.0, "4 d 4 h"),
        ] {
            assert_eq!(time_span(seconds), text);
        }
    }
}
