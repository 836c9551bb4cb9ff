//! A module directory, read: its declarations by name, from all of its files.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_expressions::Type;
use foreshock_files::Files;
use foreshock_resources::Mode;
use foreshock_syntax::hcl::{self, Expr, ExprKind};
use foreshock_text::{FilePath, Problem};

use super::component::as_module;
use super::constraint::{constant, constraint};
use super::merge::{is_override, override_block};
use super::{Attribute, Block, Named};
use crate::files::{ParsedFile, configuration_ending};
use crate::moves::{Address, Removed, moved, removed};
use crate::references::ModuleReferences;

/// A module directory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Module {
    pub(crate) directory: Utf8PathBuf,
    /// The files it was made of; by their identity it is known whether it is still true.
    pub(crate) files: Vec<Arc<ParsedFile>>,
    pub(crate) variables: Named<Variable>,
    pub(crate) locals: Named<Local>,
    pub(crate) outputs: Named<Output>,
    /// By `type.name` or `data.type.name`.
    pub(crate) resources: Named<Resource>,
    /// The numbers of the resources that say how many they are.
    pub(crate) repeated: Arc<BTreeSet<usize>>,
    pub(crate) calls: Named<Call>,
    /// By `name` or `name.alias`.
    pub(crate) providers: Named<Provider>,
    /// What was called otherwise before.
    pub(crate) moves: Vec<(Address, Address)>,
    pub(crate) removed: Vec<Removed>,
    pub(crate) problems: Vec<(FilePath, Problem)>,
    /// The same in all versions that declare the same names in the same files, so that the numbers of things mean the same.
    pub(crate) shape: Arc<Shape>,
    pub(super) references: OnceLock<Arc<ModuleReferences>>,
}

/// Stands for the names of a module: two modules with the same one declare the same.
#[derive(Debug, Default)]
pub(crate) struct Shape(());

#[derive(Clone, Debug)]
pub(crate) struct Variable {
    pub(crate) name: Arc<str>,
    pub(crate) of: Type,
    pub(crate) default: Option<Attribute>,
    pub(crate) sensitive: bool,
    pub(crate) nullable: bool,
    pub(crate) block: Block,
}

#[derive(Clone, Debug)]
pub(crate) struct Local {
    pub(crate) name: Arc<str>,
    pub(crate) value: Attribute,
}

#[derive(Clone, Debug)]
pub(crate) struct Output {
    pub(crate) name: Arc<str>,
    pub(crate) value: Option<Attribute>,
    pub(crate) sensitive: bool,
    pub(crate) block: Block,
}

#[derive(Clone, Debug)]
pub(crate) struct Resource {
    /// `type.name`, data sources with `data.` before.
    pub(crate) address: Arc<str>,
    pub(crate) mode: Mode,
    pub(crate) type_name: Arc<str>,
    pub(crate) name: Arc<str>,
    /// The local name of its provider configuration, `aws` or `aws.west`.
    pub(crate) provider: Arc<str>,
    pub(crate) block: Block,
}

impl Resource {
    /// Whether it says how many it is.
    pub(crate) fn is_repeated(&self) -> bool {
        ["count", "for_each"].into_iter().any(|name| self.block.attribute(name).is_some())
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) name: Arc<str>,
    pub(crate) source: Arc<str>,
    pub(crate) block: Block,
}

#[derive(Clone, Debug)]
pub(crate) struct Provider {
    pub(crate) block: Block,
}

/// The provider configuration a resource names, or the one its type belongs to.
fn resource_provider(type_name: &Arc<str>, block: &Block) -> Arc<str> {
    let named = block.attribute("provider").and_then(|attribute| provider_key(&attribute.expr));
    named.unwrap_or_else(|| match type_name.split_once('_') {
        Some((name, _)) => Arc::from(name),
        None => type_name.clone(),
    })
}

/// `aws.west` as written in `provider = aws.west` and in `providers = {}`.
pub(crate) fn provider_key(expr: &Expr) -> Option<Arc<str>> {
    match &expr.kind {
        ExprKind::Variable(name) | ExprKind::String(name) => Some(name.clone()),
        ExprKind::Paren(inner) => provider_key(inner),
        ExprKind::Traversal(operand, steps) => {
            let ExprKind::Variable(name) = &operand.kind else { return None };
            // In a stack, `provider.aws.west`.
            let (name, steps) = match (&**name, steps.as_slice()) {
                ("provider", [hcl::TraversalStep { kind: hcl::StepKind::Attribute(name), .. }, rest @ ..]) => {
                    (name, rest)
                }
                (_, steps) => (name, steps),
            };
            match steps.first().map(|step| &step.kind) {
                Some(hcl::StepKind::Attribute(alias)) => Some(Arc::from(format!("{name}.{alias}"))),
                _ => Some(name.clone()),
            }
        }
        _ => None,
    }
}

