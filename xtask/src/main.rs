//! What the repository checks and draws of itself: `cargo xtask tidy` holds the written rules to the text, `cargo xtask
//! arrows` draws who uses whom into docs/architecture.md. Both look at text alone; nothing is built.
//!
//! A rule is one file in `guards/`, with a test that it can fail, and one line of [`guards::GUARDS`].
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod arrows;
mod crates;
mod guards;
mod markdown;
mod tree;
mod uses;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use tree::Tree;

const USAGE: &str = "\
usage: cargo xtask tidy      checks the rules that are written down; exit 1 where one is broken
       cargo xtask arrows    draws the arrows between crates and rooms into docs/architecture.md";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match *arguments {
        ["tidy"] => tidy(),
        ["arrows"] => draw(),
        _ => Err(USAGE.to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(says) => {
            eprintln!("{says}");
            ExitCode::FAILURE
        }
    }
}

/// The root of the repository.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

fn tidy() -> Result<(), String> {
    let complaints = guards::complaints(&Tree::read(&root())?);
    if complaints.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = complaints.iter().map(ToString::to_string).collect();
    Err(lines.join("\n"))
}

fn draw() -> Result<(), String> {
    let root = root();
    let tree = Tree::read(&root)?;
    let drawn = arrows::drawn(&tree)?;
    std::fs::write(root.join(arrows::PAGE), drawn).map_err(|error| format!("{}: {error}", arrows::PAGE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_is_tidy() {
        tidy().unwrap();
    }
}
