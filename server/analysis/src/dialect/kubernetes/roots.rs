//! Which manifests make up a stack.
//!
//! Manifests say nothing about it: whoever applies them names files and directories. What lies in one directory, and below it, is
//! applied together, as long as no object is declared twice: two files that declare the same objects are two ways to install the
//! same thing, and two directories that do are two environments. A kustomization says which files it is made of: each that no other
//! one is made of is a stack.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_kubernetes::Identity;
use foreshock_kubernetes::kustomize::Refers;
use foreshock_text::FilePath;

/// So many objects of one directory may be declared twice: somebody has copied a file and has not changed it yet.
const COPIED: usize = 3;

/// The stacks of the manifests that are known: the files of each root.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Roots {
    files: BTreeMap<Utf8PathBuf, Vec<FilePath>>,
    of_file: BTreeMap<FilePath, BTreeSet<Utf8PathBuf>>,
    /// The roots that are kustomizations, with what lies beside them and is applied, too.
    kustomized: BTreeMap<Utf8PathBuf, Vec<FilePath>>,
}

/// The objects that each file declares.
pub(super) type Manifests = BTreeMap<FilePath, Arc<[Identity]>>;

/// What the kustomization of each directory refers to, and its file.
pub(super) type Kustomizations = BTreeMap<Utf8PathBuf, (FilePath, Refers)>;

impl Roots {
    /// The stacks of these manifests. None reaches beyond the folder that it is in.
    pub(super) fn of(manifests: &Manifests, kustomizations: &Kustomizations, folders: &[Utf8PathBuf]) -> Roots {
        let mut roots = Roots::default();
        roots.kustomize(kustomizations);
        roots.take_in(manifests, kustomizations);
        let mut by_folder: BTreeMap<Option<&Utf8PathBuf>, Vec<&FilePath>> = BTreeMap::new();
        let plain: Vec<&FilePath> = manifests.keys().filter(|file| !roots.of_file.contains_key(*file)).collect();
        for file in plain {
            let folder = folders.iter().filter(|folder| file.as_path().starts_with(folder)).max();
            match folder {
                Some(folder) => by_folder.entry(Some(folder)).or_default().push(file),
                // Nobody has asked to look around where it lies.
                None => roots.add(file.as_path().to_owned(), vec![file.clone()]),
            }
        }
        for files in by_folder.into_values() {
            roots.group(manifests, &files);
        }
        roots
    }

    /// The roots whose stacks read a file.
    pub(super) fn of_file(&self, file: &FilePath) -> BTreeSet<Utf8PathBuf> {
        self.of_file.get(file).cloned().unwrap_or_default()
    }

    /// Whether a root is a kustomization.
    pub(super) fn is_kustomized(&self, root: &Utf8Path) -> bool {
        self.kustomized.contains_key(root)
    }

    /// The files that a stack is made of beside what its kustomization names.
    pub(super) fn members(&self, root: &Utf8Path) -> &[FilePath] {
        self.kustomized.get(root).or_else(|| self.files.get(root)).map(Vec::as_slice).unwrap_or_default()
    }

    /// The files of the stack at a root.
    pub(super) fn files(&self, root: &Utf8Path) -> Option<&[FilePath]> {
        self.files.get(root).map(Vec::as_slice)
    }

    /// Every root.
    pub(super) fn all(&self) -> impl Iterator<Item = &Utf8PathBuf> {
        self.files.keys()
    }

    fn group(&mut self, manifests: &Manifests, files: &[&FilePath]) {
        let Some(above) = directory_above(files) else { return };
        let (here, below): (Vec<&FilePath>, Vec<&FilePath>) =
            files.iter().partition(|file| file.as_path().parent() == Some(&above));
        let mut parts: BTreeMap<&Utf8Path, Vec<&FilePath>> = BTreeMap::new();
        for file in &below {
            let child = file.as_path().strip_prefix(&above).ok().and_then(|rest| rest.components().next());
            parts.entry(child.map_or(file.as_path(), |child| Utf8Path::new(child.as_str()))).or_default().push(file);
        }
        let of_part = |files: &[&FilePath]| -> BTreeSet<&Identity> {
            files.iter().filter_map(|file| manifests.get(*file)).flat_map(|objects| objects.iter()).collect()
        };
        let apart: Vec<BTreeSet<&Identity>> =
            std::iter::once(of_part(&here)).chain(parts.values().map(|files| of_part(files))).collect();
        let is_together = doubles(&apart) == 0 && parts.values().all(|files| is_one(manifests, files));
        if !is_one_directory(manifests, &here) {
            here.iter().for_each(|file| self.add(file.as_path().to_owned(), vec![(*file).clone()]));
        } else if is_together {
            self.add(above, files.iter().map(|file| (*file).clone()).collect());
            return;
        } else if !here.is_empty() {
            self.add(above, here.iter().map(|file| (*file).clone()).collect());
        }
        for files in parts.values() {
            self.group(manifests, files);
        }
    }

