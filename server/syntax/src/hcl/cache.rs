//! Values parsed before, by their text.

use std::sync::Arc;

use foreshock_text::Problem;
use rustc_hash::FxHashMap;

use super::ast::Expr;
use super::expr::{Value, parse_value};
use super::scanner::Values;

/// Parses for which an unused value is kept: enough for a cut and a paste, or an undo.
const KEPT_PARSES: u32 = 8;
/// Values beside those of the text that are kept while it is read in parts.
const KEPT_VALUES: usize = 4096;

/// A memo of parsed values by their text, so that while typing only the value being typed is parsed again. A value
/// not met in the last eight parses is dropped.
#[derive(Debug, Default)]
pub struct ExprCache {
    values: FxHashMap<Box<str>, Known>,
    parses: u32,
    /// How many there were when the whole text was read last.
    read_last: usize,
}

#[derive(Debug)]
struct Known {
    value: Value,
    last_parse: u32,
}

impl ExprCache {
    /// Number of values kept.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    pub(crate) fn begin_parse(&mut self) {
        self.parses = self.parses.wrapping_add(1);
    }

    /// A part of the text is read: what is not met in it is in use all the same. What was typed on the way is dropped
    /// together with the rest once it is too much.
    pub(crate) fn begin_change(&mut self) {
        if self.values.len() > self.read_last * 2 + KEPT_VALUES {
            self.values.clear();
            self.read_last = 0;
        }
    }

    pub(crate) fn end_parse(&mut self) {
        let parses = self.parses;
        self.values.retain(|_, known| parses.wrapping_sub(known.last_parse) < KEPT_PARSES);
        self.read_last = self.values.len();
    }
}

/// Parses every value anew.
pub(crate) struct Fresh;

impl Values for Fresh {
    fn value(&mut self, text: &str, problems: &mut Vec<Problem>) -> Arc<Expr> {
        let value = parse_value(text);
        problems.extend(value.problems);
        value.expr
    }
}

impl Values for ExprCache {
    fn value(&mut self, text: &str, problems: &mut Vec<Problem>) -> Arc<Expr> {
        let parses = self.parses;
        if let Some(known) = self.values.get_mut(text) {
            known.last_parse = parses;
            problems.extend(known.value.problems.iter().cloned());
            return Arc::clone(&known.value.expr);
        }
        let value = parse_value(text);
        problems.extend(value.problems.iter().cloned());
        let expr = Arc::clone(&value.expr);
        self.values.insert(Box::from(text), Known { value, last_parse: parses });
        expr
    }
}
