//! The law of what is kept: a system that was brought from version to version is the one that the last version makes by itself.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout)] // a test may

mod generated;
mod rendering;

use std::sync::Arc;

use foreshock_catalog::{Assembly, Catalog, assemble};
use foreshock_fixture::shared;
use foreshock_resources::Resources;
use generated::{Dice, paths, stack};
use rendering::resolve_text;

/// Something of everything that one instance can know of another.
const SHOP: &str = include_str!("generated/shop.tf");

/// A text that is edited so that everything else stays where it is.
struct Text {
    now: Vec<u8>,
    before: Vec<Vec<u8>>,
}

impl Text {
    fn new(text: &str) -> Text {
        // Letters of more than one byte would not stay letters.
        Text { now: text.bytes().map(|byte| if byte.is_ascii() { byte } else { b'x' }).collect(), before: Vec::new() }
    }

    fn text(&self) -> String {
        String::from_utf8(self.now.clone()).unwrap()
    }

    fn edit(&mut self, dice: &mut Dice) {
        self.before.push(self.now.clone());
        match dice.roll(10) {
            0 => self.now = self.before[dice.roll(self.before.len())].clone(),
            1 => self.blank_resource(dice),
            2 | 3 => self.blank_line(dice),
            4 => self.replace(dice, b"true", b"null"),
            5 => self.replace(dice, b"false", b" true"),
            _ => self.change_letter(dice),
        }
    }

    /// A digit or a letter of a line becomes another.
    fn change_letter(&mut self, dice: &mut Dice) {
        for _ in 0..50 {
            let at = dice.roll(self.now.len());
            let line = self.now[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
            if !self.now[line..at].contains(&b'=') {
                continue;
            }
            match self.now[at] {
                byte if byte.is_ascii_digit() => self.now[at] = b'0' + dice.roll(10) as u8,
                byte if byte.is_ascii_lowercase() => self.now[at] = b'a' + dice.roll(26) as u8,
                _ => continue,
            }
            return;
        }
    }

    fn blank_line(&mut self, dice: &mut Dice) {
        let at = dice.roll(self.now.len());
        let from = self.now[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let to = self.now[at..].iter().position(|byte| *byte == b'\n').map_or(self.now.len(), |end| at + end);
        let line = &mut self.now[from..to];
        if !line.iter().any(|byte| matches!(byte, b'{' | b'}' | b'[' | b']' | b'(' | b')')) {
            line.fill(b' ');
        }
    }

    fn blank_resource(&mut self, dice: &mut Dice) {
        let begins = b"\nresource";
        let at = dice.roll(self.now.len());
        let next = |from: usize| {
            self.now[from..].windows(begins.len()).position(|window| window == begins).map(|at| from + at + 1)
        };
        let Some(from) = next(at) else { return };
        let to = next(from).unwrap_or(self.now.len());
        self.now[from..to].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
    }

    fn replace(&mut self, dice: &mut Dice, from: &[u8], to: &[u8]) {
        let at = dice.roll(self.now.len());
        if let Some(found) = self.now[at..].windows(from.len()).position(|window| window == from) {
            self.now[at + found..at + found + from.len()].copy_from_slice(to);
        }
    }
}

/// How the versions of a text went.
#[derive(Debug, Default)]
struct Tally {
    versions: usize,
    /// Those that were the same system as before.
    same: usize,
    /// Those that went on from what was there.
    kept: usize,
    components: usize,
}

fn hold(mut text: Text, edits: usize, dice: &mut Dice, tally: &mut Tally, resolve: &dyn Fn(&str) -> Arc<Resources>) {
    let catalog = Catalog::bundled();
    let mut assembly = Assembly::new(resolve(&text.text()), catalog.clone());
    for _ in 0..edits {
        let before = assembly.assembled().clone();
        for _ in 0..1 + dice.roll(2) {
            text.edit(dice);
        }
        let resources = resolve(&text.text());
        assembly.update(&resources, catalog);
        let (now, wanted) = (assembly.assembled(), assemble(&resources, catalog));
        if **now != wanted {
            let version = String::from_utf8_lossy(text.before.last().unwrap());
            assert_eq!(now.system, wanted.system, "{version}\n---\n{}", text.text());
            assert_eq!(**now, wanted, "{version}\n---\n{}", text.text());
        }
        tally.versions += 1;
        tally.same += usize::from(Arc::ptr_eq(&before, now));
        tally.kept += usize::from(!Arc::ptr_eq(&before, now) && Arc::ptr_eq(&before.resources, &now.resources));
        tally.components += now.system.components.len();
        for component in &now.system.components {
            let known = before.system.components.iter().find(|known| known.id == component.id);
            assert!(known.is_none_or(|known| Arc::ptr_eq(known, component) || known != component), "{}", component.id);
        }
    }
}

fn resources(text: &str) -> Arc<Resources> {
    resolve_text(text).resources
}

#[test]
fn versions_of_stacks_that_nobody_would_write() {
    let types = paths();
    let mut dice = Dice(14);
    let mut tally = Tally::default();
    for round in 0..40 {
        let text = stack(&mut dice, &types, 4 + round % 30);
        hold(Text::new(&text), 14, &mut dice, &mut tally, &resources);
    }
    println!("{tally:?}");
    assert!(tally.same > 50 && tally.kept > 50, "{tally:?}");
}

#[test]
fn versions_of_a_shop() {
    let mut dice = Dice(2);
    let mut tally = Tally::default();
    for _ in 0..12 {
        hold(Text::new(SHOP), 40, &mut dice, &mut tally, &resources);
    }
    println!("{tally:?}");
    assert!(tally.same > 50 && tally.kept > 50, "{tally:?}");
}

#[test]
fn versions_of_real_stacks() {
    let Some(corpus) = shared("corpus/terraform") else { return };
    let mut dice = Dice(3);
    let mut tally = Tally::default();
    let mut directories: Vec<_> = std::fs::read_dir(&corpus).unwrap().map(|entry| entry.unwrap().path()).collect();
    directories.sort();
    for directory in directories {
        let mut text = String::new();
        let Ok(meta) = std::fs::read_to_string(directory.join("meta.json")) else { continue };
        let meta: serde_json::Value = serde_json::from_str(&meta).unwrap();
        let source = directory.join("src").join(meta["root"].as_str().unwrap_or("."));
        let files = std::fs::read_dir(&source).into_iter().flatten().map(|entry| entry.unwrap().path());
        let mut files: Vec<_> = files.filter(|file| file.extension().is_some_and(|end| end == "tf")).collect();
        files.sort();
        for file in files {
            text += &std::fs::read_to_string(file).unwrap();
            text.push('\n');
        }
        if text.len() > 20 {
            hold(Text::new(&text), 8, &mut dice, &mut tally, &resources);
        }
    }
    println!("{tally:?}");
}
