use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use crate::visible;

/// A half-open range of bytes `start..end` in one text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte; never below `start`.
    pub end: u32,
}

impl Span {
    /// The span `start..end`; an `end` below `start` gives an empty span at `start`.
    pub fn new(start: u32, end: u32) -> Span {
        Span { start, end: end.max(start) }
    }

    /// The span of a `usize` range. Offsets beyond 4 GiB saturate; files that large are refused before parsing.
    pub fn from_range(range: std::ops::Range<usize>) -> Span {
        let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Span::new(clamp(range.start), clamp(range.end))
    }

    /// An empty span at `offset`.
    pub fn empty(offset: u32) -> Span {
        Span { start: offset, end: offset }
    }

    /// The same span moved right by `by` bytes.
    pub fn shifted(self, by: u32) -> Span {
        Span { start: self.start.saturating_add(by), end: self.end.saturating_add(by) }
    }

    /// The smallest span that holds both.
    pub fn cover(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Whether `offset` is inside, both ends included (a cursor stands between bytes).
    pub fn touches(self, offset: u32) -> bool {
        self.start <= offset && offset <= self.end
    }

    /// Whether `other` lies wholly inside.
    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Length in bytes.
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether it holds no byte.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The text it covers; empty where the span does not fit `text`.
    pub fn text(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or("")
    }
}

/// The absolute path of a file, cheap to clone.
#[derive(Clone)]
pub struct FilePath(Arc<Utf8Path>);

impl FilePath {
    /// A path as given; callers pass absolute, lexically normalised ones.
    pub fn new(path: impl Into<Utf8PathBuf>) -> FilePath {
        let path: Utf8PathBuf = path.into();
        FilePath(Arc::from(path.as_path()))
    }

    /// The path.
    pub fn as_path(&self) -> &Utf8Path {
        &self.0
    }

    /// The path relative to `base`, or whole when it lies elsewhere.
    pub fn relative_to(&self, base: &Utf8Path) -> &Utf8Path {
        self.0.strip_prefix(base).unwrap_or(&self.0)
    }
}

/// Part by part, as paths are compared. Most often both are the very same.
impl Ord for FilePath {
    fn cmp(&self, other: &FilePath) -> Ordering {
        match Arc::ptr_eq(&self.0, &other.0) {
            true => Ordering::Equal,
            false => self.0.as_std_path().cmp(other.0.as_std_path()),
        }
    }
}

impl PartialOrd for FilePath {
    fn partial_cmp(&self, other: &FilePath) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Normalised paths are the same when their letters are; only Windows has two letters for one separator. Whoever looks for the
/// places of one file asks this of every place of a stack.
impl PartialEq for FilePath {
    fn eq(&self, other: &FilePath) -> bool {
        let is_same = || self.0.as_str() == other.0.as_str();
        Arc::ptr_eq(&self.0, &other.0) || is_same() || (cfg!(windows) && self.0.as_std_path() == other.0.as_std_path())
    }
}

impl Eq for FilePath {}

/// As they are compared: by their letters.
impl Hash for FilePath {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match cfg!(windows) {
            true => self.0.as_std_path().hash(state),
            false => self.0.as_str().hash(state),
        }
    }
}

impl fmt::Debug for FilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Display for FilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A span in a file: the address that evidence, findings and edits carry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file.
    pub file: FilePath,
    /// Bytes in that file.
    pub span: Span,
}

impl Place {
    /// A place.
    pub fn new(file: FilePath, span: Span) -> Place {
        Place { file, span }
    }
}

/// Something in a text that could not be understood: what, where, and what was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where, in the text that was read.
    pub span: Span,
    /// What is wrong and what was expected, one sentence in the user's own names.
    pub message: String,
}

impl Problem {
    /// A problem at `span`; names in the message that hold control characters show pictures of them.
    pub fn new(span: Span, message: impl Into<String>) -> Problem {
        let message = message.into();
        let seen = match visible(&message) {
            Cow::Owned(seen) => Some(seen),
            Cow::Borrowed(_) => None,
        };
        Problem { span, message: seen.unwrap_or(message) }
    }
}
