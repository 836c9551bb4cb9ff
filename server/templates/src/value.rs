//! Values of templates: what Go has, or what is not known.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;
use std::sync::Arc;

use foreshock_documents::{Content, Node};
use foreshock_resources::Kind as Scalar;
use foreshock_text::Place;

use crate::text::Text;

/// Lists and maps inside of each other are looked into so far.
pub(crate) const DEEPEST: usize = 60;

/// A value, with where it is written as a whole.
#[derive(Clone, Debug)]
pub struct Value {
    /// What it is.
    pub kind: Kind,
    /// Where it is written, when it was passed along unchanged.
    pub origin: Option<Arc<Place>>,
}

/// What a value is, by Go's types.
#[derive(Clone, Debug)]
pub enum Kind {
    /// Nothing.
    Nil,
    /// `bool`.
    Bool(bool),
    /// `int`.
    Int(i64),
    /// `int64`.
    Long(i64),
    /// `float64`, as every number of a values file is.
    Float(f64),
    /// `string`; pieces of it may be unknown.
    Text(Text),
    /// A list.
    List(Rc<Vec<Value>>),
    /// A map. Whoever changes it changes it for all that hold it, as in Go.
    Map(Rc<RefCell<Map>>),
    /// Something that whoever renders has put there.
    Host(Rc<dyn Host>),
    /// Not known.
    Unknown(Unknown),
}

/// A map: its values by key.
pub type Map = BTreeMap<Arc<str>, Value>;

/// Something with methods that is no plain value: the files of a chart, what a cluster is able to do.
pub trait Host: fmt::Debug {
    /// What it is called where its type is asked for.
    fn type_name(&self) -> &str;

    /// A field or a method: what it gives for these arguments.
    ///
    /// # Errors
    /// When it has none of this name, or refuses the arguments.
    fn call(&self, name: &str, args: &[Value]) -> Result<Value, String>;
}

/// What is not known, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Unknown {
    /// Why, for a person: "it depends on the cluster".
    pub why: Arc<str>,
    /// Two of the same number are the same, whatever they are.
    pub id: u64,
    /// Whether it is the opposite of what its number stands for.
    pub is_negated: bool,
    /// Whether it counts as true, where that much is known.
    pub truth: Option<bool>,
    /// Whether it is the version of the cluster, of which a range is known.
    pub is_cluster: bool,
}

impl Unknown {
    /// Something that is the same wherever it is named like this.
    pub fn named(why: impl Into<Arc<str>>, name: &str) -> Unknown {
        Unknown { why: why.into(), id: hash_of(&name), is_negated: false, truth: None, is_cluster: false }
    }

    /// What is worked out from it in a way that `how` names with all that goes into it.
    #[must_use]
    pub fn derived(&self, how: &impl Hash) -> Unknown {
        let id = hash_of(&(self.id, self.is_negated, hash_of(how)));
        Unknown { why: self.why.clone(), id, is_negated: false, truth: None, is_cluster: false }
    }

    /// The same, counting as true or not.
    #[must_use]
    pub fn with_truth(self, truth: Option<bool>) -> Unknown {
        Unknown { truth, ..self }
    }
}

