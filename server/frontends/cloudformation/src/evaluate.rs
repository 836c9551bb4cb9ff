//! The values of a template: a node of the text in, a value out. Functions stand in `functions.rs`, names in `references.rs`.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use foreshock_resources::{Kind, Value};
use foreshock_syntax::yaml::{NodeKind, Scalar, Style, Value as Node};
use foreshock_text::{Place, Span};
use rustc_hash::FxHashMap;

use crate::collect::Collected;
use crate::read::Options;
use crate::template::{Named, Template, Templates};
use crate::types::TypeRow;

/// Values inside of values, references to what refers, stacks inside of stacks: so deep all together.
const DEEPEST: u32 = 160;

/// Bytes of texts and values that are made of one template with all that is nested in it. A template has a megabyte at most.
const MOST_WORK: u64 = 64 * 1024 * 1024;

/// What the outputs of a template give, by name.
pub(crate) type Outputs = Rc<BTreeMap<Arc<str>, Value>>;

/// What loops have bound, the innermost last.
pub(crate) type Bindings = Rc<Vec<(Arc<str>, Value)>>;

/// What all templates of a stack share while it is read.
pub(crate) struct Shared<'s> {
    pub(crate) files: &'s dyn Templates,
    pub(crate) options: &'s Options,
    pub(crate) collected: RefCell<Collected>,
    depth: Cell<u32>,
    /// So much may still be made: bytes of texts, values, templates read once more.
    left: Cell<u64>,
    /// Nested stacks that were read.
    pub(crate) stacks: Cell<usize>,
    /// The templates that are being read, the root first.
    pub(crate) open: RefCell<Vec<foreshock_text::FilePath>>,
}

impl<'s> Shared<'s> {
    pub(crate) fn new(files: &'s dyn Templates, options: &'s Options) -> Shared<'s> {
        Shared {
            files,
            options,
            collected: RefCell::default(),
            depth: Cell::new(0),
            left: Cell::new(MOST_WORK),
            stacks: Cell::new(0),
            open: RefCell::default(),
        }
    }

    /// Whether there is still room for so much, which is taken.
    pub(crate) fn spend(&self, work: usize) -> bool {
        let left = self.left.get().checked_sub(work as u64);
        self.left.set(left.unwrap_or(0));
        left.is_some()
    }
}

/// A resource of a template, as it is declared.
#[derive(Clone)]
pub(crate) struct Declared<'t> {
    pub(crate) key: Node<'t>,
    pub(crate) node: Node<'t>,
    pub(crate) row: Option<&'static TypeRow>,
    /// The name of that row.
    pub(crate) row_name: Arc<str>,
    pub(crate) properties: Option<Node<'t>>,
    /// What a loop around it has bound.
    pub(crate) bindings: Bindings,
}

/// One template with what it was given.
pub(crate) struct Scope<'t, 's> {
    pub(crate) shared: &'s Shared<'s>,
    pub(crate) template: &'t Template<'t>,
    /// What the addresses of its resources begin with: `Network.`; nothing for the root.
    pub(crate) prefix: Arc<str>,
    /// What a stack around it hands over; `None` for the root.
    pub(crate) given: Option<BTreeMap<Arc<str>, Value>>,
    pub(crate) resources: BTreeMap<Arc<str>, Declared<'t>>,
    pub(crate) parameters: RefCell<FxHashMap<Arc<str>, Value>>,
    pub(crate) conditions: RefCell<FxHashMap<Arc<str>, Value>>,
    /// Outputs of nested stacks, while they are asked for and afterwards.
    pub(crate) nested: RefCell<FxHashMap<Arc<str>, Option<Outputs>>>,
    /// Names that are being worked out: who gets to one of them again goes in a circle.
    pub(crate) pending: RefCell<BTreeSet<Arc<str>>>,
    pub(crate) bindings: RefCell<Bindings>,
    /// The resource that is being read, and the ones that it was seen to refer to.
    pub(crate) reading: RefCell<Option<Arc<str>>>,
}

