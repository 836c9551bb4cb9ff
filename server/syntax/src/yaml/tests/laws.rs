use proptest::prelude::*;

use super::super::{MAX_EXPANSION, NodeKind, Value, parse};
use super::paths;

const FILE: &str = "\
schema_version: \"4.0\"
components:
  - id: lb
    type: load_balancer
    replicas: 2
    zones: [a, b]
  - id: web
    type: web_server
    capacity:
      max_connections: 500   # per instance
      timeout_seconds: 5
    tags: [x, y]
  - {id: db, type: database, replicas: 1}
  - id: cache
    name: \"Session cache\"
    metrics: {cpu_percent: 40}
dependencies:
  - source: lb
    target: web
  - source: web
    target: db
    circuit_breaker: {enabled: true}
";

/// Every span lies in the text, on characters, and inside of its parent's.
fn well_placed(text: &str) {
    fn walk(value: Value<'_>, text: &str, outer: foreshock_text::Span, left: &mut usize) {
        let Some(next) = left.checked_sub(1) else { return };
        *left = next;
        let span = value.span();
        assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?}");
        assert!(outer.contains(span), "{span:?} in {outer:?}");
        if value.is_alias() {
            return;
        }
        value.items().into_iter().flatten().for_each(|item| walk(item, text, span, left));
        for (key, value) in value.entries().into_iter().flatten() {
            walk(key, text, span, left);
            walk(value, text, span, left);
        }
    }
    let (tree, problems) = parse(text);
    let whole = foreshock_text::Span::from_range(0..text.len());
    tree.documents().for_each(|document| walk(document, text, whole, &mut 10_000));
    for problem in problems {
        assert!(text.get(problem.span.start as usize..problem.span.end as usize).is_some(), "{problem:?}");
    }
}

/// The scalars of lines that end before `offset`'s line, as paths.
fn complete_before(text: &str, offset: usize) -> Vec<String> {
    let start = text[..offset].rfind('\n').map_or(0, |newline| newline + 1);
    paths(&text[..start])
}

#[test]
fn a_prefix_keeps_everything_above_its_last_line() {
    for offset in 0..=FILE.len() {
        if !FILE.is_char_boundary(offset) {
            continue;
        }
        let prefix = &FILE[..offset];
        well_placed(prefix);
        let kept = paths(prefix);
        for path in complete_before(FILE, offset) {
            // What has no value yet may get one on the next line.
            if !path.ends_with('=') {
                assert!(kept.contains(&path), "{path} is lost of {prefix:?}, left: {kept:#?}");
            }
        }
    }
}

/// A file with a zero-filled tail, or with a control character anywhere.
#[test]
fn damaged_files_give_a_tree() {
    for (at, _) in FILE.char_indices() {
        well_placed(&format!("{}{}", &FILE[..at], "\0".repeat(FILE.len() - at)));
        for character in ['\0', '\u{1}', '\u{1b}', '\u{85}'] {
            well_placed(&format!("{}{character}{}", &FILE[..at], &FILE[at..]));
        }
    }
}

fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("- "),
        Just("? "),
        Just(": "),
        Just(":"),
        Just("["),
        Just("]"),
        Just("{"),
        Just("}"),
        Just(","),
        Just("\""),
        Just("'"),
        Just("&a "),
        Just("*a "),
        Just("|\n"),
        Just(">-\n"),
        Just("\n"),
        Just("\r\n"),
        Just("\n  "),
        Just("\n    "),
        Just("\t"),
        Just("# x"),
        Just("---\n"),
        Just("...\n"),
        Just("%YAML 1.2\n"),
        Just("<<: "),
        Just("!!str "),
        Just("a"),
        Just("id"),
        Just("é"),
        Just("1e-9"),
        Just("\u{feff}"),
        Just("\u{85}"),
        Just("\0"),
        Just("\u{1}"),
        Just("\u{7f}"),
    ];
    proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn any_text_gives_a_tree(text in prop_oneof![hostile(), ".{0,80}"]) {
        well_placed(&text);
    }

    #[test]
    fn any_bytes_give_a_tree(bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
        well_placed(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn what_is_typed_into_a_file_costs_little(line in 0usize..22, typed in prop_oneof![
        Just("x"), Just("x:"), Just("x: ["), Just("x: {a"), Just("x: \"a"), Just("x: 'a"), Just("- "), Just("- x: y: z"),
        Just("}"), Just("]"), Just("x: *nobody"), Just("\tx: 1"), Just("@"), Just("`"),
    ]) {
        let mut lines: Vec<&str> = FILE.lines().collect();
        let indent = lines[line].len() - lines[line].trim_start().len();
        let typed = format!("{}{typed}", " ".repeat(indent));
        lines.insert(line, &typed);
        let text = lines.join("\n") + "\n";
        well_placed(&text);
        // What is YAML means something else now; nothing is promised of that.
        prop_assume!(!parse(&text).1.is_empty());
        let kept = paths(&text);
        let lost: Vec<String> = paths(FILE).into_iter().filter(|path| !kept.contains(path)).collect();
        // One component and one dependency at most.
        prop_assert!(lost.len() <= 7, "{text}\nlost {lost:#?}\nleft {kept:#?}");
    }
}

#[test]
fn hostile_texts_end_soon() {
    let deep_blocks: String = (0..3000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    let bomb: String = (0..40)
        .map(|level| match level {
            0 => "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned(),
            level => {
                let below = format!("*a{}", level - 1);
                format!("a{level}: &a{level} [{}]\n", [below.as_str(); 10].join(", "))
            }
        })
        .collect();
    for text in [
        "[".repeat(100_000),
        "{a: ".repeat(20_000),
        "- ".repeat(100_000),
        "? ".repeat(100_000),
        "[\n".repeat(50_000),
        "- a:\n".repeat(50_000),
        "a: b: c\n".repeat(20_000),
        "\"".repeat(100_001),
        format!("a: [{}]\n", "1, ".repeat(100_000)),
        format!("{}: 1\n", "k".repeat(5_000)),
        deep_blocks,
        bomb,
        "&a [*a]".to_owned(),
        "a: &a\n  <<: *a\n  b: 1\n".to_owned(),
    ] {
        well_placed(&text);
    }
}

#[test]
fn a_long_key_is_a_key() {
    let (tree, problems) = parse(&format!("{}: 1\n", "k".repeat(5_000)));
    assert_eq!(problems, []);
    assert!(tree.documents().next().unwrap().pairs().unwrap()[0].name.len() == 5_000);
}

#[test]
fn an_alias_bomb_is_cut_off() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let below = format!("*a{}", level - 1);
        text += &format!("a{level}: &a{level} [{}]\n", [below.as_str(); 10].join(", "));
    }
    let (tree, problems) = parse(&text);
    assert!(!problems.is_empty());
    fn size(value: Value<'_>) -> u64 {
        let inside = |value: Value<'_>| value.items().into_iter().flatten().map(size).sum::<u64>();
        1 + match value.kind() {
            NodeKind::Mapping { .. } => value.entries().into_iter().flatten().map(|(_, value)| size(value)).sum(),
            _ => inside(value),
        }
    }
    let expanded: u64 = tree.documents().map(size).sum();
    assert!(expanded <= 2 * MAX_EXPANSION, "{expanded}");
}
