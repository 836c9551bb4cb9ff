//! When an attribute that may replace its resource does: `data/replacement/conditions.toml`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use rustc_hash::FxHashMap;
use serde::Deserialize;

use super::transition::Transition;
use crate::expression::Expression;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    condition: Vec<Condition>,
    follows: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Condition {
    replaces: Expression,
    stays: Expression,
    of: BTreeMap<String, Vec<String>>,
}

struct Conditions {
    all: Vec<Condition>,
    /// By type and path.
    by_path: FxHashMap<(String, String), usize>,
    follows: BTreeMap<String, Vec<String>>,
}

fn table() -> Result<Table, toml::de::Error> {
    toml::from_str(include_str!("../../data/replacement/conditions.toml"))
}

fn conditions() -> &'static Conditions {
    static CONDITIONS: OnceLock<Conditions> = OnceLock::new();
    CONDITIONS.get_or_init(|| {
        let (all, follows) = table().map(|table| (table.condition, table.follows)).unwrap_or_default();
        let mut by_path = FxHashMap::default();
        for (number, condition) in all.iter().enumerate() {
            for (type_name, paths) in &condition.of {
                by_path.extend(paths.iter().map(|path| ((type_name.clone(), path.clone()), number)));
            }
        }
        Conditions { all, by_path, follows }
    })
}

/// Whether there is a condition for an attribute.
pub(super) fn is_known(type_name: &str, path: &str) -> bool {
    conditions().by_path.contains_key(&(type_name.to_owned(), path.to_owned()))
}

/// Whether a change replaces; none when nobody knows.
pub(super) fn replaces(type_name: &str, path: &str, transition: &Transition) -> Option<bool> {
    let known = conditions();
    let number = known.by_path.get(&(type_name.to_owned(), path.to_owned()))?;
    let condition = known.all.get(*number)?;
    match (transition.holds(&condition.replaces), transition.holds(&condition.stays)) {
        (Some(true), _) => Some(true),
        (_, Some(true)) => Some(false),
        _ => None,
    }
}

/// Whether a computed attribute of a type gets another value when it is changed where it stands.
pub(super) fn has_followers(type_name: &str) -> bool {
    conditions().follows.contains_key(type_name)
}

/// Whether a computed attribute gets another value when its resource is changed where it stands.
pub(super) fn follows(type_name: &str, attribute: &str) -> bool {
    conditions().follows.get(type_name).is_some_and(|all| all.iter().any(|one| one == attribute))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apply::replacement::{Form, attributes};

    #[test]
    fn each_condition_is_of_an_attribute_that_does_not_always_replace() {
        for condition in table().unwrap().condition {
            for (type_name, paths) in condition.of {
                let known = attributes(&type_name).unwrap_or_else(|| panic!("{type_name} is in no table"));
                for path in paths {
                    let form = known.form(&path);
                    assert!(matches!(form, Some(Form::Depends | Form::InPlace)), "{type_name}.{path}");
                }
            }
        }
    }
}
