//! The graph as text for other tools: DOT and Mermaid.

use std::fmt::Write;

use foreshock_analysis::Stack;
use foreshock_model::{Confidence, Dependency, DependencyKind, Plane};

use super::Places;
use super::graph_index::GraphIndex;
use super::words::plane_name;

/// The graphs in the language of Graphviz, one cluster for each stack.
pub fn dot(stacks: &[&Stack], places: &Places<'_>) -> String {
    let mut text = String::from("digraph foreshock {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n");
    for (number, stack) in stacks.iter().enumerate() {
        let look = GraphIndex::of(stack);
        let _ = writeln!(text, "  subgraph cluster_{number} {{\n    label={};", quoted(&places.title(stack)));
        for (index, component) in stack.system().iter() {
            let colour = if look.is_single(index) { ", color=red, penwidth=2" } else { "" };
            let label = quoted(component.id.as_str());
            let _ = writeln!(text, "    s{number}n{} [label={label}{colour}];", index.index());
        }
        for (which, dependency) in stack.system().dependencies.iter().enumerate() {
            let words = words(&look, which, dependency);
            let label = (!words.is_empty()).then(|| format!("label={}", quoted(&words)));
            let style = match (dependency.kind, dependency.confidence) {
                (_, Confidence::Guess) => Some("color=gray, fontcolor=gray"),
                _ if dependency.plane != Plane::Data => Some("color=gray, style=dashed"),
                (DependencyKind::Requires, _) => None,
                (DependencyKind::Optional, _) => Some("style=dashed"),
                (DependencyKind::Async, _) => Some("style=dotted"),
            };
            let style: Vec<&str> = style.into_iter().chain(label.as_deref()).collect();
            let style = if style.is_empty() { String::new() } else { format!(" [{}]", style.join(", ")) };
            let (from, to) = (dependency.from.index(), dependency.to.index());
            let _ = writeln!(text, "    s{number}n{from} -> s{number}n{to}{style};");
        }
        text.push_str("  }\n");
    }
    text.push_str("}\n");
    text
}

/// The graphs as a Mermaid flowchart, one subgraph for each stack.
pub fn mermaid(stacks: &[&Stack], places: &Places<'_>) -> String {
    let mut text = String::from("flowchart LR\n");
    let mut single = Vec::new();
    for (number, stack) in stacks.iter().enumerate() {
        let look = GraphIndex::of(stack);
        let _ = writeln!(text, "  subgraph s{number}[{}]", entity_quoted(&places.title(stack)));
        for (index, component) in stack.system().iter() {
            let _ = writeln!(text, "    s{number}n{}[{}]", index.index(), entity_quoted(component.id.as_str()));
            if look.is_single(index) {
                single.push(format!("s{number}n{}", index.index()));
            }
        }
        for (which, dependency) in stack.system().dependencies.iter().enumerate() {
            let mut words = words(&look, which, dependency);
            let is_sure = dependency.confidence != Confidence::Guess && dependency.plane == Plane::Data;
            if is_sure && dependency.kind == DependencyKind::Async {
                words = if words.is_empty() { "async".to_owned() } else { format!("async, {words}") };
            }
            let arrow = match (is_sure && dependency.kind != DependencyKind::Optional, words.as_str()) {
                (true, "") => "-->".to_owned(),
                (true, words) => format!("-- {words} -->"),
                (false, "") => "-.->".to_owned(),
                (false, words) => format!("-. {words} .->"),
            };
            let (from, to) = (dependency.from.index(), dependency.to.index());
            let _ = writeln!(text, "    s{number}n{from} {arrow} s{number}n{to}");
        }
        text.push_str("  end\n");
    }
    if !single.is_empty() {
        let _ = writeln!(text, "  classDef single stroke:#d00,stroke-width:3px\n  class {} single", single.join(","));
    }
    text
}

/// What is to know of a dependency beside its kind.
fn words(look: &GraphIndex<'_>, which: usize, dependency: &Dependency) -> String {
    let guess = (dependency.confidence == Confidence::Guess).then(|| "a guess".to_owned());
    guess.into_iter().chain(setting(look, which, dependency)).collect::<Vec<_>>().join(", ")
}

/// That only changes and recovery need it, and of how many alternatives it is one.
pub(super) fn setting(look: &GraphIndex<'_>, which: usize, dependency: &Dependency) -> Vec<String> {
    let mut words = Vec::new();
    if dependency.plane != Plane::Data {
        words.push(format!("{} only", plane_name(dependency.plane)));
    }
    if let Some(group) = look.alternatives(which) {
        words.push(format!("{} of {}", group.required, group.members.len()));
    }
    words
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Mermaid knows no backslash; it takes HTML entities. A backtick would begin its Markdown, a line break ends the node.
pub(super) fn entity_quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '#' | '"' | '<' | '>' | '&' | '`' | '\\' => quoted.push_str(&format!("#{};", u32::from(c))),
            c if c.is_control() => quoted.push(' '),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
