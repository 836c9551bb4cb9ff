use foreshock_analysis::Stack;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// `foreshock/status`: the figures of one stack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Status {
    /// The stack's directory, absolute: several workspace folders may each have a `prod`.
    root: String,
    /// 0 to 100; none for a stack without an entry point.
    score: Option<f64>,
    /// -log10 of what the structure alone loses.
    structural_nines: Option<f64>,
    /// What it is compared with.
    base: Option<Value>,
    /// How many findings are not in the base.
    new_findings: usize,
}

/// The figures of a stack.
pub(super) fn of_stack(stack: &Stack) -> Status {
    Status {
        root: stack.root.to_string(),
        score: stack.assessment.score,
        structural_nines: stack.assessment.structural_nines,
        base: None,
        new_findings: stack.findings.iter().filter(|finding| finding.new).count(),
    }
}
