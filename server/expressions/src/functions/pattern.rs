//! Functions with regular expressions. The patterns' language is that of RE2, which the `regex` crate shares.

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_resources::{Kind, Value};
use regex::{Captures, Regex};

use super::pattern_syntax::translate;
use super::{Answer, list, room_for_parts, room_for_text, text_arg};
use crate::evaluate::Evaluator;
use crate::failure::{Failure, beyond, fail};

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
        let mut found = Vec::new();
        for captures in pattern.captures_iter(&text) {
            room_for_parts((found.len() + 1) * captures.len())?;
            found.push(captured(&pattern, &captures));
        }
        Ok(list(found))
    }

    fn replace(&self, args: &[Value]) -> Result<Value, Failure> {
        let (text, find, with) = (text_arg(args, 0)?, text_arg(args, 1)?, text_arg(args, 2)?);
        let pattern = find.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')).filter(|_| find.len() > 1);
        match pattern {
            Some(pattern) => replaced(&self.pattern(pattern)?, &text, &with),
            None => {
                let added = text.matches(&*find).count().saturating_mul(with.len());
                room_for_text(text.len().saturating_add(added))?;
                Ok(Value::string(text.replace(&*find, &with)))
            }
        }
    }
}

/// The text with every match replaced, as `replace_all` does it, but only as long as texts may be.
fn replaced(pattern: &Regex, text: &str, with: &str) -> Result<Value, Failure> {
    let mut made = String::new();
    let mut last = 0;
    for captures in pattern.captures_iter(text) {
        let Some(whole) = captures.get(0) else { continue };
        made.push_str(text.get(last..whole.start()).unwrap_or(""));
        captures.expand(with, &mut made);
        last = whole.end();
        room_for_text(made.len())?;
    }
    made.push_str(text.get(last..).unwrap_or(""));
    Ok(Value::string(made))
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
