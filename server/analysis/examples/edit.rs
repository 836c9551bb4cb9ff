//! What an edit of one attribute costs, step by step: resolving the text again, assembling the system, assessing it, and
//! everything together as the server does it. Prints processor time of this thread, which other work on the machine
//! changes least, and the clock's.
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
use foreshock_catalog::{Catalog, assemble};
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
    let instances = stack.terraform().map_or(0, |terraform| terraform.resolved.instances.len());
    println!(
        "{}: {instances} instances, {} components, {} findings",
        root.file_name().unwrap_or_default(),
        stack.system().components.len(),
        stack.findings.len()
    );
    println!("cold, all of it: {cold}");

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
fn steps(root: &Utf8PathBuf, path: &FilePath, texts: [&String; 2], edits: usize) -> Vec<(&'static str, Vec<Lap>)> {
    let mut workspace = Workspace::new();
    workspace.set_folders(vec![root.clone()]);
    let versions = texts.map(|text| {
        workspace.set_document(path.clone(), text.as_str().into());
        workspace.snapshot()
    });
    let (mut cache, options) = (ResolveCache::default(), ResolveOptions::default());
    let (mut resolving, mut assembling, mut assessing) = (Vec::new(), Vec::new(), Vec::new());
    for snapshot in versions.iter().cycle().take(edits + 2) {
        let mut clock = Clock::start();
        let resolved = resolve_with(&mut cache, root, &**snapshot, &options);
        resolving.push(clock.lap());
        let assembled = assemble(&resolved, Catalog::bundled());
        assembling.push(clock.lap());
        let assessment = assess(&assembled.system);
        assessing.push(clock.lap());
        drop((resolved, assembled, assessment));
    }
    // The first two are cold.
    let warm = |laps: Vec<Lap>| laps.into_iter().skip(2).collect();
    vec![("  resolve", warm(resolving)), ("  assemble", warm(assembling)), ("  assess", warm(assessing))]
}

#[derive(Clone, Copy)]
struct Lap {
    wall: Duration,
    processor: Duration,
}

impl std::fmt::Display for Lap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        write!(f, "{:.2} ms of processor time, {:.2} ms by the clock", ms(self.processor), ms(self.wall))
    }
}

struct Clock {
    wall: Instant,
    processor: Duration,
}

impl Clock {
    fn start() -> Clock {
        Clock { wall: Instant::now(), processor: processor_time() }
    }

    fn lap(&mut self) -> Lap {
        let now = Clock::start();
        let lap = Lap { wall: now.wall - self.wall, processor: now.processor.saturating_sub(self.processor) };
        *self = Clock::start();
        lap
    }
}

/// Of this thread, as the kernel counts it; zero where it does not say.
fn processor_time() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text.split(' ').next().and_then(|first| first.parse().ok());
    Duration::from_nanos(nanoseconds.unwrap_or(0))
}

fn print(name: &str, laps: &mut [Lap]) {
    let mut at = |share: f64, of: fn(&Lap) -> Duration| {
        laps.sort_by_key(of);
        laps.get(((laps.len() - 1) as f64 * share).round() as usize).map_or(0.0, |lap| of(lap).as_secs_f64() * 1e3)
    };
    let (wall, processor): (fn(&Lap) -> Duration, fn(&Lap) -> Duration) = (|lap| lap.wall, |lap| lap.processor);
    println!(
        "{name:<20} processor p50 {:6.2} ms  p95 {:6.2} ms     clock p50 {:6.2} ms  p95 {:6.2} ms",
        at(0.5, processor),
        at(0.95, processor),
        at(0.5, wall),
        at(0.95, wall),
    );
}
