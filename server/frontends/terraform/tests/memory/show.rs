//! A resolution as text.

use std::fmt::Write;

use expect_test::Expect;
use foreshock_resources::{Body, Key, Kind, Value};
use foreshock_terraform::Resolved;

use super::{Memory, root};

/// Instances with their values, then calls of modules, references and problems; each value with its provenance and its
/// origin.
pub(crate) fn show(memory: &Memory, resolved: &Resolved) -> String {
    let mut text = String::new();
    for one in &resolved.resources.instances {
        write!(text, "{}", one.address).unwrap();
        if let Key::Unknown(why) = &one.key {
            write!(text, " ({why})").unwrap();
        }
        if let Some(region) = &one.region {
            write!(text, " in {}", value(memory, region)).unwrap();
        }
        if !one.depends_on.is_empty() {
            write!(text, " after {}", one.depends_on.join(", ")).unwrap();
        }
        text.push('\n');
        body(memory, &one.body, 1, &mut text);
    }
    for call in &resolved.resources.modules {
        let at = call.directory.as_ref().map(|directory| directory.strip_prefix(root()).unwrap_or(directory));
        writeln!(text, "{} from {:?}: {}", call.address, call.source, at.map_or("not at hand", |at| at.as_str()))
            .unwrap();
    }
    for reference in resolved.resources.references.iter() {
        writeln!(text, "{} -> {}", reference.from, reference.to).unwrap();
    }
    for (file, note) in &resolved.notes {
        writeln!(text, "note in {}: {}", file.relative_to(&root()), note.message).unwrap();
    }
    for unread in &resolved.unread {
        writeln!(text, "unread in {}: {}", unread.file.relative_to(&root()), unread.name).unwrap();
    }
    for (file, problem) in &resolved.problems {
        writeln!(text, "problem in {}: {}", file.relative_to(&root()), problem.message).unwrap();
    }
    text
}

fn body(memory: &Memory, of: &Body, level: usize, text: &mut String) {
    let indent = "  ".repeat(level);
    for (name, attribute) in &of.attributes {
        writeln!(text, "{indent}{name} = {}", value(memory, &attribute.value)).unwrap();
    }
    for block in &of.blocks {
        let unknown = block.unknown.as_ref().map_or(String::new(), |why| format!(" ({why})"));
        writeln!(text, "{indent}{}{unknown}:", block.kind).unwrap();
        body(memory, &block.body, level + 1, text);
    }
}

fn value(memory: &Memory, of: &Value) -> String {
    let mut text = plain(memory, of);
    for trace in of.provenance.iter() {
        write!(text, " <{}.{}>", trace.to, trace.attribute).unwrap();
    }
    if of.provenance.is_sensitive() {
        text.push_str(" <sensitive>");
    }
    if let Some(origin) = &of.origin {
        let source = memory.files.text_of(&origin.file);
        // The text of a generated file is nowhere.
        let before = source.get(..origin.span.start as usize).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        write!(text, " @{}:{line}", origin.file.relative_to(&root())).unwrap();
    }
    text
}

/// The value, elements without their origins.
fn plain(memory: &Memory, of: &Value) -> String {
    let inner = |item: &Value| value(memory, &Value { origin: None, ..item.clone() });
    match &of.kind {
        Kind::Null => "null".to_owned(),
        Kind::Bool(flag) => flag.to_string(),
        Kind::Number(number) => number.to_string(),
        Kind::String(text) => format!("{text:?}"),
        Kind::List(items) => format!("[{}]", items.iter().map(inner).collect::<Vec<_>>().join(", ")),
        Kind::Set(items) => format!("set[{}]", items.iter().map(inner).collect::<Vec<_>>().join(", ")),
        Kind::Map(items) => {
            let items: Vec<String> = items
                .iter()
                .map(|(name, item)| match name.starts_with('\0') {
                    true => "..".to_owned(),
                    false => format!("{name} = {}", inner(item)),
                })
                .collect();
            format!("{{{}}}", items.join(", "))
        }
        Kind::Unknown(why) => format!("?({why})"),
    }
}

pub(crate) fn check(fixture: &str, expected: Expect) {
    let memory = Memory::fixture(fixture);
    expected.assert_eq(&show(&memory, &memory.resolved()));
}
