//! What an attribute asks for of those that it may mean: a text, or labels. A selector of labels has expressions, too.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use foreshock_resources::{Attribute, Block, Body, Kind, Value};

use crate::joins::{Compared, text};
use crate::paths::{self, Found};

/// The labels of a selector; what stands beside them are its expressions.
pub(crate) const LABELS: &str = ".match_labels";

/// The labels of a selector that has expressions alone.
static NO_LABELS: LazyLock<Value> = LazyLock::new(|| Value::new(Kind::Map(Arc::default())));

/// What an attribute asks for.
pub(super) struct Asked<'b> {
    /// The text or the labels, with where they are written.
    pub(super) found: Found<'b>,
    /// `match_expressions`, which have to hold, too.
    expressions: Vec<&'b Block>,
}

impl<'b> Asked<'b> {
    /// What is asked for at a path: a map as a whole, where it is one.
    pub(super) fn all(body: &'b Body, path: &str) -> Vec<Asked<'b>> {
        let plain = |found| Asked { found, expressions: Vec::new() };
        let Some(above) = path.strip_suffix(LABELS) else { return values(body, path).into_iter().map(plain).collect() };
        let mut selectors = Vec::new();
        collect(body, above, &mut selectors);
        if selectors.iter().all(|selector| expressions(selector).next().is_none()) {
            return values(body, path).into_iter().map(plain).collect();
        }
        let labelled = |selector: &'b Body| {
            let expressions: Vec<&'b Block> = expressions(selector).collect();
            let written = values(selector, "match_labels");
            let place = expressions.first().and_then(|block| block.body.attributes.values().next());
            let bare = place.filter(|_| written.is_empty()).map(|attribute| Found {
                path: path.to_owned(),
                value: &NO_LABELS,
                place: &attribute.place,
                blocks: Vec::new(),
                beside: None,
            });
            let named = written.into_iter().map(|found| Found { path: path.to_owned(), ..found });
            let all: Vec<Found<'b>> = named.chain(bare).collect();
            all.into_iter().map(move |found| Asked { found, expressions: expressions.clone() })
        };
        selectors.into_iter().flat_map(labelled).collect()
    }

    /// Whether others than those that surely have one of the labels may be meant.
    pub(super) fn is_open(&self) -> bool {
        let is_unsettled = match &self.found.value.kind {
            Kind::Map(labels) => labels.values().any(|label| text(label).is_none()),
            kind => matches!(kind, Kind::Unknown(_)),
        };
        self.is_selector() && (is_unsettled || self.has_expressions())
    }

    /// Whether it asks for labels of pods: then it is known whether it is not known whom it means.
    pub(super) fn is_selector(&self) -> bool {
        self.found.path.ends_with(LABELS)
    }

    pub(super) fn has_expressions(&self) -> bool {
        !self.expressions.is_empty()
    }

    /// Whether what somebody has there is meant; `None` where that is not known, which is told of labels alone.
    pub(super) fn fits(&self, theirs: &Value) -> Option<bool> {
        let own = self.found.value;
        match (&own.kind, &theirs.kind) {
            (Kind::Map(own), Kind::Map(theirs)) if self.expressions.is_empty() => is_part(own, theirs),
            (Kind::Map(own), Kind::Map(theirs)) => {
                let labels = if own.is_empty() { Some(true) } else { is_part(own, theirs) };
                let each = self.expressions.iter().map(|expression| holds(expression, theirs));
                all_of(std::iter::once(labels).chain(each))
            }
            // Tags: one of them.
            (_, Kind::List(theirs) | Kind::Set(theirs)) => {
                let own = Compared::of(own);
                Some(theirs.iter().any(|one| own.is_same(&Compared::of(one))))
            }
            _ if Compared::of(own).is_same(&Compared::of(theirs)) && self.expressions.is_empty() => Some(true),
            (Kind::Map(own), Kind::Unknown(_)) if own.is_empty() && self.expressions.is_empty() => Some(false),
            (Kind::Map(_), Kind::Unknown(_)) => None,
            (Kind::Unknown(_), Kind::Map(_) | Kind::Unknown(_)) if self.is_selector() => None,
            _ => Some(false),
        }
    }
}

fn expressions(selector: &Body) -> impl Iterator<Item = &Block> {
    selector.blocks.iter().filter(|block| &*block.kind == "match_expressions")
}

/// The bodies of the blocks that a path leads to.
fn collect<'b>(body: &'b Body, path: &str, found: &mut Vec<&'b Body>) {
    let (first, below) = path.split_once('.').unwrap_or((path, ""));
    for block in body.blocks.iter().filter(|block| &*block.kind == first) {
        match below {
            "" => found.push(&block.body),
            below => collect(&block.body, below, found),
        }
    }
}

/// The values at a path: a map as a whole, where it is one.
fn values<'b>(body: &'b Body, path: &str) -> Vec<Found<'b>> {
    let written = paths::attributes(body, path);
    let maps = written.iter().filter(|attribute| matches!(attribute.value.kind, Kind::Map(_)));
    let whole = |attribute: &&'b Attribute| {
        let (value, place) = (&attribute.value, &attribute.place);
        Found { path: path.to_owned(), value, place, blocks: Vec::new(), beside: None }
    };
    let maps: Vec<Found<'b>> = maps.map(whole).collect();
    if maps.is_empty() { paths::find(body, path) } else { maps }
}

type Labels = BTreeMap<Arc<str>, Value>;

/// Whether every label asked for is there. Asking for nothing selects nothing.
fn is_part(asked: &Labels, labels: &Labels) -> Option<bool> {
    let has = |(name, wanted): (&Arc<str>, &Value)| match labels.get(name) {
        None => Some(false),
        Some(label) => is_text(label, wanted),
    };
    if asked.is_empty() { Some(false) } else { all_of(asked.iter().map(has)) }
}

/// Whether one expression holds for some labels.
fn holds(expression: &Block, labels: &Labels) -> Option<bool> {
    if expression.unknown.is_some() {
        return None;
    }
    let asked = |name: &str| expression.body.attributes.get(name).map(|attribute| &attribute.value);
    let (key, operator) = (text(asked("key")?)?, text(asked("operator")?)?);
    // One that is nothing is not there, to Terraform.
    let label = labels.get(&key).filter(|label| label.kind != Kind::Null);
    let is_among = || {
        let (Kind::List(values) | Kind::Set(values)) = &asked("values")?.kind else { return None };
        let Some(label) = label else { return Some(false) };
        any_of(values.iter().map(|value| is_text(label, value)))
    };
    let is_there = || match label {
        Some(label) if text(label).is_none() => None,
        label => Some(label.is_some()),
    };
    match &*operator {
        "In" => is_among(),
        "NotIn" => is_among().map(|is_among| !is_among),
        "Exists" => is_there(),
        "DoesNotExist" => is_there().map(|is_there| !is_there),
        _ => None,
    }
}

/// Whether two values are the same text.
fn is_text(one: &Value, other: &Value) -> Option<bool> {
    match (text(one), text(other)) {
        (Some(one), Some(other)) => Some(one == other),
        _ if one.kind == Kind::Null || other.kind == Kind::Null => Some(false),
        _ => None,
    }
}

fn all_of(each: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    any_of(each.map(|one| one.map(|one| !one))).map(|one| !one)
}

fn any_of(each: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut any = Some(false);
    for one in each {
        match one {
            Some(true) => return Some(true),
            Some(false) => {}
            None => any = None,
        }
    }
    any
}
