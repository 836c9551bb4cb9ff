//! Units that read from each other, evaluated into one: those that are read come first, and what they put out is known to the
//! ones that read it with everything it was made from.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_expressions::Budget;
use foreshock_resources::{
    Attribute, AttributePlace, BlockPlace, Body, Instance, Key, Kind, Lifecycle, Mode, ModuleCall, Provenance,
    Resources, Trace, Value, open,
};
use foreshock_syntax::hcl::{ExprKind, ObjectKey};
use foreshock_text::{FilePath, Place, Problem, Span};

use super::config::{Config, Neighbour, Reading, Shared};
use super::generate::Generated;
use super::unit::{Source, UnitSource};
use super::{Group, Survey, UnitSpec, survey};
use crate::cache::ResolveCache;
use crate::config::{Module, configuration_files};
use crate::evaluate::{Evaluator, ModuleInstance, Tree, join_address};
use crate::files::{ParsedFile, TerraformFiles, is_variable_file};
use crate::resolve::{evaluated, registry_source};
use crate::resolved::{NamedValue, ResolveOptions, Resolved};

/// A unit among those that it was evaluated with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinedUnit {
    /// What it is called there: its directory, with as many of those above as tell it apart.
    pub name: Arc<str>,
    /// What its addresses begin with; empty for one that is alone.
    pub address: Arc<str>,
    /// Its directory.
    pub directory: Utf8PathBuf,
    /// The directory of its module, where that is at hand.
    pub module: Option<Utf8PathBuf>,
    /// The directories of the units that it says it reads from.
    pub reads: Vec<Utf8PathBuf>,
    /// Those whose outputs its inputs were made from.
    pub uses: Vec<Utf8PathBuf>,
    /// Its own files and those of its module.
    pub files: Vec<FilePath>,
}

/// What is known of a unit that was evaluated.
struct Done {
    neighbour: Neighbour,
}

/// Evaluates units that belong together.
pub fn resolve_units(
    cache: &mut ResolveCache,
    group: &Group,
    files: &dyn TerraformFiles,
    options: &ResolveOptions,
    repository: Option<&Utf8Path>,
) -> Resolved {
    let Group { units, located } = group;
    let root = units.first().cloned().unwrap_or_default();
    let mut resolved = Resolved { root, ..Resolved::default() };
    let mut all = Vec::new();
    for unit in units {
        all.extend(surveyed(unit, located, files, repository));
    }
    let order = in_order(&all);
    let names = names_of(&all);
    let ResolveCache { modules, expressions, .. } = cache;
    let shared = Shared {
        files,
        compiled: expressions,
        budget: Rc::new(Budget::new()),
        repository,
        given: &options.variables,
        located,
        asked: RefCell::default(),
        problems: RefCell::default(),
        notes: RefCell::default(),
    };
    let done: RefCell<BTreeMap<Utf8PathBuf, Done>> = RefCell::default();
    let is_alone = all.len() == 1;
    let mut parts = Vec::new();
    for number in order {
        let (Some(survey), Some(name)) = (all.get(number), names.get(number)) else { continue };
        let Some(spec) = located.get(&survey.directory).cloned().or_else(|| Some(plain(&survey.directory))) else {
            continue;
        };
        let outputs = |directory: &Utf8Path| -> Result<Neighbour, Arc<str>> {
            let shown = foreshock_files::paths::relative(&survey.directory, directory);
            match done.borrow().get(directory) {
                Some(done) => Ok(done.neighbour.clone()),
                None if all.iter().any(|other| other.directory == *directory) => {
                    Err(Arc::from(format!("{shown} and this unit read from each other")))
                }
                None => Err(Arc::from(format!("there is no unit in {shown}"))),
            }
        };
        let reading = Reading::new(&shared, &outputs);
        let address = if is_alone { Arc::from("") } else { Arc::from(format!("unit.{name}")) };
        let mut unit =
            One { reading: &reading, shared: &shared, options, survey, name, address, modules: &mut *modules };
        let Some((part, neighbour)) = unit.resolved(&spec) else { continue };
        done.borrow_mut().insert(survey.directory.clone(), Done { neighbour });
        parts.push(part);
    }
    join(&mut resolved, parts);
    resolved.files.extend(all.iter().flat_map(|survey| survey.files.iter().cloned()));
    let made_by = all.iter().filter_map(|survey| located.get(&survey.directory)).flat_map(|spec| spec.made_by.clone());
    resolved.files.extend(made_by);
    resolved.files.sort();
    resolved.files.dedup();
    resolved.files.retain(|file| files.text(file).is_some());
    resolved.problems.extend(shared.problems.take());
    let notes = shared.notes.take().into_iter();
    resolved.notes.extend(notes.map(|(file, message)| (file, Problem::new(Span::empty(0), message))));
    resolved.asked = shared.asked.take().into_iter().collect();
    resolved.effort = shared.budget.effort();
    resolved
}

