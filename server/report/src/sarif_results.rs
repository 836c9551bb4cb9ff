//! The results of a SARIF file: findings with their repairs, and what is suppressed.

use foreshock_analysis::{FILE_NAME, Finding, Fix, Suppressed, Suppression, rules};
use foreshock_model::Evidence;
use foreshock_text::FilePath;
use serde_json::{Map, Value, json};

use super::identity::Identities;
use super::sarif::{artifact, level, physical, region, text};
use super::words::offer;
use super::{Places, Report, StackReport};

/// A result for each finding: those that are told, that were there before, that are suppressed, and that are no more.
pub(super) fn results(report: &Report, places: &Places<'_>) -> Vec<Value> {
    let mut stacks = report.stacks.iter().map(|report| &report.stack);
    // A revision, a plan's prior state, or a baseline file.
    let has_base = stacks.any(|it| it.comparison().is_some() || it.findings.iter().any(|finding| !finding.new));
    let mut results = Results { places, has_base, identities: Identities::default(), results: Vec::new() };
    for stack in &report.stacks {
        for (finding, fixes) in stack.told_and_old() {
            results.there(stack, finding, fixes);
        }
        for Suppressed { finding, by } in &stack.stack.suppressed {
            results.suppressed(stack, finding, by);
        }
        for finding in stack.stack.comparison().map(|comparison| comparison.mended.as_slice()).unwrap_or_default() {
            results.mended(stack, finding);
        }
    }
    results.results
}

struct Results<'p, 's> {
    places: &'p Places<'s>,
    /// Then every result says how it stands to the base (3.27.24).
    has_base: bool,
    identities: Identities,
    results: Vec<Value>,
}

impl Results<'_, '_> {
    fn there(&mut self, stack: &StackReport, finding: &Finding, fixes: &[Fix]) {
        let result = self.present(stack, finding, fixes);
        self.results.push(Value::Object(result));
    }

    /// Code scanning shows it as dismissed, with the reason.
    fn suppressed(&mut self, stack: &StackReport, finding: &Finding, by: &Suppression) {
        let mut result = self.present(stack, finding, &[]);
        let in_source = by.place.file.as_path().file_name() != Some(FILE_NAME);
        let mut suppression = json!({
            "kind": if in_source { "inSource" } else { "external" },
            "status": "accepted",
            "location": {"physicalLocation": physical(&by.place, self.places)},
        });
        if let (Some(reason), Some(members)) = (by.reason.as_deref(), suppression.as_object_mut()) {
            members.insert("justification".to_owned(), reason.into());
        }
        result.insert("suppressions".to_owned(), json!([suppression]));
        self.results.push(Value::Object(result));
    }

    fn present(&mut self, stack: &StackReport, finding: &Finding, fixes: &[Fix]) -> Map<String, Value> {
        let places = self.places;
        let state = if finding.new { "new" } else { "unchanged" };
        let mut result = self.common(stack, finding, state);
        let location = json!({
            "physicalLocation": physical(&finding.place, places),
            "logicalLocations": [logical(finding)],
        });
        let mut put = |name: &str, value: Value| drop(result.insert(name.to_owned(), value));
        put("locations", json!([location]));
        if !finding.evidence.is_empty() {
            put("codeFlows", json!([code_flow(finding, places)]));
            put("relatedLocations", related(finding, places));
        }
        if !fixes.is_empty() {
            put("fixes", fixes.iter().map(|fix| of_fix(fix, places)).collect());
        }
        result
    }

    /// Its lines are those of a text that is no more: only the file is named.
    fn mended(&mut self, stack: &StackReport, finding: &Finding) {
        let mut result = self.common(stack, finding, "absent");
        let mut location = json!({"logicalLocations": [logical(finding)]});
        if let Some(members) = location.as_object_mut() {
            members.insert("physicalLocation".to_owned(), artifact(finding.place.file.as_path(), self.places));
        }
        result.insert("locations".to_owned(), json!([location]));
        self.results.push(Value::Object(result));
    }

    fn common(&mut self, stack: &StackReport, finding: &Finding, state: &str) -> Map<String, Value> {
        let rule = finding.rule.as_str();
        let title = self.places.title(&stack.stack);
        let identity = self.identities.of(&stack.stack, finding, self.places);
        let mut result = Map::new();
        let mut put = |name: &str, value: Value| drop(result.insert(name.to_owned(), value));
        put("ruleId", rule.into());
        if let Some(index) = rules().iter().position(|other| other.id == finding.rule) {
            put("ruleIndex", index.into());
        }
        put("level", level(finding.severity).into());
        put("message", json!({"text": text(&finding.message)}));
        if self.has_base {
            put("baselineState", state.into());
        }
        put("partialFingerprints", json!({"foreshockFinding/v1": identity}));
        let affected: Vec<&str> = finding.affected.iter().map(|id| &**id).collect();
        put(
            "properties",
            json!({
                "stack": title,
                "affected": affected,
                "points": finding.points.get(),
                "minutesPerYear": finding.minutes_per_year.get(),
            }),
        );
        result
    }
}

/// The component, as its address.
fn logical(finding: &Finding) -> Value {
    json!({"fullyQualifiedName": *finding.component_id, "kind": "resource"})
}

/// The cascade: the cause, and then one step for each line that proves what falls.
fn code_flow(finding: &Finding, places: &Places<'_>) -> Value {
    let first = finding.message.lines().next().unwrap_or_default();
    let cause = json!({
        "location": {
            "physicalLocation": physical(&finding.place, places),
            "message": {"text": text(first)},
        },
        "executionOrder": 1,
        "importance": "essential",
    });
    let step = |(number, evidence): (usize, &Evidence)| {
        json!({
            "location": {
                "physicalLocation": physical(&evidence.place, places),
                "message": {"text": text(&evidence.why)},
            },
            "executionOrder": number + 2,
            "nestingLevel": 1,
        })
    };
    let mut locations = vec![cause];
    locations.extend(finding.evidence.iter().enumerate().map(step));
    json!({"threadFlows": [{"locations": locations}]})
}

fn related(finding: &Finding, places: &Places<'_>) -> Value {
    let of = |(number, evidence): (usize, &Evidence)| {
        json!({
            "id": number + 1,
            "physicalLocation": physical(&evidence.place, places),
            "message": {"text": text(&evidence.why)},
        })
    };
    finding.evidence.iter().enumerate().map(of).collect()
}

fn of_fix(fix: &Fix, places: &Places<'_>) -> Value {
    let mut files: Vec<&FilePath> = fix.edits.iter().map(|edit| &edit.place.file).collect();
    files.dedup();
    let change = |file: &FilePath| {
        let edits = fix.edits.iter().filter(|edit| edit.place.file == *file);
        let replacements = edits.map(|edit| {
            json!({
                "deletedRegion": region(&edit.place, places),
                "insertedContent": {"text": edit.text},
            })
        });
        let mut change = artifact(file.as_path(), places);
        if let Some(members) = change.as_object_mut() {
            members.insert("replacements".to_owned(), replacements.collect());
        }
        change
    };
    let changes: Vec<Value> = files.into_iter().map(change).collect();
    json!({"description": {"text": text(&offer(fix))}, "artifactChanges": changes})
}
