//! What is read from the version before is what is read from the text alone, and what was not edited is shared.

use std::sync::Arc;

use foreshock_text::{AnchoredText, Change, LineTable, Problem, Span};
use proptest::prelude::*;

use crate::hcl::*;

/// What people type, whole and half, and what they never would.
const TYPED: [&str; 40] = [
    "\n",
    " ",
    "  ",
    "\r\n",
    "{",
    "}",
    "\"",
    "${",
    "%{ if a }",
    "#",
    "# a comment\n",
    "//",
    "/*",
    "*/",
    "=",
    "= 1\n",
    "x",
    "é",
    "\u{feff}",
    "[",
    "]",
    "(",
    ",",
    ":",
    "<<EOT\n",
    "<<-EOT\n",
    "EOT\n",
    "  EOT",
    "resource \"a\" \"b\" {\n}\n",
    "resource \"a\" \"b\" {\n",
    "  resource \"a\" \"c\" {\n  x = 1\n  }\n",
    "\nlocals {\n  a = \"${b.c}\"\n}\n",
    "a = 1\n",
    "  a = [\n    1,\n  ]\n",
    "module \"m\"",
    "foo {}",
    "foo bar\n",
    "\"\" {",
    "?!;",
    "nested {\n",
];

const FILES: [&str; 5] = [
    "# top\nresource \"a\" \"b\" {\n  x = 1 # one\n  n {\n    y = \"${var.z}\"\n  }\n}\n\n# two\nlocals {\n  a = <<EOT\nword\nEOT\n}\n\noutput \"o\" { value = 1 }\nvariable \"v\" {}\nmodule \"m\" {\n  source = \"./m\"\n}\n",
    "\u{feff}a = 1\r\nb = [\r\n  2,\r\n]\r\n# c\r\nc = {\r\n  d = 3\r\n}\r\na = 4\r\n",
    "inputs = {\n  a = 1\n}\n  dependency \"x\" {\n  p = \"../x\"\n}\ninclude {\n}\nb = 2\nthing {\n  c = 1\n}\n",
    "a {} b {} /* c */ c {}\nfoo {\n  x = 1\n} bar {\n}\n?? ?\n!!\nlast {}",
    "resource \"a\" \"b\" {\n  x = {\n    y = 1\n\nresource \"c\" \"d\" {\n  z = \"open\n  w = <<E\n}\n}\n  nested \"q\" {\n}\nvariable \"e\" {\n}\n",
];

fn real(text: &AnchoredText, body: &Body) -> Body {
    let of = |span: &mut Span| *span = text.real_span(*span);
    let mut body = body.clone();
    of(&mut body.span);
    for attribute in &mut body.attributes {
        of(&mut attribute.name_span);
        of(&mut attribute.value_span);
    }
    for block in &mut body.blocks {
        let block = Arc::make_mut(block);
        for span in [&mut block.kind_span, &mut block.header_span, &mut block.span] {
            of(span);
        }
        block.labels.iter_mut().for_each(|label| of(&mut label.span));
        block.body = real(text, &block.body);
    }
    body
}

fn told(text: &AnchoredText, problems: &[Problem]) -> Vec<Problem> {
    problems.iter().map(|problem| Problem { span: text.real_span(problem.span), ..problem.clone() }).collect()
}

/// That a version is what its text says, places in the order of the text.
fn is_sound(version: &Parsed, text: &str) {
    let alone = Parsed::new(Arc::from(text), &mut ExprCache::default());
    for parsed in [version, &alone] {
        let (body, problems) = parse(text);
        assert_eq!(real(&parsed.text, &parsed.body), body, "tree of {text:?}");
        assert_eq!(told(&parsed.text, &parsed.problems), problems, "problems of {text:?}");
        assert_eq!(parsed.text.lines(), &LineTable::new(text), "lines of {text:?}");
        assert!(parsed.problems.is_sorted_by_key(|problem| problem.span), "problems of {text:?} are in order");
        assert!(parsed.body.blocks.is_sorted_by_key(|block| block.span), "blocks of {text:?} are in order");
        assert!(parsed.comments.is_sorted(), "comments of {text:?} are in order");
    }
    let comments =
        |parsed: &Parsed| -> Vec<Span> { parsed.comments.iter().map(|span| parsed.text.real_span(*span)).collect() };
    assert_eq!(comments(version), comments(&alone), "comments of {text:?}");
    for offset in 0..=text.len() as u32 {
        assert_eq!(version.text.real(version.text.anchored(offset)), offset, "offset {offset} of {text:?}");
    }
}

fn next(before: &Parsed, text: &str, cache: &mut ExprCache) -> Parsed {
    let Parsed { text: known, body, comments, items, .. } = before;
    Parsed::changed(Before { text: known, body, comments, items }, Arc::from(text), cache)
}

/// Types `new` over `old`, and looks at what became of it.
fn typed(before: &Parsed, text: &str, cache: &mut ExprCache) -> Parsed {
    let now = next(before, text, cache);
    is_sound(&now, text);
    now
}

