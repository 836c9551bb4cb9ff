//! `foreshock check --format json`.

use foreshock_analysis::{Edit, Finding, Fix, ProblemCode, Snapshot, Stack};
use foreshock_engine::Assessment;
use foreshock_model::Evidence;
use serde_json::{Value, json};

use super::apply_json::apply_json;
use super::comparison_json::base_json;
use super::suppressed::{notices_json, suppressed_json};
use super::words::{capped, layer_name};
use super::{JSON_VERSION, Places, Report, StackReport};

/// The report in the shape of `check --format json`.
pub fn findings_json(report: &Report, places: &Places<'_>) -> Value {
    let stacks: Vec<Value> =
        report.stacks.iter().map(|stack| of_stack(stack, report.lists_suppressed, places)).collect();
    let mut object = json!({"version": JSON_VERSION, "stacks": stacks});
    if let (false, Some(members)) = (report.problems.is_empty(), object.as_object_mut()) {
        let problems = report.problems.iter().map(|(place, message)| {
            let mut problem = places.json(place);
            problem.insert("code".to_owned(), ProblemCode::Configuration.name().into());
            problem.insert("message".to_owned(), message.as_str().into());
            Value::Object(problem)
        });
        members.insert("problems".to_owned(), problems.collect());
    }
    if let (false, Some(members)) = (report.notices.is_empty(), object.as_object_mut()) {
        members.insert("notices".to_owned(), notices_json(&report.notices, places));
    }
    object
}

/// One stack in the same shape, everything that was found in it, and of each finding beside that how bad it is whether it is new or
/// not (`grade`) and whether a baseline accepts it. Repairs are tried where `most` says how many resources and components may be
/// read again for them.
pub fn stack_findings_json(
    snapshot: &Snapshot,
    index: usize,
    most: Option<usize>,
    stop: &(dyn Fn() -> bool + Sync),
    places: &Places<'_>,
) -> Value {
    let Some(report) = StackReport::of_all(snapshot, index, most, stop) else { return Value::Null };
    let mut object = of_stack(&report, true, places);
    let all = object.get_mut("findings").and_then(Value::as_array_mut).into_iter().flatten();
    for (told, (finding, _)) in all.filter_map(Value::as_object_mut).zip(report.findings_tried()) {
        told.insert("grade".to_owned(), finding.severity.name().into());
        told.insert("accepted".to_owned(), (!finding.new && report.stack.is_accepted(finding)).into());
        if let Some(cause) = &finding.cause {
            told.insert(
                "revert".to_owned(),
                json!({"title": cause.title(), "edits": [of_edit(&cause.revert, places)]}),
            );
        }
    }
    if let Some(members) = object.as_object_mut() {
        members.insert("title".to_owned(), places.title(&report.stack).into());
    }
    object
}

fn of_stack(report: &StackReport, lists_suppressed: bool, places: &Places<'_>) -> Value {
    let stack = &report.stack;
    let findings: Vec<Value> =
        report.findings_tried().map(|(finding, fixes)| of_finding(finding, fixes, places)).collect();
    let problems = stack.problems.iter().map(|problem| {
        let mut object = places.json(&foreshock_text::Place::new(problem.file.clone(), problem.problem.span));
        object.insert("code".to_owned(), problem.code.name().into());
        object.insert("message".to_owned(), problem.problem.message.clone().into());
        Value::Object(object)
    });
    let mut object = json!({
        "root": places.path(&stack.root),
        "kind": stack.kind.name(),
        "score": stack.score(),
        "understood": understood(stack),
        "structural_nines": stack.assessment.structural_nines,
        "availability": availability(&stack.assessment),
        "base": base(stack),
        "findings": findings,
        "problems": problems.collect::<Vec<_>>(),
    });
    places.variant(stack, &mut object);
    // Of a plan that is not one of the whole stack: what it speaks of.
    if let (false, Some(members)) = (stack.plan_says().is_empty(), object.as_object_mut()) {
        members.insert("plan".to_owned(), stack.plan_says().into());
    }
    if let (true, Some(members)) = (lists_suppressed || !stack.suppressed.is_empty(), object.as_object_mut()) {
        members.insert("suppressed".to_owned(), suppressed_json(stack, places));
    }
    if let (Some(why), Some(members)) = (stack.unscored(), object.as_object_mut()) {
        members.insert("no_score".to_owned(), why.into());
    }
    if let (Some(said), Some(members)) =
        (capped(stack.score(), stack.assessment.structural_nines), object.as_object_mut())
    {
        members.insert("capped".to_owned(), said.into());
    }
    let beside = stack.beside();
    if let (false, Some(members)) = (beside.is_empty(), object.as_object_mut()) {
        members.insert("beside".to_owned(), json!(beside));
    }
    let off = stack.switched_off();
    if let (false, Some(members)) = (off.is_empty(), object.as_object_mut()) {
        members.insert("switched_off".to_owned(), json!(off));
    }
    if let (Value::Object(apply), Some(members)) = (apply_json(stack, places), object.as_object_mut()) {
        members.insert("apply".to_owned(), Value::Object(apply));
    }
    // Only where something that counts is not known from the text.
    if let (Some((low, high)), Some(members)) = (stack.score_range(), object.as_object_mut()) {
        members.insert("range".to_owned(), json!([low, high]));
    }
    object
}

