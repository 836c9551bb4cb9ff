//! What the stacks of a workspace are compared with: the same stacks, read by the same code from a revision of their git
//! repository. Each is analysed when it is wanted and only when something of it differs.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_files::ReadSet;
use foreshock_history::{Base as Found, Commit, Problem, RefStamp, Repository, Tree, Wanted, WorkTree};
use foreshock_text::FilePath;
use rustc_hash::{FxHashMap, FxHashSet};

use super::Workspace;
use super::past::Past;
use super::promised::PromiseFiles;
use super::seen::{differing_file, has_same_names, is_same_file};
use crate::workspace::disk::Sources;
use crate::workspace::paths::directory_of;
use crate::{Base, FILE_NAME, Stack};

/// What the stacks are compared with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum BaseChoice {
    /// Nothing: everything is new.
    #[default]
    None,
    /// The merge base of HEAD with the default branch; HEAD on that branch itself.
    Automatic,
    /// What git calls by this name: `main`, `HEAD~2`, `v1.2`, a hash.
    Revision(String),
}

impl BaseChoice {
    fn wanted(&self) -> Option<Wanted> {
        match self {
            BaseChoice::None => None,
            BaseChoice::Automatic => Some(Wanted::Automatic),
            BaseChoice::Revision(revision) => Some(Wanted::Revision(revision.clone())),
        }
    }
}

/// The bases of a workspace: one for each git repository that it has to do with.
#[derive(Default)]
pub(super) struct Bases {
    choice: BaseChoice,
    repositories: BTreeMap<WorkTree, RepositoryBase>,
    /// Whose base a directory has, as far as somebody asked.
    of: FxHashMap<Utf8PathBuf, Option<WorkTree>>,
    /// What git ignores may be something else now.
    ignored_changed: bool,
    /// There may be other repositories now.
    git_changed: bool,
    /// Something that a base was read from and that no commit holds is different now.
    past_changed: bool,
    /// What others have found wrong who compared stacks of this workspace.
    pub(super) told_beside: BTreeSet<String>,
}

/// A repository and where its base stands.
struct RepositoryBase {
    /// `None` for a repository that can't be opened: it is tried again with the next folders.
    stamp: Option<RefStamp>,
    at: Result<BaseWorkspace, Problem>,
}

/// The workspace as it was at a commit.
struct BaseWorkspace {
    commit: Commit,
    base: Base,
    doubt: Option<Problem>,
    tree: Rc<Tree>,
    workspace: Box<Workspace>,
    /// Where roots that are new stood, as far as somebody asked.
    moved: FxHashMap<Utf8PathBuf, Option<Utf8PathBuf>>,
    /// By root, a file that was not the same when somebody looked last. It is looked at first.
    differed: FxHashMap<Utf8PathBuf, FilePath>,
}

impl Workspace {
    /// Sets what the stacks are compared with. At first that is nothing.
    pub fn set_base(&mut self, choice: BaseChoice) {
        if choice == self.bases.choice {
            return;
        }
        self.revision += 1;
        self.bases = Bases { choice, ..Bases::default() };
        self.stacks.clear();
    }

    /// The stacks of the base are to be read anew, with other settings.
    pub(super) fn forget_bases(&mut self) {
        self.bases.repositories.clear();
        self.bases.of.clear();
        if self.bases.choice != BaseChoice::None {
            self.stacks.clear();
        }
    }

    /// Drops what was compared with a base that has moved. Costs a look at some ten short files for each repository.
    pub(super) fn follow_bases(&mut self) {
        let Some(wanted) = self.bases.choice.wanted() else { return };
        if std::mem::take(&mut self.bases.ignored_changed) {
            self.forget_bases();
        }
        let mut moved = std::mem::take(&mut self.bases.past_changed);
        let mut repositories = std::mem::take(&mut self.bases.repositories);
        for (work_tree, side) in &mut repositories {
            if side.stamp.as_ref().is_some_and(RefStamp::moved) {
                moved |= self.follow(work_tree, side, &wanted);
            }
        }
        self.bases.repositories = repositories;
        if std::mem::take(&mut self.bases.git_changed) || moved {
            let before = std::mem::take(&mut self.bases.of);
            for directory in before.keys() {
                self.side_of(directory);
            }
            moved |= self.bases.of != before;
        }
        if moved {
            self.stacks.clear();
        }
        // What is wrong with a base is told, whether there are stacks or not.
        for folder in self.folders.clone() {
            self.side_of(&folder);
        }
    }