fn plain(directory: &Utf8Path) -> UnitSpec {
    let file = FilePath::new(directory.join(super::UNIT_FILE));
    UnitSpec { directory: directory.to_owned(), file, values: None, made_by: Vec::new() }
}

fn surveyed(
    directory: &Utf8Path,
    located: &BTreeMap<Utf8PathBuf, UnitSpec>,
    files: &dyn TerraformFiles,
    repository: Option<&Utf8Path>,
) -> Option<Survey> {
    let spec = located.get(directory).cloned().unwrap_or_else(|| plain(directory));
    survey(&spec, located, files, repository)
}

/// The numbers of units, those that are read from first; a circle is entered anywhere.
fn in_order(units: &[Survey]) -> Vec<usize> {
    let number: BTreeMap<&Utf8PathBuf, usize> =
        units.iter().enumerate().map(|(number, unit)| (&unit.directory, number)).collect();
    let mut order = Vec::new();
    let mut entered = BTreeSet::new();
    for start in 0..units.len() {
        let mut open = vec![(start, false)];
        while let Some((next, is_left)) = open.pop() {
            if is_left {
                order.push(next);
            } else if entered.insert(next) {
                open.push((next, true));
                let reads = units.get(next).into_iter().flat_map(|unit| &unit.reads);
                open.extend(reads.filter_map(|read| number.get(read)).map(|read| (*read, false)));
            }
        }
    }
    order
}

/// What units are called: their directories, with as many of those above as tell them apart.
fn names_of(units: &[Survey]) -> Vec<Arc<str>> {
    let parts = |unit: &Survey| -> Vec<String> {
        let parts = unit.directory.iter().rev().filter(|part| *part != ".terragrunt-stack");
        let clean = |c: char| if c.is_alphanumeric() || matches!(c, '-' | '_') { c } else { '_' };
        parts.map(|part| part.chars().map(clean).collect()).collect()
    };
    let all: Vec<Vec<String>> = units.iter().map(parts).collect();
    let longest = all.iter().map(Vec::len).max().unwrap_or_default();
    let named = |parts: &Vec<String>, length: usize| -> String {
        let mut own: Vec<&str> = parts.iter().take(length).map(String::as_str).collect();
        own.reverse();
        own.join("/")
    };
    let name = |parts: &Vec<String>| {
        let is_alone = |length: &usize| {
            let name = named(parts, *length);
            all.iter().filter(|other| named(other, *length) == name).count() == 1
        };
        Arc::from(named(parts, (1..=longest).find(is_alone).unwrap_or(longest)))
    };
    all.iter().map(name).collect()
}

/// One unit while it is evaluated.
struct One<'o, 'r, 'a> {
    reading: &'o Reading<'r, 'a>,
    shared: &'o Shared<'a>,
    options: &'o ResolveOptions,
    survey: &'o Survey,
    name: &'o Arc<str>,
    address: Arc<str>,
    modules: &'o mut crate::cache::Modules,
}

