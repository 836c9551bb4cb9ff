//! The call stack: why the component that has just changed did so.

use foreshock_engine::Fault;
use foreshock_model::ComponentIndex;
use foreshock_report::{Link, Places};
use foreshock_text::{PositionEncoding, visible};
use serde_json::{Value, json};

use super::breakpoints::source;
use super::run::Run;
use super::session::Client;

/// The frames where it stands: the changed component on top, below it what made it change, the fault at the bottom. Between two
/// components stands the line that proves the dependency. Never empty.
pub(super) fn links(run: &Run) -> Vec<Link> {
    if let Some(change) = run.change() {
        return run.outage.why(change);
    }
    // Nothing has happened yet: what is about to fail, with its block where it is one component.
    let about = |fault: &Fault| match fault {
        Fault::Component(component) => Some(*component),
        Fault::Unit(unit) => unit.component(),
        Fault::Instances { component, .. }
        | Fault::Exhausted { component, .. }
        | Fault::Latency { component, .. }
        | Fault::Impaired { component, .. }
        | Fault::Errors { component, .. } => Some(*component),
        Fault::Cut(_) | Fault::Traffic { .. } => None,
    };
    let first = run.outage.changes.first().map(|change| change.component);
    let component: Option<ComponentIndex> = run.outage.played.faults.iter().find_map(about).or(first);
    let place = component.and_then(|component| run.outage.stack.system().component(component)?.place.clone());
    vec![Link { words: run.title(), place, component: None }]
}

/// The frames of one page, with how many there are.
pub(super) fn page(run: &Run, client: Client, from: usize, count: usize) -> Value {
    let links = links(run);
    let places = Places::absolute(&run.snapshot, PositionEncoding::Utf16);
    let count = if count == 0 { links.len() } else { count };
    let frames = (1_i64..).zip(&links).skip(from).take(count).map(|(id, link)| frame(id, link, &places, client));
    json!({"stackFrames": frames.collect::<Vec<_>>(), "totalFrames": links.len()})
}

fn frame(id: i64, link: &Link, places: &Places<'_>, client: Client) -> Value {
    let name = visible(&link.words).into_owned();
    let Some(place) = &link.place else {
        return json!({"id": id, "name": name, "line": 0, "column": 0, "presentationHint": "label"});
    };
    let at = |offset| {
        let position = places.position(&place.file, offset);
        (position.line.saturating_add(client.first_line), position.column.saturating_add(client.first_column))
    };
    let ((line, column), (end_line, end_column)) = (at(place.span.start), at(place.span.end));
    // What proves a dependency is read in passing; the components are the story.
    let hint = if link.component.is_some() || id == 1 { "normal" } else { "subtle" };
    json!({"id": id, "name": name, "source": source(place.file.as_path().as_str()), "line": line, "column": column,
        "endLine": end_line, "endColumn": end_column, "presentationHint": hint})
}
