//! Finding the traversals in an expression.

use foreshock_syntax::hcl::{Expr, ExprKind, ForExpr, ObjectKey, StepKind, TemplatePart, TraversalStep};
use foreshock_text::Span;

/// Called with the root name, the steps and the span of each traversal.
type Visit<'v, 'e> = &'v mut dyn FnMut(&'e str, &'e [TraversalStep], Span);

/// Visits every traversal of an expression whose root is not bound by a `for` around it.
pub fn each_reference<'e>(expr: &'e Expr, visit: &mut dyn FnMut(&'e str, &'e [TraversalStep], Span)) {
    each_reference_beside(expr, &mut Vec::new(), visit);
}

/// The same with names that are bound outside, such as the iterator of a `dynamic` block.
pub fn each_reference_beside<'e>(expr: &'e Expr, bound: &mut Vec<&'e str>, visit: Visit<'_, 'e>) {
    match &expr.kind {
        ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::String(_) => {}
        ExprKind::Variable(name) => {
            if !bound.contains(&&**name) {
                visit(name, &[], expr.span);
            }
        }
        ExprKind::Traversal(operand, steps) => {
            match &operand.kind {
                ExprKind::Variable(name) if bound.contains(&&**name) => {}
                ExprKind::Variable(name) => visit(name, steps, expr.span),
                _ => each_reference_beside(operand, bound, visit),
            }
            for step in steps {
                if let StepKind::Index(index) = &step.kind {
                    each_reference_beside(index, bound, visit);
                }
            }
        }
        ExprKind::Template(parts) => template(parts, bound, visit),
        ExprKind::Array(items) | ExprKind::Broken(items) => {
            for item in items {
                each_reference_beside(item, bound, visit);
            }
        }
        ExprKind::Object(items) => {
            for (key, item) in items {
                if let ObjectKey::Expression(key) = key {
                    each_reference_beside(key, bound, visit);
                }
                each_reference_beside(item, bound, visit);
            }
        }
        ExprKind::Call { args, .. } => {
            for arg in args {
                each_reference_beside(arg, bound, visit);
            }
        }
        ExprKind::Paren(inner) | ExprKind::Unary(_, inner) => each_reference_beside(inner, bound, visit),
        ExprKind::Binary(_, left, right) => {
            each_reference_beside(left, bound, visit);
            each_reference_beside(right, bound, visit);
        }
        ExprKind::Conditional(condition, yes, no) => {
            for part in [condition, yes, no] {
                each_reference_beside(part, bound, visit);
            }
        }
        ExprKind::For(inner) => for_expression(inner, bound, visit),
    }
}

fn for_expression<'e>(inner: &'e ForExpr, bound: &mut Vec<&'e str>, visit: Visit<'_, 'e>) {
    each_reference_beside(&inner.collection, bound, visit);
    let before = bound.len();
    bound.extend(inner.key_name.as_deref());
    bound.push(&inner.value_name);
    for part in [inner.key.as_ref(), Some(&inner.value), inner.condition.as_ref()].into_iter().flatten() {
        each_reference_beside(part, bound, visit);
    }
    bound.truncate(before);
}

fn template<'e>(parts: &'e [TemplatePart], bound: &mut Vec<&'e str>, visit: Visit<'_, 'e>) {
    for part in parts {
        match part {
            TemplatePart::Literal(_) => {}
            TemplatePart::Interpolation(expr) => each_reference_beside(expr, bound, visit),
            TemplatePart::If { condition, yes, no } => {
                each_reference_beside(condition, bound, visit);
                template(yes, bound, visit);
                template(no, bound, visit);
            }
            TemplatePart::For { key, value, collection, body } => {
                each_reference_beside(collection, bound, visit);
                let before = bound.len();
                bound.extend(key.as_deref());
                bound.push(value);
                template(body, bound, visit);
                bound.truncate(before);
            }
        }
    }
}
