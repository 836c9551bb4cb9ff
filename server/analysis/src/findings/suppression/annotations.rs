//! The comments of a file that speak to tools, and what of the text each is about.

use std::cell::Cell;

use foreshock_text::{AnchoredText, PositionEncoding, Span};

use super::comment::{Directive, directive};

/// How the comments of other tools begin that silence them. They are mentioned, never obeyed.
const FOREIGN: [&str; 5] = ["checkov:skip=", "trivy:ignore:", "tfsec:ignore:", "tflint-ignore:", "kics-scan ignore"];

/// What the comments of a file say.
#[derive(Debug, Default, PartialEq)]
pub struct Annotations {
    /// Those that ask for silence, in order.
    pub(crate) ignores: Vec<Ignore>,
    /// Those that ask other tools for silence, in order.
    pub(crate) foreign: Vec<Foreign>,
}

/// A comment that asks for silence, with what it is about.
#[derive(Debug, PartialEq)]
pub(crate) struct Ignore {
    /// What it says.
    pub(crate) directive: Directive,
    /// The block, attribute or line that it is about; empty where nothing follows it.
    pub(crate) target: Span,
}

/// A comment that asks another tool for silence.
#[derive(Debug, PartialEq)]
pub(crate) struct Foreign {
    /// The comment.
    pub(crate) span: Span,
    /// Its first word: `checkov:skip=CKV_AWS_157`.
    pub(crate) name: String,
    /// The block that it is in or above.
    pub(crate) block: Span,
}

impl Annotations {
    /// What the comments of a text say, given where they are. Each is about the line that it stands on or above.
    pub fn of_lines(text: &str, comments: impl FnOnce() -> Vec<Span>) -> Annotations {
        if !is_worth_reading(text) {
            return Annotations::default();
        }
        Annotations::read(&AnchoredText::plain(text.into()), &comments(), &|line| Some(line), &|_| None)
    }

    /// The same where a line is the beginning of something: `item` is what begins on a line, `around` the block that an address
    /// is in.
    pub(crate) fn read(
        text: &AnchoredText,
        comments: &[Span],
        item: &dyn Fn(Span) -> Option<Span>,
        around: &dyn Fn(u32) -> Option<Span>,
    ) -> Annotations {
        Commented { text, comments, passed: Cell::new((0, 0)) }.annotations(item, around)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.ignores.is_empty() && self.foreign.is_empty()
    }
}

/// Most files have no such comment: whoever does not know where their comments are need not look for them.
pub(crate) fn is_worth_reading(text: &str) -> bool {
    text.contains("foreshock:ignore") || FOREIGN.iter().any(|marker| text.contains(marker))
}

/// More of one file are not read: nobody wrote them, and each is compared with each finding.
const MOST: usize = 10_000;

/// A text with its comments, in order.
struct Commented<'a> {
    text: &'a AnchoredText,
    comments: &'a [Span],
    /// Lines that were found to be all comment, and the first after them that is not.
    passed: Cell<(u32, u32)>,
}

