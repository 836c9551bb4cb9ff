//! Which module a unit is, whom it reads from, and what it is given.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_expressions::Budget;
use foreshock_resources::{BlockPlace, Kind};
use foreshock_syntax::hcl::{self, Expr, ExprKind, TemplatePart};
use foreshock_text::FilePath;

use super::UnitSpec;
use super::config::{Config, Reading, Shared};
use crate::config::configuration_files;
use crate::files::TerraformFiles;

/// Where the module of a unit is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnitSource {
    /// In this directory.
    Here(Utf8PathBuf),
    /// In a registry or repository that is not at hand: the source as written.
    Elsewhere(Arc<str>),
    /// That can't be told; the reason.
    Unknown(Arc<str>),
    /// It has none: a file that others include.
    Nowhere,
}

/// What the text of a unit says of how it hangs together with others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survey {
    /// The directory of the unit.
    pub directory: Utf8PathBuf,
    /// Its module.
    pub source: UnitSource,
    /// The units whose outputs it reads.
    pub reads: BTreeSet<Utf8PathBuf>,
    /// Those that it is applied after, and nothing more.
    pub waits_for: BTreeSet<Utf8PathBuf>,
    /// What it includes.
    pub includes: BTreeSet<FilePath>,
    /// Every file that was read or looked for.
    pub files: BTreeSet<FilePath>,
    /// Whether it says that it is left out of every run.
    pub is_excluded: bool,
}

/// Looks at a unit without evaluating any module. `located` are the units there are.
pub fn survey(
    spec: &UnitSpec,
    located: &BTreeMap<Utf8PathBuf, UnitSpec>,
    files: &dyn TerraformFiles,
    repository: Option<&Utf8Path>,
) -> Option<Survey> {
    let compiled = RefCell::default();
    let given = BTreeMap::new();
    let shared = Shared {
        files,
        compiled: &compiled,
        budget: Rc::new(Budget::new()),
        repository,
        given: &given,
        located,
        asked: RefCell::default(),
        problems: RefCell::default(),
        notes: RefCell::default(),
    };
    let nobody = |_: &Utf8Path| Err(Arc::from("it is not read yet"));
    let reading = Reading::new(&shared, &nobody);
    let config = reading.config(&spec.file, &spec.directory, spec.values.clone())?;
    let dependencies = reading.dependencies(&config);
    let on = dependencies.iter().filter(|dependency| !dependency.is_off);
    let reads: BTreeSet<Utf8PathBuf> = on.filter_map(|dependency| dependency.directory.clone().ok()).collect();
    let waits_for = reading.waits_for(&config).into_iter().filter(|directory| !reads.contains(directory)).collect();
    let source = reading.source(&config).place;
    let parts = reading.parts(&config);
    let includes = parts.iter().filter(|(part, _)| part.child.is_some());
    let includes = includes.map(|(part, _)| part.parsed.path.clone()).collect();
    let is_excluded = reading.is_excluded(&config);
    let files = reading.read.take();
    Some(Survey { directory: spec.directory.clone(), source, reads, waits_for, includes, files, is_excluded })
}

/// The module of a unit, with what says so.
pub(super) struct Source {
    pub(super) place: UnitSource,
    /// The `terraform` block.
    pub(super) block: Option<BlockPlace>,
}

impl Reading<'_, '_> {
    fn is_excluded(&self, config: &Rc<Config>) -> bool {
        if self.is_true(config, &config.parsed.body, "skip") {
            return true;
        }
        let exclude = config.parsed.body.blocks_of("exclude").next();
        exclude.is_some_and(|block| {
            let actions = block.body.attribute("actions").map(|actions| self.attribute(config, actions).kind);
            let is_all = |text: &str| matches!(text, "all" | "all_except_output" | "plan" | "apply");
            let of_all = match actions {
                Some(Kind::List(items)) => {
                    items.iter().any(|item| matches!(&item.kind, Kind::String(text) if is_all(text)))
                }
                _ => false,
            };
            of_all && self.is_true(config, &block.body, "if")
        })
    }

    /// Where the module of a unit is: what its own file says, else what it includes.
    pub(super) fn source(&self, config: &Rc<Config>) -> Source {
        let parts = self.parts(config);
        for (part, _) in parts.iter().rev() {
            let written = part
                .parsed
                .body
                .blocks_of("terraform")
                .find_map(|block| Some((block, block.body.attribute("source")?)));
            if let Some((block, source)) = written {
                let place = BlockPlace {
                    file: part.parsed.path.clone(),
                    header: block.header_span,
                    span: block.span,
                    body: block.body.span,
                };
                return Source { place: self.source_at(part, source), block: Some(place) };
            }
        }
        let own = configuration_files(self.shared.files, &config.unit);
        let place = if own.is_empty() { UnitSource::Nowhere } else { UnitSource::Here(config.unit.clone()) };
        Source { place, block: None }
    }

    fn source_at(&self, config: &Rc<Config>, source: &hcl::Attribute) -> UnitSource {
        let base = source.value_span.start;
        match self.value(config, &source.expr, base).kind {
            Kind::String(text) => self.classified(config, &text),
            Kind::Unknown(why) => {
                // Of several that it may be, the one that is at hand.
                let mut found: Vec<UnitSource> = alternatives(&source.expr, 0)
                    .into_iter()
                    .filter_map(|expr| match self.value(config, expr, base).kind {
                        Kind::String(text) => Some(self.classified(config, &text)),
                        _ => None,
                    })
                    .filter(|place| matches!(place, UnitSource::Here(_)))
                    .collect();
                found.dedup();
                match found.as_slice() {
                    [one] => one.clone(),
                    _ => UnitSource::Unknown(why),
                }
            }
            _ => UnitSource::Unknown(Arc::from("source is no text")),
        }
    }

