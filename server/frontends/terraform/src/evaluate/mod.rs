//! Evaluation: lazy and memoised per module instance, so that a value is computed once and only where it is needed.

mod blocks;
mod cells;
mod expansion;
mod instance;
mod module_tree;
mod named;
mod names;
mod provider;
mod reference;

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use camino::Utf8PathBuf;
use foreshock_expressions::{Binding, Budget, ExpressionCache, Failure, Limit};
use foreshock_resources as resources;
use foreshock_resources::{Kind, Value};
use foreshock_text::{FilePath, Place, Problem, Span};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::cache::{Modules, ResolveCache};
use crate::config::{Attribute, Module};
use crate::files::TerraformFiles;
use crate::kept::Watched;
use crate::remote::Remote;
use crate::resolved::{DEFAULT_WORKSPACE, ResolveOptions};

pub(crate) use cells::{Cell, Cells, Of, Recorder, first_places};
pub(crate) use expansion::{Form, join_address, quoted};
pub(crate) use instance::{CallExpansion, CallInstance, Expansion, ModuleInstance, Repetition, ResourceInstance, Tree};
pub(crate) use module_tree::WIDEST;

/// What an evaluation shares: where texts come from, what was found so far, and how much work is left.
pub(crate) struct Evaluator<'a> {
    pub(crate) files: &'a dyn TerraformFiles,
    pub(crate) options: &'a ResolveOptions,
    pub(crate) root: Utf8PathBuf,
    /// What is below the names of a module: the language by itself, its bounds, and the files that it reads.
    pub(crate) expressions: foreshock_expressions::Evaluator<'a>,
    pub(crate) modules: RefCell<&'a mut Modules>,
    /// Values given to the root module, not yet converted.
    pub(crate) given: BTreeMap<Arc<str>, Value>,
    pub(crate) problems: RefCell<Vec<(FilePath, Problem)>>,
    /// The attributes that Terraform would refuse to work out: file, start of the value, and why.
    pub(crate) refused: RefCell<BTreeSet<(FilePath, u32, Arc<str>)>>,
    /// What is left of the work, memory, depth and instances allowed.
    pub(crate) budget: Rc<Budget>,
    /// What `terraform init` has installed, by the dotted path of the call; read when first needed.
    pub(crate) manifest: OnceCell<BTreeMap<String, Utf8PathBuf>>,
    /// The configurations of the directories looked into.
    pub(crate) loaded: RefCell<FxHashMap<Utf8PathBuf, Option<Loaded>>>,
    /// Those whose files and problems have been told.
    pub(crate) told: RefCell<FxHashSet<Utf8PathBuf>>,
    /// How many modules a directory comes to at some distance from the root.
    pub(crate) widths: RefCell<FxHashMap<(Utf8PathBuf, usize), u64>>,
    /// The regions of provider configurations, by module instance and name.
    pub(crate) regions: RefCell<FxHashMap<ProviderKey, Option<Value>>>,
    /// What provider configurations refer to, likewise.
    pub(crate) providers: RefCell<FxHashMap<ProviderKey, Option<resources::Attribute>>>,
    /// The values given to variables that are declared nowhere, by name, each with the first place that reads it.
    pub(crate) undeclared: RefCell<BTreeMap<Arc<str>, Place>>,
    /// What is known of other stacks.
    pub(crate) remote: RefCell<Remote>,
    /// What is noted for the next evaluation.
    pub(crate) recorder: Recorder,
    /// How many blocks of resources were evaluated.
    pub(crate) blocks: std::cell::Cell<u64>,
    /// The files that the configuration itself was read from.
    pub(crate) told_files: RefCell<Vec<FilePath>>,
    /// The name of the workspace.
    pub(crate) workspace: Arc<str>,
    /// The keys of maps that were asked by it.
    pub(crate) workspaces: RefCell<BTreeSet<Arc<str>>>,
}

