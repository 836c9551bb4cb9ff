use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use gix::ObjectId;
use gix::objs::tree::EntryKind;
use rustc_hash::FxHashMap;

use crate::ignored::Ignored;
use crate::repository::{open_git, top_of};
use crate::{Commit, Problem, Repository, WorkTree};

/// Files above this size are not read: 8 MiB, as from the disk.
const LARGEST_FILE: u64 = 8 * 1024 * 1024;
/// A link that leads to more links than this leads in a circle, as on a disk.
const MOST_LINKS: usize = 40;
/// A path with more parts than this is not walked.
const DEEPEST: usize = 200;
/// More directories than this are not looked at, as on the disk.
const MOST_DIRECTORIES: usize = 50_000;

/// The files of a work tree at a commit. Paths are absolute, spelled as in the work tree. Used by one thread.
pub struct Tree {
    work_tree: WorkTree,
    root: Node,
    /// What HEAD has is no news to git, whatever is ignored.
    head: Option<Node>,
    ignored: Ignored,
    memo: RefCell<Memo>,
}

struct Memo {
    /// The repository, then those of submodules.
    repositories: Vec<gix::Repository>,
    /// By the path of the submodule and the commit that is wanted of it.
    submodules: FxHashMap<(Utf8PathBuf, ObjectId), Option<Node>>,
    directories: FxHashMap<Node, Arc<Directory>>,
    problems: BTreeSet<String>,
}

/// An object, with the number of its repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Node {
    repository: usize,
    object: ObjectId,
}

type Directory = BTreeMap<Box<str>, (EntryKind, ObjectId)>;

/// Where a path leads at the commit.
enum Place {
    File(Node),
    Directory(Node),
    /// Nothing is there.
    Absent,
    /// What is there is not for this commit to say: outside the work tree by a link, or of a submodule that is not at hand.
    Elsewhere,
}

impl std::fmt::Debug for Tree {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tree").field("work_tree", &self.work_tree).field("root", &self.root).finish_non_exhaustive()
    }
}

impl Repository {
    /// The files at a commit.
    ///
    /// # Errors
    /// When the commit or its tree can't be read.
    pub fn tree(&self, commit: Commit) -> Result<Tree, Problem> {
        let root = |commit: Commit| {
            let unreadable = |error: &dyn std::fmt::Display| Problem::unreadable(format!("commit {}", commit.0), error);
            let read = self.git.find_commit(commit.0).map_err(|error| unreadable(&error))?;
            let tree = read.tree().map_err(|error| unreadable(&error))?;
            Ok(Node { repository: 0, object: tree.id })
        };
        let head = self.head_commit().and_then(|commit| root(commit).ok());
        let memo = Memo {
            repositories: vec![self.git.clone()],
            submodules: FxHashMap::default(),
            directories: FxHashMap::default(),
            problems: BTreeSet::new(),
        };
        Ok(Tree {
            work_tree: self.work_tree().clone(),
            root: root(commit)?,
            head,
            ignored: Ignored::new(self.work_tree().top(), self.git.common_dir()),
            memo: RefCell::new(memo),
        })
    }
}

impl Tree {
    /// Whether a file counts as it is on the disk today, because no commit says anything of it: it lies outside the work tree
    /// or is ignored by git. What `terraform init` puts into `.terraform` is never committed, ignored or not.
    pub fn counts_as_today(&self, file: &Utf8Path) -> bool {
        let Some(path) = self.relative(file) else { return true };
        match self.find(self.root, &path) {
            Place::Elsewhere => true,
            Place::File(_) | Place::Directory(_) => false,
            Place::Absent => {
                let committed = || self.head.is_some_and(|head| matches!(self.find(head, &path), Place::File(_)));
                let installed = || path.iter().rev().skip(1).any(|name| name == ".terraform");
                (installed() || self.ignored.file(&path)) && !committed()
            }
        }
    }

    /// Whether a file is there at the commit.
    pub fn has_file(&self, file: &Utf8Path) -> bool {
        self.relative(file).is_some_and(|path| matches!(self.find(self.root, &path), Place::File(_)))
    }

    /// Whether a directory holds a submodule at this commit.
    pub fn has_submodule(&self, directory: &Utf8Path) -> bool {
        let Some(path) = self.relative(directory) else { return false };
        let (Some(above), Some(name)) = (path.parent(), path.file_name()) else { return false };
        let Place::Directory(node) = self.find(self.root, above) else { return false };
        self.directory(node).get(name).is_some_and(|(kind, _)| *kind == EntryKind::Commit)
    }

