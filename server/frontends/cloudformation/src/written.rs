//! Who refers to whom as it is written, whatever conditions say: both branches of an `Fn::If` count.

use std::collections::{BTreeMap, BTreeSet};

use foreshock_syntax::yaml::{NodeKind, Tree, Value as Node};
use foreshock_text::FilePath;

use crate::evaluate::{call, long_call};
use crate::template::Template;

/// Values inside of values that are looked into.
const DEEPEST: u32 = 160;

/// The references between the resources of a template by `Ref`, `Fn::GetAtt`, `Fn::Sub` and `DependsOn`, each once.
pub fn references(tree: &Tree, text: &str) -> BTreeSet<(String, String)> {
    let template = Template::of(&FilePath::new(""), tree, text);
    of_template(&template)
}

pub(crate) fn of_template(template: &Template<'_>) -> BTreeSet<(String, String)> {
    let names: BTreeMap<&str, ()> = template.resources.iter().map(|(name, _)| (*name, ())).collect();
    let mut found = BTreeSet::new();
    for (name, named) in &template.resources {
        let mut to = |other: &str| {
            if other != *name && names.contains_key(other) {
                found.insert(((*name).to_owned(), other.to_owned()));
            }
        };
        for pair in named.value.pairs().into_iter().flatten() {
            match pair.name {
                "DependsOn" => {
                    let several = pair.value.items().into_iter().flatten();
                    let all = std::iter::once(pair.value).chain(several);
                    all.filter_map(Node::scalar).for_each(|other| to(other.text()));
                }
                _ => walk(pair.value, &mut to, 0),
            }
        }
    }
    found
}

fn walk(node: Node<'_>, to: &mut dyn FnMut(&str), depth: u32) {
    if depth > DEEPEST {
        return;
    }
    let calls = call(node).into_iter().chain(node.tag().and_then(|_| long_call(node)));
    for call in calls {
        match call.name {
            "Ref" => call.argument.scalar().into_iter().for_each(|name| to(name.text())),
            "GetAtt" => {
                let first = match call.argument.items() {
                    Some(mut items) => items.next().and_then(|name| Some(name.scalar()?.text())),
                    None => call.argument.scalar().and_then(|name| name.text().split('.').next()),
                };
                first.into_iter().for_each(&mut *to);
            }
            "Sub" => {
                let text = match call.argument.items() {
                    Some(mut items) => items.next(),
                    None => Some(call.argument),
                };
                let own = call.argument.items().and_then(|mut items| items.nth(1)).and_then(Node::pairs);
                let own: BTreeSet<&str> = own.into_iter().flatten().map(|pair| pair.name).collect();
                for name in text.and_then(Node::scalar).map(|text| names_in(text.text())).into_iter().flatten() {
                    if !own.contains(name) {
                        to(name.split('.').next().unwrap_or(name));
                    }
                }
            }
            _ => {}
        }
        if !call.is_short {
            return walk(call.argument, to, depth + 1);
        }
    }
    match node.kind() {
        NodeKind::Sequence { .. } => node.items().into_iter().flatten().for_each(|item| walk(item, to, depth + 1)),
        NodeKind::Mapping { .. } => {
            node.pairs().into_iter().flatten().for_each(|pair| walk(pair.value, to, depth + 1));
        }
        _ => {}
    }
}

/// The names that a text of `Fn::Sub` has in it.
fn names_in(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("${") {
        let Some((name, behind)) = after.split_once('}') else { break };
        if !name.starts_with('!') {
            names.push(name.trim());
        }
        rest = behind;
    }
    names
}