/// The configuration of a directory with the files it was read from.
pub(crate) type Loaded = (Configuration, Vec<FilePath>);

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
        let ResolveCache { modules, expressions, .. } = cache;
        Evaluator::over(files, options, root, modules, expressions, budget)
    }

    /// The same with the parts of a cache.
    pub(crate) fn over(
        files: &'a dyn TerraformFiles,
        options: &'a ResolveOptions,
        root: Utf8PathBuf,
        modules: &'a mut Modules,
        compiled: &'a RefCell<ExpressionCache>,
        budget: Rc<Budget>,
    ) -> Evaluator<'a> {
        Evaluator {
            files,
            options,
            expressions: foreshock_expressions::Evaluator::new(files, root.clone(), compiled, budget.clone()),
            root,
            modules: RefCell::new(modules),
            given: BTreeMap::new(),
            problems: RefCell::default(),
            refused: RefCell::default(),
            budget,
            manifest: OnceCell::new(),
            loaded: RefCell::default(),
            told: RefCell::default(),
            widths: RefCell::default(),
            regions: RefCell::default(),
            providers: RefCell::default(),
            undeclared: RefCell::default(),
            remote: RefCell::default(),
            workspace: options.workspace.as_deref().unwrap_or(DEFAULT_WORKSPACE).into(),
            workspaces: RefCell::default(),
            recorder: Recorder::default(),
            blocks: std::cell::Cell::default(),
            told_files: RefCell::default(),
        }
    }

    /// The value of an attribute. What Terraform would refuse becomes unknown, with the reason and with the provenance
    /// of everything the expression refers to, so that its dependencies are not lost.
    pub(crate) fn attribute(&self, attribute: &Attribute, scope: Scope<'_>) -> Value {
        let scope = scope.at(attribute);
        let value = match self.eval(&attribute.expr, &scope) {
            Ok(value) => value,
            Err(Failure { why, ours }) => {
                if !ours {
                    let refused = (attribute.file.clone(), attribute.value_span.start, why.clone());
                    self.recorder.effect(|effects| effects.refused.push(refused.clone()));
                    self.refused.borrow_mut().insert(refused);
                }
                // What it is made from is told even where the value itself is too much.
                let provenance = self.budget.of_its_own(|| self.provenance_of(&attribute.expr, &scope));
                Value { kind: Kind::Unknown(why), provenance, origin: None }
            }
        };
        let value = self.budget.bounded(value);
        if value.provenance.left_out() > 0 {
            self.budget.exceed(Limit::Provenance);
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
    pub(crate) fn placed(&self, attribute: &Attribute, scope: Scope<'_>) -> resources::Attribute {
        resources::Attribute { value: self.attribute(attribute, scope), place: attribute.place() }
    }
}

impl<'a> Evaluator<'a> {
    /// Lets functions ask for files in a way that is remembered.
    pub(crate) fn watch(&mut self, watched: &'a Watched<'_>) {
        let (compiled, budget) = (self.expressions.cache(), self.budget.clone());
        // What was read so far is not forgotten.
        self.told_files.borrow_mut().extend(self.expressions.take_read());
        self.expressions = foreshock_expressions::Evaluator::new(watched, self.root.clone(), compiled, budget);
    }
}

impl Evaluator<'_> {
    /// A memoised value of a cell; `circle` answers when its own computation asks for it.
    pub(crate) fn memo_of<T: Clone>(
        &self,
        cell: Option<Cell>,
        slot: &RefCell<Slot<T>>,
        compute: impl FnOnce() -> T,
        circle: impl FnOnce() -> T,
    ) -> T {
        self.recorder.read(cell, &self.budget);
        match &*slot.borrow() {
            Slot::Done(value) => return value.clone(),
            Slot::Busy => {
                self.recorder.spoil();
                return circle();
            }
            Slot::Empty => {}
        }
        slot.replace(Slot::Busy);
        let value = self.in_cell(cell, compute);
        slot.replace(Slot::Done(value.clone()));
        value
    }

    /// The same of a variable, local or output, whose value is kept for the next evaluation.
    pub(crate) fn named_memo(
        &self,
        cell: Option<Cell>,
        slot: &RefCell<Slot<Value>>,
        compute: impl FnOnce() -> Value,
        circle: impl FnOnce() -> Value,
    ) -> Value {
        if let Some(value) = self.recorder.value(cell) {
            self.recorder.read(cell, &self.budget);
            return value;
        }
        let value = self.memo_of(cell, slot, compute, circle);
        self.recorder.keep_value(cell, &value);
        value
    }

    /// Works out a cell, and notes what it asks for.
    #[inline(always)]
    pub(crate) fn in_cell<T>(&self, cell: Option<Cell>, compute: impl FnOnce() -> T) -> T {
        let outer = self.enter(cell);
        let result = compute();
        self.leave(cell, outer);
        result
    }

    /// Begins to work out a cell.
    #[inline(never)]
    fn enter(&self, cell: Option<Cell>) -> u32 {
        let Some(cell) = cell.filter(|_| self.recorder.is_on) else { return 0 };
        self.note_files();
        self.recorder.enter(cell, self.budget.effort());
        self.budget.begin_depth()
    }

    /// Ends the work on the cell that was entered last.
    #[inline(never)]
    fn leave(&self, cell: Option<Cell>, outer: u32) {
        if cell.is_some() && self.recorder.is_on {
            self.note_files();
            self.recorder.leave(self.budget.end_depth(outer), self.budget.effort());
        }
    }

    /// Every file that was read so far; forgets them.
    pub(crate) fn take_files(&self) -> Vec<FilePath> {
        let mut files = self.expressions.take_read();
        files.append(&mut self.told_files.borrow_mut());
        files
    }

    /// What was read since the last note belongs to the cell being worked out.
    pub(crate) fn note_files(&self) {
        let read = self.expressions.take_read();
        if !read.is_empty() {
            self.recorder.effect(|effects| effects.files.extend(read));
        }
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

/// A shared handle to a module's configuration.
pub(crate) type Configuration = Arc<Module>;
