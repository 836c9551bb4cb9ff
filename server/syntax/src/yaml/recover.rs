//! Reading on after an error: the line that is not YAML is taken as blank, and the text is read again.

use foreshock_text::{LineTable, Problem, Span};

use super::build::{Attempt, Blank, Failure, attempt};
use super::tree::Tree;

/// Errors of one text that are read around.
const MOST_ERRORS: usize = 8;
/// Bytes that may be read again in search of the rest: texts of some megabytes get fewer tries, so that a broken one
/// takes about a second at most.
const MOST_READ_AGAIN: usize = 64 << 20;

pub(super) fn read(text: &str) -> (Tree, Vec<Problem>) {
    let mut current = attempt(text, &[]);
    let mut problems = Vec::new();
    if current.failure.is_none() {
        return (current.tree, current.problems);
    }
    let lines = LineTable::new(text);
    let mut blanked = text.to_owned();
    let mut blanks: Vec<Blank> = Vec::new();
    let mut left = MOST_READ_AGAIN;
    for _ in 0..MOST_ERRORS {
        let Some(failure) = &current.failure else { break };
        let mut best: Option<(Attempt, u32)> = None;
        for line in suspects(failure, &blanked, &lines) {
            if left < text.len() {
                break;
            }
            left -= text.len();
            blanks.push(blank(text, lines.line_span(text, line)));
            let next = attempt(&without_line(&blanked, &lines, line), &blanks);
            blanks.pop();
            if best.as_ref().is_none_or(|(known, _)| progress(&next) > progress(known)) {
                best = Some((next, line));
            }
        }
        let Some((next, line)) = best else { break };
        problems.push(told(failure, lines.line_span(text, line), text));
        blanked = without_line(&blanked, &lines, line);
        blanks.push(blank(text, lines.line_span(text, line)));
        current = next;
    }
    if let Some(failure) = &current.failure {
        let line = line_of(&lines, text, failure.offset);
        problems.push(told(failure, lines.line_span(text, line), text));
    }
    problems.extend(current.problems);
    (current.tree, problems)
}

fn blank(text: &str, line: Span) -> Blank {
    let content = line.text(text);
    let column = content.len() - content.trim_start().len();
    let dash = content.trim() == "-" || content.trim_start().starts_with("- ");
    Blank { line, dash: dash.then_some(column as u32) }
}

/// How far a reading got, and how much it gave.
fn progress(attempt: &Attempt) -> (u32, usize) {
    (attempt.failure.as_ref().map_or(u32::MAX, |failure| failure.offset), attempt.tree.len())
}

/// The lines that may be the wrong one, likeliest first: where the error was noticed, the last line that was read
/// before, the written line above, the line whose bracket is still open, the line below when a tab indents it.
fn suspects(failure: &Failure, text: &str, lines: &LineTable) -> Vec<u32> {
    let noticed = line_of(lines, text, failure.offset);
    let is_written = |line: &u32| !lines.line_span(text, *line).text(text).trim().is_empty();
    let above = (0..noticed).rev().take(MOST_BLANK_LINES).find(is_written);
    let last_read = line_of(lines, text, failure.read_up_to);
    let bracket = failure.open_bracket.map(|offset| line_of(lines, text, offset));
    let tab = |line: &u32| lines.line_span(text, *line).text(text).trim_start_matches(' ').starts_with('\t');
    let below = Some(noticed + 1).filter(tab);
    let mut suspects = Vec::new();
    for line in [Some(noticed), Some(last_read), above, bracket, below].into_iter().flatten() {
        if is_written(&line) && !suspects.contains(&line) {
            suspects.push(line);
        }
    }
    suspects
}

/// Blank lines above an error that are looked past.
const MOST_BLANK_LINES: usize = 1000;

fn line_of(lines: &LineTable, text: &str, offset: u32) -> u32 {
    lines.position(text, offset, foreshock_text::PositionEncoding::Utf8).line
}

/// The text with a line replaced by as many spaces as it has bytes: everything else stays where it is.
fn without_line(text: &str, lines: &LineTable, line: u32) -> String {
    let span = lines.line_span(text, line);
    let mut blanked = String::with_capacity(text.len());
    blanked.push_str(text.get(..span.start as usize).unwrap_or(""));
    blanked.extend(std::iter::repeat_n(' ', span.len()));
    blanked.push_str(text.get(span.end as usize..).unwrap_or(""));
    blanked
}

fn told(failure: &Failure, line: Span, text: &str) -> Problem {
    let content = line.text(text);
    let indent = content.len() - content.trim_start().len();
    let start = line.start + indent as u32;
    let span = Span::new(start, start + content.trim().len() as u32);
    Problem::new(span, format!("this is not YAML ({}); the line is left out", failure.reason))
}
