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

/// Rooms that use each other all the same. Anything else that goes round in a ring is a complaint.
const KNOWN_RINGS: &[(&str, &[&str])] =
    &[("analysis", &["change", "configuration", "dialect", "findings", "show", "stack", "workspace"])];

/// The page with its pictures as the text draws them now.
pub(crate) fn drawn(tree: &Tree) -> Result<String, String> {
    let page = tree.text(PAGE).ok_or_else(|| format!("{PAGE} is not there"))?;
    let (before, rest) = page.split_once(BEGIN).ok_or_else(|| format!("{PAGE} has no line {BEGIN}"))?;
    let (_, after) = rest.split_once(END).ok_or_else(|| format!("{PAGE} has no line {END}"))?;
    Ok(format!("{before}{BEGIN}{}{END}{after}", pictures(tree)?))
}

/// The rings of rooms that nobody has allowed, in words.
pub(crate) fn rings(tree: &Tree) -> Vec<String> {
    let mut said = Vec::new();
    for name in WITH_ROOMS {
        let Ok(arrows) = rooms(tree, name) else { continue };
        let is_known = |ring: &BTreeSet<String>| {
            let all_of = |known: &[&str]| ring.iter().all(|room| known.contains(&room.as_str()));
            KNOWN_RINGS.iter().any(|(of, known)| of == name && all_of(known))
        };
        let found = rings_of(&arrows).into_iter().filter(|ring| !is_known(ring));
        said.extend(found.map(|ring| format!("{name}: {}", ring.into_iter().collect::<Vec<_>>().join(", "))));
    }
    said
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
}
