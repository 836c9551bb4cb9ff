//! What makes a check fail, and the words that say so.

use clap::{Args, ValueEnum};
use foreshock_analysis::{Judged, Severity, Stack};
use foreshock_engine::{AvailabilityOptions, Verdict};
use foreshock_model::{Points, Probability};
use foreshock_report::{Places, Report, holds, layer_name, moved as moved_words, score, up, yearly};

use crate::cli::availability::objective;

/// What makes the command fail with exit code 1.
#[derive(Args)]
pub(super) struct Gates {
    /// The quietest finding that makes the command fail with exit code 1; with a base only new ones do [default: warning]
    #[arg(long, value_enum)]
    fail_on: Option<FailOn>,
    /// Fail when the score is lower than that of the base, however little
    #[arg(long)]
    fail_on_regression: bool,
    /// Fail when the score of a stack is below N (0 to 100)
    #[arg(long, value_name = "N", value_parser = least_score)]
    min_score: Option<f64>,
    /// Fail when less than PERCENT of the resources of a stack are of types that are known
    #[arg(long, value_name = "PERCENT", value_parser = share)]
    min_understood: Option<f64>,
    /// Fail, too, where it hangs on something that is not known whether a gate is passed
    #[arg(long)]
    strict: bool,
    /// Fail when a stack is not expected to reach this availability; without it, and without a base, what foreshock.toml
    /// promises counts
    #[arg(long, value_name = "PERCENT", value_parser = objective)]
    slo: Option<Probability>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    Never,
    Error,
    Warning,
}

impl FailOn {
    fn fails(self, severity: Severity) -> bool {
        match self {
            FailOn::Never => false,
            FailOn::Error => severity >= Severity::Error,
            FailOn::Warning => severity >= Severity::Warning,
        }
    }
}

/// What the gates look at in one stack.
struct Figures {
    title: String,
    /// Of the findings that count: with a base the new ones.
    severities: Vec<Severity>,
    has_base: bool,
    score: Option<f64>,
    /// The best that the score can be, given what is not known.
    best: Option<f64>,
    judged: Judged,
    /// What is not known, for a person.
    open: String,
    /// The score of before, and the points that it moved by; none without a base, and where one of them has no score.
    moved: Option<(f64, f64)>,
    /// The verdict over what was asked for, or promised in `foreshock.toml`.
    verdict: Option<Verdict>,
}

impl Gates {
    /// A gate that needs a base is bad usage without one: to pass in silence would be worse.
    pub(super) fn check_usage(&self, has_base: bool) -> Result<(), String> {
        if self.fail_on_regression && !has_base {
            return Err(
                "--fail-on-regression needs something to compare with: add --base REV, as --base origin/main, \
                        or --plan PLAN.json"
                    .to_owned(),
            );
        }
        Ok(())
    }

    fn fail_on(&self) -> FailOn {
        self.fail_on.unwrap_or(FailOn::Warning)
    }

    /// Whether somebody asked for a gate. Where no stack is, none of them says anything, and that is no pass.
    pub(super) fn are_asked(&self) -> bool {
        self.fail_on.is_some_and(|quietest| quietest != FailOn::Never)
            || self.fail_on_regression
            || self.strict
            || self.min_score.is_some()
            || self.min_understood.is_some()
            || self.slo.is_some()
    }

    /// One line for each gate that a stack does not pass, and one for each of which nobody knows.
    pub(super) fn asked(&self, report: &Report, places: &Places<'_>) -> Asked {
        let mut asked = Asked::default();
        for report in &report.stacks {
            let figures = self.figures(&report.stack, places.name(&report.stack));
            asked.failed.extend(self.reasons(&figures));
            let open = self.open(&figures);
            if self.strict { asked.failed.extend(open) } else { asked.open.extend(open) }
        }
        asked
    }

