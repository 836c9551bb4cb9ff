//! A cascade as a tree of lines.

use foreshock_analysis::{TreeNode, forest};
use foreshock_engine::{Cascade, Health};
use foreshock_model::System;

use super::table::Paint;
use super::words::{duration, health_name, share};

/// A line for each component, below the one that took it down. What is deeper than `depth` is only counted.
pub(super) fn cascade_text(system: &System, cascade: &Cascade, depth: Option<usize>, paint: Paint) -> String {
    let mut tree = Tree { text: String::new(), depth: depth.unwrap_or(usize::MAX), paint };
    for root in &forest(system, cascade) {
        tree.node(root, "", "", "", 1);
    }
    tree.text
}

struct Tree {
    text: String,
    depth: usize,
    paint: Paint,
}

impl Tree {
    /// `above` is the id of the node above; `first` stands before the node itself, `rest` before the lines below it.
    fn node(&mut self, node: &TreeNode, above: &str, first: &str, rest: &str, depth: usize) {
        let line = self.line(node, above);
        self.text.push_str(&format!("  {first}{line}\n"));
        if depth >= self.depth && !node.children.is_empty() {
            let hidden: usize = node.children.iter().map(size).sum();
            self.text.push_str(&format!("  {rest}└─ and {hidden} more below\n"));
            return;
        }
        let last = node.children.len().saturating_sub(1);
        for (index, child) in node.children.iter().enumerate() {
            let (branch, below) = if index == last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            self.node(child, &node.id, &format!("{rest}{branch}"), &format!("{rest}{below}"), depth + 1);
        }
    }

    /// `api DOWN after 30 s: requires it`
    fn line(&self, node: &TreeNode, above: &str) -> String {
        let name = health_name(node.health);
        let health = match node.health {
            Health::Down => self.paint.red(name),
            Health::Overloaded | Health::Degraded => self.paint.yellow(name),
            Health::Healthy => self.paint.green(name),
        };
        let mut line = format!("{} {health}", node.id);
        if node.at_seconds > 0.0 {
            line.push_str(&format!(" after {}", duration(node.at_seconds)));
        }
        if let Some(errors) = node.errors {
            line.push_str(&format!(", fails {} of its requests", share(errors)));
        }
        if node.likely.health != node.health {
            line.push_str(&self.paint.dim(&format!(" (likely {})", health_name(node.likely.health))));
        }
        if let Some(latency) = node.latency {
            line.push_str(&format!(", {} a request", duration_ms(latency.get())));
        }
        if !node.because.is_empty() {
            let of = if *node.because_of == *above { "it" } else { &node.because_of };
            line.push_str(&self.paint.dim(&format!(": {} {of}", node.because)));
        }
        line
    }
}

fn size(node: &TreeNode) -> usize {
    1 + node.children.iter().map(size).sum::<usize>()
}

/// `12 ms`, `1.5 s`.
fn duration_ms(seconds: f64) -> String {
    if seconds >= 1.0 {
        return duration(seconds);
    }
    let text = format!("{:.1}", 1000.0 * seconds);
    format!("{} ms", text.strip_suffix(".0").unwrap_or(&text))
}
