//! CloudFormation and SAM: a template is a stack, with the templates of its nested stacks.

mod known;
mod parameters;
mod repairs;

use std::collections::BTreeSet;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_cloudformation::{Options, Parsed, Read, Templates, is_template, may_be_template};
use foreshock_resources::Value;
use foreshock_syntax::yaml::Tree;
use foreshock_text::FilePath;
use rustc_hash::FxHashSet;

use known::Known;

use super::assemblies::Assemblies;
use super::declarations::Declarations;
use super::infra::{comments_of, is_yaml};
use super::yaml_file::YamlFile;
use super::{Dialect, Meaning, NewReader, Reader, Site, SourceFile, StackKind, Texts, Understood};
use crate::configuration::StackSettings;
use crate::findings::fix::Candidate;
use crate::findings::suppression::Annotations;
use crate::{Finding, ProblemCode, Stack};

/// The dialect.
#[derive(Debug)]
pub(crate) struct CloudFormationDialect;

/// Reads templates.
#[derive(Default)]
pub(crate) struct CloudFormationReader {
    /// Open documents that were templates once: half-typed they still are.
    documents: FxHashSet<FilePath>,
    known: Arc<Known>,
    assemblies: Assemblies,
    declared: Declarations,
}

impl Dialect for CloudFormationDialect {
    fn id(&self) -> StackKind {
        StackKind::new("cloudformation")
    }

    fn claims(&self, file: &Utf8Path) -> bool {
        is_yaml(file) || file.extension() == Some("template")
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(CloudFormationReader::default())
    }

    fn comments(&self, file: &FilePath, texts: &dyn Texts) -> Annotations {
        texts.yaml(file).map(|file| comments_of(&file)).unwrap_or_default()
    }

    fn keeps_what_copies_share(&self) -> bool {
        true
    }

    fn candidates(&self, texts: &dyn Texts, stack: &Stack, finding: &Finding) -> Vec<Candidate> {
        self.candidates_of(texts, stack, &[finding]).into_iter().flatten().collect()
    }

    fn candidates_of(&self, texts: &dyn Texts, stack: &Stack, findings: &[&Finding]) -> Vec<Vec<Candidate>> {
        let read = stack.understood().own::<Read>();
        let all = read.and_then(|read| repairs::candidates(texts, stack, read, findings));
        all.unwrap_or_else(|| vec![Vec::new(); findings.len()])
    }
}

impl Reader for CloudFormationReader {
    fn roots_of(&mut self, document: &FilePath, site: &Site<'_>) -> BTreeSet<Utf8PathBuf> {
        if !CloudFormationDialect.claims(document.as_path()) {
            return BTreeSet::new();
        }
        if !self.documents.contains(document) {
            let looks = site.sources.document(document).is_some_and(|text| may_be_template(&text));
            if !looks || !site.sources.yaml(document).is_some_and(|yaml| is_template(&yaml.tree)) {
                return BTreeSet::new();
            }
            self.documents.insert(document.clone());
        }
        let nesting = self.known.nesting(document.as_path());
        if nesting.is_empty() { BTreeSet::from([document.as_path().to_owned()]) } else { nesting }
    }

    /// The templates, but those that another one of them nests: these are read with it.
    fn roots_below(&mut self, folder: &Utf8Path, site: &Site<'_>) -> BTreeSet<Utf8PathBuf> {
        let is_inside = |path: &&Utf8PathBuf| site.sources.store().boundary().holds_file(path);
        let mut known = Known::default();
        site.files_below(folder).iter().filter(is_inside).for_each(|file| known.look_at(file, site));
        let roots = known.roots().cloned().collect();
        self.known = Arc::new(known);
        roots
    }