/// What a node leads to before it is a value.
pub(crate) enum Reduced<'t> {
    /// A node that is no function, and can be looked into.
    Node(Node<'t>),
    /// A value that stands nowhere by itself.
    Value(Value),
    /// One of these, nobody knows which.
    Either(Value, Vec<Node<'t>>),
    /// `AWS::NoValue`.
    Absent,
}

/// A function with its argument.
pub(crate) struct Call<'t> {
    pub(crate) name: &'t str,
    pub(crate) argument: Node<'t>,
    /// Whether the argument is the very node that the tag of the function stands before.
    pub(crate) is_short: bool,
    pub(crate) span: Span,
}

/// The function that a node is, if it is one: `!Ref x` or `{Ref: x}`, `!Sub x` or `{Fn::Sub: x}`.
pub(crate) fn call<'t>(node: Node<'t>) -> Option<Call<'t>> {
    if let Some(tag) = node.tag() {
        let span = tag.span.cover(node.span());
        return Some(Call { name: &tag.name, argument: node, is_short: true, span });
    }
    long_call(node)
}

/// The same in the long form alone: what stands behind the tag of `!Base64 {Fn::Sub: x}`.
pub(crate) fn long_call<'t>(node: Node<'t>) -> Option<Call<'t>> {
    let mut entries = node.entries()?;
    let (key, argument) = entries.next().filter(|_| entries.len() == 0)?;
    let name = key.scalar()?.text();
    let name = match name {
        "Ref" => name,
        _ => name.strip_prefix("Fn::").filter(|name| !name.starts_with("ForEach::"))?,
    };
    Some(Call { name, argument, is_short: false, span: node.span() })
}

