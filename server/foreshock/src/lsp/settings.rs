//! What the user of the editor has set.

use std::collections::BTreeMap;

use foreshock_analysis::{BaseChoice, Choices, Levels, level_named, rule};
use serde_json::Value;
use tracing::warn;

/// What the editor's user has set, under `foreshock.`; `foreshock.toml` wins.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Settings {
    /// `inlayHints.values`: resolved values beside expressions.
    pub(super) values: bool,
    /// What changes the analysis.
    pub(super) choices: Choices,
    /// `base`: what the stacks are compared with.
    pub(super) base: BaseChoice,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { values: true, choices: Choices::default(), base: BaseChoice::Automatic }
    }
}

impl Settings {
    /// Takes what makes sense; the rest is logged and stays as if nothing was set. Clients send the section itself or an
    /// object with it.
    pub(super) fn read(settings: &Value) -> Settings {
        let section = settings.get("foreshock").unwrap_or(settings);
        let values = section.pointer("/inlayHints/values").and_then(Value::as_bool).unwrap_or(true);
        let var_files = by_root(section, "varFiles", |value| match value {
            Value::String(name) => Some(vec![name.clone()]),
            Value::Array(names) => names.iter().map(|name| name.as_str().map(str::to_owned)).collect(),
            _ => None,
        });
        let workspaces = by_root(section, "workspaces", |value| value.as_str().map(str::to_owned));
        let levels = levels(section.get("rules"));
        Settings { values, choices: Choices { var_files, workspaces, levels }, base: base(section.get("base")) }
    }
}

/// An object with a root for each key. A root with nothing chosen is as good as none.
fn by_root<T>(section: &Value, name: &str, read: impl Fn(&Value) -> Option<T>) -> BTreeMap<String, T> {
    let mut chosen = BTreeMap::new();
    for (root, value) in section.get(name).and_then(Value::as_object).into_iter().flatten() {
        let is_empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty) || value.as_str() == Some("");
        match read(value) {
            _ if is_empty => {}
            Some(value) => drop(chosen.insert(root.clone(), value)),
            None => warn!("foreshock.{name}: {root}: {value} makes no sense here"),
        }
    }
    chosen
}

fn base(setting: Option<&Value>) -> BaseChoice {
    match setting {
        None | Some(Value::Null) => BaseChoice::Automatic,
        Some(Value::String(text)) => match text.trim() {
            "auto" | "" => BaseChoice::Automatic,
            "none" => BaseChoice::None,
            revision => BaseChoice::Revision(revision.to_owned()),
        },
        Some(other) => {
            warn!("foreshock.base: {other} makes no sense here; expected \"auto\", \"none\" or a revision of git");
            BaseChoice::Automatic
        }
    }
}

fn levels(section: Option<&Value>) -> Levels {
    let mut levels = Levels::default();
    for (name, value) in section.and_then(Value::as_object).into_iter().flatten() {
        match (rule(name), value.as_str().and_then(level_named)) {
            (Some(rule), Some(level)) => levels.set(rule.id, level),
            (None, _) => warn!("foreshock.rules: there is no rule {name}"),
            (_, None) => warn!("foreshock.rules: {name}: expected off, hint, info, warning or error"),
        }
    }
    levels
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_makes_sense_is_taken() {
        let section = json!({
            "inlayHints": {"values": false, "enabled": 7},
            "varFiles": {"envs/prod": ["prod.tfvars"], "one": "x.tfvars", "empty": [], "wrong": 7, "mixed": [1]},
            "workspaces": {"envs/prod": "blue", "wrong": true, "empty": ""},
            "rules": {"no-redundancy": "off", "nonsense": "off", "single-zone": "loud"},
            "base": "v1.2",
        });
        let settings = Settings::read(&section);
        assert_eq!(settings, Settings::read(&json!({"foreshock": section})));
        assert!(!settings.values);
        let var_files = [("envs/prod", "prod.tfvars"), ("one", "x.tfvars")];
        let var_files = var_files.map(|(root, file)| (root.to_owned(), vec![file.to_owned()]));
        assert_eq!(settings.choices.var_files, BTreeMap::from(var_files));
        assert_eq!(settings.choices.workspaces, BTreeMap::from([("envs/prod".to_owned(), "blue".to_owned())]));
        let mut levels = Levels::default();
        levels.set(rule("no-redundancy").unwrap().id, None);
        assert_eq!(settings.choices.levels, levels);
        assert_eq!(settings.base, BaseChoice::Revision("v1.2".to_owned()));
        for (value, base) in [("none", BaseChoice::None), ("auto", BaseChoice::Automatic), ("", BaseChoice::Automatic)]
        {
            assert_eq!(Settings::read(&json!({ "base": value })).base, base);
        }
        for nothing in [
            json!({"base": null}),
            json!({"base": 7}),
            json!(null),
            json!({}),
            json!([]),
            json!({"foreshock": null}),
            json!("x"),
        ] {
            assert_eq!(Settings::read(&nothing), Settings::default(), "{nothing}");
        }
    }
}
