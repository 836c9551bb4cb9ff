//! Kubernetes: the manifests of a directory, or what a kustomization makes of them, are a stack. `foreshock_kubernetes` reads them, the catalog says what objects mean.

mod charts;
mod roots;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_kubernetes::kustomize::{self, is_kustomization, refers};
use foreshock_kubernetes::{
    Declared, Identity, Object, declared, is_manifest, is_template, may_be_manifest, native_path, objects_of, spelled,
};
use foreshock_text::{FilePath, Problem, Span};
use rustc_hash::FxHashMap;

use charts::Charts;
use roots::{Kustomizations, Manifests, Roots};

use super::assemblies::Assemblies;
use super::declarations::Declarations;
use super::documents::Documents;
use super::infra::{comments_of, is_yaml};
use super::yaml_file::YamlFile;
use super::yaml_repairs;
use super::{Dialect, Home, Meaning, NewReader, Reader, Site, SourceFile, StackKind, Texts, Understood};
use crate::configuration::StackSettings;
use crate::findings::fix::Candidate;
use crate::findings::suppression::Annotations;
use crate::workspace::paths::directory_of;
use crate::{Finding, ProblemCode, Stack};

/// Of more files nothing is kept.
const MOST_READ: usize = 10_000;

/// The dialect.
#[derive(Debug)]
pub(crate) struct KubernetesDialect;

/// Finds and reads manifests.
#[derive(Default)]
pub(crate) struct KubernetesReader {
    /// The manifests that it knows of, each with its text's tree as it was then.
    known: BTreeMap<FilePath, (Arc<YamlFile>, Known)>,
    roots: Arc<Roots>,
    /// The charts: what lies in them is theirs.
    charts: Charts,
    assemblies: Assemblies,
    /// The objects of the files of the stacks that were understood last, with the tree that each was read from.
    read: FxHashMap<FilePath, (Arc<YamlFile>, Objects)>,
    /// What the stacks declared when they were understood last.
    declared: Declarations,
}

/// The objects of a file, and what is wrong with them.
type Objects = Arc<(Vec<Object>, Vec<Problem>)>;

/// What a file is to a stack.
#[derive(Clone, Debug, PartialEq)]
enum Known {
    Manifest(Arc<[Identity]>),
    Kustomization(kustomize::Refers),
}

impl Dialect for KubernetesDialect {
    fn id(&self) -> StackKind {
        StackKind::new("kubernetes")
    }

    fn claims(&self, file: &Utf8Path) -> bool {
        is_yaml(file) || is_kustomization(file)
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(KubernetesReader::default())
    }

    fn comments(&self, file: &FilePath, texts: &dyn Texts) -> Annotations {
        texts.yaml(file).map(|file| comments_of(&file)).unwrap_or_default()
    }

    fn keeps_what_copies_share(&self) -> bool {
        true
    }

    fn candidates(&self, texts: &dyn Texts, stack: &Stack, finding: &Finding) -> Vec<Candidate> {
        let keys = |type_name: &str, path: &str| native_path(path, spelled(type_name));
        yaml_repairs::candidates(texts, stack, finding, &keys)
    }
}

