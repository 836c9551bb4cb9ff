//! The findings of every stack with their repairs: what all renderings of `foreshock check` are made from.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use foreshock_analysis::{Finding, Fix, Notice, ProblemCode, Severity, Snapshot, Stack};
use foreshock_text::{Place, Span};
use rayon::prelude::*;

/// The findings of every stack with their repairs: what each rendering shows.
pub struct Report {
    /// Stack by stack, by root.
    pub stacks: Vec<StackReport>,
    /// What is wrong with the configuration, by place.
    pub problems: Vec<(Place, String)>,
    /// What is to be said of suppressions, by place.
    pub notices: Vec<Notice>,
    /// Whether what is suppressed is listed, too.
    pub lists_suppressed: bool,
}

/// The findings of one stack.
pub struct StackReport {
    /// The stack.
    pub stack: Arc<Stack>,
    /// The findings that are told, by their index in the stack, with their proven repairs, best first; none where not all
    /// were tried.
    told: Vec<(usize, Option<Vec<Fix>>)>,
}

/// For the repairs that can't share an analysis with others, so many resources, components or dependencies are read again in all; each
/// stack has the same part of it. A judgement, not a measurement: some seconds of one processor. What is over it is said.
const MOST_READ_AGAIN: usize = 200_000;

/// How long repairs are tried at most, for what one of them costs hangs on more than on how much is read. Real stacks need a
/// second, so that what is said hangs on no clock. Without optimisation all takes about ten times as long.
const MOST_TIME: Duration = Duration::from_secs(if cfg!(debug_assertions) { 60 } else { 10 });

impl Report {
    /// What a snapshot has to say, `quietest` findings and above. Proves the repairs, several by one analysis where that can
    /// be told apart, and no more than is bounded.
    pub fn of(snapshot: &Snapshot, quietest: Severity) -> Report {
        Report::within(snapshot, quietest, MOST_TIME)
    }

    /// The same with so much time for the proofs. What costs most is proven first.
    pub(crate) fn within(snapshot: &Snapshot, quietest: Severity, time: Duration) -> Report {
        let begin = Instant::now();
        let most = MOST_READ_AGAIN / snapshot.stacks.len().max(1);
        let stacks = snapshot.stacks.par_iter().enumerate().map(|(index, stack)| {
            let told = stack
                .findings
                .iter()
                .map(Arc::as_ref)
                .enumerate()
                .filter(|(_, finding)| finding.loudness() >= quietest);
            let mut told: Vec<(usize, &Finding)> = told.collect();
            told.sort_by(|(_, one), (_, other)| {
                other.loudness().cmp(&one.loudness()).then_with(|| other.points.total_cmp(&one.points))
            });
            let (numbers, told): (Vec<usize>, Vec<&Finding>) = told.into_iter().unzip();
            let fixes = snapshot.fixes_of(index, &told, most, &|| begin.elapsed() >= time);
            let mut told: Vec<(usize, Option<Vec<Fix>>)> = numbers.into_iter().zip(fixes).collect();
            told.sort_by_key(|(number, _)| *number);
            StackReport { stack: stack.clone(), told }
        });
        let problems = snapshot.configurations.iter().flat_map(|configured| {
            let file = &configured.configuration.file;
            let told = configured.problems.iter();
            told.map(|problem| (Place::new(file.clone(), problem.span), problem.message.clone()))
        });
        let mut problems: Vec<(Place, String)> = problems.collect();
        problems.extend(baseline_problems(snapshot));
        problems.extend(snapshot.unreadable.iter().map(|(path, why)| {
            let name = path.as_path().file_name().unwrap_or(path.as_path().as_str());
            (Place::new(path.clone(), Span::empty(0)), format!("{name}: {why}"))
        }));
        let notices = snapshot.notices.iter().filter(|notice| notice.severity >= quietest).cloned().collect();
        let stacks: Vec<StackReport> = stacks.collect();
        Report { stacks, problems, notices, lists_suppressed: false }
    }

