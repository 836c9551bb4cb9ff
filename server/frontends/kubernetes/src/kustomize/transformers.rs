//! What a kustomization sets on all its objects: namespace, names, labels, annotations, numbers of replicas, images.

use std::sync::Arc;

use foreshock_documents::{Entry, Node};
use foreshock_text::Place;

use super::{Part, items};
use crate::Object;
use crate::api::api;

/// Kinds whose names nobody may change.
const KEEP_THEIR_NAMES: &[&str] = &["CustomResourceDefinition", "APIService", "Namespace"];

/// Sets what the kustomization says; whether any object has another name now.
pub(super) fn apply(kustomization: &Node, objects: &mut [Part]) -> bool {
    let mut is_renamed = false;
    if let Some(namespace) = kustomization.get("namespace").filter(|namespace| namespace.word().is_some()) {
        objects.iter_mut().for_each(|part| set_namespace(part, namespace));
        is_renamed = true;
    }
    for (field, is_prefix) in [("namePrefix", true), ("nameSuffix", false)] {
        if let Some(added) = kustomization.get(field).and_then(Node::word) {
            objects.iter_mut().for_each(|part| rename(part, &added, is_prefix));
            is_renamed = true;
        }
    }
    if let Some(labels) = kustomization.get("commonLabels") {
        objects.iter_mut().for_each(|part| label(part, labels, true, true));
    }
    for item in items(kustomization, "labels") {
        let is_set = |key| item.get(key).and_then(Node::word).is_some_and(|word| &*word == "true");
        let (selectors, templates) = (is_set("includeSelectors"), is_set("includeTemplates"));
        if let Some(pairs) = item.get("pairs") {
            objects.iter_mut().for_each(|part| label(part, pairs, selectors, selectors || templates));
        }
    }
    if let Some(annotations) = kustomization.get("commonAnnotations") {
        for part in objects.iter_mut() {
            add_all(&mut part.object.node, &["metadata", "annotations"], annotations);
            add_to_template(part, "annotations", annotations);
        }
    }
    for item in items(kustomization, "replicas") {
        set_replicas(item, objects);
    }
    for item in items(kustomization, "images") {
        objects.iter_mut().for_each(|part| set_image(part, item));
    }
    for part in objects.iter_mut() {
        part.object = part.object.clone().renamed();
    }
    is_renamed
}

fn set_namespace(part: &mut Part, namespace: &Node) {
    let Object { identity, node, .. } = &mut part.object;
    let place = namespace.place.clone();
    if api().is_in_namespace(&identity.kind) {
        if let Some(metadata) = node.map_at("metadata", &place) {
            metadata.set("namespace", place.clone(), namespace.clone());
        }
    } else if &*identity.kind == "Namespace"
        && let Some(metadata) = node.get_mut("metadata")
    {
        metadata.set("name", place.clone(), namespace.clone());
    }
    if matches!(&*identity.kind, "RoleBinding" | "ClusterRoleBinding") {
        for subject in node.get_mut("subjects").and_then(Node::items_mut).into_iter().flatten() {
            if subject.get("kind").and_then(Node::word).as_deref() == Some("ServiceAccount") {
                subject.set("namespace", place.clone(), namespace.clone());
            }
        }
    }
}

fn rename(part: &mut Part, added: &str, is_prefix: bool) {
    let identity = &part.object.identity;
    if KEEP_THEIR_NAMES.contains(&&*identity.kind) {
        return;
    }
    let old = identity.name.clone();
    let new = if is_prefix { format!("{added}{old}") } else { format!("{old}{added}") };
    if let Some(name) = part.object.node.get_mut("metadata").and_then(|metadata| metadata.get_mut("name")) {
        *name = Node::text_at(new, name.place.clone());
    }
    part.names.push(old);
    part.object = part.object.clone().renamed();
}

