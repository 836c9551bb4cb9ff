//! Trees as short text.

use std::fmt::Write;

use foreshock_text::Problem;

use crate::hcl::*;

pub(super) fn body(body: &Body) -> String {
    let mut out = String::new();
    write_body(&mut out, body, 0);
    out
}

pub(super) fn problems(text: &str, problems: &[Problem]) -> String {
    problems.iter().fold(String::new(), |mut out, problem| {
        let before = text.get(..problem.span.start as usize).unwrap();
        let line = before.matches('\n').count() + 1;
        let place = problem.span.text(text).escape_debug();
        writeln!(out, "line {line} `{place}`: {}", problem.message).unwrap();
        out
    })
}

fn write_body(out: &mut String, body: &Body, depth: usize) {
    let indent = "  ".repeat(depth);
    let mut items: Vec<(u32, String)> = Vec::new();
    for attribute in &body.attributes {
        let shown = expr(&attribute.expr);
        items.push((attribute.name_span.start, format!("{indent}{} = {shown}\n", attribute.name)));
    }
    for block in &body.blocks {
        let mut shown = format!("{indent}{}", block.kind);
        for label in &block.labels {
            write!(shown, " {:?}", label.text).unwrap();
        }
        shown.push_str(if block.closed { " {\n" } else { " { unclosed\n" });
        write_body(&mut shown, &block.body, depth + 1);
        items.push((block.span.start, shown));
    }
    items.sort();
    for (_, item) in items {
        out.push_str(&item);
    }
}

fn list(items: &[Expr]) -> String {
    items.iter().map(expr).collect::<Vec<_>>().join(", ")
}

pub(super) fn expr(from: &Expr) -> String {
    match &from.kind {
        ExprKind::Null => "null".into(),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Number(value) => format!("{value:?}"),
        ExprKind::String(value) => format!("{value:?}"),
        ExprKind::Template(parts) => format!("template<{}>", template(parts)),
        ExprKind::Array(items) => format!("[{}]", list(items)),
        ExprKind::Object(entries) => {
            let entries: Vec<String> = entries
                .iter()
                .map(|(key, value)| match key {
                    ObjectKey::Name(name, _) => format!("{name}: {}", expr(value)),
                    ObjectKey::Expression(key) => format!("<{}>: {}", expr(key), expr(value)),
                })
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
        ExprKind::Variable(name) => name.to_string(),
        ExprKind::Traversal(root, steps) => steps.iter().fold(expr(root), |mut out, step| {
            match &step.kind {
                StepKind::Attribute(name) => write!(out, ".{name}").unwrap(),
                StepKind::Index(index) => write!(out, "[{}]", expr(index)).unwrap(),
                StepKind::AttributeSplat => out.push_str(".*"),
                StepKind::FullSplat => out.push_str("[*]"),
            }
            out
        }),
        ExprKind::Call { name, args, expand } => {
            format!("{name}({}{})", list(args), if *expand { "..." } else { "" })
        }
        ExprKind::Paren(inner) => format!("paren({})", expr(inner)),
        ExprKind::Unary(operator, inner) => format!("({operator:?} {})", expr(inner)),
        ExprKind::Binary(operator, left, right) => format!("({operator:?} {} {})", expr(left), expr(right)),
        ExprKind::Conditional(condition, yes, no) => {
            format!("(if {} then {} else {})", expr(condition), expr(yes), expr(no))
        }
        ExprKind::For(from) => {
            let key = from.key_name.as_ref().map(|name| format!("{name}, ")).unwrap_or_default();
            let result = match &from.key {
                Some(key) => format!("{} => {}", expr(key), expr(&from.value)),
                None => expr(&from.value),
            };
            let grouping = if from.grouping { "..." } else { "" };
            let condition = from.condition.as_ref().map(|from| format!(" if {}", expr(from))).unwrap_or_default();
            format!("(for {key}{} in {}: {result}{grouping}{condition})", from.value_name, expr(&from.collection))
        }
        ExprKind::Broken(references) => format!("BROKEN({})", list(references)),
    }
}

fn template(parts: &[TemplatePart]) -> String {
    let shown: Vec<String> = parts
        .iter()
        .map(|part| match part {
            TemplatePart::Literal(text) => format!("{text:?}"),
            TemplatePart::Interpolation(inner) => expr(inner),
            TemplatePart::If { condition, yes, no } => {
                format!("if {} [{}] [{}]", expr(condition), template(yes), template(no))
            }
            TemplatePart::For { key, value, collection, body } => {
                let key = key.as_ref().map(|name| format!("{name}, ")).unwrap_or_default();
                format!("for {key}{value} in {} [{}]", expr(collection), template(body))
            }
        })
        .collect();
    shown.join(" ")
}
