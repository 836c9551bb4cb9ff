//! The files of promises in a workspace, and which stack each promise means. Everything else of the workspace only asks which
//! promises a stack is to be held to.
//!
//! A promise means the stack that it lies in; where there is none, the only one that there is below the nearest directory with
//! any, or that one of several whose directory is called as the service. It depends on the files of the workspace alone, and not on
//! which stacks are open, so that editor and command line say the same.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_files::{Changes, Files, Stamp, directory_of};
use foreshock_infra::{is_infra, may_be_infra};
use foreshock_text::{FilePath, Place};
use rustc_hash::FxHashMap;

use super::Workspace;
use crate::dialect::Texts;
use crate::dialect::yaml_file::YamlFile;
use crate::findings::suppression::of_problem;
use crate::promises::{PromiseFile, Tie, Tied, WrittenPromise, may_be_promises};
use crate::workspace::disk::{Sources, read_text};
use crate::{Notice, ProblemCode, Severity, SourceFile, Stack};

/// The files of promises of a workspace.
#[derive(Default)]
pub(super) struct PromiseFiles {
    /// Every file of YAML that was looked at, by what it is.
    files: BTreeMap<Utf8PathBuf, Looked>,
    /// Files that are to be looked at again.
    told: BTreeSet<Utf8PathBuf>,
    read: FxHashMap<FilePath, (Arc<YamlFile>, Arc<PromiseFile>)>,
    /// Who is meant, with the roots that were known then.
    meant: Option<(KnownRoots, Arc<Meant>)>,
    /// Roots that were asked for by name.
    asked: Vec<Root>,
    /// Directories that were asked for where no workspace folder is.
    directories: Vec<Utf8PathBuf>,
    /// Whether nothing is to be looked for: nobody of the present has promised anything.
    is_off: bool,
    /// Counts the files that come and go.
    generation: u64,
}

/// The roots that each reader knows of.
type KnownRoots = Vec<Arc<BTreeSet<Utf8PathBuf>>>;

/// A file that was looked at: what it was, and by what a later look tells that it has changed.
struct Looked {
    sort: Sort,
    stamp: Stamp,
}

/// What a file of YAML is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Promises,
    MayBeInfra,
    Other,
}

/// A root: the number of its dialect, itself, and the directory that it is at home in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Root {
    home: Utf8PathBuf,
    root: Utf8PathBuf,
    dialect: usize,
}

/// Which promise means which root.
#[derive(Debug, Default)]
pub(super) struct Meant {
    promises: BTreeMap<(usize, Utf8PathBuf), Vec<Arc<Tied>>>,
    /// Promises that mean none, with the reason.
    untied: Vec<(Place, String)>,
}

impl PromiseFiles {
    /// Those of a base: nothing is looked for before somebody of the present has promised something.
    pub(super) fn off() -> PromiseFiles {
        PromiseFiles { is_off: true, ..PromiseFiles::default() }
    }

    /// Every file that was looked at: a change of it may make promises of it.
    pub(super) fn paths(&self) -> impl Iterator<Item = &Utf8PathBuf> {
        self.files.keys()
    }

    /// Counts up with the files that were looked at.
    pub(super) fn generation(&self) -> u64 {
        self.generation
    }

    /// Somebody said that these have changed.
    pub(super) fn tell(&mut self, paths: &[FilePath]) {
        let of_yaml = paths.iter().map(FilePath::as_path).filter(|path| self.files.contains_key(*path));
        let of_yaml: Vec<Utf8PathBuf> = of_yaml.map(Utf8Path::to_owned).collect();
        self.told.extend(of_yaml);
    }

    /// There may be changes that nobody tells of: costs a look at the metadata of each file.
    pub(super) fn look_again(&mut self) {
        let changed = self.files.iter().filter(|(path, looked)| !looked.stamp.stands(&Stamp::of(path)));
        let changed: Vec<Utf8PathBuf> = changed.map(|(path, _)| path.clone()).collect();
        self.told.extend(changed);
    }

    /// The files of a sort.
    fn of(&self, sort: Sort) -> impl Iterator<Item = &Utf8PathBuf> {
        self.files.iter().filter(move |(_, looked)| looked.sort == sort).map(|(path, _)| path)
    }

    fn promise_files(&self) -> impl Iterator<Item = FilePath> {
        self.of(Sort::Promises).map(|path| FilePath::new(path.clone()))
    }

    fn has_any(&self) -> bool {
        self.of(Sort::Promises).next().is_some()
    }

