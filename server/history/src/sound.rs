//! Whether the library that reads git may open the files of a repository: it asks neither what a file is nor how large.

use std::fs::{self, DirEntry, File, Metadata};
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Files with one name or hash, and what people write: 1 MiB.
const LARGEST: u64 = 1024 * 1024;
/// A line for each branch and tag: 64 MiB is half a million.
const LARGEST_LIST: u64 = 64 * 1024 * 1024;
/// Other places for objects, all together; git follows them five deep.
const MOST_ALTERNATES: usize = 64;
/// More files with a branch or an object each are packed by git.
const MOST_FILES: usize = 1_000_000;
/// No name of a branch has more parts.
const DEEPEST: usize = 64;

/// Looks at every file of a repository that reading it may open: none is a pipe or a device, none is too large, and other
/// repositories that it takes objects from are as sound. `top` is the directory with the `.git`.
///
/// # Errors
/// What is wrong, with its path.
pub(crate) fn is_sound(top: &Path) -> Result<(), String> {
    let git = git_directory(top)?;
    let common = match word(&git.join("commondir"), "")? {
        Some(common) => git.join(common),
        None => git.clone(),
    };
    let mut look = Look { files: 0, alternates: 0 };
    for directory in [&git, &common] {
        for entry in entries(directory) {
            let list = entry.file_name() == "packed-refs" || entry.file_name() == "shallow";
            let read = ["HEAD", "config", "config.worktree", "commondir", "gitdir"]
                .iter()
                .any(|name| entry.file_name() == *name);
            look.file(
                &entry.path(),
                if list {
                    LARGEST_LIST
                } else if read {
                    LARGEST
                } else {
                    u64::MAX
                },
            )?;
        }
        look.below(&directory.join("refs"), LARGEST, DEEPEST)?;
        look.below(&directory.join("logs"), u64::MAX, DEEPEST)?;
    }
    look.objects(&common.join("objects"))
}

struct Look {
    files: usize,
    alternates: usize,
}

impl Look {
    /// Objects, and those of the other places that are named here.
    fn objects(&mut self, objects: &Path) -> Result<(), String> {
        self.below(objects, u64::MAX, 4)?;
        let alternates = objects.join("info/alternates");
        let Some(list) = text(&alternates)? else { return Ok(()) };
        for other in list.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            self.alternates += 1;
            if self.alternates > MOST_ALTERNATES {
                return Err(format!(
                    "{} and what it leads to name more than {MOST_ALTERNATES} places",
                    alternates.display()
                ));
            }
            self.objects(&objects.join(other))?;
        }
        Ok(())
    }

    fn below(&mut self, directory: &Path, largest: u64, depth: usize) -> Result<(), String> {
        for entry in entries(directory) {
            self.files += 1;
            if self.files > MOST_FILES {
                return Err(format!("more than {MOST_FILES} files are in it; `git gc` packs them"));
            }
            match entry.file_type() {
                // A link is not followed for what is below it, nor is it by git.
                Ok(kind) if kind.is_dir() && depth > 0 => self.below(&entry.path(), largest, depth - 1)?,
                Ok(kind) if kind.is_dir() => return Err(format!("{} is too deep", directory.display())),
                // Mostly objects, of which nobody needs to know the length.
                Ok(kind) if kind.is_file() && largest == u64::MAX => {}
                _ => self.file(&entry.path(), largest)?,
            }
        }
        Ok(())
    }

    fn file(&self, file: &Path, largest: u64) -> Result<(), String> {
        let Ok(metadata) = file.metadata() else { return Ok(()) };
        if may_never_end(file, &metadata) {
            return Err(format!("{} is a pipe or a device", file.display()));
        }
        if metadata.is_file() && metadata.len() > largest {
            return Err(format!("{} has more than {} MiB", file.display(), largest / (1024 * 1024)));
        }
        Ok(())
    }
}

/// `.git`, or where the file of that name leads.
fn git_directory(top: &Path) -> Result<PathBuf, String> {
    let git = top.join(".git");
    if git.is_dir() {
        return Ok(git);
    }
    Ok(word(&git, "gitdir:")?.map_or(git, |to| top.join(to)))
}

/// The one line of a short file, behind what it begins with; `None` where there is no file.
fn word(file: &Path, begin: &str) -> Result<Option<String>, String> {
    Ok(text(file)?.map(|text| text.trim().trim_start_matches(begin).trim().to_owned()))
}

/// The text of a short file; `None` where there is none.
fn text(file: &Path) -> Result<Option<String>, String> {
    let Ok(metadata) = file.metadata() else { return Ok(None) };
    if may_never_end(file, &metadata) {
        return Err(format!("{} is a pipe or a device", file.display()));
    }
    let mut bytes = Vec::new();
    let read = File::open(file).and_then(|opened| opened.take(LARGEST + 1).read_to_end(&mut bytes));
    match read {
        Ok(read) if read as u64 > LARGEST => Err(format!("{} has more than 1 MiB", file.display())),
        Ok(_) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(_) => Ok(None),
    }
}

fn entries(directory: &Path) -> impl Iterator<Item = DirEntry> {
    fs::read_dir(directory).into_iter().flatten().flatten()
}

/// What is neither a file nor a directory, but can be opened. A socket can't. What a link leads to and has no length is a file of
/// the kernel.
#[cfg(unix)]
fn may_never_end(file: &Path, metadata: &Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    let kind = metadata.file_type();
    let is_of_the_kernel = metadata.is_file() && metadata.len() == 0 && file.is_symlink();
    kind.is_fifo() || kind.is_char_device() || kind.is_block_device() || is_of_the_kernel
}

#[cfg(not(unix))]
fn may_never_end(_file: &Path, metadata: &Metadata) -> bool {
    !metadata.is_file() && !metadata.is_dir()
}
