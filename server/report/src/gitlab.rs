//! The code quality report of GitLab, which a merge request compares with that of its target branch.

use foreshock_analysis::{Finding, Severity};
use serde_json::{Value, json};

use super::identity::Identities;
use super::{Places, Report};

/// An issue for each finding that is told and for each that was there before: GitLab says itself what is new.
pub fn gitlab(report: &Report, places: &Places<'_>) -> Value {
    let mut identities = Identities::default();
    let mut issues = Vec::new();
    for report in &report.stacks {
        for (finding, _) in report.told_and_old() {
            let identity = identities.of(&report.stack, finding, places);
            issues.push(issue(finding, &identity, places));
        }
    }
    Value::Array(issues)
}

fn issue(finding: &Finding, identity: &str, places: &Places<'_>) -> Value {
    let place = &finding.place;
    json!({
        "description": finding.message,
        "check_name": finding.rule.as_str(),
        "fingerprint": identity,
        "severity": severity(finding.severity),
        "location": {
            "path": places.path(place.file.as_path()),
            "lines": {"begin": places.position(&place.file, place.span.start).line + 1},
        },
    })
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "critical",
        Severity::Warning => "major",
        Severity::Info => "minor",
        Severity::Hint => "info",
    }
}
