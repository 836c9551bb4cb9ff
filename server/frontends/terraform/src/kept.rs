//! An evaluation that is kept for the next one, and what of it an edit makes dirty.
//!
//! Two versions of a stack are compared from the outside in: the same options, the same module instances with the same names
//! declared in them, the same answers to functions that look at files. Where any of that differs, everything is worked out
//! from scratch. Where only the text of things differs, these things are dirty, and what read them
//! ([`Cells`](crate::evaluate::Cells)).

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_files::Files;
use foreshock_resources::{Instance, ModuleCall, Value};
use foreshock_text::FilePath;
use rustc_hash::FxHashMap;

use crate::config::{Attribute, Block, Call, Module, Resource};
use crate::evaluate::{Cell, Cells, Evaluator, Loaded, Of};
use crate::files::TerraformFiles;
use crate::references::ModuleReferences;
use crate::resolved::{ResolveOptions, Resolved};

/// More stacks than these are not edited at once.
const MOST: usize = 4;
/// The stacks of which it is remembered that they were asked for.
const REMEMBERED: usize = 256;

/// What is kept of the stacks that are being edited.
#[derive(Default)]
pub(crate) struct KeptStacks {
    /// The last one used comes last.
    kept: Vec<Kept>,
    /// Those that were asked for: the second time says that somebody edits it.
    asked: Vec<(Utf8PathBuf, ResolveOptions)>,
}

/// An evaluation of a stack.
pub(crate) struct Kept {
    pub(crate) root: Utf8PathBuf,
    pub(crate) options: ResolveOptions,
    pub(crate) workspace: Arc<str>,
    pub(crate) given: BTreeMap<Arc<str>, Value>,
    pub(crate) cells: Cells,
    pub(crate) parts: Vec<Part>,
    /// What it came to.
    pub(crate) outcome: Arc<Resolved>,
    /// What the modules refer to, by path.
    pub(crate) references: Vec<(Arc<str>, Arc<ModuleReferences>)>,
    pub(crate) answers: Answers,
    /// The configuration of each directory that was looked into; of those without one, none.
    pub(crate) loaded: FxHashMap<Utf8PathBuf, Option<Arc<Module>>>,
    /// What else was read: values that are given, what is installed.
    pub(crate) beside: Vec<(FilePath, Option<Arc<str>>)>,
}

/// What is told of a module instance.
#[derive(Default)]
pub(crate) struct Part {
    pub(crate) address: Arc<str>,
    pub(crate) config: Arc<Module>,
    /// The address of the caller and the number of the call in it.
    pub(crate) caller: Option<(Arc<str>, usize)>,
    /// By the number of the resource.
    pub(crate) instances: Vec<Vec<Arc<Instance>>>,
    /// By the number of the call.
    pub(crate) called: Vec<Called>,
}

/// What is told of a call.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct Called {
    /// What stands for modules that are not at hand.
    pub(crate) opaque: Vec<Arc<Instance>>,
    pub(crate) calls: Vec<ModuleCall>,
}

impl KeptStacks {
    /// Takes out what is kept of a stack.
    pub(crate) fn take(&mut self, root: &Utf8Path, options: &ResolveOptions) -> Option<Kept> {
        let at = self.kept.iter().position(|kept| kept.root == root && kept.options == *options)?;
        Some(self.kept.remove(at))
    }

    pub(crate) fn put(&mut self, kept: Kept) {
        if self.kept.len() >= MOST {
            self.kept.remove(0);
        }
        self.kept.push(kept);
    }

    /// Whether a stack was asked for before; remembers that it is now.
    pub(crate) fn is_asked_again(&mut self, root: &Utf8Path, options: &ResolveOptions) -> bool {
        let is_it = |(asked, with): &(Utf8PathBuf, ResolveOptions)| asked == root && with == options;
        if self.asked.iter().any(is_it) {
            return true;
        }
        if self.asked.len() >= REMEMBERED {
            self.asked.remove(0);
        }
        self.asked.push((root.to_owned(), options.clone()));
        false
    }
}

