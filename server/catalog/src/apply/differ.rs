//! Where two versions of a resource differ, attribute by attribute. A value that nobody knows from the text can still be the same
//! as before: when it is made of the same attributes of the same resources, it is, unless one of those gets a new value.

use std::collections::BTreeSet;
use std::sync::Arc;

use foreshock_resources::{Attribute, Block, Body, HASHED, Kind, Value};
use foreshock_text::Place;

use super::forms;
use super::replacement::{Attributes, Form};
use super::transition::plain;
use crate::paths;

/// Nesting of values and blocks that is looked into.
const DEEPEST: usize = 32;

/// Providers whose `tags` are labels for people and bills.
const TAGGED_FOR_PEOPLE: [&str; 5] = ["alicloud_", "aws_", "awscc_", "azapi_", "azurerm_"];

/// What is known of the resources that values refer to.
pub(super) trait Referred {
    /// What a resource of the base is called now.
    fn now(&self, before: &str) -> String;
    /// Whether a resource of now was not there at the base.
    fn is_new(&self, address: &str) -> bool;
}

/// Whether something is different.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum State {
    /// It is.
    Sure,
    /// It may be.
    Perhaps,
    /// It takes the value of a resource that was not there.
    Follows(Arc<str>),
    /// It is if one of these attributes of resources gets another value.
    Hangs(BTreeSet<(Arc<str>, Arc<str>)>),
}

/// One attribute, or block, that is or may be different.
#[derive(Clone, Debug)]
pub(super) struct Difference {
    pub(super) path: String,
    /// Before; none where it was not there.
    pub(super) was: Option<Value>,
    /// Now; none where it is not there.
    pub(super) is: Option<Value>,
    /// Where it is written now.
    pub(super) place: Option<Place>,
    pub(super) state: State,
    /// Whether it is a nested block as a whole.
    pub(super) is_block: bool,
}

/// Looks for what is different between two bodies of one type.
pub(super) struct Differ<'a> {
    pub(super) referred: &'a dyn Referred,
    pub(super) type_name: &'a str,
    pub(super) table: Option<&'a Attributes>,
    pub(super) found: Vec<Difference>,
}

