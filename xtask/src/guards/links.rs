//! Links between pages lead somewhere: to a file that is there, and to a heading that is in it.

use super::Complaint;
use crate::markdown::{anchors, links};
use crate::tree::{Tree, joined, parent};

pub(super) fn complaints(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (path, text) in tree.ending(".md") {
        for (line, target) in links(text) {
            complaints.extend(wrong_with(tree, path, target).map(|says| Complaint::new(path, line, says)));
        }
    }
    complaints
}

fn wrong_with(tree: &Tree, page: &str, target: &str) -> Option<String> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (file, anchor) = target.split_once('#').map_or((target, None), |(file, anchor)| (file, Some(anchor)));
    let file = if file.is_empty() { Some(page.to_owned()) } else { joined(parent(page), file) };
    let Some(file) = file.filter(|file| tree.holds(file)) else {
        return Some(format!("the link to {target} leads nowhere"));
    };
    let anchor =
        anchor.filter(|anchor| !anchors(tree.text(&file).unwrap_or_default()).iter().any(|known| known == anchor))?;
    Some(format!("{file} has no heading #{anchor}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guards::said;

    #[test]
    fn it_finds_links_that_lead_nowhere() {
        let tree = Tree::of([
            ("README.md", "[a](docs/a.md) [b](docs/b.md) [c](https://example.com/d) [d](docs) [e](#nothing)"),
            ("docs/a.md", "# One thing\n[up](../README.md) [it](#one-thing)\n[out](../../x)"),
        ]);
        assert_eq!(
            said(complaints, &tree),
            "README.md:1: the link to docs/b.md leads nowhere\n\
             README.md:1: README.md has no heading #nothing\n\
             docs/a.md:3: the link to ../../x leads nowhere"
        );
    }
}
