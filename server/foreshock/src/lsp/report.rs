use foreshock_engine::{Budget, SweepOptions};
use foreshock_report::{Made, Places, StackMatter, html_report};
use foreshock_text::FilePath;
use serde_json::{Value, json};

use super::event::Refusal;
use super::view::View;

/// The report of the stacks that read a file, as one page: sweeps every scenario and proves repairs, for a worker.
pub(super) fn report(view: &View, file: &FilePath) -> Result<Value, Refusal> {
    let snapshot = view.snapshot();
    let stacks = snapshot.stacks.iter().enumerate().filter(|(_, stack)| stack.files.contains(file));
    let matters: Vec<StackMatter> = stacks
        .map(|(index, stack)| {
            let sweep = stack.sweep(&SweepOptions { budget: Budget::default() }, &|_| ());
            StackMatter::of(snapshot, index, stack, sweep, Vec::new())
        })
        .collect();
    let Some(first) = matters.first() else {
        return Err(Refusal::BadQuestion(format!("{file}: no stack reads this file")));
    };
    let folder = snapshot.folders.iter().filter(|folder| file.as_path().starts_with(folder));
    let folder = folder.max_by_key(|folder| folder.as_str().len()).unwrap_or(&first.stack.root);
    let places = Places::relative_to(snapshot, folder.clone());
    let html = html_report(&matters, &places, &Made::by("foreshock simulate --html")).map_err(Refusal::Internal)?;
    let title = match places.title(&first.stack) {
        here if here == "." => first.stack.root.file_name().unwrap_or_default().to_owned(),
        title => title,
    };
    Ok(json!({"html": html, "title": title}))
}
