//! One file of Terragrunt in the place of a unit: what its names mean.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_expressions::{Budget, Evaluator, ExpressionCache, Failure, Names, Scope, fail};
use foreshock_resources::{Kind, Value, open};
use foreshock_syntax::hcl::{self, Expr, StepKind, TraversalStep};
use foreshock_text::{FilePath, Problem, Span};

use crate::evaluate::Slot;
use crate::files::{ParsedFile, TerraformFiles};

/// A file that reads a file that reads a file: longer chains are not followed.
const LONGEST_CHAIN: u32 = 8;
/// Files that one unit includes, those included in them among these.
const MOST_INCLUDED: usize = 64;

/// What the units of one answer share: where texts come from, what was given from outside, and how much work is left.
pub(super) struct Shared<'a> {
    pub(super) files: &'a dyn TerraformFiles,
    pub(super) compiled: &'a RefCell<ExpressionCache>,
    pub(super) budget: Rc<Budget>,
    /// The top of the repository.
    pub(super) repository: Option<&'a Utf8Path>,
    /// Values given from outside, which stand for the environment as well.
    pub(super) given: &'a BTreeMap<String, String>,
    /// The units there are, by directory; those of a stack of units lie where it would write them.
    pub(super) located: &'a BTreeMap<Utf8PathBuf, super::UnitSpec>,
    /// The names of those that were asked for.
    pub(super) asked: RefCell<BTreeSet<Arc<str>>>,
    pub(super) problems: RefCell<Vec<(FilePath, Problem)>>,
    /// What is worth a word though nothing is wrong with it.
    pub(super) notes: RefCell<BTreeSet<(FilePath, String)>>,
}

/// What the units that are read from put out, by their directories; `None` where that is not known, with what is told of it.
pub(super) type Outputs<'o> = dyn Fn(&Utf8Path) -> Result<Neighbour, Arc<str>> + 'o;

/// What is known of a unit that another reads from.
#[derive(Clone, Default)]
pub(super) struct Neighbour {
    pub(super) outputs: BTreeMap<Arc<str>, Value>,
    pub(super) inputs: BTreeMap<Arc<str>, Value>,
    /// What an output is that is not among them.
    pub(super) rest: Option<Value>,
}

/// The unit that files are read for.
pub(super) struct Reading<'r, 'a> {
    pub(super) shared: &'r Shared<'a>,
    pub(super) outputs: &'r Outputs<'r>,
    /// Every file that was read or looked for.
    pub(super) read: RefCell<BTreeSet<FilePath>>,
    /// Directories of the units whose outputs were used.
    pub(super) used: RefCell<BTreeSet<Utf8PathBuf>>,
    /// Configurations read by name.
    others: RefCell<BTreeMap<FilePath, Option<Rc<Config>>>>,
    depth: Cell<u32>,
    /// How many files were included.
    included: Cell<usize>,
}

/// One file, seen from a unit.
pub(super) struct Config {
    pub(super) parsed: Arc<ParsedFile>,
    /// Where it lies.
    pub(super) directory: Utf8PathBuf,
    /// The directory of the unit, or of whatever file was read by name.
    pub(super) unit: Utf8PathBuf,
    /// Set in an included file: who includes it, and under which name.
    pub(super) child: Option<Utf8PathBuf>,
    pub(super) includes: OnceCell<Vec<Include>>,
    locals: RefCell<BTreeMap<Arc<str>, Slot<Value>>>,
    /// What a stack of units has given to this one.
    pub(super) values: Option<Value>,
    /// Whether its includes are being followed: their paths may ask for them.
    is_entered: Cell<bool>,
    /// The dependencies of the unit as a whole, whichever file they are written in.
    pub(super) dependencies: OnceCell<Rc<Vec<super::merged::Dependency>>>,
}

/// An `include` block, followed.
pub(super) struct Include {
    pub(super) name: Arc<str>,
    pub(super) config: Rc<Config>,
    pub(super) strategy: Strategy,
}

/// How what is included is put together with what includes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strategy {
    None,
    Shallow,
    Deep,
}

