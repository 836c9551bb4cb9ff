//! A resolution that takes over from the one before gives what a fresh one gives, whatever is typed; and nothing that is
//! typed makes it fail.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

use camino::Utf8PathBuf;
use foreshock_fixture::{Disk, shared};
use foreshock_terraform::{ResolveCache, ResolveOptions, TerraformFiles, resolve, resolve_with};

/// Numbers that look random and are the same on every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound.max(1)
    }
}

/// The text after something was typed or deleted somewhere.
fn edited(text: &str, dice: &mut Dice) -> String {
    const TYPED: [&str; 12] = ["", "", "", "x", "{", "}", "\"", "[", "${", "= 1\n", "var.", "\n"];
    let place = |dice: &mut Dice| {
        let mut at = dice.below(text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = place(dice);
    let mut end = (start + dice.below(40)).min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{}{}", &text[..start], TYPED[dice.below(TYPED.len())], &text[end.max(start)..])
}

fn stacks() -> Vec<Utf8PathBuf> {
    let Some(corpus) = shared("corpus/terraform") else { return Vec::new() };
    let mut roots = Vec::new();
    for stack in corpus.read_dir_utf8().unwrap().flatten().map(|entry| entry.into_path()) {
        let Ok(meta) = std::fs::read_to_string(stack.join("meta.json")) else { continue };
        let meta: serde_json::Value = serde_json::from_str(&meta).unwrap();
        let root = stack.join("src").join(meta["root"].as_str().unwrap_or_default());
        roots.push(root.canonicalize_utf8().unwrap());
    }
    roots.sort();
    roots
}

#[test]
fn incremental_is_from_scratch() {
    /// Edits to each stack.
    const EDITS: usize = 3;
    let options = ResolveOptions::default();
    let mut dice = Dice(7);
    let mut compared = 0;
    for root in stacks() {
        let disk = Disk::default();
        let mut cache = ResolveCache::default();
        let files = resolve_with(&mut cache, &root, &disk, &options).files;
        for _ in 0..EDITS {
            let file = &files[dice.below(files.len())];
            let Some(before) = disk.parsed(file) else { continue };
            disk.edit(file, &edited(before.text.whole(), &mut dice));
            let warm = resolve_with(&mut cache, &root, &disk, &options);
            let fresh = resolve(&root, &disk, &options);
            assert_eq!(warm.resources.instances, fresh.resources.instances, "{file}");
            assert_eq!(warm.resources.references, fresh.resources.references, "{file}");
            assert_eq!(warm.resources.modules, fresh.resources.modules, "{file}");
            assert_eq!(warm.files, fresh.files, "{file}");
            assert_eq!(warm.problems, fresh.problems, "{file}");
            compared += 1;
        }
    }
    println!("{compared} edited stacks compared");
}
