//! The arrows between crates, and between the rooms of the two crates that have many, drawn as Mermaid into the page on
//! architecture. Where an arrow follows from others it is left out of the picture, not of the rules.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::crates::CRATES;
use crate::tree::Tree;
use crate::uses::{Arrow, arrows};

/// The page with the pictures.
pub(crate) const PAGE: &str = "docs/architecture.md";
const BEGIN: &str = "<!-- what follows is drawn by `cargo xtask arrows` -->\n";
const END: &str = "<!-- end of what is drawn -->\n";

/// The crates whose rooms are drawn.
const WITH_ROOMS: &[&str] = &["engine", "analysis"];

/// Rings that are there. Another one is a complaint, and so is one of these that is gone.
const KNOWN_RINGS: &[(&str, &[&str])] = &[(
    "analysis",
    &["change", "configuration", "dialect", "findings", "judged", "promises", "recovery", "show", "stack", "workspace"],
)];

/// The page with its pictures as the text draws them now.
pub(crate) fn drawn(tree: &Tree) -> Result<String, String> {
    let page = tree.text(PAGE).ok_or_else(|| format!("{PAGE} is not there"))?;
    let (before, rest) = page.split_once(BEGIN).ok_or_else(|| format!("{PAGE} has no line {BEGIN}"))?;
    let (_, after) = rest.split_once(END).ok_or_else(|| format!("{PAGE} has no line {END}"))?;
    Ok(format!("{before}{BEGIN}{}{END}{after}", pictures(tree)?))
}

/// What is wrong with the rings of rooms: those that nobody has allowed, and those that are gone.
pub(crate) fn wrong_rings(tree: &Tree) -> Vec<String> {
    wrong_with(tree, KNOWN_RINGS)
}

fn wrong_with(tree: &Tree, known: &[(&str, &[&str])]) -> Vec<String> {
    let mut found: BTreeSet<(&str, Vec<String>)> = BTreeSet::new();
    for name in WITH_ROOMS {
        let Ok(arrows) = rooms(tree, name) else { continue };
        found.extend(rings_of(&arrows).into_iter().map(|ring| (*name, ring.into_iter().collect())));
    }
    let owned = |ring: &[&str]| ring.iter().map(|room| (*room).to_owned()).collect::<Vec<String>>();
    let known: BTreeSet<(&str, Vec<String>)> = known.iter().map(|(name, ring)| (*name, owned(ring))).collect();
    let new = found
        .difference(&known)
        .map(|(name, ring)| format!("rooms of {name} that use each other: {}", ring.join(", ")));
    let gone = known.difference(&found).map(|(name, ring)| {
        format!(
            "rooms of {name} that no longer use each other: {}; take them out of xtask/src/arrows.rs",
            ring.join(", ")
        )
    });
    new.chain(gone).collect()
}

fn pictures(tree: &Tree) -> Result<String, String> {
    let crates =
        CRATES.iter().flat_map(|known| known.knows.iter().map(|other| (known.name.to_owned(), (*other).to_owned())));
    let mut text = String::from("\nCrates; each knows what its arrows lead to:\n\n");
    text += &mermaid(&crates.collect());
    for name in WITH_ROOMS {
        let _ = write!(text, "\nThe rooms of `{name}`:\n\n{}", mermaid(&rooms(tree, name)?));
    }
    Ok(text + "\n")
}

fn rooms(tree: &Tree, name: &str) -> Result<BTreeSet<Arrow>, String> {
    let folder = CRATES.iter().find(|known| known.name == name).map_or("", |known| known.folder);
    arrows(tree, folder)
}

fn mermaid(arrows: &BTreeSet<Arrow>) -> String {
    let rings = rings_of(arrows);
    let in_one_ring = |(from, to): &Arrow| rings.iter().any(|ring| ring.contains(from) && ring.contains(to));
    let mut text = String::from("```mermaid\nflowchart TD\n");
    for arrow in reduced(arrows, &rings) {
        let line = if in_one_ring(&arrow) { "==>" } else { "-->" };
        let _ = writeln!(text, "    {} {line} {}", arrow.0, arrow.1);
    }
    text + "```\n"
}

