//! What the change did, in a frame for the terminal.

use foreshock_analysis::{Comparison, Finding, Fix, Severity, Stack};
use unicode_width::UnicodeWidthStr;

use super::apply_words::apply_words;
use super::outage_words::met_by_users;
use super::table::Paint;
use super::verdict::{figures, is_news, mended_sentence, own_score_words, readable_words, sentence};
use super::words::{offer, score, yearly};
use super::wrapping::{fitting, wrapped};
use super::{Places, StackReport};

/// Columns between the two sides of the frame: together the 80 that every terminal has.
const INSIDE: usize = 76;
/// Columns of the names at the left.
const NAMES: usize = 10;
/// More of one sort are counted.
const MOST: usize = 6;

/// What the change did to a stack; none where it is compared with nothing.
pub(super) fn panel(report: &StackReport, places: &Places<'_>, paint: Paint) -> Option<String> {
    let stack = &report.stack;
    let comparison = stack.comparison()?;
    let mut frame = Frame { text: String::new(), paint };
    frame.top(&places.name(stack), &against(comparison));
    frame.row("Score", &score_words(stack, comparison), colour_of(comparison));
    for (number, (id, words)) in met_by_users(stack).0.into_iter().enumerate() {
        frame.row(if number == 0 { "Users" } else { "" }, &format!("{id}: {words}"), Paint::plain);
    }
    for says in stack.plan_says() {
        frame.row("Plan", says, Paint::plain);
    }
    let applied = apply_words(stack);
    for (number, words) in applied.iter().take(MOST).enumerate() {
        frame.row(if number == 0 { "Apply" } else { "" }, words, Paint::plain);
    }
    if applied.len() > MOST {
        frame.row("", &format!("and {} more", applied.len() - MOST), Paint::dim);
    }
    new_rows(&mut frame, report, places);
    mended_rows(&mut frame, comparison);
    best_row(&mut frame, report, places);
    for words in readable_words(comparison) {
        frame.row("Read", &words, Paint::plain);
    }
    if let Some(words) = stack.judged().words().filter(|_| stack.assessment.score.is_some()) {
        frame.row("Judged", words.trim_start_matches("judged "), Paint::plain);
    }
    for words in stack.open_words() {
        frame.row("Open", &words, Paint::plain);
    }
    let (advice, colour) = advice(stack, comparison);
    frame.row("Advice", advice, colour);
    // What took the system down before is told above, as information.
    let old = stack.findings.iter().filter(|finding| !finding.new && finding.loudness() < Severity::Info).count();
    if old > 0 {
        frame.row("Before", &format!("{} there already (--hints shows them)", findings(old)), Paint::dim);
    }
    if !stack.problems.is_empty() {
        let count = stack.problems.len();
        let places = if count == 1 { "1 place".to_owned() } else { format!("{count} places") };
        frame.row("Unread", &format!("{places} not understood, shown above"), Paint::yellow);
    }
    frame.bottom();
    Some(frame.text)
}

/// What a reviewer should make of it.
fn advice(stack: &Stack, comparison: &Comparison) -> (&'static str, fn(Paint, &str) -> String) {
    let loudest = stack.findings.iter().filter(|finding| is_news(finding)).map(|finding| finding.severity).max();
    let removals = stack.findings.iter().filter(|finding| finding.new && finding.is_removal());
    if removals.map(|finding| finding.severity).max() >= Some(Severity::Info) {
        return ("look at what goes before this is applied: it does not come back by itself", Paint::red);
    }
    if loudest >= Some(Severity::Error) {
        return ("mend what is new before this is applied: one failure is enough now", Paint::red);
    }
    if comparison.is_regression() || loudest >= Some(Severity::Warning) {
        return ("look at it again before this is applied", Paint::yellow);
    }
    if !stack.problems.is_empty() {
        return ("mend what is not understood first: nothing is sure until then", Paint::yellow);
    }
    ("nothing here speaks against it", Paint::green)
}

/// `against 3f2a91c, merge base with main`
pub(super) fn against(comparison: &Comparison) -> String {
    let base = &comparison.base;
    if base.words.is_empty() || base.words == base.id {
        return format!("against {}", base.id);
    }
    format!("against {}, {}", base.id, base.words)
}

