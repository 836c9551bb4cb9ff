use expect_test::{Expect, expect};

use super::print;
use crate::hcl::parse_expression;

/// One expression per line of the fixture.
fn check_lines(fixture: &str, expect: Expect) {
    let shown = fixture.trim().lines().map(|line| {
        let (expr, problems) = parse_expression(line);
        format!("{}\n{}", print::expr(&expr), print::problems(line, &problems))
    });
    expect.assert_eq(&shown.collect::<String>());
}

fn check_one(fixture: &str, expect: Expect) {
    let (expr, problems) = parse_expression(fixture);
    expect.assert_eq(&(print::expr(&expr) + "\n" + &print::problems(fixture, &problems)));
}

#[test]
fn literals() {
    check_lines(
        r#"
null
true
1
-1.5
1e3
18446744073709551616
0.1
"a\tb\"c\\ \u00e9 \U0001F600"
"$${x} %%{y} $x 5%"
""
"#,
        expect![[r#"
            null
            true
            1.0
            -1.5
            1000.0
            inf
            0.1
            "a\tb\"c\\ é 😀"
            "${x} %{y} $x 5%"
            ""
        "#]],
    );
}

#[test]
fn references() {
    check_lines(
        r#"
var.x
aws_instance.a-b[0].id
a.0.b
a[*].b
a.*.b
a["k"][each.key].x
a[var.i + 1]
(a).b
f(x).y[0]
"#,
        expect![[r#"
            var.x
            aws_instance.a-b[0.0].id
            a[0.0].b
            a[*].b
            a.*.b
            a["k"][each.key].x
            a[(Add var.i 1.0)]
            paren(a).b
            f(x).y[0.0]
        "#]],
    );
}

#[test]
fn operators_bind_as_in_terraform() {
    check_lines(
        r#"
1 + 2 * 3 - 4
!a && b || c == d
-a.b + 1
a ? b : c ? d : e
a <= 1 && b > 2 != c
(1 + 2) * 3
a % 2
- 5
!!a
"#,
        expect![[r#"
            (Subtract (Add 1.0 (Multiply 2.0 3.0)) 4.0)
            (Or (And (Not a) b) (Equal c d))
            (Add (Negate a.b) 1.0)
            (if a then b else (if c then d else e))
            (And (LessEqual a 1.0) (NotEqual (Greater b 2.0) c))
            (Multiply paren((Add 1.0 2.0)) 3.0)
            (Modulo a 2.0)
            -5.0
            (Not (Not a))
        "#]],
    );
}

#[test]
fn containers_calls_and_for() {
    check_lines(
        r#"
[1, "a", [], {},]
{ a = 1, "b" = 2, (c) = 3, d.e = 4, f : 5 }
f()
f(a, b...)
provider::x::f(1)
[for x in y : x.z if x.w != null]
{for k, v in m : k => v...}
{for k, v in m : "${k}-x" => { a = v } if v}
{ a = 1, a = 2 }
[{ a = 1, a = 2 }]
"#,
        expect![[r#"
            [1.0, "a", [], {}]
            {a: 1.0, <"b">: 2.0, <paren(c)>: 3.0, <d.e>: 4.0, f: 5.0}
            f()
            f(a, b...)
            provider::x::f(1.0)
            (for x in y: x.z if (NotEqual x.w null))
            (for k, v in m: k => v...)
            (for k, v in m: template<k "-x"> => {a: v} if v)
            {a: 1.0, a: 2.0}
            [{a: 1.0, a: 2.0}]
        "#]],
    );
}

#[test]
fn templates() {
    check_lines(
        r#"
"${x}"
"a ${x} b"
"a ${~ x ~} b"
"%{ if a }yes%{ else }no%{ endif }"
"%{ for k, v in m ~} ${k} %{ endfor }"
"${"${x}"}"
"${a ? "b" : "c"}"
"#,
        expect![[r#"
            template<x>
            template<"a " x " b">
            template<"a" x "b">
            template<if a ["yes"] ["no"]>
            template<for k, v in m [k " "]>
            template<template<x>>
            template<(if a then "b" else "c")>
        "#]],
    );
}

#[test]
fn heredoc_keeps_its_text() {
    check_one(
        "<<EOT\n  a \\n \"b\"\n $${c}\nEOT",
        expect![[r#"
        "  a \\n \"b\"\n ${c}\n"
    "#]],
    );
}

#[test]
fn flush_heredoc_loses_the_smallest_indentation() {
    check_one(
        "<<-EOT\n    a\n      b ${x}\n\n    c\n  EOT",
        expect![[r#"
        template<"a\n  b " x "\n\nc\n">
    "#]],
    );
}

#[test]
fn flush_heredoc_with_an_interpolation_at_the_line_start_keeps_its_indentation() {
    check_one(
        "<<-EOT\n    a\n${x}\n    EOT",
        expect![[r#"
        template<"    a\n" x "\n">
    "#]],
    );
}

#[test]
fn trim_marks_in_a_heredoc_reach_to_the_end_of_the_line() {
    check_one(
        "<<EOT\n%{ for x in y ~}\n  server ${x}\n%{ endfor ~}\nEOT",
        expect![[r#"
        template<for x in y ["  server " x "\n"]>
    "#]],
    );
}

#[test]
fn empty_heredoc() {
    check_one(
        "<<EOT\nEOT",
        expect![[r#"
        ""
    "#]],
    );
}

#[test]
fn heredocs_in_lists_and_calls() {
    check_one(
        "f([<<A\n1\nA\n, <<-B\n  2\n  B\n])",
        expect![[r#"
        f(["1\n", "2\n"])
    "#]],
    );
}

#[test]
fn line_breaks_inside_brackets_mean_nothing() {
    check_one(
        "{ for k, v in m :\n  k\n  => # why\n  v\n  ? 1\n  : 2\n  if v &&\n  k }",
        expect![[r#"
        (for k, v in m: k => (if v then 1.0 else 2.0) if (And v k))
    "#]],
    );
    check_one(
        "f(\n  a\n  ||\n  b, # c\n)",
        expect![[r#"
        f((Or a b))
    "#]],
    );
    check_one(
        "{ for k in [<<A\n1\nA\n] :\n  k\n  => 1 }",
        expect![[r#"
        (for k in ["1\n"]: k => 1.0)
    "#]],
    );
}

#[test]
fn spans_count_from_the_start_of_the_text() {
    let text = "  merge( { a = var.x.y[0] }, <<-E\n    ${b.c}\n  E\n)";
    let (expr, _) = parse_expression(text);
    let mut shown = Vec::new();
    super::laws::walk(&expr, &mut |span| shown.push(span.text(text).to_owned()));
    expect![[r#"
        [
            "merge( { a = var.x.y[0] }, <<-E\n    ${b.c}\n  E\n)",
            "{ a = var.x.y[0] }",
            "a",
            "var.x.y[0]",
            "var",
            ".x",
            ".y",
            "[0]",
            "0",
            "<<-E\n    ${b.c}\n  E",
            "b.c",
            "b",
            ".c",
        ]
    "#]]
    .assert_debug_eq(&shown);
}

#[test]
fn a_broken_element_costs_itself() {
    check_one(
        "{\n  a = 1\n  b =\n  c = var.x +\n  d = [1, 2]\n  e\n}",
        expect![[r#"
        {a: 1.0, b: BROKEN(), c: BROKEN(var.x), d: [1.0, 2.0], <e>: BROKEN()}
        line 3 `=`: expected a value here
        line 4 `+`: the value ends after `+`; expected a value
        line 6 `e`: expected `=` and a value after this key
    "#]],
    );
    check_one(
        "[a.b, c. , d.e]",
        expect![[r#"
        [a.b, BROKEN(c), d.e]
        line 1 `.`: the value ends after `.`; expected a value
    "#]],
    );
    check_one(
        "merge(local.tags, { Name = \"${var.name\" }, var.y)",
        expect![[r#"
        merge(local.tags, {Name: BROKEN(var.name)})
        line 1 `${`: this interpolation is not closed; expected `}`
    "#]],
    );
    check_one(
        "jsonencode({\n  x = [{ y = 1 +, z = a.b }]\n})",
        expect![[r#"
        jsonencode({x: [{y: BROKEN(), z: a.b}]})
        line 2 `+`: the value ends after `+`; expected a value
    "#]],
    );
}

#[test]
fn problems_name_what_was_expected() {
    check_lines(
        r#"
"a\q"
"\u12"
f(1 2)
[1 2]
{ a = 1 b = 2 }
[for x in y]
[for in y : x]
{for k in y : k}
a ? b
a ?
a..b
a[
a[1
a b
"${}"
"${a b}"
"%{ if x }"
"%{ else }"
1 = 2
a => b
<<EOT
<< EOT
@
1.
"#,
        expect![[r#"
            BROKEN()
            line 1 `\\q`: `\q` is not an escape; expected `\n`, `\r`, `\t`, `\u`, `\U`, `\"` or `\\`
            BROKEN()
            line 1 `\\u`: `\u` is followed by 4 hexadecimal digits
            f(BROKEN())
            line 1 `2`: unexpected `2`; expected an operator, or the end of this value
            [BROKEN()]
            line 1 `2`: unexpected `2`; expected an operator, or the end of this value
            {a: BROKEN()}
            line 1 `b`: unexpected `b`; expected an operator, or the end of this value
            BROKEN(x, y)
            line 1 `]`: unexpected `]`; expected `:`
            BROKEN(y, x)
            line 1 `y`: unexpected `y`; expected `in`
            BROKEN(k, y, k)
            line 1 `}`: unexpected `}`; expected `=>`
            BROKEN(a, b)
            line 1 `b`: the value ends after `b`; expected `:`
            BROKEN(a)
            line 1 `?`: the value ends after `?`; expected a value
            BROKEN(a)
            line 1 `.`: unexpected `.`; expected an operator, or the end of this value
            BROKEN(a)
            line 1 `[`: `[` is not closed; expected `]`
            BROKEN(a)
            line 1 `[`: `[` is not closed; expected `]`
            BROKEN(a, b)
            line 1 `b`: unexpected `b`; expected an operator, or the end of this value
            BROKEN()
            line 1 `}`: unexpected `}`; expected a value
            BROKEN(a, b)
            line 1 `b`: unexpected `b`; expected `}`
            BROKEN(x)
            line 1 `%{`: this directive is not complete; expected `%{ if }` with `%{ endif }` or `%{ for }` with `%{ endfor }`
            BROKEN()
            line 1 `%{`: this directive is not complete; expected `%{ if }` with `%{ endif }` or `%{ for }` with `%{ endfor }`
            BROKEN()
            line 1 `=`: unexpected `=`; expected an operator, or the end of this value
            BROKEN(b)
            line 1 `=`: unexpected `=`; expected an operator, or the end of this value
            BROKEN()
            line 1 `<<EOT`: this heredoc is not closed; expected `EOT` on a line of its own
            BROKEN(EOT)
            line 1 `EOT`: unexpected `EOT`; expected identifier
            BROKEN()
            line 1 `@`: the value ends after `@`; expected a value
            BROKEN()
            line 1 `.`: the value ends after `.`; expected a value
        "#]],
    );
}

#[test]
fn references_survive_in_broken_text() {
    check_lines(
        r#"
var.a + + module.b.c[0].d
"${aws_x.y.id
f(a.b, "${c.d}" e.f
a.b["k"].c[*].d ? 
local.x.
1 2
]
a ? b
"#,
        expect![[r#"
            BROKEN(var.a, module.b.c[0.0].d)
            line 1 `+`: unexpected `+`; expected a value
            BROKEN(aws_x.y.id)
            line 1 `${`: this interpolation is not closed; expected `}`
            f(a.b, BROKEN(c.d, e.f))
            line 1 `(`: `(` is not closed; expected `)`
            line 1 `e`: unexpected `e`; expected an operator, or the end of this value
            BROKEN(a.b["k"].c[*].d)
            line 1 `?`: the value ends after `?`; expected a value
            BROKEN(local.x)
            line 1 `.`: the value ends after `.`; expected a value
            BROKEN()
            line 1 `2`: unexpected `2`; expected an operator, or the end of this value
            BROKEN()
            line 1 `]`: unexpected `]`: nothing is open here
            BROKEN(a, b)
            line 1 `b`: the value ends after `b`; expected `:`
        "#]],
    );
}

#[test]
fn a_heredoc_ends_at_a_line_that_is_its_marker() {
    check_one(
        "<<-EOF\n    cat <<EOF\n    a\n    EOF'\n    EOF)\n    EOF x\n    EOFS ${x}\n  EOF",
        expect![[r#"
        template<"cat <<EOF\na\nEOF'\nEOF)\nEOF x\nEOFS " x "\n">
    "#]],
    );
    check_one(
        "f(<<A\r\nA\"\r\nA\r\n, <<E\nE,\n E\n)",
        expect![[r#"
            f("A\"\r\n", "E,\n")
        "#]],
    );
}
