//! Values that a kustomization copies from one object into others.

use camino::Utf8Path;
use foreshock_documents::{Content, Node};

use super::{Building, Part, items, selector};

/// Copies what the replacements of a kustomization say.
pub(super) fn apply(building: &mut Building<'_>, directory: &Utf8Path, node: &Node, objects: &mut [Part]) {
    for item in items(node, "replacements") {
        let written: Vec<Node> = match item.get("path") {
            Some(path) => building.documents_at(directory, path).into_iter().flat_map(listed).collect(),
            None => vec![item.clone()],
        };
        written.iter().for_each(|replacement| replace(building, replacement, objects));
    }
}

fn listed(node: Node) -> Vec<Node> {
    match node.content {
        Content::List(items) => items,
        _ => vec![node],
    }
}

fn replace(building: &mut Building<'_>, replacement: &Node, objects: &mut [Part]) {
    let Some(source) = replacement.get("source") else { return };
    let path = source.get("fieldPath").and_then(Node::word).unwrap_or_else(|| "metadata.name".into());
    let found = selector::selected(source, objects);
    let value = found.first().and_then(|at| objects.get(*at)).and_then(|part| {
        let value = at_path(&part.object.node, &steps(&path))?;
        part_of(value, source.get("options"))
    });
    let Some(value) = value else {
        building.problem_at(&source.place, format!("there is no {path} in what this names"));
        return;
    };
    for target in items(replacement, "targets") {
        let Some(select) = target.get("select") else { continue };
        let rejected: Vec<usize> =
            items(target, "reject").iter().flat_map(|reject| selector::selected(reject, objects)).collect();
        for at in selector::selected(select, objects).into_iter().filter(|at| !rejected.contains(at)) {
            let Some(part) = objects.get_mut(at) else { continue };
            let fields = items(target, "fieldPaths").len().max(1);
            if !building.spend(value.weight() * fields + part.object.node.weight(), &select.place) {
                return;
            }
            for field in items(target, "fieldPaths") {
                let Some(path) = field.word() else { continue };
                let creates = target.at(&["options", "create"]).and_then(Node::word).as_deref() == Some("true");
                put(&mut part.object.node, &steps(&path), &value, target.get("options"), creates);
            }
            part.object = part.object.clone().renamed();
        }
    }
}

/// The steps of a path: names, numbers, and `[name=web]` for the item of a list that says so.
fn steps(path: &str) -> Vec<String> {
    let mut steps = vec![String::new()];
    let mut depth = 0u32;
    let mut letters = path.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if letters.peek() == Some(&'.') => {
                letters.next();
                push(&mut steps, '.');
            }
            '[' => {
                depth += 1;
                push(&mut steps, letter);
            }
            ']' => {
                depth = depth.saturating_sub(1);
                push(&mut steps, letter);
            }
            '.' if depth == 0 => steps.push(String::new()),
            letter => push(&mut steps, letter),
        }
    }
    steps
}

fn push(steps: &mut [String], letter: char) {
    if let Some(last) = steps.last_mut() {
        last.push(letter);
    }
}

fn at_path<'n>(object: &'n Node, steps: &[String]) -> Option<&'n Node> {
    steps.iter().try_fold(object, |node, step| match &node.content {
        Content::List(items) => {
            items.iter().enumerate().find(|(at, item)| is_item(step, *at, item)).map(|(_, item)| item)
        }
        _ => node.get(step),
    })
}

fn is_item(step: &str, at: usize, item: &Node) -> bool {
    match step.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).and_then(|rest| rest.split_once('=')) {
        Some((key, value)) => item.get(key).and_then(Node::word).as_deref() == Some(value),
        None => step == "*" || step.parse() == Ok(at),
    }
}

/// The part of a text between delimiters that the options name.
fn part_of(value: &Node, options: Option<&Node>) -> Option<Node> {
    let delimiter = options.and_then(|options| options.get("delimiter")).and_then(Node::word);
    let Some(delimiter) = delimiter else { return Some(value.clone()) };
    let index = options.and_then(|options| options.get("index")).and_then(Node::number).unwrap_or(0.0) as usize;
    let part = value.word()?.split(&*delimiter).nth(index)?.to_owned();
    Some(Node::text_at(part, value.place.clone()))
}

fn put(node: &mut Node, steps: &[String], value: &Node, options: Option<&Node>, creates: bool) {
    let Some((step, below)) = steps.split_first() else {
        let delimiter = options.and_then(|options| options.get("delimiter")).and_then(Node::word);
        *node = match (delimiter, node.word(), value.word()) {
            (Some(delimiter), Some(own), Some(new)) => {
                let index =
                    options.and_then(|options| options.get("index")).and_then(Node::number).unwrap_or(0.0) as usize;
                let mut parts: Vec<&str> = own.split(&*delimiter).collect();
                if let Some(part) = parts.get_mut(index) {
                    *part = &new;
                }
                Node::text_at(parts.join(&delimiter), value.place.clone())
            }
            _ => value.clone(),
        };
        return;
    };
    if let Content::List(all) = &mut node.content {
        let wanted = all.iter_mut().enumerate().filter(|(at, item)| is_item(step, *at, item));
        wanted.for_each(|(_, item)| put(item, below, value, options, creates));
        return;
    }
    if node.get(step).is_none() && creates && node.is_map() {
        let inner = if below.is_empty() { value.clone() } else { Node::empty_map(value.place.clone()) };
        node.set(step, value.place.clone(), inner);
    }
    if let Some(inner) = node.get_mut(step) {
        put(inner, below, value, options, creates);
    }
}
