use expect_test::expect;

use super::check;

#[test]
fn a_value_not_written_yet() {
    check(
        "a \"b\" {\n  multi_az =\n  x = 1\n}\n",
        expect![[r#"
        a "b" {
          multi_az = BROKEN()
          x = 1.0
        line 2 `multi_az =`: expected a value for `multi_az`
    "#]],
    );
    check(
        "a \"b\" {\n  multi_az = t\n  x = 1\n}\n",
        expect![[r#"
        a "b" {
          multi_az = t
          x = 1.0
    "#]],
    );
    check(
        "a \"b\" {\n  multi_az\n  x = 1\n}\n",
        expect![[r#"
        a "b" {
          x = 1.0
        line 2 `multi_az`: expected `=` and a value, or a block `{ }`, after `multi_az`
    "#]],
    );
    check(
        "a \"b\" { multi_az = }\nc = 1\n",
        expect![[r#"
        a "b" {
          multi_az = BROKEN()
        c = 1.0
        line 1 `multi_az =`: expected a value for `multi_az`
    "#]],
    );
}

#[test]
fn a_label_not_closed_yet() {
    check(
        "resource \"aws_x\" \"\nvariable \"a\" {}\n",
        expect![[r#"
        resource "aws_x" "" { unclosed
        variable "a" {
        line 1 `\"`: this label is not closed; expected `"`
    "#]],
    );
    check(
        "resource \"aws_x\" \"b {\n  x = 1\n}\nvariable \"a\" {}\n",
        expect![[r#"
        resource "aws_x" "b" {
          x = 1.0
        variable "a" {
        line 1 `\"b`: this label is not closed; expected `"`
    "#]],
    );
    check(
        "resource \"aws_x\nvariable \"a\" {}\n",
        expect![[r#"
        resource "aws_x" { unclosed
        variable "a" {
        line 1 `\"aws_x`: this label is not closed; expected `"`
    "#]],
    );
    check(
        "resource\nvariable \"a\" {}\n",
        expect![[r#"
        variable "a" {
        line 1 `resource`: expected `=` and a value, or a block `{ }`, after `resource`
    "#]],
    );
    check(
        "resource \"aws_x\" \"b\"\n\nvariable \"a\" {}\n",
        expect![[r#"
        resource "aws_x" "b" { unclosed
        variable "a" {
        line 1 `resource \"aws_x\" \"b\"`: expected `{` after this resource header
    "#]],
    );
}

#[test]
fn a_missing_closing_brace_costs_no_other_block() {
    check(
        "resource \"a\" \"b\" {\n  x = 1\n\nresource \"c\" \"d\" {\n  y = 2\n}\n",
        expect![[r#"
            resource "a" "b" { unclosed
              x = 1.0
            resource "c" "d" {
              y = 2.0
            line 1 `resource \"a\" \"b\"`: this resource block is not closed; expected `}`
        "#]],
    );
    check(
        "resource \"a\" \"b\" {\n  n {\n    x = 1\n  y = 2\n}\nresource \"c\" \"d\" {\n  z = 3\n}\n",
        expect![[r#"
            resource "a" "b" {
              n { unclosed
                x = 1.0
              y = 2.0
            resource "c" "d" {
              z = 3.0
            line 2 `n`: this n block is not closed; expected `}`
        "#]],
    );
    check(
        "a {\n  b {\n    c = 1\n",
        expect![[r#"
        a { unclosed
          b { unclosed
            c = 1.0
        line 1 `a`: this a block is not closed; expected `}`
        line 2 `b`: this b block is not closed; expected `}`
    "#]],
    );
}

#[test]
fn a_brace_too_many() {
    check(
        "a {\n  x = 1\n  }\n  y = 2\n}\nb {\n  z = 1\n}\n",
        expect![[r#"
        a {
          x = 1.0
          y = 2.0
        b {
          z = 1.0
        line 3 `}`: unexpected `}`: no block is open at this indentation
    "#]],
    );
    check(
        "a {\n}\n}\nb {\n  z = 1\n}\n",
        expect![[r#"
        a {
        b {
          z = 1.0
        line 3 `}`: unexpected `}`: no block is open here
    "#]],
    );
}

#[test]
fn an_unclosed_bracket_costs_its_attribute() {
    check(
        "a {\n  x = [1, aws_a.b.id\n  y = 2\n}\nb {\n  z = 3\n}\n",
        expect![[r#"
            a {
              x = [1.0, aws_a.b.id]
              y = 2.0
            b {
              z = 3.0
            line 2 `[`: `[` is not closed; expected `]`
        "#]],
    );
    check(
        "resource \"a\" \"b\" {\n  tags = {\n    k = 1\n  y = 2\n  n {\n    m = 1\n  }\n}\nresource \"c\" \"d\" {\n  z = 3\n}\n",
        expect![[r#"
            resource "a" "b" {
              tags = {k: 1.0}
              y = 2.0
              n {
                m = 1.0
            resource "c" "d" {
              z = 3.0
            line 2 `{`: `{` is not closed; expected `}`
        "#]],
    );
    check(
        "a = f(\nb = 1\n",
        expect![[r#"
        a = f()
        b = 1.0
        line 1 `(`: `(` is not closed; expected `)`
    "#]],
    );
    check(
        "a {\n  x = f([1, 2)\n  y = 1\n}\n",
        expect![[r#"
        a {
          x = BROKEN()
          y = 1.0
        line 2 `[`: `[` is closed by `)`; expected `]`
    "#]],
    );
}

#[test]
fn an_unclosed_string_costs_its_line() {
    check(
        "a {\n  x = \"abc\n  y = 2\n}\n",
        expect![[r#"
        a {
          x = BROKEN()
          y = 2.0
        line 2 `\"abc`: this string is not closed; expected `"`
    "#]],
    );
    check(
        "a {\n  x = \"${abc.d\n  y = 2\n}\nb {\n  z = \"q\"\n}\n",
        expect![[r#"
        a {
          x = BROKEN(abc.d)
          y = 2.0
        b {
          z = "q"
        line 2 `${`: this interpolation is not closed; expected `}`
    "#]],
    );
    check(
        "a {\n  x = [\n    \"abc,\n    \"d\",\n  ]\n  y = 2\n}\n",
        expect![[r#"
        a {
          x = [BROKEN()]
          y = 2.0
        line 3 `\"abc,`: this string is not closed; expected `"`
    "#]],
    );
}

#[test]
fn an_unclosed_heredoc_costs_its_attribute() {
    check(
        "resource \"a\" \"b\" {\n  x = <<EOT\n    text ${c.d}\n  y = 2\n}\nresource \"c\" \"d\" {\n  z = 3\n}\n",
        expect![[r#"
            resource "a" "b" {
              x = BROKEN(c.d)
              y = 2.0
            resource "c" "d" {
              z = 3.0
            line 2 `<<EOT`: this heredoc is not closed; expected `EOT` on a line of its own
        "#]],
    );
}

#[test]
fn an_unclosed_comment_costs_its_line() {
    check(
        "a = 1\n/* b = 2\nc = 3\n",
        expect![[r#"
        a = 1.0
        c = 3.0
        line 2 `/*`: this comment is not closed; expected `*/`
    "#]],
    );
}

#[test]
fn broken_headers_still_open_a_body() {
    check(
        "resource aws_x.y {\n  x = 1\n}\n",
        expect![[r#"
        resource "aws_x" "y" {
          x = 1.0
        line 1 `.`: unexpected `.`; expected an attribute `name = value` or a block `type { }`
    "#]],
    );
    check(
        "\"resource\" \"a\" \"b\" {\n  x = 1\n}\n",
        expect![[r#"
        resource "a" "b" {
          x = 1.0
        line 1 `\"resource\"`: names are written without quotes here
    "#]],
    );
    check(
        "resource \"a\" \"b\"\n{\n  x = 1\n}\n",
        expect![[r#"
        resource "a" "b" {
          x = 1.0
        line 2 `{`: `{` belongs on the line of the block's header
    "#]],
    );
    check(
        "{\n  x = 1\n}\ny = 2\n",
        expect![[r#"
         {
          x = 1.0
        y = 2.0
        line 1 `{`: expected a block type before `{`
    "#]],
    );
    check(
        "resource \"a${x}\" \"b\" {\n  x = 1\n}\n",
        expect![[r#"
        resource "a${x}" "b" {
          x = 1.0
        line 1 `\"a${x}\"`: a block label is a fixed text; `${ }` is not evaluated here
    "#]],
    );
}

#[test]
fn a_quote_too_many_or_too_few_in_a_header() {
    check(
        "resource \"a \"b\" {\n  x = 1\n}\n",
        expect![[r#"
            resource "a" "b" {
              x = 1.0
            line 1 `\"`: unexpected `"` in this header
        "#]],
    );
    check(
        "resource a\" \"b\" {\n  x = 1\n}\n",
        expect![[r#"
            resource "a" "b" {
              x = 1.0
            line 1 `\"`: unexpected `"` in this header
        "#]],
    );
    check(
        "resource \"\"a\" \"b\" {\n  x = 1\n}\n",
        expect![[r#"
            resource "a" "b" {
              x = 1.0
            line 1 `\"`: unexpected `"` in this header
        "#]],
    );
    check(
        "resource \"a\" \"b\"\" {\n  x = 1\n}\n",
        expect![[r#"
        resource "a" "b" {
          x = 1.0
        line 1 `\"`: this label is not closed; expected `"`
    "#]],
    );
}

#[test]
fn a_header_whose_brace_is_missing_still_has_its_body() {
    check(
        "resource \"a\" \"b\"\n  x = 1\n  n\n    y = 2\n  }\n}\nlocals\n  z = 3\n}\n",
        expect![[r#"
        resource "a" "b" {
          x = 1.0
          n {
            y = 2.0
        locals {
          z = 3.0
        line 1 `resource \"a\" \"b\"`: expected `{` after this resource header
        line 3 `n`: expected `{` after this n header
        line 7 `locals`: expected `{` after this locals header
    "#]],
    );
}

#[test]
fn a_brace_inside_a_line_closes_nothing_that_began_before_it() {
    check(
        "a {\n  x = f(b}(c))\n  y }= 2\n  for_each = for k in v : k }\n  z = 3\n}\n",
        expect![[r#"
        a {
          x = BROKEN(b, c)
          for_each = BROKEN(k, v, k)
          z = 3.0
        line 2 `(`: `(` is closed by `}`; expected `)`
        line 3 `y`: expected `=` and a value, or a block `{ }`, after `y`
        line 3 `}`: unexpected `}`: no block is open at this indentation
        line 3 `= 2`: unexpected `= 2`; expected an attribute `name = value` or a block `type { }`
        line 4 `k`: unexpected `k`; expected an operator, or the end of this value
        line 4 `}`: unexpected `}`: no block is open at this indentation
    "#]],
    );
}

#[test]
fn broken_names_still_name_an_attribute() {
    check(
        "a {\n  \"x\" = 1\n  y : 2\n  p q = { r = 1 }\n  s.t = 3\n  -u = 4\n}\n",
        expect![[r#"
        a {
          x = 1.0
          y = 2.0
          q = {r: 1.0}
          t = 3.0
          u = 4.0
        line 2 `\"x\"`: names are written without quotes here
        line 3 `:`: expected `=` instead of `:`
        line 4 `p q`: `p q` is not a name; expected one word before `=`
        line 5 `s.t`: `s.t` is not a name; expected one word before `=`
        line 6 `-u`: `-u` is not a name; expected one word before `=`
    "#]],
    );
}

#[test]
fn commas_and_junk_between_items() {
    check(
        "a {\n  x = 1,\n  y = 2\n  ))) ???\n  %% $\n  z = 3\n}\n;\nb {}\n",
        expect![[r#"
        a {
          x = 1.0
          y = 2.0
          z = 3.0
        b {
        line 2 `,`: unexpected `,`: attributes are separated by line breaks
        line 4 `))) ???\n  %% $`: unexpected `))) ???`; expected an attribute `name = value` or a block `type { }`
        line 8 `;`: unexpected `;`; expected an attribute `name = value` or a block `type { }`
    "#]],
    );
}

#[test]
fn two_errors_in_one_file_are_both_told() {
    check(
        "a {\n  x = [1,\n  y = \n}\nb {\n  z = 1 +\n  w = 2\n}\n",
        expect![[r#"
        a {
          x = [1.0]
          y = BROKEN()
        b {
          z = BROKEN()
          w = 2.0
        line 2 `[`: `[` is not closed; expected `]`
        line 3 `y =`: expected a value for `y`
        line 6 `+`: the value ends after `+`; expected a value
    "#]],
    );
}
