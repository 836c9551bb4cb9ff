//! The templates of a workspace: which one nests which, and who exports a name.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_cloudformation::{Options, is_template, may_be_template};
use foreshock_text::FilePath;

use super::{AtHand, CloudFormationDialect};
use crate::dialect::{Dialect, Site};

/// No larger template can be deployed: AWS takes 1 MB from a bucket.
const LARGEST: u64 = 2 * 1024 * 1024;

/// What is known of them, from the last look.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    templates: BTreeMap<Utf8PathBuf, About>,
}

/// One template.
#[derive(Clone, Debug, Default)]
struct About {
    /// The templates of its nested stacks.
    nests: BTreeSet<Utf8PathBuf>,
    /// The names that it exports.
    exports: BTreeSet<String>,
}

impl Known {
    /// Forgets what is in a directory.
    pub(super) fn forget(&mut self, directory: &Utf8Path) {
        self.templates.retain(|file, _| file.parent() != Some(directory));
    }

    /// Looks at a file, which may be something else.
    pub(super) fn look_at(&mut self, file: &Utf8Path, site: &Site<'_>) {
        // Lists of data and locks of packages are JSON, too.
        let is_large = file.metadata().is_ok_and(|metadata| metadata.len() > LARGEST);
        if is_large || !CloudFormationDialect.claims(file) {
            return;
        }
        let path = FilePath::new(file);
        let texts = site.texts();
        let text = site.sources.glance(&path).filter(|text| may_be_template(text));
        let (Some(text), Some(yaml)) = (text.clone(), text.and_then(|_| texts.yaml(&path))) else { return };
        if !is_template(&yaml.tree) {
            return;
        }
        let mut about = About::default();
        let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
        if has(&["CloudFormation::Stack", "Serverless::Application", "Export"]) {
            let files = AtHand { texts, known: &Known::default() };
            let read = foreshock_cloudformation::read(&files, &path, &Options::default());
            let others = read.files.into_iter().filter(|one| *one != path);
            about.nests = others.map(|one| one.as_path().to_owned()).collect();
            // What is not known of a name may be another thing elsewhere.
            let is_known = |name: &&str| !name.contains("${");
            about.exports = read.exports.keys().map(|name| &**name).filter(is_known).map(str::to_owned).collect();
        }
        self.templates.insert(file.to_owned(), about);
    }

    /// The templates that no other one nests.
    pub(super) fn roots(&self) -> impl Iterator<Item = &Utf8PathBuf> {
        let nested: BTreeSet<&Utf8PathBuf> = self.templates.values().flat_map(|about| &about.nests).collect();
        self.templates.keys().filter(move |file| !nested.contains(file))
    }

    /// The roots whose nested stacks a template is among; none where nobody nests it.
    pub(super) fn nesting(&self, file: &Utf8Path) -> BTreeSet<Utf8PathBuf> {
        let nests = |root: &&Utf8PathBuf| self.templates.get(*root).is_some_and(|about| about.nests.contains(file));
        self.roots().filter(nests).cloned().collect()
    }

    /// The one template that exports a name.
    pub(super) fn exporting(&self, name: &str) -> Option<FilePath> {
        let mut all = self.templates.iter().filter(|(_, about)| about.exports.contains(name)).map(|(file, _)| file);
        let only = all.next()?;
        all.next().is_none().then(|| FilePath::new(only.as_path()))
    }
}
