//! What a base costs: opening a workspace beside it, the first edit (which analyses the base of one stack), each edit after
//! that, and the look whether the base has moved.
//!
//! ```text
//! cargo run --release -p foreshock-analysis --example base -- REPOSITORY FILE OLD NEW [EDITS]
//! ```
//! The file must be as it is in HEAD, and `OLD` stand once in it; each edit puts `NEW` in its place, with another line.
#![allow(clippy::print_stdout)] // printing is what it is for

use std::error::Error;
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_analysis::{BaseChoice, Workspace};
use foreshock_history::{Repository, Wanted, WorkTree};
use foreshock_text::FilePath;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [repository, file, old, new, rest @ ..] = arguments.as_slice() else {
        return Err("usage: base REPOSITORY FILE OLD NEW [EDITS]".into());
    };
    let edits: usize = rest.first().map_or(Ok(50), |edits| edits.parse())?;
    let root = Utf8Path::new(repository).canonicalize_utf8()?;
    let path = FilePath::new(root.join(file));
    let before = std::fs::read_to_string(path.as_path())?;
    if before.matches(old.as_str()).count() != 1 {
        return Err(format!("{old} does not stand once in {file}").into());
    }
    let after = before.replace(old.as_str(), new);
    for choice in [BaseChoice::None, BaseChoice::Automatic] {
        println!("base {choice:?}");
        edit(&root, &path, &before, &after, choice, edits);
    }
    look(&root)
}

fn edit(root: &Utf8PathBuf, path: &FilePath, before: &str, after: &str, choice: BaseChoice, edits: usize) {
    let mut workspace = Workspace::new();
    workspace.set_folders(vec![root.clone()]);
    workspace.set_base(choice);
    let timed = |workspace: &mut Workspace, text: &str| {
        workspace.set_document(path.clone(), text.into());
        let start = Instant::now();
        let snapshot = workspace.snapshot();
        (start.elapsed(), snapshot)
    };
    let (opened, snapshot) = timed(&mut workspace, before);
    println!("  opening, {} stacks shown: {}", snapshot.stacks.len(), milliseconds(opened));
    println!("  the first edit: {}", milliseconds(timed(&mut workspace, after).0));
    let mut laps: Vec<Duration> =
        (0..edits).map(|number| timed(&mut workspace, &format!("{after}# {number}\n")).0).collect();
    laps.sort();
    println!("  {edits} edits after that, median: {}", milliseconds(laps.get(edits / 2).copied().unwrap_or_default()));
}

fn look(root: &Utf8Path) -> Result<(), Box<dyn Error>> {
    let start = Instant::now();
    let repository = Repository::open(WorkTree::of(root).ok_or("there is no repository")?)?;
    let base = repository.base(&Wanted::Automatic)?;
    let tree = repository.tree(base.commit)?;
    println!("finding the base ({}): {}", base.words, milliseconds(start.elapsed()));
    let start = Instant::now();
    let files = tree.files_below(root).unwrap_or_default();
    let bytes: usize = files.iter().filter_map(|file| tree.read(file)?.ok()).map(|content| content.len()).sum();
    println!("reading all of its {} files, {} KiB: {}", files.len(), bytes / 1024, milliseconds(start.elapsed()));
    let stamp = repository.ref_stamp(&Wanted::Automatic);
    const LOOKS: u32 = 1_000;
    let start = Instant::now();
    let moved = (0..LOOKS).filter(|_| stamp.moved()).count();
    let each = start.elapsed() / LOOKS;
    println!("a look whether it has moved ({moved} times it had): {:.1} us", each.as_secs_f64() * 1e6);
    Ok(())
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}