#[derive(Clone, Debug)]
enum Edit {
    Insert(usize, usize),
    Delete(usize, usize),
    Undo,
    Replace(usize),
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let edit = prop_oneof![
        6 => (any::<usize>(), 0..TYPED.len()).prop_map(|(at, what)| Edit::Insert(at, what)),
        4 => (any::<usize>(), 1..12usize).prop_map(|(at, length)| Edit::Delete(at, length)),
        1 => Just(Edit::Undo),
        1 => (0..FILES.len()).prop_map(Edit::Replace),
    ];
    prop::collection::vec(edit, 1..24)
}

fn boundary(text: &str, at: usize) -> usize {
    let mut at = at % (text.len() + 1);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn edited(texts: &[String], edit: &Edit) -> String {
    let mut text = texts.last().cloned().unwrap_or_default();
    match *edit {
        Edit::Insert(at, what) => text.insert_str(boundary(&text, at), TYPED[what]),
        Edit::Delete(at, length) => {
            let start = boundary(&text, at);
            let end = (start + length..=text.len()).find(|&end| text.is_char_boundary(end)).unwrap_or(text.len());
            text.replace_range(start..end, "");
        }
        Edit::Undo => text = texts.iter().rev().nth(1).cloned().unwrap_or_default(),
        Edit::Replace(file) => FILES[file].clone_into(&mut text),
    }
    text
}

proptest! {
    #[test]
    fn a_version_is_what_its_text_says(file in 0..FILES.len(), edits in edits()) {
        let mut texts = vec![FILES[file].to_owned()];
        let mut cache = ExprCache::default();
        let mut version = Parsed::new(Arc::from(FILES[file]), &mut cache);
        for edit in &edits {
            let text = edited(&texts, edit);
            version = typed(&version, &text, &mut cache);
            texts.push(text);
        }
    }
}

/// A file of that many blocks.
fn many(blocks: usize) -> String {
    let block = |number: usize| format!("resource \"a\" \"b{number}\" {{\n  x = {number}\n}}\n\n");
    (0..blocks).map(block).collect()
}

#[test]
fn what_is_not_edited_is_shared() {
    let text = many(100);
    let mut cache = ExprCache::default();
    let before = Parsed::with_room(Arc::from(&*text), &mut cache);
    let mut version = before.clone();
    let at = text.find("x = 50").unwrap() + 6;
    // Growing, a new block, a half-typed one, and nothing but space.
    for typed_text in ["1", "\n  y = 2", "\n}\nresource \"c\" \"d\" {\n", " # c", "\n}\nresource \"c", "\n\n"] {
        let mut now = text.clone();
        now.insert_str(at, typed_text);
        version = typed(&version, &now, &mut cache);
        let shared = |block: &&Arc<Block>| before.body.blocks.iter().any(|known| Arc::ptr_eq(known, block));
        assert_eq!(version.body.blocks.iter().filter(shared).count(), 99, "{typed_text:?}");
        version = typed(&version, &text, &mut cache);
        assert_eq!(version.body, before.body);
    }
}

#[test]
fn a_line_between_two_blocks_changes_neither() {
    let text = many(3);
    let before = Parsed::with_room(Arc::from(&*text), &mut ExprCache::default());
    let now = typed(&before, &text.replacen("}\n\n", "}\n# new\n\n\n", 1), &mut ExprCache::default());
    for (one, other) in before.body.blocks.iter().zip(&now.body.blocks) {
        assert!(Arc::ptr_eq(one, other));
    }
    assert_eq!(now.comments.len(), 1);
}

#[test]
fn an_edit_reads_what_it_is_in() {
    let text = many(1000);
    let before = Parsed::with_room(Arc::from(&*text), &mut ExprCache::default());
    let at = text.find("x = 500").unwrap();
    for (typed_text, segments) in [("z", 1), ("\n", 1), ("}", 1), ("resource \"n\" \"m\" {\n}\n", 3)] {
        let mut now = text.clone();
        now.insert_str(at, typed_text);
        let change = Change::between(&text, &now);
        let read = before.items.read_again(change, &now, &mut ExprCache::default()).unwrap();
        assert!(read.scanned.segments.len() <= segments, "{typed_text:?}: {}", read.scanned.segments.len());
    }
}

#[test]
fn a_text_that_is_too_long_is_refused_and_comes_back() {
    let text = many(10);
    let before = Parsed::with_room(Arc::from(&*text), &mut ExprCache::default());
    let long = format!("{text}{}", "#".repeat(MAX_TEXT_LENGTH));
    let now = next(&before, &long, &mut ExprCache::default());
    assert_eq!((now.body.blocks.len(), now.problems.len()), (0, 1));
    typed(&now, &text, &mut ExprCache::default());
}

#[test]
fn addresses_that_are_full_are_given_anew() {
    let mut cache = ExprCache::default();
    let mut text = many(2);
    let mut version = Parsed::with_room(Arc::from(&*text), &mut cache);
    // Each before the one typed last, where there is the least room.
    for number in 0..2000 {
        let at = text.find("resource \"a\" \"b1\"").unwrap();
        text.insert_str(at, &format!("locals {{\n  n = {number}\n}}\n"));
        version = next(&version, &text, &mut cache);
    }
    is_sound(&version, &text);
}
