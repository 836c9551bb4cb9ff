//! What an edit of one attribute costs, step by step: resolving the text again, assembling the system, assessing it, and
//! everything together as the server does it.
//!
//! ```text
//! cargo run --release -p foreshock-analysis --example edit -- STACK FILE OLD NEW [EDITS]
//! ```
//! `OLD` is a text that stands once in the file; each edit puts `NEW` in its place, or back.
#![allow(clippy::print_stdout)] // printing is what it is for

use std::error::Error;
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_analysis::Workspace;
use foreshock_catalog::{Assembly, Catalog, assemble};
use foreshock_engine::assess;
use foreshock_terraform::{ResolveCache, ResolveOptions, resolve_with};
use foreshock_text::FilePath;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [stack, file, old, new, rest @ ..] = arguments.as_slice() else {
        return Err("usage: edit STACK FILE OLD NEW [EDITS]".into());
    };
    let edits: usize = rest.first().map_or(Ok(200), |edits| edits.parse())?;
    let root = Utf8Path::new(stack).canonicalize_utf8()?;
    let path = FilePath::new(root.join(file));
    let before = std::fs::read_to_string(path.as_path())?;
    if before.matches(old.as_str()).count() != 1 {
        return Err(format!("{old} does not stand once in {file}").into());
    }
    let after = before.replace(old.as_str(), new);

    let mut workspace = Workspace::new();
    workspace.set_folders(vec![root.clone()]);
    let mut clock = Clock::start();
    workspace.set_document(path.clone(), before.as_str().into());
    let snapshot = workspace.snapshot();
    let cold = clock.lap();
    let stack = snapshot.stacks.iter().find(|stack| stack.root == root).ok_or("there is no such stack")?;
    let instances = stack.terraform().map_or(0, |terraform| terraform.resolved.resources.instances.len());
    println!(
        "{}: {instances} instances, {} components, {} findings",
        root.file_name().unwrap_or_default(),
        stack.system().components.len(),
        stack.findings.len()
    );
    println!("cold, all of it: {:.1} ms", cold.as_secs_f64() * 1e3);

    let mut whole = Vec::new();
    for edit in 0..edits {
        let text = if edit % 2 == 0 { &after } else { &before };
        let mut clock = Clock::start();
        workspace.set_document(path.clone(), text.as_str().into());
        let snapshot = workspace.snapshot();
        whole.push(clock.lap());
        drop(snapshot);
    }
    print("an edit, all of it", &mut whole);

    let steps = steps(&root, &path, [&before, &after], edits);
    for (name, mut laps) in steps {
        print(name, &mut laps);
    }
    Ok(())
}

/// The steps one by one, on texts that are parsed beforehand.
fn steps(root: &Utf8PathBuf, path: &FilePath, texts: [&String; 2], edits: usize) -> Vec<(&'static str, Vec<Duration>)> {
    let mut workspace = Workspace::new();
    workspace.set_folders(vec![root.clone()]);
    let versions = texts.map(|text| {
        workspace.set_document(path.clone(), text.as_str().into());
        workspace.snapshot()
    });
    let (mut cache, options) = (ResolveCache::default(), ResolveOptions::default());
    let (mut resolving, mut assembling, mut keeping, mut assessing) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut assembly: Option<Assembly> = None;
    for snapshot in versions.iter().cycle().take(edits + 2) {
        let mut clock = Clock::start();
        let resolved = resolve_with(&mut cache, root, &**snapshot, &options);
        resolving.push(clock.lap());
        let assembled = assemble(&resolved.resources, Catalog::bundled());
        assembling.push(clock.lap());
        match &mut assembly {
            Some(assembly) => assembly.update(&resolved.resources, Catalog::bundled()),
            None => assembly = Some(Assembly::new(resolved.resources.clone(), Catalog::bundled().clone())),
        }
        keeping.push(clock.lap());
        let assessment = assess(&assembled.system);
        assessing.push(clock.lap());
        drop((resolved, assembled, assessment));
    }
    // The first two are cold.
    let warm = |laps: Vec<Duration>| laps.into_iter().skip(2).collect();
    vec![
        ("  resolve", warm(resolving)),
        ("  assemble", warm(assembling)),
        ("  assemble, kept", warm(keeping)),
        ("  assess", warm(assessing)),
    ]
}

struct Clock(Instant);

impl Clock {
    fn start() -> Clock {
        Clock(Instant::now())
    }

    fn lap(&mut self) -> Duration {
        let lap = self.0.elapsed();
        self.0 = Instant::now();
        lap
    }
}

fn print(name: &str, laps: &mut [Duration]) {
    laps.sort();
    let at = |share: f64| {
        let lap = laps.get(((laps.len().max(1) - 1) as f64 * share).round() as usize);
        lap.copied().unwrap_or_default().as_secs_f64() * 1e3
    };
    println!("{name:<20} p50 {:6.2} ms  p95 {:6.2} ms  max {:6.2} ms", at(0.5), at(0.95), at(1.0));
}