impl Config {
    pub(super) fn new(parsed: Arc<ParsedFile>, unit: &Utf8Path, values: Option<Value>) -> Config {
        Config {
            directory: foreshock_files::directory_of(&parsed.path),
            parsed,
            unit: unit.to_owned(),
            child: None,
            includes: OnceCell::new(),
            locals: RefCell::default(),
            values,
            is_entered: Cell::new(false),
            dependencies: OnceCell::new(),
        }
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&hcl::Attribute> {
        self.parsed.body.attribute(name)
    }

    pub(super) fn local_attributes(&self) -> impl Iterator<Item = &hcl::Attribute> {
        self.parsed.body.blocks_of("locals").flat_map(|block| &block.body.attributes)
    }
}

impl<'r, 'a> Reading<'r, 'a> {
    pub(super) fn new(shared: &'r Shared<'a>, outputs: &'r Outputs<'r>) -> Reading<'r, 'a> {
        Reading {
            shared,
            outputs,
            read: RefCell::default(),
            used: RefCell::default(),
            others: RefCell::default(),
            depth: Cell::new(0),
            included: Cell::new(0),
        }
    }

    /// The parsed form of a file within the workspace.
    pub(super) fn parsed(&self, file: &FilePath) -> Option<Arc<ParsedFile>> {
        if !self.shared.files.may_read(file.as_path()) {
            return None;
        }
        let parsed = self.shared.files.parsed(file);
        self.read.borrow_mut().insert(file.clone());
        parsed
    }

    /// Whether a file is there and may be read.
    pub(super) fn is_there(&self, file: &Utf8Path) -> bool {
        let (path, directory) = (FilePath::new(file), file.parent().unwrap_or(file));
        if !self.shared.files.may_read(file) {
            return false;
        }
        self.read.borrow_mut().insert(path.clone());
        self.shared.files.list(directory).contains(&path)
    }

    /// The configuration in a file with what it includes.
    pub(super) fn config(&self, file: &FilePath, unit: &Utf8Path, values: Option<Value>) -> Option<Rc<Config>> {
        Some(Rc::new(Config::new(self.parsed(file)?, unit, values)))
    }

    /// The value of an attribute.
    pub(super) fn attribute(&self, config: &Rc<Config>, attribute: &hcl::Attribute) -> Value {
        self.value(config, &attribute.expr, attribute.value_span.start)
    }

    /// The value of an expression that counts its spans from `base`. What can't be worked out is unknown.
    pub(super) fn value(&self, config: &Rc<Config>, expr: &Expr, base: u32) -> Value {
        match self.try_value(config, expr, base) {
            Ok(value) => self.shared.budget.bounded(value),
            Err(Failure { why, .. }) => Value::unknown(why),
        }
    }

    pub(super) fn try_value(&self, config: &Rc<Config>, expr: &Expr, base: u32) -> Result<Value, Failure> {
        let names = UnitNames { reading: self, config };
        let (files, budget) = (self.shared.files, self.shared.budget.clone());
        let evaluator = Evaluator::new(files, config.directory.clone(), self.shared.compiled, budget);
        let scope = Scope { names: Some(&names), bindings: None, file: &config.parsed.path, base };
        let budget = &self.shared.budget;
        let value = budget.of_its_own(|| budget.deeper(|| evaluator.eval(expr, &scope)));
        self.read.borrow_mut().extend(evaluator.take_read());
        value
    }

    /// The text that an attribute of a block gives, where it is known.
    pub(super) fn text(&self, config: &Rc<Config>, body: &hcl::Body, name: &str) -> Option<Result<Arc<str>, Arc<str>>> {
        let value = self.attribute(config, body.attribute(name)?);
        match value.kind {
            Kind::String(text) => Some(Ok(text)),
            Kind::Null => None,
            Kind::Unknown(why) => Some(Err(why)),
            _ => Some(Err(Arc::from(format!("{name} is no text")))),
        }
    }

    /// Whether an attribute of a block is surely true.
    pub(super) fn is_true(&self, config: &Rc<Config>, body: &hcl::Body, name: &str) -> bool {
        body.attribute(name).is_some_and(|attribute| matches!(self.attribute(config, attribute).kind, Kind::Bool(true)))
    }

