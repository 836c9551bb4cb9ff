//! JSON values as expressions. Texts are templates, except where Terraform takes them as they are, or as the name of
//! something.

use std::sync::Arc;

use foreshock_text::{Problem, Span};

use super::tree::{Key, Kind, Node, unescaped};
use crate::hcl::ast::{Expr, ExprKind, ObjectKey};
use crate::hcl::expr::parse_piece;
use crate::hcl::scanner::Values;
use crate::hcl::{spans, template};

/// What the texts in a value mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Texts {
    /// Templates: `"${var.x}"`.
    Templates,
    /// Nothing but themselves: defaults of variables, sources of modules.
    Literal,
    /// Expressions without quotes: types, `depends_on`, providers.
    Names,
}

/// A value as the expression of an attribute: its spans count from the start of the value.
pub(super) fn expression(
    text: &str,
    node: &Node,
    texts: Texts,
    values: &mut dyn Values,
    problems: &mut Vec<Problem>,
) -> Arc<Expr> {
    // A text alone, the common case, may be known already.
    if let (Kind::String(content), Texts::Templates) = (&node.kind, texts)
        && is_quoted_template(content.text(text))
        && node.span.end == content.end + 1
    {
        let before = problems.len();
        let expr = values.value(node.span.text(text), problems);
        for problem in problems.iter_mut().skip(before) {
            problem.span = problem.span.shifted(node.span.start);
        }
        return expr;
    }
    let mut reader = Reader { text, base: node.span.start, texts, problems };
    Arc::new(reader.value(node))
}

/// Whether a text is a template that is written in the same way in both languages.
fn is_quoted_template(written: &str) -> bool {
    is_template(written) && !written.contains('\\')
}

fn is_template(text: &str) -> bool {
    text.contains("${") || text.contains("%{")
}

struct Reader<'t, 'p> {
    text: &'t str,
    /// Where the attribute's value begins.
    base: u32,
    texts: Texts,
    problems: &'p mut Vec<Problem>,
}

impl Reader<'_, '_> {
    fn relative(&self, span: Span) -> Span {
        Span::new(span.start.saturating_sub(self.base), span.end.saturating_sub(self.base))
    }

    fn value(&mut self, node: &Node) -> Expr {
        let kind = match &node.kind {
            Kind::Null => ExprKind::Null,
            Kind::Bool(flag) => ExprKind::Bool(*flag),
            Kind::Number(number) => ExprKind::Number(*number),
            Kind::String(content) => return self.string(*content, node.span),
            Kind::Array(items) => ExprKind::Array(items.iter().map(|item| self.value(item)).collect()),
            Kind::Object(entries) => {
                ExprKind::Object(entries.iter().map(|(key, value)| (self.key(key), self.value(value))).collect())
            }
            Kind::Missing => ExprKind::Broken(Vec::new()),
        };
        Expr { kind, span: self.relative(node.span) }
    }

    fn key(&mut self, key: &Key) -> ObjectKey {
        ObjectKey::Expression(self.string(key.span, key.span))
    }

    /// The text in `content`; `whole` with its quotes.
    fn string(&mut self, content: Span, whole: Span) -> Expr {
        let (text, places) = unescaped(content.text(self.text));
        let is_plain = match self.texts {
            Texts::Literal => true,
            Texts::Templates => !is_template(&text),
            Texts::Names => false,
        };
        if is_plain {
            return Expr { kind: ExprKind::String(Arc::from(text)), span: self.relative(whole) };
        }
        let mut found = Vec::new();
        let mut expr = match self.texts {
            Texts::Names => parse_piece(text.trim_end(), 0, 0, &mut found),
            _ => template::parse(&text, &mut found),
        };
        let place = |span: Span| {
            let at = |offset: u32| match &places {
                None => content.start + offset,
                Some(places) => {
                    let inside = places.get(offset as usize).or(places.last()).copied().unwrap_or(offset);
                    content.start + inside
                }
            };
            Span::new(at(span.start).min(content.end), at(span.end).min(content.end))
        };
        for mut problem in found {
            problem.span = place(problem.span);
            self.problems.push(problem);
        }
        spans::map(&mut expr, &|span| self.relative(place(span)));
        expr.span = self.relative(whole);
        expr
    }
}
