//! `foreshock check` for a terminal.

use std::collections::BTreeMap;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Patch, Renderer, Snippet};
use foreshock_analysis::{Finding, Fix, ProblemCode, Severity, Stack};
use foreshock_model::Evidence;
use foreshock_text::{AnchoredText, FilePath, Place, Span, visible};
use unicode_width::UnicodeWidthStr;

use super::panel::panel;
use super::suppressed::suppressed_human;
use super::table::Paint;
use super::words::{capped, counted, offer};
use super::wrapping::{wrapped, wrapped_after};
use super::{Places, Report, StackReport};

/// More lines of evidence than this are counted, not shown.
const MOST_EVIDENCE: usize = 5;

/// More of what stands beside the score are counted.
const MOST_BESIDE: usize = 5;

/// What the renderer writes before the title of a repair.
const HELP: &str = "help: ";

/// Columns before a footnote, where the numbers of lines have three digits: `    = note: `.
const FOOTNOTE: usize = 12;

/// The report for a person, in lines of at most so many columns where its words can be broken: excerpts, evidence, repairs,
/// and a line to close. With several stacks each has a heading.
pub fn human(report: &Report, places: &Places<'_>, colour: bool, columns: usize) -> String {
    let mut text = String::new();
    let page = Page { renderer: if colour { Renderer::styled() } else { Renderer::plain() }, places, columns };
    for (place, message) in &report.problems {
        text.push_str(&page.said(Severity::Error, ProblemCode::Configuration.name(), message, place));
    }
    let is_one = report.stacks.len() < 2;
    for stack in &report.stacks {
        if !is_one && (!stack.stack.problems.is_empty() || stack.findings().next().is_some()) {
            text.push_str(&page.heading(&places.name(&stack.stack), Paint { colour }));
        }
        for problem in &stack.stack.problems {
            let place = Place::new(problem.file.clone(), problem.problem.span);
            let level = if problem.code == ProblemCode::Syntax { Severity::Warning } else { Severity::Error };
            text.push_str(&page.said(level, problem.code.name(), &problem.problem.message, &place));
        }
        for (finding, fixes) in stack.findings_tried() {
            text.push_str(&page.found(finding, fixes));
        }
    }
    if !is_one && !report.notices.is_empty() {
        text.push_str(&page.heading("suppressions", Paint { colour }));
    }
    for notice in &report.notices {
        text.push_str(&page.said(notice.severity, notice.code.name(), &notice.message, &notice.place));
    }
    if report.lists_suppressed {
        text.push_str(&suppressed_human(report, places, Paint { colour }));
    }
    for stack in &report.stacks {
        match panel(stack, places, Paint { colour }) {
            Some(panel) => text.push_str(&panel),
            None => text.push_str(&(summary(stack, places) + "\n")),
        }
    }
    if report.stacks.is_empty() {
        text.push_str("no stack found: neither Terraform nor infrastructure YAML\n");
    }
    text
}

/// How it is written.
struct Page<'a> {
    renderer: Renderer,
    places: &'a Places<'a>,
    columns: usize,
}

