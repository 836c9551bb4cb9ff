//! Names and numbers as people read them.

use std::sync::Arc;

use foreshock_catalog::counted;
use foreshock_model::{Component, ComponentIndex, MinutesPerYear};

use crate::Stack;

/// The ids of components, sorted.
pub(super) fn ids(stack: &Stack, components: &[ComponentIndex]) -> Vec<Arc<str>> {
    let mut ids: Vec<Arc<str>> =
        components.iter().filter_map(|index| Some(stack.system().component(*index)?.id.shared())).collect();
    ids.sort();
    ids.dedup();
    ids
}

/// The first few names of a list, and how many more there are: "a, b, c and 4 more".
pub(crate) fn some_of(names: &[Arc<str>]) -> String {
    const SHOWN: usize = 3;
    let shown = names.iter().take(SHOWN).map(|name| &**name).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// "1 instance", "3 instances".
pub(super) fn instances(component: &Component) -> String {
    match component.redundancy.instances.known() {
        Some(count) => counted(&format!("{count} instances")),
        None => "an unknown number of instances".to_owned(),
    }
}

/// With a capital first letter and a full stop.
pub(super) fn sentence(words: &str) -> String {
    let words = capitalised(words);
    if words.ends_with(['.', '!', '?']) { words } else { words + "." }
}

/// With a capital first letter, for a sentence that may begin with a number.
pub(super) fn capitalised(words: &str) -> String {
    let mut characters = words.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

/// "40 minutes a year", "3 h a year", "less than a second a year".
pub(super) fn a_year(minutes: MinutesPerYear) -> String {
    let seconds = minutes.get() * 60.0;
    match seconds {
        s if s >= 7200.0 => format!("{:.0} h a year", s / 3600.0),
        s if s >= 120.0 => format!("{:.0} minutes a year", s / 60.0),
        s if s >= 1.0 => format!("{s:.0} seconds a year"),
        _ => "less than a second a year".to_owned(),
    }
}