    /// Looks at one file: whether it is there, and what it is.
    fn look_at(&mut self, path: &Utf8Path, sources: &Sources, is_past: bool) {
        let file = FilePath::new(path);
        // The stamp first: what changes in between is seen the next time.
        let stamp = Stamp::of(path);
        let text = match sources.document(&file) {
            Some(text) => Some(text),
            None if is_past => sources.text(&file),
            // What is no promise need not be kept.
            None if sources.store().boundary().holds_file(path) => read_text(&file),
            None => None,
        };
        let sort = text.as_deref().map(sort_of);
        let before = match sort {
            Some(sort) => self.files.insert(path.to_owned(), Looked { sort, stamp }),
            None => self.files.remove(path),
        };
        let before = before.map(|before| before.sort);
        self.generation += u64::from(before.is_some() != sort.is_some());
        // What it says may be something else.
        if before == Some(Sort::Promises) || sort == Some(Sort::Promises) || before != sort {
            self.meant = None;
        }
        if sort != Some(Sort::Promises) {
            self.read.remove(&file);
        }
    }

    /// A file of promises as it is now; `None` for one that only looked like it.
    fn file(&mut self, file: &FilePath, sources: &Sources) -> Option<Arc<PromiseFile>> {
        let yaml = sources.yaml(file)?;
        if let Some((_, read)) = self.read.get(file).filter(|(known, _)| Arc::ptr_eq(known, &yaml)) {
            return Some(read.clone());
        }
        let read = Arc::new(PromiseFile::read(&yaml)?);
        self.read.insert(file.clone(), (yaml, read.clone()));
        Some(read)
    }
}

/// What a text of YAML may be.
fn sort_of(text: &str) -> Sort {
    match () {
        () if may_be_promises(text) => Sort::Promises,
        () if may_be_infra(text) => Sort::MayBeInfra,
        () => Sort::Other,
    }
}

/// Whether a file of the disk holds promises, and nothing else.
pub(super) fn holds_promises(path: &Utf8Path) -> bool {
    let text = is_yaml(path).then(|| read_text(&FilePath::new(path))).flatten();
    let text = text.filter(|text| may_be_promises(text));
    text.is_some_and(|text| PromiseFile::read(&YamlFile::parse(FilePath::new(path), text)).is_some())
}

/// Whether a file is looked at, by its name.
fn is_yaml(path: &Utf8Path) -> bool {
    matches!(path.extension(), Some("yaml" | "yml"))
}

impl Workspace {
    /// Looks for files of promises: everywhere at first, and afterwards where something is different.
    pub(super) fn index_promises(&mut self, is_first: bool, changed: &BTreeSet<Utf8PathBuf>) {
        let mut promises = std::mem::take(&mut self.promises);
        if promises.is_off {
            self.promises = promises;
            return;
        }
        let mut paths = std::mem::take(&mut promises.told);
        if is_first {
            let (asked, directories) = (promises.asked, promises.directories);
            promises =
                PromiseFiles { asked, directories, generation: promises.generation + 1, ..PromiseFiles::default() };
            paths.extend(self.index.files().iter().filter(|path| is_yaml(path)).cloned());
            let opened = self.sources.documents();
            paths.extend(opened.iter().map(|file| file.as_path().to_owned()).filter(|path| is_yaml(path)));
        } else {
            paths.extend(self.changed_yaml(&promises, changed));
        }
        for path in paths {
            promises.look_at(&path, &self.sources, self.is_past);
        }
        self.promises = promises;
    }

    /// The files of YAML that have changed, come or gone.
    fn changed_yaml(&self, promises: &PromiseFiles, changed: &BTreeSet<Utf8PathBuf>) -> BTreeSet<Utf8PathBuf> {
        let Changes { files, directories } = &self.changes;
        let mut paths: BTreeSet<Utf8PathBuf> =
            files.iter().map(|file| file.as_path().to_owned()).filter(|path| is_yaml(path)).collect();
        // Where only the content of files that were read has changed, nothing has come or gone.
        let edited: BTreeSet<Utf8PathBuf> = files.iter().map(directory_of).collect();
        for directory in
            changed.iter().filter(|directory| directories.contains(*directory) || !edited.contains(*directory))
        {
            let below = promises.files.range::<Utf8PathBuf, _>(directory..);
            let below = below.map(|(path, _)| path).take_while(|path| path.starts_with(directory));
            paths.extend(below.filter(|path| path.parent() == Some(directory)).cloned());
            if self.index.has(directory) || self.sources.store().has_document_in(directory) {
                let listed = self.sources.list(directory);
                paths.extend(listed.iter().map(|file| file.as_path().to_owned()).filter(|path| is_yaml(path)));
            }
        }
        paths
    }

