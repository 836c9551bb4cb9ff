//! Any text at all ends, soon, without a panic.

use proptest::prelude::*;

use super::dot;
use crate::{Templates, render};

const WORDS: &[&str] = &[
    "{{",
    "}}",
    "{{-",
    "-}}",
    " ",
    "\n",
    "if ",
    "else",
    "end",
    "range ",
    "with ",
    "define ",
    "template ",
    "include ",
    "\"a\"",
    ".",
    ".Values",
    ".A",
    "$",
    "$x",
    " := ",
    " = ",
    "|",
    "(",
    ")",
    "toYaml",
    "nindent 4",
    "default 1",
    "printf \"%s-%5d%%\"",
    "1",
    "-7",
    "0x",
    "`",
    "'",
    "/*",
    "*/",
    "a: b",
    "- c",
    "list 1 2",
    "dict \"a\" 1",
    "set .Values \"q\" .",
    "index ",
    "until 9",
    "tpl \"{{ . }}\" .",
    "trunc -3",
    "\u{e0e0}",
    "\u{10ffff}",
    "é",
    "merge .Values .Values",
    "fromYaml",
    "regexMatch \"(a*)*\"",
    "semverCompare \">1\"",
    ",",
    "break",
    "continue",
    "block ",
    "not ",
    "eq ",
    "{{ end }}",
    "{{ if .A }}",
    "{{ range .Values }}",
    "{{ define \"a\" }}",
    "deepCopy .",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn texts_of_words(words in prop::collection::vec(prop::sample::select(WORDS), 0..60)) {
        ends(&words.concat());
    }

    #[test]
    fn texts_of_letters(text in "[{}a-z .|$()\"\n-]{0,80}") {
        ends(&text);
    }
}

fn ends(text: &str) {
    let mut templates = Templates::default();
    let file = foreshock_text::FilePath::new("/t");
    if templates.add("t", &file, &text.into()).is_some() {
        return;
    }
    let rendered = render(&templates, "t", &dot("a: 1\nl: [x, {y: z}]\n"));
    assert!(!rendered.ways.is_empty() && rendered.ways.len() <= 64);
    for way in &rendered.ways {
        let mut end = 0;
        for mark in way.text.marks() {
            assert!(mark.start >= end && mark.end > mark.start && mark.end <= way.text.len(), "{text:?}");
            end = mark.end;
        }
        for piece in &way.written_by {
            let is_inside = piece.end <= way.text.len() && piece.span.end as usize <= text.len();
            assert!(piece.start < piece.end && is_inside, "{text:?}");
        }
    }
}
