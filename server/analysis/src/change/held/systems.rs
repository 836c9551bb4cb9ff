//! Component by component: numbers, zones and failover that are unknown on one side are unknown on both.

use foreshock_model::{Component, Known, System};
use std::sync::Arc;

use super::Found;
use crate::Stack;

/// Whether there is something to hold back.
pub(super) fn differ(before: &System, after: &System, now: &Stack) -> bool {
    pairs(before, after, now).any(|(one, other)| {
        let (then, present) = (&one.redundancy, &other.redundancy);
        then.instances.known().is_some() != present.instances.known().is_some()
            || (then.instances.known() == present.instances.known()
                && (then.zones.known().is_some() != present.zones.known().is_some()
                    || then.failover.mode.known().is_some() != present.failover.mode.known().is_some()))
    })
}

fn pairs<'s>(
    before: &'s System,
    after: &'s System,
    now: &'s Stack,
) -> impl Iterator<Item = (&'s Component, &'s Component)> {
    let find = |id: &str| after.component(after.find(&now.name_now(id))?);
    before.components.iter().filter_map(move |one| Some((&**one, find(one.id.as_str())?)))
}

/// Holds back what only one side knows.
pub(super) fn alike(before: &mut System, after: &mut System, now: &Stack, found: &mut Found) {
    for one in before.components.iter_mut().map(Arc::make_mut) {
        let Some(index) = after.find(&now.name_now(one.id.as_str())) else { continue };
        let Some(other) = after.components.get_mut(index.index()) else { continue };
        of_component(one, Arc::make_mut(other), found);
    }
}

fn of_component(before: &mut Component, after: &mut Component, found: &mut Found) {
    let name = after.id.clone();
    let mut less_known: Option<bool> = None;
    // Where another number of them is a change, where they are and who takes over follows from it.
    let (old, new) = (before.redundancy.instances.known(), after.redundancy.instances.known());
    if old.is_some() && new.is_some() && old != new {
        return;
    }
    let (then, present) = (&mut before.redundancy, &mut after.redundancy);
    if let Some(before_knows) = one_knows(&then.instances, &present.instances) {
        let (knows, other) = if before_knows { (&mut *then, &mut *present) } else { (&mut *present, &mut *then) };
        if let Known::Unknown(why) = &other.instances {
            found.add(before_knows, format!("how many of {name} there are"), why, None);
        }
        knows.instances = other.instances.clone();
        knows.required = other.required;
        less_known = Some(before_knows);
    }
    if let Some(before_knows) = one_knows(&then.zones, &present.zones) {
        let (knows, other) = if before_knows { (&mut *then, &mut *present) } else { (&mut *present, &mut *then) };
        if let Known::Unknown(why) = &other.zones {
            found.add(before_knows, format!("the zones of {name}"), why, None);
        }
        knows.zones = other.zones.clone();
        less_known = Some(before_knows);
    }
    if let Some(before_knows) = one_knows(&then.failover.mode, &present.failover.mode) {
        let (knows, other) = if before_knows { (&mut *then, &mut *present) } else { (&mut *present, &mut *then) };
        if let Known::Unknown(why) = &other.failover.mode {
            found.add(before_knows, format!("the failover of {name}"), why, None);
        }
        knows.failover = other.failover.clone();
        less_known = Some(before_knows);
    }
    // Which figures count depends on numbers and zones.
    match less_known {
        Some(true) => before.reliability = after.reliability.clone(),
        Some(false) => after.reliability = before.reliability.clone(),
        None => {}
    }
}

/// Whether it is only before that knows, or only the present; `None` where both do or neither.
fn one_knows<T>(before: &Known<T>, after: &Known<T>) -> Option<bool> {
    match (before.known(), after.known()) {
        (Some(_), None) => Some(true),
        (None, Some(_)) => Some(false),
        _ => None,
    }
}
