//! Kubernetes: the manifests of a directory are a stack. `foreshock_kubernetes` reads them, the catalog says what objects mean.

mod repairs;
mod roots;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_catalog::assemble;
use foreshock_kubernetes::{Declared, Identity, Object, declared, is_manifest, may_be_manifest, objects_of};
use foreshock_text::{FilePath, Problem};

use roots::{Manifests, Roots};

use super::infra::{comments_of, is_yaml};
use super::yaml_file::YamlFile;
use super::{Dialect, Home, Meaning, NewReader, Reader, Site, SourceFile, StackKind, Texts, Understood};
use crate::configuration::StackSettings;
use crate::findings::fix::Candidate;
use crate::findings::suppression::Annotations;
use crate::workspace::paths::directory_of;
use crate::{Finding, ProblemCode, Stack};

/// The dialect.
#[derive(Debug)]
pub(crate) struct KubernetesDialect;

/// Finds and reads manifests.
#[derive(Default)]
pub(crate) struct KubernetesReader {
    /// The manifests that it knows of, each with its text's tree as it was then.
    known: BTreeMap<FilePath, (Arc<YamlFile>, Arc<[Identity]>)>,
    roots: Arc<Roots>,
}

impl Dialect for KubernetesDialect {
    fn id(&self) -> StackKind {
        StackKind::new("kubernetes")
    }

    fn claims(&self, file: &Utf8Path) -> bool {
        is_yaml(file)
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(KubernetesReader::default())
    }

    fn comments(&self, file: &FilePath, texts: &dyn Texts) -> Annotations {
        texts.yaml(file).map(|file| comments_of(&file)).unwrap_or_default()
    }

    fn candidates(&self, texts: &dyn Texts, stack: &Stack, finding: &Finding) -> Vec<Candidate> {
        repairs::candidates(texts, stack, finding)
    }
}

impl Reader for KubernetesReader {
    fn roots_of(&mut self, document: &FilePath, _: &Site<'_>) -> BTreeSet<Utf8PathBuf> {
        self.roots.of_file(document).cloned().into_iter().collect()
    }

    fn roots_below(&mut self, folder: &Utf8Path, _: &Site<'_>) -> BTreeSet<Utf8PathBuf> {
        self.roots.all().filter(|root| root.starts_with(folder)).cloned().collect()
    }

    fn understand(
        &mut self,
        root: &Utf8Path,
        texts: &dyn Texts,
        settings: &StackSettings,
    ) -> Result<Understood, String> {
        let files = match settings.members.is_empty() {
            true => vec![FilePath::new(root)],
            false => settings.members.to_vec(),
        };
        let read: Vec<Arc<YamlFile>> = files.iter().filter_map(|file| texts.yaml(file)).collect();
        if read.is_empty() {
            return Err(format!("{root}: there is no such file"));
        }
        let mut objects: Vec<Object> = Vec::new();
        let mut problems: Vec<(FilePath, Problem)> = Vec::new();
        for file in &read {
            let (of_file, told) = objects_of(&file.path, &file.tree);
            objects.extend(of_file);
            problems.extend(told.into_iter().map(|problem| (file.path.clone(), problem)));
        }
        let Declared { resources, identities, problems: told } = declared(objects);
        problems.extend(told);
        let assembled = Arc::new(assemble(&resources, &settings.catalog));
        let meaning = Meaning::Resources { declared: Arc::new(resources), assembled };
        let sources = read.iter().map(|file| (file.path.clone(), SourceFile::Yaml(file.clone()))).collect();
        let mut understood = Understood::new(KubernetesDialect.id(), meaning, sources);
        understood.own = Some(Arc::new(identities));
        for file in &read {
            understood = understood.with_problems(ProblemCode::Syntax, &file.path, file.problems.iter().cloned());
        }
        for (file, problem) in problems {
            understood = understood.with_problems(ProblemCode::Schema, &file, [problem]);
        }
        Ok(understood)
    }

