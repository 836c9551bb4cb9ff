//! `hcl-edit` expressions into our own. The depth is bounded by the parser's own limits (64 levels, 128 operators in
//! a chain), so plain recursion is safe here and wherever a tree is walked or dropped.

use std::ops::Range;
use std::sync::Arc;

use foreshock_text::Span;
use hcl_edit::Span as _;
use hcl_edit::expr as edit;

use super::ast::{BinaryOp, Expr, ExprKind, ForExpr, ObjectKey, StepKind, TraversalStep, UnaryOp};
use super::number::decimal;
use super::template;

/// What the conversion needs to know beside the tree.
pub(crate) struct Source<'a> {
    /// Added to every span: where the parsed text begins in its value.
    pub(crate) base: usize,
    /// Where, in the value, heredocs begin whose `-` was taken out before parsing, in order.
    pub(crate) flush: &'a [usize],
}

impl Source<'_> {
    fn span(&self, range: Option<Range<usize>>) -> Span {
        let range = range.unwrap_or_default();
        Span::from_range(self.base + range.start..self.base + range.end)
    }

    pub(crate) fn expr(&self, from: &edit::Expression) -> Expr {
        let mut span = self.span(from.span());
        let kind = match from {
            edit::Expression::Null(_) => ExprKind::Null,
            edit::Expression::Bool(value) => ExprKind::Bool(*value.value()),
            edit::Expression::Number(value) => ExprKind::Number(number(value)),
            edit::Expression::String(value) => ExprKind::String(Arc::from(value.value().as_str())),
            edit::Expression::Array(array) => ExprKind::Array(array.iter().map(|item| self.expr(item)).collect()),
            edit::Expression::Object(object) => {
                ExprKind::Object(object.iter().map(|(key, value)| (self.key(key), self.expr(value.expr()))).collect())
            }
            edit::Expression::StringTemplate(from) => template::quoted(self, from),
            edit::Expression::HeredocTemplate(from) => {
                // The parser saw ` <<` where the text has `<<-`.
                let flush =
                    (span.start as usize).checked_sub(1).is_some_and(|start| self.flush.binary_search(&start).is_ok());
                span.start -= u32::from(flush);
                template::heredoc(self, &from.template, flush)
            }
            edit::Expression::Parenthesis(inner) => ExprKind::Paren(Box::new(self.expr(inner.inner()))),
            edit::Expression::Variable(name) => ExprKind::Variable(Arc::from(name.value().as_str())),
            edit::Expression::Conditional(from) => ExprKind::Conditional(
                Box::new(self.expr(&from.cond_expr)),
                Box::new(self.expr(&from.true_expr)),
                Box::new(self.expr(&from.false_expr)),
            ),
            edit::Expression::FuncCall(call) => ExprKind::Call {
                name: call_name(&call.name),
                args: call.args.iter().map(|argument| self.expr(argument)).collect(),
                expand: call.args.expand_final(),
            },
            edit::Expression::Traversal(from) => ExprKind::Traversal(
                Box::new(self.expr(&from.expr)),
                from.operators.iter().map(|operator| self.step(operator.value(), operator.span())).collect(),
            ),
            edit::Expression::UnaryOp(from) => ExprKind::Unary(
                match from.operator.value() {
                    edit::UnaryOperator::Neg => UnaryOp::Negate,
                    edit::UnaryOperator::Not => UnaryOp::Not,
                },
                Box::new(self.expr(&from.expr)),
            ),
            edit::Expression::BinaryOp(from) => ExprKind::Binary(
                binary_operator(*from.operator.value()),
                Box::new(self.expr(&from.lhs_expr)),
                Box::new(self.expr(&from.rhs_expr)),
            ),
            edit::Expression::ForExpr(from) => ExprKind::For(Box::new(ForExpr {
                key_name: from.intro.key_var.as_ref().map(|name| Arc::from(name.value().as_str())),
                value_name: Arc::from(from.intro.value_var.value().as_str()),
                collection: self.expr(&from.intro.collection_expr),
                key: from.key_expr.as_ref().map(|key| self.expr(key)),
                value: self.expr(&from.value_expr),
                grouping: from.grouping,
                condition: from.cond.as_ref().map(|condition| self.expr(&condition.expr)),
            })),
        };
        Expr { kind, span }
    }

    fn key(&self, from: &edit::ObjectKey) -> ObjectKey {
        match from {
            edit::ObjectKey::Ident(name) => ObjectKey::Name(Arc::from(name.value().as_str()), self.span(name.span())),
            edit::ObjectKey::Expression(key) => ObjectKey::Expression(self.expr(key)),
        }
    }

    fn step(&self, from: &edit::TraversalOperator, range: Option<Range<usize>>) -> TraversalStep {
        let kind = match from {
            edit::TraversalOperator::AttrSplat(_) => StepKind::AttributeSplat,
            edit::TraversalOperator::FullSplat(_) => StepKind::FullSplat,
            edit::TraversalOperator::GetAttr(name) => StepKind::Attribute(Arc::from(name.value().as_str())),
            edit::TraversalOperator::Index(index) => StepKind::Index(self.expr(index)),
            edit::TraversalOperator::LegacyIndex(index) => {
                let number = decimal(&index.value().to_string()).unwrap_or(f64::INFINITY);
                StepKind::Index(Expr { kind: ExprKind::Number(number), span: self.span(index.span()) })
            }
        };
        TraversalStep { kind, span: self.span(range) }
    }
}

/// A number by its own text, of which the parser keeps no more than a double.
fn number(from: &hcl_edit::Formatted<hcl_edit::Number>) -> f64 {
    let written = from.as_repr().map(|repr| repr.replace([' ', '\t'], "")).unwrap_or_default();
    decimal(&written).or_else(|| decimal(&from.value().to_string())).unwrap_or(f64::INFINITY)
}

fn call_name(from: &edit::FuncName) -> Arc<str> {
    if from.namespace.is_empty() {
        return Arc::from(from.name.value().as_str());
    }
    let mut name = String::new();
    for part in &from.namespace {
        name.push_str(part.value().as_str());
        name.push_str("::");
    }
    name.push_str(from.name.value().as_str());
    Arc::from(name)
}

fn binary_operator(from: edit::BinaryOperator) -> BinaryOp {
    match from {
        edit::BinaryOperator::Plus => BinaryOp::Add,
        edit::BinaryOperator::Minus => BinaryOp::Subtract,
        edit::BinaryOperator::Mul => BinaryOp::Multiply,
        edit::BinaryOperator::Div => BinaryOp::Divide,
        edit::BinaryOperator::Mod => BinaryOp::Modulo,
        edit::BinaryOperator::Eq => BinaryOp::Equal,
        edit::BinaryOperator::NotEq => BinaryOp::NotEqual,
        edit::BinaryOperator::Less => BinaryOp::Less,
        edit::BinaryOperator::LessEq => BinaryOp::LessEqual,
        edit::BinaryOperator::Greater => BinaryOp::Greater,
        edit::BinaryOperator::GreaterEq => BinaryOp::GreaterEqual,
        edit::BinaryOperator::And => BinaryOp::And,
        edit::BinaryOperator::Or => BinaryOp::Or,
    }
}
