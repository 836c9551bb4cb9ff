//! The values of parameters that a stack is read with: files of `foreshock.toml` and the command line, and single ones.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use foreshock_cloudformation::Options;
use foreshock_resources::Value;
use foreshock_text::FilePath;

use crate::configuration::StackSettings;
use crate::dialect::Texts;

/// What is given, and the files that it was read from.
pub(super) fn given(texts: &dyn Texts, settings: &StackSettings) -> (Options, BTreeSet<FilePath>) {
    let mut parameters: BTreeMap<Arc<str>, Value> = BTreeMap::new();
    let mut files = BTreeSet::new();
    for file in &settings.options.var_files {
        let Some(read) = texts.yaml(file) else { continue };
        if let Some(values) = foreshock_cloudformation::given(file, &read.tree) {
            parameters.extend(values);
            files.insert(file.clone());
        }
    }
    for (name, value) in &settings.options.variables {
        let text = value.trim();
        let plain = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
        parameters.insert(Arc::from(name.as_str()), Value::string(plain));
    }
    (Options { parameters }, files)
}
