//! Units that a stack is judged with, on both sides of a comparison: what they are called hangs on who else is there, and what
//! another unit declares is judged in the stack of that one.

use std::sync::Arc;

use foreshock_terraform::terragrunt::JoinedUnit;

use crate::Stack;

/// What units of the base are called otherwise now: what their addresses began with, and begin with.
pub(super) fn renamed(before: &Stack, now: &Stack) -> Vec<(Arc<str>, Arc<str>)> {
    let (old, new) = (units(before), units(now));
    let is_same = |one: &JoinedUnit, other: &JoinedUnit| {
        one.directory == other.directory || (one.directory == before.root && other.directory == now.root)
    };
    // A directory that was renamed: the one unit of its module that is no more, and the one that was not there.
    let is_moved = |one: &JoinedUnit, other: &JoinedUnit| one.module.is_some() && one.module == other.module;
    let left = old.iter().filter(|one| !new.iter().any(|other| is_same(one, other)));
    let left: Vec<&JoinedUnit> = left.collect();
    let come = new.iter().filter(|other| !old.iter().any(|one| is_same(one, other)));
    let come: Vec<&JoinedUnit> = come.collect();
    let moved = |one: &JoinedUnit| {
        let mut candidates = come.iter().filter(|other| is_moved(one, other));
        let only = candidates.next().filter(|_| candidates.next().is_none())?;
        (left.iter().filter(|other| is_moved(other, only)).count() == 1).then_some(*only)
    };
    let pairs = old.iter().filter_map(|one| {
        let other = new.iter().find(|other| is_same(one, other)).or_else(|| moved(one))?;
        (one.address != other.address).then(|| (one.address.clone(), other.address.clone()))
    });
    pairs.collect()
}

/// What an address of the base is called now, where its unit is called otherwise.
pub(super) fn name_now(renamed: &[(Arc<str>, Arc<str>)], before: &str) -> Option<String> {
    renamed.iter().find_map(|(old, new)| {
        let own = match &**old {
            "" => before,
            old => before.strip_prefix(old)?.strip_prefix('.')?,
        };
        Some(if new.is_empty() { own.to_owned() } else { format!("{new}.{own}") })
    })
}

/// Whether what a module of the base declares is another unit's, which nobody here reads from any more. Whether that is there
/// is told by its own stack. What is still read from and is not there is missed.
pub(super) fn is_elsewhere(before: &Stack, now: &Stack, module: &str) -> bool {
    let is_of = |unit: &&JoinedUnit| {
        module.strip_prefix(&*unit.address).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let Some(unit) = units(before).iter().filter(|unit| !unit.address.is_empty()).find(is_of) else { return false };
    let is_there = || units(now).iter().any(|other| other.directory == unit.directory);
    let is_read = || units(now).iter().any(|other| other.reads.contains(&unit.directory));
    unit.directory != before.root && !units(now).is_empty() && !is_there() && !is_read()
}

/// What the addresses of units of the base begin with that are read from and are no more.
pub(super) fn missed(before: &Stack, now: &Stack) -> Vec<Arc<str>> {
    let is_there = |unit: &JoinedUnit| units(now).iter().any(|other| other.directory == unit.directory);
    let is_read = |unit: &JoinedUnit| units(now).iter().any(|other| other.reads.contains(&unit.directory));
    let missed = units(before).iter().filter(|unit| !unit.address.is_empty() && !is_there(unit) && is_read(unit));
    missed.map(|unit| unit.address.clone()).collect()
}

fn units(stack: &Stack) -> &[JoinedUnit] {
    stack.terraform().map_or(&[], |module| &module.resolved.units)
}