    /// A root was asked for by itself: promises in its folder count, or beside a file where there is none.
    pub(super) fn look_for_promises_of(&mut self, dialect: usize, root: &Utf8Path) {
        let Some(home) = self.readers.get(dialect).map(|reader| reader.home(root).directory) else { return };
        let walked = self.folders.iter().flat_map(|folder| self.sources.walk(folder).files);
        let mut files: Vec<Utf8PathBuf> = walked.collect();
        if self.folders.is_empty() {
            files.extend(self.sources.list(&home).iter().map(|file| file.as_path().to_owned()));
            self.promises.directories.push(home.clone());
        }
        for path in files.iter().filter(|path| is_yaml(path)) {
            self.promises.look_at(path, &self.sources, self.is_past);
        }
        self.promises.asked.push(Root { home, root: root.to_owned(), dialect });
        self.promises.meant = None;
    }

    /// In a base: looks for promises where a stack of the present has any.
    pub(super) fn look_for_promises_like(&mut self, present: &Stack) {
        if self.promises.is_off && !present.settings().promises.is_empty() {
            self.promises = PromiseFiles::default();
            self.index.forget();
            self.index();
        }
    }

    /// What is promised of the stack at a root.
    pub(super) fn promises_of(&mut self, dialect: usize, root: &Utf8Path) -> Vec<Arc<Tied>> {
        let meant = self.meant();
        meant.promises.get(&(dialect, root.to_owned())).cloned().unwrap_or_default()
    }

    /// The roots that the promises in a file mean.
    pub(super) fn roots_promised_in(&mut self, file: &FilePath) -> BTreeSet<(usize, Utf8PathBuf)> {
        if self.promises.files.get(file.as_path()).is_none_or(|looked| looked.sort != Sort::Promises) {
            return BTreeSet::new();
        }
        let meant = self.meant();
        let is_in = |promises: &Vec<Arc<Tied>>| promises.iter().any(|tied| tied.promise.place.file == *file);
        meant.promises.iter().filter(|(_, promises)| is_in(promises)).map(|(root, _)| root.clone()).collect()
    }

    /// Which promise means which root, worked out again where a file or a root is another one.
    fn meant(&mut self) -> Arc<Meant> {
        if !self.promises.has_any() {
            return Arc::default();
        }
        let known: KnownRoots = self.readers.iter_mut().map(|reader| reader.known_roots()).collect();
        if let Some((then, meant)) = &self.promises.meant
            && then.len() == known.len()
            && then.iter().zip(&known).all(|(one, other)| Arc::ptr_eq(one, other) || one.is_empty() && other.is_empty())
        {
            return meant.clone();
        }
        let roots = self.roots_that_may_be_meant(&known);
        let mut meant = Meant::default();
        let sources = self.sources.clone();
        for file in self.promises.promise_files().collect::<Vec<_>>() {
            let Some(read) = self.promises.file(&file, &sources) else { continue };
            for promise in &read.promises {
                match self.root_meant(promise, &roots) {
                    Ok((root, tie)) => {
                        let tied = Arc::new(Tied::by(promise.clone(), tie));
                        meant.promises.entry((root.dialect, root.root.clone())).or_default().push(tied);
                    }
                    Err(why) => meant.untied.push((promise.place.clone(), why)),
                }
            }
        }
        let meant = Arc::new(meant);
        self.promises.meant = Some((known, meant.clone()));
        meant
    }

    /// Every root of the workspace, files of infrastructure YAML among them.
    fn roots_that_may_be_meant(&mut self, known: &[Arc<BTreeSet<Utf8PathBuf>>]) -> BTreeSet<Root> {
        let mut roots: BTreeSet<Root> = self.promises.asked.iter().cloned().collect();
        for ((dialect, reader), known) in (0..).zip(&self.readers).zip(known) {
            let home = |root: &Utf8PathBuf| reader.home(root).directory;
            roots.extend(known.iter().map(|root| Root { home: home(root), root: root.clone(), dialect }));
        }
        let may_be: Vec<Utf8PathBuf> = self.promises.of(Sort::MayBeInfra).cloned().collect();
        for root in may_be {
            let is_one = self.sources.yaml(&FilePath::new(root.clone())).is_some_and(|yaml| is_infra(&yaml.tree));
            let reads = |dialect: &usize| {
                self.readers.get(*dialect).is_some_and(|reader| reader.root_at(&root, &*self.sources).is_some())
            };
            let Some(dialect) = self.dialects_of(&root).into_iter().find(reads).filter(|_| is_one) else { continue };
            let Some(reader) = self.readers.get(dialect) else { continue };
            roots.insert(Root { home: reader.home(&root).directory, root, dialect });
        }
        roots
    }