    fn add(&mut self, root: Utf8PathBuf, files: Vec<FilePath>) {
        if self.kustomized.contains_key(&root) {
            // What lies beside a kustomization and is no part of it.
            files.into_iter().for_each(|file| self.add(file.as_path().to_owned(), vec![file.clone()]));
            return;
        }
        for file in &files {
            self.of_file.entry(file.clone()).or_default().insert(root.clone());
        }
        self.files.insert(root, files);
    }

    /// What lies in the directory of a kustomization, is not named by it and declares other objects runs beside them, unless the
    /// kustomization gives those other names.
    fn take_in(&mut self, manifests: &Manifests, kustomizations: &Kustomizations) {
        let mut taken: Vec<(Utf8PathBuf, FilePath)> = Vec::new();
        for (root, files) in &self.files {
            if kustomizations.get(root).is_none_or(|(_, refers)| refers.renames) {
                continue;
            }
            let mut known: BTreeSet<&Identity> =
                files.iter().filter_map(|file| manifests.get(file)).flat_map(|objects| objects.iter()).collect();
            for (file, objects) in manifests {
                let is_beside = file.as_path().parent() == Some(root) && !self.of_file.contains_key(file);
                if is_beside && objects.iter().all(|object| !known.contains(object)) {
                    known.extend(objects.iter());
                    taken.push((root.clone(), file.clone()));
                }
            }
        }
        for (root, file) in taken {
            self.of_file.entry(file.clone()).or_default().insert(root.clone());
            self.files.entry(root.clone()).or_default().push(file.clone());
            self.kustomized.entry(root).or_default().push(file);
        }
    }

    /// The kustomizations that no other one is made of, with the files that each is made of.
    fn kustomize(&mut self, kustomizations: &Kustomizations) {
        let parts: BTreeSet<&Utf8PathBuf> = kustomizations.values().flat_map(|(_, refers)| &refers.paths).collect();
        let is_root = |directory: &Utf8PathBuf, refers: &Refers| !refers.is_component && !parts.contains(directory);
        let mut reached: BTreeSet<&Utf8Path> = BTreeSet::new();
        let (first, second): (Vec<_>, Vec<_>) =
            kustomizations.iter().partition(|(directory, (_, refers))| is_root(directory, refers));
        // What is only made of itself is told of, too.
        for (directory, (_, refers)) in first.into_iter().chain(second) {
            if refers.is_component || reached.contains(directory.as_path()) {
                continue;
            }
            let mut files: BTreeSet<FilePath> = BTreeSet::new();
            let mut seen: BTreeSet<&Utf8Path> = BTreeSet::new();
            let mut open: Vec<&Utf8Path> = vec![directory];
            while let Some(path) = open.pop() {
                if !seen.insert(path) {
                    continue;
                }
                match kustomizations.get(path) {
                    Some((file, refers)) => {
                        files.insert(file.clone());
                        open.extend(refers.paths.iter().map(Utf8PathBuf::as_path));
                    }
                    None => {
                        files.insert(FilePath::new(path));
                    }
                }
            }
            reached.extend(seen);
            self.kustomized.insert(directory.clone(), Vec::new());
            for file in &files {
                self.of_file.entry(file.clone()).or_default().insert(directory.clone());
            }
            self.files.insert(directory.clone(), files.into_iter().collect());
        }
    }
}

/// Whether files of several directories are one stack.
fn is_one(manifests: &Manifests, files: &[&FilePath]) -> bool {
    let mut directories: BTreeMap<Option<&Utf8Path>, Vec<&FilePath>> = BTreeMap::new();
    for file in files {
        directories.entry(file.as_path().parent()).or_default().push(file);
    }
    let objects = |files: &Vec<&FilePath>| -> BTreeSet<&Identity> {
        files.iter().filter_map(|file| manifests.get(*file)).flat_map(|objects| objects.iter()).collect()
    };
    let apart: Vec<BTreeSet<&Identity>> = directories.values().map(objects).collect();
    doubles(&apart) == 0 && directories.values().all(|files| is_one_directory(manifests, files))
}

/// Whether the files of one directory are applied together.
fn is_one_directory(manifests: &Manifests, files: &[&FilePath]) -> bool {
    let objects = |file: &&FilePath| -> BTreeSet<&Identity> {
        manifests.get(*file).into_iter().flat_map(|objects| objects.iter()).collect()
    };
    doubles(&files.iter().map(objects).collect::<Vec<_>>()) < COPIED
}

/// How many objects are in more than one of some parts.
fn doubles(parts: &[BTreeSet<&Identity>]) -> usize {
    let mut counts: BTreeMap<&Identity, usize> = BTreeMap::new();
    parts.iter().flatten().for_each(|identity| *counts.entry(*identity).or_default() += 1);
    counts.values().filter(|count| **count > 1).count()
}

