//! `foreshock:ignore RULE[, RULE] [until=DATE] [at="..."] reason: why`, read.

use foreshock_infra::closest;
use foreshock_text::{Problem, Span};

use super::Date;
use crate::{RuleId, Severity, rule, rules};

/// What a comment begins with.
const MARKER: &str = "foreshock:ignore";

/// A comment that asks for silence.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Directive {
    /// From the marker to the end of what belongs to it.
    pub(crate) span: Span,
    /// The rules, with where they are named.
    pub(crate) rules: Vec<(RuleId, Span)>,
    /// Why.
    pub(crate) reason: Option<String>,
    /// The last day on which it counts.
    pub(crate) until: Option<Date>,
    /// The instances it is about; all of the block's when empty.
    pub(crate) at: Vec<String>,
    /// Something in it could not be understood that would narrow it: it does not count at all.
    pub(crate) broken: bool,
    /// What is wrong with it, and how loud that is told.
    pub(crate) problems: Vec<(Severity, Problem)>,
}

/// Reads one line of a comment without its `#`; `offset` is where it begins. `None` for every other comment.
pub(crate) fn directive(line: &str, offset: u32) -> Option<Directive> {
    let text = line.trim_end();
    let rest = text.strip_prefix(MARKER)?;
    if !(rest.is_empty() || rest.starts_with(|c: char| c.is_whitespace() || c == ':')) {
        return None;
    }
    let span = Span::from_range(0..text.len()).shifted(offset);
    let nothing = Directive {
        span,
        rules: Vec::new(),
        reason: None,
        until: None,
        at: Vec::new(),
        broken: false,
        problems: Vec::new(),
    };
    let at = MARKER.len() + usize::from(rest.starts_with(':'));
    let mut reader = Reader { text, at, offset, directive: nothing };
    reader.run();
    Some(reader.directive)
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    offset: u32,
    directive: Directive,
}

