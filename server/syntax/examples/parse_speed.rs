//! Prints how fast Terraform files are read, and what a key costs in a file of a megabyte and 10,000 blocks:
//! `cargo run --release -p foreshock-syntax --example parse_speed -- DIR`.

#![allow(clippy::print_stdout)]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use foreshock_syntax::hcl::{Before, ExprCache, Parsed, parse, parse_with};

const ROUNDS: u32 = 20;

fn main() {
    let directory = std::env::args().nth(1).unwrap_or_else(|| "../shared/corpus/terraform".to_owned());
    let mut paths = Vec::new();
    collect(Path::new(&directory), &mut paths);
    let texts: Vec<String> = paths.iter().filter_map(|path| std::fs::read_to_string(path).ok()).collect();
    let bytes: usize = texts.iter().map(String::len).sum();

    let cold = best_of(|| {
        for text in &texts {
            std::hint::black_box(parse(text));
        }
    });
    let mut caches: Vec<ExprCache> = texts.iter().map(|_| ExprCache::default()).collect();
    for (cache, text) in caches.iter_mut().zip(&texts) {
        parse_with(cache, text);
    }
    let cached = best_of(|| {
        for (cache, text) in caches.iter_mut().zip(&texts) {
            std::hint::black_box(parse_with(cache, text));
        }
    });
    let problems: usize = texts.iter().map(|text| parse(text).1.len()).sum();
    println!("{} files, {bytes} bytes, {problems} problems", texts.len());
    println!("cold   {:7.1} MB/s, {cold:?}", speed(bytes, cold));
    println!("cached {:7.1} MB/s, {cached:?}", speed(bytes, cached));
    keys();
}

/// Types into the middle of a large file, and takes it back.
fn keys() {
    let block = |number: usize| {
        format!(
            "resource \"aws_instance\" \"n{number}\" {{\n  ami   = \"ami-{number}\"\n  count = {number} # why\n  tags  = {{ name = \"a\" }}\n}}\n\n"
        )
    };
    let text: String = (0..10_000).map(block).collect();
    let mut cache = ExprCache::default();
    let start = Instant::now();
    let mut version = Parsed::with_room(Arc::from(&*text), &mut cache);
    println!("{} bytes, {} blocks: {:?}", text.len(), version.body.blocks.len(), start.elapsed());
    let middle = text.find("count = 5000").unwrap_or_default();
    for (what, typed) in
        [("a digit", "1"), ("a line", "\n  x = 1\n"), ("a brace", "{"), ("a quote", "\""), ("a comment", "/*")]
    {
        let mut typed_text = text.clone();
        typed_text.insert_str(middle + "count = ".len(), typed);
        let texts: [Arc<str>; 2] = [Arc::from(typed_text), Arc::from(&*text)];
        let key = best_of(|| version = next(&version, &texts[0], &mut cache));
        version = next(&version, &texts[1], &mut cache);
        // Both ways, as nothing is read where nothing changed.
        let both = best_of(|| {
            for text in &texts {
                version = next(&version, text, &mut cache);
            }
        });
        println!("{what:10} {:?} (unchanged {key:?})", both / 2);
    }
}

fn next(version: &Parsed, text: &Arc<str>, cache: &mut ExprCache) -> Parsed {
    let Parsed { text: known, body, comments, items, .. } = version;
    Parsed::changed(Before { text: known, body, comments, items }, Arc::clone(text), cache)
}

fn best_of(mut run: impl FnMut()) -> Duration {
    (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed()
        })
        .min()
        .unwrap_or_default()
}

fn speed(bytes: usize, time: Duration) -> f64 {
    bytes as f64 / 1e6 / time.as_secs_f64().max(1e-9)
}

fn collect(directory: &Path, paths: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(directory) else { return };
    let mut entries: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "tf" || extension == "tfvars") {
            paths.push(path);
        }
    }
}
