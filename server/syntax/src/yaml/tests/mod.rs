//! Tests like data: a fixture, and what it gives.

mod laws;
mod recovery;
mod structure;

use std::fmt::Write;

use expect_test::Expect;

use super::{NodeKind, Style, Value, parse};

/// The whole tree of a fixture and its problems.
fn check(fixture: &str, expect: Expect) {
    let (tree, problems) = parse(fixture);
    let mut text = String::new();
    for document in tree.documents() {
        text.push_str("---\n");
        print(document, fixture, 0, &mut text);
    }
    for problem in &problems {
        let _ = writeln!(text, "! {:?} {}", problem.span.text(fixture), problem.message);
    }
    expect.assert_eq(&text);
}

/// One line a node: its span's text for scalars, its span for collections.
fn print(value: Value<'_>, fixture: &str, depth: usize, text: &mut String) {
    let span = value.span();
    let indent = "  ".repeat(depth);
    if value.is_alias() {
        let _ = writeln!(text, "{indent}{}", span.text(fixture));
        return;
    }
    match value.kind() {
        NodeKind::Scalar(scalar) => {
            let style = match scalar.style() {
                Style::Plain => "",
                Style::Quoted => " quoted",
                Style::Block => " block",
            };
            let _ = writeln!(text, "{indent}{:?}{style} @{}..{}", scalar.text(), span.start, span.end);
        }
        NodeKind::Sequence { flow, .. } => {
            let _ = writeln!(text, "{indent}{} @{}..{}", if *flow { "[]" } else { "-" }, span.start, span.end);
            value.items().into_iter().flatten().for_each(|item| print(item, fixture, depth + 1, text));
        }
        NodeKind::Mapping { flow, .. } => {
            let _ = writeln!(text, "{indent}{} @{}..{}", if *flow { "{}" } else { ":" }, span.start, span.end);
            for (key, value) in value.entries().into_iter().flatten() {
                print(key, fixture, depth + 1, text);
                print(value, fixture, depth + 2, text);
            }
        }
        NodeKind::Alias(_) | NodeKind::Broken => {
            let _ = writeln!(text, "{indent}broken @{}..{}", span.start, span.end);
        }
    }
}

/// `a.b.0.c` for every scalar of a text with its value, in order.
fn paths(text: &str) -> Vec<String> {
    fn walk(value: Value<'_>, path: &str, into: &mut Vec<String>) {
        if let Some(scalar) = value.scalar() {
            into.push(format!("{path}={}", scalar.text()));
        }
        for (index, item) in value.items().into_iter().flatten().enumerate() {
            // An item is named by its `id`, so that losing one does not rename the others.
            let id = item.get("id").and_then(Value::scalar).map(|id| id.text().to_owned());
            walk(item, &format!("{path}.{}", id.unwrap_or_else(|| index.to_string())), into);
        }
        for pair in value.pairs().into_iter().flatten() {
            walk(pair.value, &format!("{path}.{}", pair.name), into);
        }
    }
    let (tree, _) = parse(text);
    let mut into = Vec::new();
    tree.documents().for_each(|document| walk(document, "", &mut into));
    into
}
