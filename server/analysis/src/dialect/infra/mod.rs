//! Infrastructure YAML: a file is a stack, and names its components itself.

mod assist;
mod comments;
mod names;
mod repairs;

use std::collections::BTreeSet;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_infra::{Declaration, Infra, ProblemKind, is_infra, may_be_infra};
use foreshock_syntax::yaml;
use foreshock_terraform::{is_configuration, is_variable_file};
use foreshock_text::{FilePath, Problem, Span};
use rustc_hash::FxHashSet;

pub(crate) use comments::{comments_of, comments_with};

use super::yaml_file::YamlFile;
use super::{Dialect, Meaning, Mention, NewReader, Reader, Site, SourceFile, StackKind, Texts, Understood};
use crate::configuration::StackSettings;
use crate::findings::fix::Candidate;
use crate::findings::suppression::Annotations;
use crate::workspace::disk::read_text;
use crate::{Completion, Finding, ProblemCode, Stack};

/// The dialect.
#[derive(Debug)]
pub(crate) struct InfraDialect;

/// Reads files of infrastructure YAML.
#[derive(Default)]
pub(crate) struct InfraReader {
    /// Open documents that were infrastructure YAML once: half-typed they still are.
    documents: FxHashSet<FilePath>,
}

/// What repairs need beside the system.
struct Declared {
    file: Arc<YamlFile>,
    /// Where each component of the system is declared, in their order.
    declarations: Vec<Declaration>,
}

impl Dialect for InfraDialect {
    fn id(&self) -> StackKind {
        StackKind::new("infra")
    }

    fn claims(&self, file: &Utf8Path) -> bool {
        is_yaml(file)
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(InfraReader::default())
    }

    fn comments(&self, file: &FilePath, texts: &dyn Texts) -> Annotations {
        texts.yaml(file).map(|file| comments_of(&file)).unwrap_or_default()
    }

    fn completes(&self, file: &Utf8Path) -> bool {
        is_yaml(file)
    }

    fn complete(&self, stack: &Stack, _: &FilePath, offset: u32) -> Vec<Completion> {
        let Some(declared) = stack.understood().own::<Declared>() else { return Vec::new() };
        assist::complete(declared.file.text.whole(), offset, stack.system())
    }

    fn explain(&self, stack: &Stack, _: &FilePath, offset: u32) -> Option<(String, Span)> {
        assist::explain(stack.understood().own::<Declared>()?.file.text.whole(), offset)
    }

    fn mentions(&self, stack: &Stack) -> Vec<Mention> {
        stack.understood().own::<Declared>().map(names::mentions).unwrap_or_default()
    }

    fn spelled(&self, stack: &Stack, mention: &Mention, name: &str) -> Result<String, String> {
        let declared = stack.understood().own::<Declared>();
        let declared = declared.ok_or_else(|| format!("{} can't be renamed here", mention.name))?;
        names::spelled(declared, mention, name)
    }

    fn candidates(&self, _: &dyn Texts, stack: &Stack, finding: &Finding) -> Vec<Candidate> {
        let declared = stack.understood().own::<Declared>();
        declared.map(|declared| repairs::candidates(declared, stack.system(), finding)).unwrap_or_default()
    }
}

impl Reader for InfraReader {
    /// A file that surely is one of ours, or was before somebody began to type.
    fn roots_of(&mut self, document: &FilePath, site: &Site<'_>) -> BTreeSet<Utf8PathBuf> {
        if !is_yaml(document.as_path()) {
            return BTreeSet::new();
        }
        if !self.documents.contains(document) {
            let looks = site.sources.document(document).is_some_and(|text| may_be_infra(&text));
            if !looks || !site.sources.yaml(document).is_some_and(|yaml| is_infra(&yaml.tree)) {
                return BTreeSet::new();
            }
            self.documents.insert(document.clone());
        }
        BTreeSet::from([document.as_path().to_owned()])
    }

    /// The files that surely are ours. Those that do not look like it are not parsed.
    fn roots_below(&mut self, folder: &Utf8Path, site: &Site<'_>) -> BTreeSet<Utf8PathBuf> {
        let is_ours = |path: &Utf8PathBuf| {
            let is_inside = |path: &Utf8PathBuf| site.sources.store().boundary().holds_file(path);
            let read = || read_text(&FilePath::new(path.as_path()));
            let text = (is_yaml(path) && is_inside(path)).then(read).flatten();
            text.is_some_and(|text| may_be_infra(&text) && is_infra(&yaml::parse(&text).0))
        };
        site.files_below(folder).into_iter().filter(is_ours).collect()
    }

    fn understand(&mut self, root: &Utf8Path, texts: &dyn Texts, _: &StackSettings) -> Result<Understood, String> {
        let path = FilePath::new(root);
        let file = texts.yaml(&path).ok_or_else(|| format!("{root}: there is no such file"))?;
        let (Infra { system, declarations }, told) = foreshock_infra::read(&file.tree, &path);
        // What a broken line has hidden is missing elsewhere; that is told once, where the line is.
        let sure =
            |problem: &&foreshock_infra::Problem| file.problems.is_empty() || !is_about_what_is_missing(&problem.kind);
        let schema: Vec<Problem> = told.iter().filter(sure).map(Problem::from).collect();
        let texts = vec![(path.clone(), SourceFile::Yaml(file.clone()))];
        let mut understood = Understood::new(InfraDialect.id(), Meaning::Components(Arc::new(system)), texts)
            .with_problems(ProblemCode::Syntax, &path, file.problems.iter().cloned())
            .with_problems(ProblemCode::Schema, &path, schema);
        understood.own = Some(Arc::new(Declared { file, declarations }));
        Ok(understood)
    }

    fn forget_document(&mut self, file: &FilePath) {
        self.documents.remove(file);
    }

    fn apart(&self) -> Option<NewReader> {
        Some(Box::new(|| Box::new(InfraReader::default())))
    }
}

/// Whether a file may be infrastructure YAML, by its name.
pub(crate) fn is_yaml(file: &Utf8Path) -> bool {
    let terraform = is_configuration(file) || is_variable_file(file);
    matches!(file.extension(), Some("yaml" | "yml" | "json")) && !terraform
}

fn is_about_what_is_missing(problem: &ProblemKind) -> bool {
    matches!(problem, ProblemKind::UnknownId { .. } | ProblemKind::Missing { .. } | ProblemKind::GroupTooSmall { .. })
}