/// The lowest directory that all files are in.
fn directory_above(files: &[&FilePath]) -> Option<Utf8PathBuf> {
    let mut above = files.first()?.as_path().parent()?.to_owned();
    for file in files {
        while !file.as_path().starts_with(&above) {
            if !above.pop() {
                return None;
            }
        }
    }
    Some(above)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Files with the names of their objects, and the files of each root.
    #[track_caller]
    fn check(files: &[(&str, &str)], expect: &[(&str, &str)]) {
        let identity = |name: &str| Identity {
            group: "apps".into(),
            kind: "Deployment".into(),
            namespace: None,
            name: name.into(),
        };
        let manifests: Manifests = files
            .iter()
            .map(|(file, names)| (FilePath::new(*file), names.split_whitespace().map(identity).collect()))
            .collect();
        let roots = Roots::of(&manifests, &Kustomizations::new(), &[Utf8PathBuf::from("/w")]);
        assert_eq!(told(&roots), told_by(expect));
    }

    fn told_by(expect: &[(&str, &str)]) -> Vec<(String, String)> {
        expect.iter().map(|(root, files)| ((*root).to_owned(), (*files).to_owned())).collect()
    }

    fn told(roots: &Roots) -> Vec<(String, String)> {
        roots
            .files
            .iter()
            .map(|(root, files)| {
                let names: Vec<&str> = files.iter().map(|file| file.as_path().as_str()).collect();
                (root.to_string(), names.join(" "))
            })
            .collect()
    }

    #[test]
    fn kustomizations_that_no_other_one_is_made_of() {
        let refers = |paths: &[&str], is_component| Refers {
            is_component,
            renames: false,
            paths: paths.iter().map(Utf8PathBuf::from).collect(),
        };
        let kustomizations: Kustomizations = [
            ("/w/base", refers(&["/w/base/a.yaml"], false)),
            ("/w/overlays/prod", refers(&["/w/base", "/w/parts/ha", "/w/overlays/prod/patch.yaml"], false)),
            ("/w/overlays/dev", refers(&["/w/base"], false)),
            ("/w/parts/ha", refers(&[], true)),
        ]
        .into_iter()
        .map(|(directory, refers)| {
            let file = FilePath::new(format!("{directory}/kustomization.yaml"));
            (Utf8PathBuf::from(directory), (file, refers))
        })
        .collect();
        let manifests: Manifests =
            ["/w/base/a.yaml", "/w/base/b.yaml"].map(|file| (FilePath::new(file), Arc::from([]))).into();
        let roots = Roots::of(&manifests, &kustomizations, &[Utf8PathBuf::from("/w")]);
        let base = "/w/base/a.yaml /w/base/kustomization.yaml";
        let expect = [
            ("/w/base", "/w/base/b.yaml".to_owned()),
            ("/w/overlays/dev", format!("{base} /w/overlays/dev/kustomization.yaml")),
            (
                "/w/overlays/prod",
                format!(
                    "{base} /w/overlays/prod/kustomization.yaml /w/overlays/prod/patch.yaml /w/parts/ha/kustomization.yaml"
                ),
            ),
        ];
        assert_eq!(told(&roots), told_by(&expect.each_ref().map(|(root, files)| (*root, files.as_str()))));
    }

    #[test]
    fn what_is_applied_together() {
        check(&[("/w/k8s/a.yaml", "a"), ("/w/k8s/b.yaml", "b")], &[("/w/k8s", "/w/k8s/a.yaml /w/k8s/b.yaml")]);
        check(
            &[("/w/k8s/user/a.yaml", "a"), ("/w/k8s/rate/b.yaml", "b")],
            &[("/w/k8s", "/w/k8s/rate/b.yaml /w/k8s/user/a.yaml")],
        );
        // Two environments, and what both share beside them.
        check(
            &[("/w/dev/a.yaml", "a"), ("/w/prod/a.yaml", "a"), ("/w/shared/b.yaml", "b")],
            &[("/w/dev", "/w/dev/a.yaml"), ("/w/prod", "/w/prod/a.yaml"), ("/w/shared", "/w/shared/b.yaml")],
        );
        // Two ways to install the same, and a third with the same names in a directory of its own.
        check(
            &[("/w/core.yaml", "a b c"), ("/w/full.yaml", "a b c d"), ("/w/ha/full.yaml", "a b c d")],
            &[("/w/core.yaml", "/w/core.yaml"), ("/w/full.yaml", "/w/full.yaml"), ("/w/ha", "/w/ha/full.yaml")],
        );
        // A file that was copied a moment ago.
        check(&[("/w/a.yaml", "a"), ("/w/b.yaml", "a")], &[("/w", "/w/a.yaml /w/b.yaml")]);
        // Outside of every folder.
        check(&[("/x/a.yaml", "a"), ("/x/b.yaml", "b")], &[("/x/a.yaml", "/x/a.yaml"), ("/x/b.yaml", "/x/b.yaml")]);
    }
}