    /// The root that a promise means.
    ///
    /// # Errors
    /// When there is none, or several; the text says so.
    fn root_meant<'r>(&self, promise: &WrittenPromise, roots: &'r BTreeSet<Root>) -> Result<(&'r Root, Tie), String> {
        let file = promise.place.file.as_path();
        let is_inside = |directory: &Utf8Path| {
            self.folders.iter().chain(&self.promises.directories).any(|folder| directory.starts_with(folder))
                || self.sources.store().has_document_in(directory)
        };
        for above in file.ancestors().skip(1).take_while(|above| is_inside(above)) {
            let start = Root { home: above.to_owned(), root: Utf8PathBuf::new(), dialect: 0 };
            let below: Vec<&Root> = roots.range(start..).take_while(|root| root.home.starts_with(above)).collect();
            let here: Vec<&Root> = below.iter().copied().filter(|root| root.home == above).collect();
            match (here.as_slice(), below.as_slice()) {
                ([only], _) => return Ok((only, Tie::Inside)),
                ([], []) => {}
                ([], [only]) => return Ok((only, Tie::Alone)),
                (here, below) => {
                    let among = if here.is_empty() { below } else { here };
                    return named(promise, above, among)
                        .map(|root| (root, Tie::Named))
                        .ok_or_else(|| format!("{} stacks may be meant", among.len()));
                }
            }
        }
        Err("no stack is near".to_owned())
    }

    /// What is to be said of promises: what is wrong with them, and which are held to nothing. Of files that are open or that
    /// these stacks are held to; of all below what was asked for as a whole.
    pub(super) fn promise_notices(&mut self, stacks: &[Arc<Stack>]) -> Vec<Notice> {
        let mut notices: Vec<Notice> = Vec::new();
        let untied = stacks.iter().flat_map(|stack| stack.untied_promises());
        notices.extend(untied.map(|untied| held_to_nothing(&untied.place, &untied.why)));
        if self.promises.has_any() {
            let told = self.told_promise_files(stacks);
            let sources = self.sources.clone();
            let is_told = |place: &Place| told.contains(&place.file);
            let meant = self.meant();
            for ((_, root), promises) in &meant.promises {
                let count = stacks.iter().filter(|stack| stack.root == *root).count();
                let why = format!("{count} stacks of this root may be meant");
                let of_several = promises.iter().filter(|_| count > 1);
                notices.extend(of_several.map(|tied| held_to_nothing(&tied.promise.place, &why)));
            }
            let untied = meant.untied.iter().filter(|(place, _)| is_told(place));
            notices.extend(untied.map(|(place, why)| held_to_nothing(place, why)));
            for file in &told {
                let Some(read) = self.promises.file(file, &sources) else { continue };
                let problems = read.problems.iter();
                notices.extend(problems.map(|problem| Notice {
                    code: ProblemCode::Promise,
                    ..of_problem(file, Severity::Warning, problem)
                }));
            }
        }
        notices.sort_by(|one, other| (&one.place, &one.message).cmp(&(&other.place, &other.message)));
        notices.dedup();
        notices
    }

    fn told_promise_files(&self, stacks: &[Arc<Stack>]) -> BTreeSet<FilePath> {
        let is_open = |file: &FilePath| self.sources.document(file).is_some();
        let is_whole = |file: &FilePath| self.whole.as_ref().is_some_and(|whole| file.as_path().starts_with(whole));
        let mut told: BTreeSet<FilePath> =
            self.promises.promise_files().filter(|file| is_open(file) || is_whole(file)).collect();
        told.extend(stacks.iter().flat_map(|stack| stack.promise_files()));
        told
    }

    /// The files of promises that something is told of, as they were read.
    pub(super) fn read_promise_files(&self, stacks: &[Arc<Stack>]) -> Vec<(FilePath, SourceFile)> {
        let told = self.told_promise_files(stacks).into_iter();
        told.filter_map(|file| Some((file.clone(), SourceFile::Yaml(self.sources.yaml(&file)?)))).collect()
    }
}

fn held_to_nothing(place: &Place, why: &str) -> Notice {
    let message = format!("this promise is held to nothing: {why}");
    Notice { place: place.clone(), severity: Severity::Info, code: ProblemCode::Promise, message }
}

/// The one of several roots whose directory, somewhere below `above`, is called as what a promise speaks of.
fn named<'r>(promise: &WrittenPromise, above: &Utf8Path, roots: &[&'r Root]) -> Option<&'r Root> {
    let is_called = |root: &&&Root, name: &str| {
        let below = root.home.strip_prefix(above).map(Utf8Path::components);
        below.is_ok_and(|mut parts| parts.any(|part| part.as_str() == name))
    };
    let name = promise.of.first()?;
    let mut called = roots.iter().filter(|root| is_called(root, name));
    let only = called.next()?;
    called.next().is_none().then_some(only)
}
