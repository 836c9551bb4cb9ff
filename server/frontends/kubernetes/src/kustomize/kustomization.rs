//! Kustomizations as files: how they are called, and which others they name.

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_documents::{Node, Sources, joined};
use foreshock_text::FilePath;

const NAMES: &[&str] = &["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Whether a file is a kustomization, by its name.
pub fn is_kustomization(file: &Utf8Path) -> bool {
    file.file_name().is_some_and(|name| NAMES.contains(&name))
}

/// The kustomization of a directory.
pub(super) fn kustomization_in(directory: &Utf8Path, sources: &dyn Sources) -> Option<FilePath> {
    let files = sources.list(directory);
    NAMES.iter().find_map(|name| files.iter().find(|file| file.as_path().file_name() == Some(*name)).cloned())
}

/// What a kustomization refers to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refers {
    /// Whether it can only be a part of another one.
    pub is_component: bool,
    /// Whether it gives what it is made of other names or another namespace.
    pub renames: bool,
    /// Files and directories of the disk.
    pub paths: Vec<Utf8PathBuf>,
}

/// What a kustomization in a directory refers to.
pub fn refers(directory: &Utf8Path, node: &Node) -> Refers {
    let mut paths = Vec::new();
    let mut add = |item: &Node| {
        if let Some(path) = item.word().filter(|text| !is_remote(text) && !text.contains('\n')) {
            paths.push(joined(directory, &path));
        }
    };
    for list in ["resources", "bases", "components", "patchesStrategicMerge", "crds"] {
        node.get(list).map(Node::items).unwrap_or_default().iter().for_each(&mut add);
    }
    for list in ["patches", "patchesJson6902", "replacements"] {
        for item in node.get(list).map(Node::items).unwrap_or_default() {
            item.get("path").into_iter().for_each(&mut add);
        }
    }
    let is_component = node.get("kind").and_then(Node::text).is_some_and(|kind| &**kind == "Component");
    let renames = ["namePrefix", "nameSuffix", "namespace"].iter().any(|field| node.get(field).is_some());
    Refers { is_component, renames, paths }
}

/// Whether a path is one of another machine.
pub(super) fn is_remote(path: &str) -> bool {
    let host = path.split('/').next().unwrap_or_default();
    path.contains("://")
        || path.contains("?ref=")
        || path.starts_with("git@")
        || host.ends_with(".com")
        || host.ends_with(".org")
}
