//! Every directory of the corpus that holds Terraform text, taken as a root module: nothing crashes, nothing takes long.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

mod disk;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_terraform::{ResolveOptions, resolve};

fn directories(below: &Utf8Path, into: &mut BTreeSet<Utf8PathBuf>) {
    for entry in below.read_dir_utf8().into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            directories(entry.path(), into);
        } else if entry.path().extension() == Some("tf") {
            into.insert(below.to_owned());
        }
    }
}

#[test]
fn every_directory_resolves() {
    let corpus = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared");
    let Ok(corpus) = corpus.canonicalize_utf8() else {
        println!("skipped: there is no {corpus}");
        return;
    };
    let mut roots = BTreeSet::new();
    directories(&corpus, &mut roots);
    let disk = disk::Disk::default();
    let (mut instances, mut references, mut slowest) = (0, 0, (Duration::ZERO, Utf8PathBuf::new()));
    for root in &roots {
        let start = Instant::now();
        let resolved = resolve(root, &disk, &ResolveOptions::default());
        slowest = slowest.max((start.elapsed(), root.clone()));
        instances += resolved.resources.instances.len();
        references += resolved.resources.references.len();
    }
    println!("{} directories, {instances} instances, {references} references, slowest {slowest:?}", roots.len());
    assert!(roots.is_empty() || instances > 0);
    // Far from what it takes, close enough to see work that grows without bound.
    assert!(slowest.0 < Duration::from_secs(20), "{slowest:?}");
}