impl Differ<'_> {
    /// Compares what is written in two bodies; `around` is the path of the block that they are, empty for the resource.
    pub(super) fn bodies(&mut self, before: &Body, now: &Body, around: &str, depth: usize) {
        let names: BTreeSet<&Arc<str>> = before.attributes.keys().chain(now.attributes.keys()).collect();
        for name in names {
            if around.is_empty() && self.is_never_noticed(name) {
                continue;
            }
            let path = joined(around, name);
            let (was, is) = (before.attributes.get(name), now.attributes.get(name));
            let place = is.map(written);
            let (was, is) = (was.map(|one| &one.value), is.map(|one| &one.value));
            self.attribute(path, was, is, place, depth);
        }
        let kinds: BTreeSet<&Arc<str>> = before.blocks.iter().chain(&now.blocks).map(|block| &block.kind).collect();
        for kind in kinds {
            if around.is_empty() && self.is_never_noticed(kind) {
                continue;
            }
            let of_kind = |body: &Body| -> Vec<Block> {
                body.blocks.iter().filter(|block| block.kind == *kind).cloned().collect()
            };
            self.blocks(&of_kind(before), &of_kind(now), &joined(around, kind), depth);
        }
    }

    /// Whether an attribute of the resource itself is changed where it stands without anything that runs noticing. Elsewhere than with
    /// these providers tags may say what a firewall lets through; and some can't be changed.
    fn is_never_noticed(&self, name: &str) -> bool {
        let can_be_changed = || {
            let form = self.table.and_then(|table| table.form(name));
            !matches!(form, Some(Form::Replaces | Form::Depends))
        };
        match name {
            "timeouts" => true,
            "tags" | "tags_all" => {
                TAGGED_FOR_PEOPLE.iter().any(|provider| self.type_name.starts_with(provider)) && can_be_changed()
            }
            _ => false,
        }
    }

    fn attribute(&mut self, path: String, was: Option<&Value>, is: Option<&Value>, place: Option<Place>, depth: usize) {
        fn some(value: Option<&Value>) -> Option<&Value> {
            value.filter(|value| value.kind != Kind::Null)
        }
        let (was, is) = (some(was), some(is));
        // A provider of the newer kind has attributes in attributes.
        if let (Some(Value { kind: Kind::Map(old), .. }), Some(Value { kind: Kind::Map(new), .. })) = (was, is)
            && self.table.is_some_and(|table| table.has_inside(&path))
            && depth < DEEPEST
        {
            let names: BTreeSet<&Arc<str>> = old.keys().chain(new.keys()).collect();
            for name in names {
                self.attribute(joined(&path, name), old.get(name), new.get(name), place.clone(), depth + 1);
            }
            return;
        }
        let state = match (was, is) {
            (None, None) => None,
            (Some(was), Some(is)) => {
                let is_turned = || !is_alike(was, is) && forms::has_order(self.type_name, &path);
                self.compare(was, is, depth).or_else(|| is_turned().then_some(State::Sure))
            }
            (None, Some(new)) => match new.kind {
                Kind::Unknown(_) => Some(State::Perhaps),
                _ => Some(State::Sure),
            },
            (Some(_), None) => Some(State::Sure),
        };
        if let Some(state) = state {
            let (was, is) = (was.cloned(), is.cloned());
            self.found.push(Difference { path, was, is, place, state, is_block: false });
        }
    }

    fn blocks(&mut self, before: &[Block], now: &[Block], path: &str, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        let (left, new) = match forms::has_order(self.type_name, path) {
            true => self.apart_in_order(before, now, path, depth),
            false => self.apart(before, now, path, depth),
        };
        // As many as they were, for the same reason.
        let alike = left.len() == new.len() && left.iter().zip(&new).all(|(old, new)| old.unknown == new.unknown);
        let is_open = !alike && left.iter().chain(&new).any(|block| block.unknown.is_some());
        let pairs = left.len().min(new.len());
        for (old, new) in left.iter().zip(&new) {
            self.bodies(&old.body, &new.body, path, depth + 1);
        }
        if left.len() == new.len() && !is_open {
            return;
        }
        let all = |blocks: &[Block]| -> Option<Value> {
            let objects = blocks.iter().map(|block| Value::new(Kind::Map(Arc::new(paths::as_object(&block.body, 0)))));
            (!blocks.is_empty()).then(|| Value::new(Kind::List(Arc::new(objects.collect()))))
        };
        let place = new.get(pairs).or_else(|| new.first()).map(|block| block.block.header_place());
        let state = if is_open { State::Perhaps } else { State::Sure };
        let (was, is) = (all(before), all(now));
        self.found.push(Difference { path: path.to_owned(), was, is, place, state, is_block: true });
    }

    /// The blocks before and now that are not the same as one of the others, wherever that stands.
    fn apart<'b>(
        &mut self,
        before: &'b [Block],
        now: &'b [Block],
        path: &str,
        depth: usize,
    ) -> (Vec<&'b Block>, Vec<&'b Block>) {
        let mut left: Vec<&Block> = before.iter().collect();
        let mut new: Vec<&Block> = Vec::new();
        for block in now {
            let same = left.iter().enumerate().find_map(|(at, old)| Some((at, self.same(old, block, path, depth)?)));
            match same {
                Some((at, hanging)) => {
                    left.remove(at);
                    self.found.extend(hanging);
                }
                None => new.push(block),
            }
        }
        (left, new)
    }

    /// The same where the place of a block among the others is part of what it says.
    fn apart_in_order<'b>(
        &mut self,
        before: &'b [Block],
        now: &'b [Block],
        path: &str,
        depth: usize,
    ) -> (Vec<&'b Block>, Vec<&'b Block>) {
        let (mut left, mut new): (Vec<&Block>, Vec<&Block>) = (Vec::new(), Vec::new());
        for at in 0..before.len().max(now.len()) {
            let (old, block) = (before.get(at), now.get(at));
            match old.zip(block).and_then(|(old, block)| self.same(old, block, path, depth)) {
                Some(hanging) => self.found.extend(hanging),
                None => {
                    left.extend(old);
                    new.extend(block);
                }
            }
        }
        (left, new)
    }

    /// What of two blocks hangs on the resources they refer to, where nothing else of them differs.
    fn same(&self, old: &Block, block: &Block, path: &str, depth: usize) -> Option<Vec<Difference>> {
        if old.labels != block.labels || old.unknown != block.unknown {
            return None;
        }
        let mut inner =
            Differ { referred: self.referred, type_name: self.type_name, table: self.table, found: Vec::new() };
        inner.bodies(&old.body, &block.body, path, depth + 1);
        inner.found.iter().all(|one| matches!(one.state, State::Hangs(_))).then_some(inner.found)
    }

    /// Whether two values differ; `None` where they do not.
    fn compare(&self, was: &Value, is: &Value, depth: usize) -> Option<State> {
        if depth > DEEPEST {
            return Some(State::Perhaps);
        }
        match (&was.kind, &is.kind) {
            (Kind::Unknown(_), Kind::Unknown(_)) => self.unknown(was, is),
            (Kind::Unknown(_), _) => Some(State::Perhaps),
            (_, Kind::Unknown(_)) => Some(match self.made(is) {
                Some(new) => State::Follows(new),
                None => State::Perhaps,
            }),
            (Kind::List(old) | Kind::Set(old), Kind::List(new) | Kind::Set(new)) => {
                let is_set = matches!((&was.kind, &is.kind), (Kind::Set(_), _) | (_, Kind::Set(_)));
                self.items(old, new, is_set, depth)
            }
            (Kind::Map(old), Kind::Map(new)) => {
                let names: BTreeSet<&Arc<str>> = old.keys().chain(new.keys()).collect();
                let null = Value::null();
                let states = names.into_iter().map(|name| {
                    self.compare(old.get(name).unwrap_or(&null), new.get(name).unwrap_or(&null), depth + 1)
                });
                states.fold(None, worse)
            }
            _ if is_alike(was, is) => None,
            _ => Some(State::Sure),
        }
    }

    /// Lists, whose order may mean nothing: what is the same anywhere is the same.
    fn items(&self, old: &[Value], new: &[Value], is_set: bool, depth: usize) -> Option<State> {
        let mut left: Vec<&Value> = old.iter().collect();
        let mut came: Vec<&Value> = Vec::new();
        let mut state = None;
        for item in new {
            let mut same = None;
            for (at, other) in left.iter().enumerate() {
                match self.compare(other, item, depth + 1) {
                    None => same = Some((at, None)),
                    Some(State::Hangs(on)) => same = Some((at, Some(State::Hangs(on)))),
                    Some(_) => continue,
                }
                break;
            }
            match same {
                Some((at, hangs)) => {
                    left.remove(at);
                    state = worse(state, hangs);
                }
                None => came.push(item),
            }
        }
        let known = |values: &[&Value]| values.iter().all(|value| value.is_wholly_known());
        match (left.as_slice(), came.as_slice()) {
            // The same in another order: a set of the schema is written as a list more often than not.
            ([], []) => state,
            _ if is_set && left.is_empty() != came.is_empty() => Some(State::Sure),
            (left, came) if left.is_empty() || came.is_empty() || known(left) && known(came) => Some(State::Sure),
            (left, came) => {
                let pairs = left.iter().flat_map(|one| came.iter().map(|other| self.compare(one, other, depth + 1)));
                let all: Vec<Option<State>> = pairs.collect();
                let follows = all.iter().flatten().find(|state| matches!(state, State::Follows(_)));
                match follows {
                    Some(follows) => Some(follows.clone()),
                    None if all.iter().all(|state| *state == Some(State::Sure)) => Some(State::Sure),
                    None => Some(State::Perhaps),
                }
            }
        }
    }

    /// Values that nobody knows: the same while they are made of the same attributes of the same resources.
    fn unknown(&self, was: &Value, is: &Value) -> Option<State> {
        let traces = |value: &Value, names: &dyn Fn(&str) -> Arc<str>| -> BTreeSet<(Arc<str>, Arc<str>)> {
            let provenance = value.all_provenance();
            provenance.iter().map(|trace| (names(&trace.to), trace.attribute.clone())).collect()
        };
        let old = traces(was, &|address| self.referred.now(address).into());
        let new = traces(is, &|address| address.into());
        if old == new {
            return match (self.spelled_now(was), is.spelling()) {
                (Some(was), Some(is)) if was != **is => Some(difference_of_spellings(&was, is)),
                (Some(_), None) | (None, Some(_)) => Some(State::Perhaps),
                _ if new.is_empty() => (was.kind != is.kind).then_some(State::Perhaps),
                _ => Some(State::Hangs(new)),
            };
        }
        if let Some(made) = self.made(is) {
            return Some(State::Follows(made));
        }
        // One attribute of one resource, and the same attribute of another one: each has its own.
        match (only(&old), only(&new)) {
            (Some((old, of)), Some((new, same))) if of == same && old != new && is_own(of) => Some(State::Sure),
            _ => Some(State::Perhaps),
        }
    }

    /// How a value of the base is spelled, with the names that resources have now.
    fn spelled_now(&self, was: &Value) -> Option<String> {
        let mut spelled = was.spelling()?.to_string();
        for trace in was.all_provenance().iter() {
            let now = self.referred.now(&trace.to);
            if now != *trace.to {
                spelled = spelled.replace(&format!("${{{}.", trace.to), &format!("${{{now}."));
            }
        }
        Some(spelled)
    }

    /// The resource that a value is made from and that was not there.
    fn made(&self, value: &Value) -> Option<Arc<str>> {
        let provenance = value.all_provenance();
        provenance.iter().map(|trace| &trace.to).find(|to| self.referred.is_new(to)).cloned()
    }
}

