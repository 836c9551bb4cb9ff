//! What stands in a resource's text for the day on which it is destroyed.

use std::sync::OnceLock;

use foreshock_resources::{Attribute, Body, Instance, Kind};
use serde::Deserialize;

/// What it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Sort {
    /// What is left afterwards.
    Copy,
    /// What stands in the way.
    Guard,
    /// What goes with it.
    Loss,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Safeguard {
    attribute: String,
    when: String,
    sort: Sort,
    says: String,
}

#[derive(Deserialize)]
struct Table {
    safeguard: Vec<Safeguard>,
}

fn table() -> Result<Table, toml::de::Error> {
    toml::from_str(include_str!("../../../data/safeguards.toml"))
}

/// What is said of a resource that is destroyed, as one sentence: what is left, what goes, what stands in the way. `stays`: its block
/// is still there.
pub(super) fn words(instance: Option<&Instance>, stays: bool) -> String {
    static ALL: OnceLock<Vec<Safeguard>> = OnceLock::new();
    let all = ALL.get_or_init(|| table().map(|table| table.safeguard).unwrap_or_default());
    let Some(instance) = instance else { return "Nothing is known of a copy.".to_owned() };
    let mut said: Vec<String> = Vec::new();
    let mut has_copy = false;
    for sort in [Sort::Copy, Sort::Loss, Sort::Guard] {
        for safeguard in all.iter().filter(|safeguard| safeguard.sort == sort) {
            let Some(attribute) = attribute(&instance.body, &safeguard.attribute) else { continue };
            let Some(value) = says(&attribute.value.kind, &safeguard.when) else { continue };
            let sentence = safeguard.says.replace("{value}", &value);
            has_copy |= sort != Sort::Guard;
            if !said.contains(&sentence) {
                said.push(sentence);
            }
        }
    }
    if instance.lifecycle.prevent_destroy && !stays {
        said.push("prevent_destroy goes with its block".to_owned());
    }
    if !has_copy {
        said.insert(0, "no snapshot and no backup of it stands in the text".to_owned());
    }
    let said = said.join(", ");
    let mut characters = said.chars();
    let first: String = characters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}.", characters.as_str())
}

/// The attribute at a path through nested blocks, or objects.
fn attribute<'b>(body: &'b Body, path: &str) -> Option<&'b Attribute> {
    let Some((block, rest)) = path.split_once('.') else { return body.attributes.get(path) };
    body.blocks.iter().filter(|inner| &*inner.kind == block).find_map(|inner| attribute(&inner.body, rest))
}

/// What is written, where it is what was asked for. A text that holds a number or a truth value is one.
fn says(kind: &Kind, when: &str) -> Option<String> {
    let text = match kind {
        Kind::Bool(flag) => flag.to_string(),
        Kind::Number(number) => number.to_string(),
        Kind::String(text) => text.to_string(),
        _ => return None,
    };
    let holds = match when {
        "positive" => text.parse::<f64>().is_ok_and(|number| number > 0.0),
        "written" => !text.is_empty() && text != "false",
        other => text == other,
    };
    holds.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read() {
        let table = table().unwrap();
        assert!(table.safeguard.len() > 20);
        for safeguard in &table.safeguard {
            assert!(!safeguard.says.contains('{') || safeguard.says.contains("{value}"), "{}", safeguard.says);
        }
    }

    #[test]
    fn a_condition_holds_for_texts_and_numbers() {
        assert_eq!(says(&Kind::Number(7.0), "positive").as_deref(), Some("7"));
        assert_eq!(says(&Kind::String("7".into()), "positive").as_deref(), Some("7"));
        assert_eq!(says(&Kind::Number(0.0), "positive"), None);
        assert_eq!(says(&Kind::Bool(true), "true").as_deref(), Some("true"));
        assert_eq!(says(&Kind::Bool(false), "true"), None);
        assert_eq!(says(&Kind::String("".into()), "written"), None);
        assert_eq!(says(&Kind::Unknown("x".into()), "written"), None);
    }
}
