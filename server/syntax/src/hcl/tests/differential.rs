//! Ours against `hcl-edit` on real files.

use proptest::prelude::*;

use hcl_edit::structure::{Body as EditBody, Structure};

use super::corpus;
use crate::hcl::*;
use crate::hcl::{expr::attempt, plain, recover};

#[test]
fn the_same_blocks_and_attributes_as_the_strict_parser() {
    let files = corpus("tf");
    if files.is_empty() {
        eprintln!("skipped: no corpus beside the repository");
        return;
    }
    let (mut compared, mut refused, mut attributes, mut plain_values) = (0, 0, 0, 0);
    for (path, text) in &files {
        let (body, problems) = parse(text);
        let stripped = text.strip_prefix('\u{feff}').unwrap_or(text);
        let Ok(theirs) = hcl_edit::parser::parse_body(stripped) else {
            refused += 1;
            continue;
        };
        compared += 1;
        assert!(problems.is_empty(), "{}: {problems:?}", path.display());
        assert_eq!(outline(&body), edit_outline(&theirs), "{}", path.display());
        for_each_attribute(&body, &mut |attribute| {
            attributes += 1;
            let value = attribute.value_span.text(text);
            let Some(quick) = plain::read(value, 0) else { return };
            plain_values += 1;
            if let Ok(full) = attempt(value, 0) {
                assert_eq!(quick, full, "{}: {value}", path.display());
            }
        });
    }
    eprintln!(
        "compared {compared} files with {attributes} attributes, {plain_values} of them plain; not valid: {refused}"
    );
    assert!(compared > 100, "the corpus is there but hardly read");
    assert!(plain_values * 10 > attributes * 9, "the fast path is hardly taken");
}

fn for_each_attribute(body: &Body, visit: &mut impl FnMut(&Attribute)) {
    body.attributes.iter().for_each(&mut *visit);
    for block in &body.blocks {
        for_each_attribute(&block.body, visit);
    }
}

/// Names, labels and nesting, attributes before blocks.
fn outline(body: &Body) -> Vec<String> {
    let mut lines: Vec<String> = body.attributes.iter().map(|attribute| attribute.name.to_string()).collect();
    for block in &body.blocks {
        let labels: Vec<&str> = block.labels.iter().map(|label| &*label.text).collect();
        lines.push(format!("{} {labels:?}", block.kind));
        lines.extend(outline(&block.body).into_iter().map(|line| format!("  {line}")));
    }
    lines
}

fn edit_outline(body: &EditBody) -> Vec<String> {
    let mut lines = Vec::new();
    for structure in body {
        if let Structure::Attribute(attribute) = structure {
            lines.push(attribute.key.as_str().to_owned());
        }
    }
    for structure in body {
        if let Structure::Block(block) = structure {
            let labels: Vec<&str> = block.labels.iter().map(|label| label.as_str()).collect();
            lines.push(format!("{} {labels:?}", block.ident.as_str()));
            lines.extend(edit_outline(&block.body).into_iter().map(|line| format!("  {line}")));
        }
    }
    lines
}

/// Where the fast reader gives a tree, the full parser gives the same one.
fn agree(text: &str) -> bool {
    let Some(quick) = plain::read(text, 0) else { return false };
    let flat = recover::without_line_breaks(text);
    match attempt(text, 0).or_else(|_| attempt(&flat, 0)) {
        Ok(full) => assert_eq!(quick, full, "{text:?}"),
        // Repeated keys are the one thing the full parser refuses and Terraform does not.
        Err(failure) => assert!(failure.message.contains("redefined object key"), "{text:?}: {}", failure.message),
    }
    true
}

/// Expressions with all sorts of white space.
fn expression() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec!["a", "var.b", "c-d", "_e", "null", "true", "f0"]);
    let leaf = prop_oneof![
        name.prop_map(str::to_owned),
        prop::sample::select(vec![
            "0",
            "12",
            "1.5",
            "-3",
            "1e3",
            "2E-2",
            "007",
            "\"\"",
            "\"x y\"",
            "\"\\n\\\"\"",
            "\"$\"",
            "\"%5\"",
            "\"é\"",
            "\"$${a}\"",
            "\"\\u00e9\"",
            "[]",
            "{}",
            "f()",
        ])
        .prop_map(str::to_owned),
    ];
    let space = || prop::sample::select(vec!["", " ", "  ", "\n", " # c\n ", "/* d */", "\r\n", " // e\n"]);
    leaf.prop_recursive(4, 24, 4, move |inner| {
        let operator = prop::sample::select(vec![
            "+", "-", "*", "/", "%", "==", "!=", "<", ">", "<=", ">=", "&&", "||", "=", "=>", ".", "..", "?", ":", ",",
        ]);
        let items = proptest::collection::vec((inner.clone(), space()), 0..4);
        let pairs = proptest::collection::vec((inner.clone(), space(), inner.clone(), space()), 0..3);
        prop_oneof![
            (inner.clone(), space(), operator, space(), inner.clone())
                .prop_map(|(a, s, operator, t, b)| format!("{a}{s}{operator}{t}{b}")),
            (inner.clone(), space(), inner.clone(), space(), inner.clone())
                .prop_map(|(a, s, b, t, c)| format!("{a}{s}?{t}{b} {s}: {c}")),
            (inner.clone(), space()).prop_map(|(a, s)| format!("({s}{a}{s})")),
            (inner.clone(), space()).prop_map(|(a, s)| format!("!{s}{a}")),
            (inner.clone(), space()).prop_map(|(a, s)| format!("-{s}{a}")),
            (inner.clone(), space(), inner.clone()).prop_map(|(a, s, b)| format!("{a}[{s}{b}{s}]")),
            (inner.clone(), prop::sample::select(vec![".x", ".0", ".*", "[*]", ".x.y", " .x", ".1.2", "[*].z"]))
                .prop_map(|(a, step)| format!("{a}{step}")),
            (items.clone(), space(), prop::sample::select(vec!["[]", "()"])).prop_map(|(items, s, brackets)| {
                let inside: Vec<String> = items.iter().map(|(a, s)| format!("{s}{a}{s}")).collect();
                let name = if brackets == "()" { "f" } else { "" };
                format!("{name}{}{}{s}{}", &brackets[..1], inside.join(","), &brackets[1..])
            }),
            (items, prop::sample::select(vec!["...", "...\n", ", ..."])).prop_map(|(items, end)| {
                let inside: Vec<String> = items.into_iter().map(|(a, _)| a).collect();
                format!("f({}{end})", inside.join(", "))
            }),
            (pairs, space(), prop::sample::select(vec![",", "\n", " ,\n", " "])).prop_map(|(pairs, s, separator)| {
                let inside: Vec<String> = pairs.iter().map(|(k, s, v, t)| format!("{k}{s}={t}{v}")).collect();
                format!("{{{s}{}{s}}}", inside.join(separator))
            }),
            (inner.clone(), space()).prop_map(|(a, s)| format!("\"x ${{{s}{a}{s}}} y\"")),
            (inner.clone(), inner.clone(), space(), inner.clone())
                .prop_map(|(a, b, s, c)| format!("[for{s} k,{s}v in {a} :{s}{b}{s} if {c}]")),
            (inner.clone(), inner.clone(), space(), inner.clone())
                .prop_map(|(a, b, s, c)| format!("{{{s}for v in{s} {a}{s}: {b} =>{s} {c}...}}")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_fast_reader_agrees_with_the_full_parser(text in expression()) {
        agree(&text);
    }
}