impl Page<'_> {
    /// Between the findings of one stack and those of the next: the same file may be read by both.
    fn heading(&self, title: &str, paint: Paint) -> String {
        let rest = "─".repeat(self.columns.saturating_sub(title.width() + 4));
        format!("── {} {rest}\n\n", paint.bold(title))
    }

    /// A sentence about a place.
    fn said(&self, severity: Severity, code: &str, message: &str, place: &Place) -> String {
        let title = titled(severity, code, message, self.columns);
        let group = level(severity).primary_title(title).id(code).elements(self.snippets(place, &[]).0);
        self.rendered(&[group], message, place)
    }

    fn found(&self, finding: &Finding, fixes: Option<&[Fix]>) -> String {
        let (severity, code) = (finding.loudness(), finding.rule.as_str());
        let title = titled(severity, code, &finding.message, self.columns);
        let shown = finding.evidence.get(..MOST_EVIDENCE).unwrap_or(&finding.evidence);
        let (mut elements, below) = self.snippets(&finding.place, shown);
        elements.extend(below.into_iter().map(|words| Level::NOTE.message(self.footnote(&words)).into()));
        match finding.evidence.len() - shown.len() {
            0 => {}
            1 => elements.push(Level::NOTE.message("and 1 more place").into()),
            hidden => elements.push(Level::NOTE.message(format!("and {hidden} more places")).into()),
        }
        if fixes.is_none() {
            elements.push(Level::HELP.message("not all repairs were tried: others were tried first").into());
        }
        let mut fixes = fixes.unwrap_or_default().iter();
        let best = fixes.next();
        for fix in fixes {
            elements.push(Level::HELP.message(self.footnote(&offer(fix))).into());
        }
        let mut groups = vec![level(severity).primary_title(title).id(code).elements(elements)];
        groups.extend(best.map(|fix| self.patched(fix, &finding.place.file)));
        self.rendered(&groups, &finding.message, &finding.place)
    }

    /// Where the renderer can't cope with a text, one plain line says the same.
    fn rendered(&self, groups: &[Group<'_>], message: &str, place: &Place) -> String {
        let rendered = catch_unwind(AssertUnwindSafe(|| self.renderer.render(groups)));
        rendered.unwrap_or_else(|_| format!("{}: {message}", self.places.line(place))) + "\n\n"
    }

    /// Below an excerpt, where lines begin with room for its numbers and `= note: `.
    fn footnote(&self, words: &str) -> String {
        wrapped(words, self.columns.saturating_sub(FOOTNOTE)).join("\n")
    }

    /// The cause with what proves it: one excerpt for each file, the cause's own first. Words that do not fit behind their
    /// place get a number there and stand below.
    fn snippets<'a>(&'a self, cause: &Place, evidence: &'a [Evidence]) -> (Vec<Element<'a>>, Vec<String>) {
        let mut files = vec![&cause.file];
        for evidence in evidence {
            if !files.contains(&&evidence.place.file) {
                files.push(&evidence.place.file);
            }
        }
        let (mut elements, mut below) = (Vec::new(), Vec::new());
        for file in files {
            let Some(source) = self.places.text(file) else { continue };
            let here =
                evidence.iter().filter(|evidence| evidence.place.file == *file).map(|evidence| evidence.place.span);
            let marked: Vec<_> = (*file == cause.file).then_some(cause.span).into_iter().chain(here).collect();
            let marked: Vec<_> = marked.into_iter().map(|span| one_line(source, span)).collect();
            let (window, lines_before) = around(source.whole(), marked.iter());
            let within = |range: Range<usize>| range.start - window.start..range.end - window.start;
            let text = source.whole().get(window.clone()).unwrap_or_default();
            let snippet = Snippet::source(text).line_start(lines_before + 1);
            let mut snippet = snippet.path(self.places.path(file.as_path())).fold(true);
            if *file == cause.file {
                snippet = snippet.annotation(AnnotationKind::Primary.span(within(one_line(source, cause.span))));
            }
            let mut numbered: BTreeMap<(usize, usize), Vec<String>> = BTreeMap::new();
            for evidence in evidence.iter().filter(|evidence| evidence.place.file == *file) {
                let span = one_line(source, evidence.place.span);
                // Below the cause itself words begin where it begins.
                let is_cause = *file == cause.file && span.start == one_line(source, cause.span).start;
                let from = if is_cause { span.start } else { span.end + 1 };
                if ends_at(source, from) + evidence.why.width() <= self.columns {
                    snippet =
                        snippet.annotation(AnnotationKind::Context.span(within(span)).label(visible(&evidence.why)));
                    continue;
                }
                let number = format!("({})", below.len() + 1);
                below.push(format!("{number} {}", evidence.why));
                numbered.entry((span.start, span.end)).or_default().push(number);
            }
            for ((start, end), numbers) in numbered {
                snippet = snippet.annotation(AnnotationKind::Context.span(within(start..end)).label(numbers.join(" ")));
            }
            elements.push(snippet.into());
        }
        (elements, below)
    }

    /// The best repair, as the text would be.
    fn patched<'a>(&'a self, fix: &'a Fix, cause: &FilePath) -> Group<'a> {
        let title = wrapped_after(HELP.len(), &offer(fix), self.columns);
        let mut group = Level::HELP.secondary_title(title).elements(Vec::<Element>::new());
        let mut files: Vec<_> = fix.edits.iter().map(|edit| &edit.place.file).collect();
        files.dedup();
        let is_many = files.len() > 1;
        for file in files {
            let Some(source) = self.places.text(file) else { continue };
            // The renderer names only other files than that of the excerpt above.
            if is_many && file == cause {
                group = group.element(Origin::path(self.places.path(file.as_path())));
            }
            let edits = fix.edits.iter().filter(|edit| edit.place.file == *file);
            let patches = edits.map(|edit| Patch::new(clamped(source, edit.place.span), edit.text.as_str()));
            let snippet = Snippet::source(&**source.whole()).path(self.places.path(file.as_path()));
            group = group.element(snippet.fold(true).patches(patches));
        }
        group
    }
}

/// What the renderer calls them.
fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
        Severity::Hint => Level::NOTE.with_name(Severity::Hint.name()),
    }
}

/// The lines of a message, each as wide as it may be behind `warning[no-backup]: `.
fn titled(severity: Severity, code: &str, message: &str, columns: usize) -> String {
    wrapped_after(severity.name().len() + code.len() + "[]: ".len(), message, columns)
}

