//! What is kept from one evaluation to the next.

use std::sync::Arc;

use foreshock_syntax::hcl::Expr;
use foreshock_text::FilePath;
use regex::Regex;
use rustc_hash::FxHashMap;

/// What an evaluation can take over from the one before: parsed templates, compiled patterns. Any cache gives the same
/// answer as an empty one.
#[derive(Debug, Default)]
pub struct ExpressionCache {
    templates: FxHashMap<FilePath, (Arc<str>, Arc<Expr>)>,
    patterns: FxHashMap<Arc<str>, Option<Regex>>,
}

impl ExpressionCache {
    /// The compiled pattern; `None` when it is not one.
    pub(crate) fn pattern(&mut self, text: &str, translate: fn(&str) -> String) -> Option<Regex> {
        /// Patterns made from data could be any number.
        const PATTERNS: usize = 1_000;
        if self.patterns.len() > PATTERNS {
            self.patterns.clear();
        }
        if let Some(pattern) = self.patterns.get(text) {
            return pattern.clone();
        }
        let pattern = regex::RegexBuilder::new(&translate(text)).size_limit(1 << 20).build().ok();
        self.patterns.insert(Arc::from(text), pattern.clone());
        pattern
    }

    /// The expression of a template file, parsed once for each text.
    pub(crate) fn template(&mut self, file: &FilePath, text: &Arc<str>) -> Arc<Expr> {
        if let Some((of, expr)) = self.templates.get(file)
            && (Arc::ptr_eq(of, text) || of == text)
        {
            return expr.clone();
        }
        let expr = Arc::new(foreshock_syntax::hcl::parse_template(text).0);
        self.templates.insert(file.clone(), (text.clone(), expr.clone()));
        expr
    }
}
