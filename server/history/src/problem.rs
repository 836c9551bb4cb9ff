use std::fmt;

/// Why there is no base, or not the one that was meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// No git repository is at or above this path.
    NoRepository(String),
    /// Nothing was committed yet.
    NoCommits,
    /// Nothing has this name.
    NoSuchRevision {
        /// As it was written.
        revision: String,
        /// Names that it may have been meant to be, nearest first.
        close: Vec<String>,
        /// The history is cut off, and the revision may lie beyond.
        shallow: bool,
    },
    /// The name is that of something else, a file or a directory.
    NotACommit(String),
    /// A shallow clone in which the histories of HEAD and this branch end before they meet.
    CutOff(String),
    /// HEAD and this branch have no commit in common.
    Unrelated(String),
    /// Something of the repository can't be read.
    Unreadable {
        /// What.
        what: String,
        /// What was said of it.
        why: String,
    },
}

impl Problem {
    pub(crate) fn unreadable(what: impl Into<String>, why: &dyn fmt::Display) -> Problem {
        // Errors of several causes come as several lines.
        let why = why.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
        Problem::Unreadable { what: what.into(), why }
    }
}

impl std::error::Error for Problem {}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::NoRepository(path) => write!(f, "no git repository is at or above {path}"),
            Problem::NoCommits => f.write_str("nothing is committed yet"),
            Problem::NoSuchRevision { revision, close, shallow } => {
                write!(f, "git knows no revision `{revision}` here")?;
                for (number, name) in close.iter().enumerate() {
                    write!(f, "{}`{name}`", if number == 0 { "; did you mean " } else { " or " })?;
                }
                if !close.is_empty() {
                    f.write_str("?")?;
                }
                if *shallow {
                    write!(f, "{UNSHALLOW}")?;
                }
                Ok(())
            }
            Problem::NotACommit(revision) => write!(f, "`{revision}` is no commit; expected a branch, a tag or a hash"),
            Problem::CutOff(branch) => {
                write!(f, "the merge base with {branch} is cut off, so the base is HEAD{UNSHALLOW}")
            }
            Problem::Unrelated(branch) => write!(f, "HEAD and {branch} have no commit in common, so the base is HEAD"),
            Problem::Unreadable { what, why } => write!(f, "{what} can't be read: {why}"),
        }
    }
}

const UNSHALLOW: &str = "; this clone is shallow: `git fetch --unshallow`, or `fetch-depth: 0` in CI, gets the rest";
