//! Strategic merge patches: maps are merged, lists of what has a name are merged by it, `null` and `$patch` take away.

use foreshock_documents::{Content, Entry, Node};

use crate::api::api;

/// The keys that tell the items of a list apart, by the list's name; the first that the items have.
fn merge_keys(list: &str, kind: &str) -> &'static [&'static str] {
    match list {
        "containers"
        | "initContainers"
        | "ephemeralContainers"
        | "volumes"
        | "env"
        | "imagePullSecrets"
        | "secrets" => &["name"],
        "volumeMounts" => &["mountPath"],
        "volumeDevices" => &["devicePath"],
        "ports" if kind == "Service" => &["port"],
        "ports" => &["containerPort", "port"],
        "hostAliases" => &["ip"],
        "topologySpreadConstraints" => &["topologyKey"],
        "ownerReferences" => &["uid"],
        "conditions" => &["type"],
        "webhooks" => &["name"],
        _ => &[],
    }
}

/// Merges a patch into an object. With a target the patch does not rename what it is put on. What the API does not know by a kind of
/// its own has its lists replaced.
pub(super) fn merge(object: &mut Node, patch: &Node, kind: &str, has_target: bool) {
    let is_known = api().kinds().any(|(known, _)| known == kind || known.starts_with(&format!("{kind}.")));
    let own_name = object.at(&["metadata", "name"]).cloned();
    into(object, patch, kind, is_known);
    if has_target
        && let (Some(name), Some(metadata)) = (own_name, object.get_mut("metadata"))
        && let Some(entry) = metadata.entries_mut().and_then(|all| all.iter_mut().find(|entry| &*entry.name == "name"))
    {
        entry.value = name;
    }
}

fn directive(node: &Node) -> Option<&str> {
    node.get("$patch").and_then(Node::text).map(|word| &**word)
}

fn into(base: &mut Node, patch: &Node, kind: &str, is_known: bool) {
    if directive(patch) == Some("replace") || !base.is_map() {
        *base = without_directives(patch);
        return;
    }
    for entry in patch.entries() {
        let Entry { name, key, value } = entry;
        if name.starts_with('$') {
            continue;
        }
        if value.is_null() || directive(value) == Some("delete") {
            if let Some(entries) = base.entries_mut() {
                entries.retain(|own| own.name != *name);
            }
            continue;
        }
        let Some(own) = base.get_mut(name) else {
            base.set(name, key.clone(), without_directives(value));
            continue;
        };
        match (&mut own.content, &value.content) {
            (Content::Map(_), Content::Map(_)) => into(own, value, kind, is_known),
            (Content::List(items), Content::List(wanted)) if is_known => match list_key(name, kind, items, wanted) {
                Some(by) => merge_list(items, wanted, by, kind),
                None => base.set(name, key.clone(), without_directives(value)),
            },
            _ => base.set(name, key.clone(), without_directives(value)),
        }
    }
}

/// What tells the items of both lists apart.
fn list_key(name: &str, kind: &str, items: &[Node], wanted: &[Node]) -> Option<&'static str> {
    let has = |key: &str| {
        items.iter().chain(wanted).all(|item| item.get(key).is_some() || directive(item) == Some("replace"))
    };
    merge_keys(name, kind).iter().copied().find(|key| has(key))
}

fn merge_list(items: &mut Vec<Node>, wanted: &[Node], by: &str, kind: &str) {
    if wanted.iter().any(|item| directive(item) == Some("replace") && item.get(by).is_none()) {
        let kept = wanted.iter().filter(|item| directive(item).is_none());
        *items = kept.map(without_directives).collect();
        return;
    }
    let mut new = Vec::new();
    for item in wanted {
        let name = item.get(by).and_then(Node::word);
        let at = items.iter().position(|own| own.get(by).and_then(Node::word) == name);
        match (at, directive(item)) {
            (Some(at), Some("delete")) => {
                items.remove(at);
            }
            (None, Some("delete")) => {}
            (Some(at), _) => {
                if let Some(own) = items.get_mut(at) {
                    into(own, item, kind, true);
                }
            }
            (None, _) => new.push(without_directives(item)),
        }
    }
    // What is new stands first, as kustomize has it.
    new.append(items);
    *items = new;
}

fn without_directives(node: &Node) -> Node {
    let content = match &node.content {
        Content::Map(entries) => {
            let written = entries.iter().filter(|entry| !entry.name.starts_with("$patch") && !entry.value.is_null());
            let clean = |entry: &Entry| Entry { value: without_directives(&entry.value), ..entry.clone() };
            Content::Map(written.map(clean).collect())
        }
        Content::List(items) => {
            let kept = items.iter().filter(|item| directive(item) != Some("delete"));
            Content::List(kept.map(without_directives).collect())
        }
        Content::Scalar(kind) => Content::Scalar(kind.clone()),
    };
    Node { place: node.place.clone(), content }
}
