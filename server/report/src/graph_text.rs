//! The graph as text for other tools: DOT and Mermaid.

use std::fmt::Write;

use foreshock_analysis::Stack;
use foreshock_model::{ComponentIndex, Confidence, DependencyKind};

use super::Places;

/// The graphs in the language of Graphviz, one cluster for each stack.
pub fn dot(stacks: &[&Stack], places: &Places<'_>) -> String {
    let mut text = String::from("digraph foreshock {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n");
    for (number, stack) in stacks.iter().enumerate() {
        let _ = writeln!(text, "  subgraph cluster_{number} {{\n    label={};", quoted(&places.title(stack)));
        for (index, component) in stack.system().iter() {
            let look = if is_single(stack, index) { ", color=red, penwidth=2" } else { "" };
            let label = quoted(component.id.as_str());
            let _ = writeln!(text, "    s{number}n{} [label={label}{look}];", index.index());
        }
        for dependency in &stack.system().dependencies {
            let style = match (dependency.kind, dependency.confidence) {
                (_, Confidence::Guess) => " [color=gray, fontcolor=gray, label=\"a guess\"]",
                (DependencyKind::Requires, _) => "",
                (DependencyKind::Optional, _) => " [style=dashed]",
                (DependencyKind::Async, _) => " [style=dotted]",
            };
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
        let _ = writeln!(text, "  subgraph s{number}[{}]", entity_quoted(&places.title(stack)));
        for (index, component) in stack.system().iter() {
            let _ = writeln!(text, "    s{number}n{}[{}]", index.index(), entity_quoted(component.id.as_str()));
            if is_single(stack, index) {
                single.push(format!("s{number}n{}", index.index()));
            }
        }
        for dependency in &stack.system().dependencies {
            let arrow = match (dependency.kind, dependency.confidence) {
                (_, Confidence::Guess) => "-. a guess .->",
                (DependencyKind::Requires, _) => "-->",
                (DependencyKind::Optional, _) => "-.->",
                (DependencyKind::Async, _) => "-- async -->",
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

fn is_single(stack: &Stack, index: ComponentIndex) -> bool {
    stack.blocks.iter().any(|block| block.component == index && block.single_point)
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