    /// The `include` blocks of a configuration, followed; the last one counts most.
    pub(super) fn includes<'c>(&self, config: &'c Rc<Config>) -> &'c [Include] {
        if let Some(known) = config.includes.get() {
            return known;
        }
        if self.depth.get() >= LONGEST_CHAIN || config.is_entered.replace(true) {
            return &[];
        }
        self.depth.set(self.depth.get() + 1);
        let blocks = config.parsed.body.blocks_of("include");
        let found: Vec<Include> = blocks.filter_map(|block| self.include(config, block)).collect();
        self.depth.set(self.depth.get() - 1);
        config.includes.get_or_init(|| found)
    }

    fn include(&self, config: &Rc<Config>, block: &hcl::Block) -> Option<Include> {
        let path = block.body.attribute("path")?;
        let file = match self.attribute(config, path).kind {
            Kind::String(path) => FilePath::new(foreshock_files::paths::join(&config.directory, &path)),
            Kind::Unknown(why) => {
                self.problem(config, path.value_span, format!("what is included is not known: {why}"));
                return None;
            }
            _ => return None,
        };
        if self.included.replace(self.included.get() + 1) >= MOST_INCLUDED {
            self.problem(config, path.value_span, "this includes more files than are followed".to_owned());
            return None;
        }
        let is_own = file == config.parsed.path || file.as_path() == config.unit.join(super::UNIT_FILE);
        let parsed = match self.parsed(&file) {
            Some(parsed) if !is_own => parsed,
            Some(_) => {
                self.problem(config, path.value_span, "this includes itself".to_owned());
                return None;
            }
            None => {
                let shown = foreshock_files::paths::relative(&config.directory, file.as_path());
                self.problem(config, path.value_span, format!("{shown} can't be read, so that it is not included"));
                return None;
            }
        };
        let strategy = match self.text(config, &block.body, "merge_strategy") {
            Some(Ok(name)) if &*name == "no_merge" => Strategy::None,
            Some(Ok(name)) if name.starts_with("deep") => Strategy::Deep,
            _ => Strategy::Shallow,
        };
        let included = Config {
            child: Some(config.directory.clone()),
            values: config.values.clone(),
            ..Config::new(parsed, &config.unit, None)
        };
        let name = block.labels.first().map_or_else(|| Arc::from(""), |label| label.text.clone());
        Some(Include { name, config: Rc::new(included), strategy })
    }

    pub(super) fn problem(&self, config: &Config, span: Span, message: String) {
        let problem = (config.parsed.path.clone(), Problem::new(span, message));
        let mut problems = self.shared.problems.borrow_mut();
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }

    /// A configuration that is read by name, as if it were a unit.
    pub(super) fn other(&self, file: &FilePath) -> Option<Rc<Config>> {
        if let Some(known) = self.others.borrow().get(file) {
            return known.clone();
        }
        let config = self.config(file, &foreshock_files::directory_of(file), None);
        self.others.borrow_mut().insert(file.clone(), config.clone());
        config
    }

    /// `local.name` of a configuration.
    fn local(&self, config: &Rc<Config>, name: &Arc<str>) -> Result<Value, Failure> {
        let circle = || fail(format!("circular reference: local.{name}"));
        match config.locals.borrow().get(name) {
            Some(Slot::Done(value)) => return Ok(value.clone()),
            Some(_) => return circle(),
            None => {}
        }
        let Some(attribute) = config.local_attributes().find(|attribute| attribute.name == *name) else {
            return fail(format!("local.{name} is not declared"));
        };
        config.locals.borrow_mut().insert(name.clone(), Slot::Busy);
        let value = match self.deeper(|| self.try_value(config, &attribute.expr, attribute.value_span.start)) {
            Ok(value) => self.shared.budget.bounded(value),
            Err(failure) => Value::unknown(failure.why),
        };
        config.locals.borrow_mut().insert(name.clone(), Slot::Done(value.clone()));
        Ok(value)
    }

    fn deeper<T>(&self, inner: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
        self.shared.budget.deeper(inner)
    }

    /// Every local of a configuration.
    pub(super) fn locals(&self, config: &Rc<Config>) -> BTreeMap<Arc<str>, Value> {
        let names: Vec<Arc<str>> = config.local_attributes().map(|attribute| attribute.name.clone()).collect();
        let value = |name: Arc<str>| {
            let value = self.local(config, &name).unwrap_or_else(|failure| Value::unknown(failure.why));
            (name, value)
        };
        names.into_iter().map(value).collect()
    }

    /// What a configuration is to somebody who has read or included it: its locals and inputs, and more that is not followed.
    pub(super) fn object(&self, config: &Rc<Config>) -> Value {
        if self.depth.get() >= LONGEST_CHAIN {
            return Value::unknown("too many files read the next");
        }
        self.depth.set(self.depth.get() + 1);
        let mut items = BTreeMap::new();
        items.insert(Arc::from("locals"), map(self.locals(config)));
        items.insert(Arc::from("inputs"), self.inputs_value(config));
        let name = config.parsed.path.as_path().file_name().unwrap_or_default().to_owned();
        items.insert(Arc::from(open::REST), Value::unknown(format!("not followed in {name}")));
        self.depth.set(self.depth.get() - 1);
        map(items)
    }
}