    fn figures(&self, stack: &Stack, title: String) -> Figures {
        let new = stack.findings.iter().filter(|finding| finding.new);
        Figures {
            title,
            severities: new.map(|finding| finding.severity).collect(),
            has_base: stack.comparison().is_some(),
            score: stack.score(),
            best: stack.score_range().map(|(_, best)| best),
            judged: stack.judged().clone(),
            open: open_words(stack),
            moved: moved(stack),
            verdict: self.verdict(stack),
        }
    }

    /// The same question as `foreshock availability --slo` asks; it costs, so that it is asked only where somebody promises.
    fn verdict(&self, stack: &Stack) -> Option<Verdict> {
        // What is promised but was missed before is not the change's fault, and who asked for no failure gets none.
        let counts = stack.comparison().is_none() && self.fail_on() != FailOn::Never;
        let slo = self.slo.or(stack.slo().filter(|_| counts))?;
        let options = AvailabilityOptions { slo: Some(slo), ..AvailabilityOptions::default() };
        stack.availability(&options).verdicts.into_iter().find(Verdict::is_asked)
    }

    fn reasons(&self, figures: &Figures) -> Vec<String> {
        let reasons = [
            self.findings(figures),
            self.regression(figures.moved),
            self.score(figures),
            self.understood(&figures.judged),
            figures.verdict.as_ref().and_then(|verdict| self.objective(verdict)),
        ];
        reasons.into_iter().flatten().map(|reason| format!("{}: {reason}", figures.title)).collect()
    }

    /// `1 new error and 2 new warnings (--fail-on warning)`
    fn findings(&self, figures: &Figures) -> Option<String> {
        let new = if figures.has_base { "new " } else { "" };
        let counted = |severity: Severity| {
            let count =
                figures.severities.iter().filter(|&&other| other == severity && self.fail_on().fails(other)).count();
            (count > 0).then(|| format!("{count} {new}{}{}", severity.name(), if count == 1 { "" } else { "s" }))
        };
        let counts: Vec<String> = [Severity::Error, Severity::Warning].into_iter().filter_map(counted).collect();
        let name = self.fail_on().to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        (!counts.is_empty()).then(|| format!("{} (--fail-on {name})", counts.join(" and ")))
    }

    fn regression(&self, moved: Option<(f64, f64)>) -> Option<String> {
        // However little: the comparison has left out what is only rounding.
        let (before, by) = moved.filter(|&(_, points)| self.fail_on_regression && points < 0.0)?;
        let (before, after, lost) = (score(before), score(before + by), moved_words(Points::new(-by)));
        Some(format!(
            "the score fell by {} points, from {before} to {after} (--fail-on-regression)",
            lost.trim_start_matches('+')
        ))
    }

    /// Fails only where no value of what is not known would do.
    fn score(&self, figures: &Figures) -> Option<String> {
        let (own, least) = (figures.score?, self.min_score?);
        if own >= least || figures.best.is_some_and(|best| best >= least) {
            return None;
        }
        // 59.99 is not to be called 60, which would pass.
        let shown = if score(own) == score(least) { own.to_string() } else { score(own) };
        Some(format!("the score is {shown}, below {least} (--min-score)"))
    }

    fn understood(&self, judged: &Judged) -> Option<String> {
        let (share, least) = (judged.percent(), self.min_understood?);
        (share < least).then(|| {
            let unknown = judged.unknown().map_or_else(String::new, |unknown| format!("; not known: {unknown}"));
            let (known, of) = (judged.judged, judged.of);
            format!("{known} of {of} resources are understood, less than {least} %{unknown} (--min-understood)")
        })
    }