/// Two values that are spelled otherwise: surely others where the same names stand between other texts.
fn difference_of_spellings(was: &str, is: &str) -> State {
    fn names(spelled: &str) -> Vec<&str> {
        let parts = spelled.split("${").skip(1).map(|part| part.split('}').next().unwrap_or(part));
        parts.filter(|name| !name.starts_with(HASHED)).collect()
    }
    if names(was) == names(is) { State::Sure } else { State::Perhaps }
}

fn only<T: Ord>(set: &BTreeSet<T>) -> Option<&T> {
    set.first().filter(|_| set.len() == 1)
}

/// Whether no two resources have the same.
fn is_own(attribute: &str) -> bool {
    matches!(attribute, "id" | "arn" | "self_link" | "name" | "unique_id" | "resource_id")
}

/// Where the value of an attribute is decided: what was passed along unchanged where its literal stands, else the attribute.
fn written(attribute: &Attribute) -> Place {
    let own = attribute.place.place();
    let decided = attribute.value.origin.as_deref();
    let decided = decided.filter(|origin| origin.file != own.file || !own.span.contains(origin.span));
    decided.cloned().unwrap_or(own)
}

/// The worse of two.
fn worse(one: Option<State>, other: Option<State>) -> Option<State> {
    match (one, other) {
        (None, other) => other,
        (one, None) => one,
        (Some(State::Sure), _) | (_, Some(State::Sure)) => Some(State::Sure),
        (Some(State::Follows(made)), _) | (_, Some(State::Follows(made))) => Some(State::Follows(made)),
        (Some(State::Perhaps), _) | (_, Some(State::Perhaps)) => Some(State::Perhaps),
        (Some(State::Hangs(mut one)), Some(State::Hangs(other))) => {
            one.extend(other);
            Some(State::Hangs(one))
        }
    }
}

/// Whether two known values are the same to a provider: `"5"` is 5 and `"true"` is true.
pub(super) fn is_alike(one: &Value, other: &Value) -> bool {
    if let (Some(one), Some(other)) = (plain(one), plain(other)) {
        let numbers = || Some(one.parse::<f64>().ok()? == other.parse::<f64>().ok()?);
        return one == other || numbers().unwrap_or(false);
    }
    match (&one.kind, &other.kind) {
        (Kind::List(one) | Kind::Set(one), Kind::List(other) | Kind::Set(other)) => {
            one.len() == other.len() && one.iter().zip(other.iter()).all(|(one, other)| is_alike(one, other))
        }
        (Kind::Map(one), Kind::Map(other)) => {
            one.len() == other.len()
                && one.iter().all(|(name, value)| other.get(name).is_some_and(|other| is_alike(value, other)))
        }
        (one, other) => one == other,
    }
}

fn joined(around: &str, name: &str) -> String {
    if around.is_empty() { name.to_owned() } else { format!("{around}.{name}") }
}