    /// The files directly in a directory, by name. `None` when the directory counts as it is on the disk.
    pub fn list(&self, directory: &Utf8Path) -> Option<Vec<Utf8PathBuf>> {
        let path = self.relative(directory)?;
        match self.find(self.root, &path) {
            Place::Directory(node) => {
                let entries = self.directory(node);
                let files = entries.iter().filter(|(_, (kind, _))| is_file(*kind));
                Some(files.map(|(name, _)| directory.join(&**name)).collect())
            }
            Place::File(_) | Place::Absent => Some(Vec::new()),
            Place::Elsewhere => None,
        }
    }

    /// The content of a file: `None` when it is not in the tree, the reason when it can't be read.
    pub fn read(&self, file: &Utf8Path) -> Option<Result<Vec<u8>, String>> {
        let path = self.relative(file)?;
        let Place::File(node) = self.find(self.root, &path) else { return None };
        Some(self.blob(node, &path))
    }

    /// The work tree that it is of.
    pub fn work_tree(&self) -> &WorkTree {
        &self.work_tree
    }

    /// Every file at or below a directory, sorted; `None` outside the work tree. Links are not followed; hidden files and
    /// directories and `node_modules` are left out.
    pub fn files_below(&self, directory: &Utf8Path) -> Option<Vec<Utf8PathBuf>> {
        let mut found = Vec::new();
        let path = self.relative(directory)?;
        let Place::Directory(node) = self.find(self.root, &path) else { return Some(found) };
        let mut open = vec![(directory.to_owned(), path, node)];
        let mut directories = 0usize;
        while let Some((shown, path, node)) = open.pop() {
            directories += 1;
            if directories > MOST_DIRECTORIES {
                // A directory that holds another many times is a few bytes in git, and without end on a disk.
                let why = format!("more than {MOST_DIRECTORIES} directories in git; nothing of them is looked at");
                self.memo.borrow_mut().problems.insert(why);
                return Some(Vec::new());
            }
            for (name, (kind, object)) in self.directory(node).iter() {
                if name.starts_with('.') {
                    continue;
                }
                let inner = match kind {
                    EntryKind::Tree => Some(Node { object: *object, ..node }),
                    EntryKind::Commit => self.submodule(&path.join(&**name), *object),
                    _ => {
                        found.push(shown.join(&**name));
                        None
                    }
                };
                if let Some(inner) = inner.filter(|_| &**name != "node_modules" && path.iter().count() < DEEPEST) {
                    open.push((shown.join(&**name), path.join(&**name), inner));
                }
            }
        }
        found.sort();
        Some(found)
    }

    /// What could not be read so far. Where there is anything, the tree is not what was committed.
    pub fn problems(&self) -> Vec<String> {
        self.memo.borrow().problems.iter().cloned().collect()
    }

    fn relative(&self, path: &Utf8Path) -> Option<Utf8PathBuf> {
        self.work_tree.relative(path)
    }

