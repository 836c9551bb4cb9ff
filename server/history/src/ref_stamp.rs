//! A stamp of the names that lead to a base: taken again, it says whether any of them was moved.

use std::fs;
use std::path::PathBuf;
use std::time::SystemTime;

use crate::{Repository, Wanted};

/// What a base was found by: the names on the way to it and where they stood. Two that are equal lead to the same commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefStamp {
    /// Files with a name or a hash, and what they hold.
    references: Vec<(PathBuf, Option<Vec<u8>>)>,
    /// Files with many of them: how long they are and when they were written.
    lists: Vec<(PathBuf, Option<(u64, SystemTime)>)>,
    /// The branch that HEAD is on.
    branch: Option<PathBuf>,
}

impl Repository {
    /// Where the names that lead to a base stand now. [`RefStamp::moved`] looks again.
    pub fn ref_stamp(&self, wanted: &Wanted) -> RefStamp {
        let common = self.git.common_dir();
        let mut names: Vec<String> = vec!["refs/remotes/origin/HEAD".to_owned()];
        names.extend(self.default_names());
        let mut files = vec![self.git.git_dir().join("HEAD")];
        let mut lists = vec![common.join("packed-refs"), common.join("shallow")];
        if let Wanted::Revision(revision) = wanted {
            let name = revision.split(['~', '^', '@', ':']).next().unwrap_or_default();
            if is_a_name(name) {
                names.extend(
                    ["", "refs/", "refs/heads/", "refs/tags/", "refs/remotes/"].map(|at| format!("{at}{name}")),
                );
                names.push(format!("refs/remotes/{name}/HEAD"));
                files.push(self.git.git_dir().join(name));
            }
            // What was checked out before, what a branch was yesterday.
            lists.push(self.git.git_dir().join("logs/HEAD"));
        }
        files.extend(names.iter().map(|name| common.join(name)));
        files.sort();
        files.dedup();
        let branch = self.git.head_name().ok().flatten().map(|name| common.join(name.as_bstr().to_string()));
        let references = files.into_iter().map(|file| (file, None)).collect();
        let lists = lists.into_iter().map(|file| (file, None)).collect();
        let mut stamp = RefStamp { references, lists, branch };
        stamp.look();
        stamp
    }
}

impl RefStamp {
    /// The files that say so, there or not.
    pub fn files(&self) -> impl Iterator<Item = &std::path::Path> {
        let references = self.references.iter().map(|(file, _)| file.as_path());
        references.chain(self.lists.iter().map(|(file, _)| file.as_path()))
    }

    /// Whether any of the names stands elsewhere now. Reads some ten short files.
    pub fn moved(&self) -> bool {
        let mut now = self.clone();
        now.look();
        now != *self
    }

    fn look(&mut self) {
        let branch =
            self.branch.clone().into_iter().filter(|file| !self.references.iter().any(|(known, _)| known == file));
        let branch: Vec<PathBuf> = branch.collect();
        self.references.extend(branch.into_iter().map(|file| (file, None)));
        for (file, held) in &mut self.references {
            *held = short(file);
        }
        for (file, state) in &mut self.lists {
            *state = file.metadata().ok().and_then(|now| Some((now.len(), now.modified().ok()?)));
        }
    }
}

/// What a file with one name or hash holds.
fn short(file: &std::path::Path) -> Option<Vec<u8>> {
    /// No name is longer than a path.
    const LONGEST: u64 = 8 * 1024;
    let metadata = file.metadata().ok()?;
    (metadata.is_file() && metadata.len() <= LONGEST).then(|| fs::read(file).ok()).flatten()
}

fn is_a_name(text: &str) -> bool {
    let plain = |part: &str| !part.is_empty() && part != "." && part != "..";
    !text.is_empty() && !text.contains('\\') && text.split('/').all(plain)
}
