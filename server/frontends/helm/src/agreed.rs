//! What is the same in two versions of an object, and what is not known because it is not.

use std::sync::Arc;

use foreshock_documents::{Content, Entry, Node};

/// What two versions of a node say both; where they differ it is not known, for this reason.
pub(crate) fn agreed(one: &Node, other: &Node, why: &Arc<str>) -> Node {
    let differs = || Node::unknown(why.clone(), one.place.clone());
    match (&one.content, &other.content) {
        (Content::Map(mine), Content::Map(_)) => {
            let missing = other.entries().iter().filter(|entry| one.entry(&entry.name).is_none());
            let known = mine.iter().map(|entry| {
                let value = match other.entry(&entry.name) {
                    Some(found) => agreed(&entry.value, &found.value, why),
                    None => Node::unknown(why.clone(), entry.value.place.clone()),
                };
                Entry { value, ..entry.clone() }
            });
            let open = missing
                .map(|entry| Entry { value: Node::unknown(why.clone(), entry.value.place.clone()), ..entry.clone() });
            Node { place: one.place.clone(), content: Content::Map(known.chain(open).collect()) }
        }
        (Content::List(mine), Content::List(theirs)) if mine.len() == theirs.len() => {
            let items = mine.iter().zip(theirs).map(|(one, other)| agreed(one, other, why));
            Node { place: one.place.clone(), content: Content::List(items.collect()) }
        }
        (Content::Scalar(mine), Content::Scalar(theirs)) if mine == theirs => one.clone(),
        _ => differs(),
    }
}
