//! What tells that a file may have changed, without reading it.

use std::io::ErrorKind;
use std::time::{Duration, SystemTime};

use camino::Utf8Path;

use crate::disk::is_absence;

/// Times of files are as coarse as two seconds (FAT); what was changed that short before a stamp was taken may have been
/// changed once more with the same stamp.
const COARSEST: Duration = Duration::from_secs(2);

/// Length, times and identity of what a path leads to. Two that are equal and settled mean the same content.
#[derive(Clone, Debug)]
pub struct Stamp {
    facts: Option<Facts>,
    /// Why there are none, other than that nothing is there: a link that leads to itself.
    refused: Option<ErrorKind>,
    settled: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Facts {
    is_directory: bool,
    length: u64,
    modified: Option<SystemTime>,
    identity: Identity,
}

/// Which file it is and when anything of it changed last: tells apart what was put in place of another with its times.
#[cfg(unix)]
type Identity = (u64, u64, i64, i64);
#[cfg(not(unix))]
type Identity = ();

impl Stamp {
    /// Looks at a path, through links.
    pub fn of(path: &Utf8Path) -> Stamp {
        let metadata = path.metadata();
        let refused = metadata.as_ref().err().filter(|error| !is_absence(error)).map(std::io::Error::kind);
        let facts = metadata.ok().map(|metadata| Facts {
            is_directory: metadata.is_dir(),
            length: metadata.len(),
            modified: metadata.modified().ok(),
            identity: identity(&metadata),
        });
        let settled = facts.is_none_or(|facts| is_long_ago(changed_at(&facts)));
        Stamp { facts, refused, settled }
    }

    /// The stamp of what never changes.
    pub const fn eternal() -> Stamp {
        Stamp { facts: None, refused: None, settled: true }
    }

    /// Whether nothing can have changed between the two looks.
    pub fn stands(&self, later: &Stamp) -> bool {
        self.settled && self.facts == later.facts && self.refused == later.refused
    }

    /// Whether anything was there.
    pub fn is_there(&self) -> bool {
        self.facts.is_some()
    }
}

#[cfg(unix)]
fn identity(metadata: &std::fs::Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt as _;
    (metadata.dev(), metadata.ino(), metadata.ctime(), metadata.ctime_nsec())
}

#[cfg(not(unix))]
fn identity(_metadata: &std::fs::Metadata) -> Identity {}

#[cfg(unix)]
fn changed_at(facts: &Facts) -> Option<SystemTime> {
    let (_, _, seconds, nanoseconds) = facts.identity;
    let since = Duration::new(u64::try_from(seconds).ok()?, u32::try_from(nanoseconds).ok()?);
    SystemTime::UNIX_EPOCH.checked_add(since)
}

#[cfg(not(unix))]
fn changed_at(facts: &Facts) -> Option<SystemTime> {
    facts.modified
}

/// A time in the future is none that can be trusted.
fn is_long_ago(time: Option<SystemTime>) -> bool {
    time.is_some_and(|time| time.elapsed().is_ok_and(|since| since > COARSEST))
}