impl One<'_, '_, '_> {
    fn resolved(&mut self, spec: &UnitSpec) -> Option<(Resolved, Neighbour)> {
        let config = self.reading.config(&spec.file, &spec.directory, spec.values.clone())?;
        let inputs = self.reading.inputs_value(&config);
        let (inputs, rest) = match inputs.kind {
            Kind::Map(items) => {
                let mut items = (*items).clone();
                let rest = items.remove(open::REST);
                (items, rest)
            }
            Kind::Unknown(why) => (BTreeMap::new(), Some(Value::unknown(why))),
            _ => (BTreeMap::new(), None),
        };
        let mut part = Resolved::default();
        let source = self.reading.source(&config);
        let places = self.places(&config);
        let block = source.block.clone().unwrap_or_else(|| whole(&config));
        let inputs_block = inputs_of(&config);
        let arguments = arguments(&config, &inputs, &places);
        let (outputs, rest) = match &source.place {
            UnitSource::Here(directory) => {
                let directory = directory.clone();
                let given = Given { inputs: &inputs, rest: rest.as_ref() };
                (self.evaluated(&config, &directory, given, &mut part), None)
            }
            UnitSource::Elsewhere(written) => {
                (BTreeMap::new(), Some(self.opaque(written, &block, &arguments, &mut part)))
            }
            UnitSource::Unknown(why) => (BTreeMap::new(), Some(Value::unknown(why.clone()))),
            UnitSource::Nowhere => return None,
        };
        self.describe(&config, source, (block, inputs_block), arguments, &mut part);
        Some((part, Neighbour { outputs, inputs, rest }))
    }

    /// Evaluates the module of the unit with its values. What it puts out.
    fn evaluated(
        &mut self,
        config: &Rc<Config>,
        directory: &Utf8Path,
        given: Given<'_>,
        part: &mut Resolved,
    ) -> BTreeMap<Arc<str>, Value> {
        let files = self.shared.files;
        let (module, paths, generated) = self.module(config, directory);
        let written = generated.into_iter().filter(|parsed| self.shared.files.text(&parsed.path).is_none());
        part.generated = written.collect();
        let (mut var_files, values) = self.reading.extra_values(config);
        let beside = if config.unit == *directory { Vec::new() } else { files.list(&config.unit) };
        let is_read = |file: &&FilePath| {
            let name = file.as_path().file_name().unwrap_or_default();
            is_variable_file(file.as_path()) && (name.starts_with("terraform.tfvars") || name.contains(".auto.tfvars"))
        };
        let mut before: Vec<FilePath> = beside.iter().filter(is_read).cloned().collect();
        before.append(&mut var_files);
        before.extend(self.options.var_files.iter().cloned());
        let options = ResolveOptions { var_files: before, ..self.options.clone() };
        let (compiled, budget) = (self.shared.compiled, self.shared.budget.clone());
        let root = directory.to_owned();
        let mut evaluator = Evaluator::over(files, &options, root.clone(), self.modules, compiled, budget);
        let module = Arc::new(module);
        evaluator.loaded.borrow_mut().insert(root.clone(), Some((module.clone(), paths)));
        evaluator.load(&root);
        evaluator.enter_modules(&module);
        let mut all = given.inputs.clone();
        all.extend(values);
        all.extend(evaluator.root_values(&module));
        if let Some(rest) = given.rest {
            for variable in module.variables.iter() {
                all.entry(variable.name.clone()).or_insert_with(|| rest.clone());
            }
        }
        evaluator.given = all;
        let tree = Tree { root: Rc::new(ModuleInstance::new(module.clone(), self.address.clone(), None)) };
        evaluated(&mut evaluator, &tree, &self.address, part);
        let mut outputs = BTreeMap::new();
        for output in module.outputs.iter() {
            let value = match evaluator.output(&tree.root, &output.name) {
                Some(Ok(value)) => value,
                Some(Err(failure)) => Value::unknown(failure.why),
                None => continue,
            };
            outputs.insert(output.name.clone(), value);
        }
        outputs
    }

    /// The module with what lies beside the unit's own file, and what is generated.
    fn module(&self, config: &Rc<Config>, directory: &Utf8Path) -> (Module, Vec<FilePath>, Vec<Arc<ParsedFile>>) {
        let files = self.shared.files;
        files.enter_module(directory, &|file| crate::files::is_configuration(file.as_path()));
        let mut paths = configuration_files(files, directory);
        if config.unit != *directory {
            let own = configuration_files(files, &config.unit);
            let is_own =
                |file: &FilePath| own.iter().any(|own| own.as_path().file_name() == file.as_path().file_name());
            paths.retain(|file| !is_own(file));
            paths.extend(own);
        }
        let generated: Vec<Generated> = self.reading.generated(config);
        let named = |name: &str| paths.iter().position(|file| file.as_path().file_name() == Some(name));
        // A file that is copied from where it is read anyway is there once.
        let is_read = |one: &Generated| paths.contains(&one.parsed.path);
        let generated: Vec<Generated> = generated.into_iter().filter(|one| !is_read(one)).collect();
        let mut gone = BTreeSet::new();
        let mut written: Vec<Arc<ParsedFile>> = Vec::new();
        for one in generated {
            match named(&one.name) {
                Some(_) if one.gives_way => continue,
                Some(number) => {
                    gone.insert(number);
                }
                None => {}
            }
            written.push(one.parsed);
        }
        let paths: Vec<FilePath> =
            paths.into_iter().enumerate().filter(|(number, _)| !gone.contains(number)).map(|(_, file)| file).collect();
        let parsed = written.iter().cloned().chain(paths.iter().filter_map(|path| files.parsed(path)));
        (Module::read(directory, parsed.collect()), paths, written)
    }

    /// A module that is not at hand: one instance stands for all of it.
    fn opaque(&self, source: &str, block: &BlockPlace, arguments: &Body, part: &mut Resolved) -> Value {
        let own = format!("module.{}", self.name.rsplit('/').next().unwrap_or(self.name));
        let address = join_address(&self.address, &own);
        let mut body = arguments.clone();
        if let Some((_, version)) = source.split_once("version=") {
            let version = version.split('&').next().unwrap_or_default();
            let place = AttributePlace { file: block.file.clone(), name: block.header, value: block.header };
            body.attributes.insert(Arc::from("version"), Attribute { value: Value::string(version), place });
        }
        let registry = source.strip_prefix("tfr://").map(|path| path.trim_start_matches('/'));
        let type_name = format!("module:{}", registry_source(registry.unwrap_or(source)));
        let instance = Instance {
            address: address.clone(),
            resource: address.clone(),
            mode: Mode::Module,
            type_name: Arc::from(type_name),
            name: Arc::from(own.trim_start_matches("module.")),
            module: self.address.clone(),
            key: Key::None,
            block: block.clone(),
            body,
            unplaced: BTreeMap::new(),
            may_be_absent: None,
            repetition: None,
            region: None,
            provider: None,
            depends_on: Vec::new(),
            lifecycle: Lifecycle::default(),
        };
        let mut resources = Resources::default();
        resources.instances.push(Arc::new(instance));
        part.resources = Arc::new(resources);
        let place = Place::new(block.file.clone(), block.header);
        let trace = Trace { to: address.clone(), attribute: Arc::from(""), place, named: None };
        let why = Arc::from(format!("the source of {address} is not at hand"));
        Value { kind: Kind::Unknown(why), provenance: Provenance::one(trace), origin: None }
    }

    /// Where each input is written, where it is written out.
    fn places(&self, config: &Rc<Config>) -> BTreeMap<Arc<str>, AttributePlace> {
        let mut places = BTreeMap::new();
        for (part, _) in self.reading.parts(config) {
            let Some(attribute) = part.attribute("inputs") else { continue };
            let ExprKind::Object(items) = &attribute.expr.kind else { continue };
            for (key, item) in items {
                let ObjectKey::Name(name, span) = key else { continue };
                let (file, name_span) = (part.parsed.path.clone(), attribute.in_file(*span));
                let place = AttributePlace { file, name: name_span, value: attribute.in_file(item.span) };
                places.insert(name.clone(), place);
            }
        }
        places
    }

    /// Adds what is told of the unit itself.
    fn describe(
        &self,
        config: &Rc<Config>,
        source: Source,
        (block, inputs): (BlockPlace, BlockPlace),
        arguments: Body,
        part: &mut Resolved,
    ) {
        let module = match &source.place {
            UnitSource::Here(directory) => Some(directory.clone()),
            _ => None,
        };
        let written = match &source.place {
            UnitSource::Elsewhere(written) => written.clone(),
            _ => Arc::from(module.as_ref().map(|module| module.as_str()).unwrap_or_default()),
        };
        for (file, _) in self.reading.parts(config) {
            if let Some(inputs) = file.attribute("inputs") {
                let place =
                    AttributePlace { file: file.parsed.path.clone(), name: inputs.name_span, value: inputs.value_span };
                let value = self.reading.attribute(&file, inputs);
                let (module, name) = (self.address.clone(), Arc::from("inputs"));
                part.named.push(NamedValue { module, name, value, place: Some(place) });
            }
        }
        if let UnitSource::Unknown(why) = &source.place {
            let message = format!("the module of this unit is not known: {why}");
            part.notes.push((block.file.clone(), Problem::new(block.header, message)));
        }
        if !self.address.is_empty() {
            let call = ModuleCall {
                address: self.address.clone(),
                source: written,
                directory: module.clone(),
                block: inputs,
                arguments,
            };
            let mut resources = (*part.resources).clone();
            resources.modules.push(call);
            part.resources = Arc::new(resources);
        }
        part.files.extend(self.reading.read.take());
        part.files.retain(|file| self.shared.files.text(file).is_some());
        part.files.sort();
        part.files.dedup();
        part.units.push(JoinedUnit {
            files: part.files.clone(),
            name: self.name.clone(),
            address: self.address.clone(),
            directory: self.survey.directory.clone(),
            module,
            reads: self.survey.reads.iter().cloned().collect(),
            uses: self.reading.used.take().into_iter().collect(),
        });
    }
}