impl Reader for KubernetesReader {
    fn roots_of(&mut self, document: &FilePath, _: &Site<'_>) -> BTreeSet<Utf8PathBuf> {
        self.roots.of_file(document)
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
        let is_directory = !is_yaml(root);
        let mut notes = Vec::new();
        let (objects, files, mut problems) = if is_directory && has_kustomization(root, texts) {
            let built = kustomize::build(root, &Documents(texts));
            notes = built.notes;
            let (mut objects, mut files, mut problems) = (built.objects, built.files, built.problems);
            let (beside, told) = self.plain(&settings.members, texts);
            objects.extend(beside);
            files.extend(settings.members.iter().cloned());
            problems.extend(told);
            (objects, files.into_iter().collect(), problems)
        } else {
            let files = match settings.members.is_empty() {
                true => vec![FilePath::new(root)],
                false => settings.members.to_vec(),
            };
            let (objects, problems) = self.plain(&files, texts);
            (objects, files, problems)
        };
        let read: Vec<Arc<YamlFile>> = files.iter().filter_map(|file| texts.yaml(file)).collect();
        if read.is_empty() {
            return Err(format!("{root}: there is no such file"));
        }
        let Declared { resources, problems: told } = declared(objects);
        problems.extend(told);
        let resources = Arc::new(self.declared.going_on(root, resources));
        let assembled = self.assemblies.assemble(root, &resources, settings);
        let meaning = Meaning::Resources { declared: resources, assembled };
        let sources = read.iter().map(|file| (file.path.clone(), SourceFile::Yaml(file.clone()))).collect();
        let mut understood = Understood::new(KubernetesDialect.id(), meaning, sources);
        for file in read.iter().filter(|file| is_templated(file)) {
            let at = file.text.whole().find("{{").unwrap_or_default() as u32;
            let message = "a template is not read; what `helm template` makes of it is";
            notes.push((file.path.clone(), Problem::new(Span::new(at, at + 2), message)));
        }
        understood.notes = notes;
        for file in read.iter().filter(|file| !is_templated(file)) {
            understood = understood.with_problems(ProblemCode::Syntax, &file.path, file.problems.iter().cloned());
        }
        // What a broken line has hidden is missing elsewhere; that is told once, where the line is.
        let is_whole = |at: &FilePath| !read.iter().any(|file| file.path == *at && !file.problems.is_empty());
        for (file, problem) in problems.into_iter().filter(|(file, _)| is_whole(file)) {
            understood = understood.with_problems(ProblemCode::Schema, &file, [problem]);
        }
        understood.directories = files.iter().map(directory_of).chain([self.home(root).directory]).collect();
        Ok(understood)
    }

    /// A single file is a stack of its own for whoever asks for it alone.
    fn root_at(&self, file: &Utf8Path, texts: &dyn Texts) -> Option<Utf8PathBuf> {
        if is_kustomization(file) {
            return file.parent().map(Utf8Path::to_owned);
        }
        let file = FilePath::new(file);
        let looks = texts.text(&file).is_some_and(|text| may_be_manifest(&text));
        (looks && texts.yaml(&file).is_some_and(|yaml| is_manifest(&yaml.tree))).then(|| file.as_path().to_owned())
    }

    fn is_there(&self, root: &Utf8Path, texts: &dyn Texts) -> bool {
        self.roots.files(root).is_some() || has_kustomization(root, texts) || self.root_at(root, texts).is_some()
    }

    fn home(&self, root: &Utf8Path) -> Home {
        let is_file = is_yaml(root) && !self.roots.is_kustomized(root);
        let directory = if is_file { root.parent().unwrap_or(root) } else { root };
        Home { directory: directory.to_owned(), name: root.to_owned() }
    }

    fn index(&mut self, site: &Site<'_>, changed: Option<&BTreeSet<Utf8PathBuf>>) {
        let before = std::mem::take(&mut self.known);
        let more = self.charts.look(site, changed);
        let more: Option<BTreeSet<Utf8PathBuf>> = changed.map(|changed| changed.union(&more).cloned().collect());
        let changed = more.as_ref();
        let mut files: BTreeSet<FilePath> =
            site.sources.documents().into_iter().filter(|file| may_be_ours(file.as_path())).collect();
        match changed {
            None => {
                files.extend(site.index.files().iter().filter(|file| may_be_ours(file)).map(FilePath::new));
            }
            Some(changed) => {
                files.retain(|file| changed.contains(&directory_of(file)));
                let stays = |file: &FilePath| !changed.contains(&directory_of(file));
                let kept = before.iter().filter(|(file, _)| stays(file));
                self.known = kept.map(|(file, known)| (file.clone(), known.clone())).collect();
                let listed = changed.iter().filter(|directory| site.has(directory));
                files.extend(
                    listed
                        .flat_map(|directory| site.texts().list(directory))
                        .filter(|file| may_be_ours(file.as_path())),
                );
            }
        }
        let mut is_other = false;
        for file in files.into_iter().filter(|file| !self.charts.hold(file.as_path())) {
            let is_kustomization = is_kustomization(file.as_path());
            let looks = || site.sources.glance(&file).is_some_and(|text| may_be_manifest(&text));
            let Some(yaml) = (is_kustomization || looks()).then(|| site.texts().yaml(&file)).flatten() else {
                continue;
            };
            let known = match before.get(&file) {
                Some((of, known)) if Arc::ptr_eq(of, &yaml) => Some(known.clone()),
                _ if is_kustomization => Some(kustomization(&yaml)),
                _ => (is_manifest(&yaml.tree) && !is_templated(&yaml)).then(|| identities(&yaml)),
            };
            let Some(known) = known else { continue };
            is_other |= before.get(&file).is_none_or(|(_, before)| *before != known);
            self.known.insert(file, (yaml, known));
        }
        is_other |= self.known.len() != before.len();
        if is_other || changed.is_none() {
            let (mut manifests, mut kustomizations) = (Manifests::new(), Kustomizations::new());
            for (file, (_, known)) in &self.known {
                match known {
                    Known::Manifest(objects) => drop(manifests.insert(file.clone(), objects.clone())),
                    Known::Kustomization(refers) => {
                        kustomizations.insert(directory_of(file), (file.clone(), refers.clone()));
                    }
                }
            }
            self.roots = Arc::new(Roots::of(&manifests, &kustomizations, site.folders));
        }
    }

