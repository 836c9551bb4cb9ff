//! Which charts there are: each directory with a `Chart.yaml` that is no part of another one, and that installs something itself.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_helm::{CHART_FILE, is_chart_file, parts};
use foreshock_syntax::yaml::Value;
use foreshock_text::FilePath;

use crate::dialect::documents::Documents;
use crate::dialect::{Site, Texts};

/// A file is looked for a chart around it so far up.
pub(super) const DEEPEST: usize = 8;
/// More files of one chart are not looked at.
const MOST_FILES: usize = 20_000;

/// The charts that are known.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Charts {
    /// The files in the directory of each chart and below it, those of charts in it, too.
    files: BTreeSet<FilePath>,
    /// What each is made of beside its own directory; `None` of one that installs nothing itself.
    parts: BTreeMap<Utf8PathBuf, Option<Vec<Utf8PathBuf>>>,
    /// Those that are stacks.
    roots: BTreeSet<Utf8PathBuf>,
}

impl Charts {
    /// Every chart that is a stack.
    pub(super) fn roots(&self) -> impl Iterator<Item = &Utf8PathBuf> {
        self.roots.iter()
    }

    /// The stacks that a file is a part of.
    pub(super) fn of_file(&self, file: &FilePath) -> BTreeSet<Utf8PathBuf> {
        let is_in = |root: &&Utf8PathBuf| {
            let beside = self.parts.get(*root).into_iter().flatten().flatten();
            let around = std::iter::once(*root).chain(beside);
            around.into_iter().any(|directory| is_part(directory, file.as_path()))
        };
        self.roots.iter().filter(is_in).cloned().collect()
    }

    /// The files that the stack at a root may be made of.
    pub(super) fn files(&self, root: &Utf8Path) -> Vec<FilePath> {
        let mut all: BTreeSet<&FilePath> = BTreeSet::new();
        let mut open: Vec<&Utf8Path> = vec![root];
        let mut seen: BTreeSet<&Utf8Path> = BTreeSet::new();
        while let Some(directory) = open.pop() {
            if !seen.insert(directory) {
                continue;
            }
            all.extend(self.below(directory).take(MOST_FILES));
            open.extend(self.parts.get(directory).into_iter().flatten().flatten().map(Utf8PathBuf::as_path));
        }
        all.into_iter().cloned().collect()
    }

    fn below<'a>(&'a self, directory: &'a Utf8Path) -> impl Iterator<Item = &'a FilePath> {
        let from = FilePath::new(directory);
        self.files.range(from..).take_while(move |file| file.as_path().starts_with(directory))
    }

    /// Looks again: everywhere, or in directories where something has changed.
    pub(super) fn look(&mut self, site: &Site<'_>, changed: Option<&BTreeSet<Utf8PathBuf>>) {
        let chart_of = |file: &Utf8Path| file.parent().filter(|_| is_chart_file(file)).map(Utf8Path::to_owned);
        let mut new: BTreeSet<Utf8PathBuf> = BTreeSet::new();
        match changed {
            None => {
                *self = Charts::default();
                new.extend(site.index.files().iter().filter_map(|file| chart_of(file)));
                let is_in = |file: &&Utf8PathBuf| file.ancestors().skip(1).any(|above| new.contains(above));
                self.files.extend(site.index.files().iter().filter(is_in).map(FilePath::new));
            }
            Some(changed) => {
                self.files.retain(|file| file.as_path().parent().is_none_or(|directory| !changed.contains(directory)));
                let known: BTreeSet<&Utf8PathBuf> = self.parts.keys().collect();
                let mut found: Vec<FilePath> = Vec::new();
                for directory in changed.iter().filter(|directory| site.has(directory)) {
                    let listed = site.texts().list(directory);
                    let is_chart = listed.iter().any(|file| is_chart_file(file.as_path()));
                    if is_chart && !known.contains(directory) {
                        found.extend(site.files_below(directory).into_iter().map(FilePath::new));
                    }
                    if is_chart {
                        new.insert(directory.clone());
                    }
                    if is_chart || directory.ancestors().any(|above| known.contains(&above.to_owned())) {
                        found.extend(listed);
                    }
                }
                self.files.extend(found);
                self.parts.retain(|directory, _| !changed.contains(directory));
            }
        }
        // Somebody has opened a file of a chart that is in no folder.
        for document in site.sources.documents() {
            let is_chart =
                |directory: &&Utf8Path| site.texts().text(&FilePath::new(directory.join(CHART_FILE))).is_some();
            let known = |directory: &&Utf8Path| self.parts.contains_key(*directory) || new.contains(*directory);
            let above = || document.as_path().ancestors().skip(1).take(DEEPEST);
            match above().find(known) {
                Some(directory) if is_part(directory, document.as_path()) => drop(self.files.insert(document.clone())),
                Some(_) => {}
                None => {
                    if let Some(directory) = above().find(is_chart) {
                        self.files.extend(site.files_below(directory).into_iter().map(FilePath::new));
                        self.files.insert(document.clone());
                        new.insert(directory.to_owned());
                    }
                }
            }
        }
        for directory in new {
            let parts = is_application(&directory, site.texts()).then(|| parts(&directory, &Documents(site.texts())));
            self.parts.insert(directory, parts);
        }
        self.settle();
    }

    fn settle(&mut self) {
        let used: BTreeSet<&Utf8PathBuf> = self.parts.values().flatten().flatten().collect();
        let is_inside = |directory: &Utf8Path| {
            let mut below = directory.file_name();
            for one in directory.ancestors().skip(1) {
                if below == Some("charts") && self.parts.contains_key(one) {
                    return true;
                }
                below = one.file_name();
            }
            false
        };
        let is_root = |directory: &&Utf8PathBuf| !is_inside(directory) && !used.contains(*directory);
        let applications = self.parts.iter().filter(|(_, parts)| parts.is_some()).map(|(directory, _)| directory);
        self.roots = applications.filter(is_root).cloned().collect();
    }
}

/// Whether a file of a directory is one that a chart there is made of or given: not what lies in a directory that charts do not have.
pub(super) fn is_part(chart: &Utf8Path, file: &Utf8Path) -> bool {
    let Ok(path) = file.strip_prefix(chart) else { return false };
    let mut steps = path.components();
    match (steps.next().map(|step| step.as_str()), steps.next()) {
        (Some("templates" | "charts" | "crds" | "values" | "ci" | "environments" | "envs"), Some(_)) => true,
        (Some(name), None) => {
            name == CHART_FILE || name == "requirements.yaml" || name.contains("values") && name.contains(".y")
        }
        _ => false,
    }
}

/// Whether a chart installs something itself, and is not only there for others.
fn is_application(directory: &Utf8Path, texts: &dyn Texts) -> bool {
    let Some(yaml) = texts.yaml(&FilePath::new(directory.join(CHART_FILE))) else { return false };
    let document = yaml.tree.documents().next();
    let sort = document.and_then(|document| document.get("type")).and_then(Value::scalar);
    sort.is_none_or(|sort| sort.text() != "library")
}
