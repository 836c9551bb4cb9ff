//! The walk that the editors take, without an editor: each step is found on its line, and gone when it is taken back.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // a test may

use foreshock_analysis::{BaseChoice, Stack, Workspace};
use foreshock_fixture::GitDirectory;
use foreshock_text::FilePath;
use serde::Deserialize;

#[derive(Deserialize)]
struct Step {
    name: String,
    edits: Vec<(String, String)>,
    rule: String,
    on: String,
    says: String,
}

const SHOP: &str = include_str!("../../../fixtures/apply/main.tf");

#[test]
fn every_step_is_found_on_its_line_and_gone_when_it_is_taken_back() {
    let steps: Vec<Step> = serde_json::from_str(include_str!("../../../tests/editors/apply_walk.json")).unwrap();
    let Some(place) = GitDirectory::after(
        "git init -q -b main .; printf '%s' \"$SHOP\" > main.tf; git add .; git commit -qm shop",
        &[("SHOP", SHOP)],
    ) else {
        return;
    };
    let file = FilePath::new(place.root().join("main.tf"));
    let mut workspace = Workspace::new();
    workspace.set_base(BaseChoice::Revision("HEAD".into()));
    let mut look = |text: &str| -> Stack {
        workspace.set_document(file.clone(), text.into());
        let snapshot = workspace.snapshot();
        let explained = workspace.explained(&snapshot, &|| false).unwrap_or(snapshot);
        Stack::clone(&explained.stacks[0])
    };
    for Step { name, edits, rule, on, says } in steps {
        let mut text = SHOP.to_owned();
        for (old, new) in edits {
            assert_eq!(text.matches(&old).count(), 1, "{name}: {old}");
            text = text.replace(&old, &new);
        }
        let stack = look(&text);
        let of_rule = stack.findings.iter().filter(|finding| finding.new && finding.rule.as_str() == rule);
        let told: Vec<(String, String)> = of_rule
            .map(|finding| {
                let (_, source) = stack.understood().texts.iter().find(|(path, _)| *path == file).unwrap();
                let start = source.text().real_span(finding.place.span).start as usize;
                let line = text[..start].matches('\n').count();
                (text.lines().nth(line).unwrap_or_default().to_owned(), finding.message.clone())
            })
            .collect();
        assert!(
            told.iter().any(|(line, message)| line.contains(&on) && message.contains(&says)),
            "{name}: {told:#?}\n{:#?}",
            stack.findings.iter().filter(|finding| finding.new).map(|finding| &finding.message).collect::<Vec<_>>()
        );
        let stack = look(SHOP);
        let left: Vec<&String> =
            stack.findings.iter().filter(|finding| finding.new).map(|finding| &finding.message).collect();
        assert!(left.is_empty(), "{name}: {left:#?}");
    }
}