    /// The gates of which nobody knows whether they are passed.
    fn open(&self, figures: &Figures) -> Vec<String> {
        let mut open = Vec::new();
        let why = &figures.open;
        if let (Some(own), Some(best), Some(least)) = (figures.score, figures.best, self.min_score)
            && own < least
            && best >= least
        {
            let (own, best) = (score(own), score(best));
            open.push(format!("the score is between {own} and {best}, {least} is asked for (--min-score){why}"));
        }
        if let (None, Some(_)) = (figures.score, self.min_score)
            && figures.judged.is_mostly_unknown()
        {
            open.push(format!("there is no score (--min-score){why}"));
        }
        if let Some(verdict) =
            figures.verdict.as_ref().filter(|verdict| !verdict.met && verdict.least <= verdict.allowed)
        {
            let (promised, best, worst) = (up(verdict.allowed), up(verdict.least), up(verdict.expected));
            open.push(format!("promised {promised}, expected between {worst} and {best} (--slo){why}"));
        }
        open.into_iter().map(|reason| format!("{}: {reason}", figures.title)).collect()
    }

    fn objective(&self, verdict: &Verdict) -> Option<String> {
        if verdict.met || verdict.least <= verdict.allowed {
            return None;
        }
        let whose = if self.slo.is_some() { "--slo" } else { "slo in foreshock.toml" };
        let missing = yearly(verdict.minutes_missing).unwrap_or_else(|| "less than a second a year".to_owned());
        let (promised, expected) = (up(verdict.allowed), up(verdict.expected));
        let holds = holds(verdict);
        let mut reason = format!("promised {promised}, expected {expected}, {missing} too much, {holds}");
        if let (true, Some(ceiling)) = (verdict.unreachable, verdict.ceiling) {
            let (layer, most) = (layer_name(ceiling.layer), up(ceiling.unavailability));
            reason.push_str(&format!("; the {layer} layer allows {most} at most"));
        }
        Some(format!("{reason} ({whose})"))
    }
}

/// What the gates of one check come to.
#[derive(Default)]
pub(super) struct Asked {
    pub(super) failed: Vec<String>,
    /// Passed, for want of better knowledge.
    pub(super) open: Vec<String>,
}

/// `; not known: var.tasks, oci_core_instance x2`
fn open_words(stack: &Stack) -> String {
    let judged = stack.judged();
    let variables = judged.open_variables.iter().cloned();
    let open: Vec<String> = variables.chain(judged.unknown()).collect();
    if open.is_empty() { String::new() } else { format!("; not known: {}", open.join(", ")) }
}

/// `95`, between 0 and 100.
fn share(text: &str) -> Result<f64, String> {
    least_score(text.trim().trim_end_matches('%'))
}

fn moved(stack: &Stack) -> Option<(f64, f64)> {
    let comparison = stack.comparison()?;
    Some((comparison.score?, comparison.points?.get()))
}

