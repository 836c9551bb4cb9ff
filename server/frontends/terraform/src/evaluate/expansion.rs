//! `count` and `for_each`: one block, many instances.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use foreshock_expressions::each_reference;
use foreshock_resources as resources;
use foreshock_resources::{Key, Kind, Provenance, Value};
use foreshock_syntax::hcl::Expr;

use super::instance::{CallInstance, Caller};
use super::{CallExpansion, Evaluator, Expansion, ModuleInstance, Of, Repetition, ResourceInstance, Scope, Slot};
use crate::config::Block;

/// How a block is repeated.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Form {
    /// Not at all.
    Single,
    /// `count`.
    Count,
    /// `for_each`.
    Each,
    /// It can't be known how often; the provenance is that of the argument.
    Unknown(Arc<str>, Provenance),
}

/// The key of an instance with what `count` and `each` mean in it.
type Sibling = (Key, Repetition);

/// `module.a` and `aws_x.y` as one address.
pub(crate) fn join_address(module: &str, rest: &str) -> Arc<str> {
    if module.is_empty() { Arc::from(rest) } else { Arc::from(format!("{module}.{rest}")) }
}

fn with_key(address: &str, key: &Key) -> Arc<str> {
    match key {
        Key::None => Arc::from(address),
        Key::Index(index) => Arc::from(format!("{address}[{index}]")),
        Key::Name(name) => Arc::from(format!("{address}[{}]", quoted(name))),
        Key::Unknown(_) => Arc::from(format!("{address}[*]")),
    }
}

/// A key as Terraform writes it in an address.
pub(crate) fn quoted(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 2);
    text.push('"');
    let mut characters = name.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '$' | '%' if characters.peek() == Some(&'{') => {
                text.push(character);
                text.push(character);
            }
            other => text.push(other),
        }
    }
    text.push('"');
    text
}

impl<'a> Evaluator<'a> {
    /// The instances of a resource of a module.
    pub(crate) fn expansion(&self, module: &Rc<ModuleInstance>, resource: usize) -> Option<Rc<Expansion>> {
        let slot = module.resources.get(resource)?;
        let config = module.config.resources.get(resource)?;
        let build = |form: Form, siblings: Vec<Sibling>, repetition| {
            let address = join_address(&module.address, &config.address);
            let is_repeated = siblings.len() > 1;
            let shared = config.block.attributes.iter();
            let shared = shared.map(|of| (is_repeated && !says_which(&of.expr)).then(RefCell::default)).collect();
            let shared: Rc<[_]> = shared;
            let instances = siblings.into_iter().map(|(key, repetition)| {
                Rc::new(ResourceInstance {
                    module: module.clone(),
                    resource,
                    address: with_key(&address, &key),
                    key,
                    repetition,
                    attributes: config.block.attributes.iter().map(|_| RefCell::new(Slot::Empty)).collect(),
                    shared: shared.clone(),
                    blocks: RefCell::new(Slot::Empty),
                })
            });
            Rc::new(Expansion { form, instances: instances.collect(), repetition })
        };
        let expand = || {
            let (form, siblings, repetition) = self.siblings(module, &config.block);
            build(form, siblings, repetition)
        };
        let circle = || {
            let why: Arc<str> = Arc::from("circular reference");
            let (form, siblings) = unknown(why, Provenance::none());
            build(form, siblings, None)
        };
        Some(self.memo_of(module.cell(Of::Repetition(resource as u32)), slot, expand, circle))
    }

    /// The instances of a module call.
    pub(crate) fn call_expansion(&self, module: &Rc<ModuleInstance>, call: usize) -> Option<Rc<CallExpansion>> {
        let slot = module.calls.get(call)?;
        let config = module.config.calls.get(call)?;
        let build = |form: Form, siblings: Vec<Sibling>, repetition| {
            let address = join_address(&module.address, &format!("module.{}", config.name));
            let target = self.module_of(module, config);
            let refused = self.refusal(module, config, target.as_ref(), siblings.len());
            let (form, siblings, target) = match &refused {
                None => (form, siblings, target),
                Some(_) if siblings.len() == 1 => (form, siblings, None),
                Some(why) => {
                    let (form, siblings) = unknown(why.clone(), Provenance::none());
                    (form, siblings, None)
                }
            };
            let instances = siblings.into_iter().map(|(key, repetition)| {
                let address = with_key(&address, &key);
                let inner = target.clone().map(|target| {
                    let caller = Caller { module: module.clone(), number: call, repetition: repetition.clone() };
                    let number = module.number.and_then(|_| self.recorder.number(&address));
                    Rc::new(ModuleInstance::new(target, address.clone(), Some(caller)).numbered(number))
                });
                CallInstance { address, key, repetition, module: inner, refused: refused.clone() }
            });
            Rc::new(CallExpansion { form, instances: instances.collect(), repetition })
        };
        let expand = || {
            let (form, siblings, repetition) = self.siblings(module, &config.block);
            build(form, siblings, repetition)
        };
        let circle = || {
            let (form, siblings) = unknown(Arc::from("circular reference"), Provenance::none());
            build(form, siblings, None)
        };
        Some(self.memo_of(module.cell(Of::Call(call as u32)), slot, expand, circle))
    }

