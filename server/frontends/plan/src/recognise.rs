//! What a JSON text is: a plan, a state, a stored state, or none of them.

use foreshock_syntax::json::{Kind, Node};

/// What a JSON text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// `terraform show -json` of a plan.
    Plan,
    /// `terraform show -json` of a state.
    State,
    /// `terraform.tfstate`: the state as it is stored.
    StoredState,
}

/// Whether a text may be a plan or a state; cheap, and right for every text that is one.
pub fn may_be_plan(text: &str) -> bool {
    let starts = text.trim_start_matches('\u{feff}').trim_start().starts_with('{');
    let has = |name: &str| text.contains(name);
    starts
        && (has("\"resource_changes\"")
            || has("\"planned_values\"")
            || has("\"format_version\"")
            || has("\"lineage\"")
            || has("\"serial\"")
            || has("\"terraform_version\""))
}

/// What a JSON tree is, by the keys of its outermost object.
pub fn sort_of(root: &Node) -> Option<Sort> {
    let Kind::Object(entries) = &root.kind else { return None };
    let value = |name: &str| entries.iter().find(|(key, _)| &*key.text == name).map(|(_, value)| value);
    let has = |name: &str| value(name).is_some();
    // Infrastructure YAML, which may be written as JSON.
    if has("components") {
        return None;
    }
    if has("resource_changes") || has("planned_values") {
        return Some(Sort::Plan);
    }
    let is_number = |name: &str| value(name).is_some_and(|value| matches!(value.kind, Kind::Number(_)));
    if is_number("version") && (has("serial") || has("lineage") || has("terraform_version")) {
        return Some(Sort::StoredState);
    }
    if has("values") || has("format_version") {
        return Some(if has("configuration") || has("prior_state") { Sort::Plan } else { Sort::State });
    }
    None
}
