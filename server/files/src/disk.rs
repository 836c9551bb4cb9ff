//! The disk as it is.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_text::FilePath;

use crate::{FileSource, Stamp, Walk, walk};

/// Files above this size are not read: 8 MiB, as in `foreshock_syntax::hcl`. Configuration is written by people.
pub const LARGEST_FILE: u64 = 8 * 1024 * 1024;

/// How the reason begins why the system refuses a file.
pub(crate) const CANT_BE_READ: &str = "this file can't be read";

/// The disk as it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

impl FileSource for Disk {
    fn list(&self, directory: &Utf8Path) -> Result<Vec<FilePath>, String> {
        let entries = match directory.read_dir() {
            Ok(entries) => entries,
            Err(error) if is_absence(&error) => return Ok(Vec::new()),
            Err(error) => return Err(format!("this directory can't be read: {}", reason(&error))),
        };
        let mut files = Vec::new();
        for entry in entries.flatten() {
            // Of a link that can't be followed it is not known that it leads to a directory.
            let is_directory = entry.metadata().is_ok_and(|kind| kind.is_dir());
            // A name that is no text can't be asked for; the walk tells of it.
            if let Ok(path) = Utf8PathBuf::from_path_buf(entry.path())
                && !is_directory
            {
                files.push(FilePath::new(path));
            }
        }
        files.sort();
        Ok(files)
    }

    fn read(&self, file: &FilePath) -> Option<Result<Vec<u8>, String>> {
        read_regular(file.as_path(), LARGEST_FILE)
    }

    fn walk(&self, folder: &Utf8Path) -> Walk {
        walk(folder, None)
    }

    fn stamp(&self, path: &Utf8Path) -> Stamp {
        Stamp::of(path)
    }
}

/// Reads a regular file, never more than `most` bytes of it whatever length it says it has: `None` when no regular file is
/// there, the reason when it is too large or can't be read. A pipe or device is never opened.
pub fn read_regular(file: &Utf8Path, most: u64) -> Option<Result<Vec<u8>, String>> {
    let failed = |error: &std::io::Error| Some(Err(format!("{CANT_BE_READ}: {}", reason(error))));
    let metadata = match file.metadata() {
        Ok(metadata) if metadata.is_file() => metadata,
        Ok(_) => return None,
        Err(error) if is_absence(&error) => return None,
        Err(error) => return failed(&error),
    };
    let too_large = |size: String| {
        Some(Err(format!("this file has {size} MiB; files above {} MiB are not read", most / (1024 * 1024))))
    };
    if metadata.len() > most {
        return too_large((metadata.len() / (1024 * 1024)).to_string());
    }
    let opened = match open(file) {
        // It may be another than was looked at.
        Ok(opened) if !opened.metadata().is_ok_and(|metadata| metadata.is_file()) => return None,
        Ok(opened) => opened,
        Err(error) if is_absence(&error) => return None,
        Err(error) => return failed(&error),
    };
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default());
    // Files of the kernel have no length.
    match opened.take(most + 1).read_to_end(&mut bytes) {
        Ok(read) if read as u64 > most => too_large(format!("more than {}", most / (1024 * 1024))),
        Ok(_) => Some(Ok(bytes)),
        Err(error) => failed(&error),
    }
}

/// The text of a file that a person has named, of at most `most` bytes.
///
/// # Errors
/// Why there is none: it is not there, no regular file, too large, unreadable or no text.
pub fn read_named(file: &Utf8Path, most: u64) -> Result<String, String> {
    let bytes = match read_regular(file, most) {
        Some(bytes) => bytes?,
        None if file.exists() => return Err("this is no regular file".to_owned()),
        None => return Err("there is no such file".to_owned()),
    };
    String::from_utf8(bytes).map_err(|_| "this file is not valid UTF-8".to_owned())
}

/// The first bytes of a regular file, at most so many; `None` when they can't be read.
pub fn read_beginning(file: &Utf8Path, most: u64) -> Option<Vec<u8>> {
    file.metadata().ok().filter(std::fs::Metadata::is_file)?;
    let opened = open(file).ok().filter(|opened| opened.metadata().is_ok_and(|metadata| metadata.is_file()))?;
    let mut bytes = Vec::new();
    opened.take(most).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// Opens for reading, and never waits: not for somebody to write into a pipe, nor for a log of the kernel to go on.
#[cfg(unix)]
fn open(file: &Utf8Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    File::options().read(true).custom_flags(libc::O_NONBLOCK).open(file)
}

#[cfg(not(unix))]
fn open(file: &Utf8Path) -> std::io::Result<File> {
    File::open(file)
}

/// Bytes as text.
///
/// # Errors
/// The reason when they are none, or why there are none.
pub fn as_text(bytes: Result<Vec<u8>, String>) -> Result<Arc<str>, String> {
    String::from_utf8(bytes?).map(Arc::from).map_err(|error| not_text(error.utf8_error().valid_up_to()))
}

/// Whether a reason is that the system refuses the file, in place of something about the file itself.
pub fn is_refused(reason: &str) -> bool {
    reason.starts_with(CANT_BE_READ)
}

pub(crate) fn not_text(at: usize) -> String {
    format!("this file is not valid UTF-8 (byte {at}); it is left out")
}

pub(crate) fn is_absence(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::InvalidFilename)
}

/// `permission denied`, without the number of the system's error.
pub(crate) fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut characters = text.chars();
    characters.next().map(|first| first.to_lowercase().chain(characters).collect()).unwrap_or_default()
}