impl Kept {
    /// The cells whose own text changed; `None` where more changed than the text of things.
    pub(crate) fn changed(&self, evaluator: &Evaluator<'_>) -> Option<Vec<Cell>> {
        let mut seeds = Vec::new();
        self.changed_values(evaluator, &mut seeds)?;
        for part in &self.parts {
            let (now, _) = evaluator.look_into(&part.config.directory)?;
            if Arc::ptr_eq(&now, &part.config) {
                continue;
            }
            if !Arc::ptr_eq(&now.shape, &part.config.shape)
                || !now.providers.changed_since(&part.config.providers).is_empty()
            {
                return None;
            }
            let number = self.cells.number(&part.address)?;
            let mut seed = |of: Of| seeds.push(Cell { module: number, of });
            let before = &part.config;
            now.variables.changed_since(&before.variables).into_iter().for_each(|at| seed(Of::Variable(at as u32)));
            now.locals.changed_since(&before.locals).into_iter().for_each(|at| seed(Of::Local(at as u32)));
            now.outputs.changed_since(&before.outputs).into_iter().for_each(|at| seed(Of::Output(at as u32)));
            for at in now.resources.changed_since(&before.resources) {
                changed_resource(at as u32, before.resources.get(at)?, now.resources.get(at)?, &mut seed);
            }
            let calls = now.calls.changed_since(&before.calls);
            calls.iter().flat_map(|&at| [Of::Call(at as u32), Of::Called(at as u32)]).for_each(&mut seed);
            for at in calls {
                self.changed_call(part, at, now.calls.get(at)?, &mut seeds)?;
            }
        }
        Some(seeds)
    }

    /// Whether all that was resolved is as it was, where no text of a thing changed: the same values are given, what else was read
    /// is the same, and of the configuration nothing is different but what is no thing of its own, like comments.
    pub(crate) fn is_as_before(&self, evaluator: &Evaluator<'_>) -> bool {
        let is_module_as_before = |(directory, before): (&Utf8PathBuf, &Option<Arc<Module>>)| {
            match (before, evaluator.look_into(directory)) {
                (None, None) => true,
                (Some(before), Some((now, paths))) => {
                    let is_compared = || self.parts.iter().any(|part| Arc::ptr_eq(&part.config, before));
                    // A file that can't be read is among the paths, and not in the module.
                    paths.len() == now.files.len()
                        && (Arc::ptr_eq(before, &now) || (now.problems == before.problems && is_compared()))
                }
                _ => false,
            }
        };
        self.outcome.remote_states.is_empty()
            && self.options.deployment.is_none()
            && self.given == evaluator.given
            && self.outcome.variable_files == evaluator.variable_files()
            && self.beside.iter().all(|(file, text)| evaluator.files.text(file) == *text)
            && self.loaded.iter().all(is_module_as_before)
    }

    /// Goes on to versions of the modules that say the same.
    pub(crate) fn take_over(&mut self, modules: &FxHashMap<Utf8PathBuf, Option<Loaded>>) {
        let now = |directory: &Utf8Path| modules.get(directory)?.as_ref().map(|(module, _)| module.clone());
        for part in &mut self.parts {
            if let Some(now) = now(&part.config.directory) {
                part.config = now;
            }
        }
        for (directory, known) in &mut self.loaded {
            *known = now(directory);
        }
    }

    /// The variables of the root that are given other values.
    fn changed_values(&self, evaluator: &Evaluator<'_>, seeds: &mut Vec<Cell>) -> Option<()> {
        if self.given == evaluator.given {
            return Some(());
        }
        if !self.given.keys().eq(evaluator.given.keys()) || self.cells.depends_on_given() {
            return None;
        }
        let (root, module) = (self.parts.first()?, self.cells.number("")?);
        for ((name, before), now) in self.given.iter().zip(evaluator.given.values()) {
            if before != now
                && let Some(number) = root.config.variables.number(name)
            {
                seeds.push(Cell { module, of: Of::Variable(number as u32) });
            }
        }
        Some(())
    }

    /// The variables that a changed call gives other values.
    fn changed_call(&self, caller: &Part, number: usize, now: &Call, seeds: &mut Vec<Cell>) -> Option<()> {
        let before = caller.config.calls.get(number)?;
        let is_other = |name: &str| !is_same(before.block.attribute(name), now.block.attribute(name));
        if ["source", "version", "providers"].into_iter().any(is_other) {
            return None;
        }
        let is_its = |part: &&Part| {
            part.caller.as_ref().is_some_and(|(address, call)| *address == caller.address && *call == number)
        };
        for part in self.parts.iter().filter(is_its) {
            let module = self.cells.number(&part.address)?;
            for (number, variable) in part.config.variables.iter().enumerate() {
                if is_other(&variable.name) {
                    seeds.push(Cell { module, of: Of::Variable(number as u32) });
                }
            }
        }
        Some(())
    }

    /// How many attributes are written in a resource of a module instance.
    pub(crate) fn attributes_of(&self) -> impl Fn(u32, u32) -> usize {
        let numbered = self.parts.iter().filter_map(|part| Some((self.cells.number(&part.address)?, &part.config)));
        let configs: FxHashMap<u32, Arc<Module>> = numbered.map(|(number, config)| (number, config.clone())).collect();
        move |module, resource| {
            let config = configs.get(&module).and_then(|config| config.resources.get(resource as usize));
            config.map_or(0, |config| config.block.attributes.len())
        }
    }
}

