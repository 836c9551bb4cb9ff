//! `foreshock lsp --check-incremental`: whether a picture that was worked out from the one before says what the texts alone say.
//!
//! Two pictures of the same texts are asked for everything that an editor shows. Nothing of how they came to be may be seen in
//! the answers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use foreshock_report::{Places, graph_json};
use foreshock_text::FilePath;

use super::analysis_thread::World;
use super::diagnostics;
use super::requests::{code_lenses, hover, inlay_hints};
use super::status;
use super::view::View;

/// So much of what differs is told, in characters: it may be a whole graph.
const MOST_TOLD: usize = 400;

/// The first thing that two pictures say differently, for a person; `None` where they say the same.
pub(super) fn difference(now: Arc<World>, fresh: Arc<World>) -> Option<String> {
    let (now, fresh) = (said(&View::plain(now)), said(&View::plain(fresh)));
    let all: BTreeSet<&String> = now.keys().chain(fresh.keys()).collect();
    let other = all.into_iter().find(|what| now.get(*what) != fresh.get(*what))?;
    let of = |said: &BTreeMap<String, String>| said.get(other).cloned().unwrap_or_default();
    let (now, fresh) = (of(&now), of(&fresh));
    // From shortly before the first place where they part.
    let common = now.chars().zip(fresh.chars()).take_while(|(one, other)| one == other).count();
    let part = |text: &str| text.chars().skip(common.saturating_sub(60)).take(MOST_TOLD).collect::<String>();
    Some(format!("{other}: after the edits\n{}\nfrom scratch\n{}", part(&now), part(&fresh)))
}

/// Everything that is shown, by what it is.
fn said(view: &View) -> BTreeMap<String, String> {
    let snapshot = view.snapshot();
    let mut said = BTreeMap::new();
    for file in files(view) {
        let mut say = |what: &str, text: String| drop(said.insert(format!("{what} of {file}"), text));
        say("diagnostics", format!("{:?}", diagnostics::of_file(view, &file)));
        say("hints", format!("{:?}", inlay_hints::hints(view, &file, None)));
        say("lenses", format!("{:?}", code_lenses::lenses(view, &file)));
        let hovers = view.blocks_in(&file).into_iter().map(|(stack, block)| hover::section(view, stack, block));
        say("hovers", hovers.collect());
    }
    let places = Places::absolute(snapshot, view.encoding);
    for stack in &snapshot.stacks {
        let mut say = |what: &str, text: String| drop(said.insert(format!("{what} of {}", stack.id()), text));
        say("figures", format!("{:?}", status::of_stack(stack)));
        say("graph", graph_json(std::iter::once(&**stack), &places).to_string());
        say("what is suppressed", format!("{}", stack.suppressed.len()));
    }
    said.insert("what is wrong with the base".to_owned(), format!("{:?}", snapshot.base_problem));
    said
}

/// The files that something is said of.
fn files(view: &View) -> BTreeSet<FilePath> {
    let snapshot = view.snapshot();
    let of_stacks = snapshot.stacks.iter().flat_map(|stack| &stack.files);
    let of_findings = snapshot.stacks.iter().flat_map(|stack| &stack.findings).map(|finding| &finding.place.file);
    let notices = snapshot.notices.iter().map(|notice| &notice.place.file);
    let configurations = snapshot.configurations.iter().map(|configured| &configured.configuration.file);
    let documents = view.world.documents.keys();
    of_stacks.chain(of_findings).chain(notices).chain(configurations).chain(documents).cloned().collect()
}

#[cfg(test)]
mod tests {
    use foreshock_analysis::Workspace;

    use super::*;

    fn world(text: &str) -> Arc<World> {
        let mut workspace = Workspace::new();
        workspace.set_document(FilePath::new("/nowhere/main.tf"), Arc::from(text));
        Arc::new(World::new(1, workspace.snapshot(), Arc::default()))
    }

    #[test]
    fn other_texts_say_something_else() {
        let text = "resource \"aws_instance\" \"a\" {\n  ami = \"a\"\n}\n";
        assert_eq!(difference(world(text), world(text)), None);
        let told = difference(world(text), world(&text.replace("aws_instance", "aws_db_instance")));
        assert!(told.is_some_and(|told| told.contains("from scratch")));
    }
}