    /// Which template nests which, and who exports a name.
    fn index(&mut self, site: &Site<'_>, changed: Option<&BTreeSet<Utf8PathBuf>>) {
        let known = Arc::make_mut(&mut self.known);
        let of = |directory: &Utf8PathBuf| {
            let files = site.index.files().iter().filter(|file| file.parent() == Some(directory));
            files.cloned().collect::<Vec<_>>()
        };
        let files = match changed {
            Some(changed) => {
                changed.iter().for_each(|directory| known.forget(directory));
                changed.iter().flat_map(of).collect()
            }
            None => {
                *known = Known::default();
                site.index.files().to_vec()
            }
        };
        let open = site.sources.documents().into_iter().map(|document| document.as_path().to_owned());
        for file in files.into_iter().chain(open) {
            known.look_at(&file, site);
        }
    }

    fn understand(
        &mut self,
        root: &Utf8Path,
        texts: &dyn Texts,
        settings: &StackSettings,
    ) -> Result<Understood, String> {
        let path = FilePath::new(root);
        let file = texts.yaml(&path).ok_or_else(|| format!("{root}: there is no such file"))?;
        let (options, mut files) = parameters::given(texts, settings);
        let mut read = foreshock_cloudformation::read(&AtHand { texts, known: &self.known }, &path, &options);
        read.resources = self.declared.going_on(root, read.resources);
        let resources = Arc::new(read.resources.clone());
        let assembled = self.assemblies.assemble(root, &resources, settings);
        let meaning = Meaning::Resources { declared: resources, assembled };
        files.extend(read.files.iter().cloned());
        files.insert(path);
        let in_tree = |file: &FilePath| Some((file.clone(), SourceFile::Yaml(texts.yaml(file)?)));
        let kept: Vec<_> = files.iter().filter_map(in_tree).collect();
        let mut understood = Understood::new(CloudFormationDialect.id(), meaning, kept.clone());
        for (file, source) in &kept {
            understood = understood.with_problems(ProblemCode::Syntax, file, source.problems().to_vec());
        }
        // What a broken line has hidden is missing elsewhere; that is told once, where the line is.
        if file.problems.is_empty() {
            for (file, problem) in &read.problems {
                understood = understood.with_problems(ProblemCode::Schema, file, [problem.clone()]);
            }
        }
        understood.own = Some(Arc::new(read));
        Ok(understood)
    }

    fn root_at(&self, file: &Utf8Path, texts: &dyn Texts) -> Option<Utf8PathBuf> {
        let is_ours = || texts.yaml(&FilePath::new(file)).is_some_and(|yaml| is_template(&yaml.tree));
        (file.extension() == Some("template") || is_ours()).then(|| file.to_owned())
    }

    fn has_variants(&self) -> bool {
        true
    }

    /// Who exports what is known only to who has looked everywhere.
    fn needs_index(&self) -> bool {
        true
    }

    fn forget_document(&mut self, file: &FilePath) {
        self.documents.remove(file);
    }

    fn apart(&self) -> Option<NewReader> {
        let known = self.known.clone();
        Some(Box::new(|| Box::new(CloudFormationReader { known, ..CloudFormationReader::default() })))
    }
}

/// The templates among the texts.
struct AtHand<'a> {
    texts: &'a dyn Texts,
    known: &'a Known,
}

impl Templates for AtHand<'_> {
    fn template(&self, file: &FilePath) -> Option<Arc<dyn Parsed>> {
        let claimed = CloudFormationDialect.claims(file.as_path());
        let yaml = claimed.then(|| self.texts.yaml(file)).flatten()?;
        Some(yaml)
    }

    /// With the values that its parameters have by default.
    fn export(&self, name: &str) -> Option<(Value, FilePath)> {
        let file = self.known.exporting(name)?;
        let files = AtHand { texts: self.texts, known: &Known::default() };
        let read = foreshock_cloudformation::read(&files, &file, &Options::default());
        Some((read.exports.get(name)?.clone(), file))
    }
}

impl Parsed for YamlFile {
    fn tree(&self) -> &Tree {
        &self.tree
    }

    fn text(&self) -> &str {
        self.text.whole()
    }
}
