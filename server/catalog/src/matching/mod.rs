//! Links that are no references: equal texts, labels that a selector asks for, host names in settings.
//!
//! All of it is three-valued in one direction: what is not known links nothing.

mod asked;
mod mentions;
mod named_after;

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

use foreshock_model::{Confidence, Evidence};
use foreshock_resources::{Kind, Trace, Value};
use rustc_hash::{FxHashMap, FxHashSet};

use self::asked::Asked;
pub(crate) use self::asked::LABELS;
pub(crate) use self::named_after::NamedAfter;
use crate::Role;
use crate::addresses;
use crate::graph::{Carried, Edge, Graph, Node, PLAIN, plain};
use crate::joins::{Compared, KeyTable};
use crate::paths::{self, Found};
use crate::reads::Cell;
use crate::relations::{Link, Relation};
use crate::row::{EdgeRow, Related};

/// Ends of names that nobody outside can resolve.
const INTERNAL: &[&str] = &[".svc", ".svc.cluster.local", ".local", ".internal"];

/// Who is called by a host name.
#[derive(Debug, Default)]
pub(crate) struct CalledBy(FxHashMap<Arc<str>, Vec<usize>>);

impl CalledBy {
    /// From the names of each instance.
    pub(crate) fn new<'n>(each: impl Iterator<Item = (usize, &'n [Arc<str>])>) -> CalledBy {
        let mut by_name = CalledBy::default();
        for (index, names) in each {
            for name in names {
                by_name.0.entry(name.clone()).or_default().push(index);
            }
        }
        by_name
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Parts of a variable's name that say that its value is a host, for values that are nothing but a short name.
const HOLDS_A_HOST: &[&str] = &["HOST", "ADDR", "URL", "URI", "SERVER", "ENDPOINT", "BROKER"];

impl<'a> Graph<'a> {
    /// The names that an instance is called by.
    pub(crate) fn hosts_of(&self, index: usize) -> Vec<Arc<str>> {
        let Some(called) = self.row(index).and_then(|row| row.called.as_ref()) else { return Vec::new() };
        let Kind::List(names) = called.names.value(&self.variables(index)).kind else { return Vec::new() };
        let text = |name: &Value| match &name.kind {
            Kind::String(name) => Some(name.clone()),
            _ => None,
        };
        names.iter().filter_map(text).collect()
    }

    fn nobody_is_called(&self) -> bool {
        self.recorder.note(Cell::host(""));
        self.called.is_empty()
    }

    /// Those whom a host name calls.
    fn called_at(&self, host: &str) -> &[usize] {
        self.recorder.note(Cell::host(host));
        self.called.0.get(host).map_or(&[][..], Vec::as_slice)
    }

    /// Host names in a carrier's text.
    pub(crate) fn read_host(&mut self, index: usize, found: &Found<'_>) {
        let Kind::String(text) = &found.value.kind else { return };
        if self.nobody_is_called() {
            return;
        }
        for host in hosts(text) {
            let lone = host.name.len() == text.len() && says_host(found);
            let mut names = vec![host.name];
            if let Some((pod, service)) = host.name.split_once('.')
                && pod.ends_with(|last: char| last.is_ascii_digit())
            {
                names.push(service);
            }
            for name in names {
                let dots = name.matches('.').count();
                if dots < 2 && !host.has_provenance && !lone {
                    continue;
                }
                for target in self.called_at(name).to_vec() {
                    self.call(index, target, name, found, (text, host.at));
                }
            }
        }
    }

    /// Those whose host name a value is, where it refers to nobody: the origin that is the name of a record.
    pub(crate) fn by_host(&self, index: usize, found: &Found<'_>) -> Vec<usize> {
        let may_call = !self.nobody_is_called() && found.value.provenance.is_empty();
        let Some(text) = found.value.spelling().filter(|_| may_call) else { return Vec::new() };
        let bare = text.split_once("://").map_or(&**text, |(_, rest)| rest);
        let host = bare.split(['/', ':']).next().unwrap_or_default().trim_end_matches('.');
        let named = if host.contains('.') { self.called_at(host) } else { &[] };
        named.iter().copied().filter(|&target| target != index).collect()
    }

    fn call(&mut self, index: usize, target: usize, host: &str, found: &Found<'_>, (text, at): (&str, usize)) {
        let short = !host.contains('.');
        let Some(row) = self.row(target) else { return };
        let (Some(called), Some(kind)) = (&row.called, row.reached_by.kind()) else { return };
        let is_meant = || self.agree(index, target, &called.same) && self.meet(index, target, &called.meets);
        if target == index || (short && !is_meant()) {
            return;
        }
        let inside = addresses::variable_at(text, at);
        let said = self.path_said(index, &found.path);
        // A variable of a container is known by its name.
        let whole = || match found.path.ends_with(".value").then(|| found.variable()).flatten() {
            Some(name) if name != "value" => name.to_owned(),
            _ => said.clone(),
        };
        let path = inside.map_or_else(whole, |name| format!("{said}.{name}"));
        let why = format!("{path} of {} names {}", self.address(index), self.address(target));
        let told = self.is_told(target, inside.or_else(|| found.variable()));
        let is_internal = INTERNAL.iter().any(|end| host.ends_with(end))
            || short
            || (!called.same.is_empty() && host.matches('.').count() < 2);
        let to = Node { instance: target, port: PLAIN };
        let evidence = Evidence { place: found.place.place(), why: why.into() };
        let edge = Edge {
            kind,
            confidence: if told { Confidence::Guess } else { Confidence::Likely },
            carried: if is_internal { Carried::InternalName } else { Carried::Address },
            ..plain(to, evidence)
        };
        self.add(Node { instance: index, port: PLAIN }, edge);
    }

    /// An edge of the form `key`: between this instance and those that it refers to, or whose value at `key` matches.
    pub(crate) fn read_matches(&mut self, index: usize, row: &'a EdgeRow, key: &str) {
        for (found, target) in self.matches(index, row, key) {
            let trace = Trace {
                to: self.address(target).into(),
                attribute: Arc::default(),
                place: found.place.place(),
                named: None,
            };
            self.read_link(index, row, &found, &trace, target);
        }
    }

    /// What an edge of the form `key` leads to, each with the value that says so.
    fn matches(&self, index: usize, row: &EdgeRow, key: &str) -> Vec<(Found<'a>, usize)> {
        let mut links = Vec::new();
        let Some(instance) = self.instance(index) else { return links };
        for path in &row.paths {
            for asked in Asked::all(&instance.body, path) {
                let found = &asked.found;
                let named: FxHashSet<usize> = found.provenance().flat_map(|trace| self.targets(trace)).collect();
                for to in &row.to {
                    let mut candidates = self.candidates(&asked, to, key);
                    // Those that are named need not match.
                    let is_one = |target: &usize| *self.type_name(*target) == **to;
                    candidates.extend(named.iter().copied().filter(is_one).filter(|&target| self.is_sorted(target)));
                    candidates.sort_unstable();
                    candidates.dedup();
                    for target in candidates {
                        let fits = || self.fits(&asked, target, key) == Some(true);
                        let matches = || fits() && self.agree(index, target, &row.same);
                        if target != index && (named.contains(&target) || matches()) {
                            links.push((found.clone(), target));
                        }
                    }
                }
            }
        }
        links
    }

    /// Whom an instance refers to by a key, in their order.
    pub(crate) fn referred_by_key(&self, index: usize, refers: &Related) -> Vec<usize> {
        let (Some(key), Some(instance)) = (&refers.key, self.instance(index)) else { return Vec::new() };
        let mut targets = Vec::new();
        for asked in Asked::all(&instance.body, &refers.path) {
            for name in &refers.types {
                let is_meant = |target: &usize| self.is_meant((index, &asked), *target, refers) == Some(true);
                targets.extend(self.candidates(&asked, name, key).into_iter().filter(is_meant));
            }
        }
        targets.sort_unstable();
        targets.dedup();
        targets
    }

    /// What is in a relation of the form `key`.
    pub(crate) fn related_by_key(&self) -> Vec<Link> {
        let mut links = Vec::new();
        for (type_name, row) in self.catalog.rows() {
            if self.of_type(type_name).is_empty() {
                continue;
            }
            for (name, related) in &row.related {
                let Some(key) = &related.key else { continue };
                self.note_type(type_name);
                let name: Arc<str> = name.as_str().into();
                for &from in related.types.iter().flat_map(|from| self.of_type(from)) {
                    let Some(instance) = self.instance(from) else { continue };
                    for asked in Asked::all(&instance.body, &related.path) {
                        let link = |target| {
                            let may_be = self.is_meant((from, &asked), target, related);
                            let relation = |is_sure| (target, Relation { name: name.clone(), from, is_sure });
                            may_be.map_or(Some(false), |is_meant| is_meant.then_some(true)).map(relation)
                        };
                        links.extend(self.candidates(&asked, type_name, key).into_iter().filter_map(link));
                    }
                }
            }
        }
        links
    }

    /// Those of a type that may be meant, in order. O(those that share a label or a text with what is asked for); O(all) where
    /// that is not known.
    fn candidates(&self, asked: &Asked<'_>, type_name: &str, key: &str) -> Vec<usize> {
        let table = self.key_table(type_name, key);
        let mut found = table.candidates(asked.found.value);
        if asked.is_open() {
            found.extend(self.of_type(type_name));
        } else if asked.is_selector() {
            found.extend(table.unsettled());
        } else {
            return found;
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Whether what an instance asks for means another one; `None` where a selector may.
    fn is_meant(&self, (from, asked): (usize, &Asked<'_>), target: usize, related: &Related) -> Option<bool> {
        let Some(key) = related.key.as_ref().filter(|_| target != from) else { return Some(false) };
        match self.fits(asked, target, key) {
            Some(false) => Some(false),
            Some(true) if self.agree(from, target, &related.same) => Some(true),
            _ if asked.is_selector() && self.may_agree(from, target, &related.same) => None,
            _ => Some(false),
        }
    }

    /// The table of a type's instances by what they have at `key`, made once.
    fn key_table(&self, type_name: &str, key: &str) -> Rc<KeyTable> {
        self.note_type(type_name);
        let name = (type_name.to_owned(), key.to_owned());
        if let Some(known) = self.tables.borrow().get(&name) {
            return known.clone();
        }
        let table = self.recorder.noted(|| Rc::new(KeyTable::new(self, self.of_type(type_name), key))).value;
        self.tables.borrow_mut().insert(name, table.clone());
        table
    }

    /// Whether an instance is among those of its type.
    fn is_sorted(&self, index: usize) -> bool {
        !matches!(self.role(index), Role::Ignored | Role::Unmapped)
    }

    /// Whether what is asked for is the text, or among the labels, that the target has at `key`; `None` where that is not known.
    fn fits(&self, asked: &Asked<'_>, target: usize, key: &str) -> Option<bool> {
        match self.at_key(target, key) {
            Some(theirs) => asked.fits(&theirs),
            None if asked.has_expressions() => None,
            None => Some(false),
        }
    }

    /// What an instance has at a key: an attribute, or else a value that its row derives from attributes.
    pub(crate) fn at_key(&self, index: usize, key: &str) -> Option<Cow<'a, Value>> {
        if let Some(attribute) = paths::attribute(&self.instance(index)?.body, key) {
            return Some(Cow::Borrowed(&attribute.value));
        }
        let derived = self.row(index)?.derived.get(key)?;
        Some(Cow::Owned(derived.value(&*self.object(index))))
    }

    /// Whether two instances surely have equal values under each of these names.
    pub(crate) fn agree(&self, one: usize, other: usize, names: &[String]) -> bool {
        names.iter().all(|name| self.own_value(one, name).agrees(&self.own_value(other, name)))
    }

    /// Whether two instances do not surely have different values under one of these names.
    fn may_agree(&self, one: usize, other: usize, names: &[String]) -> bool {
        names.iter().all(|name| self.own_value(one, name).may_agree(&self.own_value(other, name)))
    }

    /// Whether the lists that two instances have under each of these names may have something in common: one that is not there, or
    /// not known, keeps nobody out.
    fn meet(&self, one: usize, other: usize, names: &[String]) -> bool {
        let list = |index, name: &String| match self.at_key(index, name)?.into_owned().kind {
            Kind::List(items) if items.iter().all(Value::is_known) => Some(items),
            _ => None,
        };
        names.iter().all(|name| match (list(one, name), list(other, name)) {
            (Some(own), Some(theirs)) => {
                own.iter().any(|one| theirs.iter().any(|other| Compared::of(one).is_same(&Compared::of(other))))
            }
            _ => true,
        })
    }

    /// Whether a value under this name is surely true for an instance.
    pub(crate) fn is_surely(&self, index: usize, name: &str) -> bool {
        self.own_value(index, name).is_text("true")
    }

    /// An attribute, or a value derived from attributes alone; worked out once.
    fn own_value(&self, index: usize, name: &str) -> Rc<Compared> {
        self.recorder.note(Cell::instance(index));
        if let Some(known) = self.own_values.borrow().get(name).and_then(|values| values.get(&index)) {
            return known.clone();
        }
        let object = self.object(index);
        let value = object.get(name).cloned().unwrap_or_else(|| {
            let derived = self.row(index).and_then(|row| row.derived.get(name));
            derived.map_or_else(Value::null, |derived| derived.value(&*object))
        });
        let value = Rc::new(Compared::of(&value));
        self.own_values.borrow_mut().entry(name.to_owned()).or_default().insert(index, value.clone());
        value
    }
}

fn says_host(found: &Found<'_>) -> bool {
    let name = found.variable().unwrap_or("").to_uppercase();
    HOLDS_A_HOST.iter().any(|part| name.contains(part))
}

struct Host<'t> {
    name: &'t str,
    /// Where it begins.
    at: usize,
    /// Stands where only a host can: behind `//` or `@`, or before a port.
    has_provenance: bool,
}

/// Everything in a text that may be a host name.
fn hosts(text: &str) -> impl Iterator<Item = Host<'_>> {
    let in_name = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-');
    let mut rest = text;
    let mut before = "";
    let mut passed = 0;
    std::iter::from_fn(move || {
        let start = rest.find(in_name)?;
        let from = rest.get(start..)?;
        let end = from.find(|letter: char| !in_name(letter)).unwrap_or(from.len());
        let (name, after) = from.split_at_checked(end)?;
        let at = passed + start;
        passed = at + end;
        let lead = rest.get(..start).filter(|lead| !lead.is_empty()).unwrap_or(before);
        let has_provenance = lead.ends_with("//") || lead.ends_with('@') || starts_with_port(after);
        (before, rest) = (name, after);
        Some(Host { name: name.trim_end_matches('.'), at, has_provenance })
    })
}

/// The lowest port that programs listen on; a smaller number behind a colon is the version of an image.
const LOWEST_PORT: u32 = 80;

fn starts_with_port(text: &str) -> bool {
    let Some(number) = text.strip_prefix(':') else { return false };
    let end = number.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(number.len());
    let Some((digits, rest)) = number.split_at_checked(end) else { return false };
    let in_range = digits.parse::<u32>().is_ok_and(|port| (LOWEST_PORT..=65535).contains(&port));
    in_range && !rest.starts_with(|next: char| next.is_ascii_alphanumeric() || matches!(next, '.' | '-'))
}

#[cfg(test)]
mod pairwise;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_in_texts() {
        let traced = |text: &str| {
            let found = hosts(text).filter(|host| host.has_provenance).map(|host| host.name.to_owned());
            found.collect::<Vec<_>>()
        };
        assert_eq!(traced("http://orders:8080/v1"), ["orders"]);
        assert_eq!(traced("postgres://shop:secret@db/orders"), ["shop", "db"]);
        assert_eq!(traced("kafka-0.kafka:9092,kafka-1.kafka:9092"), ["kafka-0.kafka", "kafka-1.kafka"]);
        assert_eq!(traced("redis:7 nginx:1.25 app:8080-alpine"), Vec::<String>::new());
        assert_eq!(traced("orders"), Vec::<String>::new());
        assert_eq!(traced("see orders: all"), Vec::<String>::new());
        assert_eq!(traced("http://ö:1 é"), Vec::<String>::new());
        assert_eq!(hosts("a.b.svc.").map(|host| host.name).collect::<Vec<_>>(), ["a.b.svc"]);
    }
}
