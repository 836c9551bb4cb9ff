//! Charts, whose templates are no manifests even where they look like some.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_helm::{CHART_FILE, is_chart_file};
use foreshock_text::FilePath;

use crate::dialect::Site;

/// The directories of charts.
#[derive(Default)]
pub(super) struct Charts(BTreeSet<Utf8PathBuf>);

impl Charts {
    /// Looks again where there are charts: everywhere, or where something has changed. The directories below one that came or
    /// went, which have to be looked at again.
    pub(super) fn look(&mut self, site: &Site<'_>, changed: Option<&BTreeSet<Utf8PathBuf>>) -> BTreeSet<Utf8PathBuf> {
        let of_documents = site.sources.documents().into_iter().filter(|file| is_chart_file(file.as_path()));
        let directory = |file: &Utf8Path| file.parent().map(Utf8Path::to_owned);
        let mut open: BTreeSet<Utf8PathBuf> = of_documents.filter_map(|file| directory(file.as_path())).collect();
        let Some(changed) = changed else {
            let found = site.index.files().iter().filter(|file| is_chart_file(file));
            open.extend(found.filter_map(|file| directory(file)));
            self.0 = open;
            return BTreeSet::new();
        };
        let mut again = BTreeSet::new();
        for directory in changed {
            let is_chart = site.texts().text(&FilePath::new(directory.join(CHART_FILE))).is_some();
            let is_other = if is_chart { self.0.insert(directory.clone()) } else { self.0.remove(directory) };
            if is_other {
                let below = site.files_below(directory);
                again.extend(below.iter().filter_map(|file| file.parent()).map(Utf8Path::to_owned));
            }
        }
        again
    }

    /// Whether a file is a part of a chart that Helm looks into.
    pub(super) fn hold(&self, file: &Utf8Path) -> bool {
        let mut below: Option<&str> = None;
        for above in file.ancestors().skip(1) {
            if self.0.contains(above) && below.is_none_or(|name| matches!(name, "templates" | "charts" | "crds")) {
                return true;
            }
            below = above.file_name();
        }
        false
    }
}
