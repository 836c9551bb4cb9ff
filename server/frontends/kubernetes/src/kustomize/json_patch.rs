//! Patches that are a list of operations (RFC 6902).

use foreshock_documents::{Content, Entry, Node};
use foreshock_text::Place;

/// Carries out the operations of a patch; what could not be done, with its place. One that fails ends the patch.
/// What is copied takes of `room`.
pub(super) fn apply(object: &mut Node, patch: &Node, room: &mut usize) -> Vec<(Place, String)> {
    for operation in patch.items() {
        if let Err(why) = carry_out(object, operation, room) {
            return vec![(operation.place.clone(), why)];
        }
    }
    Vec::new()
}

fn carry_out(object: &mut Node, operation: &Node, room: &mut usize) -> Result<(), String> {
    let word = |key| operation.get(key).and_then(Node::word);
    let what = word("op").ok_or("an operation says in `op` what it does: add, remove, replace, move, copy or test")?;
    let path = word("path").ok_or("an operation says in `path` where it does it")?;
    let steps = steps(&path);
    let key = operation.entry("path").map_or_else(|| operation.place.clone(), |entry| entry.value.place.clone());
    let value = || {
        let entry = operation.entry("value").ok_or_else(|| format!("`{what}` needs a `value`"))?;
        Ok::<(Node, Place), String>((entry.value.clone(), entry.key.clone()))
    };
    match &*what {
        "add" => {
            let (value, place) = value()?;
            add(object, &steps, value, &place).ok_or_else(|| format!("there is nothing at {path} to add to"))
        }
        "replace" => {
            let (value, place) = value()?;
            let there = find(object, &steps).is_some();
            if !there {
                return Err(format!("there is nothing at {path} to replace"));
            }
            remove(object, &steps, false);
            add(object, &steps, value, &place).ok_or_else(|| format!("there is nothing at {path} to replace"))
        }
        "remove" => {
            remove(object, &steps, true).map(|_| ()).ok_or_else(|| format!("there is nothing at {path} to remove"))
        }
        "move" | "copy" => {
            let from = word("from").ok_or_else(|| format!("`{what}` says in `from` what"))?;
            let from = self::steps(&from);
            let found = find(object, &from).ok_or("there is nothing at `from`")?;
            *room = room.checked_sub(found.weight()).ok_or("this comes to more than is followed")?;
            let found = found.clone();
            if &*what == "move" {
                remove(object, &from, true);
            }
            add(object, &steps, found, &key).ok_or_else(|| format!("there is nothing at {path} to add to"))
        }
        "test" => {
            let (value, _) = value()?;
            let is_same = find(object, &steps).is_some_and(|own| own.says_the_same(&value));
            if is_same { Ok(()) } else { Err(format!("what is at {path} is something else")) }
        }
        other => Err(format!("there is no operation `{other}`")),
    }
}

fn steps(path: &str) -> Vec<String> {
    path.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")).collect()
}

fn find<'n>(object: &'n Node, steps: &[String]) -> Option<&'n Node> {
    steps.iter().try_fold(object, |node, step| match &node.content {
        Content::List(items) => items.get(step.parse::<usize>().ok()?),
        _ => node.entry(step).map(|entry| &entry.value),
    })
}

fn find_mut<'n>(object: &'n mut Node, steps: &[String]) -> Option<&'n mut Node> {
    steps.iter().try_fold(object, |node, step| match &mut node.content {
        Content::List(items) => items.get_mut(step.parse::<usize>().ok()?),
        Content::Map(entries) => entries.iter_mut().find(|entry| *entry.name == **step).map(|entry| &mut entry.value),
        Content::Scalar(_) => None,
    })
}

fn add(object: &mut Node, steps: &[String], value: Node, key: &Place) -> Option<()> {
    let Some((last, above)) = steps.split_last() else {
        *object = value;
        return Some(());
    };
    let around = find_mut(object, above)?;
    match &mut around.content {
        Content::List(items) => {
            let at =
                if last == "-" { items.len() } else { last.parse::<usize>().ok().filter(|at| *at <= items.len())? };
            items.insert(at, value);
        }
        Content::Map(_) => around.set(last, key.clone(), value),
        Content::Scalar(_) => return None,
    }
    Some(())
}

/// Takes something away. What is replaced keeps its turn among the entries of a map.
fn remove(object: &mut Node, steps: &[String], for_good: bool) -> Option<()> {
    let (last, above) = steps.split_last()?;
    let around = find_mut(object, above)?;
    match &mut around.content {
        Content::List(items) => {
            let at = last.parse::<usize>().ok().filter(|at| *at < items.len())?;
            items.remove(at);
        }
        Content::Map(entries) => {
            let is_it = |entry: &Entry| *entry.name == **last;
            let at = entries.iter().position(is_it)?;
            if for_good {
                entries.remove(at);
            }
        }
        Content::Scalar(_) => return None,
    }
    Some(())
}