    fn classified(&self, config: &Rc<Config>, source: &str) -> UnitSource {
        let bare = source.split('?').next().unwrap_or_default();
        let bare = bare.strip_prefix("file://").unwrap_or(bare);
        let is_remote =
            bare.contains("::") || bare.contains("://") || bare.starts_with("git@") || bare.contains(".com/");
        if is_remote {
            return self.in_this_repository(bare).unwrap_or_else(|| UnitSource::Elsewhere(Arc::from(source)));
        }
        let from = [&config.unit, &config.directory];
        let places = from.map(|from| foreshock_files::paths::join(from, bare));
        for place in &places {
            if self.has_module(place) {
                return UnitSource::Here(place.clone());
            }
        }
        match bare.starts_with('.') || bare.starts_with('/') {
            true => UnitSource::Unknown(Arc::from(format!("there is no Terraform file in {bare}"))),
            false => UnitSource::Elsewhere(Arc::from(source)),
        }
    }

    fn has_module(&self, directory: &Utf8Path) -> bool {
        let files = self.shared.files;
        files.enter_module(directory, &|file| crate::files::is_configuration(file.as_path()));
        files.may_read(directory) && !configuration_files(files, directory).is_empty()
    }

    /// The directory of a module in a repository that is this very one, by its name.
    fn in_this_repository(&self, source: &str) -> Option<UnitSource> {
        let top = self.shared.repository?;
        let (_, rest) = source.split_once("://").or_else(|| source.split_once("git@")).unwrap_or(("", source));
        let (repository, inside) = rest.split_once("//")?;
        let name = repository.trim_end_matches(".git").rsplit(['/', ':']).next()?;
        let written = self.shared.files.text(&FilePath::new(top.join(".git/config")));
        let is_named = |text: &Arc<str>| {
            text.lines()
                .filter_map(|line| line.trim().strip_prefix("url"))
                .any(|url| url.trim().trim_end_matches(".git").rsplit(['/', ':']).next() == Some(name))
        };
        let is_this = top.file_name() == Some(name) || written.as_ref().is_some_and(is_named);
        let directory = foreshock_files::paths::join(top, inside);
        (is_this && directory.starts_with(top) && self.has_module(&directory)).then_some(UnitSource::Here(directory))
    }

    /// What `extra_arguments` hand over: files with values, in order, and single values.
    pub(super) fn extra_values(
        &self,
        config: &Rc<Config>,
    ) -> (Vec<FilePath>, Vec<(Arc<str>, foreshock_resources::Value)>) {
        let (mut files, mut values) = (Vec::new(), Vec::new());
        for (part, _) in self.parts(config) {
            for terraform in part.parsed.body.blocks_of("terraform") {
                for block in terraform.body.blocks_of("extra_arguments") {
                    self.extra_block(&part, block, &mut files, &mut values);
                }
            }
        }
        (files, values)
    }

    fn extra_block(
        &self,
        config: &Rc<Config>,
        block: &hcl::Block,
        files: &mut Vec<FilePath>,
        values: &mut Vec<(Arc<str>, foreshock_resources::Value)>,
    ) {
        let texts = |name: &str| -> Vec<Arc<str>> {
            match block.body.attribute(name).map(|attribute| self.attribute(config, attribute).kind) {
                Some(Kind::List(items)) => items
                    .iter()
                    .filter_map(|item| match &item.kind {
                        Kind::String(text) => Some(text.clone()),
                        _ => None,
                    })
                    .collect(),
                _ => Vec::new(),
            }
        };
        let file = |path: &str| FilePath::new(foreshock_files::paths::join(&config.unit, path));
        let mut before: Option<Arc<str>> = None;
        for argument in texts("arguments") {
            let (name, value) = match (before.take(), argument.trim_start_matches('-').split_once('=')) {
                (Some(name), _) => (name.to_string(), argument.to_string()),
                (None, Some((name, value))) => (name.to_owned(), value.to_owned()),
                (None, None) => {
                    before = Some(Arc::from(argument.trim_start_matches('-')));
                    continue;
                }
            };
            match name.as_str() {
                "var-file" => files.push(file(&value)),
                "var" => {
                    if let Some((name, value)) = value.split_once('=') {
                        values.push((Arc::from(name), foreshock_resources::Value::string(value)));
                    }
                }
                _ => {}
            }
        }
        files.extend(texts("required_var_files").iter().map(|path| file(path)));
        files.extend(
            texts("optional_var_files").iter().map(|path| file(path)).filter(|file| self.is_there(file.as_path())),
        );
        let variables = block.body.attribute("env_vars").map(|attribute| self.attribute(config, attribute).kind);
        if let Some(Kind::Map(items)) = variables {
            let given = items
                .iter()
                .filter_map(|(name, value)| Some((Arc::from(name.strip_prefix("TF_VAR_")?), value.clone())));
            values.extend(given);
        }
    }
}

/// What an expression may be, as far as a condition that is not known leaves it open.
fn alternatives(expr: &Expr, depth: usize) -> Vec<&Expr> {
    /// Deeper than anybody writes.
    const DEPTH: usize = 8;
    match &expr.kind {
        _ if depth > DEPTH => Vec::new(),
        ExprKind::Paren(inner) => alternatives(inner, depth + 1),
        ExprKind::Template(parts) => match parts.as_slice() {
            [TemplatePart::Interpolation(inner)] => alternatives(inner, depth + 1),
            _ => vec![expr],
        },
        ExprKind::Conditional(_, yes, no) => {
            let mut all = alternatives(yes, depth + 1);
            all.extend(alternatives(no, depth + 1));
            all
        }
        _ => vec![expr],
    }
}
