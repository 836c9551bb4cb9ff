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
        if file.as_path().extension() == Some("toml") {
            if let Some(text) = texts.text(file) {
                parameters.extend(of_samconfig(&text));
                files.insert(file.clone());
            }
            continue;
        }
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

/// The `parameter_overrides` of a `samconfig.toml`: those of the environment `default`, of whatever command has some.
fn of_samconfig(text: &str) -> BTreeMap<Arc<str>, Value> {
    let table: toml::Table = text.parse().unwrap_or_default();
    let commands = table.get("default").and_then(toml::Value::as_table).into_iter().flat_map(|all| all.values());
    let overrides = commands.filter_map(|command| command.get("parameters")?.get("parameter_overrides"));
    let mut found = BTreeMap::new();
    for given in overrides {
        let assignments: Vec<&str> = match given {
            toml::Value::String(text) => assignments(text),
            toml::Value::Array(items) => items.iter().filter_map(toml::Value::as_str).collect(),
            _ => Vec::new(),
        };
        for (name, value) in assignments.iter().filter_map(|one| one.split_once('=')) {
            found.entry(Arc::from(name)).or_insert_with(|| Value::string(value.trim_matches('"')));
        }
    }
    found
}

/// `A=1 B="two words"`, cut at the blanks that are in no quotes.
fn assignments(text: &str) -> Vec<&str> {
    let mut is_quoted = false;
    let apart = |letter: char| {
        is_quoted ^= letter == '"';
        letter.is_whitespace() && !is_quoted
    };
    text.split(apart).filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overrides_of_sam() {
        let text = "version = 0.1\n[default.deploy.parameters]\nparameter_overrides = \"Env=prod Names=\\\"a b\\\"\"\n";
        let found = of_samconfig(text);
        let values: Vec<_> = found.iter().map(|(name, value)| (&**name, value.kind.clone())).collect();
        let text = |text: &str| foreshock_resources::Kind::String(Arc::from(text));
        assert_eq!(values, [("Env", text("prod")), ("Names", text("a b"))]);
        assert!(of_samconfig("[default").is_empty());
    }
}