impl Commented<'_> {
    /// `item` is what begins on a line; `around` the block that an offset is in.
    fn annotations(&self, item: &dyn Fn(Span) -> Option<Span>, around: &dyn Fn(u32) -> Option<Span>) -> Annotations {
        let mut found = Annotations::default();
        for &comment in self.comments {
            let mut target = None;
            let mut about = || *target.get_or_insert_with(|| self.target(comment, item));
            for (line, offset) in said(comment, self.text) {
                if found.ignores.len() + found.foreign.len() >= MOST {
                    return found;
                }
                if let Some(directive) = directive(line, offset) {
                    found.ignores.push(Ignore { directive, target: about() });
                } else if let Some(name) = foreign(line) {
                    let block = around(comment.start).unwrap_or_else(&mut about);
                    found.foreign.push(Foreign { span: comment, name, block });
                }
            }
        }
        found
    }

    /// What a comment is about: what begins on its own line, or, of a comment that has its lines to itself, on the first
    /// line after it and the comments that follow.
    fn target(&self, comment: Span, item: &dyn Fn(Span) -> Option<Span>) -> Span {
        let whole = &**self.text.whole();
        let comment = self.text.real_span(comment);
        let first = self.line_of(comment.start);
        let before = Span::new(self.line(first).start, comment.start);
        let mut line = first;
        if before.text(whole).trim_start_matches('\u{feff}').trim().is_empty() {
            line = self.line_of(comment.end);
            let rest = Span::new(comment.end, self.line(line).end);
            if rest.text(whole).trim().is_empty() {
                line = self.code_from(line + 1);
            }
        }
        let span = self.line(line);
        let written = span.text(whole);
        let lead = written.len() - written.trim_start_matches('\u{feff}').trim_start().len();
        let line = Span::new(span.start + lead as u32, span.start + written.trim_end().len().max(lead) as u32);
        let line = self.text.anchored_span(line);
        if line.is_empty() { line } else { item(line).unwrap_or(line) }
    }

    /// Where a line is in the text.
    fn line(&self, line: u32) -> Span {
        self.text.lines().line_span(self.text.whole(), line)
    }

    fn line_of(&self, offset: u32) -> u32 {
        self.text.lines().position(self.text.whole(), offset, PositionEncoding::Utf8).line
    }

    /// The first line from one on that is not all comment.
    fn code_from(&self, line: u32) -> u32 {
        let (first, code) = self.passed.get();
        if (first..=code).contains(&line) && line > 0 {
            return code;
        }
        let count = self.text.line_count();
        let code = (line..count).find(|&line| !self.is_comment(line)).unwrap_or(count);
        self.passed.set((line, code));
        code
    }

    /// Whether a line holds nothing but comments.
    fn is_comment(&self, line: u32) -> bool {
        let whole = &**self.text.whole();
        let span = self.line(line);
        let written = span.text(whole);
        let mut at = span.start + (written.len() - written.trim_start().len()) as u32;
        let mut any = false;
        while at < span.end {
            let after = self.comments.partition_point(|comment| self.text.real(comment.end) <= at);
            let comment = self.comments.get(after).map(|comment| self.text.real_span(*comment));
            match comment.filter(|comment| comment.start <= at) {
                Some(comment) => at = comment.end,
                None => return any && Span::new(at, span.end).text(whole).trim().is_empty(),
            }
            any = true;
        }
        any
    }
}

/// `checkov:skip=CKV_AWS_157`, `tflint-ignore: a_rule`, where a line begins so.
fn foreign(line: &str) -> Option<String> {
    let marker = FOREIGN.into_iter().find(|marker| line.starts_with(marker))?;
    let rest = line.strip_prefix(marker)?;
    let id = rest.trim_start().split([' ', '\t', ':', '#', ',']).next().unwrap_or_default();
    let space = if marker.starts_with("tflint") && !id.is_empty() { " " } else { "" };
    Some(if marker.starts_with("kics") { marker.to_owned() } else { format!("{marker}{space}{id}") })
}

