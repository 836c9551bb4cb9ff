//! What is asked in the console, watched or pointed at: the state of a component, and why.

use foreshock_report::Outage;
use serde_json::{Value, json};

use super::run::Run;
use super::variables::{fares, of_component};

/// So many names are offered.
const MOST_OFFERED: usize = 100;

/// The state of the component that an expression names; `users` is what is lost, `why` the reason of the last change.
///
/// # Errors
/// When it names none; the text says what was expected.
pub(super) fn evaluate(run: &Run, expression: &str) -> Result<Value, String> {
    let said = |result: String| json!({"result": result, "variablesReference": 0});
    match expression.trim() {
        "" => return Err("expected the name of a component".to_owned()),
        "users" => {
            let lost = run.outage.lost(run.position);
            return Ok(said(lost.map_or_else(|| "not known".to_owned(), |lost| format!("{:.0} % lost", 100.0 * lost))));
        }
        "why" => {
            let lines: Vec<String> = super::call_stack::links(run).into_iter().map(|link| link.words).collect();
            return Ok(said(lines.join("\n")));
        }
        _ => {}
    }
    let component =
        run.find(expression).ok_or_else(|| format!("{expression}: expected the name of a component, users or why"))?;
    let last = run.outage.last_changes(run.position);
    let change = last.get(&component);
    let because = change.map_or_else(String::new, |change| format!(" ({})", run.outage.sentence(change)));
    let kind = run.outage.stack.system().component(component).map(|it| it.kind.name());
    Ok(json!({"result": format!("{}{because}", fares(run, component, change)), "type": kind,
        "variablesReference": of_component(component)}))
}

/// The ids that have what was typed in them.
pub(super) fn completions(outage: &Outage, typed: &str) -> Vec<Value> {
    let word = typed.rsplit(char::is_whitespace).next().unwrap_or_default();
    let system = outage.stack.system();
    let ids = system.components.iter().map(|component| component.id.as_str()).chain(["users", "why"]);
    let length = word.encode_utf16().count();
    let start = typed.encode_utf16().count() - length;
    let item = |id: &str| json!({"label": id, "text": id, "type": "variable", "start": start, "length": length});
    ids.filter(|id| id.contains(word)).take(MOST_OFFERED).map(item).collect()
}
