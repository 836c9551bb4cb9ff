//! What a chart is installed with, by the settings of its stack.

use camino::Utf8Path;
use foreshock_documents::{Node, read};
use foreshock_helm::{CHART_FILE, Given, Overrides};
use foreshock_syntax::yaml;
use foreshock_text::{FilePath, Place, Span};

use crate::configuration::StackSettings;

/// The files with values that were chosen, and single values over them, as `--values` and `--set` give them.
pub(super) fn given(root: &Utf8Path, settings: &StackSettings) -> Given {
    let files = settings.options.var_files.iter().filter(|file| super::is_yaml(file.as_path())).cloned();
    let mut values: Vec<Overrides> = files.map(Overrides::File).collect();
    let nowhere = FilePath::new(root.join(CHART_FILE));
    for (path, written) in &settings.options.variables {
        let (tree, problems) = yaml::parse(written);
        let document = tree.documents().next().filter(|_| problems.is_empty());
        if let Some(mut node) = document.map(|document| read(document, &nowhere).0) {
            // `helm --set` takes what begins with a zero for a text.
            if written.starts_with('0') && written.len() > 1 && node.number().is_some() {
                node = Node::text_at(&**written, node.place);
            }
            // It is written in no file.
            node.place = Place::new(nowhere.clone(), Span::empty(0));
            values.push(Overrides::At(path.clone(), node));
        }
    }
    Given { values, ..Given::default() }
}
