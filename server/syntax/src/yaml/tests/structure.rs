use expect_test::expect;

use super::super::{Number, Scalar, Style, Value, parse};
use super::check;

#[test]
fn spans_are_those_of_the_text() {
    check(
        "components:\n  - id: db\n    replicas: 2 # two\n    host:\n  - {id: web, zones: [a, b]}\n# end\n",
        expect![[r#"
            ---
            : @0..83
              "components" @0..10
                - @14..83
                  : @16..54
                    "id" @16..18
                      "db" @20..22
                    "replicas" @27..35
                      "2" @37..38
                    "host" @49..53
                      "" @54..54
                  {} @59..83
                    "id" @60..62
                      "web" @64..67
                    "zones" @69..74
                      [] @76..82
                        "a" @77..78
                        "b" @80..81
        "#]],
    );
}

#[test]
fn json_is_yaml() {
    check(
        "{\"components\": [{\"id\": \"db\", \"port\": 5432}]}\n",
        expect![[r#"
        ---
        {} @0..44
          "components" quoted @1..13
            [] @15..43
              {} @16..42
                "id" quoted @17..21
                  "db" quoted @23..27
                "port" quoted @29..35
                  "5432" @37..41
    "#]],
    );
}

#[test]
fn aliases_stay_aliases() {
    check(
        "a: &x {k: 1}\nb: *x\nc: *y\nd: &z [*z]\n",
        expect![[r#"
        ---
        : @0..35
          "a" @0..1
            {} @6..12
              "k" @7..8
                "1" @10..11
          "b" @13..14
            *x
          "c" @19..20
            broken @22..24
          "d" @25..26
            [] @31..35
              broken @32..34
        ! "*y" there is no anchor &y above this alias
        ! "*z" this alias stands inside of what it stands for
    "#]],
    );
}

#[test]
fn keys_given_twice_are_told() {
    check(
        "a: 1\nb: 2\na: 3\n",
        expect![[r#"
        ---
        : @0..14
          "a" @0..1
            "1" @3..4
          "b" @5..6
            "2" @8..9
          "a" @10..11
            "3" @13..14
        ! "a" the key a is given twice here; the last one counts
    "#]],
    );
}

#[test]
fn several_documents() {
    check(
        "a: 1\n---\nb: 2\n",
        expect![[r#"
        ---
        : @0..4
          "a" @0..1
            "1" @3..4
        ---
        : @9..13
          "b" @9..10
            "2" @12..13
    "#]],
    );
}

#[test]
fn quoted_and_block_scalars() {
    check(
        "a: \"x\\ty\"\nb: 'it''s'\nc: |\n  one\n  two\nd: >-\n  folded\n  text\ne: é\n",
        expect![[r#"
        ---
        : @0..65
          "a" @0..1
            "x\ty" quoted @3..9
          "b" @10..11
            "it's" quoted @13..20
          "c" @21..22
            "one\ntwo\n" block @28..38
          "d" @38..39
            "folded text" block @46..60
          "e" @60..61
            "é" @63..65
    "#]],
    );
}

#[test]
fn carriage_returns_and_a_byte_order_mark() {
    check(
        "\u{feff}a: 1\r\nb:\r\n  - x\r\n",
        expect![[r#"
        ---
        : @3..18
          "a" @3..4
            "1" @6..7
          "b" @9..10
            - @15..18
              "x" @17..18
    "#]],
    );
}

fn number(text: &str) -> Option<Number> {
    Scalar::new(text, Style::Plain).number()
}

#[test]
fn numbers_are_those_of_yaml() {
    use Number::{Finite, NotFinite};
    for (text, expected) in [
        ("0", Some(Finite(0.0))),
        ("-2", Some(Finite(-2.0))),
        ("+2.5", Some(Finite(2.5))),
        ("1e-9", Some(Finite(1e-9))),
        (".5", Some(Finite(0.5))),
        ("5.", Some(Finite(5.0))),
        ("1_000", Some(Finite(1000.0))),
        ("0x1F", Some(Finite(31.0))),
        ("0o17", Some(Finite(15.0))),
        ("-0x10", Some(Finite(-16.0))),
        ("1e999", Some(NotFinite)),
        (".inf", Some(NotFinite)),
        ("-.INF", Some(NotFinite)),
        (".nan", Some(NotFinite)),
        ("inf", None),
        ("nan", None),
        ("infinity", None),
        ("e5", None),
        ("", None),
        ("1,5", None),
        ("1_", None),
        ("0x", None),
        ("0x+1", None),
        ("--1", None),
        ("two", None),
    ] {
        assert_eq!(number(text), expected, "{text}");
    }
}

#[test]
fn merged_mappings_do_not_override() {
    let text = "base: &base {a: 1, b: 2}\nmore: &more {b: 3, c: 4}\nx:\n  <<: [*base, *more]\n  a: 9\n  a: 8\n";
    let (tree, _) = parse(text);
    let x = tree.documents().next().and_then(|root| root.get("x")).unwrap();
    let pairs: Vec<String> = x
        .pairs()
        .unwrap()
        .iter()
        .map(|pair| format!("{}={}", pair.name, pair.value.scalar().unwrap().text()))
        .collect();
    assert_eq!(pairs, ["a=8", "b=2", "c=4"]);
}

/// Each value that has a tag, with the text of both.
fn tagged(text: &str) -> Vec<String> {
    fn walk(value: Value<'_>, text: &str, into: &mut Vec<String>) {
        if let Some(tag) = value.tag() {
            into.push(format!("{} {:?} {:?}", tag.name, tag.span.text(text), value.span().text(text)));
        }
        for (key, value) in value.entries().into_iter().flatten() {
            walk(key, text, into);
            walk(value, text, into);
        }
        value.items().into_iter().flatten().for_each(|item| walk(item, text, into));
    }
    let (tree, problems) = parse(text);
    assert_eq!(problems, []);
    let mut seen = Vec::new();
    tree.documents().for_each(|document| walk(document, text, &mut seen));
    seen
}

#[test]
fn tags_are_kept_with_their_place() {
    let text = "\
a: !Ref Database
b: !Join ['', [!Ref x, !GetAtt y.z]]
c: !Sub
  - \"${q}\"
  - q: !Ref w
d: &anchor !Equals [1, 2]
e: *anchor
f: !Sub |
  text
g: !If
- !Base64 a
- !!str b
h: !Ref
i: ! plain
";
    let expected = [
        "Ref \"!Ref\" \"Database\"",
        "Join \"!Join\" \"['', [!Ref x, !GetAtt y.z]]\"",
        "Ref \"!Ref\" \"x\"",
        "GetAtt \"!GetAtt\" \"y.z\"",
        "Sub \"!Sub\" \"- \\\"${q}\\\"\\n  - q: !Ref w\"",
        "Ref \"!Ref\" \"w\"",
        "Equals \"!Equals\" \"[1, 2]\"",
        "Equals \"!Equals\" \"*anchor\"",
        "Sub \"!Sub\" \"text\\n\"",
        "If \"!If\" \"!Base64 a\\n- !!str b\"",
        "Base64 \"!Base64\" \"a\"",
        "Ref \"!Ref\" \"\"",
    ];
    assert_eq!(tagged(text), expected);
}