    /// Looks again where a base stands. Whether that is elsewhere.
    fn follow(&self, work_tree: &WorkTree, side: &mut RepositoryBase, wanted: &Wanted) -> bool {
        let (stamp, looked) = look(work_tree, wanted);
        side.stamp = stamp;
        if let (Ok((_, found)), Ok(at)) = (&looked, &mut side.at)
            && found.commit == at.commit
        {
            // The same commit by another way is the same base, with other words.
            let base = base_of(found);
            let changed = at.base != base;
            (at.base, at.doubt) = (base, found.doubt.clone());
            return changed;
        }
        let at = looked.and_then(|(repository, found)| self.read_at(&repository, &found));
        let changed = at.is_ok() || at.as_ref().err() != side.at.as_ref().err();
        side.at = at;
        changed
    }

    fn read_at(&self, repository: &Repository, found: &Found) -> Result<BaseWorkspace, Problem> {
        let tree = Rc::new(repository.tree(found.commit)?);
        let workspace = Box::new(Workspace {
            folders: self.folders.clone(),
            choices: self.choices.clone(),
            // What is over today is over on both sides, so that it is not the change that ends it.
            today: self.today,
            options: self.options.clone(),
            sources: Rc::new(Sources::on(Box::new(Past(tree.clone())), self.sources.clone())),
            is_past: true,
            // Until somebody of the present has promised something.
            promises: PromiseFiles::off(),
            ..Workspace::with_dialects(self.dialects)
        });
        let (base, doubt) = (base_of(found), found.doubt.clone());
        let (moved, differed) = Default::default();
        Ok(BaseWorkspace { commit: found.commit, base, doubt, tree, workspace, moved, differed })
    }

    /// The side that a directory is compared with. A submodule of the repository of its workspace folder is part of that one.
    pub(super) fn side_of(&mut self, directory: &Utf8Path) -> Option<WorkTree> {
        if let Some(known) = self.bases.of.get(directory) {
            return known.clone();
        }
        let wanted = self.bases.choice.wanted()?;
        let nearest = WorkTree::of(directory);
        let folder = self.folders.iter().find(|folder| directory.starts_with(folder));
        let outer = folder.and_then(|folder| WorkTree::of(folder)).filter(|outer| Some(outer) != nearest.as_ref());
        let is_part_of =
            |outer: &BaseWorkspace| nearest.as_ref().is_some_and(|inner| outer.tree.has_submodule(inner.top()));
        let outer = outer.filter(|outer| self.open_side(outer, &wanted).is_some_and(is_part_of));
        let chosen = outer.or(nearest);
        if let Some(work_tree) = &chosen {
            self.open_side(work_tree, &wanted);
        }
        self.bases.of.insert(directory.to_owned(), chosen.clone());
        chosen
    }

    fn open_side(&mut self, work_tree: &WorkTree, wanted: &Wanted) -> Option<&BaseWorkspace> {
        if !self.bases.repositories.contains_key(work_tree) {
            let (stamp, looked) = look(work_tree, wanted);
            let at = looked.and_then(|(repository, found)| self.read_at(&repository, &found));
            self.bases.repositories.insert(work_tree.clone(), RepositoryBase { stamp, at });
        }
        self.bases.repositories.get(work_tree)?.at.as_ref().ok()
    }

    /// The texts of the base that a directory is compared with.
    pub(super) fn past_of(&mut self, directory: &Utf8Path) -> Option<Rc<Sources>> {
        let work_tree = self.side_of(directory)?;
        let at = self.bases.repositories.get(&work_tree)?.at.as_ref().ok()?;
        Some(at.workspace.sources.clone())
    }

