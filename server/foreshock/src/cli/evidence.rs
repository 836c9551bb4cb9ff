//! `foreshock evidence`: the illustrative pack of files for a review of digital operational resilience.

use std::collections::BTreeSet;
use std::fs;

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use foreshock_analysis::Snapshot;
use foreshock_engine::SweepOptions;
use foreshock_files::read_regular;
use foreshock_report::{InputFile, NOTICE, Pack, Places, StackMatter, checksum};
use foreshock_text::FilePath;

use super::inputs::Inputs;
use super::{Outcome, html, print, read_beside};

#[derive(Args)]
pub(super) struct Arguments {
    /// A directory (every stack below it) or a single file
    path: Utf8PathBuf,
    #[command(flatten)]
    inputs: Inputs,
    /// Where the files are written; what else is there stays
    #[arg(short, long, value_name = "DIR", default_value = "foreshock-evidence")]
    output: Utf8PathBuf,
    #[command(flatten)]
    about: html::About,
}

pub(super) fn run(arguments: &Arguments) -> Result<Outcome, String> {
    let (snapshot, base) = read_beside(&arguments.path, &arguments.inputs, arguments.about.base())?;
    if snapshot.stacks.is_empty() {
        return Err(format!("{}: no stack found, neither Terraform nor infrastructure YAML", arguments.path));
    }
    let places = Places::relative_to(&snapshot, base);
    let mut matters = Vec::new();
    for (index, stack) in snapshot.stacks.iter().enumerate() {
        let sweep = stack.sweep(&SweepOptions::default(), &|_| {});
        matters.push(StackMatter::of(&snapshot, index, stack, sweep, Vec::new()));
    }
    let made = arguments.about.made(Some(NOTICE));
    let pack = Pack::of(&snapshot, &matters, &files(&snapshot, &places), &places, &made)?;
    write(&pack, &arguments.output)?;
    Ok(Outcome::Fine)
}

fn write(pack: &Pack, directory: &Utf8Path) -> Result<(), String> {
    let failed = |path: &Utf8Path, error: std::io::Error| format!("{path}: {error}; the evidence is written there");
    fs::create_dir_all(directory).map_err(|error| failed(directory, error))?;
    let mut told = format!("{NOTICE}\n");
    for (name, text) in &pack.files {
        let path = directory.join(name);
        fs::write(&path, text).map_err(|error| failed(&path, error))?;
        told.push_str(&format!("{path}\n"));
    }
    print(&told)
}

/// Nothing larger is read: it is the bound of plans.
const LARGEST: u64 = 64 * 1024 * 1024;

/// Every file that was read, with its checksum as it is on the disk.
fn files(snapshot: &Snapshot, places: &Places<'_>) -> Vec<InputFile> {
    let configurations = snapshot.configurations.iter().map(|configured| &configured.configuration.file);
    let stacks = snapshot.stacks.iter().flat_map(|stack| stack.files.iter().chain(stack.var_files()));
    let read: BTreeSet<&FilePath> = configurations.chain(stacks).collect();
    let file = |file: &FilePath| {
        let bytes = read_regular(file.as_path(), LARGEST).and_then(Result::ok);
        InputFile {
            path: places.path(file.as_path()),
            sha256: bytes.as_deref().map(checksum),
            bytes: bytes.map_or(0, |bytes| bytes.len() as u64),
        }
    };
    read.into_iter().map(file).collect()
}
