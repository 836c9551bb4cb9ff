//! What holds for any text.

use std::sync::Arc;

use foreshock_text::Span;
use proptest::prelude::*;

use crate::hcl::*;

/// A little of everything.
const FIXTURE: &str = r#"# top
resource "aws_db_instance" "main" {
  multi_az = var.az ? true : false
  tags     = { Name = "db-${local.env}", "k" : [1, 2] }
  dynamic "x" {
    for_each = { for k, v in var.m : k => v... if v != null }
    content { y = x.value.0[*].z }
  }
  user_data = <<-EOT
    #!/bin/sh ${ join(",", [a.b, "é"]) }
    %{ if var.q ~}
    echo
    %{ endif }
  EOT
}

locals {
  a = -1 + 2 * (3 - f(4, x...))
  b = "esc \" $${no} \u00e9" /* c */
}

variable "größe" {}
output "o" { value = provider::p::f(aws_db_instance.main[0]) }
"#;

/// Calls `visit` with every span of an expression, parents first.
pub(super) fn walk(expr: &Expr, visit: &mut dyn FnMut(Span)) {
    visit(expr.span);
    match &expr.kind {
        ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::String(_) | ExprKind::Variable(_) => {}
        ExprKind::Template(parts) => walk_template(parts, visit),
        ExprKind::Array(items) | ExprKind::Call { args: items, .. } | ExprKind::Broken(items) => {
            items.iter().for_each(|item| walk(item, visit));
        }
        ExprKind::Object(entries) => {
            for (key, value) in entries {
                match key {
                    ObjectKey::Name(_, span) => visit(*span),
                    ObjectKey::Expression(key) => walk(key, visit),
                }
                walk(value, visit);
            }
        }
        ExprKind::Traversal(root, steps) => {
            walk(root, visit);
            for step in steps {
                visit(step.span);
                if let StepKind::Index(index) = &step.kind {
                    walk(index, visit);
                }
            }
        }
        ExprKind::Paren(inner) | ExprKind::Unary(_, inner) => walk(inner, visit),
        ExprKind::Binary(_, left, right) => {
            walk(left, visit);
            walk(right, visit);
        }
        ExprKind::Conditional(condition, yes, no) => {
            walk(condition, visit);
            walk(yes, visit);
            walk(no, visit);
        }
        ExprKind::For(from) => {
            let parts = [Some(&from.collection), from.key.as_ref(), Some(&from.value), from.condition.as_ref()];
            parts.into_iter().flatten().for_each(|part| walk(part, visit));
        }
    }
}

fn walk_template(parts: &[TemplatePart], visit: &mut dyn FnMut(Span)) {
    for part in parts {
        match part {
            TemplatePart::Literal(_) => {}
            TemplatePart::Interpolation(expr) => walk(expr, visit),
            TemplatePart::If { condition, yes, no } => {
                walk(condition, visit);
                walk_template(yes, visit);
                walk_template(no, visit);
            }
            TemplatePart::For { collection, body, .. } => {
                walk(collection, visit);
                walk_template(body, visit);
            }
        }
    }
}

/// Spans lie in the text, on character boundaries, inside their parents; items do not overlap.
fn sound(text: &str) {
    let (body, problems) = parse(text);
    assert_eq!(body.span, Span::from_range(0..text.len()));
    sound_body(text, &body);
    for problem in &problems {
        on_boundaries(text, problem.span);
        assert!(!problem.message.is_empty());
    }
    assert!(problems.is_sorted_by_key(|problem| problem.span), "problems in the order of the text");
}

fn on_boundaries(text: &str, span: Span) {
    assert!(span.start <= span.end, "{span:?}");
    assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?} does not fit the text");
}

fn sound_body(text: &str, body: &Body) {
    let mut items: Vec<Span> = Vec::new();
    for attribute in &body.attributes {
        on_boundaries(text, attribute.name_span);
        on_boundaries(text, attribute.value_span);
        assert!(attribute.name_span.end <= attribute.value_span.start);
        items.push(attribute.span());
        let value = Span::new(0, attribute.value_span.len() as u32);
        walk(&attribute.expr, &mut |span| {
            assert!(value.contains(span), "{span:?} outside its value {:?}", attribute.value_span);
            on_boundaries(text, attribute.in_file(span));
        });
    }
    for block in &body.blocks {
        for span in [block.span, block.kind_span, block.header_span, block.body.span] {
            on_boundaries(text, span);
            assert!(block.span.contains(span), "{span:?} outside its block {:?}", block.span);
        }
        for label in &block.labels {
            assert!(block.header_span.contains(label.span));
        }
        assert!(block.header_span.end <= block.body.span.start);
        items.push(block.span);
        sound_body(text, &block.body);
    }
    items.sort();
    for item in &items {
        assert!(body.span.contains(*item), "{item:?} outside its body {:?}", body.span);
    }
    for pair in items.windows(2) {
        assert!(pair[0].end <= pair[1].start, "{pair:?} overlap");
    }
}

