//! What falls with a component, as a small picture for a comment.

use std::collections::VecDeque;
use std::fmt::Write;

use foreshock_analysis::{Stack, TreeNode, forest};
use foreshock_engine::{Fault, Health};
use foreshock_model::ComponentIndex;

use super::graph_text::entity_quoted;
use super::markdown_text::one_line;
use super::words::duration;

/// More nodes than this are counted: a comment is narrow.
const MOST_NODES: usize = 14;
/// Longer names are cut.
const LONGEST_NAME: usize = 60;

/// A flowchart from what fails to what falls with it, nearest first; none where nothing falls with it.
pub(super) fn cascade_mermaid(stack: &Stack, component: ComponentIndex) -> Option<String> {
    let system = stack.system();
    let cascade = stack.cascade(&[Fault::Component(component)]);
    let roots = forest(system, &cascade);
    let fallen: usize = roots.iter().map(size).sum();
    if fallen < 2 {
        return None;
    }
    let mut text = String::from("flowchart LR\n");
    let mut drawn = 0;
    // Breadth first: what is cut off is what is farthest.
    let mut waiting: VecDeque<(&TreeNode, Option<usize>)> = roots.iter().map(|root| (root, None)).collect();
    while let Some((node, above)) = waiting.pop_front() {
        if drawn == MOST_NODES {
            let _ = writeln!(text, "  more[\"and {} more\"]:::more", fallen - drawn);
            break;
        }
        let class = if node.health == Health::Down { "down" } else { "degraded" };
        let _ = writeln!(text, "  n{drawn}[{}]:::{class}", entity_quoted(&one_line(&node.id, LONGEST_NAME)));
        if let Some(above) = above {
            let time = if node.at_seconds > 0.0 { format!("|{}|", duration(node.at_seconds)) } else { String::new() };
            let _ = writeln!(text, "  n{above} -->{time} n{drawn}");
        }
        waiting.extend(node.children.iter().map(|child| (child, Some(drawn))));
        drawn += 1;
    }
    // Readable on light and on dark.
    text.push_str("  classDef down fill:#c62828,stroke:#c62828,color:#fff\n");
    text.push_str("  classDef degraded fill:#f9a825,stroke:#f9a825,color:#000\n");
    text.push_str("  classDef more fill:none,stroke-dasharray:4\n");
    Some(text)
}

fn size(node: &TreeNode) -> usize {
    1 + node.children.iter().map(size).sum::<usize>()
}
