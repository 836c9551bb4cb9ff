//! Repairs: edits of the text, each proven on a copy before it is offered.

mod applied;
pub(crate) mod batch;
mod edited;
mod objective;
mod outcome;
mod refused;
mod shared;
mod together;

use std::sync::Arc;

use foreshock_engine::{assess_with, minutes_per_year};
use foreshock_model::{MinutesPerYear, Points};
use foreshock_text::Place;
use rustc_hash::FxHashSet;

use crate::dialect::{Reader, Texts, Understood};
use crate::findings::{found_beside, grade};
use crate::{Finding, RuleId, Severity, Snapshot, Stack, StackProblem};
use edited::Edited;
pub(crate) use objective::chosen;
pub use objective::{Chosen, ChosenTogether, Objective, Recovered};
pub(crate) use outcome::Outcomes;
use outcome::outcome;
pub(crate) use refused::Refused;
use refused::refuses_more;
use shared::{holds_elsewhere, is_read_elsewhere, read_for, users_of};
pub(crate) use together::together;
pub use together::{Repair, Together};

/// One replacement of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty for an insertion.
    pub place: Place,
    /// By what.
    pub text: String,
}

/// A repair that was applied to a copy, parsed and simulated before it is offered.
#[derive(Clone, Debug, PartialEq)]
pub struct Fix {
    /// What it does: "Enable Multi-AZ".
    pub title: String,
    /// Points gained: score after minus score before, >= 0.
    pub points: Points,
    /// Minutes a year gained, >= 0.
    pub minutes_per_year: MinutesPerYear,
    /// The edits, not overlapping, in the order of the text.
    pub edits: Vec<Edit>,
}

/// The repairs of a finding that hold what they promise, best first. `None` when `stop` said so; it is asked before each
/// proof, which costs an analysis of the stack.
pub(crate) fn proven(
    snapshot: &Snapshot,
    stack: &Stack,
    finding: &Finding,
    stop: &(dyn Fn() -> bool + Sync),
) -> Option<Vec<Fix>> {
    // A plan is repaired in the text that it was made from, and that is what a repair is proven on.
    let Some(repaired) = stack.repaired_in() else { return Some(Vec::new()) };
    if !std::ptr::eq(repaired, stack) {
        let in_text = repaired.findings.iter().find(|other| other.is_same(finding));
        return in_text.map_or_else(|| Some(Vec::new()), |finding| proven(snapshot, repaired, finding, stop));
    }
    let mut fixes: Vec<Fix> = Vec::new();
    for candidate in stack.dialect().candidates(snapshot, stack, finding) {
        if stop() {
            return None;
        }
        fixes.extend(prove(snapshot, stack, finding, candidate, &mut *stack.dialect().reader()));
    }
    best_first(&mut fixes);
    Some(fixes)
}

/// The best first; of those that a person would read as the same, one.
fn best_first(fixes: &mut Vec<Fix>) {
    fixes.sort_by(|one, other| other.points.total_cmp(&one.points).then_with(|| one.title.cmp(&other.title)));
    let mut told: Vec<String> = Vec::new();
    fixes.retain(|fix| {
        let is_new = !told.contains(&fix.title);
        told.push(fix.title.clone());
        is_new
    });
}

/// A repair that may help: what a person reads, and edits that do not overlap, in the order of the text.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub(crate) title: String,
    pub(crate) edits: Vec<Edit>,
}

impl Candidate {
    /// `None` for edits that overlap, and for none at all.
    pub fn new(title: impl Into<String>, mut edits: Vec<Edit>) -> Option<Candidate> {
        edits.sort_by(|one, other| one.place.cmp(&other.place));
        edits.dedup();
        let apart = edits.windows(2).all(|pair| match pair {
            [one, other] => one.place.file != other.place.file || one.place.span.end <= other.place.span.start,
            _ => true,
        });
        (apart && !edits.is_empty()).then(|| Candidate { title: title.into(), edits })
    }
}

/// The stack with edits made to its text; `None` when they do not fit or leave text that says less than before.
pub(crate) fn after(texts: &dyn Texts, stack: &Stack, edits: &[Edit], reader: &mut dyn Reader) -> Option<Stack> {
    read_again(texts, stack, edits, reader, false)
}

/// The same for a repair: `None` also when Terraform or a provider would refuse what the text says then.
fn repaired(texts: &dyn Texts, stack: &Stack, edits: &[Edit], reader: &mut dyn Reader) -> Option<Stack> {
    read_again(texts, stack, edits, reader, true)
}

