//! Evaluation: lazy and memoised per module instance, so that a value is computed once and only where it is needed.

mod blocks;
mod collection;
mod expansion;
mod expression;
mod instance;
mod limits;
mod named;
mod operator;
mod provider;
mod reference;
mod template;

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use camino::Utf8PathBuf;
use foreshock_resources::{EvaluatedAttribute, JoinedMarks, Kind, Marks, Value};
use foreshock_text::{FilePath, Place, Problem, Span};
use rustc_hash::FxHashMap;

use crate::cache::ResolveCache;
use crate::config::{Attribute, Module};
use crate::failure::Failure;
use crate::files::TerraformFiles;
use crate::remote::Remote;
use crate::resolved::ResolveOptions;

pub(crate) use expansion::{Form, join_address, quoted};
pub(crate) use expression::top_length;
pub(crate) use instance::{CallExpansion, CallInstance, Expansion, ModuleInstance, Repetition, ResourceInstance, Tree};
pub(crate) use limits::{Budget, Limit, PARTS, STRING};

/// What an evaluation shares: where texts come from, what was found so far, and how much work is left.
pub(crate) struct Evaluator<'a> {
    pub(crate) files: &'a dyn TerraformFiles,
    pub(crate) options: &'a ResolveOptions,
    pub(crate) root: Utf8PathBuf,
    pub(crate) cache: RefCell<&'a mut ResolveCache>,
    /// Values given to the root module, not yet converted.
    pub(crate) given: BTreeMap<Arc<str>, Value>,
    /// Every file asked for, in any order, some twice.
    pub(crate) read: RefCell<Vec<FilePath>>,
    pub(crate) problems: RefCell<Vec<(FilePath, Problem)>>,
    /// What is left of the work, memory, depth and instances allowed.
    pub(crate) budget: Rc<Budget>,
    /// What `terraform init` has installed, by the dotted path of the call; read when first needed.
    pub(crate) manifest: OnceCell<BTreeMap<String, Utf8PathBuf>>,
    /// The configurations of the directories looked into.
    pub(crate) loaded: RefCell<FxHashMap<Utf8PathBuf, Option<Configuration>>>,
    /// The regions of provider configurations, by module instance and name.
    pub(crate) regions: RefCell<FxHashMap<ProviderKey, Option<Value>>>,
    /// What provider configurations refer to, likewise.
    pub(crate) providers: RefCell<FxHashMap<ProviderKey, Option<EvaluatedAttribute>>>,
    /// What is known of other stacks.
    pub(crate) remote: RefCell<Remote>,
}

/// The address of a module instance and the name of a provider configuration in it.
type ProviderKey = (Arc<str>, Arc<str>);

/// Where an expression stands: what names mean in it and where its spans count from.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'s> {
    pub(crate) module: &'s Rc<ModuleInstance>,
    pub(crate) repetition: &'s Repetition,
    pub(crate) bindings: Option<&'s Binding<'s>>,
    pub(crate) file: &'s FilePath,
    pub(crate) base: u32,
    /// In a template file only the variables handed to it exist.
    pub(crate) only_bindings: bool,
}

/// A name bound by `for`, a `dynamic` block or a template's variables.
pub(crate) struct Binding<'s> {
    pub(crate) name: &'s str,
    pub(crate) value: &'s Value,
    pub(crate) outer: Option<&'s Binding<'s>>,
}

impl<'s> Scope<'s> {
    /// The scope of an attribute of a module, outside any repetition.
    pub(crate) fn of(module: &'s Rc<ModuleInstance>, attribute: &'s Attribute) -> Scope<'s> {
        Scope {
            module,
            repetition: &Repetition::None,
            bindings: None,
            file: &attribute.file,
            base: attribute.value_span.start,
            only_bindings: false,
        }
    }

    pub(crate) fn with_repetition(self, repetition: &'s Repetition) -> Scope<'s> {
        Scope { repetition, ..self }
    }

    pub(crate) fn at(self, attribute: &'s Attribute) -> Scope<'s> {
        Scope { file: &attribute.file, base: attribute.value_span.start, ..self }
    }

    pub(crate) fn place(&self, span: Span) -> Place {
        Place::new(self.file.clone(), span.shifted(self.base))
    }

    fn bound(&self, name: &str) -> Option<&'s Value> {
        let mut next = self.bindings;
        while let Some(binding) = next {
            if binding.name == name {
                return Some(binding.value);
            }
            next = binding.outer;
        }
        None
    }
}

impl<'a> Evaluator<'a> {
    /// An evaluation that has not begun.
    pub(crate) fn new(
        files: &'a dyn TerraformFiles,
        options: &'a ResolveOptions,
        root: Utf8PathBuf,
        cache: &'a mut ResolveCache,
        budget: Rc<Budget>,
    ) -> Evaluator<'a> {
        Evaluator {
            files,
            options,
            root,
            cache: RefCell::new(cache),
            given: BTreeMap::new(),
            read: RefCell::default(),
            problems: RefCell::default(),
            budget,
            manifest: OnceCell::new(),
            loaded: RefCell::default(),
            regions: RefCell::default(),
            providers: RefCell::default(),
            remote: RefCell::default(),
        }
    }

    /// The value of an attribute. What Terraform would refuse becomes unknown, with the reason and with the marks of
    /// everything the expression refers to, so that its dependencies are not lost.
    pub(crate) fn attribute(&self, attribute: &Attribute, scope: Scope<'_>) -> Value {
        let scope = scope.at(attribute);
        let value = match self.eval(&attribute.expr, &scope) {
            Ok(value) => value,
            Err(Failure { why, .. }) => {
                let marks = self.marks_of(&attribute.expr, &scope);
                Value { kind: Kind::Unknown(why), marks, origin: None }
            }
        };
        let value = self.budget.bounded(value);
        if value.marks.left_out() > 0 {
            self.budget.exceed(Limit::Marks);
        }
        self.tell_limits(attribute);
        value
    }

    /// Says once of each limit where it was first gone over.
    pub(crate) fn tell_limits(&self, at: &Attribute) {
        if let Some(limit) = self.budget.take_exceeded() {
            let problem = Problem::new(at.value_span, limit.message());
            self.problems.borrow_mut().push((at.file.clone(), problem));
        }
    }

    /// The same with its place.
    pub(crate) fn placed(&self, attribute: &Attribute, scope: Scope<'_>) -> EvaluatedAttribute {
        EvaluatedAttribute { value: self.attribute(attribute, scope), place: attribute.place() }
    }
}

/// What a memo knows about a named value.
#[derive(Default)]
pub(crate) enum Slot<T> {
    #[default]
    Empty,
    /// Being computed: asking again is a circle.
    Busy,
    Done(T),
}

/// Computes a memoised value once; `circle` answers when its own computation asks for it.
pub(crate) fn memo<T: Clone>(slot: &RefCell<Slot<T>>, compute: impl FnOnce() -> T, circle: impl FnOnce() -> T) -> T {
    match &*slot.borrow() {
        Slot::Done(value) => return value.clone(),
        Slot::Busy => return circle(),
        Slot::Empty => {}
    }
    slot.replace(Slot::Busy);
    let value = compute();
    slot.replace(Slot::Done(value.clone()));
    value
}

/// A shared handle to a module's configuration.
pub(crate) type Configuration = Arc<Module>;
