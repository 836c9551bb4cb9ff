//! Who may touch the world: most crates only compute, a few use files, the program alone starts others or listens.

use super::Complaint;
use crate::crates::{CRATES, May};
use crate::tree::Tree;

/// What can be done to the world, and from where on that is allowed.
const TOUCHES: &[(&str, May)] = &[
    ("std::fs", May::UseFiles),
    ("File::open", May::UseFiles),
    ("std::env::", May::UseFiles),
    ("std::process", May::RunPrograms),
    ("std::net::{TcpListener", May::RunPrograms),
    ("TcpStream", May::RunPrograms),
    ("TcpListener", May::RunPrograms),
    ("UdpSocket", May::RunPrograms),
];

pub(super) fn complaints(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for known in CRATES.iter().filter(|known| known.may != May::RunPrograms) {
        let sources = format!("{}/src", known.folder);
        for (path, text) in tree.below(&sources).filter(|(path, _)| path.ends_with(".rs") && !is_test(path)) {
            complaints.extend(in_file(path, text, known.may));
        }
    }
    complaints
}

fn is_test(path: &str) -> bool {
    path.contains("/tests/") || path.ends_with("/tests.rs")
}

fn in_file(path: &str, text: &str, may: May) -> Vec<Complaint> {
    let forbidden = TOUCHES.iter().filter(|(_, from)| match may {
        May::Compute => true,
        May::UseFiles => *from == May::RunPrograms,
        May::RunPrograms => false,
    });
    let forbidden: Vec<&str> = forbidden.map(|(name, _)| *name).collect();
    let code = (1..).zip(text.lines()).take_while(|(_, line)| !line.starts_with("#[cfg(test)]"));
    let code = code.filter(|(_, line)| !line.trim_start().starts_with("//"));
    let touching =
        code.filter_map(|(number, line)| Some((number, forbidden.iter().find(|name| line.contains(**name))?)));
    touching
        .map(|(number, name)| {
            Complaint::new(path, number, format!("{name}: this crate may not do that (xtask/src/crates.rs)"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guards::said;

    #[test]
    fn it_finds_crates_that_touch_the_world() {
        let tree = Tree::of([
            ("server/engine/src/a.rs", "use std::fs;\n#[cfg(test)]\nmod tests { use std::fs; }"),
            ("server/history/src/a.rs", "use std::fs;\nuse std::process::Command;"),
            ("server/foreshock/src/a.rs", "use std::process::Command;"),
        ]);
        assert_eq!(
            said(complaints, &tree),
            "server/engine/src/a.rs:1: std::fs: this crate may not do that (xtask/src/crates.rs)\n\
             server/history/src/a.rs:2: std::process: this crate may not do that (xtask/src/crates.rs)"
        );
    }
}
