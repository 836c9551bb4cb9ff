//! Which findings stand in a file, are told in it or mention it: what is asked with every key, of one file among a thousand.

use std::sync::{Arc, OnceLock};

use foreshock_text::FilePath;
use rustc_hash::FxHashMap;

use crate::Finding;

/// The numbers of findings in a list, by file. Made when somebody asks; who copies it means to change the list, so that a copy is
/// made anew.
#[derive(Debug, Default)]
pub(crate) struct FindingsByFile(OnceLock<Arc<FxHashMap<FilePath, InFile>>>);

/// The findings that have to do with a file, by number, ascending.
#[derive(Debug, Default)]
pub(crate) struct InFile {
    /// Those whose place is in it.
    pub(crate) placed: Vec<u32>,
    /// Those that are told in it although their place is elsewhere, or on another line of it.
    pub(crate) told_also: Vec<u32>,
    /// Those that are in it or have a reason in it.
    pub(crate) mentioning: Vec<u32>,
}

impl Clone for FindingsByFile {
    fn clone(&self) -> FindingsByFile {
        FindingsByFile::default()
    }
}

impl FindingsByFile {
    /// The same, for a list of the very same findings.
    pub(crate) fn shared(&self) -> FindingsByFile {
        FindingsByFile(self.0.clone())
    }

    /// What of a list has to do with a file; none where nothing does.
    pub(crate) fn of(&self, findings: &[Arc<Finding>], file: &FilePath) -> Option<&InFile> {
        self.0.get_or_init(|| Arc::new(by_file(findings))).get(file)
    }
}

fn by_file(findings: &[Arc<Finding>]) -> FxHashMap<FilePath, InFile> {
    let mut all: FxHashMap<FilePath, InFile> = FxHashMap::default();
    let mut add = |file: &FilePath, number: usize, list: fn(&mut InFile) -> &mut Vec<u32>| {
        let of_file = match all.get_mut(file) {
            Some(known) => known,
            None => all.entry(file.clone()).or_default(),
        };
        let list = list(of_file);
        if list.last() != Some(&(number as u32)) {
            list.push(number as u32);
        }
    };
    for (number, finding) in findings.iter().enumerate() {
        add(&finding.place.file, number, |of_file| &mut of_file.placed);
        finding.told_also_at().for_each(|evidence| add(&evidence.place.file, number, |of_file| &mut of_file.told_also));
        add(&finding.place.file, number, |of_file| &mut of_file.mentioning);
        let mut last = &finding.place.file;
        for evidence in finding.evidence.iter().filter(|evidence| evidence.place.file != finding.place.file) {
            if evidence.place.file != *last {
                add(&evidence.place.file, number, |of_file| &mut of_file.mentioning);
            }
            last = &evidence.place.file;
        }
    }
    all
}
