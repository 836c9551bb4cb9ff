use camino::{Utf8Path, Utf8PathBuf};
use gix::open::Options;

use crate::Problem;

/// Memory for objects that the walk to a merge base comes back to.
const OBJECT_CACHE_BYTES: usize = 4 * 1024 * 1024;

/// A git repository with a work tree.
pub struct Repository {
    pub(crate) git: gix::Repository,
    /// The top of the work tree, spelled as the path that it was found from.
    work_tree: Utf8PathBuf,
    /// A directory outside by its name that links into the work tree, and where it leads.
    alias: Option<(Utf8PathBuf, Utf8PathBuf)>,
}

impl std::fmt::Debug for Repository {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Repository").field("work_tree", &self.work_tree).finish_non_exhaustive()
    }
}

impl Repository {
    /// The repository of an absolute path, which need not be there; `None` where there is none. Looks for `.git` above the
    /// path as it is written, and then above what it links to. The environment (`GIT_DIR`) is not asked: an editor's
    /// workspace has many repositories.
    ///
    /// # Errors
    /// When there is a repository that can't be read.
    pub fn of(path: &Utf8Path) -> Result<Option<Repository>, Problem> {
        let Some(Found { top, alias }) = find(path) else { return Ok(None) };
        Ok(Some(Repository { git: open_git(&top)?, work_tree: top, alias }))
    }

    /// The top of the work tree that [`Repository::of`] would open, by asking the disk for names only.
    pub fn work_tree_of(path: &Utf8Path) -> Option<Utf8PathBuf> {
        find(path).map(|found| found.top)
    }

    /// The top of the work tree, spelled as the path that it was found from.
    pub fn work_tree(&self) -> &Utf8Path {
        &self.work_tree
    }

    pub(crate) fn alias(&self) -> Option<&(Utf8PathBuf, Utf8PathBuf)> {
        self.alias.as_ref()
    }
}

pub(crate) fn relative(
    top: &Utf8Path,
    alias: Option<&(Utf8PathBuf, Utf8PathBuf)>,
    path: &Utf8Path,
) -> Option<Utf8PathBuf> {
    if let Ok(below) = path.strip_prefix(top) {
        return Some(below.to_owned());
    }
    let (written, real) = alias?;
    let below = path.strip_prefix(written).ok()?;
    let inside = real.strip_prefix(top).ok()?;
    Some(if below.as_str().is_empty() { inside.to_owned() } else { inside.join(below) })
}

/// The nearest directory at or above a path that has a `.git` with something in it.
pub(crate) fn top_of(path: &Utf8Path) -> Option<&Utf8Path> {
    path.ancestors().find(|above| {
        let git = above.join(".git");
        git.is_file() || git.join("HEAD").symlink_metadata().is_ok()
    })
}

struct Found {
    top: Utf8PathBuf,
    alias: Option<(Utf8PathBuf, Utf8PathBuf)>,
}

fn find(path: &Utf8Path) -> Option<Found> {
    if let Some(top) = top_of(path) {
        return Some(Found { top: top.to_owned(), alias: None });
    }
    let real = |path: &Utf8Path| path.canonicalize_utf8().ok();
    let inside = path.ancestors().find_map(real)?;
    let top = top_of(&inside)?.to_owned();
    // The highest of the names that lead in, so that all below it are of one repository.
    let linked = path.ancestors().filter_map(|above| Some((above.to_owned(), real(above)?)));
    let alias = linked.filter(|(_, real)| real.starts_with(&top)).last();
    Some(Found { top, alias })
}

/// Opens the repository whose work tree is at `top`, for reading only.
pub(crate) fn open_git(top: &Utf8Path) -> Result<gix::Repository, Problem> {
    let mut permissions = gix::open::Permissions::isolated();
    // `init.defaultBranch` is the only thing asked of it. The system's would be found by running git.
    permissions.config.git = true;
    permissions.config.user = true;
    permissions.env.home = gix::sec::Permission::Allow;
    permissions.env.xdg_config_home = gix::sec::Permission::Allow;
    let options = Options::default().permissions(permissions);
    let unreadable = |why: &dyn std::fmt::Display| Problem::unreadable(format!("the git repository in {top}"), why);
    let mut git = gix::open_opts(top.as_std_path(), options).map_err(|error| unreadable(&error))?;
    if let Some(storage) = git.config_snapshot().string("extensions.refStorage")
        && !storage.eq_ignore_ascii_case(b"files")
    {
        return Err(unreadable(&format!("its branches are kept as {storage}, expected files")));
    }
    git.object_cache_size_if_unset(OBJECT_CACHE_BYTES);
    Ok(git)
}
