//! `foreshock check` for a terminal.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Patch, Renderer, Snippet};
use foreshock_analysis::{Finding, Fix, ProblemCode, Severity, Stack};
use foreshock_model::Evidence;
use foreshock_text::{AnchoredText, FilePath, Place, Span};

use super::model::loudness;
use super::panel::panel;
use super::suppressed::suppressed_human;
use super::table::Paint;
use super::words::{capped, offer};
use super::{Places, Report, StackReport};

/// More lines of evidence than this are counted, not shown.
const MOST_EVIDENCE: usize = 5;

/// More of what stands beside the score are counted.
const MOST_BESIDE: usize = 5;

/// The report for a person: excerpts, evidence, repairs, and a line to close.
pub fn human(report: &Report, places: &Places<'_>, colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let mut text = String::new();
    for (place, message) in &report.problems {
        let title = Level::ERROR.primary_title(message.as_str()).id(ProblemCode::Configuration.name());
        push(&mut text, &renderer, &[title.elements(excerpt(place, places))], message, place, places);
    }
    for stack in &report.stacks {
        for problem in &stack.stack.problems {
            let place = Place::new(problem.file.clone(), problem.problem.span);
            let level = if problem.code == ProblemCode::Syntax { Level::WARNING } else { Level::ERROR };
            let title = level.primary_title(problem.problem.message.clone()).id(problem.code.name());
            let group = title.elements(excerpt(&place, places));
            push(&mut text, &renderer, &[group], &problem.problem.message, &place, places);
        }
        for (finding, fixes) in stack.findings_tried() {
            let groups = groups_of(finding, fixes, places);
            push(&mut text, &renderer, &groups, &finding.message, &finding.place, places);
        }
    }
    for notice in &report.notices {
        let title = level(notice.severity).primary_title(notice.message.as_str()).id(notice.code.name());
        let group = title.elements(excerpt(&notice.place, places));
        push(&mut text, &renderer, &[group], &notice.message, &notice.place, places);
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

/// Renders; where the renderer can't cope with a text, one plain line says the same.
fn push(
    text: &mut String,
    renderer: &Renderer,
    groups: &[Group<'_>],
    message: &str,
    place: &Place,
    places: &Places<'_>,
) {
    match catch_unwind(AssertUnwindSafe(|| renderer.render(groups))) {
        Ok(rendered) => text.push_str(&rendered),
        Err(_) => text.push_str(&format!("{}: {message}", places.line(place))),
    }
    text.push_str("\n\n");
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
        Severity::Hint => Level::NOTE,
    }
}

fn groups_of<'a>(finding: &'a Finding, fixes: Option<&'a [Fix]>, places: &Places<'a>) -> Vec<Group<'a>> {
    let title = level(loudness(finding)).primary_title(finding.message.as_str()).id(finding.rule.as_str());
    let shown = finding.evidence.get(..MOST_EVIDENCE).unwrap_or(&finding.evidence);
    let mut elements = snippets(&finding.place, shown, places);
    let hidden = finding.evidence.len() - shown.len();
    if hidden > 0 {
        elements.push(Level::NOTE.message(format!("and {hidden} more places")).into());
    }
    if fixes.is_none() {
        elements.push(Level::HELP.message("not all repairs were tried: others were tried first").into());
    }
    let mut fixes = fixes.unwrap_or_default().iter();
    let best = fixes.next();
    for fix in fixes {
        elements.push(Level::HELP.message(offer(fix)).into());
    }
    let mut groups = vec![title.elements(elements)];
    groups.extend(best.map(|fix| patched(fix, &finding.place.file, places)));
    groups
}

/// The cause with what proves it: one excerpt for each file, the cause's own first.
fn snippets<'a>(cause: &Place, evidence: &'a [Evidence], places: &Places<'a>) -> Vec<Element<'a>> {
    let mut files = vec![&cause.file];
    for evidence in evidence {
        if !files.contains(&&evidence.place.file) {
            files.push(&evidence.place.file);
        }
    }
    let mut elements = Vec::new();
    for file in files {
        let Some(source) = places.text(file) else { continue };
        let mut snippet = Snippet::source(&**source.whole()).path(places.path(file.as_path())).fold(true);
        if *file == cause.file {
            snippet = snippet.annotation(AnnotationKind::Primary.span(one_line(source, cause.span)));
        }
        for evidence in evidence.iter().filter(|evidence| evidence.place.file == *file) {
            let span = one_line(source, evidence.place.span);
            snippet = snippet.annotation(AnnotationKind::Context.span(span).label(&*evidence.why));
        }
        elements.push(snippet.into());
    }
    elements
}

fn excerpt<'a>(place: &Place, places: &Places<'a>) -> Vec<Element<'a>> {
    snippets(place, &[], places)
}

/// The best repair, as the text would be.
fn patched<'a>(fix: &'a Fix, cause: &FilePath, places: &Places<'a>) -> Group<'a> {
    let mut group = Level::HELP.secondary_title(offer(fix)).elements(Vec::<Element>::new());
    let mut files: Vec<_> = fix.edits.iter().map(|edit| &edit.place.file).collect();
    files.dedup();
    let is_many = files.len() > 1;
    for file in files {
        let Some(source) = places.text(file) else { continue };
        // The renderer names only other files than that of the excerpt above.
        if is_many && file == cause {
            group = group.element(Origin::path(places.path(file.as_path())));
        }
        let edits = fix.edits.iter().filter(|edit| edit.place.file == *file);
        let patches = edits.map(|edit| Patch::new(clamped(source, edit.place.span), edit.text.as_str()));
        let snippet = Snippet::source(&**source.whole()).path(places.path(file.as_path()));
        group = group.element(snippet.fold(true).patches(patches));
    }
    group
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
        let count = stack.findings.iter().filter(|finding| loudness(finding) == severity).count();
        let plural = if count == 1 { "" } else { "s" };
        let name = if severity == Severity::Info { "note" } else { severity.name() };
        (count > 0).then(|| format!("{count} {name}{plural}"))
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
    let title = places.title(stack);
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