    /// A stack beside what it was. `number` counts the stacks of its root, `read` is what it was read from, and `previous` the version
    /// before.
    pub(super) fn compared(
        &mut self,
        dialect: usize,
        mut stack: Stack,
        number: usize,
        read: &ReadSet,
        previous: Option<&Stack>,
    ) -> Stack {
        // A plan brings its own base.
        if let Some((base, before)) = stack.before.take() {
            return stack.compared_with(base, before);
        }
        if self.bases.choice == BaseChoice::None || stack.is_record() {
            return stack;
        }
        let Some(reader) = self.readers.get(dialect) else { return stack };
        let home = reader.home(&stack.root).directory;
        let directory = home.as_path();
        let Some(work_tree) = self.side_of(directory) else { return stack };
        let Some(RepositoryBase { at: Ok(at), .. }) = self.bases.repositories.get_mut(&work_tree) else { return stack };
        // Of a stack that git ignores no commit knows anything; it would always be as it is.
        let mut own = stack.files.iter().filter(|file| directory_of(file) == directory).peekable();
        if own.peek().is_some() && own.all(|file| at.tree.counts_as_today(file.as_path())) {
            return stack;
        }
        let before = at.stack(dialect, &stack, number, read, &self.sources);
        // Half a base would make old what is new, and new what is old.
        if !at.tree.problems().is_empty() {
            return stack;
        }
        match previous.zip(before.as_ref()) {
            Some((previous, before)) if previous.is_compared_like(&stack, &at.base, before) => {
                stack.compared_as(previous)
            }
            _ => stack.compared_with(at.base.clone(), before),
        }
    }
}

/// Where a base stands, and what to tell when that is elsewhere.
fn look(work_tree: &WorkTree, wanted: &Wanted) -> (Option<RefStamp>, Result<(Repository, Found), Problem>) {
    let repository = match Repository::open(work_tree.clone()) {
        Ok(repository) => repository,
        Err(problem) => return (None, Err(problem)),
    };
    // First the stamp: what moves in between is seen the next time.
    let stamp = repository.ref_stamp(wanted);
    let found = repository.base(wanted);
    (Some(stamp), found.map(|found| (repository, found)))
}

fn base_of(found: &Found) -> Base {
    Base { id: Arc::from(found.id.as_str()), words: Arc::from(found.words.as_str()) }
}

impl BaseWorkspace {
    /// The stack as it was; `None` when there was none. Where nothing of it has changed it is the stack itself.
    fn stack(
        &mut self,
        dialect: usize,
        now: &Stack,
        number: usize,
        read: &ReadSet,
        present: &Sources,
    ) -> Option<Arc<Stack>> {
        let past = &mut *self.workspace;
        if past.is_there(dialect, &now.root) {
            let first = self.differed.get(&now.root).filter(|file| read.files.contains(*file));
            let still_differs = first.is_some_and(|file| !is_same_file(file, present, &past.sources));
            let differing = if still_differs { None } else { differing_file(read, present, &past.sources) };
            if let Some(file) = differing {
                self.differed.insert(now.root.clone(), file.clone());
            }
            let is_same = || !still_differs && differing.is_none() && has_same_names(read, present, &past.sources);
            return match !now.understood().reads_others && is_same() {
                true => Some(Arc::new(now.clone())),
                false => {
                    past.look_for_promises_like(now);
                    past.stack_at(dialect, &now.root, number)
                }
            };
        }
        let root = match self.moved.get(&now.root) {
            Some(known) => known.clone(),
            None => {
                let found = past.moved_from(dialect, &now.root, present);
                self.moved.insert(now.root.clone(), found.clone());
                found
            }
        };
        self.workspace.look_for_promises_like(now);
        self.workspace.stack_at(dialect, &root?, number)
    }
}

/// The workspace of a base.
impl Workspace {
    /// Looks everywhere only for a dialect that has to.
    fn index_for(&mut self, dialect: usize) {
        if self.index.is_done() || self.readers.get(dialect).is_some_and(|reader| reader.needs_index()) {
            self.index();
        }
        self.drop_changed();
    }

    /// Whether there was something at a root. Some of it is known only to who has looked everywhere: so that nothing is called
    /// new unlooked for.
    fn is_there(&mut self, dialect: usize, root: &Utf8Path) -> bool {
        let is_there =
            |past: &Workspace| past.readers.get(dialect).is_some_and(|reader| reader.is_there(root, &*past.sources));
        is_there(self) || {
            self.index_for(dialect);
            is_there(self)
        }
    }

