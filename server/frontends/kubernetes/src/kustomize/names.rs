//! Objects that name others by name, when those are called something else now.

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_documents::{Content, Node};

use super::Part;

/// Fields that hold the name of another object, and of which kind it is. `*` is each item of a list, or each map below it.
const REFERENCES: &[(&str, &str)] = &[
    ("configMapKeyRef.name", "ConfigMap"),
    ("configMapRef.name", "ConfigMap"),
    ("configMap.name", "ConfigMap"),
    ("secretKeyRef.name", "Secret"),
    ("secretRef.name", "Secret"),
    ("secret.secretName", "Secret"),
    ("secret.name", "Secret"),
    ("imagePullSecrets.name", "Secret"),
    ("tls.secretName", "Secret"),
    ("persistentVolumeClaim.claimName", "PersistentVolumeClaim"),
    ("spec.serviceAccountName", "ServiceAccount"),
    ("spec.serviceAccount", "ServiceAccount"),
    ("spec.serviceName", "Service"),
    ("service.name", "Service"),
    ("backend.serviceName", "Service"),
];

/// Gives whoever names an object by an earlier name the one that it has now.
pub(super) fn follow(objects: &mut [Part]) {
    let mut now: BTreeMap<(Arc<str>, Arc<str>), Arc<str>> = BTreeMap::new();
    for part in objects.iter() {
        let identity = &part.object.identity;
        for name in &part.names {
            now.insert((identity.kind.clone(), name.clone()), identity.name.clone());
        }
    }
    if now.is_empty() {
        return;
    }
    for part in objects {
        rename(&mut part.object.node, &mut Vec::new(), &now);
    }
}

fn rename(node: &mut Node, path: &mut Vec<Arc<str>>, now: &BTreeMap<(Arc<str>, Arc<str>), Arc<str>>) {
    // An object that is named by its kind: the target of an autoscaler, the subject of a binding.
    let named = node.get("kind").and_then(Node::text).cloned().zip(node.get("name").and_then(Node::text).cloned());
    let is_inside = !path.is_empty();
    if let Some(new) = named.filter(|_| is_inside).and_then(|key| now.get(&key)) {
        put(node, "name", new);
    }
    match &mut node.content {
        Content::Map(entries) => {
            for entry in entries {
                path.push(entry.name.clone());
                let kind = REFERENCES.iter().find(|(reference, _)| ends_with(path, reference)).map(|(_, kind)| *kind);
                if let (Some(kind), Some(name)) = (kind, entry.value.text().cloned())
                    && let Some(new) = now.get(&(Arc::from(kind), name))
                {
                    entry.value = Node::text_at(new.clone(), entry.value.place.clone());
                }
                rename(&mut entry.value, path, now);
                path.pop();
            }
        }
        Content::List(items) => items.iter_mut().for_each(|item| rename(item, path, now)),
        Content::Scalar(_) => {}
    }
}

fn put(node: &mut Node, field: &str, text: &Arc<str>) {
    if let Some(own) = node.get_mut(field) {
        *own = Node::text_at(text.clone(), own.place.clone());
    }
}

fn ends_with(path: &[Arc<str>], reference: &str) -> bool {
    let mut own = path.iter().rev();
    reference.rsplit('.').all(|step| own.next().is_some_and(|name| **name == *step))
}
