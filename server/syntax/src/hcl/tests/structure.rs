use expect_test::expect;

use super::check;
use crate::hcl::parse;

#[test]
fn blocks_attributes_and_labels() {
    check(
        r#"
# a comment
resource "aws_instance" web { // another
  ami = "a" # trailing
  /* in between */ count = 2
  root_block_device { size = 1 }

  nested "x" {
    deep = [
      1, # one
      2,
    ]
  }
}
locals {}
a = 1"#,
        expect![[r#"
            resource "aws_instance" "web" {
              ami = "a"
              count = 2.0
              root_block_device {
                size = 1.0
              nested "x" {
                deep = [1.0, 2.0]
            locals {
            a = 1.0
        "#]],
    );
}

#[test]
fn spans_are_those_of_the_text() {
    let text = "resource \"a\" b {\n  x  =  1 + 2  # c\n}\n";
    let (body, _) = parse(text);
    let block = &body.blocks[0];
    let attribute = &block.body.attributes[0];
    let shown = [
        block.span,
        block.kind_span,
        block.header_span,
        block.labels[0].span,
        block.labels[1].span,
        block.body.span,
        attribute.span(),
        attribute.name_span,
        attribute.value_span,
        attribute.in_file(attribute.expr.span),
    ]
    .map(|span| span.text(text));
    expect![[r#"
        [
            "resource \"a\" b {\n  x  =  1 + 2  # c\n}",
            "resource",
            "resource \"a\" b",
            "\"a\"",
            "b",
            "\n  x  =  1 + 2  # c\n",
            "x  =  1 + 2",
            "x",
            "1 + 2",
            "1 + 2",
        ]
    "#]]
    .assert_debug_eq(&shown);
}

#[test]
fn carriage_returns_and_byte_order_mark() {
    check(
        "\u{feff}a = 1\r\nb {\r\n  c = [\r\n    1,\r\n  ]\r\n  d = \"x\"\r\n}\r\n",
        expect![[r#"
        a = 1.0
        b {
          c = [1.0]
          d = "x"
    "#]],
    );
}

#[test]
fn heredocs_hide_what_looks_like_items() {
    check(
        "a {\n  x = <<EOT\nresource \"b\" \"c\" {\n}\n\"${var.y}\"\n  EOT\n  y = [<<-A, 1]\n}\nz = <<A\nA B\n A\n",
        expect![[r#"
            a {
              x = template<"resource \"b\" \"c\" {\n}\n\"" var.y "\"\n">
              y = [BROKEN(), 1.0]
            z = "A B\n"
            line 7 `<<-A`: this heredoc is not closed; expected `A` on a line of its own
        "#]],
    );
}

#[test]
fn strings_hide_brackets_and_quotes() {
    check(
        r#"
a = "} \" { ${ f("}", { x = "${"]"}" }) } $${ %%{ \\"
b = "${
  c
}"
"#,
        expect![[r#"
            a = template<"} \" { " f("}", {x: template<"]">}) " ${ %{ \\">
            b = template<c>
        "#]],
    );
}

#[test]
fn one_line_blocks_hold_one_attribute() {
    check(
        "a { b = 1 }\nc { d = { e = 1 } }\nf {}\ng { h {} }\n",
        expect![[r#"
        a {
          b = 1.0
        c {
          d = {e: 1.0}
        f {
        g {
          h {
    "#]],
    );
}

#[test]
fn repeated_attributes_are_both_kept() {
    check(
        "a {\n  x = 1\n  y = 2\n  x = 3\n}\na {\n  x = 1\n}\n",
        expect![[r#"
        a {
          x = 1.0
          y = 2.0
          x = 3.0
        a {
          x = 1.0
        line 4 `x`: `x` is set twice in this block
    "#]],
    );
}

#[test]
fn comments_around_values() {
    check(
        "a = /* x */ 1 /* y */ + /* z */ 2 // w\nb = # nothing\nc = /* only */\n",
        expect![[r#"
        a = (Add 1.0 2.0)
        b = BROKEN()
        c = BROKEN()
        line 2 `b =`: expected a value for `b`
        line 3 `c =`: expected a value for `c`
    "#]],
    );
}

#[test]
fn characters_that_look_like_others_in_names() {
    check(
        "\u{a0}a = 1\nb–c {\n  e\u{301} = 2\n}\n",
        expect![[r#"
         a = 1.0
        b–c {
          é = 2.0
        line 1 `\u{a0}a`: names cannot have the character U+00A0
        line 2 `b–c`: names cannot have the character U+2013
    "#]],
    );
}

#[test]
fn tfvars() {
    check(
        "region = \"eu\"\nzones = [\n\"a\",\n\"b\"\n]\ntags = {\n  a = 1\n  \"b c\" : 2\n}\n",
        expect![[r#"
        region = "eu"
        zones = ["a", "b"]
        tags = {a: 1.0, <"b c">: 2.0}
    "#]],
    );
}

#[test]
fn names_beyond_ascii() {
    check(
        "größe = 1\nblöck \"ünïcode\" {\n  ключ = größe.x\n}\n",
        expect![[r#"
        größe = 1.0
        blöck "ünïcode" {
          ключ = größe.x
    "#]],
    );
}
