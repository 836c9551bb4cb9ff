//! Which objects a patch, a replacement or a number of replicas means.

use foreshock_documents::Node;
use regex::Regex;

use super::Part;

/// The objects that a target selects: what it does not say fits everything.
pub(super) fn selected(target: &Node, objects: &[Part]) -> Vec<usize> {
    let word = |key| target.get(key).and_then(Node::word);
    let (kind, group) = (word("kind"), word("group"));
    let (name, namespace) = (word("name"), word("namespace"));
    let labels = word("labelSelector");
    let annotations = word("annotationSelector");
    let fits = |part: &Part| {
        let identity = &part.object.identity;
        let is_named =
            |pattern: &str| std::iter::once(&identity.name).chain(&part.names).any(|name| is_whole(pattern, name));
        kind.as_deref().is_none_or(|kind| is_whole(kind, &identity.kind))
            && group.as_deref().is_none_or(|group| is_whole(group, &identity.group))
            && name.as_deref().is_none_or(is_named)
            && namespace
                .as_deref()
                .is_none_or(|pattern| is_whole(pattern, identity.namespace.as_deref().unwrap_or("default")))
            && labels.as_deref().is_none_or(|labels| has_all(part, "labels", labels))
            && annotations.as_deref().is_none_or(|annotations| has_all(part, "annotations", annotations))
    };
    indices(objects, fits)
}

/// The objects that a strategic patch means: by its kind and its name.
pub(super) fn meant(patch: &Node, objects: &[Part]) -> Vec<usize> {
    let word = |node: Option<&Node>| node.and_then(Node::word);
    let (Some(kind), Some(name)) = (word(patch.get("kind")), word(patch.at(&["metadata", "name"]))) else {
        return Vec::new();
    };
    let namespace = word(patch.at(&["metadata", "namespace"]));
    let group =
        word(patch.get("apiVersion")).map(|version| version.rsplit_once('/').map_or("", |(group, _)| group).to_owned());
    let fits = |part: &Part| {
        let identity = &part.object.identity;
        *identity.kind == *kind
            && group.as_ref().is_none_or(|group| *identity.group == **group)
            && (identity.name == name || part.names.contains(&name))
            && namespace.as_ref().is_none_or(|namespace| identity.namespace.as_ref().is_none_or(|own| own == namespace))
    };
    indices(objects, fits)
}

fn indices(objects: &[Part], fits: impl Fn(&Part) -> bool) -> Vec<usize> {
    objects.iter().enumerate().filter(|(_, part)| fits(part)).map(|(at, _)| at).collect()
}

/// Whether a pattern fits all of a text. One that is no pattern is a text.
fn is_whole(pattern: &str, text: &str) -> bool {
    pattern == text
        || pattern.is_empty()
        || pattern.contains(|letter: char| !letter.is_alphanumeric() && letter != '-')
            && Regex::new(&format!("^(?:{pattern})$")).is_ok_and(|pattern| pattern.is_match(text))
}

/// Whether an object has all that is asked for: `app=web,tier!=db,team in (a,b),!canary`.
fn has_all(part: &Part, field: &str, asked: &str) -> bool {
    let own =
        |key: &str| part.object.node.at(&["metadata", field]).and_then(|labels| labels.get(key)).and_then(Node::word);
    let mut depth = 0;
    let terms = asked.split(|letter: char| {
        depth += i32::from(letter == '(') - i32::from(letter == ')');
        letter == ',' && depth == 0
    });
    let holds = |term: &str| {
        let term = term.trim();
        if let Some((key, values)) = term.split_once(" notin ") {
            return own(key.trim()).is_none_or(|own| !one_of(values, &own));
        }
        if let Some((key, values)) = term.split_once(" in ") {
            return own(key.trim()).is_some_and(|own| one_of(values, &own));
        }
        if let Some((key, value)) = term.split_once("!=") {
            return own(key.trim()).as_deref() != Some(value.trim());
        }
        if let Some((key, value)) = term.split_once('=') {
            return own(key.trim()).as_deref() == Some(value.trim_start_matches('=').trim());
        }
        match term.strip_prefix('!') {
            Some(key) => own(key.trim()).is_none(),
            None => term.is_empty() || own(term).is_some(),
        }
    };
    terms.into_iter().all(holds)
}

fn one_of(values: &str, own: &str) -> bool {
    values.trim().trim_matches(['(', ')']).split(',').any(|value| value.trim() == own)
}