    /// A single file is a stack of its own for whoever asks for it alone.
    fn root_at(&self, file: &Utf8Path, texts: &dyn Texts) -> Option<Utf8PathBuf> {
        let file = FilePath::new(file);
        let looks = texts.text(&file).is_some_and(|text| may_be_manifest(&text));
        (looks && texts.yaml(&file).is_some_and(|yaml| is_manifest(&yaml.tree))).then(|| file.as_path().to_owned())
    }

    fn is_there(&self, root: &Utf8Path, texts: &dyn Texts) -> bool {
        self.roots.files(root).is_some() || self.root_at(root, texts).is_some()
    }

    fn home(&self, root: &Utf8Path) -> Home {
        let is_file = is_yaml(root);
        let directory = if is_file { root.parent().unwrap_or(root) } else { root };
        Home { directory: directory.to_owned(), name: root.to_owned() }
    }

    fn index(&mut self, site: &Site<'_>, changed: Option<&BTreeSet<Utf8PathBuf>>) {
        let before = std::mem::take(&mut self.known);
        let mut files: BTreeSet<FilePath> =
            site.sources.documents().into_iter().filter(|file| is_yaml(file.as_path())).collect();
        match changed {
            None => {
                files.extend(site.index.files().iter().filter(|file| is_yaml(file)).map(FilePath::new));
            }
            Some(changed) => {
                files.retain(|file| changed.contains(&directory_of(file)));
                let stays = |file: &FilePath| !changed.contains(&directory_of(file));
                let kept = before.iter().filter(|(file, _)| stays(file));
                self.known = kept.map(|(file, known)| (file.clone(), known.clone())).collect();
                let listed = changed.iter().filter(|directory| site.has(directory));
                files.extend(
                    listed.flat_map(|directory| site.texts().list(directory)).filter(|file| is_yaml(file.as_path())),
                );
            }
        }
        let mut is_other = false;
        for file in files {
            let looks = site.texts().text(&file).is_some_and(|text| may_be_manifest(&text));
            let Some(yaml) = looks.then(|| site.texts().yaml(&file)).flatten() else { continue };
            let known = match before.get(&file) {
                Some((of, objects)) if Arc::ptr_eq(of, &yaml) => Some(objects.clone()),
                _ => is_manifest(&yaml.tree).then(|| identities(&yaml)),
            };
            let Some(objects) = known else { continue };
            is_other |= before.get(&file).is_none_or(|(_, before)| *before != objects);
            self.known.insert(file, (yaml, objects));
        }
        is_other |= self.known.len() != before.len();
        if is_other || changed.is_none() {
            let manifests: Manifests =
                self.known.iter().map(|(file, (_, objects))| (file.clone(), objects.clone())).collect();
            self.roots = Arc::new(Roots::of(&manifests, site.folders));
        }
    }

    fn needs_index(&self) -> bool {
        true
    }

    fn known_roots(&mut self) -> Arc<BTreeSet<Utf8PathBuf>> {
        Arc::new(self.roots.all().cloned().collect())
    }

    fn roots_reading(&self, file: &FilePath, _: &[Utf8PathBuf]) -> Option<BTreeSet<Utf8PathBuf>> {
        Some(self.roots.of_file(file).cloned().into_iter().collect())
    }

    fn complete(&self, root: &Utf8Path, settings: &mut StackSettings) {
        settings.members = self.roots.files(root).map(Arc::from).unwrap_or_default();
    }

    fn apart(&self) -> Option<NewReader> {
        let roots = self.roots.clone();
        Some(Box::new(|| Box::new(KubernetesReader { known: BTreeMap::new(), roots })))
    }
}

/// What the objects of a text are called.
fn identities(yaml: &YamlFile) -> Arc<[Identity]> {
    objects_of(&yaml.path, &yaml.tree).0.into_iter().map(|object| object.identity).collect()
}