/// The values that a unit is given by its inputs.
#[derive(Clone, Copy)]
struct Given<'g> {
    inputs: &'g BTreeMap<Arc<str>, Value>,
    /// What every other value is, where not all inputs are known.
    rest: Option<&'g Value>,
}

/// Where the inputs of a unit are written, as its call of the module; the whole file where there are none.
fn inputs_of(config: &Config) -> BlockPlace {
    let Some(inputs) = config.attribute("inputs") else { return whole(config) };
    let (header, body) = (inputs.name_span, inputs.value_span);
    BlockPlace { file: config.parsed.path.clone(), header, span: inputs.span(), body }
}

fn whole(config: &Config) -> BlockPlace {
    let start = Span::empty(0);
    BlockPlace {
        file: config.parsed.path.clone(),
        header: start,
        span: config.parsed.body.span,
        body: config.parsed.body.span,
    }
}

/// The inputs as the arguments of a call.
fn arguments(config: &Config, inputs: &BTreeMap<Arc<str>, Value>, places: &BTreeMap<Arc<str>, AttributePlace>) -> Body {
    let anywhere = || match config.attribute("inputs") {
        Some(inputs) => (inputs.name_span, inputs.value_span),
        None => (Span::empty(0), Span::empty(0)),
    };
    let attribute = |(name, value): (&Arc<str>, &Value)| {
        let place = places.get(name).cloned().unwrap_or_else(|| {
            let (name, value) = anywhere();
            AttributePlace { file: config.parsed.path.clone(), name, value }
        });
        (name.clone(), Attribute { value: value.clone(), place })
    };
    Body { attributes: inputs.iter().map(attribute).collect(), blocks: Vec::new() }
}