/// What of a resource changed.
fn changed_resource(number: u32, before: &Resource, now: &Resource, seed: &mut dyn FnMut(Of)) {
    seed(Of::Instances(number));
    let (old, new) = (&before.block, &now.block);
    let most = old.attributes.len().max(new.attributes.len()) as u32;
    if before.provider != now.provider || !names(old).eq(names(new)) {
        [Of::Names(number), Of::Repetition(number), Of::Blocks(number)].into_iter().for_each(&mut *seed);
        (0..most).for_each(|attribute| seed(Of::Attribute(number, attribute)));
        return;
    }
    for (at, (old, new)) in old.attributes.iter().zip(&new.attributes).enumerate() {
        if !is_same(Some(old), Some(new)) {
            seed(Of::Attribute(number, at as u32));
            if matches!(&*new.name, "count" | "for_each") {
                seed(Of::Repetition(number));
            }
        }
    }
    if !new.blocks.is_empty() {
        seed(Of::Blocks(number));
        // Whether it is there at all may stand in one.
        if new.blocks.iter().any(|block| &*block.kind == "lifecycle") {
            seed(Of::Repetition(number));
        }
    }
}

/// The names of what is written in a block.
fn names(block: &Block) -> impl Iterator<Item = (&str, Option<&Arc<str>>)> {
    let attributes = block.attributes.iter().map(|attribute| (&*attribute.name, None));
    attributes.chain(block.blocks.iter().map(|inner| (&*inner.kind, inner.labels.first())))
}

fn is_same(one: Option<&Attribute>, other: Option<&Attribute>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => {
            one.name_span == other.name_span
                && one.value_span == other.value_span
                && one.file == other.file
                && (Arc::ptr_eq(&one.expr, &other.expr) || one.expr == other.expr)
        }
        (None, None) => true,
        _ => false,
    }
}

/// What functions were told about files. While they are told the same, they give the same.
#[derive(Default)]
pub(crate) struct Answers {
    texts: BTreeMap<FilePath, Option<Arc<str>>>,
    bytes: BTreeMap<FilePath, Option<Arc<[u8]>>>,
    lists: BTreeMap<Utf8PathBuf, Vec<FilePath>>,
    may_read: BTreeMap<Utf8PathBuf, bool>,
}

impl Answers {
    /// Whether all of it would be told again.
    pub(crate) fn are_still(&self, files: &dyn TerraformFiles) -> bool {
        self.texts.iter().all(|(file, text)| files.text(file) == *text)
            && self.bytes.iter().all(|(file, bytes)| files.bytes(file) == *bytes)
            && self.lists.iter().all(|(directory, list)| files.list(directory) == *list)
            && self.may_read.iter().all(|(path, may)| files.may_read(path) == *may)
    }

    /// Adds what was told later.
    pub(crate) fn extend(&mut self, later: Answers) {
        self.texts.extend(later.texts);
        self.bytes.extend(later.bytes);
        self.lists.extend(later.lists);
        self.may_read.extend(later.may_read);
    }
}

/// Files that remember what was asked of them.
pub(crate) struct Watched<'f> {
    files: &'f dyn TerraformFiles,
    answers: RefCell<Answers>,
}

impl<'f> Watched<'f> {
    pub(crate) fn new(files: &'f dyn TerraformFiles) -> Watched<'f> {
        Watched { files, answers: RefCell::default() }
    }

    pub(crate) fn answers(&self) -> Answers {
        self.answers.take()
    }
}

impl Files for Watched<'_> {
    fn list(&self, directory: &Utf8Path) -> Vec<FilePath> {
        let list = self.files.list(directory);
        self.answers.borrow_mut().lists.insert(directory.to_owned(), list.clone());
        list
    }

    fn text(&self, file: &FilePath) -> Option<Arc<str>> {
        let text = self.files.text(file);
        self.answers.borrow_mut().texts.insert(file.clone(), text.clone());
        text
    }

    fn bytes(&self, file: &FilePath) -> Option<Arc<[u8]>> {
        let bytes = self.files.bytes(file);
        self.answers.borrow_mut().bytes.insert(file.clone(), bytes.clone());
        bytes
    }

    fn may_read(&self, path: &Utf8Path) -> bool {
        let may = self.files.may_read(path);
        self.answers.borrow_mut().may_read.insert(path.to_owned(), may);
        may
    }
}
