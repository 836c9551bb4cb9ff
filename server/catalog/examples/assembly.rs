//! What it costs to assemble a stack, and to go on to its next version after an edit.
//!
//! ```text
//! cargo run --release -p foreshock-catalog --example assembly -- STACK FILE OLD NEW [EDITS]
//! ```
//! `OLD` is a text that stands once in the file; each edit puts `NEW` in its place, or back.
#![allow(clippy::print_stdout)] // printing is what it is for

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

use camino::Utf8Path;
use foreshock_catalog::{Assembly, Catalog, assemble};
use foreshock_files::Files;
use foreshock_fixture::Disk;
use foreshock_syntax::hcl::ExprCache;
use foreshock_terraform::{ParsedFile, ResolveCache, ResolveOptions, TerraformFiles, resolve_with};
use foreshock_text::FilePath;

/// The disk with one file edited.
#[derive(Default)]
struct Edited {
    disk: Disk,
    read: RefCell<BTreeMap<FilePath, Arc<ParsedFile>>>,
    cache: RefCell<ExprCache>,
}

impl Edited {
    fn edit(&self, file: &FilePath, text: &str) {
        let before = self.parsed(file);
        let now = before.map(|before| before.reparsed(text.into(), &mut self.cache.borrow_mut()));
        self.read.borrow_mut().extend(now.map(|now| (file.clone(), Arc::new(now))));
    }
}

impl Files for Edited {
    fn list(&self, directory: &Utf8Path) -> Vec<FilePath> {
        self.disk.list(directory)
    }

    fn text(&self, file: &FilePath) -> Option<Arc<str>> {
        self.disk.text(file)
    }
}

impl TerraformFiles for Edited {
    fn parsed(&self, file: &FilePath) -> Option<Arc<ParsedFile>> {
        if let Some(known) = self.read.borrow().get(file) {
            return Some(known.clone());
        }
        let parsed = ParsedFile::parse_with_room(file.clone(), self.disk.text(file)?, &mut self.cache.borrow_mut());
        let parsed = Arc::new(parsed);
        self.read.borrow_mut().insert(file.clone(), parsed.clone());
        Some(parsed)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [stack, file, old, new, rest @ ..] = arguments.as_slice() else {
        return Err("usage: assembly STACK FILE OLD NEW [EDITS]".into());
    };
    let edits: usize = rest.first().map_or(Ok(40), |edits| edits.parse())?;
    let root = Utf8Path::new(stack).canonicalize_utf8()?;
    let path = FilePath::new(root.join(file));
    let before = std::fs::read_to_string(path.as_path())?;
    if before.matches(old.as_str()).count() != 1 {
        return Err(format!("{old} does not stand once in {file}").into());
    }
    let texts = [before.replace(old.as_str(), new), before];
    let (files, mut cache, options) = (Edited::default(), ResolveCache::default(), ResolveOptions::default());
    let catalog = Catalog::bundled();
    let mut assembly: Option<Assembly> = None;
    let (mut whole, mut kept) = (Vec::new(), Vec::new());
    for text in texts.iter().cycle().take(edits + 3) {
        files.edit(&path, text);
        let resolved = resolve_with(&mut cache, &root, &files, &options);
        let begun = Instant::now();
        let Some(assembly) = &mut assembly else {
            assembly = Some(Assembly::new(resolved.resources.clone(), catalog.clone()));
            println!("{} instances, first: {:.2?}", resolved.resources.instances.len(), begun.elapsed());
            continue;
        };
        assembly.update(&resolved.resources, catalog);
        kept.push(begun.elapsed());
        if whole.len() < 5 {
            let begun = Instant::now();
            let assembled = assemble(&resolved.resources, catalog);
            whole.push(begun.elapsed());
            assert_eq!(assembled, **assembly.assembled());
        }
    }
    // Those until the evaluation is kept tell nothing.
    let mut kept = kept.split_off(2);
    whole.sort();
    kept.sort();
    let middle = |laps: &[std::time::Duration]| laps.get(laps.len() / 2).copied().unwrap_or_default();
    println!("from scratch {:.2?}, kept {:.2?}, at least {:.2?}", middle(&whole), middle(&kept), kept.first());
    Ok(())
}
