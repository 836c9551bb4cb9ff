//! The files below a folder that a person would call part of it.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use camino::{Utf8Path, Utf8PathBuf};
use ignore::{DirEntry, WalkBuilder};

/// More directories than this below a folder are not looked at.
const MOST_DIRECTORIES: usize = 50_000;
/// A file that says what is ignored is written by people: 256 KiB. A pattern costs five hundred times its length.
const LARGEST_IGNORE_FILE: u64 = 256 * 1024;
/// All of them below a folder.
const MOST_IGNORE_BYTES: u64 = 2 * 1024 * 1024;

/// What was found below a folder.
#[derive(Clone, Debug, Default)]
pub struct Walk {
    /// The files, links among them.
    pub files: Vec<Utf8PathBuf>,
    /// The directories, the folder itself first.
    pub directories: Vec<Utf8PathBuf>,
    /// What could not be looked at, with the reason.
    pub problems: Vec<(Utf8PathBuf, String)>,
}

/// Every file and directory at or below `folder`. Hidden ones (`.terraform` among them), `node_modules` and what git ignores are
/// skipped; symbolic links are not followed. With `towards`, only those on the way to that path, at it and below it.
pub fn walk(folder: &Utf8Path, towards: Option<&Utf8Path>) -> Walk {
    walk_with(folder, towards, true).unwrap_or_else(|| {
        // What git would ignore is read rather than that anything is read which may have no end.
        let mut found = walk_with(folder, towards, false).unwrap_or_default();
        found.problems.push((folder.to_owned(), NOT_FOLLOWED.to_owned()));
        found
    })
}

const NOT_FOLLOWED: &str =
    "a .gitignore or .ignore here is no regular file or above 256 KiB, or all are above 2 MiB; nothing is ignored";

/// `None` when one of the files that say what is ignored can't be read safely.
fn walk_with(folder: &Utf8Path, towards: Option<&Utf8Path>, ignores: bool) -> Option<Walk> {
    let left = Arc::new(AtomicU64::new(MOST_IGNORE_BYTES));
    let is_safe = move |directory: &std::path::Path| {
        [".gitignore", ".ignore", ".git/info/exclude"].iter().all(|name| may_be_opened(&directory.join(name), &left))
    };
    if ignores && !folder.as_std_path().ancestors().all(&is_safe) {
        return None;
    }
    let unsafe_below = Arc::new(AtomicBool::new(false));
    let towards = towards.map(Utf8Path::to_owned);
    let filter = {
        let unsafe_below = unsafe_below.clone();
        move |entry: &DirEntry| {
            if entry.file_name() == "node_modules" {
                return false;
            }
            let path = entry.path();
            if towards.as_ref().is_some_and(|to| !path.starts_with(to) && !to.as_std_path().starts_with(path)) {
                return false;
            }
            if ignores && is_directory(entry) && !is_safe(path) {
                unsafe_below.store(true, Ordering::Relaxed);
                return false;
            }
            true
        }
    };
    let mut builder = WalkBuilder::new(folder);
    builder.follow_links(false).require_git(true).filter_entry(filter);
    if !ignores {
        builder.standard_filters(false).hidden(true);
    }
    let mut found = Walk::default();
    let directories = Rc::new(Cell::new(0usize));
    for entry in builder.build() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                found.problems.extend(problem(folder, &error));
                continue;
            }
        };
        let Some(path) = Utf8Path::from_path(entry.path()) else {
            let shown = entry.path().to_string_lossy().into_owned();
            if shown.ends_with(".tf") || shown.ends_with(".tf.json") {
                found.problems.push((shown.into(), "the name of this file is not UTF-8; it is left out".to_owned()));
            }
            continue;
        };
        if !is_directory(&entry) {
            found.files.push(path.to_owned());
            continue;
        }
        directories.set(directories.get() + 1);
        if directories.get() > MOST_DIRECTORIES {
            let message = format!("more than {MOST_DIRECTORIES} directories; the rest is not looked at");
            found.problems.push((folder.to_owned(), message));
            break;
        }
        found.directories.push(path.to_owned());
    }
    (!unsafe_below.load(Ordering::Relaxed)).then_some(found)
}

fn is_directory(entry: &DirEntry) -> bool {
    entry.file_type().is_some_and(|kind| kind.is_dir())
}

/// Whether the library that walks may open a file: it does not ask what it is, or how large.
fn may_be_opened(file: &std::path::Path, left: &AtomicU64) -> bool {
    let Ok(metadata) = file.metadata() else { return true };
    let length = metadata.len();
    let take = |left: u64| left.checked_sub(length);
    // What a link leads to and has no length is a file of the kernel, which may have no end.
    metadata.is_file()
        && (length > 0 || !file.is_symlink())
        && length <= LARGEST_IGNORE_FILE
        && left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
}

/// What went away while somebody looked is no problem.
fn problem(folder: &Utf8Path, error: &ignore::Error) -> Option<(Utf8PathBuf, String)> {
    let io = error.io_error()?;
    if io.kind() != std::io::ErrorKind::PermissionDenied {
        return None;
    }
    Some((path_of(error).unwrap_or_else(|| folder.to_owned()), format!("this directory can't be read: {}", io.kind())))
}

fn path_of(error: &ignore::Error) -> Option<Utf8PathBuf> {
    match error {
        ignore::Error::WithPath { path, .. } => Utf8PathBuf::from_path_buf(path.clone()).ok(),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        _ => None,
    }
}