    /// The same without the findings that are quieter.
    pub fn at_least(&self, quietest: Severity) -> Report {
        let stacks = self.stacks.iter().map(|report| {
            let told = report.told.iter();
            let is_told =
                |number: &usize| report.stack.findings.get(*number).map(|finding| finding.loudness()) >= Some(quietest);
            let told = told.filter(|(number, _)| is_told(number)).cloned().collect();
            StackReport { stack: report.stack.clone(), told }
        });
        let notices = self.notices.iter().filter(|notice| notice.severity >= quietest).cloned();
        Report {
            stacks: stacks.collect(),
            problems: self.problems.clone(),
            notices: notices.collect(),
            lists_suppressed: self.lists_suppressed,
        }
    }

    /// Whether a text does not keep to the schema of its format, the configuration's among them, or a stack was not understood at
    /// all: then what is shown is not what is written.
    pub fn has_bad_input(&self) -> bool {
        let mut problems = self.stacks.iter().flat_map(|stack| &stack.stack.problems);
        !self.problems.is_empty()
            || problems.any(|problem| matches!(problem.code, ProblemCode::Schema | ProblemCode::Failure))
    }
}

/// What is wrong with the baselines, each once. Their text is not at hand, so that the sentence says where.
fn baseline_problems(snapshot: &Snapshot) -> BTreeMap<Place, String> {
    let baselines = snapshot.stacks.iter().filter_map(|stack| stack.baseline());
    let wrong = baselines.filter_map(|baseline| {
        let name = baseline.file.as_path().file_name().unwrap_or_default();
        let message = format!("{name}:{}", baseline.problem.as_ref()?);
        Some((Place::new(baseline.file.clone(), Span::empty(0)), message))
    });
    wrong.collect()
}

impl StackReport {
    /// Everything that was found in a stack; the repairs as far as `most` allows, none tried without it.
    pub(super) fn of_all(
        snapshot: &Snapshot,
        index: usize,
        most: Option<usize>,
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Option<StackReport> {
        let stack = snapshot.stacks.get(index)?.clone();
        let all: Vec<&Finding> = stack.findings.iter().map(Arc::as_ref).collect();
        let fixes = match most {
            Some(most) => snapshot.fixes_of(index, &all, most, stop),
            None => vec![None; all.len()],
        };
        let told = fixes.into_iter().enumerate().collect();
        Some(StackReport { stack, told })
    }

    /// Each finding that is told, with its repairs.
    pub(super) fn findings(&self) -> impl Iterator<Item = (&Finding, &[Fix])> {
        self.findings_tried().map(|(finding, fixes)| (finding, fixes.unwrap_or_default()))
    }

    /// The same; none where not all repairs were tried.
    pub(super) fn findings_tried(&self) -> impl Iterator<Item = (&Finding, Option<&[Fix]>)> {
        let finding = |number: &usize| self.stack.findings.get(*number).map(Arc::as_ref);
        self.told.iter().filter_map(move |(number, fixes)| Some((finding(number)?, fixes.as_deref())))
    }

    /// How many findings that are told were not tried to be repaired.
    pub(super) fn untried(&self) -> usize {
        self.told.iter().filter(|(_, fixes)| fixes.is_none()).count()
    }

    /// Each finding that is told, with its repairs, and each that was there before the change, hints left out; in the
    /// order of the stack.
    pub(super) fn told_and_old(&self) -> Vec<(&Finding, &[Fix])> {
        let told = |number: usize| {
            let at = self.told.binary_search_by_key(&number, |(other, _)| *other).ok()?;
            self.told.get(at)
        };
        let all = self.stack.findings.iter().enumerate().filter_map(|(number, finding)| match told(number) {
            Some((_, fixes)) => Some((&**finding, fixes.as_deref().unwrap_or_default())),
            None => (!finding.new && finding.severity >= Severity::Info).then_some((&**finding, [].as_slice())),
        });
        all.collect()
    }

    /// The findings that are not told.
    pub(super) fn untold(&self) -> usize {
        self.stack.findings.len() - self.told.len()
    }
}
