//! The figures of a stack for the status bar: `foreshock/status`.

use foreshock_analysis::{Severity, Stack};
use foreshock_report::base_json;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// `foreshock/status`: the figures of one stack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Status {
    /// The stack's directory, absolute: several workspace folders may each have a `prod`.
    root: String,
    /// What tells it from other stacks of that root, if anything.
    name: Option<String>,
    /// The files with values that were chosen for it, relative to its root where they lie below.
    var_files: Vec<String>,
    /// The stack is no longer there: whatever was said of it is void.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    removed: bool,
    /// 0 to 100; none for a stack without an entry point.
    score: Option<f64>,
    /// The score with everything unknown at its worst and at its best; none where nothing is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    range: Option<(f64, f64)>,
    /// How much was judged, and what was left open, for a person; none where everything is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    understood: Option<String>,
    /// The variables without a value that the score hangs on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    open: Vec<String>,
    /// -log10 of what the structure alone loses.
    structural_nines: Option<f64>,
    /// What it is compared with.
    base: Option<Value>,
    /// How many findings that ask to be mended, warnings and errors, are not in the base.
    new_findings: usize,
}

impl Status {
    /// What is said of the stack when it is gone.
    pub(super) fn removed(self) -> Status {
        Status {
            removed: true,
            score: None,
            range: None,
            understood: None,
            open: Vec::new(),
            structural_nines: None,
            base: None,
            new_findings: 0,
            ..self
        }
    }
}

/// The figures of a stack.
pub(super) fn of_stack(stack: &Stack) -> Status {
    Status {
        root: stack.root.to_string(),
        name: stack.variant().map(str::to_owned),
        var_files: stack.var_files().iter().map(|file| file.relative_to(&stack.root).to_string()).collect(),
        removed: false,
        score: stack.score(),
        range: stack.score_range().filter(|(low, high)| high - low > 1.0),
        understood: stack.unscored().or_else(|| stack.judged().words()),
        open: stack.judged().open_variables.iter().cloned().collect(),
        structural_nines: stack.assessment.structural_nines,
        base: stack.comparison().map(|_| base_json(stack)),
        new_findings: stack
            .findings
            .iter()
            .filter(|finding| finding.new && finding.severity >= Severity::Warning)
            .count(),
    }
}
