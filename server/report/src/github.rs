//! Workflow commands of GitHub Actions, which a runner turns into annotations of a pull request.

use foreshock_analysis::{Finding, Fix, ProblemCode, Severity};
use foreshock_text::Place;

use super::verdict::{is_news, verdict};
use super::words::offer;
use super::{Places, Report};

/// One command a line: what is wrong with texts, what is new, and how each stack fares. What was there before is not
/// annotated: a runner shows ten of each sort, and they are for the change.
pub fn github(report: &Report, places: &Places<'_>) -> String {
    let mut text = String::new();
    for (place, message) in &report.problems {
        text.push_str(&command("error", Some(place), ProblemCode::Configuration.name(), message, places));
    }
    for stack in &report.stacks {
        for told in &stack.stack.problems {
            let place = Place::new(told.file.clone(), told.problem.span);
            let level = if told.code == ProblemCode::Syntax { "warning" } else { "error" };
            text.push_str(&command(level, Some(&place), told.code.name(), &told.problem.message, places));
        }
    }
    let mut new: Vec<(&Finding, &[Fix])> =
        report.stacks.iter().flat_map(|stack| stack.findings()).filter(|(finding, _)| is_news(finding)).collect();
    new.sort_by(|(one, _), (other, _)| {
        other.severity.cmp(&one.severity).then_with(|| other.points.total_cmp(&one.points))
    });
    for (finding, fixes) in new {
        let mut message = finding.message.clone();
        if let Some(best) = fixes.first() {
            message.push_str(&format!("\nBest fix: {}", offer(best)));
        }
        text.push_str(&command(
            level(finding.loudness()),
            Some(&finding.place),
            finding.rule.as_str(),
            &message,
            places,
        ));
    }
    for stack in &report.stacks {
        let judged = stack.stack.judged().words().filter(|_| stack.stack.assessment.score.is_some());
        let judged = judged.map_or_else(String::new, |words| format!("; {words}"));
        let words = format!("{}: {}{judged}", places.title(&stack.stack), verdict(&stack.stack));
        text.push_str(&command("notice", None, "resilience", &words, places));
    }
    text
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info | Severity::Hint => "notice",
    }
}

/// `::error file=rds.tf,line=16,endLine=16,col=3,endColumn=38,title=foreshock%3A ..::message`
fn command(level: &str, place: Option<&Place>, title: &str, message: &str, places: &Places<'_>) -> String {
    let mut properties = Vec::new();
    if let Some(place) = place {
        let (start, end) =
            (places.position(&place.file, place.span.start), places.position(&place.file, place.span.end));
        properties.push(format!("file={}", property(&places.path(place.file.as_path()))));
        properties.push(format!("line={},endLine={}", start.line + 1, end.line + 1));
        // Columns over several lines are refused.
        if start.line == end.line {
            properties.push(format!("col={},endColumn={}", start.column + 1, end.column + 1));
        }
    }
    properties.push(format!("title={}", property(&format!("foreshock: {title}"))));
    format!("::{level} {}::{}\n", properties.join(","), data(message))
}

/// What follows the second `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_one_line() {
        assert_eq!(data("50 %\r\nof it: a, b"), "50 %25%0D%0Aof it: a, b");
        assert_eq!(property("a:b,c%\n::error::x"), "a%3Ab%2Cc%25%0A%3A%3Aerror%3A%3Ax");
    }
}
