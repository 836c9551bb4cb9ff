//! The types of the language server protocol stay where messages are translated: everything else speaks of spans and
//! findings.

use super::Complaint;
use crate::tree::Tree;

/// The names by which those types can be had.
const TYPES: &[&str] = &["ls_types", "lsp_types"];

/// The crate that speaks the protocol, and the folder in which it may be named.
const SPEAKER: &str = "tower_lsp_server";
const FOLDER: &str = "server/foreshock/src/lsp/";

/// The files that may name the types.
const ALLOWED: &[&str] = &[
    "server/foreshock/src/lsp/from_proto.rs",
    "server/foreshock/src/lsp/handlers.rs",
    "server/foreshock/src/lsp/outgoing.rs",
    "server/foreshock/src/lsp/to_proto.rs",
];

pub(super) fn complaints(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let sources = tree.ending(".rs").filter(|(path, _)| path.starts_with("server/") && path.contains("/src/"));
    for (path, text) in sources.filter(|(path, _)| !ALLOWED.contains(path)) {
        for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim_start().starts_with("//")) {
            if TYPES.iter().any(|name| line.contains(name)) {
                let says = "names a type of the protocol; translate it in lsp/to_proto.rs or from_proto.rs";
                complaints.push(Complaint::new(path, number, says));
            } else if line.contains(SPEAKER) && !path.starts_with(FOLDER) {
                complaints.push(Complaint::new(path, number, format!("names {SPEAKER}, which is for {FOLDER}")));
            }
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guards::said;

    #[test]
    fn it_finds_the_protocol_where_it_has_no_business() {
        let tree = Tree::of([
            (
                "server/analysis/src/findings/fix/mod.rs",
                "//! No lsp_types here.\nuse tower_lsp_server::ls_types::Range;",
            ),
            ("server/foreshock/src/cli/mod.rs", "use tower_lsp_server::Server;"),
            ("server/foreshock/src/lsp/mod.rs", "use tower_lsp_server::Server;"),
            ("server/foreshock/src/lsp/to_proto.rs", "use tower_lsp_server::ls_types;"),
        ]);
        assert_eq!(
            said(complaints, &tree),
            "server/analysis/src/findings/fix/mod.rs:2: names a type of the protocol; translate it in lsp/to_proto.rs or from_proto.rs\n\
             server/foreshock/src/cli/mod.rs:1: names tower_lsp_server, which is for server/foreshock/src/lsp/"
        );
    }
}