impl<'t> Reader<'t> {
    fn run(&mut self) {
        let mut expects_rule = true;
        let mut named = false;
        let mut stray: Option<Span> = None;
        loop {
            let blanks = self.rest().len() - self.rest().trim_start().len();
            self.at += blanks;
            if self.rest().is_empty() {
                break;
            }
            if self.take(",") {
                expects_rule = true;
            } else if self.take("reason:") {
                self.reason();
            } else if self.take("until=") {
                self.until();
            } else if self.take("at=") {
                self.instances();
            } else {
                let (word, span) = self.word();
                if expects_rule {
                    named = true;
                    self.rule(word, span);
                } else {
                    stray = Some(stray.map_or(span, |before| before.cover(span)));
                }
                expects_rule = false;
            }
        }
        if !named {
            self.tell(
                Severity::Warning,
                self.directive.span,
                "which rule? Expected its name, such as `single-point-of-failure`",
            );
        }
        if let Some(stray) = stray {
            let written = stray_text(self.text, self.offset, stray);
            let message = format!("expected `reason: {written}`, or a comma before another rule");
            self.tell(Severity::Hint, stray, &message);
        } else if self.directive.reason.is_none() && named {
            self.tell(Severity::Hint, self.directive.span, "say why: `reason: ...`; it is ignored all the same");
        }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn take(&mut self, what: &str) -> bool {
        let is_next = self.rest().starts_with(what);
        self.at += if is_next { what.len() } else { 0 };
        is_next
    }

    fn place(&self, start: usize, end: usize) -> Span {
        Span::from_range(start..end).shifted(self.offset)
    }

    fn tell(&mut self, severity: Severity, span: Span, message: &str) {
        self.directive.problems.push((severity, Problem::new(span, message)));
    }

    /// Up to a blank or a comma.
    fn word(&mut self) -> (&'t str, Span) {
        let rest = self.rest();
        let length = rest.find(|c: char| c.is_whitespace() || c == ',').unwrap_or(rest.len());
        let start = self.at;
        self.at += length;
        (rest.get(..length).unwrap_or(""), self.place(start, self.at))
    }

    fn rule(&mut self, name: &str, span: Span) {
        if let Some(rule) = rule(name) {
            self.directive.rules.push((rule.id, span));
            return;
        }
        let meant = closest(name, rules().iter().map(|rule| rule.id.as_str()));
        let hint = match meant {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "expected its name as it is shown with a finding, such as `single-point-of-failure`".to_owned(),
        };
        self.tell(Severity::Warning, span, &format!("there is no rule `{name}`; {hint}"));
    }

    /// Up to the next option, else to the end.
    fn reason(&mut self) {
        let rest = self.rest();
        let options = ["until=", "at="].into_iter().flat_map(|option| rest.match_indices(option).map(|(at, _)| at));
        let stands_alone = |at: &usize| {
            rest.get(..*at).is_some_and(|before| before.is_empty() || before.ends_with(char::is_whitespace))
        };
        let end = options.filter(stands_alone).min().unwrap_or(rest.len());
        let reason = rest.get(..end).unwrap_or("").trim();
        self.at += end;
        if !reason.is_empty() {
            self.directive.reason = Some(reason.to_owned());
        }
    }

    fn until(&mut self) {
        let (written, span) = self.word();
        match Date::parse(written.trim_matches(['"', '\''])) {
            Some(date) => self.directive.until = Some(date),
            None => {
                self.directive.broken = true;
                let message =
                    format!("`{written}` is no day; expected one such as until=2027-01-31. Nothing is ignored");
                self.tell(Severity::Warning, span, &message);
            }
        }
    }

    /// `"eu"`, `["eu", "us"]`, `module.db["eu"].aws_db_instance.this`.
    fn instances(&mut self) {
        let start = self.at;
        let before = self.directive.at.len();
        if self.take("[") {
            loop {
                let is_between = |c: char| c.is_whitespace() || c == ',';
                self.at += self.rest().len() - self.rest().trim_start_matches(is_between).len();
                if self.rest().is_empty() || self.take("]") {
                    break;
                }
                self.instance(&[',', ']']);
            }
        } else {
            self.instance(&[]);
        }
        if self.directive.at.len() == before {
            self.directive.broken = true;
            let span = self.place(start, self.at);
            self.tell(
                Severity::Warning,
                span,
                "expected an instance: its key as at=\"eu\", or its address. Nothing is ignored",
            );
        }
    }

    /// One text, in quotes or up to a blank or one of `ends`.
    fn instance(&mut self, ends: &[char]) {
        let rest = self.rest();
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
        let (text, length) = match quote {
            Some(quote) => {
                let inside = rest.get(1..).unwrap_or("");
                let length = inside.find(quote).unwrap_or(inside.len());
                (inside.get(..length).unwrap_or(""), (length + 2).min(rest.len()))
            }
            None => {
                let is_end = |c: char| c.is_whitespace() || ends.contains(&c);
                let length = rest.find(is_end).unwrap_or(rest.len());
                (rest.get(..length).unwrap_or(""), length)
            }
        };
        self.at += length;
        if !text.is_empty() {
            self.directive.at.push(text.to_owned());
        }
    }
}

fn stray_text(text: &str, offset: u32, stray: Span) -> String {
    let local = Span::new(stray.start - offset.min(stray.start), stray.end - offset.min(stray.end));
    local.text(text).to_owned()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;

    fn check(line: &str, expected: Expect) {
        let Some(directive) = directive(line, 0) else { return expected.assert_eq("nothing") };
        let mut text = String::new();
        let names: Vec<&str> = directive.rules.iter().map(|(rule, _)| rule.as_str()).collect();
        text += &names.join(" ");
        text += &directive.until.map(|date| format!(" until {date}")).unwrap_or_default();
        text += &directive.at.iter().map(|at| format!(" at {at}")).collect::<String>();
        text += &directive.reason.map(|reason| format!(" because {reason}")).unwrap_or_default();
        text += if directive.broken { " broken" } else { "" };
        for (severity, problem) in &directive.problems {
            text += &format!("\n{} `{}` {}", severity.name(), problem.span.text(line), problem.message);
        }
        expected.assert_eq(&text);
    }

    #[test]
    fn rules_reasons_days_and_instances() {
        check("foreshock:ignore single-zone reason: cheap", expect!["single-zone because cheap"]);
        check(
            "foreshock:ignore single-zone, no-backup until=2027-01-31 at=[\"a\", 'b'] reason: a, b: c",
            expect!["single-zone no-backup until 2027-01-31 at a at b because a, b: c"],
        );
        check(
            "foreshock:ignore single-zone reason: moved soon until=2027-01-31",
            expect!["single-zone until 2027-01-31 because moved soon"],
        );
        check(
            "foreshock:ignore:single-zone at=module.db[\"eu\"].aws_db_instance.this reason: x",
            expect![[r#"single-zone at module.db["eu"].aws_db_instance.this because x"#]],
        );
        check(
            "foreshock:ignore single-zone at=\"eu\" reason:",
            expect![[r#"
            single-zone at eu
            hint `foreshock:ignore single-zone at="eu" reason:` say why: `reason: ...`; it is ignored all the same"#]],
        );
    }

    #[test]
    fn what_is_no_directive_is_left_alone() {
        for line in ["", "foreshock", "foreshock:ignored x", "see foreshock:ignore x", "Foreshock:ignore"] {
            check(line, expect!["nothing"]);
        }
    }

    #[test]
    fn what_is_wrong_is_told() {
        check(
            "foreshock:ignore",
            expect![[r#"

            warning `foreshock:ignore` which rule? Expected its name, such as `single-point-of-failure`"#]],
        );
        check(
            "foreshock:ignore single-zon, all reason: x",
            expect![[r#"
             because x
            warning `single-zon` there is no rule `single-zon`; did you mean `single-zone`?
            warning `all` there is no rule `all`; expected its name as it is shown with a finding, such as `single-point-of-failure`"#]],
        );
        check(
            "foreshock:ignore single-zone we like it",
            expect![[r#"
            single-zone
            hint `we like it` expected `reason: we like it`, or a comma before another rule"#]],
        );
        check(
            "foreshock:ignore single-zone until=tomorrow reason: x",
            expect![[r#"
            single-zone because x broken
            warning `tomorrow` `tomorrow` is no day; expected one such as until=2027-01-31. Nothing is ignored"#]],
        );
        check(
            "foreshock:ignore single-zone at= reason: x",
            expect![[r#"
            single-zone because x broken
            warning `` expected an instance: its key as at="eu", or its address. Nothing is ignored"#]],
        );
    }

    proptest! {
        #[test]
        fn any_text_can_be_read(tail in "( |,|:|=|\"|'|\\[|\\]|at=|until=|reason:|single-zone|é|x|2027-01-31){0,12}") {
            let line = format!("foreshock:ignore {tail}");
            let directive = directive(&line, 0).unwrap();
            let whole = Span::from_range(0..line.len());
            prop_assert!(directive.problems.iter().all(|(_, problem)| whole.contains(problem.span)));
        }
    }
}