/// The lines of a comment without its marks, with their offsets.
fn said(comment: Span, text: &AnchoredText) -> impl Iterator<Item = (&str, u32)> {
    let whole = text.slice(comment);
    // In a template there are braces around it.
    let opened =
        whole.strip_prefix("{{").map_or(whole, |inside| inside.strip_prefix('-').unwrap_or(inside).trim_start());
    let is_block = opened.starts_with("/*");
    let inside = match whole.rfind("*/").filter(|_| is_block) {
        Some(close) => whole.get(..close).unwrap_or(whole),
        None => whole,
    };
    let mut at = comment.start;
    inside.split('\n').map(move |line| {
        let marks: &[char] = if is_block { &['/', '*'] } else { &['#', '/'] };
        let bare = line.trim_start();
        let bare =
            bare.strip_prefix("{{").filter(|_| is_block).map_or(bare, |rest| rest.trim_start_matches(['-', ' ']));
        let content = bare.trim_start_matches(marks).trim_start();
        let offset = at + (line.len() - content.len()) as u32;
        at += line.len() as u32 + 1;
        (content.trim_end(), offset)
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use expect_test::{Expect, expect};
    use foreshock_syntax::hcl::ExprCache;
    use foreshock_terraform::ParsedFile;
    use foreshock_text::FilePath;
    use proptest::prelude::*;

    use super::*;
    use crate::dialect::yaml_file::YamlFile;

    fn of(path: &str, text: &str) -> Annotations {
        let path = FilePath::new(path);
        if path.as_path().extension() == Some("yaml") {
            crate::dialect::infra::comments_of(&YamlFile::parse(path, Arc::from(text)))
        } else {
            let parsed = ParsedFile::parse(path, Arc::from(text), &mut ExprCache::default());
            crate::dialect::terraform::comments_of(&parsed)
        }
    }

    fn check(path: &str, text: &str, expected: Expect) {
        let annotations = of(path, text);
        let mut seen = String::new();
        let short = |span: Span| span.text(text).replace('\n', "|");
        for ignore in &annotations.ignores {
            let rules: Vec<&str> = ignore.directive.rules.iter().map(|(_, span)| span.text(text)).collect();
            seen += &format!("{} -> {}\n", rules.join(" "), short(ignore.target));
        }
        for foreign in &annotations.foreign {
            seen += &format!("{} -> {}\n", foreign.name, short(foreign.block));
        }
        expected.assert_eq(&seen);
    }

    #[test]
    fn a_comment_is_about_what_begins_beside_or_below_it() {
        check(
            "a.tf",
            "# foreshock:ignore single-zone reason: x\n# and more\nr \"a\" \"b\" {\n  x = 1\n}\n",
            expect![[r#"
            single-zone -> r "a" "b" {|  x = 1|}
        "#]],
        );
        check(
            "a.tf",
            "r \"a\" \"b\" { // foreshock:ignore single-zone\n}\n",
            expect![[r#"
            single-zone -> r "a" "b" { // foreshock:ignore single-zone|}
        "#]],
        );
        check(
            "a.tf",
            "/* why\n * foreshock:ignore single-zone\n * foreshock:ignore no-backup */\nr {\n}\n",
            expect![[r#"
            single-zone -> r {|}
            no-backup -> r {|}
        "#]],
        );
        check(
            "a.tf",
            "r {\n  x = [ # foreshock:ignore single-zone\n    1,\n    2, # foreshock:ignore no-backup\n  ]\n  n {\n    # foreshock:ignore no-sla\n    y = 1\n  }\n}\n",
            expect![[r#"
            single-zone -> x = [ # foreshock:ignore single-zone|    1,|    2, # foreshock:ignore no-backup|  ]
            no-backup -> 2, # foreshock:ignore no-backup
            no-sla -> y = 1
        "#]],
        );
        check(
            "a.tf",
            "\u{feff}# foreshock:ignore single-zone\r\nr {\r\n}\r\n",
            expect![["
            single-zone -> r {\r|}
        "]],
        );
    }

    #[test]
    fn what_is_about_nothing_has_an_empty_target() {
        check(
            "a.tf",
            "# foreshock:ignore single-zone\n\nr {\n}\n# foreshock:ignore no-backup",
            expect![[r#"
            single-zone -> 
            no-backup -> 
        "#]],
        );
    }

    #[test]
    fn what_is_no_comment_says_nothing() {
        check(
            "a.tf",
            "x = \"# foreshock:ignore single-zone\"\ny = <<EOT\n# foreshock:ignore single-zone\nEOT\n",
            expect![""],
        );
        check("a.yaml", "a: \"# foreshock:ignore single-zone\"\nb: |\n  # foreshock:ignore single-zone\n", expect![""]);
        check("a.tf.json", "{\"//\": \"foreshock:ignore single-zone\"}", expect![""]);
    }

    #[test]
    fn in_yaml_it_is_about_what_is_indented() {
        check(
            "a.yaml",
            "components:\n  # foreshock:ignore single-zone\n  - id: a\n    kind: x\n\n    zones: []\n  - id: b # foreshock:ignore no-backup\n    kind: x\n    zones: [] # foreshock:ignore no-sla\n",
            expect![[r#"
            single-zone -> - id: a|    kind: x||    zones: []
            no-backup -> - id: b # foreshock:ignore no-backup|    kind: x|    zones: [] # foreshock:ignore no-sla
            no-sla -> zones: [] # foreshock:ignore no-sla
        "#]],
        );
    }

    #[test]
    fn other_tools_are_heard_around_their_block() {
        check(
            "a.tf",
            "#trivy:ignore:AVD-1 tfsec\nr {\n  # checkov:skip=CKV_1: why\n  # tflint-ignore: a_rule\n}\n",
            expect![[r#"
            trivy:ignore:AVD-1 -> r {|  # checkov:skip=CKV_1: why|  # tflint-ignore: a_rule|}
            checkov:skip=CKV_1 -> r {|  # checkov:skip=CKV_1: why|  # tflint-ignore: a_rule|}
            tflint-ignore: a_rule -> r {|  # checkov:skip=CKV_1: why|  # tflint-ignore: a_rule|}
        "#]],
        );
    }

    proptest! {
        #[test]
        fn any_text_can_be_read(
            text in "(# foreshock:ignore single-zone|/\\*|\\*/|//|\n|\r\n|  |r |\\{|\\}|x = 1|- id: a|\"|<<E\nE\n|é|\u{feff}| ){0,24}"
        ) {
            for path in ["a.tf", "a.yaml"] {
                let annotations = of(path, &text);
                for ignore in &annotations.ignores {
                    prop_assert!(text.get(ignore.target.start as usize..ignore.target.end as usize).is_some());
                    prop_assert!(ignore.directive.span.text(&text).starts_with("foreshock:ignore"));
                }
            }
        }
    }
}
