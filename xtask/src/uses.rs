//! Who uses whom inside a crate: the rooms (folders and files directly below `src`) and the paths through `crate::` and
//! `super::` that lead from one into another. Tests are left out.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::{self, Visit};
use syn::{Attribute, ItemMod, ItemUse, Path, UseTree};

use crate::tree::Tree;

/// An arrow: the room that uses, the room that is used.
pub(crate) type Arrow = (String, String);

/// The arrows between the rooms of a crate.
pub(crate) fn arrows(tree: &Tree, folder: &str) -> Result<BTreeSet<Arrow>, String> {
    let sources = format!("{folder}/src");
    let mut files = Vec::new();
    for (path, text) in tree.below(&sources).filter(|(path, _)| path.ends_with(".rs")) {
        let module = module_of(path.get(sources.len() + 1..).unwrap_or_default());
        let parsed = syn::parse_file(text).map_err(|error| format!("{path}: {error}"))?;
        let mut found = Found { module: module.clone(), paths: Vec::new() };
        found.visit_file(&parsed);
        files.push((module, found.paths));
    }
    let rooms: BTreeSet<String> = files.iter().filter_map(|(module, _)| module.first().cloned()).collect();
    let root = files.iter().find(|(module, _)| module.is_empty()).map(|(_, paths)| paths.as_slice());
    let known: BTreeMap<&str, &str> = root.unwrap_or_default().iter().filter_map(|path| re_export(path)).collect();
    let mut arrows = BTreeSet::new();
    for (module, paths) in files.iter().filter(|(module, _)| !is_test(module)) {
        let Some(from) = module.first() else { continue };
        for first in paths.iter().filter_map(|path| path.first()) {
            let to =
                if rooms.contains(first) { first.as_str() } else { known.get(first.as_str()).copied().unwrap_or(from) };
            if from != to {
                arrows.insert((from.clone(), to.to_owned()));
            }
        }
    }
    Ok(arrows)
}

/// A name that the root of a crate takes from a room: the name and the room.
fn re_export(path: &[String]) -> Option<(&str, &str)> {
    match path {
        [room, .., name] => Some((name, room)),
        _ => None,
    }
}

fn is_test(module: &[String]) -> bool {
    module.iter().any(|part| part == "tests")
}

/// The folders and the file as a module path: that of `mod.rs` is its folder's, that of `lib.rs` is empty.
fn module_of(path: &str) -> Vec<String> {
    let mut parts: Vec<String> = path.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if parts.last().is_some_and(|last| matches!(last.as_str(), "mod" | "lib" | "main")) {
        parts.pop();
    }
    parts
}

/// The paths of one file, from the root of its crate.
struct Found {
    module: Vec<String>,
    paths: Vec<Vec<String>>,
}

impl Found {
    /// Keeps a path that begins at the root, or above, or with a room as the root itself names it.
    fn keep(&mut self, path: &[String]) {
        let mut base = self.module.clone();
        let mut rest = path;
        match rest.split_first() {
            Some((first, after)) if first == "crate" => (base, rest) = (Vec::new(), after),
            Some((first, after)) if first == "self" => rest = after,
            Some((first, _)) if first == "super" => {
                while let Some((_, after)) = rest.split_first().filter(|(first, _)| *first == "super") {
                    base.pop();
                    rest = after;
                }
            }
            // Of the root everything counts, since its names are what the others say after `crate::`.
            _ if self.module.is_empty() => {}
            _ => return,
        }
        base.extend(rest.iter().cloned());
        self.paths.push(base);
    }

    fn walk(&mut self, before: &mut Vec<String>, tree: &UseTree) {
        match tree {
            UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.walk(before, &path.tree);
                before.pop();
            }
            UseTree::Name(name) => self.end(before, name.ident.to_string()),
            UseTree::Rename(rename) => self.end(before, rename.rename.to_string()),
            UseTree::Glob(_) => self.keep(before),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.walk(before, tree)),
        }
    }

    fn end(&mut self, before: &mut Vec<String>, name: String) {
        if name == "self" {
            return self.keep(before);
        }
        before.push(name);
        self.keep(before);
        before.pop();
    }
}

impl<'t> Visit<'t> for Found {
    fn visit_item_use(&mut self, item: &'t ItemUse) {
        self.walk(&mut Vec::new(), &item.tree);
    }

    fn visit_path(&mut self, path: &'t Path) {
        let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if !self.module.is_empty() && names.len() > 1 {
            self.keep(&names);
        }
        visit::visit_path(self, path);
    }

    fn visit_item_mod(&mut self, item: &'t ItemMod) {
        if item.attrs.iter().any(is_for_tests) {
            return;
        }
        self.module.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.module.pop();
    }
}

fn is_for_tests(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg") && attribute.parse_args::<syn::Ident>().is_ok_and(|ident| ident == "test")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_go_from_room_to_room() {
        let tree = Tree::of([
            ("c/src/lib.rs", "mod a; mod b; mod layout; pub use layout::{Frozen, own::Own as Ours};"),
            (
                "c/src/a.rs",
                "use crate::{Frozen, b::{self, B}}; use crate::a::A; #[cfg(test)] mod tests { use crate::c::C; }",
            ),
            ("c/src/b.rs", "fn f() -> crate::Ours { std::mem::take(x) }"),
            ("c/src/c.rs", "use super::a;"),
            ("c/src/layout/mod.rs", "use self::own::Own;"),
            ("c/src/layout/own.rs", "use super::Frozen; use super::super::b::B;"),
            ("c/src/tests/a.rs", "use crate::c::C;"),
        ]);
        let arrows: Vec<String> = arrows(&tree, "c").unwrap().iter().map(|(from, to)| format!("{from} {to}")).collect();
        assert_eq!(arrows, ["a b", "a layout", "b layout", "c a", "layout b"]);
    }
}