fn read_again(
    texts: &dyn Texts,
    stack: &Stack,
    edits: &[Edit],
    reader: &mut dyn Reader,
    is_repair: bool,
) -> Option<Stack> {
    let understood = understood_again(texts, stack, edits, reader, is_repair)?;
    let after = Stack::assessed(stack.dialect(), &stack.root, understood, stack.settings(), Some(stack));
    // Nobody looks at its blocks, nor at what proves what is found.
    let mut after = after.unproven();
    after.findings = found_beside(&after, stack);
    Some(grade(after))
}

/// What the edited text means; nothing is simulated yet.
fn understood_again(
    texts: &dyn Texts,
    stack: &Stack,
    edits: &[Edit],
    reader: &mut dyn Reader,
    is_repair: bool,
) -> Option<Understood> {
    let edited = Edited::new(texts, edits)?;
    let thorough = is_repair.then(|| stack.settings().thorough());
    let understood = reader.understand(&stack.root, &edited, thorough.as_ref().unwrap_or(stack.settings())).ok()?;
    let of_edited = |problems: &[StackProblem]| problems.iter().filter(|problem| edited.has(&problem.file)).count();
    if of_edited(&understood.problems) > of_edited(&stack.problems)
        || (is_repair && refuses_more(texts, stack, &understood, reader))
    {
        return None;
    }
    Some(understood)
}

/// Applies the edits to a copy, reads it, understands it and assesses it against the entries and weights of before.
fn prove(
    snapshot: &Snapshot,
    stack: &Stack,
    finding: &Finding,
    candidate: Candidate,
    reader: &mut dyn Reader,
) -> Option<Fix> {
    if finding.is_of_the_apply() {
        return applied::prove(snapshot, stack, finding, candidate);
    }
    let Candidate { title, edits } = candidate;
    let is_shared = is_read_elsewhere(snapshot, stack, &edits);
    let after = outcome(snapshot, stack, &edits, reader, is_shared)?;
    let Gain { points, minutes_per_year } = after.gain;
    let still_there = after.has(finding) || !after.keeps(stack, finding);
    // Backups and dead letters are no matter of the score.
    // More ways out are more that one may be without, each for its own zone: the score can't tell that from a loss.
    let is_measured = finding.rule != RuleId::SharedFate || finding.scored;
    let gains = match finding.moves_the_score() {
        true => points > 0.0,
        false => (points >= 0.0 || !is_measured) && !after.is_louder,
    };
    (!still_there && gains && holds_elsewhere(snapshot, stack, &edits, reader)).then(|| Fix {
        title: users_of(snapshot, stack, &edits).map_or_else(|| title.clone(), |users| format!("{title} ({users})")),
        points: points.at_least_zero(),
        minutes_per_year: minutes_per_year.at_least_zero(),
        edits,
    })
}

/// Whether what was found fault with is there afterwards: without it nothing is wrong with it either.
fn is_kept(before: &Stack, after: &Stack, finding: &Finding) -> bool {
    let Some(component) = finding.component.and_then(|index| before.system().component(index)) else { return true };
    after.system().components.iter().any(|other| is_it(component.id.as_str(), other.id.as_str()))
}

/// Whether the one is the other, or an instance of it.
fn is_it(id: &str, other: &str) -> bool {
    let rest = other.strip_prefix(id).or_else(|| id.strip_prefix(other));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('['))
}

/// What an edit gains.
#[derive(Clone, Copy, Debug)]
struct Gain {
    /// Score after minus score before; 0 where one has none.
    points: Points,
    /// So many minutes a year less are expected to be down.
    minutes_per_year: MinutesPerYear,
}

/// What a stack gains, measured at the entries and with the weights of before.
fn gain(before: &Stack, after: &Stack) -> Gain {
    let basis = before.assessment.basis.carried_to(before.system(), after.system());
    // Mostly its own entry points are those of before.
    let is_own = basis == after.assessment.basis;
    let assessment = if is_own { after.assessment.clone() } else { Arc::new(assess_with(after.system(), &basis)) };
    let points = match (assessment.score, before.assessment.score) {
        (Some(after), Some(before)) => Points::new(after - before),
        _ => Points::ZERO,
    };
    Gain { points, minutes_per_year: minutes_per_year(before.assessment.loss - assessment.loss) }
}

/// Whether something is found that was not there before.
fn is_louder(before: &Stack, after: &Stack) -> bool {
    let known: FxHashSet<(RuleId, &str)> =
        before.all_findings().flat_map(|old| old.components().map(|id| (old.rule, &**id))).collect();
    let mut loud = after.findings.iter().filter(|finding| finding.severity >= Severity::Warning);
    loud.any(|finding| !finding.components().any(|id| known.contains(&(finding.rule, &**id))))
}
