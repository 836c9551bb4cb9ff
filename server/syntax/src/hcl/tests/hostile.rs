//! Inputs made to break a parser end quickly and without a crash, on the stack of a test thread.

use std::time::{Duration, Instant};

use crate::hcl::*;

const COUNT: usize = 100_000;

/// Generous, because tests run unoptimised on busy machines; quadratic work on these inputs takes minutes.
const LIMIT: Duration = Duration::from_secs(20);

#[track_caller]
fn ends(text: &str) {
    let start = Instant::now();
    let (body, problems) = parse(text);
    assert!(start.elapsed() < LIMIT, "took {:?}", start.elapsed());
    assert!(!body.attributes.is_empty() || !body.blocks.is_empty() || !problems.is_empty());
    drop(body);
    assert!(start.elapsed() < LIMIT, "took {:?} with dropping", start.elapsed());
}

#[test]
fn deep_values() {
    for unit in [
        "[",
        "{",
        "(",
        "\"${",
        "f(",
        "!",
        "-",
        "1+",
        "{a=",
        "[[],",
        "a[",
        "x?",
        "x?y:",
        "[for x in ",
        "<<A\n",
        "a.b ",
        "\"%{if x}",
    ] {
        ends(&format!("x = {}", unit.repeat(COUNT)));
        ends(&format!("b {{\n  x = {}\n  y = 1\n}}\n", unit.repeat(COUNT / 10)));
    }
}

#[test]
fn deep_closed_values() {
    for (open, close) in [("[", "]"), ("(", ")"), ("{a=", "}"), ("f(", ")"), ("\"${", "}\""), ("a[", "]")] {
        ends(&format!("x = {}1{}\n", open.repeat(COUNT), close.repeat(COUNT)));
        // Just below the strict parser's limit, with an error inside, so that everything is tried.
        ends(&format!("x = {}1 +{}\n", open.repeat(60), close.repeat(60)));
    }
}

#[test]
fn long_flat_values() {
    for (first, unit, last) in
        [("a", ".b", ""), ("a", "[0]", ""), ("1", "+1", ""), ("[", "1,", "]"), ("f(", "a.b,", ")"), ("{", "a=1,", "}")]
    {
        ends(&format!("x = {first}{}{last}\n", unit.repeat(COUNT)));
        ends(&format!("x = {first}{} ?{last}\n", unit.repeat(COUNT / 10)));
    }
}

#[test]
fn many_lines_none_of_them_closed() {
    for line in [
        "a {\n",
        "  a {\n",
        "x = [\n",
        "x = {\n",
        "x = \"${\n",
        "x = \"\n",
        "x = <<A\n",
        "/*\n",
        "}\n",
        "\"\n",
        "a \"\n",
        "resource \"a\" \"b\" {\n",
        "resource \"a\" \"b\" {\n x = {\n",
        "a b c\n",
        "{\n",
        "x = f(\n",
        "x = 1,",
        "?\n",
        "=\n",
        "x\n",
        "a {\n  x = [\n",
        "x = [}\n",
        "x = <<B\nB",
        "x = \"%{\n",
        "a {}}\n",
        "a { b = [\n}\n",
    ] {
        ends(&line.repeat(COUNT / 4));
    }
    let different: String = (0..COUNT / 4).map(|index| format!("x{index} = <<M{index}\n")).collect();
    ends(&different);
}

#[test]
fn deep_blocks_are_skipped_with_one_problem() {
    ends(&"a {\n".repeat(COUNT));
    let text = format!("{}{}\nb {{}}\n", "a {\n".repeat(100), "}\n".repeat(100));
    let (body, problems) = parse(&text);
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(body.blocks.len(), 2);
    assert_eq!(&*body.blocks[1].kind, "b");
}

#[test]
fn too_long_a_text_is_refused_with_one_problem() {
    let text = " ".repeat(MAX_TEXT_LENGTH + 1);
    let (body, problems) = parse(&text);
    assert_eq!((body.attributes.len(), body.blocks.len(), problems.len()), (0, 0, 1));
    assert_eq!(parse(&" ".repeat(MAX_TEXT_LENGTH)).1, []);
}
