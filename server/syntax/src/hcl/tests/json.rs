//! Tests like data: a text, and the tree it gives.

use expect_test::{Expect, expect};
use foreshock_text::Span;
use proptest::prelude::*;

use super::super::{Attributes, parse_json, parse_json_values};
use super::print;

struct Tags;

impl Attributes for Tags {
    fn is_attribute(&self, _resource_type: &str, name: &str, _flat: bool) -> bool {
        name == "tags"
    }
}

fn check(fixture: &str, expect: Expect) {
    let (body, problems) = parse_json(None, fixture, &Tags);
    expect.assert_eq(&(print::body(&body) + &print::problems(fixture, &problems)));
}

#[test]
fn labels_are_nested_objects_or_lists_of_objects() {
    check(
        r#"{
  "//": "a comment",
  "resource": {"aws_instance": {"web": {"count": 2, "tags": {"a": "b"}}, "db": [{"ami": "x"}]}},
  "output": [{"a": {"value": 1}}, {"b": {"value": true}}],
  "locals": {"n": null}
}"#,
        expect![[r#"
            resource "aws_instance" "web" {
              count = 2.0
              tags = {<"a">: "b"}
            resource "aws_instance" "db" {
              ami = "x"
            output "a" {
              value = 1.0
            output "b" {
              value = true
            locals {
              n = null
        "#]],
    );
}

#[test]
fn objects_in_resources_are_blocks_unless_they_are_known_as_attributes() {
    check(
        r#"{"resource": {"t": {"n": {
  "root_block_device": {"size": 1},
  "ebs": [{"size": 1}, {"size": 2}],
  "names": ["a", "b"],
  "none": [],
  "dynamic": {"ingress": {"for_each": "${var.p}", "iterator": "it", "content": {"port": "${it.value}"}}},
  "lifecycle": {"ignore_changes": ["tags"], "precondition": [{"condition": "${true}"}]},
  "provisioner": [{"local-exec": {"command": "true"}}]
}}}}"#,
        expect![[r#"
            resource "t" "n" {
              root_block_device {
                size = 1.0
              ebs {
                size = 1.0
              ebs {
                size = 2.0
              names = ["a", "b"]
              none = []
              dynamic "ingress" {
                for_each = template<var.p>
                iterator = it
                content {
                  port = template<it.value>
              lifecycle {
                ignore_changes = [tags]
                precondition {
                  condition = template<true>
              provisioner "local-exec" {
                command = "true"
        "#]],
    );
}

#[test]
fn texts_are_templates_names_or_nothing_but_texts() {
    check(
        r#"{
  "variable": {"v": {"type": "list(object({a = string}))", "default": "${not.evaluated}"}},
  "module": {"m": {"source": "./m", "providers": {"aws": "aws.west"}, "depends_on": ["aws_x.y"], "a": "x-${var.v[0]}"}},
  "resource": {"t": {"n": {"provider": "aws.west", "a": "${jsonencode(\"q\\n\")}", "b": "$${kept}", "c": ["${a.b}", "\"${c.d}\""]}}}
}"#,
        expect![[r#"
            variable "v" {
              type = list(object({a: string}))
              default = "${not.evaluated}"
            module "m" {
              source = "./m"
              providers = {<aws>: aws.west}
              depends_on = [aws_x.y]
              a = template<"x-" var.v[0.0]>
            resource "t" "n" {
              provider = aws.west
              a = template<jsonencode("q\n")>
              b = "${kept}"
              c = [template<a.b>, template<"\"" c.d "\"">]
        "#]],
    );
}

#[test]
fn half_typed_text_loses_only_what_is_missing() {
    let mut shown = String::new();
    for fixture in [
        r#"{"resource": {"t": {"a": {"x": 1, "y": }, "b": {"z": 2}}}}"#,
        "{\"resource\": {\"t\": {\"a\": {\"x\": 1,\n \"y\n \"z\": \"open },\n \"b\": {\"z\": 2}}}}",
        "{\"locals\": {\n\"a\":\n\"b\": 1 \"c\": 2, d: 3,, // no\n\"e\": [1,, 2,], \"f\": yes, }",
        r#"{"output": {"a": {"value": "${var.x +}"}}"#,
        "",
        "[",
        r#"{"unknown": 1, "resource": 3, "locals": "x"} trailing"#,
    ] {
        let (body, problems) = parse_json(None, fixture, &Tags);
        shown += &format!("---\n{}{}", print::body(&body), print::problems(fixture, &problems));
    }
    expect![[r#"
        ---
        resource "t" "a" {
          x = 1.0
          y = BROKEN()
        resource "t" "b" {
          z = 2.0
        line 1 ``: expected a value
        ---
        resource "t" "a" {
          x = 1.0
          y = BROKEN()
          z = "open"
        resource "t" "b" {
          z = 2.0
        line 2 `\"y`: this text is not closed; expected `"`
        line 2 `y`: expected `:` and a value after this key
        line 3 `\"open`: this text is not closed; expected `"`
        ---
        locals {
          a = BROKEN()
          b = 1.0
          c = 2.0
          d = 3.0
          e = [1.0, 2.0]
          f = BROKEN()
        line 1 `{`: `{` is not closed; expected `}`
        line 2 ``: expected a value
        line 3 `1`: expected `,` after this
        line 3 `d`: `d` stands without its double quotes
        line 3 `,`: expected a key before this comma
        line 3 `// no`: JSON has no comments; a key "//" holds one
        line 4 `,`: expected a value before this comma
        line 4 `,`: a comma before `]` is no JSON
        line 4 `yes`: `yes` is no JSON value; texts stand in double quotes
        line 4 `,`: a comma before `}` is no JSON
        ---
        output "a" {
          value = BROKEN(var.x)
        line 1 `{`: `{` is not closed; expected `}`
        line 1 `}`: unexpected `}`; expected a value
        ---
        ---
        line 1 `[`: `[` is not closed; expected `]`
        ---
        line 1 `unknown`: `unknown` is not known at the top of a Terraform file
        line 1 `3`: expected an object with the names of each `resource`
        line 1 `\"x\"`: expected an object `{ }` as the content of `locals`
        line 1 `trailing`: nothing is expected after the end of the JSON value
    "#]]
    .assert_eq(&shown);
}

#[test]
fn values_of_variables_are_taken_as_they_are() {
    let (body, problems) = parse_json_values(r#"{"a": "${x}", "b": [1, {"c": "\ud83d\ude00\u00e9"}]}"#);
    expect![[r#"
        a = "${x}"
        b = [1.0, {<"c">: "😀é"}]
    "#]]
    .assert_eq(&(print::body(&body) + &print::problems("", &problems)));
}

#[test]
fn places_lead_through_escapes() {
    let text = r#"{"locals": {"a": "é\"\u00e9${lookup(var.map, \"k\")}"}}"#;
    let (body, problems) = parse_json(None, text, &Tags);
    assert_eq!(problems, []);
    let attribute = &body.blocks[0].body.attributes[0];
    let mut found = Vec::new();
    walk(&attribute.expr, &mut |span| found.push(attribute.in_file(span).text(text)));
    assert_eq!(
        found,
        [
            "\"é\\\"\\u00e9${lookup(var.map, \\\"k\\\")}\"",
            "lookup(var.map, \\\"k\\\")",
            "var.map",
            "var",
            ".map",
            "\\\"k\\\""
        ]
    );
}

fn walk(expr: &crate::hcl::Expr, visit: &mut dyn FnMut(Span)) {
    let spans = std::cell::RefCell::new(Vec::new());
    crate::hcl::spans::map(&mut expr.clone(), &|span| {
        spans.borrow_mut().push(span);
        span
    });
    spans.into_inner().into_iter().for_each(visit);
}

proptest! {
    #[test]
    fn any_text_gives_spans_inside_it(text in r#"[\[\]{}",:\\a$ué0 \n%]{0,60}"#) {
        let (body, problems) = parse_json(None, &text, &Tags);
        let inside = |span: Span| (span.end as usize) <= text.len() && text.get(span.start as usize..span.end as usize).is_some();
        prop_assert!(problems.iter().all(|problem| inside(problem.span)), "{:?}", problems);
        prop_assert!(body.blocks.iter().all(|block| inside(block.span) && inside(block.header_span)));
        let (values, _) = parse_json_values(&text);
        for attribute in &values.attributes {
            prop_assert!(inside(attribute.value_span));
            let mut spans = Vec::new();
            walk(&attribute.expr, &mut |span| spans.push(attribute.in_file(span)));
            prop_assert!(spans.into_iter().all(inside));
        }
    }

    #[test]
    fn sound_json_has_no_problems_and_a_cut_one_no_panic(numbers in proptest::collection::vec("[a-z]{1,4}", 0..6), cut in 0usize..200) {
        let entries: Vec<String> = numbers.iter().enumerate().map(|(n, name)| format!("\"{name}{n}\": [{{\"x\": \"${{var.{name}}}\"}}]")).collect();
        let text = format!("{{\"locals\": {{{}}}}}", entries.join(",\n"));
        let (body, problems) = parse_json(None, &text, &Tags);
        prop_assert_eq!(problems, vec![]);
        prop_assert_eq!(body.blocks[0].body.attributes.len(), numbers.len());
        let (_, problems) = parse_json(None, text.get(..cut.min(text.len() - 1)).unwrap_or(""), &Tags);
        prop_assert!(cut == 0 || !problems.is_empty());
    }
}
