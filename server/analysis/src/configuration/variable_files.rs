use camino::{Utf8Path, Utf8PathBuf};
use foreshock_helm::CHART_FILE;
use foreshock_text::FilePath;

use super::stack_entry::is_values;
use crate::workspace::disk::list_disk;

/// How deep below a root files with values are looked for: `environments/prod/eu/x.tfvars`.
const DEPTH: usize = 3;
/// More are not chosen from by hand.
const MOST_FILES: usize = 500;
/// More directories below a root are not looked into.
const MOST_DIRECTORIES: usize = 500;

/// The files with values of variables that a root module can be read with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VariableFiles {
    /// Those Terraform reads by itself, in its order: `terraform.tfvars`, `*.auto.tfvars`.
    pub always: Vec<FilePath>,
    /// Those that have to be named, in the root and in directories below it.
    pub others: Vec<FilePath>,
}

/// Looks for files with values in a root and below it.
pub(crate) fn variable_files(root: &Utf8Path) -> VariableFiles {
    let mut found = VariableFiles::default();
    let mut directories = 0usize;
    if root.join(CHART_FILE).is_file() {
        return values_of_chart(root);
    }
    below(root, root, 0, &mut directories, &mut found);
    found.always.sort_by_key(|file| {
        let name = file.as_path().file_name().unwrap_or_default();
        (name != "terraform.tfvars", name != "terraform.tfvars.json", file.clone())
    });
    // Those of the root itself first.
    found.others.sort_by_key(|file| (file.as_path().components().count(), file.clone()));
    found.others.truncate(MOST_FILES);
    found
}

/// The files with values beside the one that a chart has always, by their names, and those in directories that are called after them.
fn values_of_chart(root: &Utf8Path) -> VariableFiles {
    let mut found = VariableFiles::default();
    let is_yaml = |file: &FilePath| matches!(file.as_path().extension(), Some("yaml" | "yml"));
    let named = |file: &FilePath| file.as_path().file_name().unwrap_or_default().to_owned();
    for file in list_disk(root).into_iter().filter(is_yaml) {
        match named(&file).as_str() {
            "values.yaml" => found.always.push(file),
            name if name.contains("values") => found.others.push(file),
            _ => {}
        }
    }
    for directory in ["values", "ci", "environments", "envs"] {
        found.others.extend(list_disk(&root.join(directory)).into_iter().filter(is_yaml));
    }
    found.others.truncate(MOST_FILES);
    found
}

fn below(root: &Utf8Path, directory: &Utf8Path, depth: usize, seen: &mut usize, found: &mut VariableFiles) {
    *seen += 1;
    if *seen > MOST_DIRECTORIES {
        return;
    }
    let Ok(entries) = directory.read_dir_utf8() else { return };
    let mut inner: Vec<Utf8PathBuf> = Vec::new();
    for entry in entries.flatten() {
        let name = entry.file_name();
        // A link to a directory could lead round in a circle.
        let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_directory && depth < DEPTH && !name.starts_with('.') && name != "node_modules" {
            inner.push(entry.path().to_owned());
        } else if !is_directory && is_values(name) {
            let is_read = directory == root && is_always(name);
            let list = if is_read { &mut found.always } else { &mut found.others };
            list.push(FilePath::new(entry.path()));
        }
    }
    inner.sort();
    for directory in inner {
        below(root, &directory, depth + 1, seen, found);
    }
}

fn is_always(name: &str) -> bool {
    matches!(name, "terraform.tfvars" | "terraform.tfvars.json")
        || name.ends_with(".auto.tfvars")
        || name.ends_with(".auto.tfvars.json")
}