    fn siblings(
        &self,
        module: &Rc<ModuleInstance>,
        block: &Block,
    ) -> (Form, Vec<Sibling>, Option<resources::Attribute>) {
        if let Some(attribute) = block.attribute("count") {
            let count = self.budget.of_its_own(|| self.placed(attribute, Scope::of(module, attribute)));
            let (form, siblings) = self.counted(&count.value, module.root_call());
            self.tell_limits(attribute);
            return (form, siblings, Some(count));
        }
        if let Some(attribute) = block.attribute("for_each") {
            let each = self.budget.of_its_own(|| self.placed(attribute, Scope::of(module, attribute)));
            let (form, siblings) = self.keyed(&each.value, module.root_call());
            self.tell_limits(attribute);
            return (form, siblings, Some(each));
        }
        // OpenTofu: what is switched off is not there.
        let lifecycle = block.blocks.iter().filter(|inner| &*inner.kind == "lifecycle");
        if let Some(attribute) = lifecycle.filter_map(|inner| inner.attribute("enabled")).next_back() {
            let enabled = self.budget.of_its_own(|| self.attribute(attribute, Scope::of(module, attribute)));
            match foreshock_expressions::bool_of(&enabled.kind) {
                Ok(false) => return (Form::Single, Vec::new(), None),
                Ok(true) => {}
                Err(_) => {
                    let why = enabled.first_reason().unwrap_or_else(|| Arc::from("enabled is neither true nor false"));
                    let (form, siblings) = unknown(why, enabled.all_provenance());
                    return (form, siblings, None);
                }
            }
        }
        (Form::Single, vec![(Key::None, Repetition::None)], None)
    }

    fn counted(&self, count: &Value, call: Option<usize>) -> (Form, Vec<Sibling>) {
        if count.provenance.is_sensitive() {
            return unknown("count is sensitive", count.all_provenance());
        }
        let number = match &count.kind {
            Kind::Unknown(why) => return unknown(why.clone(), count.all_provenance()),
            kind => foreshock_expressions::number_of(kind),
        };
        let number = match number {
            Ok(number) if number >= 0.0 && number.fract() == 0.0 => number as u64,
            Ok(number) => return unknown(format!("count is {number}"), count.all_provenance()),
            Err(failure) => return unknown(failure.why, count.all_provenance()),
        };
        if !self.budget.room_for(number, call) {
            return unknown(format!("count is {number}, too many to list"), count.all_provenance());
        }
        let siblings =
            (0..number).map(|index| (Key::Index(index), Repetition::Count(Value::new(Kind::Number(index as f64)))));
        (Form::Count, siblings.collect())
    }

    fn keyed(&self, each: &Value, call: Option<usize>) -> (Form, Vec<Sibling>) {
        let refuse = |why: Arc<str>| unknown_each(why, each);
        // The keys would be shown in addresses; Terraform refuses it too.
        if each.provenance.is_sensitive() {
            return refuse(Arc::from("for_each is sensitive"));
        }
        let sibling = |name: &Arc<str>, value: &Value| {
            let key = Value::string(name.clone()).with_provenance(&each.provenance);
            let value = value.clone().with_provenance(&each.provenance);
            (Key::Name(name.clone()), Repetition::Each { key, value })
        };
        let siblings: Vec<Sibling> = match &each.kind {
            Kind::Unknown(why) => return refuse(why.clone()),
            Kind::Map(items) if foreshock_resources::open::is_open(items) => {
                return refuse(Arc::from("for_each over a whole resource"));
            }
            Kind::Map(items) => items.iter().map(|(name, value)| sibling(name, value)).collect(),
            Kind::Set(items) => {
                let mut siblings = Vec::with_capacity(items.len());
                for item in items.iter() {
                    match &item.kind {
                        Kind::String(name) => siblings.push(sibling(name, item)),
                        Kind::Unknown(why) => return refuse(why.clone()),
                        _ => return refuse(Arc::from("for_each takes a set of strings")),
                    }
                }
                siblings
            }
            _ => {
                return refuse(Arc::from(format!(
                    "for_each takes a map or a set of strings, this is a {}",
                    foreshock_expressions::kind_name(each)
                )));
            }
        };
        if !self.budget.room_for(siblings.len() as u64, call) {
            return refuse(Arc::from("for_each has too many elements to list"));
        }
        (Form::Each, siblings)
    }
}

/// Whether an expression says which instance of its block it is in, so that it means something else in each.
fn says_which(expr: &Expr) -> bool {
    let mut which = false;
    each_reference(expr, &mut |root, _, _| which |= matches!(root, "count" | "each" | "self"));
    which
}

/// The one instance that stands for all of them.
fn unknown(why: impl Into<Arc<str>>, provenance: Provenance) -> (Form, Vec<Sibling>) {
    let why = why.into();
    let index = Value { kind: Kind::Unknown(why.clone()), provenance: provenance.clone(), origin: None };
    (Form::Unknown(why.clone(), provenance), vec![(Key::Unknown(why), Repetition::Count(index))])
}

fn unknown_each(why: Arc<str>, each: &Value) -> (Form, Vec<Sibling>) {
    let provenance = each.all_provenance();
    let value = Value { kind: Kind::Unknown(why.clone()), provenance: provenance.clone(), origin: None };
    let repetition = Repetition::Each { key: value.clone(), value };
    (Form::Unknown(why.clone(), provenance), vec![(Key::Unknown(why), repetition)])
}