/// Everything that can be reached from each.
fn reached(arrows: &BTreeSet<Arrow>) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut reached: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (from, to) in arrows {
        reached.entry(from).or_default().insert(to);
    }
    loop {
        let longer = reached.iter().flat_map(|(from, to)| {
            let beyond = to.iter().filter_map(|next| reached.get(next)).flatten();
            beyond.filter(|beyond| !to.contains(*beyond)).map(move |beyond| (*from, *beyond))
        });
        let longer: Vec<(&str, &str)> = longer.collect();
        if longer.is_empty() {
            return reached;
        }
        for (from, to) in longer {
            reached.entry(from).or_default().insert(to);
        }
    }
}

/// What goes round in rings, each with all of its members.
fn rings_of(arrows: &BTreeSet<Arrow>) -> Vec<BTreeSet<String>> {
    let reached = reached(arrows);
    let leads = |from: &str, to: &str| reached.get(from).is_some_and(|all| all.contains(to));
    let mut rings: Vec<BTreeSet<String>> = Vec::new();
    for name in reached.keys().filter(|name| leads(name, name)) {
        if rings.iter().all(|ring| !ring.contains(*name)) {
            let members = reached.keys().filter(|other| leads(name, other) && leads(other, name));
            rings.push(members.map(|member| (*member).to_owned()).collect());
        }
    }
    rings
}

/// Without the arrows that follow from others. Inside a ring all of them are kept.
fn reduced(arrows: &BTreeSet<Arrow>, rings: &[BTreeSet<String>]) -> Vec<Arrow> {
    let reached = reached(arrows);
    let leads = |from: &str, to: &str| reached.get(from).is_some_and(|all| all.contains(to));
    let together =
        |one: &str, other: &str| one == other || rings.iter().any(|ring| ring.contains(one) && ring.contains(other));
    let follows = |(from, to): &Arrow| {
        let others = arrows.iter().filter(|(start, _)| start == from).map(|(_, next)| next);
        others.filter(|next| !together(next, from) && !together(next, to)).any(|next| leads(next, to))
    };
    arrows.iter().filter(|arrow| together(&arrow.0, &arrow.1) || !follows(arrow)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> BTreeSet<Arrow> {
        let arrows = text.split_whitespace().filter_map(|arrow| arrow.split_once('>'));
        arrows.map(|(from, to)| (from.to_owned(), to.to_owned())).collect()
    }

    #[test]
    fn what_follows_is_not_drawn_and_rings_are_thick() {
        assert_eq!(mermaid(&of("a>b b>c a>c")), "```mermaid\nflowchart TD\n    a --> b\n    b --> c\n```\n");
        assert_eq!(
            mermaid(&of("a>b b>a a>c b>c c>d a>d")),
            "```mermaid\nflowchart TD\n    a ==> b\n    a --> c\n    b ==> a\n    b --> c\n    c --> d\n```\n"
        );
        let rings = rings_of(&of("a>b b>a b>c c>d d>e e>c"));
        let rings: Vec<String> = rings.into_iter().map(|ring| ring.into_iter().collect()).collect();
        assert_eq!(rings, ["ab", "cde"]);
    }

    #[test]
    fn rings_are_told_when_they_come_and_when_they_go() {
        let tree = Tree::of([
            ("server/engine/src/left.rs", "use crate::right::R;"),
            ("server/engine/src/right.rs", "use crate::left::L;"),
        ]);
        assert_eq!(wrong_with(&tree, &[]), ["rooms of engine that use each other: left, right"]);
        assert!(wrong_with(&tree, &[("engine", &["left", "right"])]).is_empty());
        let told = wrong_with(&tree, &[("engine", &["left", "right"]), ("engine", &["up", "down"])]);
        assert_eq!(told.len(), 1, "{told:?}");
    }
}
