//! What pods are given from maps of configuration and secrets, put in where they read it: the value of a variable, all variables of
//! a map, the files of a volume. A pod that reads one key is given that key and nothing else of the map.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use foreshock_documents::{Content, Entry, Node};
use foreshock_text::Place;

use crate::Object;
use crate::api::api;
use crate::substitution::substitute;

/// A map of configuration, or a secret, by what it is, its namespace and its name.
type Key = (Store, Option<Arc<str>>, Arc<str>);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Store {
    ConfigMap,
    Secret,
}

impl Store {
    fn of(kind: &str) -> Option<Store> {
        match kind {
            "ConfigMap" => Some(Store::ConfigMap),
            "Secret" => Some(Store::Secret),
            _ => None,
        }
    }

    /// How a source of variables and a volume name it.
    fn fields(self) -> (&'static str, &'static str, &'static str, &'static str) {
        match self {
            Store::ConfigMap => ("configMapKeyRef", "configMapRef", "configMap", "name"),
            Store::Secret => ("secretKeyRef", "secretRef", "secret", "secretName"),
        }
    }
}

/// The maps of configuration and the secrets of a stack.
pub(crate) struct Configuration {
    contents: BTreeMap<Key, Vec<Entry>>,
}

impl Configuration {
    pub(crate) fn of(objects: &[Object]) -> Configuration {
        let mut contents = BTreeMap::new();
        for object in objects {
            let Some(store) = Store::of(&object.identity.kind) else { continue };
            let mut entries: Vec<Entry> = Vec::new();
            for (field, is_encoded) in [("data", store == Store::Secret), ("stringData", false)] {
                for entry in object.node.get(field).map(Node::entries).unwrap_or_default() {
                    entries.retain(|known| known.name != entry.name);
                    entries.push(if is_encoded { decoded(entry) } else { entry.clone() });
                }
            }
            contents.insert((store, object.identity.namespace.clone(), object.identity.name.clone()), entries);
        }
        Configuration { contents }
    }

    /// Puts into an object what its pods are given.
    pub(crate) fn fill(&self, object: &mut Object) {
        let Some(path) = api().pods(&object.identity.kind) else { return };
        let mut path: Vec<&str> = path.iter().map(String::as_str).collect();
        path.push("spec");
        let namespace = object.identity.namespace.clone();
        let Some(pod) = object.node.at_mut(&path) else { return };
        for list in ["containers", "initContainers"] {
            for container in pod.get_mut(list).and_then(Node::items_mut).into_iter().flatten() {
                self.fill_container(container, namespace.as_ref());
            }
        }
        for volume in pod.get_mut("volumes").and_then(Node::items_mut).into_iter().flatten() {
            self.fill_volume(volume, namespace.as_ref());
            let sources = volume.get_mut("projected").and_then(|projected| projected.get_mut("sources"));
            for source in sources.and_then(Node::items_mut).into_iter().flatten() {
                self.fill_volume(source, namespace.as_ref());
            }
        }
    }

    fn contents(&self, store: Store, namespace: Option<&Arc<str>>, name: &Arc<str>) -> Option<&[Entry]> {
        self.contents.get(&(store, namespace.cloned(), name.clone())).map(Vec::as_slice)
    }

    fn fill_container(&self, container: &mut Node, namespace: Option<&Arc<str>>) {
        for variable in container.get_mut("env").and_then(Node::items_mut).into_iter().flatten() {
            let given = [Store::ConfigMap, Store::Secret].into_iter().find_map(|store| {
                let reference = variable.at(&["valueFrom", store.fields().0])?;
                let contents = self.contents(store, namespace, reference.get("name")?.text()?)?;
                let key = reference.get("key")?.word()?;
                contents.iter().find(|entry| entry.name == key)
            });
            if let Some(entry) = given.filter(|_| variable.get("value").is_none()) {
                let entry = entry.clone();
                variable.set("value", entry.key, entry.value);
            }
        }
        let all = self.variables(container, namespace);
        if !all.is_empty() {
            let place = container.place.clone();
            if container.get("env").is_none() {
                container.set("env", place.clone(), Node { place, content: Content::List(Vec::new()) });
            }
            if let Some(variables) = container.get_mut("env").and_then(Node::items_mut) {
                variables.extend(all);
            }
        }
        self.expand(container);
    }

