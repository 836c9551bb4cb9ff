//! What `kustomize build` makes of a directory, worked out in process: resources and bases, components, patches of all forms,
//! generators, and what names, labels, images and numbers of replicas it sets. Each value keeps the place in the file that decides
//! it: a number of replicas that an overlay patches is shown, and mended, in the patch.
//!
//! The end of a generated name, which is made of its content, is left out: with it every change of the content would be another
//! object. What lies beyond the disk, plugins and charts are not read, and that is said.

mod generators;
mod inline;
mod json_patch;
mod kustomization;
mod names;
mod replacements;
mod selector;
mod strategic;
mod transformers;

use std::collections::BTreeSet;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_documents::{Content, Node, Room, Sources, Words, joined, read_within};
use foreshock_text::{FilePath, Place, Problem, Span};

pub use kustomization::{Refers, is_kustomization, refers};

use kustomization::kustomization_in;

use crate::{Object, objects_of};

/// Kustomizations inside of each other are followed so far.
const DEEPEST: usize = 32;
/// More objects than these are not put together.
const MOST_OBJECTS: usize = 20_000;
/// More kustomizations than these are not built, one that is used twice counted twice.
const MOST_BUILT: usize = 2_000;
/// Parts of objects and bytes of texts that are put together, each time anew.
const MOST_WORK: usize = 64 * 1024 * 1024;
/// What one patch may copy within an object: no cluster takes one of more than a megabyte and a half.
const MOST_COPIED: usize = 4 * 1024 * 1024;

/// What a kustomization comes to.
#[derive(Debug, Default)]
pub struct Built {
    /// Its objects.
    pub objects: Vec<Object>,
    /// The files that it was made from.
    pub files: BTreeSet<FilePath>,
    /// What is wrong with them.
    pub problems: Vec<(FilePath, Problem)>,
    /// What is not read of it, for a person, by its place.
    pub notes: Vec<(FilePath, Problem)>,
}

/// An object on its way, with what it was called before.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) object: Object,
    /// Earlier names: a patch may mean it by any of them.
    pub(crate) names: Vec<Arc<str>>,
}

/// Builds the kustomization in a directory.
pub fn build(directory: &Utf8Path, sources: &dyn Sources) -> Built {
    let mut building = Building { sources, built: Built::default(), above: Vec::new(), count: 0, left: MOST_WORK };
    let objects = building.directory(directory, Vec::new());
    let mut built = building.built;
    built.objects = objects.into_iter().map(|built| built.object).collect();
    built
}

/// A kustomization while it is built.
pub(crate) struct Building<'a> {
    sources: &'a dyn Sources,
    built: Built,
    /// The directories that are being built, the outermost first.
    above: Vec<Utf8PathBuf>,
    /// Kustomizations that were built.
    count: usize,
    /// So much may still be put together.
    left: usize,
}