/// The lines of a text with these ranges and a few around, and how many lines are before: the renderer reads all that it is
/// given, and a file may have many thousand places.
fn around<'r>(text: &str, ranges: impl Iterator<Item = &'r Range<usize>> + Clone) -> (Range<usize>, usize) {
    const LINES: usize = 5;
    let bytes = text.as_bytes();
    let first = ranges.clone().map(|range| range.start).min().unwrap_or(0);
    let last = ranges.map(|range| range.end).max().unwrap_or(0);
    let before = bytes.get(..first).unwrap_or_default();
    let behind = bytes.get(last..).unwrap_or_default();
    let breaks = before.iter().enumerate().rev().filter(|(_, byte)| **byte == b'\n');
    let start = breaks.map(|(at, _)| at + 1).nth(LINES).unwrap_or(0);
    let breaks = behind.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    let end = breaks.map(|(at, _)| last + at + 1).nth(LINES).unwrap_or(text.len());
    let lines_before = bytes.get(..start).unwrap_or_default().iter().filter(|byte| **byte == b'\n').count();
    (start..end, lines_before)
}

/// The column behind an excerpt's line up to this offset, with the numbers of lines that stand before it.
fn ends_at(source: &AnchoredText, offset: usize) -> usize {
    let before = source.whole().get(..offset).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    let lines = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    lines.to_string().len() + 3 + line.width()
}

/// The part of a span on its first line: a frame around a whole block hides what matters.
fn one_line(source: &AnchoredText, span: Span) -> Range<usize> {
    let range = clamped(source, span);
    let text = source.whole().get(range.clone()).unwrap_or_default();
    let first = text.split(['\n', '\r']).next().unwrap_or_default();
    range.start..range.start + first.len()
}

/// A span that fits the text.
fn clamped(source: &AnchoredText, span: Span) -> Range<usize> {
    let (source, span) = (source.whole(), source.real_span(span));
    let fit = |offset: u32| {
        let mut offset = (offset as usize).min(source.len());
        while !source.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    };
    fit(span.start)..fit(span.end)
}

/// `envs/prod: score 63.0 · 3.15 structural nines · 1 error, 2 warnings`
fn summary(report: &StackReport, places: &Places<'_>) -> String {
    let stack = &report.stack;
    let mut parts = Vec::new();
    match stack.assessment.score {
        Some(score) => parts.push(match stack.score_range() {
            Some((low, high)) if high - low > 1.0 => format!("score {score:.1} ({low:.1} to {high:.1})"),
            _ => format!("score {score:.1}"),
        }),
        None => parts.extend(stack.unscored()),
    }
    let nines = stack.assessment.structural_nines;
    match capped(stack.assessment.score, nines) {
        Some(capped) => parts.push(capped),
        None => parts.extend(nines.map(|nines| format!("{nines:.2} structural nines"))),
    }
    let counted = |severity: Severity| {
        let count = stack.findings.iter().filter(|finding| finding.loudness() == severity).count();
        (count > 0).then(|| counted(severity, count))
    };
    let counts: Vec<String> =
        [Severity::Error, Severity::Warning, Severity::Info, Severity::Hint].into_iter().filter_map(counted).collect();
    let hidden = if report.untold() > 0 { " (not shown; --hints)" } else { "" };
    parts.push(if counts.is_empty() { "no findings".to_owned() } else { counts.join(", ") + hidden });
    match report.untried() {
        0 => {}
        count => parts.push(format!("{count} without a repair that was tried")),
    }
    match stack.suppressed.len() {
        0 => {}
        count => parts.push(format!("{count} ignored (--suppressed)")),
    }
    if !stack.problems.is_empty() {
        let count = stack.problems.len();
        parts.push(format!("{count} place{} not understood", if count == 1 { "" } else { "s" }));
    }
    let title = places.name(stack);
    let mut lines = vec![format!("{title}: {}", parts.join(" · "))];
    // Why there is no score has said what is not known.
    let judged = stack.judged();
    lines.extend(judged.words().filter(|_| stack.assessment.score.is_some() || !judged.is_mostly_unknown()));
    lines.extend(beside_words(stack));
    let off = stack.switched_off();
    if !off.is_empty() {
        let more = off.len().saturating_sub(MOST_BESIDE);
        let named = off.get(..MOST_BESIDE).unwrap_or(&off).join(", ");
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        lines.push(format!("switched off: {named}{more}"));
    }
    lines.extend(stack.open_words());
    lines.join("\n  ")
}

/// What stands beside the score, where there is one.
fn beside_words(stack: &Stack) -> Option<String> {
    let beside = stack.beside();
    if beside.is_empty() || stack.assessment.score.is_none() {
        return None;
    }
    let more = beside.len().saturating_sub(MOST_BESIDE);
    let named = beside.get(..MOST_BESIDE).unwrap_or(&beside).join(", ");
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Some(format!("also here, not on the path: {named}{more}"))
}