/// Puts the parts together.
fn join(resolved: &mut Resolved, parts: Vec<Resolved>) {
    let mut resources = Resources::default();
    let count = parts.len();
    let mut unread: BTreeMap<crate::UnreadValue, usize> = BTreeMap::new();
    for part in parts {
        let own = Arc::try_unwrap(part.resources).unwrap_or_else(|shared| (*shared).clone());
        resources.instances.extend(own.instances);
        Arc::make_mut(&mut resources.references).extend(own.references.iter().cloned());
        resources.modules.extend(own.modules);
        resolved.named.extend(part.named);
        resolved.files.extend(part.files);
        resolved.remote_states.extend(part.remote_states);
        resolved.moves.extend(part.moves);
        resolved.notes.extend(part.notes);
        resolved.workspaces.extend(part.workspaces);
        resolved.problems.extend(part.problems);
        resolved.refused.extend(part.refused);
        resolved.variable_files.extend(part.variable_files);
        resolved.units.extend(part.units);
        resolved.generated.extend(part.generated);
        for value in part.unread {
            *unread.entry(value).or_default() += 1;
        }
    }
    resolved.workspaces.sort();
    resolved.workspaces.dedup();
    // A file that all units are given has something for each.
    resolved.unread = unread.into_iter().filter(|(_, times)| *times == count).map(|(value, _)| value).collect();
    resources.instances.sort_by(|a, b| a.address.cmp(&b.address));
    resources.modules.sort_by(|a, b| a.address.cmp(&b.address));
    let references = Arc::make_mut(&mut resources.references);
    references.sort();
    references.dedup();
    resolved.resources = Arc::new(resources);
    resolved.variable_files.sort();
    resolved.variable_files.dedup();
    resolved.units.sort_by(|one, other| one.name.cmp(&other.name));
    resolved.remote_states.sort_by(|a, b| a.address.cmp(&b.address));
    // A module that several units have says the same of itself each time.
    let mut told: Vec<(FilePath, Problem)> = Vec::new();
    for problem in std::mem::take(&mut resolved.problems) {
        if !told.contains(&problem) {
            told.push(problem);
        }
    }
    resolved.problems = told;
}