pub(super) fn map(items: BTreeMap<Arc<str>, Value>) -> Value {
    Value::new(Kind::Map(Arc::new(items)))
}

/// The names in a file of Terragrunt.
struct UnitNames<'n, 'r, 'a> {
    reading: &'n Reading<'r, 'a>,
    config: &'n Rc<Config>,
}

impl Names for UnitNames<'_, '_, '_> {
    fn value(&self, root: &str, steps: &[TraversalStep], _: Span, scope: &Scope<'_>) -> Result<Value, Failure> {
        let (reading, config) = (self.reading, self.config);
        let step = |number: usize| steps.get(number).and_then(named);
        let walk = |value: Value, from: usize| {
            let (files, budget) = (reading.shared.files, reading.shared.budget.clone());
            let evaluator = Evaluator::new(files, config.directory.clone(), reading.shared.compiled, budget);
            evaluator.walk(value, steps.get(from..).unwrap_or_default(), scope)
        };
        match (root, step(0)) {
            ("local", Some(name)) => walk(reading.local(config, &name)?, 1),
            ("local", None) => walk(map(reading.locals(config)), 0),
            ("include", first) => {
                let includes = reading.includes(config);
                let bare = includes.iter().find(|include| include.name.is_empty());
                let (include, from) = match (bare, first) {
                    (Some(bare), _) => (bare, 0),
                    (None, Some(name)) => match includes.iter().find(|include| include.name == name) {
                        Some(include) => (include, 1),
                        None => return fail(format!("include.{name} is not there")),
                    },
                    (None, None) => return fail("an include has a name"),
                };
                // One local is worked out without all the others.
                match (step(from).as_deref(), step(from + 1)) {
                    (Some("locals"), Some(local)) => walk(reading.local(&include.config, &local)?, from + 2),
                    _ => walk(reading.object(&include.config), from),
                }
            }
            ("dependency", Some(name)) => walk(reading.dependency_value(config, &name)?, 1),
            ("feature", Some(name)) => {
                let blocks = &mut config.parsed.body.blocks_of("feature");
                let is_it = |block: &&hcl::Block| block.labels.first().is_some_and(|label| label.text == name);
                match blocks.find(is_it).and_then(|block| block.body.attribute("default")) {
                    Some(default) => {
                        let value = reading.attribute(config, default);
                        walk(map(BTreeMap::from([(Arc::from("value"), value)])), 1)
                    }
                    None => Ok(Value::unknown(format!("feature.{name} has no default"))),
                }
            }
            ("values", _) => match &config.values {
                Some(values) => walk(values.clone(), 0),
                None => Ok(Value::unknown("values are given by the stack of this unit")),
            },
            ("unit" | "stack", Some(name)) => {
                Ok(Value::unknown(format!("{root}.{name} is known when it is generated")))
            }
            _ => fail(format!("`{root}` is not a value of Terragrunt")),
        }
    }

    fn call(&self, name: &str, args: &[Value]) -> Option<Result<Value, Failure>> {
        self.reading.function(self.config, name, args)
    }
}

fn named(step: &TraversalStep) -> Option<Arc<str>> {
    match &step.kind {
        StepKind::Attribute(name) => Some(name.clone()),
        StepKind::Index(Expr { kind: hcl::ExprKind::String(name), .. }) => Some(name.clone()),
        _ => None,
    }
}
