//! Damaged text: a file with a zero-filled tail after a power cut, one saved as UTF-16, one that is no text at all. Every
//! reader moves on at every byte, so that the tree is never larger than the text.

use foreshock_text::Span;
use proptest::prelude::*;

use super::super::{Attributes, comments, parse, parse_json, parse_json_values};
use crate::json;

/// Every kind of value, escape and nesting that JSON has, and two that it has not.
const JSON: &str = r#"{
  "resource": {"aws_instance": {"web": {"count": 2, "on": true, "tags": {"a": "é\"\u00e9\ud83d\ude00${var.x}"}}, "db": [{"ami": null}]}},
  // no comment
  "locals": {"n": [1, -2.5e3, [], {}, [[{"deep": false}]]],
             bare: "x", "last": "" }
}
"#;

const HCL: &str =
    "a \"b\" {\n  c = [1, \"${d}\", { e = <<-F\n    g ${h}\n  F\n }] /* i */\n  j {\n    k = x ? y : z # l\n  }\n}\n";

/// Control characters, and others that look like nothing: any of them may stand anywhere in a damaged file.
fn invisible() -> impl Iterator<Item = char> {
    ('\u{0}'..='\u{1f}').chain(['\u{7f}', '\u{85}', '\u{a0}', '\u{2028}', '\u{feff}', '\u{fffd}', '\u{10ffff}'])
}

/// Every prefix of a text, every text with one character more or another one in the place of one, and every text whose
/// tail is zeros.
fn damaged(text: &str) -> impl Iterator<Item = String> {
    let places = || text.char_indices().map(|(at, character)| (at, at + character.len_utf8()));
    let prefixes = places().map(|(at, _)| text[..at].to_owned());
    let inserted = places().flat_map(move |(at, _)| {
        invisible().map(move |character| format!("{}{character}{}", &text[..at], &text[at..]))
    });
    let replaced = places().flat_map(move |(at, end)| {
        ['\u{0}', '\u{fffd}'].map(|other| format!("{}{other}{}", &text[..at], &text[end..]))
    });
    let zeros = places().map(move |(at, _)| format!("{}{}", &text[..at], "\0".repeat(text.len() - at)));
    prefixes.chain(inserted).chain(replaced).chain(zeros)
}

fn fits(text: &str, span: Span) {
    assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?} does not fit {text:?}");
}

/// Values in a tree. Each lies inside of the one around it.
fn values(text: &str, node: &json::Node) -> usize {
    fits(text, node.span);
    let inner: usize = match &node.kind {
        json::Kind::Array(items) => items.iter().map(|item| values(text, item)).sum(),
        json::Kind::Object(entries) => entries
            .iter()
            .map(|(key, value)| {
                fits(text, key.span);
                values(text, value)
            })
            .sum(),
        _ => 0,
    };
    1 + inner
}

struct Nothing;

impl Attributes for Nothing {
    fn is_attribute(&self, _resource_type: &str, _name: &str, _flat: bool) -> bool {
        false
    }
}

fn json_ends(text: &str) {
    let (root, problems) = json::parse(text, 60);
    let values = values(text, &root);
    assert!(values <= text.len() + 1, "{values} values from {} bytes: {text:?}", text.len());
    for problem in &problems {
        fits(text, problem.span);
        let obeyed = problem.message.chars().find(|character| character.is_control());
        assert_eq!(obeyed, None, "{:?}", problem.message);
        assert!(problem.message.len() < 500, "{:?}", problem.message);
    }
    let (body, _) = parse_json(None, text, &Nothing);
    fits(text, body.span);
    parse_json_values(text);
}

fn hcl_ends(text: &str) {
    let (body, problems) = parse(text);
    let items = body.attributes.len() + body.blocks.len();
    assert!(items <= text.len() && problems.len() <= 2 * text.len() + 2, "{text:?}");
    comments(text);
}

#[test]
fn a_list_with_a_nul_in_it_ends() {
    for text in
        ["[\0", "{\"\"[\0", "{\"\"[\0\0\0", "[\0]", "{\0", "{\"a\":\0", "\0", "[1,\0", "[\"\0", "{\"a\0\":[\0{\0"]
    {
        json_ends(text);
        assert!(!json::parse(text, 60).1.is_empty(), "{text:?} is no JSON");
    }
}

#[test]
fn damaged_json_ends() {
    damaged(JSON).for_each(|text| json_ends(&text));
}

#[test]
fn damaged_hcl_ends() {
    damaged(HCL).for_each(|text| hcl_ends(&text));
}

#[test]
fn json_read_as_the_other_language_and_the_other_way_round_ends() {
    json_ends(HCL);
    hcl_ends(JSON);
    let utf16 = |text: &str| String::from_utf16_lossy(&text.bytes().map(u16::from).collect::<Vec<_>>());
    let wide: String = JSON.chars().flat_map(|character| [character, '\0']).collect();
    for text in [wide, utf16(JSON), "\0".repeat(100_000), format!("[{}", "\0 ".repeat(50_000))] {
        json_ends(&text);
        hcl_ends(&text);
    }
}

#[test]
fn a_template_with_the_word_that_marks_its_end_is_read_in_linear_time() {
    let text = format!("${{TEMPLATE{}}}", "_".repeat(200_000));
    json_ends(&format!("{{\"locals\": {{\"a\": \"{text}\\u0041\"}}}}"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_end(bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
        let text = String::from_utf8_lossy(&bytes);
        json_ends(&text);
        hcl_ends(&text);
    }

    #[test]
    fn any_mix_of_signs_and_invisible_characters_ends(pieces in proptest::collection::vec(prop::sample::select(vec![
        "{", "}", "[", "]", ",", ":", "\"", "\\", "\0", "\u{1}", "\u{7f}", "\n", " ", "a", "1", "//", "\"a\":", "\"a\"", "${", "é", "\u{feff}",
    ]), 0..60)) {
        let text = pieces.concat();
        json_ends(&text);
        hcl_ends(&text);
    }
}
