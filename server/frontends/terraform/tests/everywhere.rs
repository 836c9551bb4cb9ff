//! Every directory of the corpus that holds Terraform text, taken as a root module: nothing crashes, nothing takes long.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_expressions::Effort;
use foreshock_fixture::{Disk, shared};
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
    let Some(corpus) = shared("") else { return };
    let mut roots = BTreeSet::new();
    directories(&corpus, &mut roots);
    let disk = Disk::default();
    let (mut instances, mut references, mut slowest) = (0, 0, (Duration::ZERO, Utf8PathBuf::new()));
    let mut most = [(0, Utf8PathBuf::new()), (0, Utf8PathBuf::new()), (0, Utf8PathBuf::new())];
    let mut over: Vec<String> = Vec::new();
    for root in &roots {
        let start = Instant::now();
        let resolved = resolve(root, &disk, &ResolveOptions::default());
        slowest = slowest.max((start.elapsed(), root.clone()));
        let Effort { work, bytes, instances: made } = resolved.effort;
        for (most, used) in most.iter_mut().zip([work, bytes, made]) {
            if used > most.0 {
                *most = (used, root.clone());
            }
        }
        let limits = resolved.problems.iter().map(|(_, problem)| &problem.message);
        over.extend(
            limits.filter(|message| message.contains("followed here")).map(|message| format!("{root}: {message}")),
        );
        instances += resolved.resources.instances.len();
        references += resolved.resources.references.len();
    }
    println!("{} directories, {instances} instances, {references} references, slowest {slowest:?}", roots.len());
    println!("most work, bytes and instances: {most:?}");
    assert!(roots.is_empty() || instances > 0);
    // What is allowed is far above what anybody needs.
    assert_eq!(over, Vec::<String>::new());
    let [work, bytes, made] = most.map(|(used, _)| used);
    assert!(work < 32_000_000 / 4 && bytes < (96 << 20) / 4 && made < 100_000 / 4);
    // Far from what it takes, close enough to see work that grows without bound.
    assert!(slowest.0 < Duration::from_secs(20), "{slowest:?}");
}
