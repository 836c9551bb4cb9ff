//! CloudFormation and SAM: a template is a stack, with the templates of its nested stacks.

mod parameters;

use std::collections::BTreeSet;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_catalog::assemble;
use foreshock_cloudformation::{Options, Parsed, Templates, is_template, may_be_template};
use foreshock_syntax::yaml::{self, Tree};
use foreshock_text::FilePath;
use rustc_hash::FxHashSet;

use super::infra::{comments_of, is_yaml};
use super::yaml_file::YamlFile;
use super::{Dialect, Meaning, NewReader, Reader, Site, SourceFile, StackKind, Texts, Understood};
use crate::ProblemCode;
use crate::configuration::StackSettings;
use crate::findings::suppression::Annotations;
use crate::workspace::disk::read_text;

/// The dialect.
#[derive(Debug)]
pub(crate) struct CloudFormationDialect;

/// Reads templates.
#[derive(Default)]
pub(crate) struct CloudFormationReader {
    /// Open documents that were templates once: half-typed they still are.
    documents: FxHashSet<FilePath>,
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
        BTreeSet::from([document.as_path().to_owned()])
    }

    /// The templates, but those that another one of them nests: these are read with it.
    fn roots_below(&mut self, folder: &Utf8Path, site: &Site<'_>) -> BTreeSet<Utf8PathBuf> {
        let is_ours = |path: &Utf8PathBuf| {
            let is_inside = || site.sources.store().boundary().holds_file(path);
            let may_be = CloudFormationDialect.claims(path) && is_inside();
            let text = may_be.then(|| read_text(&FilePath::new(path.as_path()))).flatten();
            text.is_some_and(|text| may_be_template(&text) && is_template(&yaml::parse(&text).0))
        };
        let found: BTreeSet<Utf8PathBuf> = site.files_below(folder).into_iter().filter(is_ours).collect();
        let files = AtHand { texts: site.texts() };
        let nests = |text: &str| text.contains("CloudFormation::Stack") || text.contains("Serverless::Application");
        let mut nested = BTreeSet::new();
        for root in &found {
            let file = FilePath::new(root.as_path());
            if files.texts.text(&file).is_some_and(|text| nests(&text)) {
                let read = foreshock_cloudformation::read(&files, &file, &Options::default());
                nested.extend(read.files.into_iter().filter(|one| *one != file).map(|one| one.as_path().to_owned()));
            }
        }
        found.into_iter().filter(|root| !nested.contains(root)).collect()
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
        let read = foreshock_cloudformation::read(&AtHand { texts }, &path, &options);
        let assembled = Arc::new(assemble(&read.resources, &settings.catalog));
        let meaning = Meaning::Resources { declared: Arc::new(read.resources.clone()), assembled };
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

    fn forget_document(&mut self, file: &FilePath) {
        self.documents.remove(file);
    }

    fn apart(&self) -> Option<NewReader> {
        Some(Box::new(|| Box::new(CloudFormationReader::default())))
    }
}

/// The templates among the texts.
struct AtHand<'a> {
    texts: &'a dyn Texts,
}

impl Templates for AtHand<'_> {
    fn template(&self, file: &FilePath) -> Option<Arc<dyn Parsed>> {
        let claimed = CloudFormationDialect.claims(file.as_path());
        let yaml = claimed.then(|| self.texts.yaml(file)).flatten()?;
        Some(yaml)
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
