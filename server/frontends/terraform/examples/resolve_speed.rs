//! How long a directory takes to resolve: cold (everything read anew), warm (nothing changed), and after an edit of one
//! file, which is what a keystroke costs. `resolve_speed DIRECTORY [VAR_FILE...]`
#![allow(clippy::print_stdout)]

use std::time::{Duration, Instant};

use camino::Utf8PathBuf;
use foreshock_files::Files;
use foreshock_fixture::Disk;
use foreshock_terraform::{ResolveCache, ResolveOptions, resolve, resolve_with};
use foreshock_text::FilePath;

fn show(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |share: f64| times.get(((times.len() - 1) as f64 * share) as usize).copied().unwrap_or_default();
    println!("{what:<22} best {:>9.3?}  median {:>9.3?}  p95 {:>9.3?}", at(0.0), at(0.5), at(0.95));
}

fn measure(rounds: usize, mut run: impl FnMut(usize) -> Duration) -> Vec<Duration> {
    (0..rounds).map(&mut run).collect()
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let Some(root) = arguments.next().and_then(|path| Utf8PathBuf::from(path).canonicalize_utf8().ok()) else {
        println!("resolve_speed DIRECTORY [VAR_FILE...]");
        return;
    };
    let var_files = arguments.filter_map(|path| Utf8PathBuf::from(path).canonicalize_utf8().ok());
    let options = ResolveOptions { var_files: var_files.map(FilePath::new).collect(), ..ResolveOptions::default() };
    let disk = Disk::default();
    let mut cache = ResolveCache::default();
    let resolved = resolve_with(&mut cache, &root, &disk, &options);
    println!(
        "{root}: {} instances, {} references, {} files, {} problems",
        resolved.resources.instances.len(),
        resolved.resources.references.len(),
        resolved.files.len(),
        resolved.problems.len()
    );
    println!("{:?}", resolved.effort);
    show(
        "cold, with parsing",
        measure(20, |_| {
            let disk = Disk::default();
            let start = Instant::now();
            std::hint::black_box(resolve(&root, &disk, &options));
            start.elapsed()
        }),
    );
    show(
        "warm, nothing changed",
        measure(100, |_| {
            let start = Instant::now();
            std::hint::black_box(resolve_with(&mut cache, &root, &disk, &options));
            start.elapsed()
        }),
    );
    let edited = resolved.files.iter().filter(|file| file.as_path().extension() == Some("tf"));
    let Some(edited) = edited.max_by_key(|file| disk.text(file).map_or(0, |text| text.len())) else { return };
    let text = disk.text(edited).unwrap_or_default();
    show(
        "warm, largest edited",
        measure(100, |round| {
            disk.edit(edited, &format!("{text}\n# {round}\n"));
            let start = Instant::now();
            std::hint::black_box(resolve_with(&mut cache, &root, &disk, &options));
            start.elapsed()
        }),
    );
}
