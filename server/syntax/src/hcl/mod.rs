//! HCL, the language of Terraform files: a tolerant structure scanner of our own over `hcl-edit` for expressions.
//!
//! The scanner finds blocks and attributes even in half-typed text; each attribute's value is then parsed alone, so a
//! broken expression costs that one value, and a broken block that one block.

pub mod ast;
mod cache;
mod comments;
mod convert;
mod expr;
mod header;
mod heredocs;
mod items;
pub(crate) mod json;
mod lex;
mod number;
mod plain;
mod recover;
mod scanner;
mod spans;
mod template;
mod value_end;

#[cfg(test)]
mod tests;

use foreshock_text::{Problem, Span};

pub use ast::*;
pub use cache::ExprCache;
pub use comments::comments;
pub use items::{Before, Items, Parsed};
pub use json::{Attributes, parse_json, parse_json_values};
pub use number::decimal;

/// The longest text that is read, in bytes. Real files stay far below 1 MiB; beyond this one is surely generated, and
/// would cost seconds on each keystroke.
pub const MAX_TEXT_LENGTH: usize = 8 << 20;

/// Reads a Terraform file (`.tf`, `.tfvars`). Any text gives a tree of what is sound in it, and all problems in the
/// order of the text. A text longer than [`MAX_TEXT_LENGTH`] gives an empty tree and one problem.
pub fn parse(text: &str) -> (Body, Vec<Problem>) {
    match too_long(text) {
        Some(problem) => refused(text, problem),
        None => whole(text, &mut cache::Fresh),
    }
}

/// Like [`parse`], taking the values that `cache` already knows from it. Use one cache per file.
pub fn parse_with(cache: &mut ExprCache, text: &str) -> (Body, Vec<Problem>) {
    if let Some(problem) = too_long(text) {
        return refused(text, problem);
    }
    cache.begin_parse();
    let result = whole(text, cache);
    cache.end_parse();
    result
}

/// Reads a single expression, e.g. of a catalog row. Spans count from the start of `text`.
pub fn parse_expression(text: &str) -> (Expr, Vec<Problem>) {
    let nothing = |span| Expr { kind: ExprKind::Broken(Vec::new()), span };
    if let Some(problem) = too_long(text) {
        return (nothing(Span::from_range(0..text.len())), vec![problem]);
    }
    let Some((start, end)) = recover::trim(&mut lex::Lexer::new(text), 0, text.len()) else {
        let span = Span::from_range(0..text.len());
        return (nothing(span), vec![Problem::new(span, "expected a value")]);
    };
    let mut problems = Vec::new();
    let expr = expr::parse_piece(text.get(start..end).unwrap_or(""), start, 0, &mut problems);
    (expr, problems)
}

/// Reads a text that is a template all by itself, such as a file for `templatefile`. Spans count from its start.
pub fn parse_template(text: &str) -> (Expr, Vec<Problem>) {
    let mut problems = Vec::new();
    let expr = template::parse(text, &mut problems);
    (expr, problems)
}

fn whole(text: &str, values: &mut dyn scanner::Values) -> (Body, Vec<Problem>) {
    let scanner::Scanned { mut root, mut problems, .. } =
        scanner::scan(text, scanner::Part { from: 0, is_known: &|_, _| false }, values);
    root.span = Span::from_range(0..text.len());
    scanner::duplicates(&root, &mut problems);
    problems.sort_by_key(|problem| problem.span);
    (root, problems)
}

fn refused(text: &str, problem: Problem) -> (Body, Vec<Problem>) {
    (Body { span: Span::from_range(0..text.len()), ..Body::default() }, vec![problem])
}

fn too_long(text: &str) -> Option<Problem> {
    (text.len() > MAX_TEXT_LENGTH).then(|| {
        let message = format!(
            "this file is {} MiB long; files over {} MiB are not read",
            text.len() >> 20,
            MAX_TEXT_LENGTH >> 20
        );
        Problem::new(Span::empty(0), message)
    })
}
