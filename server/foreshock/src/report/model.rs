use std::sync::Arc;

use foreshock_analysis::{Finding, Fix, ProblemCode, Severity, Snapshot, Stack};
use foreshock_text::Place;

/// The findings of every stack with their repairs: what each rendering shows.
pub(crate) struct Report {
    /// Stack by stack, by root.
    pub(crate) stacks: Vec<StackReport>,
    /// What is wrong with the configuration, by place.
    pub(crate) problems: Vec<(Place, String)>,
}

/// The findings of one stack.
pub(crate) struct StackReport {
    /// The stack.
    pub(crate) stack: Arc<Stack>,
    /// The proven repairs, best first; one list for each of the stack's findings, in their order.
    pub(crate) fixes: Vec<Vec<Fix>>,
}

impl Report {
    /// Everything a snapshot has to say. Proves every repair, each at the cost of an analysis of its stack.
    pub(crate) fn of(snapshot: &Snapshot) -> Report {
        let stacks = snapshot.stacks.iter().enumerate().map(|(index, stack)| StackReport {
            stack: stack.clone(),
            fixes: stack.findings.iter().map(|finding| snapshot.fixes(index, finding)).collect(),
        });
        let problems = snapshot.configurations.iter().flat_map(|configured| {
            let file = &configured.configuration.file;
            let told = configured.problems.iter();
            told.map(|problem| (Place::new(file.clone(), problem.span), problem.message.clone()))
        });
        Report { stacks: stacks.collect(), problems: problems.collect() }
    }

    /// Whether a text does not keep to the schema of its format, the configuration's among them: then what it means is not what is written.
    pub(crate) fn has_bad_input(&self) -> bool {
        let mut problems = self.stacks.iter().flat_map(|stack| &stack.stack.problems);
        !self.problems.is_empty() || problems.any(|problem| problem.code == ProblemCode::Schema)
    }

    /// The loudest severity among the findings that the change introduced.
    pub(crate) fn loudest(&self) -> Option<Severity> {
        let findings = self.stacks.iter().flat_map(|stack| &stack.stack.findings);
        findings.filter(|finding| finding.new).map(|finding| finding.severity).max()
    }
}

impl StackReport {
    /// Each finding with its repairs.
    pub(super) fn findings(&self) -> impl Iterator<Item = (&Finding, &[Fix])> {
        let fixes = self.fixes.iter().map(Vec::as_slice).chain(std::iter::repeat(&[] as &[Fix]));
        self.stack.findings.iter().zip(fixes)
    }
}