    fn moved_from(&mut self, dialect: usize, root: &Utf8Path, present: &Sources) -> Option<Utf8PathBuf> {
        self.index_for(dialect);
        self.readers.get(dialect)?.moved_from(root, present, &*self.sources)
    }

    fn stack_at(&mut self, dialect: usize, root: &Utf8Path, number: usize) -> Option<Arc<Stack>> {
        self.index_for(dialect);
        self.prepare();
        let mut settings = self.settings_of(dialect, root);
        // A root that has moved may be meant by other entries of `foreshock.toml`.
        let number = if number < settings.len() { number } else { 0 };
        let settings = (!settings.is_empty()).then(|| settings.swap_remove(number))?;
        self.stack(dialect, root, settings, number, &|| false).ok()
    }
}

impl Bases {
    /// Bases of the same choice that know nothing yet.
    pub(super) fn of_choice(choice: BaseChoice) -> Bases {
        Bases { choice, ..Bases::default() }
    }

    pub(super) fn choice(&self) -> &BaseChoice {
        &self.choice
    }

    /// Paths changed on the disk. That is of no concern to a commit, but for what git ignores.
    pub(super) fn forget_disk(&mut self, paths: &[FilePath]) {
        let is_rule = |path: &FilePath| matches!(path.as_path().file_name(), Some(".gitignore" | "exclude"));
        self.ignored_changed |= paths.iter().any(is_rule);
        self.git_changed |= paths.iter().any(|path| path.as_path().iter().any(|part| part == ".git"));
        for side in self.repositories.values_mut() {
            let Ok(at) = &mut side.at else { continue };
            at.moved.clear();
            at.workspace.told.extend(paths.iter().cloned());
            at.workspace.follow_disk();
            self.past_changed |= !at.workspace.changes.is_empty();
        }
    }

    /// What the stacks of the base were read from may have changed on the disk.
    pub(super) fn look_again(&mut self) {
        for side in self.repositories.values_mut() {
            let Ok(at) = &mut side.at else { continue };
            at.workspace.in_doubt = true;
            at.workspace.follow_disk();
            self.past_changed |= !at.workspace.changes.is_empty();
        }
    }

    /// The files that say where the bases stand.
    pub(super) fn files(&self) -> Vec<Utf8PathBuf> {
        let stamps = self.repositories.values().filter_map(|side| side.stamp.as_ref());
        stamps.flat_map(RefStamp::files).filter_map(|file| Utf8PathBuf::from_path_buf(file.to_owned()).ok()).collect()
    }

    /// `foreshock.toml` of today counts for both sides.
    pub(super) fn forget_configurations(&mut self, changed: &FxHashSet<FilePath>) {
        let is_configuration = |file: &FilePath| file.as_path().file_name() == Some(FILE_NAME);
        for side in self.repositories.values_mut() {
            if let Ok(at) = &mut side.at {
                at.workspace.configurations.forget(changed);
                if changed.iter().any(is_configuration) {
                    at.workspace.forget_settings();
                }
            }
        }
    }

    /// What is wrong with the repositories.
    pub(super) fn problems_of_sides(&self) -> BTreeSet<String> {
        let mut problems = self.told_beside.clone();
        for side in self.repositories.values() {
            match &side.at {
                Ok(at) => {
                    problems.extend(at.doubt.as_ref().map(Problem::to_string));
                    problems.extend(at.tree.problems().into_iter().next());
                }
                Err(problem) => {
                    problems.insert(problem.to_string());
                }
            }
        }
        problems
    }

    /// Why there is no base, or not the one that was meant.
    pub(super) fn problem(&self) -> Option<Arc<str>> {
        let mut problems: BTreeSet<String> = BTreeSet::new();
        let is_named = matches!(self.choice, BaseChoice::Revision(_));
        let mut outside: Vec<&Utf8PathBuf> = self.of.iter().filter(|(_, of)| of.is_none()).map(|(at, _)| at).collect();
        outside.sort();
        // What lies below is told with it. One of several folders may well be in no repository, where nothing was asked of it.
        if let Some(highest) = outside.first().filter(|_| is_named) {
            problems.insert(Problem::NoRepository(highest.to_string()).to_string());
        }
        problems.extend(self.problems_of_sides());
        let all: Vec<String> = problems.into_iter().collect();
        (!all.is_empty()).then(|| Arc::from(all.join("; ")))
    }
}