fn label(part: &mut Part, labels: &Node, selectors: bool, templates: bool) {
    add_all(&mut part.object.node, &["metadata", "labels"], labels);
    if templates {
        add_to_template(part, "labels", labels);
    }
    if !selectors {
        return;
    }
    let node = &mut part.object.node;
    match &*part.object.identity.kind {
        "Service" | "ReplicationController" if node.at(&["spec", "selector"]).is_some() => {
            add_all(node, &["spec", "selector"], labels);
        }
        "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" => {
            add_all(node, &["spec", "selector", "matchLabels"], labels)
        }
        "PodDisruptionBudget" if node.at(&["spec", "selector", "matchLabels"]).is_some() => {
            add_all(node, &["spec", "selector", "matchLabels"], labels);
        }
        "NetworkPolicy" if node.at(&["spec", "podSelector", "matchLabels"]).is_some() => {
            add_all(node, &["spec", "podSelector", "matchLabels"], labels);
        }
        _ => {}
    }
}

/// Adds to the labels or annotations of the pods that an object describes.
fn add_to_template(part: &mut Part, field: &str, added: &Node) {
    let Some(pods) = api().pods(&part.object.identity.kind).filter(|pods| !pods.is_empty()) else { return };
    let mut path: Vec<&str> = pods.iter().map(String::as_str).collect();
    if part.object.node.at(&path).is_none() {
        return;
    }
    path.extend(["metadata", field]);
    add_all(&mut part.object.node, &path, added);
}

fn add_all(node: &mut Node, path: &[&str], added: &Node) {
    let mut at = Some(node);
    for step in path {
        at = at.and_then(|node| node.map_at(step, &added.place));
    }
    let Some(map) = at else { return };
    for Entry { name, key, value } in added.entries() {
        map.set(name, key.clone(), value.clone());
    }
}

fn set_replicas(item: &Node, objects: &mut [Part]) {
    let (Some(name), Some(count)) = (item.get("name").and_then(Node::word), item.entry("count")) else { return };
    for part in objects {
        let identity = &part.object.identity;
        let is_it = identity.name == name || part.names.contains(&name);
        let has_number =
            matches!(&*identity.kind, "Deployment" | "ReplicaSet" | "StatefulSet" | "ReplicationController");
        if is_it
            && has_number
            && let Some(spec) = part.object.node.map_at("spec", &item.place)
        {
            spec.set("replicas", count.key.clone(), count.value.clone());
        }
    }
}

fn set_image(part: &mut Part, item: &Node) {
    let word = |key| item.get(key).and_then(Node::word);
    let Some(name) = word("name") else { return };
    let (new_name, tag, digest) = (word("newName"), word("newTag"), word("digest"));
    let Some(pods) = api().pods(&part.object.identity.kind) else { return };
    let mut path: Vec<&str> = pods.iter().map(String::as_str).collect();
    path.push("spec");
    let Some(pod) = part.object.node.at_mut(&path) else { return };
    for list in ["containers", "initContainers"] {
        for container in pod.get_mut(list).and_then(Node::items_mut).into_iter().flatten() {
            let Some(image) = container.get("image").and_then(Node::text).cloned() else { continue };
            let (own, rest) = split(&image);
            if own != &*name {
                continue;
            }
            let new = new_name.as_deref().unwrap_or(own);
            let image: Arc<str> = match (&digest, &tag) {
                (Some(digest), _) => format!("{new}@{digest}").into(),
                (None, Some(tag)) => format!("{new}:{tag}").into(),
                (None, None) => format!("{new}{rest}").into(),
            };
            let place: Place = item.place.clone();
            container.set("image", place.clone(), Node::text_at(image, place));
        }
    }
}

/// The name of an image, and the tag or digest behind it.
fn split(image: &str) -> (&str, &str) {
    let path = image.rfind('/').map_or(0, |slash| slash + 1);
    let last = image.get(path..).unwrap_or_default();
    let end = last.find(['@', ':']).map_or(image.len(), |at| path + at);
    image.split_at_checked(end).unwrap_or((image, ""))
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn images_and_their_tags() {
        assert_eq!(split("nginx:1.7"), ("nginx", ":1.7"));
        assert_eq!(split("host:5000/a/b@sha256:1"), ("host:5000/a/b", "@sha256:1"));
        assert_eq!(split("host:5000/a/b"), ("host:5000/a/b", ""));
    }
}