    /// The variables of whole maps that a container is given, but for those that it has itself.
    fn variables(&self, container: &Node, namespace: Option<&Arc<str>>) -> Vec<Node> {
        let named = |variable: &Node| variable.get("name").and_then(Node::word);
        let mut known: BTreeSet<Arc<str>> =
            container.get("env").map(Node::items).unwrap_or_default().iter().filter_map(named).collect();
        let mut given = Vec::new();
        let sources = container.get("envFrom").map(Node::items).unwrap_or_default();
        // Of two that give the same variable the last one counts.
        for source in sources.iter().rev() {
            let prefix = source.get("prefix").and_then(Node::word).unwrap_or_default();
            for store in [Store::ConfigMap, Store::Secret] {
                let name = source.get(store.fields().1).and_then(|reference| reference.get("name"));
                let contents = name.and_then(Node::text).and_then(|name| self.contents(store, namespace, name));
                for entry in contents.unwrap_or_default() {
                    let name: Arc<str> = format!("{prefix}{}", entry.name).into();
                    if known.insert(name.clone()) {
                        given.push(variable(name, entry));
                    }
                }
            }
        }
        given
    }

    fn expand(&self, container: &mut Node) {
        let mut variables: BTreeMap<Arc<str>, Arc<str>> = BTreeMap::new();
        for variable in container.get_mut("env").and_then(Node::items_mut).into_iter().flatten() {
            if let Some(value) = variable.get_mut("value") {
                substitute(value, &variables);
            }
            let value = variable.get("value").and_then(Node::word);
            if let (Some(name), Some(value)) = (variable.get("name").and_then(Node::word), value) {
                variables.insert(name, value);
            }
        }
        for list in ["command", "args"] {
            if let Some(list) = container.get_mut(list) {
                substitute(list, &variables);
            }
        }
    }

    fn fill_volume(&self, volume: &mut Node, namespace: Option<&Arc<str>>) {
        for store in [Store::ConfigMap, Store::Secret] {
            let (_, _, field, called) = store.fields();
            let Some(source) = volume.get_mut(field) else { continue };
            let name = source.get(called).or_else(|| source.get("name")).and_then(Node::text);
            let Some(contents) = name.and_then(|name| self.contents(store, namespace, name)) else { continue };
            let wanted: Option<BTreeSet<Arc<str>>> = source
                .get("items")
                .map(|items| items.items().iter().filter_map(|item| item.get("key").and_then(Node::word)).collect());
            let is_wanted = |entry: &&Entry| wanted.as_ref().is_none_or(|wanted| wanted.contains(&entry.name));
            let files: Vec<Entry> = contents.iter().filter(is_wanted).cloned().collect();
            let place = source.place.clone();
            source.set("data", place.clone(), Node { place, content: Content::Map(files) });
        }
    }
}

fn variable(name: Arc<str>, entry: &Entry) -> Node {
    let place = entry.place();
    let mut variable = Node::empty_map(place);
    variable.set("name", entry.key.clone(), Node::text_at(name, entry.key.clone()));
    variable.set("value", entry.key.clone(), entry.value.clone());
    variable
}

/// What a secret keeps in the letters of base64, as the text that it stands for.
fn decoded(entry: &Entry) -> Entry {
    let plain = |text: &str| String::from_utf8(STANDARD.decode(text.trim()).ok()?).ok();
    let place: Place = entry.value.place.clone();
    let value = match entry.value.text().map(|text| plain(text)) {
        Some(Some(text)) => Node::text_at(text, place),
        _ => Node::unknown("what this secret holds is no text", place),
    };
    Entry { value, ..entry.clone() }
}
