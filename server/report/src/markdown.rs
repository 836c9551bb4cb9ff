//! A comment for a pull request.

use std::sync::Arc;

use foreshock_analysis::{Comparison, Finding, Fix, ProblemCode, Severity, Stack};
use foreshock_text::Place;

use super::apply_words::apply_words;
use super::cascade_mermaid::cascade_mermaid;
use super::markdown_page::Page;
use super::markdown_text::{code, sentence};
use super::outage_words::met_by_users;
use super::panel::{against, findings};
use super::verdict::{first_line, is_news, mended_sentence, news, own_score_words, readable_words, verdict};
use super::words::{offer, points, rule_page_address, score, yearly};
use super::{Places, Report, StackReport};

/// By this a bot finds its comment again.
const MARKER: &str = "<!-- foreshock:check -->\n";
/// Names listed in a cell; the rest is counted.
const MOST_AFFECTED: usize = 3;

/// The report as a comment, shorter than GitHub allows.
pub fn markdown(report: &Report, places: &Places<'_>) -> String {
    let mut page = Page::new(MARKER);
    let (told, quiet): (Vec<&StackReport>, Vec<&StackReport>) =
        report.stacks.iter().partition(|stack| has_something_to_say(&stack.stack));
    if report.stacks.is_empty() {
        page.add("### Foreshock: no stack found\n\nNeither Terraform nor infrastructure YAML.\n");
    }
    let problems =
        report.problems.iter().map(|(place, message)| problem(ProblemCode::Configuration, place, message, places));
    page.list("\n**`foreshock.toml` is not understood:**\n\n", problems, "");
    for stack in &told {
        of_stack(&mut page, stack, places, report.stacks.len() == 1);
    }
    let lines = quiet
        .iter()
        .map(|stack| format!("- {} {}\n", code(&places.title(&stack.stack)), sentence(&verdict(&stack.stack), &[])));
    let opening = match told.is_empty() {
        true => "### Foreshock: nothing new\n\n".to_owned(),
        false => format!("\n<details><summary>{} more without anything new</summary>\n\n", stacks(quiet.len())),
    };
    page.list(&opening, lines, if told.is_empty() { "" } else { "\n</details>\n" });
    page.finish()
}

/// `1 stack`, `3 stacks`
fn stacks(count: usize) -> String {
    format!("{count} stack{}", if count == 1 { "" } else { "s" })
}

fn has_something_to_say(stack: &Stack) -> bool {
    let changed = stack.comparison().is_some_and(|comparison| {
        comparison.points.is_some_and(|points| points != 0.0)
            || !comparison.mended.is_empty()
            || comparison.holds_back()
            || comparison.apply.is_noticed()
            || !stack.plan_says().is_empty()
    });
    changed || news(stack).next().is_some() || !stack.problems.is_empty()
}

fn of_stack(page: &mut Page, report: &StackReport, places: &Places<'_>, alone: bool) {
    let stack = &report.stack;
    let names = Names::of(stack);
    let title = places.title(stack);
    let whose = if alone && title == "." { String::new() } else { format!("{} ", code(&title)) };
    page.add(&format!("### {whose}{}\n", names.mark(&verdict(stack).replace(" -> ", " → "))));
    if let Some(comparison) = stack.comparison() {
        page.add(&format!("\n{}\n", sentence(&comparison_words(stack, comparison), &[])));
        let lines = stack.plan_says().iter().cloned().chain(readable_words(comparison));
        let lines = lines.map(|words| format!("- {}.\n", names.mark(&capital(&words))));
        page.list("\n", lines, "");
        let applied = apply_words(stack).into_iter().map(|words| format!("- {}\n", names.mark(&words)));
        page.list("\n**While this is applied**\n\n", applied, "");
    }
    let new: Vec<(&Finding, &[Fix])> = report.findings().filter(|(finding, _)| is_news(finding)).collect();
    let rows = new.iter().map(|(finding, fixes)| row(finding, fixes, places, &names));
    page.table("\n| | component | where | affects | points | best fix |\n|---|---|---|---|---:|---|\n", rows);
    cascade(page, stack, &new);
    if let Some(comparison) = stack.comparison() {
        let mended = comparison.mended.iter().map(|finding| format!("- {}\n", names.mark(&mended_sentence(finding))));
        page.list("\n**Mended**\n\n", mended, "");
    }
    users(page, stack, &names);
    problems(page, stack, places);
    judged(page, stack, &names);
    old(page, stack, places, &names);
    assumptions(page, stack);
}

/// `Against 3f2a91c, merge base with main: 40 h a year more are expected down.`
fn comparison_words(stack: &Stack, comparison: &Comparison) -> String {
    let mut words = against(comparison).replacen('a', "A", 1);
    let minutes = comparison.minutes_per_year;
    if let Some(time) = yearly(minutes.abs()) {
        words.push_str(&format!(": {time} {} expected down", if minutes > 0.0 { "more" } else { "less" }));
    }
    words.push('.');
    if let (Some(own), Some(after)) = (stack.assessment.score, comparison.score_after)
        && (own - after).abs() >= 0.05
    {
        words.push_str(&format!(" {} {}.", own_score_words(comparison), score(own)));
    }
    words
}

/// With a capital first letter.
fn capital(words: &str) -> String {
    let mut characters = words.chars();
    let first: String = characters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    first + characters.as_str()
}

