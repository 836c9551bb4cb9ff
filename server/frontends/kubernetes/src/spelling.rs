//! What manifests call the types and fields that rows spell otherwise.

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_resources::{Body, Instance, Spelling, Words};

use crate::Identity;
use crate::body::spelled;
use crate::{Spelled, native_path};

/// Fields that rows speak of where nobody has written them.
const OFTEN_MISSED: &[&str] = &["spec.min_replicas", "spec.max_replicas", "spec.max_unavailable", "spec.min_available"];

/// What the body of a map of configuration, or of a secret, calls otherwise than both spellings.
const CONTENTS: &[(&str, &str)] = &[("contents", "data"), ("text", "stringData")];

/// The words of each object: its kind, and the API's names of its fields.
pub(crate) fn spelling(instances: &[Arc<Instance>], identities: &[Identity]) -> Spelling {
    let mut of_type: BTreeMap<Arc<str>, BTreeMap<Arc<str>, Arc<str>>> = BTreeMap::new();
    for instance in instances {
        let words = of_type.entry(instance.type_name.clone()).or_insert_with(|| {
            OFTEN_MISSED.iter().map(|path| (Arc::from(*path), native(path, spelled(&instance.type_name)))).collect()
        });
        if matches!(&*instance.type_name, "kubernetes_config_map" | "kubernetes_secret") {
            words.extend(CONTENTS.iter().map(|(path, field)| (Arc::from(*path), Arc::from(*field))));
        }
        if spelled(&instance.type_name) == Spelled::AsProvider {
            collect(&instance.body, "", words);
        }
    }
    let kinds: BTreeMap<&Arc<str>, &Identity> = instances.iter().map(|one| &one.type_name).zip(identities).collect();
    let words: BTreeMap<Arc<str>, Arc<Words>> = of_type
        .into_iter()
        .filter_map(|(type_name, attributes)| {
            let kind = kinds.get(&type_name)?.kind.clone();
            Some((type_name, Arc::new(Words { type_name: kind, attributes })))
        })
        .collect();
    let of_instance =
        |instance: &Arc<Instance>| Some((instance.address.clone(), words.get(&instance.type_name)?.clone()));
    Spelling::new(instances.iter().filter_map(of_instance).collect())
}

fn native(path: &str, spelled: Spelled) -> Arc<str> {
    native_path(path, spelled).join(".").into()
}

/// The paths of a body that the API spells otherwise.
fn collect(body: &Body, above: &str, words: &mut BTreeMap<Arc<str>, Arc<str>>) {
    let path_of = |name: &str| if above.is_empty() { name.to_owned() } else { format!("{above}.{name}") };
    let mut add = |path: &str| {
        if !words.contains_key(path) {
            let said = native(path, Spelled::AsProvider);
            if *said != *path {
                words.insert(path.into(), said);
            }
        }
    };
    for name in body.attributes.keys() {
        add(&path_of(name));
    }
    for block in &body.blocks {
        add(&path_of(&block.kind));
    }
    for block in &body.blocks {
        collect(&block.body, &path_of(&block.kind), words);
    }
}
