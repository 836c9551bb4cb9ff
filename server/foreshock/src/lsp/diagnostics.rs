//! Findings and problems of a file as the client shows them.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use foreshock_analysis::{Finding, ProblemCode, Severity};
use foreshock_report::{page_address, rule_page_address};
use foreshock_text::{FilePath, Place};

use super::view::{Location, Range, View};

/// A finding or a problem, ready to be shown.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Diagnostic {
    /// What is underlined.
    pub(super) range: Range,
    /// How loud.
    pub(super) severity: Severity,
    /// The rule's id, `syntax`, `schema`, `configuration`, or `file-size`.
    pub(super) code: &'static str,
    /// Address of the rule's page.
    pub(super) page: Option<String>,
    /// The sentence.
    pub(super) message: String,
    /// The cascade path and the facts, across files.
    pub(super) related: Vec<(Location, Arc<str>)>,
    /// The component it is about.
    pub(super) component: Option<Arc<str>>,
}

/// The answer to a client that asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Report {
    /// Equal for equal diagnostics.
    pub(super) result_id: String,
    /// All of them.
    pub(super) items: Vec<Diagnostic>,
}

/// The diagnostics of a file with their fingerprint.
pub(super) fn report(view: &View, file: &FilePath) -> Report {
    let items = of_file(view, file);
    let mut hasher = DefaultHasher::new();
    items.hash(&mut hasher);
    Report { result_id: format!("{:016x}", hasher.finish()), items }
}

/// The diagnostics of a file, by place. A shared module with several callers says each thing once.
pub(super) fn of_file(view: &View, file: &FilePath) -> Vec<Diagnostic> {
    if view.open_document(file).is_some_and(|document| document.oversized) {
        return vec![oversized()];
    }
    let snapshot = view.snapshot();
    let findings = view.findings_in(file).into_iter().map(|(_, finding)| of_finding(view, finding));
    let promised = snapshot.told_also_in(file).into_iter();
    let promised = promised.map(|(_, finding, evidence)| of_promise(view, finding, &evidence.place));
    let problems = snapshot.problems_in(file).into_iter().map(|(code, problem)| Diagnostic {
        range: view.first_line(&Place::new(file.clone(), problem.span)),
        severity: match code {
            // The language's own server reports these as errors; here they say what was left out of the picture.
            ProblemCode::Syntax => Severity::Warning,
            ProblemCode::Schema | ProblemCode::Configuration | ProblemCode::Failure => Severity::Error,
            ProblemCode::Suppression | ProblemCode::Promise => Severity::Warning,
        },
        code: code.name(),
        page: None,
        message: problem.message,
        related: Vec::new(),
        component: None,
    });
    let notices = snapshot.notices.iter().filter(|notice| notice.place.file == *file).map(|notice| Diagnostic {
        range: view.first_line(&notice.place),
        severity: notice.severity,
        code: notice.code.name(),
        page: Some(page_address(if notice.code == ProblemCode::Promise { "promises.md" } else { "suppressions.md" })),
        message: notice.message.clone(),
        related: Vec::new(),
        component: None,
    });
    let mut all: Vec<Diagnostic> = findings.chain(promised).chain(problems).chain(notices).collect();
    all.sort_by(|one, other| {
        let key = |d: &Diagnostic| (d.range, std::cmp::Reverse(d.severity), d.code);
        key(one).cmp(&key(other)).then_with(|| one.message.cmp(&other.message))
    });
    all.dedup_by(|later, earlier| {
        (later.range, later.code, &later.message) == (earlier.range, earlier.code, &earlier.message)
    });
    all
}

/// A finding as a diagnostic.
pub(super) fn of_finding(view: &View, finding: &Finding) -> Diagnostic {
    let evidence = finding.evidence.iter();
    Diagnostic {
        range: view.first_line(&finding.place),
        severity: finding.loudness(),
        code: finding.rule.as_str(),
        page: Some(rule_page_address(finding.rule.as_str())),
        message: finding.message.clone(),
        related: evidence.map(|evidence| (view.location(&evidence.place), evidence.why.clone())).collect(),
        component: Some(finding.component_id.clone()),
    }
}

/// The same where it was promised what can't be kept, with the line that decides beside it.
fn of_promise(view: &View, finding: &Finding, promise: &Place) -> Diagnostic {
    Diagnostic {
        range: view.first_line(promise),
        related: vec![(view.location(&finding.place), "this decides".into())],
        ..of_finding(view, finding)
    }
}

fn oversized() -> Diagnostic {
    Diagnostic {
        range: Range::default(),
        severity: Severity::Warning,
        code: "file-size",
        page: None,
        message: "this file is larger than 8 MiB and was not analysed".to_owned(),
        related: Vec::new(),
        component: None,
    }
}
