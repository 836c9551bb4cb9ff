//! Which commit a change is compared with: one that is asked for, else where the branch left the default branch.

use std::panic::{AssertUnwindSafe, catch_unwind};

use gix::bstr::ByteSlice;
use gix::refs::TargetRef;

use crate::{Problem, Repository};

/// Which commit to compare with.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Wanted {
    /// The merge base of HEAD with the default branch; HEAD on that branch itself, and where no branch is the default.
    Automatic,
    /// What git calls by this name: `main`, `HEAD~2`, `v1.2`, a hash.
    Revision(String),
}

/// A commit of a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Commit(pub(crate) gix::ObjectId);

/// What a change is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base {
    /// The commit.
    pub commit: Commit,
    /// Its hash, as short as it can be told from others here.
    pub id: String,
    /// How it was found: `merge base with origin/main`, `HEAD`, the name that was asked for.
    pub words: String,
    /// Why it is not the one that was looked for first.
    pub doubt: Option<Problem>,
}

/// The default branch, by its names and where it is.
struct DefaultBranch {
    /// `origin/main`
    shown: String,
    /// `main`
    name: String,
    commit: gix::ObjectId,
}

/// More names are not compared with one that is not there.
const MOST_NAMES: usize = 20_000;

impl Repository {
    /// The commit to compare with.
    ///
    /// # Errors
    /// When nothing is committed yet, nothing has this name, or the repository can't be read. A repository that is broken
    /// in a way that the library did not think of (a `.git/shallow` with a line that is no hash) is one of these.
    pub fn base(&self, wanted: &Wanted) -> Result<Base, Problem> {
        let found = catch_unwind(AssertUnwindSafe(|| match wanted {
            Wanted::Automatic => self.automatic(),
            Wanted::Revision(revision) => self.named(revision),
        }));
        found.unwrap_or_else(|_| Err(Problem::unreadable("the history", &"something in `.git` is broken")))
    }

    fn named(&self, revision: &str) -> Result<Base, Problem> {
        let parsed = self.git.rev_parse_single(revision.as_bytes().as_bstr());
        let Ok(id) = parsed else {
            let names = self.names();
            return Err(if names.is_empty() && self.is_unborn() {
                Problem::NoCommits
            } else {
                self.unreadable(revision).unwrap_or_else(|| self.no_such(revision, names))
            });
        };
        let object = id.object().map_err(|error| Problem::unreadable(format!("`{revision}`"), &error))?;
        let commit = object.peel_to_commit().map_err(|_| Problem::NotACommit(revision.to_owned()))?;
        Ok(self.described(commit.id, revision.to_owned(), None))
    }

    fn automatic(&self) -> Result<Base, Problem> {
        let head = self.head()?;
        let Some(default) = self.default_branch() else { return Ok(self.described(head, "HEAD".to_owned(), None)) };
        let branch = self.git.head_name().ok().flatten();
        if branch.is_some_and(|branch| branch.shorten() == default.name.as_bytes().as_bstr()) {
            return Ok(self.described(head, "HEAD".to_owned(), None));
        }
        let met = self.git.merge_base(head, default.commit);
        let shallow = self.is_shallow();
        match met {
            Ok(Some(commit)) => Ok(self.described(commit.detach(), format!("merge base with {}", default.shown), None)),
            Ok(None) if shallow => Ok(self.described(head, "HEAD".to_owned(), Some(Problem::CutOff(default.shown)))),
            Ok(None) => Ok(self.described(head, "HEAD".to_owned(), Some(Problem::Unrelated(default.shown)))),
            Err(_) if shallow => Ok(self.described(head, "HEAD".to_owned(), Some(Problem::CutOff(default.shown)))),
            Err(error) => Err(Problem::unreadable(format!("the history of HEAD and {}", default.shown), &error)),
        }
    }

    fn described(&self, commit: gix::ObjectId, words: String, doubt: Option<Problem>) -> Base {
        let short = self.git.find_commit(commit).ok().and_then(|commit| Some(commit.short_id().ok()?.to_string()));
        let id = short.unwrap_or_else(|| commit.to_hex_with_len(7).to_string());
        Base { commit: Commit(commit), id, words, doubt }
    }