/// The configuration files of a directory, overrides last. A `.tofu` file stands in for the `.tf` file of its
/// name, `.tofu.json` for `.tf.json`.
pub(crate) fn configuration_files(files: &dyn Files, directory: &Utf8Path) -> Vec<FilePath> {
    let listed = files.list(directory);
    let names: Vec<&str> = listed.iter().filter_map(|file| file.as_path().file_name()).collect();
    let mut main = Vec::new();
    let mut overrides = Vec::new();
    for file in &listed {
        let Some(name) = file.as_path().file_name() else { continue };
        let stands_in = |stem: &str, ending: &str| names.iter().any(|other| other.strip_prefix(stem) == Some(ending));
        let replaced = match configuration_ending(name) {
            Some((stem, ".tf")) => stands_in(stem, ".tofu"),
            Some((stem, ".tf.json")) => stands_in(stem, ".tofu.json"),
            Some(_) => false,
            None => true,
        };
        if replaced {
            continue;
        }
        if is_override(name) { overrides.push(file.clone()) } else { main.push(file.clone()) }
    }
    // In the order of their names, which is that of the listing.
    main.extend(overrides);
    main
}

#[derive(Default)]
struct Blocks {
    by_address: BTreeMap<String, Block>,
    locals: BTreeMap<Arc<str>, Local>,
    moves: Vec<(Address, Address)>,
    removed: Vec<Removed>,
    problems: Vec<(FilePath, Problem)>,
}

impl Module {
    /// Reads a module from its files, overrides last.
    pub(crate) fn read(directory: &Utf8Path, files: Vec<Arc<ParsedFile>>) -> Module {
        let mut blocks = Blocks::default();
        for file in &files {
            blocks.problems.extend(file.problems.iter().map(|problem| (file.path.clone(), problem.clone())));
            let overriding = file.path.as_path().file_name().is_some_and(is_override);
            for block in &file.body.blocks {
                blocks.add(as_module(Block::new(&file.path, block)), overriding);
            }
        }
        let mut module = Module { directory: directory.to_owned(), files, ..Module::default() };
        let mut variables = BTreeMap::new();
        let mut outputs = BTreeMap::new();
        let mut resources = BTreeMap::new();
        let mut calls = BTreeMap::new();
        let mut providers = BTreeMap::new();
        for block in blocks.by_address.into_values() {
            match (&*block.kind, block.labels.as_slice()) {
                ("variable", [name, ..]) => {
                    variables.insert(name.clone(), variable(name.clone(), block));
                }
                ("output", [name, ..]) => {
                    outputs.insert(name.clone(), output(name.clone(), block));
                }
                ("module", [name, ..]) => {
                    calls.insert(name.clone(), call(name.clone(), block));
                }
                ("provider", [name, ..]) => {
                    let key = provider_name(name, &block);
                    providers.insert(key, Provider { block });
                }
                ("resource" | "data", [type_name, name, ..]) => {
                    let resource = resource(type_name.clone(), name.clone(), block);
                    resources.insert(resource.address.clone(), resource);
                }
                _ => {}
            }
        }
        module.variables = Named::from_sorted(variables);
        module.locals = Named::from_sorted(blocks.locals);
        module.outputs = Named::from_sorted(outputs);
        module.resources = Named::from_sorted(resources);
        let repeated = module.resources.iter().enumerate().filter(|(_, resource)| resource.is_repeated());
        module.repeated = Arc::new(repeated.map(|(number, _)| number).collect());
        module.calls = Named::from_sorted(calls);
        module.providers = Named::from_sorted(providers);
        module.moves = blocks.moves;
        module.removed = blocks.removed;
        module.problems = blocks.problems;
        module
    }

    /// What everything declared here refers to.
    pub(crate) fn references(&self) -> &Arc<ModuleReferences> {
        self.references.get_or_init(|| Arc::new(ModuleReferences::of(self)))
    }

    /// Whether it was made of exactly these texts.
    pub(crate) fn is_of(&self, files: &[Arc<ParsedFile>]) -> bool {
        self.files.len() == files.len() && self.files.iter().zip(files).all(|(mine, other)| Arc::ptr_eq(mine, other))
    }
}

