//! The objects that a template makes, from every way that it may be worked out.

use std::collections::BTreeSet;
use std::sync::Arc;

use foreshock_documents::Node;
use foreshock_kubernetes::Object;
use foreshock_templates::{HOLE, Rendered};
use foreshock_text::{FilePath, Place};

use crate::agreed::agreed;
use crate::places::documents;

/// What a template comes to.
#[derive(Debug, Default)]
pub(crate) struct Made {
    pub(crate) objects: Vec<Object>,
    /// What of it is not known, for a person.
    pub(crate) notes: Vec<(Place, String)>,
    /// Whether there may be objects that nobody knows of.
    pub(crate) is_open: bool,
}

/// The objects of a template. What its ways do not agree on is not known. A way that Helm would refuse is none.
pub(crate) fn objects_of(rendered: &Rendered, template: &FilePath, is_left_out: &dyn Fn(&Node) -> bool) -> Made {
    let mut made = Made::default();
    let mut ways: Vec<(Vec<Object>, Option<Arc<str>>)> = Vec::new();
    let mut refused = None;
    for way in &rendered.ways {
        let reason = reason_of(&way.reasons);
        if let Some(failure) = &way.failure {
            match failure.is_bound {
                true => {
                    made.is_open = true;
                    made.notes.push((failure.place.clone(), failure.message.clone()));
                }
                false => refused = refused.or(Some((failure.place.clone(), failure.message.clone()))),
            }
            continue;
        }
        if way.text.as_str().trim().is_empty() {
            ways.push((Vec::new(), reason));
            continue;
        }
        match documents(way, template) {
            Ok(documents) => {
                let mut objects = Vec::new();
                for document in documents {
                    made.is_open |= document.is_unknown();
                    collect(document, 0, &mut objects, &mut made);
                }
                objects.retain(|object| !is_left_out(&object.node));
                ways.push((objects, reason));
            }
            Err((place, why)) if way.text.as_str().contains(HOLE) => {
                made.is_open = true;
                made.notes.push((place, format!("what this template writes is not known: {why}")));
            }
            Err(told) => refused = refused.or(Some(told)),
        }
    }
    if let Some((place, why)) = refused.filter(|_| ways.is_empty()) {
        made.is_open = true;
        made.notes.push((place, format!("with these values helm makes nothing of this template: {why}")));
    }
    if !rendered.is_complete {
        made.is_open = true;
    }
    let is_certain = rendered.is_complete && !made.notes.iter().any(|_| made.is_open);
    made.objects.extend(merged(ways, is_certain));
    made.notes.sort_by(|one, other| (&one.0, &one.1).cmp(&(&other.0, &other.1)));
    made.notes.dedup();
    made
}

/// Why what was decided on a way is not known.
fn reason_of(reasons: &[Arc<str>]) -> Option<Arc<str>> {
    let all: BTreeSet<&str> = reasons.iter().map(|reason| &**reason).collect();
    (!all.is_empty()).then(|| all.into_iter().collect::<Vec<_>>().join("; ").into())
}

/// Lists inside of lists are followed so far.
const DEEPEST_LIST: usize = 8;

fn collect(node: Node, depth: usize, objects: &mut Vec<Object>, made: &mut Made) {
    if node.is_null() {
        return;
    }
    if ["apiVersion", "kind"].iter().any(|key| node.get(key).is_some_and(Node::is_unknown)) {
        made.is_open = true;
        return;
    }
    let Some(object) = Object::of(node) else { return };
    if object.identity.kind.ends_with("List") && object.node.get("items").is_some() && depth < DEEPEST_LIST {
        let items = object.node.get("items").map(|items| items.items().to_vec()).unwrap_or_default();
        items.into_iter().for_each(|item| collect(item, depth + 1, objects, made));
        return;
    }
    if object.identity.name.is_empty() {
        // It is called by something that is not known: a guess would tie it to others.
        made.is_open = true;
        return;
    }
    objects.push(object);
}

/// What all ways have, as far as they agree, and what some have.
fn merged(ways: Vec<(Vec<Object>, Option<Arc<str>>)>, is_certain: bool) -> Vec<Object> {
    let count = ways.len();
    let mut all: Vec<(Object, usize, Option<Arc<str>>)> = Vec::new();
    for (objects, reason) in ways {
        let why = reason.clone().unwrap_or_else(|| "not known".into());
        let mut seen: Vec<usize> = Vec::new();
        for object in objects {
            let is_it = |(known, ..): &(Object, usize, Option<Arc<str>>)| {
                let (one, other) = (&known.identity, &object.identity);
                (&one.kind, &one.namespace, &one.name) == (&other.kind, &other.namespace, &other.name)
            };
            let place = all.iter().enumerate().find(|(at, known)| is_it(known) && !seen.contains(at)).map(|(at, _)| at);
            match place.and_then(|at| Some((at, all.get_mut(at)?))) {
                Some((at, (known, times, known_reason))) => {
                    seen.push(at);
                    *times += 1;
                    *known_reason = known_reason.take().or(reason.clone());
                    let version = known.node.get("apiVersion").cloned();
                    known.node = agreed(&known.node, &object.node, &why);
                    // Of two versions of the same kind either will do.
                    if let (Some(version), Some(slot)) = (version, known.node.get_mut("apiVersion")) {
                        *slot = version;
                    }
                }
                None => {
                    seen.push(all.len());
                    all.push((object, 1, reason.clone()));
                }
            }
        }
    }
    all.into_iter()
        .map(|(object, times, reason)| {
            let is_sure = is_certain && times == count;
            let may_be_absent =
                (!is_sure).then(|| reason.unwrap_or_else(|| "what else may be written is not known".into()));
            Object { may_be_absent, ..object }
        })
        .collect()
}
