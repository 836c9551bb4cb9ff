//! What a plan speaks of, in words.

use std::sync::Arc;

use foreshock_plan::{Counts, Extent};

/// Names in a line; the rest is counted.
const MOST_NAMES: usize = 3;

/// One line for each way in which a plan is not one of the whole stack; none for one that is.
pub(super) fn words(extent: &Extent, counts: &Counts) -> Vec<String> {
    let Extent { refreshes, destroys, is_partial, failed, deferred, left_alone } = extent;
    let mut said = Vec::new();
    let others = match left_alone {
        0 => String::new(),
        1 => "; 1 other resource is not in it and stays as it is".to_owned(),
        count => format!("; {count} other resources are not in it and stay as they are"),
    };
    let is_partial = *is_partial || (*left_alone > 0 && !refreshes);
    if *refreshes {
        said.push(format!("this plan only refreshes: {} stay as it found them", resources(*left_alone)));
    } else if *destroys {
        let asked = if is_partial { " (-destroy -target)" } else { " (-destroy)" };
        said.push(format!("this plan was asked to destroy {}{asked}{others}", resources(counts.destroyed)));
    } else if *failed {
        said.push(format!("this plan ended with an error, so that not all of the change is in it{others}"));
    } else if is_partial && deferred.is_empty() {
        said.push(format!("this plan is incomplete (-target){others}"));
    }
    if !deferred.is_empty() {
        let others = if said.is_empty() { others.as_str() } else { "" };
        said.push(format!("this plan puts off {} to a later one{others}", some_of(deferred)));
    }
    said
}

fn resources(count: usize) -> String {
    if count == 1 { "1 resource".to_owned() } else { format!("{count} resources") }
}

fn some_of(names: &[Arc<str>]) -> String {
    let shown = names.iter().take(MOST_NAMES).map(|name| &**name).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(MOST_NAMES) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