    /// Follows a path from a root, through links and submodules.
    fn find(&self, root: Node, path: &Utf8Path) -> Place {
        let mut links = 0usize;
        let mut wanted = path.to_owned();
        'again: loop {
            let mut node = root;
            let mut walked = Utf8PathBuf::new();
            let parts: Vec<&str> = wanted.iter().collect();
            if parts.len() > DEEPEST {
                return Place::Absent;
            }
            for (number, name) in parts.iter().enumerate() {
                let Some((kind, object)) = self.directory(node).get(*name).copied() else { return Place::Absent };
                let rest = parts.get(number + 1..).unwrap_or_default();
                let inner = Node { object, ..node };
                match kind {
                    EntryKind::Tree => node = inner,
                    EntryKind::Commit => match self.submodule(&walked.join(name), object) {
                        Some(top) => node = top,
                        None => return Place::Elsewhere,
                    },
                    EntryKind::Link => {
                        links += 1;
                        let Some(target) = self.link(inner).filter(|_| links <= MOST_LINKS) else {
                            return Place::Absent;
                        };
                        let target = rest.iter().fold(walked.join(target), |path, name| path.join(name));
                        match normalised(&target) {
                            Some(inside) => wanted = inside,
                            None => return Place::Elsewhere,
                        }
                        continue 'again;
                    }
                    EntryKind::Blob | EntryKind::BlobExecutable if rest.is_empty() => return Place::File(inner),
                    EntryKind::Blob | EntryKind::BlobExecutable => return Place::Absent,
                }
                walked.push(name);
            }
            return Place::Directory(node);
        }
    }

    fn directory(&self, node: Node) -> Arc<Directory> {
        let mut memo = self.memo.borrow_mut();
        if let Some(known) = memo.directories.get(&node) {
            return known.clone();
        }
        let read = memo.repositories.get(node.repository).map(|git| directory(git, node.object));
        let directory = Arc::new(match read {
            Some(Ok(directory)) => directory,
            Some(Err(why)) => {
                memo.problems.insert(why);
                Directory::new()
            }
            None => Directory::new(),
        });
        memo.directories.insert(node, directory.clone());
        directory
    }

    /// The top directory of a submodule, from the submodule's own repository; `None` when it is not at hand.
    fn submodule(&self, path: &Utf8Path, commit: ObjectId) -> Option<Node> {
        let key = (path.to_owned(), commit);
        if let Some(known) = self.memo.borrow().submodules.get(&key) {
            return *known;
        }
        let at = self.work_tree.top().join(path);
        let git = (top_of(&at) == Some(at.as_path())).then(|| open_git(&at).ok()).flatten();
        let found = git.and_then(|git| {
            let tree = git.find_commit(commit).ok()?.tree_id().ok()?.detach();
            let mut memo = self.memo.borrow_mut();
            memo.repositories.push(git);
            Some(Node { repository: memo.repositories.len() - 1, object: tree })
        });
        self.memo.borrow_mut().submodules.insert(key, found);
        found
    }

    fn link(&self, node: Node) -> Option<Utf8PathBuf> {
        let bytes = self.blob(node, Utf8Path::new("a symbolic link")).ok()?;
        String::from_utf8(bytes).ok().map(Utf8PathBuf::from)
    }

    fn blob(&self, node: Node, path: &Utf8Path) -> Result<Vec<u8>, String> {
        let mut memo = self.memo.borrow_mut();
        let Some(git) = memo.repositories.get(node.repository) else { return Err(String::new()) };
        let read = git.find_header(node.object).and_then(|header| match header.size() {
            size if size > LARGEST_FILE => {
                let megabytes = size / (1024 * 1024);
                Ok(Err(format!("this file has {megabytes} MiB; files above 8 MiB are not read")))
            }
            _ => git.find_blob(node.object).map(|mut blob| Ok(blob.take_data())),
        });
        read.unwrap_or_else(|error| {
            let why = Problem::unreadable(format!("{path} in git"), &error).to_string();
            memo.problems.insert(why.clone());
            Err(why)
        })
    }
}

fn directory(git: &gix::Repository, object: ObjectId) -> Result<Directory, String> {
    let unreadable =
        |error: &dyn std::fmt::Display| Problem::unreadable(format!("a directory in git ({object})"), error);
    let tree = git.find_tree(object).map_err(|error| unreadable(&error).to_string())?;
    let tree = tree.decode().map_err(|error| unreadable(&error).to_string())?;
    // A name that is no text can't be asked for.
    let entry = |entry: &gix::objs::tree::EntryRef<'_>| {
        let name = std::str::from_utf8(entry.filename).ok()?;
        Some((Box::from(name), (entry.mode.kind(), entry.oid.to_owned())))
    };
    Ok(tree.entries.iter().filter_map(entry).collect())
}

fn is_file(kind: EntryKind) -> bool {
    matches!(kind, EntryKind::Blob | EntryKind::BlobExecutable | EntryKind::Link)
}

/// A path below the top without `.` and `..`; `None` when it leads out.
fn normalised(path: &Utf8Path) -> Option<Utf8PathBuf> {
    let mut clean = Utf8PathBuf::new();
    for component in path.components() {
        match component {
            Utf8Component::CurDir => {}
            Utf8Component::ParentDir => {
                if !clean.pop() {
                    return None;
                }
            }
            Utf8Component::Normal(name) => clean.push(name),
            Utf8Component::RootDir | Utf8Component::Prefix(_) => return None,
        }
    }
    Some(clean)
}
