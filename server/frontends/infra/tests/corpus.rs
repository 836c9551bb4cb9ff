//! Public YAML of other formats is not ours, and reading it never panics. Needs `../shared/corpus/yaml` beside the
//! repository; says what it read.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

use std::path::{Path, PathBuf};

use foreshock_infra::{is_infra, may_be_infra, read};
use foreshock_syntax::yaml::parse;
use foreshock_text::FilePath;

fn collect(directory: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(directory) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        match path.extension().and_then(|extension| extension.to_str()) {
            _ if path.is_dir() => collect(&path, found),
            Some("yaml" | "yml" | "json") => found.push(path),
            _ => {}
        }
    }
}

#[test]
fn other_formats_are_not_ours() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/corpus/yaml");
    let mut files = Vec::new();
    collect(&corpus, &mut files);
    if files.is_empty() {
        println!("skipped: no files in {}", corpus.display());
        return;
    }
    files.sort();
    let mut looked_at = 0;
    for path in &files {
        let Ok(text) = std::fs::read_to_string(path) else { continue };
        looked_at += usize::from(may_be_infra(&text));
        let (tree, _) = parse(&text);
        assert!(!is_infra(&tree), "{}", path.display());
        let (infra, problems) = read(&tree, &FilePath::new("/corpus.yaml"));
        assert!(infra.system.check().is_empty() && !problems.is_empty(), "{}", path.display());
    }
    println!("{} files, none taken for ours; {looked_at} pass the look before parsing", files.len());
}