/// How much was judged, and what was left open.
pub(super) fn understood(stack: &Stack) -> Value {
    let judged = stack.judged();
    json!({
        "judged": judged.judged,
        "of": judged.of,
        "unknown_types": judged.unknown_types,
        "open_variables": judged.open_variables,
    })
}

/// The revision and its score; `points` is the present less the base, both at the entry points of the base.
fn base(stack: &Stack) -> Value {
    let mut object = base_json(stack);
    if let (Some(comparison), Some(members)) = (stack.comparison(), object.as_object_mut()) {
        members.insert("mended".to_owned(), comparison.mended.iter().map(|finding| mended(finding)).collect());
    }
    object
}

/// Its place is in a text that is no more.
fn mended(finding: &Finding) -> Value {
    json!({
        "rule": finding.rule.as_str(),
        "severity": finding.severity.name(),
        "component": *finding.component_id,
        "message": finding.message,
        "points": finding.points.get(),
    })
}

/// Null for a stack that serves nobody.
fn availability(assessment: &Assessment) -> Value {
    if assessment.score.is_none() {
        return Value::Null;
    }
    json!({
        "availability": 1.0 - assessment.unavailability.1,
        "expected": 1.0 - assessment.expected_unavailability,
        "interval": (assessment.least_unavailability < assessment.expected_unavailability)
            .then_some([1.0 - assessment.expected_unavailability, 1.0 - assessment.least_unavailability]),
        "ceiling": assessment.ceiling.map(|layer| 1.0 - layer.unavailability),
        "binding": assessment.ceiling.map(|layer| layer_name(layer.layer)),
    })
}

fn of_finding(finding: &Finding, fixes: Option<&[Fix]>, places: &Places<'_>) -> Value {
    let mut object = serde_json::Map::new();
    let mut put = |name: &str, value: Value| drop(object.insert(name.to_owned(), value));
    put("rule", finding.rule.as_str().into());
    put("severity", finding.loudness().name().into());
    put("new", finding.new.into());
    put("component", (*finding.component_id).into());
    if !finding.also.is_empty() {
        put("also", finding.also.iter().map(|id| Value::from(&**id)).collect());
    }
    put("message", finding.message.clone().into());
    places.json(&finding.place).into_iter().for_each(|(name, value)| put(&name, value));
    put("affected", finding.affected.iter().map(|id| Value::from(&**id)).collect());
    put("points", finding.points.get().into());
    put("minutes_per_year", finding.minutes_per_year.get().into());
    put("evidence", finding.evidence.iter().map(|evidence| of_evidence(evidence, places)).collect());
    put("fixes", fixes.unwrap_or_default().iter().map(|fix| of_fix(fix, places)).collect());
    if fixes.is_none() {
        put("fixes_tried", false.into());
    }
    Value::Object(object)
}

pub(super) fn of_evidence(evidence: &Evidence, places: &Places<'_>) -> Value {
    let mut object = places.json(&evidence.place);
    object.insert("why".to_owned(), (*evidence.why).into());
    Value::Object(object)
}

fn of_fix(fix: &Fix, places: &Places<'_>) -> Value {
    let edits = fix.edits.iter().map(|edit| of_edit(edit, places));
    json!({
        "title": fix.title,
        "points": fix.points.get(),
        "minutes_per_year": fix.minutes_per_year.get(),
        "edits": edits.collect::<Vec<_>>(),
    })
}

/// Repairs that are made at once, of which findings, and what is written for all of them.
pub fn repairs_json(repairs: &[(&Finding, &Fix)], edits: &[Edit], places: &Places<'_>) -> Value {
    let repairs = repairs.iter().map(|(finding, fix)| {
        let mut object = places.json(&finding.place);
        object.insert("rule".to_owned(), finding.rule.as_str().into());
        object.insert("component".to_owned(), (*finding.component_id).into());
        object.insert("title".to_owned(), fix.title.clone().into());
        object.insert("points".to_owned(), fix.points.get().into());
        Value::Object(object)
    });
    json!({
        "version": JSON_VERSION,
        "repairs": repairs.collect::<Vec<_>>(),
        "edits": edits.iter().map(|edit| of_edit(edit, places)).collect::<Vec<_>>(),
    })
}

fn of_edit(edit: &Edit, places: &Places<'_>) -> Value {
    let mut object = places.json(&edit.place);
    object.insert("text".to_owned(), edit.text.clone().into());
    Value::Object(object)
}
