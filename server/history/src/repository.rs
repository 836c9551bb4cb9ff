use camino::{Utf8Path, Utf8PathBuf};
use gix::open::Options;

use crate::Problem;
use crate::sound::is_sound;

/// Memory for objects that the walk to a merge base comes back to.
const OBJECT_CACHE_BYTES: usize = 4 * 1024 * 1024;
/// An object unpacks to no more than this: a commit or a directory of a kilobyte could otherwise be one of gigabytes.
const LARGEST_OBJECT: usize = 32 * 1024 * 1024;

/// The work tree of a repository, as a path leads into it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WorkTree {
    /// Its top, spelled as the path that it was found from.
    top: Utf8PathBuf,
    /// A directory outside by its name that links into the work tree, and where it leads.
    alias: Option<(Utf8PathBuf, Utf8PathBuf)>,
}

impl WorkTree {
    /// The work tree that an absolute path lies in, there or not; `None` for one in no repository. Looks for `.git` above the
    /// path as it is written, and then above what it links to. The environment (`GIT_DIR`) is not asked: an editor's workspace
    /// has many repositories.
    pub fn of(path: &Utf8Path) -> Option<WorkTree> {
        if let Some(top) = top_of(path) {
            return Some(WorkTree { top: top.to_owned(), alias: None });
        }
        let real = |path: &Utf8Path| path.canonicalize_utf8().ok();
        let inside = path.ancestors().find_map(real)?;
        let top = top_of(&inside)?.to_owned();
        // The highest of the names that lead in, so that all below it are of one work tree.
        let linked = path.ancestors().filter_map(|above| Some((above.to_owned(), real(above)?)));
        let alias = linked.filter(|(_, real)| real.starts_with(&top)).last();
        Some(WorkTree { top, alias })
    }

    /// Its top directory.
    pub fn top(&self) -> &Utf8Path {
        &self.top
    }

    /// Where a path is below the top; `None` outside.
    pub(crate) fn relative(&self, path: &Utf8Path) -> Option<Utf8PathBuf> {
        if let Ok(below) = path.strip_prefix(&self.top) {
            return Some(below.to_owned());
        }
        let (written, real) = self.alias.as_ref()?;
        let below = path.strip_prefix(written).ok()?;
        let inside = real.strip_prefix(&self.top).ok()?;
        Some(if below.as_str().is_empty() { inside.to_owned() } else { inside.join(below) })
    }
}

/// A git repository with a work tree.
pub struct Repository {
    pub(crate) git: gix::Repository,
    work_tree: WorkTree,
}

impl std::fmt::Debug for Repository {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Repository").field("work_tree", &self.work_tree).finish_non_exhaustive()
    }
}

impl Repository {
    /// Opens the repository of a work tree, for reading.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn open(work_tree: WorkTree) -> Result<Repository, Problem> {
        Ok(Repository { git: open_git(&work_tree.top)?, work_tree })
    }

    /// Its work tree.
    pub fn work_tree(&self) -> &WorkTree {
        &self.work_tree
    }
}

/// The nearest directory at or above a path that has a `.git` with something in it.
pub(crate) fn top_of(path: &Utf8Path) -> Option<&Utf8Path> {
    path.ancestors().find(|above| {
        let git = above.join(".git");
        git.is_file() || git.join("HEAD").symlink_metadata().is_ok()
    })
}

/// The library says of such a repository only that its configuration can't be loaded.
fn is_of_sha_256(top: &Utf8Path) -> bool {
    let Ok(text) = std::fs::read_to_string(top.join(".git/config")) else { return false };
    let mut lines = text.lines().map(|line| line.to_ascii_lowercase().replace([' ', '\t'], ""));
    lines.any(|line| line == "objectformat=sha256")
}

/// Opens the repository whose work tree is at `top`, for reading only.
pub(crate) fn open_git(top: &Utf8Path) -> Result<gix::Repository, Problem> {
    let mut permissions = gix::open::Permissions::isolated();
    // `init.defaultBranch` is the only thing asked of it. The system's would be found by running git.
    permissions.config.git = true;
    permissions.config.user = true;
    permissions.env.home = gix::sec::Permission::Allow;
    permissions.env.xdg_config_home = gix::sec::Permission::Allow;
    let limit = format!("gitoxide.objects.allocLimit={LARGEST_OBJECT}");
    let options = Options::default().permissions(permissions).config_overrides([limit]);
    let unreadable = |why: &dyn std::fmt::Display| Problem::unreadable(format!("the git repository in {top}"), why);
    is_sound(top.as_std_path()).map_err(|why| unreadable(&why))?;
    if is_of_sha_256(top) {
        return Err(unreadable(&"its hashes are SHA-256, expected SHA-1"));
    }
    let mut git = gix::open_opts(top.as_std_path(), options).map_err(|error| unreadable(&error))?;
    if let Some(storage) = git.config_snapshot().string("extensions.refStorage")
        && !storage.eq_ignore_ascii_case(b"files")
    {
        return Err(unreadable(&format!("its branches are kept as {storage}, expected files")));
    }
    git.object_cache_size_if_unset(OBJECT_CACHE_BYTES);
    Ok(git)
}