impl<'t> Scope<'t, '_> {
    pub(crate) fn place(&self, span: Span) -> Place {
        Place::new(self.template.file.clone(), span)
    }

    pub(crate) fn tell(&self, span: Span, message: impl Into<String>) {
        self.shared.collected.borrow_mut().problems.tell(&self.template.file, span, message);
    }

    /// Works something out one level deeper; unknown where that is too deep.
    pub(crate) fn deeper<T>(&self, span: Span, work: impl FnOnce() -> T) -> Result<T, Value> {
        let depth = self.shared.depth.get();
        if depth >= DEEPEST {
            self.tell(span, "this is nested too deeply to be followed");
            return Err(Value::unknown("nested too deeply to be followed"));
        }
        if !self.shared.spend(1) {
            self.tell(span, "this comes to more than is followed");
            return Err(Value::unknown("it comes to more than is followed"));
        }
        self.shared.depth.set(depth + 1);
        let done = work();
        self.shared.depth.set(depth);
        Ok(done)
    }

    /// The value of a node; `None` for `AWS::NoValue`.
    pub(crate) fn value(&self, node: Node<'t>) -> Option<Value> {
        match self.deeper(node.span(), || self.value_here(node)) {
            Ok(value) => value,
            Err(unknown) => Some(unknown),
        }
    }

    fn value_here(&self, node: Node<'t>) -> Option<Value> {
        match self.reduce(node) {
            Reduced::Node(node) => Some(self.content(node)),
            Reduced::Value(value) | Reduced::Either(value, _) => Some(value),
            Reduced::Absent => None,
        }
    }

    /// Follows `Fn::If` to what it chooses, and works out every other function.
    pub(crate) fn reduce(&self, node: Node<'t>) -> Reduced<'t> {
        match call(node) {
            Some(call) => self.reduce_call(node, &call),
            None => Reduced::Node(node),
        }
    }

    fn reduce_call(&self, node: Node<'t>, call: &Call<'t>) -> Reduced<'t> {
        if call.name == "If" {
            return self.choose(call);
        }
        match self.deeper(node.span(), || self.function(call)).unwrap_or_else(Some) {
            Some(value) => Reduced::Value(value),
            None => Reduced::Absent,
        }
    }

    /// A node that is no function, or whose tag has been read already.
    pub(crate) fn content(&self, node: Node<'t>) -> Value {
        match node.kind() {
            NodeKind::Scalar(scalar) => literal(scalar).with_origin(|| self.place(node.span())),
            NodeKind::Sequence { .. } => {
                let items = node.items().into_iter().flatten().filter_map(|item| self.value(item)).collect();
                Value::new(Kind::List(Arc::new(items)))
            }
            NodeKind::Mapping { .. } => {
                let pairs = node.pairs().into_iter().flatten();
                let entries = pairs.filter_map(|pair| Some((Arc::from(pair.name), self.value(pair.value)?)));
                Value::new(Kind::Map(Arc::new(entries.collect())))
            }
            NodeKind::Alias(_) | NodeKind::Broken => Value::unknown("this can't be read"),
        }
    }

    /// The argument of a function as a value: of a short form without its own tag.
    pub(crate) fn argument(&self, call: &Call<'t>) -> Option<Value> {
        match (call.is_short, long_call(call.argument)) {
            (true, Some(inner)) => match self.reduce_call(call.argument, &inner) {
                Reduced::Value(value) | Reduced::Either(value, _) => Some(value),
                Reduced::Node(node) => self.value(node),
                Reduced::Absent => None,
            },
            (true, None) => Some(self.content(call.argument)),
            (false, _) => self.value(call.argument),
        }
    }

    /// The arguments of a function that takes a list; none where it isn't one.
    pub(crate) fn arguments(&self, call: &Call<'t>) -> Vec<Node<'t>> {
        call.argument.items().into_iter().flatten().collect()
    }

    /// Works out something by its name, once at a time. `None` where that goes in a circle.
    pub(crate) fn once<T>(&self, name: &str, work: impl FnOnce() -> T) -> Option<T> {
        let name: Arc<str> = Arc::from(name);
        if !self.pending.borrow_mut().insert(name.clone()) {
            return None;
        }
        let done = work();
        self.pending.borrow_mut().remove(&name);
        Some(done)
    }

    /// The address of a resource of this template.
    pub(crate) fn address(&self, name: &str) -> Arc<str> {
        Arc::from(format!("{}{name}", self.prefix))
    }

    pub(crate) fn parameter_node(&self, name: &str) -> Option<&Named<'t>> {
        self.template.parameters.get(name)
    }
}

/// A scalar as CloudFormation reads it: words of truth and whole numbers without quotes, everything else as text.
pub(crate) fn literal(scalar: &Scalar) -> Value {
    let text = scalar.text();
    if scalar.is_null() {
        return Value::null();
    }
    if scalar.style() != Style::Plain {
        return Value::string(text);
    }
    match text {
        "true" | "True" | "TRUE" => return Value::new(Kind::Bool(true)),
        "false" | "False" | "FALSE" => return Value::new(Kind::Bool(false)),
        _ => {}
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_whole = !digits.is_empty()
        && digits.len() < 12
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && (digits == "0" || !digits.starts_with('0'));
    match is_whole.then(|| text.parse()) {
        Some(Ok(number)) => Value::new(Kind::Number(number)),
        _ => Value::string(text),
    }
}

/// A known value as a text.
pub(crate) fn text_of(value: &Value) -> Option<Arc<str>> {
    match &value.kind {
        Kind::String(text) => Some(text.clone()),
        Kind::Number(number) => Some(Arc::from(number.to_string())),
        Kind::Bool(truth) => Some(Arc::from(truth.to_string())),
        _ => None,
    }
}

/// A known value as a truth value.
pub(crate) fn truth_of(value: &Value) -> Option<bool> {
    match &value.kind {
        Kind::Bool(truth) => Some(*truth),
        Kind::String(text) => match &**text {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        },
        _ => None,
    }
}
