//! Every family speaks of a bad resource of each of its types, is silent about a good one, and about one of which it can't
//! be known. The resources are in `families.toml`, which says how it is read.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)] // a test may

mod rendering;

use std::collections::BTreeMap;

use foreshock_catalog::{Catalog, Family, assemble};
use rendering::resolve_text;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Example {
    types: String,
    #[serde(default)]
    path: Option<String>,
    bad: String,
    good: String,
    #[serde(default)]
    with: String,
    #[serde(default)]
    beside: String,
    #[serde(default)]
    bad_beside: String,
    #[serde(default)]
    good_beside: String,
}

impl Example {
    fn types(&self) -> impl Iterator<Item = &str> {
        self.types.split_whitespace()
    }

    /// The attribute that `bad` and `good` are values of.
    fn path(&self, family: &Family, type_name: &str) -> Option<String> {
        if let Some(path) = &self.path {
            return (path != "-").then(|| path.clone());
        }
        let mut of_type = family.on.iter().filter(|member| member.types.iter().any(|name| name == type_name));
        let mut paths = of_type.clone().filter_map(|member| member.path.as_ref());
        let path = paths.next().cloned();
        assert!(paths.next().is_none(), "{}: {type_name} has several attributes: say which", family.id);
        // Where only some members have one, the example says so.
        path.filter(|_| of_type.all(|member| member.path.is_some()) || is_value(&self.bad, &self.good))
    }

    fn text(&self, type_name: &str, path: Option<&str>, value: &str, beside: &str) -> String {
        let own = match path {
            Some(_) if value.is_empty() => String::new(),
            Some(path) => written(path, value),
            None => value.to_owned(),
        };
        let body = format!("{}\n{own}", self.with);
        let beside = format!("{}\n{beside}", self.beside).replace("{type}", type_name);
        format!("resource \"{type_name}\" \"x\" {{\n{body}\n}}\n{beside}\n")
    }
}

fn is_value(bad: &str, good: &str) -> bool {
    [bad, good].iter().all(|text| !text.contains(['\n', '{']) && !text.contains(" = "))
}

/// `a.b = value` as nested blocks.
fn written(path: &str, value: &str) -> String {
    match path.split_once('.') {
        Some((block, rest)) => format!("{block} {{\n{}\n}}", written(rest, value)),
        None => format!("{path} = {value}"),
    }
}

/// What the family says of the resource `x`.
fn said(family: &Family, type_name: &str, text: &str) -> Vec<String> {
    let resolved = resolve_text(text);
    assert!(resolved.problems.is_empty(), "{}: {text}: {:?}", family.id, resolved.problems);
    let assembled = assemble(&resolved.resources, Catalog::bundled());
    let address = format!("{type_name}.x");
    let own = assembled.violations.into_iter().filter(|violation| violation.subject.starts_with(&address));
    own.filter(|violation| violation.family.as_deref() == Some(&family.id))
        .map(|violation| violation.says.clone())
        .collect()
}

#[test]
fn each_family_speaks_of_each_of_its_types_and_only_where_it_must() {
    let examples: BTreeMap<String, Vec<Example>> = toml::from_str(include_str!("families.toml")).unwrap();
    let families = Catalog::bundled().families();
    let (mut wrong, mut tried) = (Vec::new(), 0);
    for family in families {
        let Some(examples) = examples.get(&family.id) else {
            wrong.push(format!("{}: no example", family.id));
            continue;
        };
        let mut heard: BTreeMap<&str, usize> = BTreeMap::new();
        for example in examples {
            for type_name in example.types() {
                tried += 1;
                let path = example.path(family, type_name);
                let name = format!("{} of {type_name}", family.id);
                let text = example.text(type_name, path.as_deref(), &example.bad, &example.bad_beside);
                let found = said(family, type_name, &text);
                *heard.entry(type_name).or_default() += 1;
                if found.is_empty() {
                    wrong.push(format!("{name} says nothing of\n{text}"));
                }
                if example.good != "-" {
                    let text = example.text(type_name, path.as_deref(), &example.good, &example.good_beside);
                    let found = said(family, type_name, &text);
                    if !found.is_empty() {
                        wrong.push(format!("{name} says {found:?} of\n{text}"));
                    }
                }
                if let Some(path) = &path {
                    let text = example.text(type_name, Some(path), "var.unknown", &example.good_beside);
                    let found = said(family, type_name, &format!("variable \"unknown\" {{}}\n{text}"));
                    if !found.is_empty() {
                        wrong.push(format!("{name} says {found:?} of what is not known"));
                    }
                }
            }
        }
        for member in &family.on {
            for type_name in &member.types {
                let members = family.on.iter().filter(|other| other.types.contains(type_name)).count();
                if heard.get(type_name.as_str()).copied().unwrap_or_default() < members {
                    wrong.push(format!("{}: {type_name} has {members} checks, and fewer examples", family.id));
                }
            }
        }
    }
    for id in examples.keys().filter(|id| !families.iter().any(|family| family.id == **id)) {
        wrong.push(format!("{id} is no family"));
    }
    println!("{} families, {tried} examples", families.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
