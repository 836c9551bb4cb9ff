//! Known answers of reliability theory, through the front door: each system is written as infrastructure YAML and given
//! to `foreshock availability --format json`.
//!
//! `cargo test -p foreshock --test reliability -- --nocapture` prints what was compared. The large fault trees run with
//! `cargo test --release -p foreshock --test reliability -- --ignored --nocapture`.

// A test that meets what it does not expect has failed; and it says what it compared.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

mod fault_trees;
mod networks;
mod textbook;
mod yaml;

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

/// The data beside the repository, if they are there.
fn shared(name: &str) -> Option<Value> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/reliability").join(name);
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: {} is not there", path.display());
        return None;
    };
    Some(serde_json::from_str(&text).unwrap())
}

/// What the program says of a system, and how long it took.
fn availability(name: &str, yaml: &str) -> (Value, Duration) {
    let directory = std::env::temp_dir().join(format!("foreshock-reliability-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let file = directory.join(format!("{name}.yaml"));
    std::fs::write(&file, yaml).unwrap();
    let start = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_foreshock"))
        .args(["availability", "--format", "json"])
        .arg(&file)
        .output()
        .unwrap();
    let elapsed = start.elapsed();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{name}: {complaints}");
    std::fs::remove_file(&file).unwrap();
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    (answer["stacks"][0].clone(), elapsed)
}

/// The only entry.
fn entry(stack: &Value) -> &Value {
    let entries = stack["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 1, "{entries:?}");
    &entries[0]
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// Equal to so many parts of one.
#[track_caller]
fn close(what: &str, got: f64, expected: f64, relative: f64) {
    let error = (got - expected).abs() / expected.abs().max(f64::MIN_POSITIVE);
    assert!(error <= relative, "{what}: {got}, not {expected} (off by {error:e})");
}

/// Counts of minimal cut sets from order 0, without the zeros at the end.
fn by_order(entry: &Value) -> Vec<u64> {
    let counts = entry["cut_sets"]["by_order"].as_array().expect("cut sets are counted");
    let mut counts: Vec<u64> = counts.iter().map(|count| count.as_u64().unwrap()).collect();
    while counts.last() == Some(&0) {
        counts.pop();
    }
    counts
}
