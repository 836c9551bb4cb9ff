//! Compose: a file is a project, and a project is a stack. `foreshock_compose` reads it, the catalog says what a service and its host
//! mean.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_compose::{Project, is_compose, is_override, is_part, may_be_compose, project};
use foreshock_text::FilePath;
use rustc_hash::FxHashSet;

use super::assemblies::Assemblies;
use super::declarations::Declarations;
use super::documents::Documents;
use super::infra::{comments_of, is_yaml};
use super::yaml_repairs;
use super::{Dialect, Meaning, NewReader, Reader, Site, SourceFile, StackKind, Texts, Understood};
use crate::configuration::StackSettings;
use crate::findings::fix::Candidate;
use crate::findings::suppression::Annotations;
use crate::workspace::paths::directory_of;
use crate::{Finding, ProblemCode, Stack};

/// The dialect.
#[derive(Debug)]
pub(crate) struct ComposeDialect;

/// Reads projects.
#[derive(Default)]
pub(crate) struct ComposeReader {
    /// Open documents that were projects once: half-typed they still are.
    documents: FxHashSet<FilePath>,
    /// The projects that it knows of, with the files of each.
    projects: BTreeMap<Utf8PathBuf, BTreeSet<FilePath>>,
    assemblies: Assemblies,
    declared: Declarations,
}

impl Dialect for ComposeDialect {
    fn id(&self) -> StackKind {
        StackKind::new("compose")
    }

    fn claims(&self, file: &Utf8Path) -> bool {
        is_yaml(file)
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(ComposeReader::default())
    }

    fn comments(&self, file: &FilePath, texts: &dyn Texts) -> Annotations {
        texts.yaml(file).map(|file| comments_of(&file)).unwrap_or_default()
    }

    fn candidates(&self, texts: &dyn Texts, stack: &Stack, finding: &Finding) -> Vec<Candidate> {
        let keys = |_: &str, path: &str| path.split('.').map(ToOwned::to_owned).collect();
        yaml_repairs::candidates(texts, stack, finding, &keys)
    }
}

impl Reader for ComposeReader {
    fn roots_of(&mut self, document: &FilePath, site: &Site<'_>) -> BTreeSet<Utf8PathBuf> {
        let path = document.as_path();
        if may_be_compose(path) && !is_override(path) && !is_part(document, &Documents(site.texts())) {
            let is_one = || site.sources.yaml(document).is_some_and(|yaml| is_compose(&yaml.tree));
            if self.documents.contains(document) || is_one() {
                self.documents.insert(document.clone());
                self.projects.entry(path.to_owned()).or_insert_with(|| BTreeSet::from([document.clone()]));
            }
        }
        let reading = self.projects.iter().filter(|(_, files)| files.contains(document));
        reading.map(|(root, _)| root.clone()).collect()
    }

    fn roots_below(&mut self, folder: &Utf8Path, _: &Site<'_>) -> BTreeSet<Utf8PathBuf> {
        self.projects.keys().filter(|root| root.starts_with(folder)).cloned().collect()
    }

    fn understand(
        &mut self,
        root: &Utf8Path,
        texts: &dyn Texts,
        settings: &StackSettings,
    ) -> Result<Understood, String> {
        let file = FilePath::new(root);
        if texts.yaml(&file).is_none() {
            return Err(format!("{root}: there is no such file"));
        }
        let Project { resources, files, problems } = project(&file, &Documents(texts));
        let resources = Arc::new(self.declared.going_on(root, resources));
        let assembled = self.assemblies.assemble(root, &resources, settings);
        let read = |file: &FilePath| Some((file.clone(), SourceFile::Yaml(texts.yaml(file)?)));
        let sources: Vec<(FilePath, SourceFile)> = files.iter().filter_map(read).collect();
        let meaning = Meaning::Resources { declared: resources, assembled };
        let mut understood = Understood::new(ComposeDialect.id(), meaning, sources.clone());
        for (file, source) in &sources {
            understood = understood.with_problems(ProblemCode::Syntax, file, source.problems().to_vec());
        }
        let is_whole =
            |at: &FilePath| !sources.iter().any(|(file, source)| file == at && !source.problems().is_empty());
        for (file, problem) in problems.into_iter().filter(|(file, _)| is_whole(file)) {
            understood = understood.with_problems(ProblemCode::Schema, &file, [problem]);
        }
        self.projects.insert(root.to_owned(), files);
        Ok(understood)
    }

    fn root_at(&self, file: &Utf8Path, texts: &dyn Texts) -> Option<Utf8PathBuf> {
        let is_ours = || texts.yaml(&FilePath::new(file)).is_some_and(|yaml| is_compose(&yaml.tree));
        (is_yaml(file) && (may_be_compose(file) || is_ours())).then(|| file.to_owned())
    }

    fn index(&mut self, site: &Site<'_>, changed: Option<&BTreeSet<Utf8PathBuf>>) {
        let mut candidates: BTreeSet<FilePath> =
            site.sources.documents().into_iter().filter(|file| may_be_compose(file.as_path())).collect();
        match changed {
            None => {
                self.projects.clear();
                candidates.extend(site.index.files().iter().filter(|file| may_be_compose(file)).map(FilePath::new));
            }
            Some(changed) => {
                let is_touched =
                    |files: &BTreeSet<FilePath>| files.iter().any(|file| changed.contains(&directory_of(file)));
                candidates.retain(|file| changed.contains(&directory_of(file)));
                let listed = changed.iter().filter(|directory| site.has(directory));
                let listed = listed.flat_map(|directory| site.texts().list(directory));
                candidates.extend(listed.filter(|file| may_be_compose(file.as_path())));
                let touched = self.projects.iter().filter(|(_, files)| is_touched(files));
                candidates.extend(touched.map(|(root, _)| FilePath::new(root.as_path())));
            }
        }
        for file in candidates {
            let is_known = self.documents.contains(&file);
            let looks =
                site.sources.glance(&file).is_some_and(|text| text.contains("services") || text.contains("include"));
            let is_one = || looks && site.texts().yaml(&file).is_some_and(|yaml| is_compose(&yaml.tree));
            let is_beside = is_override(file.as_path()) || is_part(&file, &Documents(site.texts()));
            let is_root = !is_beside && (is_known || is_one());
            match is_root && site.texts().text(&file).is_some() {
                true => {
                    let files = project(&file, &Documents(site.texts())).files;
                    self.projects.insert(file.as_path().to_owned(), files);
                }
                false => drop(self.projects.remove(file.as_path())),
            }
        }
    }

    fn known_roots(&mut self) -> Arc<BTreeSet<Utf8PathBuf>> {
        Arc::new(self.projects.keys().cloned().collect())
    }

    fn roots_reading(&self, file: &FilePath, _: &[Utf8PathBuf]) -> Option<BTreeSet<Utf8PathBuf>> {
        let reading = self.projects.iter().filter(|(_, files)| files.contains(file));
        Some(reading.map(|(root, _)| root.clone()).collect())
    }

    fn forget_document(&mut self, file: &FilePath) {
        self.documents.remove(file);
    }

    fn apart(&self) -> Option<NewReader> {
        Some(Box::new(|| Box::new(ComposeReader::default())))
    }
}
