//! `foreshock/report`: the report of the stacks that read a file, as one page. Sweeps every scenario and proves repairs.

use foreshock_engine::{Budget, SweepOptions};
use foreshock_report::{Made, Places, StackMatter, html_report};
use foreshock_text::FilePath;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Cancel, Lane, Own, Refusal, Request};
use crate::lsp::from_proto;
use crate::lsp::view::View;

#[derive(Deserialize)]
pub(super) struct Report {
    #[serde(rename = "uri", deserialize_with = "from_proto::file_at")]
    file: FilePath,
}

impl Own for Report {
    const METHOD: &'static str = "foreshock/report";
    const IS_COMMAND: bool = true;
}

impl Request for Report {
    type Answer = Value;
    const LANE: Lane = Lane::Long;

    fn answer(&self, view: &View, cancel: &Cancel<'_>) -> Result<Value, Refusal> {
        let snapshot = view.snapshot();
        let mut matters: Vec<StackMatter> = Vec::new();
        let read = |stack: &foreshock_analysis::Stack| stack.files.contains(&self.file);
        for (index, stack) in snapshot.stacks.iter().enumerate().filter(|(_, stack)| read(stack)) {
            let stop = || cancel.is_due();
            let sweep = stack.sweep_unless(&SweepOptions { budget: Budget::default() }, &stop);
            let sweep = sweep.ok_or(Refusal::ContentModified)?;
            matters.push(StackMatter::of_unless(snapshot, index, stack, sweep, Vec::new(), &stop));
        }
        let Some(first) = matters.first() else {
            return Err(Refusal::BadQuestion(format!("{}: no stack reads this file", self.file)));
        };
        cancel.asked()?;
        let folder = snapshot.folders.iter().filter(|folder| self.file.as_path().starts_with(folder));
        let folder = folder.max_by_key(|folder| folder.as_str().len()).unwrap_or(&first.stack.root);
        let places = Places::relative_to(snapshot, folder.clone());
        let html = html_report(&matters, &places, &Made::by("foreshock simulate --html")).map_err(Refusal::Internal)?;
        let title = match places.title(&first.stack) {
            here if here == "." => first.stack.root.file_name().unwrap_or_default().to_owned(),
            title => title,
        };
        Ok(json!({"html": html, "title": title}))
    }
}