/// `72 -> 45 (-27 points); 40 h a year more expected down`
fn score_words(stack: &Stack, comparison: &Comparison) -> String {
    let mut words = figures(stack, " points");
    let minutes = comparison.minutes_per_year;
    if let Some(time) = yearly(minutes.abs()) {
        words.push_str(&format!("; {time} {} expected down", if minutes > 0.0 { "more" } else { "less" }));
    }
    if let (Some(own), Some(after)) = (stack.assessment.score, comparison.score_after)
        && (own - after).abs() >= 0.05
    {
        words.push_str(&format!(". {} {}", own_score_words(comparison), score(own)));
    }
    words
}

fn colour_of(comparison: &Comparison) -> fn(Paint, &str) -> String {
    match comparison.points {
        Some(points) if points < 0.0 => Paint::red,
        Some(points) if points > 0.0 => Paint::green,
        _ => Paint::bold,
    }
}

fn new_rows(frame: &mut Frame, report: &StackReport, places: &Places<'_>) {
    let new: Vec<(&Finding, &[Fix])> = report.findings().filter(|(finding, _)| is_news(finding)).collect();
    if new.is_empty() {
        frame.row("New", "nothing", Paint::plain);
    }
    for (number, (finding, _)) in new.iter().take(MOST).enumerate() {
        let label = if number == 0 { "New" } else { "" };
        let severity = finding.loudness();
        let words =
            format!("{}: {} ({})", severity.name(), sentence(&report.stack, finding), places.line(&finding.place));
        frame.row(label, &words, if severity >= Severity::Error { Paint::red } else { Paint::yellow });
    }
    more(frame, new.len());
}

fn mended_rows(frame: &mut Frame, comparison: &Comparison) {
    for (number, finding) in comparison.mended.iter().take(MOST).enumerate() {
        frame.row(if number == 0 { "Mended" } else { "" }, &mended_sentence(finding), Paint::green);
    }
    more(frame, comparison.mended.len());
}

/// The repair that gains most of what the change has cost.
fn best_row(frame: &mut Frame, report: &StackReport, places: &Places<'_>) {
    let new = report.findings().filter(|(finding, _)| finding.new).flat_map(|(_, fixes)| fixes);
    let Some(best) = new.max_by(|one, other| one.points.total_cmp(&other.points)) else { return };
    let at = best.edits.first().map(|edit| format!(", {}", places.line(&edit.place))).unwrap_or_default();
    frame.row("Best fix", &format!("{}{at}", offer(best)), Paint::bold);
}

fn more(frame: &mut Frame, count: usize) {
    if count > MOST {
        frame.row("", &format!("and {} more", count - MOST), Paint::dim);
    }
}

/// `1 finding`, `3 findings`
pub(super) fn findings(count: usize) -> String {
    format!("{count} finding{}", if count == 1 { "" } else { "s" })
}

struct Frame {
    text: String,
    paint: Paint,
}

impl Frame {
    fn top(&mut self, title: &str, after: &str) {
        let title = shortened(&printable(title), INSIDE - 6);
        let after = shortened(&printable(after), (INSIDE - 4).saturating_sub(title.width() + 3));
        let used = title.width() + after.width() + if after.is_empty() { 2 } else { 5 };
        let between = if after.is_empty() { String::new() } else { format!(" ─ {after}") };
        let rest = "─".repeat((INSIDE + 1).saturating_sub(used));
        self.text.push_str(&format!("╭─ {}{between} {rest}╮\n", self.paint.bold(&title)));
    }

    fn row(&mut self, name: &str, words: &str, style: fn(Paint, &str) -> String) {
        for (number, line) in wrapped(&printable(words), INSIDE - NAMES).iter().enumerate() {
            let name = if number == 0 { name } else { "" };
            let space = " ".repeat(INSIDE.saturating_sub(NAMES + line.width()));
            self.text.push_str(&format!("│ {name:<NAMES$}{}{space} │\n", style(self.paint, line)));
        }
    }

    fn bottom(&mut self) {
        self.text.push_str(&format!("╰{}╯\n", "─".repeat(INSIDE + 2)));
    }
}

/// What would move the cursor is left out.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| !c.is_control()).collect()
}

/// Cut at the end.
fn shortened(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut short = fitting(text, columns.saturating_sub(1)).to_owned();
    short.push('…');
    if columns == 0 { String::new() } else { short }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_frame_is_as_wide() {
        for words in
            ["short", "aws_db_instance.orders[\"数据库\\u{1b}[31m\"] is a single point of failure", &"x".repeat(500)]
        {
            let mut frame = Frame { text: String::new(), paint: Paint { colour: false } };
            frame.top(words, words);
            frame.row("New", words, Paint::red);
            frame.bottom();
            for line in frame.text.lines() {
                assert_eq!(line.width(), 80, "{line}");
            }
        }
    }
}
