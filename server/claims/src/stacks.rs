//! A text as the stack of a workspace, understood and judged.

use std::sync::Arc;

use foreshock_analysis::{Finding, Snapshot, Workspace};
use foreshock_report::{Places, Report, findings_json};
use foreshock_text::{FilePath, Place};

use super::text;

/// A root of Terraform.
pub fn terraform(bytes: &[u8]) {
    judged("main.tf", text(bytes));
}

/// Infrastructure YAML.
pub fn infra(bytes: &[u8]) {
    judged("infra.yaml", text(bytes));
}

/// A manifest of Kubernetes: with the head of one, so that a fuzzer does not have to find it first.
pub fn kubernetes(bytes: &[u8]) {
    judged("app.yaml", format!("apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: a}}\n---\n{}", text(bytes)));
}

/// A Compose project.
pub fn compose(bytes: &[u8]) {
    judged("compose.yaml", text(bytes));
}

/// A template of CloudFormation.
pub fn cloudformation(bytes: &[u8]) {
    judged("template.yaml", format!("AWSTemplateFormatVersion: '2010-09-09'\n{}", text(bytes)));
}

fn judged(name: &str, text: String) {
    let file = FilePath::new(format!("/w/{name}"));
    let mut workspace = Workspace::new();
    workspace.set_document(file.clone(), text.into());
    let snapshot = workspace.snapshot();
    holds(&snapshot);
    // Another text in between, and back: what is kept changes nothing.
    let said = said(&snapshot);
    workspace.set_document(file.clone(), "# nothing\n".into());
    holds(&workspace.snapshot());
    let text: Arc<str> = snapshot.file(&file).map(|file| file.text.whole().clone()).unwrap_or_default();
    workspace.set_document(file, text);
    assert_eq!(said, self::said(&workspace.snapshot()), "what is kept changes nothing");
}

/// Everything that is said of a snapshot, as programs get it, with the repairs.
pub(crate) fn said(snapshot: &Snapshot) -> String {
    let report = Report::of(snapshot, foreshock_analysis::Severity::Hint);
    findings_json(&report, &Places::relative_to(snapshot, "/w".into())).to_string()
}

/// What holds of every snapshot: figures in their ranges, places in the texts, repairs that can be made.
pub(crate) fn holds(snapshot: &Snapshot) {
    for (index, stack) in snapshot.stacks.iter().enumerate() {
        if let Some(score) = stack.assessment.score {
            assert!((0.0..=100.0).contains(&score), "a score of {score}");
        }
        let findings: Vec<&Finding> = stack.findings.iter().map(Arc::as_ref).collect();
        for finding in &findings {
            let loss = (finding.points.get(), finding.minutes_per_year.get());
            assert!(loss.0 >= 0.0 && loss.1 >= 0.0 && loss.0.is_finite() && loss.1.is_finite(), "{finding:?}");
            assert!(!finding.message.is_empty(), "{finding:?} says nothing");
            is_in_its_text(snapshot, &finding.place);
            finding.evidence.iter().for_each(|evidence| is_in_its_text(snapshot, &evidence.place));
        }
        for fix in snapshot.fixes_of(index, &findings, 2_000, &|| false).iter().flatten().flatten() {
            assert!(fix.points.get() >= 0.0 && !fix.edits.is_empty(), "{fix:?}");
            for edit in &fix.edits {
                is_in_its_text(snapshot, &edit.place);
            }
            for pair in fix.edits.windows(2) {
                if let [one, other] = pair
                    && one.place.file == other.place.file
                {
                    assert!(one.place.span.end <= other.place.span.start, "{fix:?} edits one place twice");
                }
            }
        }
    }
}

fn is_in_its_text(snapshot: &Snapshot, place: &Place) {
    let Some(file) = snapshot.file(&place.file) else { return };
    let (span, text) = (file.text.real_span(place.span), file.text.whole());
    assert!(text.get(span.start as usize..span.end as usize).is_some(), "{place:?} is no part of its text");
}