/// `60`, between 0 and 100.
fn least_score(text: &str) -> Result<f64, String> {
    let score: Option<f64> = text.trim().parse().ok();
    score.filter(|score| (0.0..=100.0).contains(score)).ok_or_else(|| "expected a number between 0 and 100".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING_ASKED: Gates = Gates {
        fail_on: Some(FailOn::Never),
        fail_on_regression: false,
        min_score: None,
        min_understood: None,
        strict: false,
        slo: None,
    };

    fn reasons(gates: &Gates, figures: Figures) -> Vec<String> {
        gates.reasons(&figures)
    }

    fn figures() -> Figures {
        Figures {
            title: "shop".to_owned(),
            severities: Vec::new(),
            has_base: false,
            score: None,
            best: None,
            judged: Judged::default(),
            open: String::new(),
            moved: None,
            verdict: None,
        }
    }

    #[test]
    fn findings_fail_at_their_level_and_above() {
        use Severity::{Error, Hint, Info, Warning};
        for (fail_on, severities, expected) in [
            (FailOn::Never, vec![Error, Warning], None),
            (FailOn::Error, vec![Warning, Warning, Info, Hint], None),
            (FailOn::Error, vec![Error, Warning], Some("shop: 1 error (--fail-on error)")),
            (FailOn::Warning, vec![Info, Hint], None),
            (FailOn::Warning, vec![Warning], Some("shop: 1 warning (--fail-on warning)")),
            (FailOn::Warning, vec![Error, Error, Warning], Some("shop: 2 errors and 1 warning (--fail-on warning)")),
        ] {
            let gates = Gates { fail_on: Some(fail_on), ..NOTHING_ASKED };
            let got = reasons(&gates, Figures { severities: severities.clone(), ..figures() });
            assert_eq!(got.first().map(String::as_str), expected, "{severities:?}");
        }
        let gates = Gates { fail_on: Some(FailOn::Error), ..NOTHING_ASKED };
        let got = reasons(&gates, Figures { severities: vec![Error], has_base: true, ..figures() });
        assert_eq!(got, ["shop: 1 new error (--fail-on error)"]);
    }

    #[test]
    fn any_drop_of_the_score_is_a_regression() {
        let gates = Gates { fail_on_regression: true, ..NOTHING_ASKED };
        for (moved, expected) in [
            (None, None),
            (Some((72.0, 0.0)), None),
            (Some((72.0, 12.0)), None),
            (Some((72.0, -27.0)), Some("shop: the score fell by 27 points, from 72 to 45 (--fail-on-regression)")),
            (Some((72.0, -0.01)), Some("shop: the score fell by 0.01 points, from 72 to 72 (--fail-on-regression)")),
        ] {
            assert_eq!(reasons(&gates, Figures { moved, ..figures() }).first().map(String::as_str), expected);
            assert_eq!(reasons(&NOTHING_ASKED, Figures { moved, ..figures() }), Vec::<String>::new());
        }
    }

    #[test]
    fn the_score_has_to_reach_the_least() {
        let gates = Gates { min_score: Some(60.0), ..NOTHING_ASKED };
        for (score, expected) in [
            (None, None),
            (Some(60.0), None),
            (Some(100.0), None),
            (Some(41.58), Some("shop: the score is 41.6, below 60 (--min-score)")),
            (Some(59.99), Some("shop: the score is 59.99, below 60 (--min-score)")),
        ] {
            assert_eq!(reasons(&gates, Figures { score, ..figures() }).first().map(String::as_str), expected);
        }
        for text in ["-1", "100.1", "NaN", "sixty", ""] {
            assert!(least_score(text).is_err(), "{text}");
        }
        assert_eq!(least_score(" 60 "), Ok(60.0));
    }

    #[test]
    fn a_gate_has_three_answers() {
        let gates = Gates { min_score: Some(60.0), ..NOTHING_ASKED };
        for (score, best, failed, open) in
            [(40.0, 50.0, true, false), (40.0, 60.0, false, true), (60.0, 70.0, false, false)]
        {
            let figures =
                Figures { score: Some(score), best: Some(best), open: "; not known: var.n".into(), ..figures() };
            assert_eq!(!gates.reasons(&figures).is_empty(), failed, "{score} to {best}");
            let said = gates.open(&figures);
            assert_eq!(!said.is_empty(), open, "{score} to {best}");
            assert!(said.iter().all(|line| line.contains("between 40 and 60") && line.ends_with("not known: var.n")));
        }
    }

    #[test]
    fn too_little_understood() {
        let gates = Gates { min_understood: Some(90.0), ..NOTHING_ASKED };
        let unknown_types = [("acme_server".to_owned(), 2)].into();
        let judged = Judged { judged: 8, of: 10, unknown_types, ..Judged::default() };
        let expected =
            "shop: 8 of 10 resources are understood, less than 90 %; not known: acme_server x2 (--min-understood)";
        assert_eq!(reasons(&gates, Figures { judged, ..figures() }), [expected]);
        assert_eq!(reasons(&gates, figures()), Vec::<String>::new());
    }

    #[test]
    fn a_gate_that_needs_a_base_says_so() {
        let gates = Gates { fail_on_regression: true, ..NOTHING_ASKED };
        assert!(gates.check_usage(false).unwrap_err().contains("--base"));
        assert_eq!(gates.check_usage(true), Ok(()));
        assert_eq!(NOTHING_ASKED.check_usage(false), Ok(()));
    }
}
