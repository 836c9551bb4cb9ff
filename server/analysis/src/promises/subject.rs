//! Of which component a promise speaks, or that it speaks of the whole: by what it refers to, by names that are the very same,
//! and where nothing else can be meant. In doubt it speaks of nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use foreshock_engine::Basis;
use foreshock_model::{ComponentIndex, Objective};
use foreshock_resources::Instance;

use super::resources::known_text;
use super::written::{Tie, Tied, WrittenPromise};
use super::{Promise, Promised, Untied};
use crate::dialect::{Meaning, Understood};

/// What a promise speaks of.
enum Subject {
    Component(ComponentIndex),
    Whole,
    /// Nobody knows, for this reason.
    Nothing(String),
}

/// Attributes that name what a resource declares.
const NAMES: [&[&str]; 8] = [
    &["name"],
    &["identifier"],
    &["cluster_identifier"],
    &["cluster_name"],
    &["function_name"],
    &["service_name"],
    &["display_name"],
    &["metadata", "name"],
];
/// Maps of tags and labels, and what in them is a name.
const TAGS: [&[&str]; 4] = [&["tags"], &["labels"], &["metadata", "labels"], &["user_labels"]];
const TAG_KEYS: [&str; 8] =
    ["Name", "name", "Service", "service", "App", "app", "Application", "app.kubernetes.io/name"];

/// These promises with what each speaks of, and those that speak of nothing that is known.
pub(super) fn tied<'a>(
    understood: &Understood,
    basis: &Basis,
    promises: impl Iterator<Item = &'a Tied> + Clone,
) -> Promised {
    let names = Named::of(understood);
    let entries: BTreeSet<ComponentIndex> = basis.entries.iter().map(|entry| entry.component).collect();
    // Of whom speaks what names no component: the whole can be only one of them.
    let by_name: Vec<(&Tied, Option<Subject>)> = promises.map(|tied| (tied, names.subject(tied, &entries))).collect();
    let nameless = by_name.iter().filter(|(tied, subject)| subject.is_none() && tied.tie == Tie::Inside);
    let services: BTreeSet<Option<&Arc<str>>> = nameless.map(|(tied, _)| tied.promise.of.first()).collect();
    let is_part = understood.part.is_some();
    let mut found = Promised::default();
    for (tied, subject) in by_name {
        let promise = &tied.promise;
        let called = promise.of.first().map_or_else(|| "what it speaks of".to_owned(), |name| format!("`{name}`"));
        let subject = subject.unwrap_or_else(|| match tied.tie {
            Tie::Named if !is_part => Subject::Whole,
            Tie::Inside if !is_part && entries.len() == 1 && services.len() == 1 => Subject::Whole,
            Tie::Inside if entries.len() > 1 => {
                Subject::Nothing(format!("no component is called {called}, and users reach several"))
            }
            Tie::Inside if entries.len() == 1 && services.len() > 1 => {
                Subject::Nothing(format!("no component is called {called}, and promises of others lie here, too"))
            }
            _ => Subject::Nothing(format!("no component is called {called}")),
        });
        match subject {
            Subject::Component(component) => found.held.push(held(promise, Some(component))),
            Subject::Whole => found.held.push(held(promise, None)),
            Subject::Nothing(why) => found.untied.push(Untied { place: promise.place.clone(), why }),
        }
    }
    found.held.sort_by(|one, other| one.objective.place.cmp(&other.objective.place));
    found
}

fn held(promise: &WrittenPromise, component: Option<ComponentIndex>) -> Promise {
    Promise {
        objective: Objective {
            component,
            allowed: promise.allowed,
            window_days: promise.window_days,
            place: Some(promise.place.clone()),
        },
        name: promise.name.clone(),
        kept_in: promise.kept_in.clone(),
    }
}

/// The components of a system by what they are called.
struct Named {
    by_name: BTreeMap<Arc<str>, BTreeSet<ComponentIndex>>,
    by_instance: BTreeMap<usize, ComponentIndex>,
}

impl Named {
    fn of(understood: &Understood) -> Named {
        let mut named = Named { by_name: BTreeMap::new(), by_instance: BTreeMap::new() };
        for (index, component) in (0..).map(ComponentIndex).zip(&understood.system().components) {
            named.call(Arc::from(component.id.as_str()), index);
            named.call(component.label.clone(), index);
        }
        let Meaning::Resources { declared, assembled } = &understood.meaning else { return named };
        for (index, members) in (0..).map(ComponentIndex).zip(assembled.members.iter()) {
            for member in members {
                named.by_instance.insert(*member, index);
                if let Some(instance) = declared.instances.get(*member) {
                    names(instance).into_iter().for_each(|name| named.call(name, index));
                }
            }
        }
        named
    }

    fn call(&mut self, name: Arc<str>, component: ComponentIndex) {
        if !name.is_empty() {
            self.by_name.entry(name).or_default().insert(component);
        }
    }

    /// What a promise speaks of by what it refers to, or else by the first of its names that anything is called by.
    fn subject(&self, tied: &Tied, entries: &BTreeSet<ComponentIndex>) -> Option<Subject> {
        let referred: BTreeSet<ComponentIndex> =
            tied.refers_to.iter().filter_map(|instance| self.by_instance.get(instance)).copied().collect();
        if !referred.is_empty() {
            let why = || "it refers to several components".to_owned();
            return Some(the_one(&referred, entries).map_or_else(|| Subject::Nothing(why()), Subject::Component));
        }
        let (name, called) = tied.promise.of.iter().find_map(|name| Some((name, self.by_name.get(name)?)))?;
        let why = || format!("several components are called `{name}`");
        Some(the_one(called, entries).map_or_else(|| Subject::Nothing(why()), Subject::Component))
    }
}

/// The only one of some components, or the only one of them that users reach.
fn the_one(some: &BTreeSet<ComponentIndex>, entries: &BTreeSet<ComponentIndex>) -> Option<ComponentIndex> {
    let only = |mut of: Vec<ComponentIndex>| if of.len() == 1 { of.pop() } else { None };
    only(some.intersection(entries).copied().collect()).or_else(|| only(some.iter().copied().collect()))
}

/// What a resource is called: its name in the text, and what names and tags it carries.
fn names(instance: &Instance) -> Vec<Arc<str>> {
    let mut names = vec![instance.name.clone()];
    names.extend(NAMES.iter().filter_map(|path| known_text(&instance.body, path)));
    for tags in TAGS {
        for key in TAG_KEYS {
            let path: Vec<&str> = tags.iter().copied().chain([key]).collect();
            names.extend(known_text(&instance.body, &path));
        }
    }
    names
}
