//! The plain values most files are made of, read directly. Heredocs, template directives, unusual escapes and names,
//! deep nesting and whatever is wrong are left to `hcl-edit`, which reads every value, but ten times slower.
//!
//! The rule: either the very tree that the full parser gives, or none. A test compares the two on real files.

use std::sync::Arc;

use foreshock_text::Span;

use super::ast::{BinaryOp, Expr, ExprKind, ForExpr, ObjectKey, StepKind, TemplatePart, TraversalStep, UnaryOp};
use super::lex::is_word;
use super::number::decimal;

/// Deeper values are left to the full parser and its limit.
const MAX_DEPTH: u32 = 24;
/// So are longer chains of operators.
const MAX_OPERATORS: u32 = 32;

/// Reads `text`, which begins at `base` in its value, if it is plain.
pub(crate) fn read(text: &str, base: usize) -> Option<Expr> {
    let mut plain = Plain { text, bytes: text.as_bytes(), at: 0, base };
    let expr = plain.value(false, 0)?;
    (plain.at == text.len()).then_some(expr)
}

struct Plain<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    base: usize,
}

impl<'t> Plain<'t> {
    #[inline]
    fn peek(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    #[inline]
    fn ahead(&self, by: usize) -> u8 {
        self.bytes.get(self.at + by).copied().unwrap_or(0)
    }

    fn span(&self, start: usize) -> Span {
        Span::from_range(self.base + start..self.base + self.at)
    }

    fn expr(&self, kind: ExprKind, start: usize) -> Expr {
        Expr { kind, span: self.span(start) }
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), b' ' | b'\t') {
            self.at += 1;
        }
    }

    /// Skips white space, line breaks and line comments. None for a block comment.
    fn filler(&mut self) -> Option<()> {
        loop {
            match self.peek() {
                b' ' | b'\t' | b'\n' | b'\r' => self.at += 1,
                b'#' => self.line(),
                b'/' if self.ahead(1) == b'/' => self.line(),
                b'/' => return None,
                _ => return Some(()),
            }
        }
    }

    fn line(&mut self) {
        while !matches!(self.peek(), b'\n') && self.at < self.bytes.len() {
            self.at += 1;
        }
    }

    fn word(&mut self) -> Option<&'t str> {
        let start = self.at;
        while is_word(self.peek()) {
            self.at += 1;
        }
        let word = self.text.get(start..self.at)?;
        word.is_ascii().then_some(word)
    }

    /// White space; line breaks and comments too where they mean nothing.
    fn space(&mut self, multiline: bool) -> Option<()> {
        if multiline {
            return self.filler();
        }
        self.blanks();
        Some(())
    }

    /// An expression with operators, up to the end of its last operand.
    fn value(&mut self, multiline: bool, depth: u32) -> Option<Expr> {
        if depth > MAX_DEPTH {
            return None;
        }
        let start = self.at;
        let condition = self.binary(multiline, depth, 0, &mut 0)?;
        let end = self.at;
        self.space(multiline)?;
        if self.peek() != b'?' {
            self.at = end;
            return Some(condition);
        }
        self.at += 1;
        self.space(multiline)?;
        let yes = self.value(multiline, depth + 1)?;
        self.space(multiline)?;
        self.eat(b':')?;
        self.space(multiline)?;
        let no = self.value(multiline, depth + 1)?;
        Some(self.expr(ExprKind::Conditional(Box::new(condition), Box::new(yes), Box::new(no)), start))
    }

    /// Operands joined by operators that bind tighter than `above`.
    fn binary(&mut self, multiline: bool, depth: u32, above: u8, operators: &mut u32) -> Option<Expr> {
        let start = self.at;
        let mut left = self.term(depth)?;
        loop {
            let end = self.at;
            self.space(multiline)?;
            let Some((operator, length, precedence)) = self.operator().filter(|(.., precedence)| *precedence > above)
            else {
                self.at = end;
                return Some(left);
            };
            *operators += 1;
            if *operators > MAX_OPERATORS {
                return None;
            }
            self.at += length;
            self.space(multiline)?;
            let right = self.binary(multiline, depth, precedence, operators)?;
            left = self.expr(ExprKind::Binary(operator, Box::new(left), Box::new(right)), start);
        }
    }

    /// The binary operator here, its length and how tightly it binds.
    fn operator(&self) -> Option<(BinaryOp, usize, u8)> {
        Some(match (self.peek(), self.ahead(1)) {
            (b'|', b'|') => (BinaryOp::Or, 2, 1),
            (b'&', b'&') => (BinaryOp::And, 2, 2),
            (b'=', b'=') => (BinaryOp::Equal, 2, 3),
            (b'!', b'=') => (BinaryOp::NotEqual, 2, 3),
            (b'<', b'=') => (BinaryOp::LessEqual, 2, 4),
            (b'>', b'=') => (BinaryOp::GreaterEqual, 2, 4),
            (b'<', _) => (BinaryOp::Less, 1, 4),
            (b'>', _) => (BinaryOp::Greater, 1, 4),
            (b'+', _) => (BinaryOp::Add, 1, 5),
            (b'-', _) => (BinaryOp::Subtract, 1, 5),
            (b'*', _) => (BinaryOp::Multiply, 1, 6),
            (b'/', next) if next != b'/' && next != b'*' => (BinaryOp::Divide, 1, 6),
            (b'%', _) => (BinaryOp::Modulo, 1, 6),
            _ => return None,
        })
    }

    /// An operand with its unary operators and steps.
    fn term(&mut self, depth: u32) -> Option<Expr> {
        if depth > MAX_DEPTH {
            return None;
        }
        let start = self.at;
        let operator = match (self.peek(), self.ahead(1)) {
            (b'-', b'0'..=b'9') => return self.number(start),
            (b'-', _) => UnaryOp::Negate,
            (b'!', _) => UnaryOp::Not,
            _ => return self.operand(depth),
        };
        self.at += 1;
        self.blanks();
        if operator == UnaryOp::Negate && self.peek().is_ascii_digit() {
            return None;
        }
        let inner = self.term(depth + 1)?;
        Some(self.expr(ExprKind::Unary(operator, Box::new(inner)), start))
    }

    fn operand(&mut self, depth: u32) -> Option<Expr> {
        let start = self.at;
        let kind = match self.peek() {
            b'"' => self.string(depth)?,
            b'[' => self.list(depth)?,
            b'{' => self.object(depth)?,
            b'(' => {
                self.at += 1;
                self.filler()?;
                let inner = self.value(true, depth + 1)?;
                self.filler()?;
                self.eat(b')')?;
                ExprKind::Paren(Box::new(inner))
            }
            b'0'..=b'9' => return self.number(start),
            byte if byte.is_ascii_alphabetic() || byte == b'_' => {
                let word = self.word()?;
                match word {
                    "null" => return Some(self.expr(ExprKind::Null, start)),
                    "true" => return Some(self.expr(ExprKind::Bool(true), start)),
                    "false" => return Some(self.expr(ExprKind::Bool(false), start)),
                    "for" | "in" | "if" => return None,
                    _ if self.peek() == b'(' => self.call(word, depth)?,
                    _ => ExprKind::Variable(Arc::from(word)),
                }
            }
            _ => return None,
        };
        let operand = self.expr(kind, start);
        self.steps(operand, start, depth)
    }

    /// The number whose first character, perhaps a `-`, is here.
    fn number(&mut self, start: usize) -> Option<Expr> {
        self.at += 1;
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
        if self.peek() == b'.' && self.ahead(1).is_ascii_digit() {
            self.at += 1;
            while self.peek().is_ascii_digit() {
                self.at += 1;
            }
        }
        if is_word(self.peek()) || matches!(self.peek(), b'.' | b'[') {
            return None;
        }
        let number = decimal(self.text.get(start..self.at)?)?;
        Some(self.expr(ExprKind::Number(number), start))
    }

    fn steps(&mut self, operand: Expr, start: usize, depth: u32) -> Option<Expr> {
        let mut steps = Vec::new();
        loop {
            let step = self.at;
            let kind = match (self.peek(), self.ahead(1)) {
                (b'.', b'*') => {
                    self.at += 2;
                    StepKind::AttributeSplat
                }
                (b'.', b'0'..=b'9') => {
                    self.at += 1;
                    let digits = self.word()?;
                    digits.parse::<u64>().ok()?;
                    StepKind::Index(self.expr(ExprKind::Number(decimal(digits)?), step + 1))
                }
                (b'.', byte) if byte.is_ascii_alphabetic() || byte == b'_' => {
                    self.at += 1;
                    StepKind::Attribute(Arc::from(self.word()?))
                }
                // `...` after the last argument.
                (b'.', b'.') => break,
                (b'.', _) => return None,
                (b'[', b'*') => {
                    self.at += 2;
                    self.eat(b']')?;
                    StepKind::FullSplat
                }
                (b'[', _) => {
                    self.at += 1;
                    self.filler()?;
                    let index = self.value(true, depth + 1)?;
                    self.filler()?;
                    self.eat(b']')?;
                    StepKind::Index(index)
                }
                _ => break,
            };
            steps.push(TraversalStep { kind, span: self.span(step) });
        }
        if steps.is_empty() {
            return Some(operand);
        }
        Some(self.expr(ExprKind::Traversal(Box::new(operand), steps), start))
    }

    fn eat(&mut self, byte: u8) -> Option<()> {
        (self.peek() == byte).then(|| self.at += 1)
    }

    /// A string without directives and rare escapes.
    fn string(&mut self, depth: u32) -> Option<ExprKind> {
        self.at += 1;
        let mut parts = Vec::new();
        // What was unescaped of the current literal, and where its rest begins.
        let mut unescaped = String::new();
        let mut rest = self.at;
        loop {
            match self.peek() {
                b'"' => {
                    let text = self.literal(&mut unescaped, rest)?;
                    self.at += 1;
                    if parts.is_empty() {
                        return Some(ExprKind::String(text));
                    }
                    if !text.is_empty() {
                        parts.push(TemplatePart::Literal(text));
                    }
                    return Some(ExprKind::Template(parts));
                }
                b'\\' => {
                    let character = match self.ahead(1) {
                        b'n' => '\n',
                        b't' => '\t',
                        b'r' => '\r',
                        b'"' => '"',
                        b'\\' => '\\',
                        _ => return None,
                    };
                    unescaped.push_str(self.text.get(rest..self.at)?);
                    unescaped.push(character);
                    self.at += 2;
                    rest = self.at;
                }
                b'\n' => return None,
                0 if self.at >= self.bytes.len() => return None,
                marker @ (b'$' | b'%') if self.ahead(1) == marker || self.ahead(1) == b'{' => {
                    if marker == b'%' || self.ahead(1) != b'{' || self.ahead(2) == b'~' {
                        return None;
                    }
                    let text = self.literal(&mut unescaped, rest)?;
                    if !text.is_empty() {
                        parts.push(TemplatePart::Literal(text));
                    }
                    self.at += 2;
                    self.filler()?;
                    parts.push(TemplatePart::Interpolation(self.value(true, depth + 1)?));
                    self.filler()?;
                    self.eat(b'}')?;
                    rest = self.at;
                }
                _ => self.at += 1,
            }
        }
    }

    /// The literal that ends here.
    fn literal(&self, unescaped: &mut String, rest: usize) -> Option<Arc<str>> {
        let text = self.text.get(rest..self.at)?;
        if unescaped.is_empty() {
            return Some(Arc::from(text));
        }
        unescaped.push_str(text);
        Some(Arc::from(std::mem::take(unescaped)))
    }

    /// The rest of a `for` expression up to its closing bracket, if the word `for` is here; `object` in braces.
    fn for_expr(&mut self, object: bool, depth: u32) -> Option<Option<ExprKind>> {
        let start = self.at;
        if !self.keyword("for") {
            self.at = start;
            return Some(None);
        }
        self.filler()?;
        let mut key_name = None;
        let mut value_name = self.name()?;
        self.filler()?;
        if self.eat(b',').is_some() {
            self.filler()?;
            key_name = Some(std::mem::replace(&mut value_name, self.name()?));
            self.filler()?;
        }
        if !self.keyword("in") {
            return None;
        }
        self.filler()?;
        let collection = self.value(true, depth + 1)?;
        self.filler()?;
        self.eat(b':')?;
        self.filler()?;
        let mut key = None;
        let mut value = self.value(true, depth + 1)?;
        self.filler()?;
        let mut grouping = false;
        if object {
            self.eat(b'=')?;
            self.eat(b'>')?;
            self.filler()?;
            key = Some(std::mem::replace(&mut value, self.value(true, depth + 1)?));
            self.filler()?;
            if self.peek() == b'.' && self.ahead(1) == b'.' && self.ahead(2) == b'.' {
                self.at += 3;
                grouping = true;
                self.filler()?;
            }
        }
        let mut condition = None;
        if self.keyword("if") {
            self.filler()?;
            condition = Some(self.value(true, depth + 1)?);
            self.filler()?;
        }
        self.eat(if object { b'}' } else { b']' })?;
        let expr = ForExpr { key_name, value_name, collection, key, value, grouping, condition };
        Some(Some(ExprKind::For(Box::new(expr))))
    }

    /// Goes over the word `expected`, if it is here.
    fn keyword(&mut self, expected: &str) -> bool {
        let end = self.at + expected.len();
        let here = self.text.get(self.at..end) == Some(expected) && !is_word(self.bytes.get(end).copied().unwrap_or(0));
        if here {
            self.at = end;
        }
        here
    }

    fn name(&mut self) -> Option<Arc<str>> {
        let first = self.peek();
        (first.is_ascii_alphabetic() || first == b'_').then_some(())?;
        self.word().map(Arc::from)
    }

    fn list(&mut self, depth: u32) -> Option<ExprKind> {
        self.at += 1;
        self.filler()?;
        if let Some(for_expr) = self.for_expr(false, depth)? {
            return Some(for_expr);
        }
        let mut items = Vec::new();
        loop {
            self.filler()?;
            if self.eat(b']').is_some() {
                return Some(ExprKind::Array(items));
            }
            items.push(self.value(true, depth + 1)?);
            self.filler()?;
            if self.peek() != b']' {
                self.eat(b',')?;
            }
        }
    }

    fn call(&mut self, name: &str, depth: u32) -> Option<ExprKind> {
        self.at += 1;
        let mut args = Vec::new();
        let mut expand = false;
        loop {
            self.filler()?;
            if self.eat(b')').is_some() {
                return Some(ExprKind::Call { name: Arc::from(name), args, expand });
            }
            if expand {
                return None;
            }
            args.push(self.value(true, depth + 1)?);
            self.filler()?;
            if self.peek() == b'.' && self.ahead(1) == b'.' && self.ahead(2) == b'.' {
                self.at += 3;
                expand = true;
            } else if self.peek() != b')' {
                self.eat(b',')?;
            }
        }
    }

    fn object(&mut self, depth: u32) -> Option<ExprKind> {
        self.at += 1;
        self.filler()?;
        if let Some(for_expr) = self.for_expr(true, depth)? {
            return Some(for_expr);
        }
        let mut entries = Vec::new();
        loop {
            self.filler()?;
            if self.eat(b'}').is_some() {
                return Some(ExprKind::Object(entries));
            }
            let start = self.at;
            let key = match self.peek() {
                b'"' => {
                    let kind = self.string(depth + 1)?;
                    ObjectKey::Expression(self.expr(kind, start))
                }
                byte if byte.is_ascii_alphabetic() || byte == b'_' => {
                    let word = self.word()?;
                    if matches!(word, "for" | "null" | "true" | "false") {
                        return None;
                    }
                    ObjectKey::Name(Arc::from(word), self.span(start))
                }
                _ => return None,
            };
            self.blanks();
            if !matches!(self.peek(), b'=' | b':') || self.ahead(1) == b'=' || self.ahead(1) == b'>' {
                return None;
            }
            self.at += 1;
            self.blanks();
            let value = self.value(false, depth + 1)?;
            entries.push((key, value));
            self.blanks();
            match self.peek() {
                b',' => self.at += 1,
                b'\n' | b'\r' | b'}' | b'#' => {}
                b'/' if self.ahead(1) == b'/' => {}
                _ => return None,
            }
        }
    }
}