fn row(finding: &Finding, fixes: &[Fix], places: &Places<'_>, names: &Names) -> String {
    let rule = finding.rule.as_str();
    let lost = if finding.points > 0.0 {
        points(finding.points).replace(" points", "").replace(" point", "")
    } else {
        "–".to_owned()
    };
    let fix = fixes.first().map(|fix| names.mark(&offer(fix))).unwrap_or_else(|| "–".to_owned());
    format!(
        "| {} [{rule}]({}) | {} | {} | {} | {lost} | {fix} |\n",
        finding.loudness().name(),
        rule_page_address(rule),
        code(&finding.component_id),
        code(&places.line(&finding.place)),
        affected(&finding.affected),
    )
}

fn affected(ids: &[Arc<str>]) -> String {
    let shown: Vec<String> = ids.iter().take(MOST_AFFECTED).map(|id| code(id)).collect();
    match ids.len() {
        0 => "–".to_owned(),
        count if count > MOST_AFFECTED => format!("{} and {} more", shown.join(", "), count - MOST_AFFECTED),
        _ => shown.join(", "),
    }
}

/// How often the entries are down and for how long.
fn users(page: &mut Page, stack: &Stack, names: &Names) {
    let (told, more) = met_by_users(stack);
    let mut lines: Vec<String> =
        told.into_iter().map(|(id, words)| format!("- {}: {}\n", code(&id), names.mark(&words))).collect();
    if more > 0 && !lines.is_empty() {
        lines.push(format!("- and {more} more entry points\n"));
    }
    page.list("\n**What users meet**\n\n", lines.into_iter(), "");
}

/// What falls with the worst of what is new.
fn cascade(page: &mut Page, stack: &Stack, new: &[(&Finding, &[Fix])]) {
    let worst = new.iter().map(|(finding, _)| finding).find(|finding| !finding.affected.is_empty());
    let Some((component, worst)) = worst.and_then(|finding| Some((finding.component?, finding))) else { return };
    if let Some(picture) = cascade_mermaid(stack, component) {
        let name = code(&worst.component_id);
        page.add(&format!("\nWhat falls when {name} fails:\n\n```mermaid\n{picture}```\n"));
    }
}

/// How much was judged, and what was left open.
fn judged(page: &mut Page, stack: &Stack, names: &Names) {
    let words = stack.judged().words().filter(|_| stack.assessment.score.is_some());
    let lines = words.into_iter().chain(stack.open_words());
    page.list("\n", lines.map(|words| format!("- {}.\n", names.mark(&capital(&words)))), "");
}

fn problems(page: &mut Page, stack: &Stack, places: &Places<'_>) {
    let items = stack.problems.iter().map(|told| {
        let place = Place::new(told.file.clone(), told.problem.span);
        problem(told.code, &place, &told.problem.message, places)
    });
    page.list("\n**Not understood**\n\n", items, "");
}

fn problem(code_of: ProblemCode, place: &Place, message: &str, places: &Places<'_>) -> String {
    format!("- {} {}: {}\n", code(&places.line(place)), code_of.name(), sentence(message, &[]))
}

fn old(page: &mut Page, stack: &Stack, places: &Places<'_>, names: &Names) {
    let old: Vec<&Arc<Finding>> =
        stack.findings.iter().filter(|finding| !finding.new && finding.severity >= Severity::Info).collect();
    let items = old.iter().map(|finding| {
        let (name, place) = (finding.severity.name(), code(&places.line(&finding.place)));
        format!("- {name} `{}` {place}: {}\n", finding.rule, names.mark(&first_line(&finding.message)))
    });
    let opening = format!("\n<details><summary>{} there before</summary>\n\n", findings(old.len()));
    page.list(&opening, items, "\n</details>\n");
}

/// What the figures rest on beside the text.
fn assumptions(page: &mut Page, stack: &Stack) {
    let mut items = Vec::new();
    if let Some((low, high)) = stack.score_range()
        && high - low > 1.0
    {
        items.push(format!(
            "- Some of what counts is not known from the text: the score is between {} and {}.\n",
            score(low),
            score(high)
        ));
    }
    let assumed = stack.system().components.iter().filter(|component| rests_on_defaults(component));
    let ids: Vec<Arc<str>> = assumed.map(|component| component.id.as_str().into()).collect();
    if !ids.is_empty() {
        items.push(format!("- Figures that nobody publishes are defaults: {}.\n", affected(&ids)));
    }
    page.list("\n<details><summary>Assumptions</summary>\n\n", items.into_iter(), "\n</details>\n");
}

fn rests_on_defaults(component: &foreshock_model::Component) -> bool {
    let it = &component.reliability;
    let figures = [&it.instance, &it.service, &it.external, &it.whole];
    figures.into_iter().flatten().any(|figure| figure.source.is_default())
}

/// The names of a stack's components, which are set as code wherever they stand.
struct Names {
    ids: Vec<String>,
}

impl Names {
    fn of(stack: &Stack) -> Names {
        let now = stack.system().components.iter().map(|component| component.id.to_string());
        let comparison = stack.comparison();
        let mended = comparison.iter().flat_map(|comparison| &comparison.mended);
        let found = stack.findings.iter().chain(mended).map(|finding| finding.component_id.to_string());
        let applied = comparison.iter().flat_map(|comparison| &comparison.apply.changes);
        let applied = applied.map(|one| one.change.address.to_string());
        let mut ids: Vec<String> = now.chain(found).chain(applied).collect();
        ids.sort();
        ids.dedup();
        Names { ids }
    }

    fn mark(&self, text: &str) -> String {
        let names: Vec<&str> = self.ids.iter().map(String::as_str).filter(|id| text.contains(id)).collect();
        sentence(text, &names)
    }
}
