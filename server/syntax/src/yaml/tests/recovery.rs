use expect_test::{Expect, expect};

use super::super::parse;
use super::paths;

/// What is left of a broken text, and what is said of the rest.
fn left(text: &str, expect: Expect) {
    let mut lines = paths(text);
    for problem in parse(text).1 {
        lines.push(format!("! {:?} {}", problem.span.text(text), problem.message));
    }
    expect.assert_eq(&(lines.join("\n") + "\n"));
}

const HEAD: &str = "components:\n  - id: db\n    type: database\n";
const TAIL: &str = "  - id: web\n    type: web_server\ndependencies:\n  - source: web\n    target: db\n";

fn between(line: &str, expect: Expect) {
    left(&format!("{HEAD}{line}\n{TAIL}"), expect);
}

#[test]
fn a_key_without_its_colon() {
    between(
        "    replicas",
        expect![[r#"
        .components.db.id=db
        .components.db.type=database
        .components.web.id=web
        .components.web.type=web_server
        .dependencies.0.source=web
        .dependencies.0.target=db
        ! "replicas" this is not YAML (simple key expected ':'); the line is left out
    "#]],
    );
}

#[test]
fn a_key_without_its_value() {
    between(
        "    replicas:",
        expect![[r#"
        .components.db.id=db
        .components.db.type=database
        .components.db.replicas=
        .components.web.id=web
        .components.web.type=web_server
        .dependencies.0.source=web
        .dependencies.0.target=db
    "#]],
    );
}

#[test]
fn a_new_item() {
    between(
        "  -",
        expect![[r#"
        .components.db.id=db
        .components.db.type=database
        .components.1=
        .components.web.id=web
        .components.web.type=web_server
        .dependencies.0.source=web
        .dependencies.0.target=db
    "#]],
    );
    between(
        "  - id",
        expect![[r#"
        .components.db.id=db
        .components.db.type=database
        .components.1=id
        .components.web.id=web
        .components.web.type=web_server
        .dependencies.0.source=web
        .dependencies.0.target=db
    "#]],
    );
    between(
        "  - id:",
        expect![[r#"
        .components.db.id=db
        .components.db.type=database
        .components..id=
        .components.web.id=web
        .components.web.type=web_server
        .dependencies.0.source=web
        .dependencies.0.target=db
    "#]],
    );
    between(
        "  - id: n\n    ty",
        expect![[r#"
        .components.db.id=db
        .components.db.type=database
        .components.n.id=n
        .components.web.id=web
        .components.web.type=web_server
        .dependencies.0.source=web
        .dependencies.0.target=db
        ! "ty" this is not YAML (simple key expected ':'); the line is left out
    "#]],
    );
}

#[test]
fn an_open_quote() {
    between(
        "    name: \"Orders",
        expect![[r#"
        .components.db.id=db
        .components.db.type=database
        .components.web.id=web
        .components.web.type=web_server
        .dependencies.0.source=web
        .dependencies.0.target=db
        ! "name: \"Orders" this is not YAML (invalid indentation in multiline quoted scalar); the line is left out
    "#]],
    );
    between(
        "    name: 'Orders",
        expect![[r#"
        .components.db.id=db
        .components.db.type=database
        .components.web.id=web
        .components.web.type=web_server
        .dependencies.0.source=web
        .dependencies.0.target=db
        ! "name: 'Orders" this is not YAML (invalid indentation in multiline quoted scalar); the line is left out
    "#]],
    );
}

#[test]
fn an_open_bracket() {
    between(
        "    zones: [a, b",
        expect![[r#"
        .components.db.id=db
        .components.db.type=database
        .components.web.id=web
        .components.web.type=web_server
        .dependencies.0.source=web
        .dependencies.0.target=db
        ! "zones: [a, b" this is not YAML (illegal placement of ':' indicator); the line is left out
    "#]],
    );
    between(
        "    zones: [a,",
        expect![[r#"
        .components.db.id=db
        .components.db.type=database
        .components.web.id=web
        .components.web.type=web_server
        .dependencies.0.source=web
        .dependencies.0.target=db
        ! "zones: [a," this is not YAML ("-" is only valid inside a block); the line is left out
    "#]],
    );
    between(
        "    capacity: {max_rps: 5",
        expect![[r#"
        .components.db.id=db
        .components.db.type=database
        .components.web.id=web
        .components.web.type=web_server
        .dependencies.0.source=web
        .dependencies.0.target=db
        ! "capacity: {max_rps: 5" this is not YAML (while parsing a flow mapping, did not find expected ',' or '}'); the line is left out
    "#]],
    );
}

#[test]
fn wrong_indentation() {
    between(
        "   replicas: 2",
        expect![[r#"
        .components.db.id=db
        .components.db.type=database
        .components.web.id=web
        .components.web.type=web_server
        .dependencies.0.source=web
        .dependencies.0.target=db
        ! "replicas: 2" this is not YAML (while parsing a block collection, did not find expected '-' indicator); the line is left out
    "#]],
    );
    between(
        "      replicas: 2",
        expect![[r#"
        .components.db.id=db
        .components.db.type=database
        .components.web.id=web
        .components.web.type=web_server
        .dependencies.0.source=web
        .dependencies.0.target=db
        ! "replicas: 2" this is not YAML (mapping values are not allowed in this context); the line is left out
    "#]],
    );
    between(
        "\treplicas: 2",
        expect![[r#"
        .components.db.id=db
        .components.db.type=database
        .components.web.id=web
        .components.web.type=web_server
        .dependencies.0.source=web
        .dependencies.0.target=db
        ! "replicas: 2" this is not YAML (while scanning a plain scalar, found a tab); the line is left out
    "#]],
    );
}

#[test]
fn what_follows_a_lost_dash_is_lost_with_it() {
    between(
        "   - id: cache\n    type: cache\n    replicas: 2",
        expect![[r#"
        .components.db.id=db
        .components.db.type=database
        .components.web.id=web
        .components.web.type=web_server
        .dependencies.0.source=web
        .dependencies.0.target=db
        ! "- id: cache" this is not YAML (while parsing a block collection, did not find expected '-' indicator); the line is left out
    "#]],
    );
    between(
        "  - id: x: y\n    type: cache\n    replicas: 2",
        expect![[r#"
        .components.db.id=db
        .components.db.type=database
        .components.web.id=web
        .components.web.type=web_server
        .dependencies.0.source=web
        .dependencies.0.target=db
        ! "- id: x: y" this is not YAML (mapping values are not allowed in this context); the line is left out
    "#]],
    );
    between(
        "    zones:\n      - a: b: c\n    replicas: 2",
        expect![[r#"
        .components.db.id=db
        .components.db.type=database
        .components.db.zones=
        .components.db.replicas=2
        .components.web.id=web
        .components.web.type=web_server
        .dependencies.0.source=web
        .dependencies.0.target=db
        ! "- a: b: c" this is not YAML (mapping values are not allowed in this context); the line is left out
    "#]],
    );
    between(
        "    - id: cache\n    type: cache\n    replicas: 2",
        expect![[r#"
        .components.db.id=db
        .components.db.type=database
        .components.db.replicas=2
        .components.web.id=web
        .components.web.type=web_server
        .dependencies.0.source=web
        .dependencies.0.target=db
        ! "- id: cache" this is not YAML (while parsing a block mapping, did not find expected key); the line is left out
    "#]],
    );
}

#[test]
fn two_values_on_a_line() {
    between(
        "    a: b: c",
        expect![[r#"
        .components.db.id=db
        .components.db.type=database
        .components.web.id=web
        .components.web.type=web_server
        .dependencies.0.source=web
        .dependencies.0.target=db
        ! "a: b: c" this is not YAML (mapping values are not allowed in this context); the line is left out
    "#]],
    );
}

#[test]
fn several_errors_are_all_told() {
    left(
        "a: 1\nb: x: y\nc: 2\nd: p: q\ne: @\nf: 3\n",
        expect![[r#"
        .a=1
        .c=2
        .f=3
        ! "b: x: y" this is not YAML (mapping values are not allowed in this context); the line is left out
        ! "d: p: q" this is not YAML (mapping values are not allowed in this context); the line is left out
        ! "e: @" this is not YAML (unexpected character: `@'); the line is left out
    "#]],
    );
}