    fn head(&self) -> Result<gix::ObjectId, Problem> {
        let unreadable = |error: &dyn std::fmt::Display| Problem::unreadable("HEAD", error);
        let mut head = self.git.head().map_err(|error| unreadable(&error))?;
        if head.is_unborn() {
            return Err(Problem::NoCommits);
        }
        let commit = head.peel_to_commit().map_err(|error| unreadable(&error))?;
        Ok(commit.id)
    }

    pub(crate) fn head_commit(&self) -> Option<Commit> {
        self.head().ok().map(Commit)
    }

    fn is_unborn(&self) -> bool {
        self.git.head().is_ok_and(|head| head.is_unborn())
    }

    fn is_shallow(&self) -> bool {
        self.git.is_shallow().unwrap_or(false)
    }

    /// The branch that the remote calls its own, else one with a name that is usual.
    fn default_branch(&self) -> Option<DefaultBranch> {
        self.default_names().into_iter().find_map(|full| {
            let mut reference = self.git.try_find_reference(full.as_str()).ok()??;
            let commit = reference.peel_to_commit().ok()?.id;
            let shown = full.trim_start_matches("refs/heads/").trim_start_matches("refs/remotes/");
            let name = if full.starts_with("refs/remotes/") { shown.split_once('/')?.1 } else { shown };
            Some(DefaultBranch { shown: shown.to_owned(), name: name.to_owned(), commit })
        })
    }

    /// What the default branch may be called, in the order in which they count.
    pub(crate) fn default_names(&self) -> Vec<String> {
        let mut names = Vec::new();
        if let Ok(Some(head)) = self.git.try_find_reference("refs/remotes/origin/HEAD")
            && let TargetRef::Symbolic(target) = head.target()
        {
            names.push(target.as_bstr().to_string());
        }
        names.extend(["remotes/origin/main", "remotes/origin/master"].map(|name| format!("refs/{name}")));
        names.extend(["heads/main", "heads/master"].map(|name| format!("refs/{name}")));
        if let Some(name) = self.git.config_snapshot().string("init.defaultBranch") {
            names.push(format!("refs/heads/{name}"));
        }
        names
    }

    fn no_such(&self, revision: &str, names: Vec<String>) -> Problem {
        // `mian~2` is a mistake in `mian`.
        let (name, rest) = match revision.find(['~', '^', '@', ':']) {
            Some(at) if at > 0 => revision.split_at(at),
            _ => (revision, ""),
        };
        let mut close: Vec<(usize, String)> = names
            .into_iter()
            .filter(|known| known != name)
            .map(|known| (strsim::osa_distance(name, &known), known))
            .filter(|(distance, _)| *distance <= 1 + name.chars().count() / 4)
            .map(|(distance, known)| (distance, format!("{known}{rest}")))
            .collect();
        close.sort();
        close.dedup_by(|one, other| one.1 == other.1);
        let close = close.into_iter().take(3).map(|(_, name)| name).collect();
        Problem::NoSuchRevision { revision: revision.to_owned(), close, shallow: self.is_shallow() }
    }

    /// Why what a revision begins with can't be read, where something has that name.
    fn unreadable(&self, revision: &str) -> Option<Problem> {
        let name = revision.split(['~', '^', '@', ':']).next().unwrap_or_default();
        let mut reference = self.git.try_find_reference(name).ok()?.filter(|_| name != "HEAD" || !self.is_unborn())?;
        let error = reference.peel_to_commit().err()?;
        Some(Problem::unreadable(format!("`{name}`"), &error))
    }

    /// Branches and tags, as people call them.
    fn names(&self) -> Vec<String> {
        let Ok(references) = self.git.references() else { return Vec::new() };
        let Ok(all) = references.all() else { return Vec::new() };
        all.flatten().take(MOST_NAMES).map(|reference| reference.name().shorten().to_string()).collect()
    }
}
