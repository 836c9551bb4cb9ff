//! The picture in docs/architecture.md is the one that the text draws, and rooms have no rings but those that are known.

use super::Complaint;
use crate::arrows::{PAGE, drawn, rings};
use crate::tree::Tree;

pub(super) fn complaints(tree: &Tree) -> Vec<Complaint> {
    let mut complaints: Vec<Complaint> = rings(tree)
        .into_iter()
        .map(|ring| Complaint::new(PAGE, 0, format!("rooms that use each other: {ring}")))
        .collect();
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
    use crate::guards::said;

    #[test]
    fn it_finds_an_old_picture_and_a_ring() {
        let page = "<!-- what follows is drawn by `cargo xtask arrows` -->\nold\n<!-- end of what is drawn -->\n";
        let files = [
            (PAGE, page),
            ("server/engine/src/left.rs", "use crate::right::R;"),
            ("server/engine/src/right.rs", "use crate::left::L;"),
        ];
        let tree = Tree::of(files);
        assert_eq!(
            said(complaints, &tree),
            "docs/architecture.md: rooms that use each other: engine: left, right\n\
             docs/architecture.md: its picture is old: run `cargo xtask arrows`"
        );
        let drawn = drawn(&tree).unwrap();
        let tree = Tree::of([(PAGE, drawn.as_str()), files[1], ("server/engine/src/right.rs", "")]);
        assert!(complaints(&tree).len() == 1, "the arrow back is gone from the text and still drawn");
    }
}
