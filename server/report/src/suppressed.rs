//! What is suppressed: by whom, why, until when.

use foreshock_analysis::{Notice, Stack, Suppressed};
use serde_json::{Value, json};

use super::table::{Paint, Table};
use super::{Places, Report};

/// A table for each stack that has any.
pub(super) fn suppressed_human(report: &Report, places: &Places<'_>, paint: Paint) -> String {
    let mut text = String::new();
    for stack in report.stacks.iter().map(|report| &report.stack).filter(|stack| !stack.suppressed.is_empty()) {
        text.push_str(&format!("{}: ignored\n", places.name(stack)));
        let mut table = Table::new(["rule", "component", "until", "said in", "reason"], paint);
        for Suppressed { finding, by } in &stack.suppressed {
            let until = by.until.map_or_else(|| "-".to_owned(), |date| date.to_string());
            let reason = by.reason.as_deref().unwrap_or("-").to_owned();
            table.row([
                finding.rule.to_string(),
                finding.component_id.to_string(),
                until,
                places.line(&by.place),
                reason,
            ]);
        }
        text.push_str(&table.render());
        text.push('\n');
    }
    if text.is_empty() { "nothing is ignored\n\n".to_owned() } else { text }
}

/// The suppressed findings of a stack, to be added to its object.
pub(super) fn suppressed_json(stack: &Stack, places: &Places<'_>) -> Value {
    let all = stack.suppressed.iter().map(|Suppressed { finding, by }| {
        let mut object = places.json(&finding.place);
        object.insert("rule".to_owned(), finding.rule.as_str().into());
        object.insert("severity".to_owned(), finding.severity.name().into());
        object.insert("component".to_owned(), (*finding.component_id).into());
        object.insert("message".to_owned(), finding.message.clone().into());
        object.insert("points".to_owned(), finding.points.get().into());
        object.insert("reason".to_owned(), json!(by.reason.as_deref()));
        object.insert("until".to_owned(), json!(by.until.map(|date| date.to_string())));
        object.insert("by".to_owned(), Value::Object(places.json(&by.place)));
        Value::Object(object)
    });
    all.collect()
}

/// What is to be said of suppressions.
pub(super) fn notices_json(notices: &[Notice], places: &Places<'_>) -> Value {
    let all = notices.iter().map(|notice| {
        let mut object = places.json(&notice.place);
        object.insert("code".to_owned(), notice.code.name().into());
        object.insert("severity".to_owned(), notice.severity.name().into());
        object.insert("message".to_owned(), notice.message.clone().into());
        Value::Object(object)
    });
    all.collect()
}
