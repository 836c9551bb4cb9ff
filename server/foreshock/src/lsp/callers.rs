use foreshock_text::FilePath;
use serde_json::{Value, json};

use super::view::View;

/// Everybody who makes a system of a file, how it fares with each, and whose results it shows.
pub(super) fn callers(view: &View, file: &FilePath) -> Value {
    let (callers, chosen) = view.callers(file);
    let snapshot = view.snapshot();
    let all = callers.iter().map(|caller| {
        let is_chosen = chosen.as_ref() == Some(caller);
        let fares = snapshot.fares(file, caller).words();
        let stack = snapshot.stacks.get(caller.stack);
        json!({
            "id": caller.id, "label": caller.label, "summary": fares, "chosen": is_chosen,
            "root": stack.map(|stack| stack.root.as_str()), "name": stack.and_then(|stack| stack.variant()),
        })
    });
    json!({"callers": all.collect::<Vec<_>>(), "summary": snapshot.callers_in_short(file, &callers)})
}
