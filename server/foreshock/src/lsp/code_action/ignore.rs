//! "Ignore here": the comment, or the entry of `foreshock.toml`, that silences a finding. The reason is left to the user,
//! and a hint asks for it.

use std::collections::BTreeSet;

use foreshock_analysis::{Edit, FILE_NAME, Finding};
use foreshock_text::{Place, Span};

use super::Action;
use crate::lsp::view::View;

/// One for each finding, and one for its instance alone where the block has others.
pub(in crate::lsp) fn actions<'a>(view: &View, findings: impl Iterator<Item = &'a Finding>) -> Vec<Action> {
    let mut actions: Vec<Action> = Vec::new();
    for finding in findings {
        let rule = finding.rule;
        // What a caller has decided is ignored at the call, not in the module that others call, too.
        let at = if finding.place.file == finding.block.file { &finding.block } else { &finding.place };
        let mut offered = Vec::new();
        if is_editable(at) {
            offered.push((format!("Ignore {rule} here"), comment(view, finding, at, "")));
            let several = is_one_of_several(view, finding);
            for id in finding.components().filter(|_| several && *at == finding.block) {
                let title = format!("Ignore {rule} here for {id} alone");
                offered.push((title, comment(view, finding, at, &scope(id))));
            }
        } else {
            offered.push((format!("Ignore {rule} in {FILE_NAME}"), entry(view, finding)));
        }
        for (title, edit) in offered {
            let Some(edit) = edit else { continue };
            let action = Action::quick_fix(view, finding, title, std::iter::once(&edit));
            // Every caller of a shared module offers the same.
            if !actions.iter().any(|known| known.edits == action.edits) {
                actions.push(action);
            }
        }
    }
    actions
}

/// Whether a person writes this file, in a language that has comments.
fn is_editable(block: &Place) -> bool {
    let path = block.file.as_path();
    path.extension() != Some("json") && !path.components().any(|part| part.as_str() == ".terraform")
}

/// Whether the rule finds other instances of the same block.
fn is_one_of_several(view: &View, finding: &Finding) -> bool {
    let all = view.snapshot().stacks.iter().flat_map(|stack| &stack.findings);
    let same = all.filter(|other| other.rule == finding.rule && other.block == finding.block);
    same.flat_map(|finding| finding.components()).collect::<BTreeSet<_>>().len() > 1
}

/// `at='module.db["eu"].aws_db_instance.this' `
fn scope(component: &str) -> String {
    let quote = if component.contains('\'') { '"' } else { '\'' };
    format!("at={quote}{component}{quote} ")
}

/// A comment on a line of its own above the block or argument, indented as that is.
fn comment(view: &View, finding: &Finding, above: &Place, scope: &str) -> Option<Edit> {
    let file = view.snapshot().file(&above.file)?;
    let line = file.text.line_of(above.span.start);
    let written = file.text.line(line);
    let mark = if written.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let content = written.get(mark..).unwrap_or(written);
    let indentation = content.get(..content.len() - content.trim_start().len()).unwrap_or_default();
    let end = if file.text.whole().contains("\r\n") { "\r\n" } else { "\n" };
    let text = format!("{indentation}# foreshock:ignore {} {scope}reason: {end}", finding.rule);
    let start = file.text.lines().line_span(file.text.whole(), line).start;
    let at = Span::empty(file.text.anchored(start + mark as u32));
    Some(Edit { place: Place::new(above.file.clone(), at), text })
}

/// An entry at the end of the `foreshock.toml` that counts for the file; none where there is no such file.
fn entry(view: &View, finding: &Finding) -> Option<Edit> {
    let snapshot = view.snapshot();
    let stack = snapshot.stacks.iter().find(|stack| stack.findings.iter().any(|own| **own == *finding))?;
    let all = snapshot.configurations.iter().map(|configured| &configured.configuration);
    let above = all.filter(|configuration| stack.root.starts_with(configuration.directory()));
    let configuration = above.max_by_key(|configuration| configuration.directory().as_str().len())?;
    let text = configuration.text.whole();
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let before = match text.is_empty() {
        true => "",
        false if text.ends_with('\n') => end,
        false => &format!("{end}{end}"),
    };
    let address = quoted(&finding.component_id);
    let lines = [
        "[[ignore]]".to_owned(),
        format!("rule = \"{}\"", finding.rule),
        format!("address = {address}"),
        "reason = \"\"".to_owned(),
    ];
    let text_end = u32::try_from(text.len()).ok()?;
    let edit = format!("{before}{}{end}", lines.join(end));
    Some(Edit { place: Place::new(configuration.file.clone(), Span::empty(text_end)), text: edit })
}

/// A string of TOML.
fn quoted(text: &str) -> String {
    let is_plain = !text.contains('\'') && !text.chars().any(char::is_control);
    if is_plain { format!("'{text}'") } else { serde_json::Value::from(text).to_string() }
}