impl Building<'_> {
    /// The objects of the kustomization in a directory; those of a component are what it was given, changed.
    fn directory(&mut self, directory: &Utf8Path, given: Vec<Part>) -> Vec<Part> {
        let Some(file) = kustomization_in(directory, self.sources) else { return given };
        if self.above.iter().any(|above| above == directory) {
            self.problem(&file, Span::empty(0), "this kustomization is built out of itself".to_owned());
            return given;
        }
        if self.above.len() >= DEEPEST {
            self.problem(&file, Span::empty(0), format!("more than {DEEPEST} kustomizations inside of each other"));
            return given;
        }
        self.count += 1;
        if self.count > MOST_BUILT {
            if self.count == MOST_BUILT + 1 {
                let why = format!("more than {MOST_BUILT} kustomizations, each counted as often as it is used");
                self.problem(&file, Span::empty(0), why);
            }
            return given;
        }
        let Some(node) = self.document(&file) else { return given };
        self.above.push(directory.to_owned());
        let objects = self.kustomization(directory, &node, given);
        self.above.pop();
        objects
    }

    fn kustomization(&mut self, directory: &Utf8Path, node: &Node, given: Vec<Part>) -> Vec<Part> {
        let mut objects = given;
        for list in ["resources", "bases"] {
            for item in items(node, list) {
                objects.extend(self.resource(directory, item));
                objects.truncate(MOST_OBJECTS);
            }
        }
        for item in items(node, "components") {
            if let Some(below) = self.path(directory, item) {
                objects = self.directory(&below, objects);
            }
        }
        generators::generate(self, directory, node, &mut objects);
        self.patches(directory, node, &mut objects);
        let renamed = transformers::apply(node, &mut objects);
        if renamed {
            names::follow(&mut objects);
        }
        replacements::apply(self, directory, node, &mut objects);
        for (field, what) in [
            ("helmCharts", "a chart"),
            ("helmChartInflationGenerator", "a chart"),
            ("generators", "a generator"),
            ("transformers", "a transformer"),
            ("vars", "a variable"),
        ] {
            if let Some(entry) = node.entry(field).filter(|entry| !entry.value.items().is_empty()) {
                self.note(&entry.key, format!("{what} of kustomize is not read: what it makes is not known"));
            }
        }
        objects
    }

    /// The objects of an entry of `resources`: a file, or a directory with a kustomization.
    fn resource(&mut self, directory: &Utf8Path, item: &Node) -> Vec<Part> {
        let Some(path) = self.path(directory, item) else { return Vec::new() };
        let file = FilePath::new(path.clone());
        if kustomization_in(&path, self.sources).is_some() {
            return self.directory(&path, Vec::new());
        }
        let mut found: Vec<Object> = Vec::new();
        let mut problems = Vec::new();
        let is_there = self.sources.tree(&file, &mut |tree, broken| {
            let (objects, told) = objects_of(&file, tree);
            found.extend(objects);
            problems.extend(broken.iter().cloned().chain(told));
        });
        if !is_there {
            let text = item.word().unwrap_or_default();
            self.problem_at(&item.place, format!("{text} is neither a file nor a directory with a kustomization"));
            return Vec::new();
        }
        self.built.files.insert(file.clone());
        self.built.problems.extend(problems.into_iter().map(|problem| (file.clone(), problem)));
        let weight = found.iter().map(|object| object.node.weight()).sum();
        if !self.spend(weight, &item.place) {
            return Vec::new();
        }
        let built = |object| Part { object, names: Vec::new() };
        found.into_iter().map(built).collect()
    }

    fn patches(&mut self, directory: &Utf8Path, node: &Node, objects: &mut Vec<Part>) {
        for item in items(node, "patchesStrategicMerge") {
            // A file, or the patch itself.
            let written = item.text().filter(|text| text.contains('\n')).is_some();
            let patches = if written { self.inline(item) } else { self.documents_at(directory, item) };
            patches.iter().for_each(|patch| self.strategic(patch, None, item, objects));
        }
        for item in items(node, "patches") {
            let patches = match (item.get("patch"), item.get("path")) {
                (Some(written), _) => self.inline(written),
                (None, Some(path)) => self.documents_at(directory, path),
                (None, None) => Vec::new(),
            };
            let target = item.get("target");
            for patch in &patches {
                match &patch.content {
                    Content::List(_) => self.operations(patch, target, objects),
                    _ => self.strategic(patch, target, item, objects),
                }
            }
        }
        for item in items(node, "patchesJson6902") {
            let patches = match (item.get("patch"), item.get("path")) {
                (Some(written), _) => self.inline(written),
                (None, Some(path)) => self.documents_at(directory, path),
                (None, None) => Vec::new(),
            };
            patches.iter().for_each(|patch| self.operations(patch, item.get("target"), objects));
        }
    }

    fn strategic(&mut self, patch: &Node, target: Option<&Node>, item: &Node, objects: &mut Vec<Part>) {
        let wanted: Vec<usize> = match target {
            Some(target) => selector::selected(target, objects),
            None => selector::meant(patch, objects),
        };
        if wanted.is_empty() && target.is_none() && patch.is_map() {
            let name = patch.at(&["metadata", "name"]).and_then(Node::word).unwrap_or_default();
            let kind = patch.get("kind").and_then(Node::word).unwrap_or_default();
            self.problem_at(&item.place, format!("there is no {kind}/{name} that this patch could change"));
        }
        let is_deletion = patch.get("$patch").and_then(Node::text).is_some_and(|word| &**word == "delete");
        for at in wanted.into_iter().rev() {
            if is_deletion {
                objects.remove(at);
                continue;
            }
            let Some(built) = objects.get_mut(at) else { continue };
            if !self.spend(patch.weight() + built.object.node.weight(), &item.place) {
                return;
            }
            let kind = built.object.identity.kind.clone();
            strategic::merge(&mut built.object.node, patch, &kind, target.is_some());
            built.object = built.object.clone().renamed();
        }
    }

    fn operations(&mut self, patch: &Node, target: Option<&Node>, objects: &mut [Part]) {
        let Some(target) = target else { return };
        let selected = selector::selected(target, objects);
        if selected.is_empty() {
            self.problem_at(&target.place, "there is no object that this patch could change".to_owned());
        }
        for at in selected {
            let Some(built) = objects.get_mut(at) else { continue };
            if !self.spend(patch.weight() + built.object.node.weight(), &target.place) {
                return;
            }
            for (place, why) in json_patch::apply(&mut built.object.node, patch, &mut MOST_COPIED.min(self.left)) {
                self.problem_at(&place, why);
            }
            built.object = built.object.clone().renamed();
        }
    }

    /// The documents of a file that an item names.
    fn documents_at(&mut self, directory: &Utf8Path, item: &Node) -> Vec<Node> {
        let Some(path) = self.path(directory, item) else { return Vec::new() };
        let file = FilePath::new(path);
        let mut documents = Vec::new();
        let mut problems = Vec::new();
        let mut room = Room::default();
        let is_there = self.sources.tree(&file, &mut |tree, broken| {
            problems.extend(broken.iter().cloned());
            for document in tree.documents() {
                let (node, told) = read_within(document, &file, Words::Older, &mut room);
                problems.extend(told);
                documents.push(node);
            }
        });
        if !is_there {
            self.problem_at(&item.place, format!("there is no file {}", item.word().unwrap_or_default()));
            return Vec::new();
        }
        self.built.files.insert(file.clone());
        self.built.problems.extend(problems.into_iter().map(|problem| (file.clone(), problem)));
        documents.retain(|document| !document.is_null());
        documents
    }

    /// The first document of a file.
    fn document(&mut self, file: &FilePath) -> Option<Node> {
        let mut node = None;
        let mut problems = Vec::new();
        self.sources.tree(file, &mut |tree, broken| {
            problems.extend(broken.iter().cloned());
            if let Some(document) = tree.documents().next() {
                let (read, told) = foreshock_documents::read(document, file);
                problems.extend(told);
                node = Some(read);
            }
        });
        self.built.files.insert(file.clone());
        self.built.problems.extend(problems.into_iter().map(|problem| (file.clone(), problem)));
        node
    }

    fn inline(&self, written: &Node) -> Vec<Node> {
        inline::documents(written, self.sources)
    }

    /// Where a path leads that is written in a kustomization; `None` for what lies beyond the disk, which is noted.
    fn path(&mut self, directory: &Utf8Path, item: &Node) -> Option<Utf8PathBuf> {
        let text = item.word()?;
        if kustomization::is_remote(&text) {
            self.note(&item.place, format!("{text} is not on this disk: what it adds is not known"));
            return None;
        }
        Some(joined(directory, &text))
    }

    /// Whether there is still room for so much, which is taken. Told once where there is none.
    pub(crate) fn spend(&mut self, weight: usize, place: &Place) -> bool {
        let had = self.left > 0;
        let left = self.left.checked_sub(weight);
        self.left = left.unwrap_or(0);
        if left.is_none() && had {
            self.problem_at(
                place,
                "this kustomization comes to more than is followed; the rest is left out".to_owned(),
            );
        }
        left.is_some()
    }

    pub(crate) fn note(&mut self, place: &Place, message: String) {
        self.built.notes.push((place.file.clone(), Problem::new(place.span, message)));
    }

    pub(crate) fn problem_at(&mut self, place: &Place, message: String) {
        self.problem(&place.file, place.span, message);
    }

    fn problem(&mut self, file: &FilePath, span: Span, message: String) {
        self.built.problems.push((file.clone(), Problem::new(span, message)));
    }
}

fn items<'n>(node: &'n Node, field: &str) -> &'n [Node] {
    node.get(field).map(Node::items).unwrap_or_default()
}
