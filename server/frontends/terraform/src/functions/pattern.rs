//! Functions with regular expressions. The patterns' language is that of RE2, which the `regex` crate shares.

use std::collections::BTreeMap;
use std::sync::Arc;

use regex::{Captures, Regex};

use super::pattern_syntax::translate;
use super::{Answer, list, text_arg};
use crate::evaluate::Evaluator;
use crate::failure::{Failure, beyond, fail};
use crate::value::{Kind, Value};

impl Evaluator<'_> {
    pub(super) fn pattern_call(&self, name: &str, args: &[Value]) -> Answer {
        Some(match name {
            "regex" => self.regex(args),
            "regexall" => self.regexall(args),
            "replace" => self.replace(args),
            _ => return None,
        })
    }

    fn pattern(&self, text: &str) -> Result<Regex, Failure> {
        match self.cache.borrow_mut().pattern(text, translate) {
            Some(pattern) => Ok(pattern),
            None => beyond(format!("{text:?} is not a regular expression that is understood here")),
        }
    }

    fn regex(&self, args: &[Value]) -> Result<Value, Failure> {
        let (pattern, text) = (self.pattern(&text_arg(args, 0)?)?, text_arg(args, 1)?);
        match pattern.captures(&text) {
            Some(captures) => Ok(captured(&pattern, &captures)),
            None => fail("the regular expression does not match"),
        }
    }

    fn regexall(&self, args: &[Value]) -> Result<Value, Failure> {
        let (pattern, text) = (self.pattern(&text_arg(args, 0)?)?, text_arg(args, 1)?);
        Ok(list(pattern.captures_iter(&text).map(|captures| captured(&pattern, &captures)).collect()))
    }

    fn replace(&self, args: &[Value]) -> Result<Value, Failure> {
        let (text, find, with) = (text_arg(args, 0)?, text_arg(args, 1)?, text_arg(args, 2)?);
        let pattern = find.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')).filter(|_| find.len() > 1);
        match pattern {
            Some(pattern) => Ok(Value::string(self.pattern(pattern)?.replace_all(&text, &*with).into_owned())),
            None => Ok(Value::string(text.replace(&*find, &with))),
        }
    }
}

/// The whole match without groups, a list of unnamed groups, an object of named ones.
fn captured(pattern: &Regex, captures: &Captures<'_>) -> Value {
    let group = |index: usize| match captures.get(index) {
        Some(found) => Value::string(found.as_str()),
        None => Value::null(),
    };
    if captures.len() == 1 {
        return group(0);
    }
    let named: Vec<(usize, &str)> =
        pattern.capture_names().enumerate().filter_map(|(index, name)| Some((index, name?))).collect();
    if named.is_empty() {
        return list((1..captures.len()).map(group).collect());
    }
    let object: BTreeMap<Arc<str>, Value> =
        named.into_iter().map(|(index, name)| (Arc::from(name), group(index))).collect();
    Value::new(Kind::Map(Arc::new(object)))
}