#[test]
fn every_prefix_is_sound() {
    for end in (0..=FIXTURE.len()).filter(|end| FIXTURE.is_char_boundary(*end)) {
        sound(&FIXTURE[..end]);
    }
}

#[test]
fn every_deletion_is_sound() {
    for (start, character) in FIXTURE.char_indices() {
        sound(&format!("{}{}", &FIXTURE[..start], &FIXTURE[start + character.len_utf8()..]));
    }
}

#[test]
fn every_insertion_is_sound() {
    for (at, _) in FIXTURE.char_indices() {
        for inserted in ["{", "}", "[", ")", "\"", "${", "=", "\n", "<<A\n", "/*", "~", "é"] {
            sound(&format!("{}{inserted}{}", &FIXTURE[..at], &FIXTURE[at..]));
        }
    }
}

#[test]
fn an_edit_in_one_block_leaves_the_others_equal() {
    let (before, _) = parse(FIXTURE);
    let first = before.blocks[0].span;
    let mut cost = 0;
    for at in (first.start as usize..first.end as usize).filter(|at| FIXTURE.is_char_boundary(*at)) {
        for inserted in ["{", "}", "[", "\"", "=", "x"] {
            let text = format!("{}{inserted}{}", &FIXTURE[..at], &FIXTURE[at..]);
            let (after, _) = parse(&text);
            let by = inserted.len() as u32;
            let others = &before.blocks[1..];
            let tail = after.blocks.get(after.blocks.len().saturating_sub(others.len())..).unwrap_or(&[]);
            let equal = tail.len() == others.len()
                && tail.iter().zip(others).all(|(after, before)| {
                    after.kind == before.kind
                        && after.span == before.span.shifted(by)
                        && after.body.attributes.iter().map(|attribute| &attribute.expr).eq(before
                            .body
                            .attributes
                            .iter()
                            .map(|attribute| &attribute.expr))
                });
            cost += usize::from(!equal);
        }
    }
    assert_eq!(cost, 0, "edits that changed another top-level block");
}

#[test]
fn a_cache_gives_equal_trees_and_shares_values() {
    let mut cache = ExprCache::default();
    let (first, _) = parse_with(&mut cache, FIXTURE);
    let known = cache.len();
    let moved = format!("\n\n{FIXTURE}");
    let (second, problems) = parse_with(&mut cache, &moved);
    assert_eq!((second.clone(), problems), parse(&moved));
    assert_eq!(cache.len(), known);
    let pairs = first.blocks[0].body.attributes.iter().zip(&second.blocks[0].body.attributes);
    for (before, after) in pairs {
        assert!(Arc::ptr_eq(&before.expr, &after.expr));
    }
    for _ in 0..8 {
        parse_with(&mut cache, "a = 1");
    }
    assert_eq!(cache.len(), 1, "values no longer met are dropped");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_sound(text in "\\PC{0,60}") {
        sound(&text);
    }

    #[test]
    fn any_mix_of_tokens_is_sound(tokens in proptest::collection::vec(prop::sample::select(vec![
        "a", "resource ", "\"x\"", "\"", "${", "%{ if a }", "}", "{", "{\n", "}\n", "[", "]", "(", ")", "\n", " ", "\n  ", "=", " = ",
        ",", ".", "...", "<<A\n", "\nA\n", "<<-A\n", "#", "/*", "*/", "for ", "in ", ":", "=>", "?", "1", "-", "!", "\\", "é", "\r\n",
        "$${", "~", "*", "null", "locals {\n", "\u{feff}",
    ]), 0..40)) {
        sound(&tokens.concat());
    }

    #[test]
    fn a_cached_parse_equals_a_fresh_one(cuts in proptest::collection::vec((0..FIXTURE.len(), 0usize..40), 1..6)) {
        let mut cache = ExprCache::default();
        let mut text = FIXTURE.to_owned();
        for (at, length) in cuts {
            let start = (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap();
            let end = (start + length).min(text.len());
            let end = (end..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap();
            text.replace_range(start..end, "");
            prop_assert_eq!(parse_with(&mut cache, &text), parse(&text));
        }
    }
}