fn hash_of(what: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

impl From<Kind> for Value {
    fn from(kind: Kind) -> Value {
        Value { kind, origin: None }
    }
}

impl Value {
    /// Nothing.
    pub fn nil() -> Value {
        Kind::Nil.into()
    }

    /// A text that was worked out.
    pub fn made(text: impl Into<String>) -> Value {
        Kind::Text(Text::made(text)).into()
    }

    /// A text.
    pub fn text(text: Text) -> Value {
        Kind::Text(text).into()
    }

    /// A list.
    pub fn list(items: Vec<Value>) -> Value {
        Kind::List(Rc::new(items)).into()
    }

    /// A map.
    pub fn map(entries: Map) -> Value {
        Kind::Map(Rc::new(RefCell::new(entries))).into()
    }

    /// Something that is not known.
    pub fn unknown(unknown: Unknown) -> Value {
        Kind::Unknown(unknown).into()
    }

    /// The value that a document has, each part with its place. Numbers are floats, as Helm has them.
    pub fn of_node(node: &Node) -> Value {
        let place = || Some(Arc::new(node.place.clone()));
        let kind = match &node.content {
            Content::Scalar(Scalar::Bool(truth)) => Kind::Bool(*truth),
            Content::Scalar(Scalar::Number(number)) => Kind::Float(*number),
            Content::Scalar(Scalar::String(text)) => Kind::Text(Text::value(text, place())),
            Content::Scalar(Scalar::Unknown(why)) => {
                let name = format!("{}:{}:{why}", node.place.file.as_path(), node.place.span.start);
                Kind::Unknown(Unknown::named(why.clone(), &name))
            }
            Content::Scalar(_) => Kind::Nil,
            Content::List(items) => Kind::List(Rc::new(items.iter().map(Value::of_node).collect())),
            Content::Map(entries) => {
                let pairs = entries.iter().map(|entry| (entry.name.clone(), Value::of_node(&entry.value)));
                Kind::Map(Rc::new(RefCell::new(pairs.collect())))
            }
        };
        Value { kind, origin: place() }
    }

    /// The value of a key, where it is a map that has it.
    pub fn get(&self, key: &str) -> Option<Value> {
        match &self.kind {
            Kind::Map(map) => map.try_borrow().ok()?.get(key).cloned(),
            _ => None,
        }
    }

    /// The same with maps of its own, all the way down.
    pub fn deep_copy(&self) -> Value {
        self.copied(0)
    }

    fn copied(&self, depth: usize) -> Value {
        let kind = match &self.kind {
            _ if depth > DEEPEST => Kind::Nil,
            Kind::Map(map) => {
                let copied = map
                    .try_borrow()
                    .map(|map| map.iter().map(|(key, value)| (key.clone(), value.copied(depth + 1))).collect::<Map>());
                Kind::Map(Rc::new(RefCell::new(copied.unwrap_or_default())))
            }
            Kind::List(items) => Kind::List(Rc::new(items.iter().map(|item| item.copied(depth + 1)).collect())),
            other => other.clone(),
        };
        Value { kind, origin: self.origin.clone() }
    }

    /// The same as it is written elsewhere, or nowhere.
    #[must_use]
    pub fn at(self, origin: Option<Arc<Place>>) -> Value {
        Value { origin, ..self }
    }

    /// What is not known, where it is not known as a whole.
    pub(crate) fn as_unknown(&self) -> Option<&Unknown> {
        match &self.kind {
            Kind::Unknown(unknown) => Some(unknown),
            Kind::Text(text) => text.only_unknown(),
            _ => None,
        }
    }

    /// The first thing that is not known in it or below.
    pub(crate) fn first_unknown(&self) -> Option<Unknown> {
        self.find(0, &|value| match &value.kind {
            Kind::Unknown(unknown) => Some(unknown.clone()),
            Kind::Text(text) => text.first_unknown().cloned(),
            _ => None,
        })
    }

    /// Whether whoever installs it decides a part of it.
    pub(crate) fn is_assumed(&self) -> bool {
        let of_text = |value: &Value| matches!(&value.kind, Kind::Text(text) if text.is_assumed()).then_some(());
        self.find(0, &of_text).is_some()
    }

    fn find<T>(&self, depth: usize, wanted: &dyn Fn(&Value) -> Option<T>) -> Option<T> {
        if depth > DEEPEST {
            return None;
        }
        let found = wanted(self);
        if found.is_some() {
            return found;
        }
        match &self.kind {
            Kind::List(items) => items.iter().find_map(|item| item.find(depth + 1, wanted)),
            Kind::Map(map) => map.try_borrow().ok()?.values().find_map(|value| value.find(depth + 1, wanted)),
            _ => None,
        }
    }

    /// Whether it counts as true.
    ///
    /// # Errors
    /// What has to be known for that.
    pub(crate) fn truth(&self) -> Result<bool, Unknown> {
        match &self.kind {
            Kind::Nil => Ok(false),
            Kind::Bool(truth) => Ok(*truth),
            Kind::Int(number) | Kind::Long(number) => Ok(*number != 0),
            Kind::Float(number) => Ok(*number != 0.0),
            Kind::Text(text) => match text.only_unknown() {
                Some(unknown) => unknown.truth.ok_or_else(|| unknown.clone()),
                None => match text.first_unknown() {
                    Some(unknown) if text.as_str().chars().all(|c| c == crate::HOLE) => Err(unknown.clone()),
                    _ => Ok(!text.is_empty()),
                },
            },
            Kind::List(items) => Ok(!items.is_empty()),
            Kind::Map(map) => Ok(map.try_borrow().is_ok_and(|map| !map.is_empty())),
            Kind::Host(_) => Ok(true),
            Kind::Unknown(unknown) => unknown.truth.ok_or_else(|| unknown.clone()),
        }
    }

    /// The name of its type, as Go prints it.
    pub(crate) fn type_name(&self) -> String {
        match &self.kind {
            Kind::Nil => "<nil>".to_owned(),
            Kind::Bool(_) => "bool".to_owned(),
            Kind::Int(_) => "int".to_owned(),
            Kind::Long(_) => "int64".to_owned(),
            Kind::Float(_) => "float64".to_owned(),
            Kind::Text(_) => "string".to_owned(),
            Kind::List(_) => "[]interface {}".to_owned(),
            Kind::Map(_) => "map[string]interface {}".to_owned(),
            Kind::Host(host) => host.type_name().to_owned(),
            Kind::Unknown(_) => "unknown".to_owned(),
        }
    }

    /// The name of its kind, as Go's reflection has it.
    pub(crate) fn kind_name(&self) -> &'static str {
        match &self.kind {
            Kind::Nil => "invalid",
            Kind::Bool(_) => "bool",
            Kind::Int(_) => "int",
            Kind::Long(_) => "int64",
            Kind::Float(_) => "float64",
            Kind::Text(_) => "string",
            Kind::List(_) => "slice",
            Kind::Map(_) => "map",
            Kind::Host(_) => "struct",
            Kind::Unknown(_) => "unknown",
        }
    }
}
