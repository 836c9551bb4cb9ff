//! The requests: one file each, which says what is asked, on which lane it is answered, and how.
//!
//! To add one of ours (`foreshock/...`): write its file, with a type that implements [`Request`] and [`Own`], and give it a
//! row in [`OWN`]. The row registers the method and, where it asks for that, the command. A request that the protocol
//! defines implements [`Request`] only; its row is its method in `handlers.rs`, where the protocol's types are turned into
//! ours and back, and what it promises stands in `to_proto::initialize_result`.
//!
//! Must never know the protocol's types. Start reading at [`Request`]; `graph.rs` is the shortest whole one.

pub(super) mod callers;
pub(super) mod choose_caller;
pub(super) mod code_lenses;
pub(super) mod completion;
pub(super) mod definition;
pub(super) mod diagnostics;
pub(super) mod document_symbols;
mod explain;
mod findings;
pub(super) mod fix_all;
mod graph;
pub(super) mod hover;
pub(super) mod inlay_hints;
pub(super) mod inlay_tooltip;
pub(super) mod neighbours;
mod newly_failing;
mod outage;
mod pending;
pub(super) mod prepare_call_hierarchy;
pub(super) mod prepare_rename;
pub(super) mod quick_fixes;
pub(super) mod references;
#[cfg(test)]
mod regions; // the example of CONTRIBUTING.md
pub(super) mod rename;
mod repairs;
mod report;
pub(super) mod set_baseline;
mod simulate;
mod stacks;
mod variable_files;
pub(super) mod workspace_symbols;

use foreshock_text::FilePath;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub(super) use self::pending::{Asked, Cancel, Pending, Refusal};
use super::handlers::{Answering, Handlers};
use super::view::View;

/// A question about the present text.
pub(super) trait Request: Send + Sized + 'static {
    /// What comes back when it makes sense.
    type Answer: Send + 'static;
    /// Who answers it.
    const LANE: Lane;
    /// The same, where it depends on what is asked.
    fn lane(&self) -> Lane {
        Self::LANE
    }
    /// Whether the answer is worthless once the text is edited: edits do not fit any more, a report is still one of what
    /// was asked for.
    const IS_VOID_AFTER_AN_EDIT: bool = false;

    /// The answer, from a picture of the present text. What takes longer than some milliseconds asks `cancel` between its
    /// steps.
    fn answer(&self, view: &View, cancel: &Cancel<'_>) -> Result<Self::Answer, Refusal>;

    /// What the main loop does besides, right behind the answer. It is only asked on [`Lane::Keystroke`].
    fn then(&self, _view: &View, _answer: &Self::Answer) -> Option<Then> {
        None
    }
}

/// Where a request is answered: one that takes long must not stand in the way of one that somebody waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lane {
    /// By the main loop itself, between two keys: what is only looked up.
    Keystroke,
    /// By workers of their own, for what somebody with a cursor waits for: simulates one fault, or proves a bounded number
    /// of repairs.
    Cursor,
    /// By one worker, one after the other: what may take many seconds.
    Long,
    /// By one worker of its own: what is asked of every stack, open or not.
    Survey,
}

/// What follows from an answer for the main loop.
pub(super) enum Then {
    /// The client has taken the diagnostics of a document itself: that version, with that fingerprint.
    Pulled { file: FilePath, version: i32, result_id: String },
    /// The client is to write a file.
    Write(set_baseline::Written),
    /// A file shows the results of this caller only; `None` for everybody's.
    Choose { file: FilePath, caller: Option<String> },
}

/// A request of ours: its parameters are read from JSON, and its answer is JSON.
pub(super) trait Own: Request<Answer = Value> + DeserializeOwned {
    /// `foreshock/graph`
    const METHOD: &'static str;
    /// Whether `workspace/executeCommand` knows it, too, as `foreshock.graph`: for what has no view in the editor, or is
    /// asked for by clients without an extension of ours.
    const IS_COMMAND: bool = false;
}

/// One request of ours, as the service knows it.
pub(super) struct Row {
    /// `foreshock/graph`
    pub(super) method: &'static str,
    /// Whether it is a command, too.
    pub(super) is_command: bool,
    /// Reads its parameters, asks, and waits.
    pub(super) ask: for<'a> fn(&'a Handlers, Value) -> Answering<'a>,
}

/// The requests of ours.
pub(super) const OWN: [Row; 13] = [
    Row::of::<callers::Callers>(),
    Row::of::<choose_caller::ChooseCaller>(),
    Row::of::<explain::Explain>(),
    Row::of::<findings::Findings>(),
    Row::of::<graph::Graph>(),
    Row::of::<newly_failing::NewlyFailing>(),
    Row::of::<outage::Outage>(),
    Row::of::<repairs::Repairs>(),
    Row::of::<report::Report>(),
    Row::of::<set_baseline::SetBaseline>(),
    Row::of::<simulate::Simulate>(),
    Row::of::<stacks::Stacks>(),
    Row::of::<variable_files::VariableFiles>(),
];

impl Row {
    const fn of<R: Own>() -> Row {
        Row { method: R::METHOD, is_command: R::IS_COMMAND, ask: Handlers::own::<R> }
    }

    /// `foreshock.graph`; none for a request that is no command.
    pub(super) fn command(&self) -> Option<String> {
        self.is_command.then(|| self.method.replace('/', "."))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;

    /// The names of the files beside this one, with their text.
    fn files() -> Vec<(String, String)> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lsp/requests");
        let all = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let requests = all.filter(|path| !path.ends_with("mod.rs") && !path.ends_with("pending.rs"));
        requests
            .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&path).unwrap()))
            .collect()
    }

    #[test]
    fn a_request_is_one_file() {
        for (name, text) in files() {
            let of_requests = text.lines().filter(|line| line.starts_with("impl Request for ")).count();
            assert_eq!(of_requests, 1, "{name}: expected one `impl Request for`");
            assert!(text.starts_with("//! `"), "{name}: expected a first line with the request's method");
        }
    }

    #[test]
    fn each_of_ours_has_its_row() {
        let methods: BTreeSet<&str> = OWN.iter().map(|row| row.method).collect();
        assert_eq!(methods.len(), OWN.len(), "two rows are called the same");
        let of_files: BTreeSet<String> = files()
            .into_iter()
            .filter(|(_, text)| text.contains("\nimpl Own for "))
            .map(|(name, text)| {
                let method =
                    text.split("const METHOD: &'static str = \"").nth(1).and_then(|rest| rest.split('"').next());
                let method = method.unwrap_or_else(|| panic!("{name}: no METHOD")).to_owned();
                assert!(text.starts_with(&format!("//! `{method}`")), "{name}: expected it to begin with {method}");
                method
            })
            .collect();
        let example = std::iter::once(regions::Regions::METHOD);
        assert_eq!(of_files, methods.into_iter().chain(example).map(str::to_owned).collect());
    }
    #[test]
    fn the_example_of_the_contributors_is_a_request() {
        let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../CONTRIBUTING.md")).unwrap();
        let (_, text) = files().into_iter().find(|(name, _)| name == "regions.rs").unwrap();
        let indented: String =
            text.lines().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("   {line}\n") }).collect();
        assert!(page.contains(&indented), "CONTRIBUTING.md shows another requests/regions.rs");
        let row = Row::of::<regions::Regions>();
        assert_eq!((row.method, row.command()), ("foreshock/regions", None));
        assert!(serde_json::from_str::<regions::Regions>(r#"{"uri": "file:///w/main.tf"}"#).is_ok());
        assert!(serde_json::from_str::<regions::Regions>(r#"{"uri": "untitled:1"}"#).is_err());
    }
}
