//! The picture in docs/architecture.md is the one that the text draws, and rooms have no rings but those that are known.

use super::Complaint;
use crate::arrows::{PAGE, drawn, wrong_rings};
use crate::tree::Tree;

pub(super) fn complaints(tree: &Tree) -> Vec<Complaint> {
    let mut complaints: Vec<Complaint> =
        wrong_rings(tree).into_iter().map(|says| Complaint::new(PAGE, 0, says)).collect();
    match drawn(tree) {
        Ok(drawn) if tree.text(PAGE) == Some(&drawn) => {}
        Ok(_) => complaints.push(Complaint::new(PAGE, 0, "its picture is old: run `cargo xtask arrows`")),
        Err(says) => complaints.push(Complaint::new(PAGE, 0, says)),
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_finds_an_old_picture() {
        let old = |tree: &Tree| complaints(tree).iter().any(|complaint| complaint.says.contains("is old"));
        let page = "<!-- what follows is drawn by `cargo xtask arrows` -->\nold\n<!-- end of what is drawn -->\n";
        let engine = |text| ("server/engine/src/left.rs", text);
        let right = ("server/engine/src/right.rs", "");
        let tree = Tree::of([(PAGE, page), engine("use crate::right::R;"), right]);
        assert!(old(&tree));
        let drawn = drawn(&tree).unwrap();
        assert!(drawn.contains("left --> right"));
        assert!(!old(&Tree::of([(PAGE, &drawn), engine("use crate::right::R;"), right])));
        assert!(old(&Tree::of([(PAGE, &drawn), engine(""), right])), "an arrow that is gone is still drawn");
    }
}