impl Blocks {
    fn add(&mut self, block: Block, overriding: bool) {
        let address = match (&*block.kind, block.labels.as_slice()) {
            ("locals", _) => {
                for attribute in block.attributes {
                    let local = Local { name: attribute.name.clone(), value: attribute };
                    match self.locals.get(&local.name) {
                        Some(first) if !overriding => {
                            let message = format!(
                                "local.{} is already defined in {}",
                                local.name,
                                first.value.file.as_path().file_name().unwrap_or_default()
                            );
                            let problem = Problem::new(local.value.name_span, message);
                            self.problems.push((local.value.file.clone(), problem));
                        }
                        _ => {
                            self.locals.insert(local.name.clone(), local);
                        }
                    }
                }
                return;
            }
            ("moved", _) => return self.moves.extend(moved(&block)),
            ("removed", _) => return self.removed.extend(removed(&block)),
            // The data source of a check lives beside the others.
            ("check", _) => {
                for inner in block.blocks {
                    if &*inner.kind == "data" {
                        self.add(inner, overriding);
                    }
                }
                return;
            }
            ("variable" | "output" | "module", [name, ..]) => format!("{} {name}", block.kind),
            ("provider", [name, ..]) => format!("provider {}", provider_name(name, &block)),
            ("resource" | "data", [type_name, name, ..]) => format!("{} {type_name} {name}", block.kind),
            ("variable" | "output" | "module" | "provider" | "resource" | "data", labels) => {
                let wanted = if matches!(&*block.kind, "resource" | "data") { 2 } else { 1 };
                let message = format!("{} needs {wanted} label(s), this has {}", block.kind, labels.len());
                self.problems.push((block.place.file.clone(), Problem::new(block.place.header, message)));
                return;
            }
            _ => return,
        };
        match self.by_address.get_mut(&address) {
            Some(base) if overriding => override_block(base, &block),
            Some(first) => {
                let name = first.place.file.as_path().file_name().unwrap_or_default();
                let message = format!("{} is already declared in {name}", describe(&block));
                self.problems.push((block.place.file.clone(), Problem::new(block.place.header, message)));
            }
            None => {
                self.by_address.insert(address, block);
            }
        }
    }
}

fn describe(block: &Block) -> String {
    let labels: Vec<String> = block.labels.iter().map(|label| format!(" {label:?}")).collect();
    format!("{}{}", block.kind, labels.concat())
}

pub(super) fn provider_name(name: &Arc<str>, block: &Block) -> Arc<str> {
    match block.attribute("alias").and_then(|attribute| constant(&attribute.expr)).map(|value| value.kind) {
        Some(foreshock_resources::Kind::String(alias)) => Arc::from(format!("{name}.{alias}")),
        _ => name.clone(),
    }
}

fn flag(block: &Block, name: &str, otherwise: bool) -> bool {
    match block.attribute(name).and_then(|attribute| constant(&attribute.expr)).map(|value| value.kind) {
        Some(foreshock_resources::Kind::Bool(flag)) => flag,
        _ => otherwise,
    }
}

pub(super) fn resource(type_name: Arc<str>, name: Arc<str>, block: Block) -> Resource {
    let (mode, address) = match &*block.kind {
        "data" => (Mode::Data, format!("data.{type_name}.{name}")),
        _ => (Mode::Managed, format!("{type_name}.{name}")),
    };
    let provider = resource_provider(&type_name, &block);
    Resource { address: Arc::from(address), mode, type_name, name, provider, block }
}

pub(super) fn call(name: Arc<str>, block: Block) -> Call {
    let source = block.attribute("source").and_then(|attribute| constant(&attribute.expr));
    let source = match source.map(|value| value.kind) {
        Some(foreshock_resources::Kind::String(source)) => source,
        _ => Arc::from(""),
    };
    Call { name, source, block }
}

pub(super) fn variable(name: Arc<str>, block: Block) -> Variable {
    Variable {
        name,
        of: block.attribute("type").map_or(Type::Any, |attribute| constraint(&attribute.expr)),
        default: block.attribute("default").cloned(),
        sensitive: flag(&block, "sensitive", false),
        nullable: flag(&block, "nullable", true),
        block,
    }
}

pub(super) fn output(name: Arc<str>, block: Block) -> Output {
    Output { name, value: block.attribute("value").cloned(), sensitive: flag(&block, "sensitive", false), block }
}