    fn needs_index(&self) -> bool {
        true
    }

    fn known_roots(&mut self) -> Arc<BTreeSet<Utf8PathBuf>> {
        Arc::new(self.roots.all().cloned().collect())
    }

    fn roots_reading(&self, file: &FilePath, _: &[Utf8PathBuf]) -> Option<BTreeSet<Utf8PathBuf>> {
        Some(self.roots.of_file(file))
    }

    fn complete(&self, root: &Utf8Path, settings: &mut StackSettings) {
        settings.members = self.roots.members(root).into();
    }

    fn apart(&self) -> Option<NewReader> {
        let roots = self.roots.clone();
        Some(Box::new(|| Box::new(KubernetesReader { roots, ..KubernetesReader::default() })))
    }
}

impl KubernetesReader {
    /// The objects of files that are applied as they are.
    fn plain(&mut self, files: &[FilePath], texts: &dyn Texts) -> (Vec<Object>, Vec<(FilePath, Problem)>) {
        let (mut objects, mut problems) = (Vec::new(), Vec::new());
        for file in files.iter().filter_map(|file| texts.yaml(file)).filter(|file| !is_templated(file)) {
            let known =
                self.read.get(&file.path).filter(|(of, _)| Arc::ptr_eq(of, &file)).map(|(_, read)| read.clone());
            let read = known.unwrap_or_else(|| {
                if self.read.len() >= MOST_READ {
                    self.read.clear();
                }
                let read: Objects = Arc::new(objects_of(&file.path, &file.tree));
                self.read.insert(file.path.clone(), (file.clone(), read.clone()));
                read
            });
            objects.extend(read.0.iter().cloned());
            problems.extend(read.1.iter().map(|problem| (file.path.clone(), problem.clone())));
        }
        (objects, problems)
    }
}

/// Whether a file may be a part of a stack, by its name.
fn may_be_ours(file: &Utf8Path) -> bool {
    is_yaml(file) || is_kustomization(file)
}

fn has_kustomization(directory: &Utf8Path, texts: &dyn Texts) -> bool {
    texts.list(directory).iter().any(|file| is_kustomization(file.as_path()))
}

/// Whether something else makes a manifest of a text.
fn is_templated(yaml: &YamlFile) -> bool {
    is_template(yaml.text.whole(), &yaml.tree, &yaml.problems)
}

/// What the objects of a text are called.
fn identities(yaml: &YamlFile) -> Known {
    Known::Manifest(objects_of(&yaml.path, &yaml.tree).0.into_iter().map(|object| object.identity).collect())
}

fn kustomization(yaml: &YamlFile) -> Known {
    let document = yaml.tree.documents().next().map(|document| foreshock_documents::read(document, &yaml.path).0);
    let refers = document.map(|document| refers(&directory_of(&yaml.path), &document));
    Known::Kustomization(refers.unwrap_or_default())
}
