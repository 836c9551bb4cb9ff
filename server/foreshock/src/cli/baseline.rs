//! `check --write-baseline`, and what is said of a baseline that says too much.

use std::collections::BTreeMap;
use std::fs;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_analysis::{Snapshot, Stack};
use foreshock_text::FilePath;

use super::tell;

/// Writes what is found now; what the file says of other stacks stays.
pub(super) fn write(snapshot: &Snapshot, path: &Utf8Path) -> Result<(), String> {
    let failed = |error: &dyn std::fmt::Display| format!("{path}: {error}; the baseline is written there");
    let name = path.file_name().ok_or_else(|| failed(&"this is no file"))?;
    let parent = path.parent().filter(|parent| !parent.as_str().is_empty()).unwrap_or(Utf8Path::new("."));
    let parent: Utf8PathBuf = parent.canonicalize_utf8().map_err(|error| failed(&error))?;
    let file = FilePath::new(parent.join(name));
    let mut baseline = snapshot.baseline_in(&file);
    if let Some(problem) = &baseline.problem {
        return Err(format!("{path}:{problem}. Delete it to begin anew"));
    }
    baseline.accept(snapshot.stacks.iter().map(|stack| &**stack));
    fs::write(file.as_path(), baseline.text()).map_err(|error| failed(&error))?;
    let count = baseline.entries().len();
    let plural = if count == 1 { "" } else { "s" };
    tell(&format!("{path}: {count} finding{plural} accepted"));
    if !snapshot.finds_baseline(&file) {
        tell("note: nobody looks for it there; write `baseline = \"...\"` into foreshock.toml");
    }
    Ok(())
}

/// Says what a baseline accepts that is mended by now.
pub(super) fn tell_mended(snapshot: &Snapshot) {
    let mut mended: BTreeMap<&FilePath, Vec<String>> = BTreeMap::new();
    for stack in &snapshot.stacks {
        let stack: &Stack = stack;
        let Some(baseline) = stack.baseline() else { continue };
        let entries = stack.mended_of_baseline();
        let names = entries.iter().map(|entry| format!("{} of {} ({})", entry.rule, entry.address, entry.stack));
        mended.entry(&baseline.file).or_default().extend(names);
    }
    for (file, mended) in mended.iter().filter(|(_, mended)| !mended.is_empty()) {
        let name = file.as_path().file_name().unwrap_or_default();
        let more = mended.len().saturating_sub(MOST_NAMED);
        let mut named = mended.iter().take(MOST_NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
        if more > 0 {
            named.push_str(&format!(" and {more} more"));
        }
        tell(&format!("info: mended since {name} was written: {named}; write it again to keep it so"));
    }
}

/// More are counted.
const MOST_NAMED: usize = 3;
