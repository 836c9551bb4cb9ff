//! An expression moved to another place.

use foreshock_text::Span;

use super::ast::{Expr, ExprKind, ObjectKey, StepKind, TemplatePart};

/// Every span of the expression through `place`.
pub(crate) fn map(expr: &mut Expr, place: &dyn Fn(Span) -> Span) {
    expr.span = place(expr.span);
    match &mut expr.kind {
        ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::String(_) | ExprKind::Variable(_) => {}
        ExprKind::Template(parts) => template(parts, place),
        ExprKind::Array(items) | ExprKind::Call { args: items, .. } | ExprKind::Broken(items) => {
            items.iter_mut().for_each(|item| map(item, place));
        }
        ExprKind::Object(entries) => {
            for (key, value) in entries {
                match key {
                    ObjectKey::Name(_, span) => *span = place(*span),
                    ObjectKey::Expression(key) => map(key, place),
                }
                map(value, place);
            }
        }
        ExprKind::Traversal(operand, steps) => {
            map(operand, place);
            for step in steps {
                step.span = place(step.span);
                if let StepKind::Index(index) = &mut step.kind {
                    map(index, place);
                }
            }
        }
        ExprKind::Paren(inner) | ExprKind::Unary(_, inner) => map(inner, place),
        ExprKind::Binary(_, left, right) => {
            map(left, place);
            map(right, place);
        }
        ExprKind::Conditional(condition, yes, no) => {
            for part in [condition, yes, no] {
                map(part, place);
            }
        }
        ExprKind::For(inner) => {
            map(&mut inner.collection, place);
            map(&mut inner.value, place);
            for part in [inner.key.as_mut(), inner.condition.as_mut()].into_iter().flatten() {
                map(part, place);
            }
        }
    }
}

fn template(parts: &mut [TemplatePart], place: &dyn Fn(Span) -> Span) {
    for part in parts {
        match part {
            TemplatePart::Literal(_) => {}
            TemplatePart::Interpolation(expr) => map(expr, place),
            TemplatePart::If { condition, yes, no } => {
                map(condition, place);
                template(yes, place);
                template(no, place);
            }
            TemplatePart::For { collection, body, .. } => {
                map(collection, place);
                template(body, place);
            }
        }
    }
}
