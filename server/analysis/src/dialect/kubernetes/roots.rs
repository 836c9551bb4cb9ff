//! Which manifests make up a stack.
//!
//! Manifests say nothing about it: whoever applies them names files and directories. What lies in one directory, and below it, is
//! applied together, as long as no object is declared twice: two files that declare the same objects are two ways to install the
//! same thing, and two directories that do are two environments.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_kubernetes::Identity;
use foreshock_text::FilePath;

/// So many objects of one directory may be declared twice: somebody has copied a file and has not changed it yet.
const COPIED: usize = 3;

/// The stacks of the manifests that are known: the files of each root.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Roots {
    files: BTreeMap<Utf8PathBuf, Vec<FilePath>>,
    of_file: BTreeMap<FilePath, Utf8PathBuf>,
}

/// The objects that each file declares.
pub(super) type Manifests = BTreeMap<FilePath, Arc<[Identity]>>;

impl Roots {
    /// The stacks of these manifests. None reaches beyond the folder that it is in.
    pub(super) fn of(manifests: &Manifests, folders: &[Utf8PathBuf]) -> Roots {
        let mut roots = Roots::default();
        let mut by_folder: BTreeMap<Option<&Utf8PathBuf>, Vec<&FilePath>> = BTreeMap::new();
        for file in manifests.keys() {
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

    /// The root whose stack reads a file.
    pub(super) fn of_file(&self, file: &FilePath) -> Option<&Utf8PathBuf> {
        self.of_file.get(file)
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
        for file in &files {
            self.of_file.insert(file.clone(), root.clone());
        }
        self.files.insert(root, files);
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
        let roots = Roots::of(&manifests, &[Utf8PathBuf::from("/w")]);
        let told: Vec<(String, String)> = roots
            .files
            .iter()
            .map(|(root, files)| {
                let names: Vec<&str> = files.iter().map(|file| file.as_path().as_str()).collect();
                (root.to_string(), names.join(" "))
            })
            .collect();
        let expect: Vec<(String, String)> =
            expect.iter().map(|(root, files)| ((*root).to_owned(), (*files).to_owned())).collect();
        assert_eq!(told, expect);
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
