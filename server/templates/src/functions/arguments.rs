//! The arguments of a function, by the types that Go asks for.

use std::ops::RangeInclusive;
use std::rc::Rc;

use crate::go_format::plain;
use crate::number::integer;
use crate::text::Text;
use crate::value::{Kind, Value};

/// The arguments of a function.
#[derive(Clone, Copy)]
pub(crate) struct Args<'a> {
    pub(crate) name: &'a str,
    pub(crate) list: &'a [Value],
}

impl<'a> Args<'a> {
    pub(crate) fn count(&self, wanted: RangeInclusive<usize>) -> Result<(), String> {
        match wanted.contains(&self.list.len()) {
            true => Ok(()),
            false => Err(format!("{} takes {} arguments and is given {}", self.name, told(&wanted), self.list.len())),
        }
    }

    pub(crate) fn get(&self, at: usize) -> Result<&'a Value, String> {
        self.list.get(at).ok_or_else(|| format!("{} needs an argument more", self.name))
    }

    pub(crate) fn wrong(&self, at: usize, wanted: &str) -> String {
        let got = self.list.get(at).map_or_else(|| "nothing".to_owned(), Value::type_name);
        format!("{} needs a {wanted} and is given a {got}", self.name)
    }

    /// A `string`.
    pub(crate) fn text(&self, at: usize) -> Result<&'a Text, String> {
        match &self.get(at)?.kind {
            Kind::Text(text) => Ok(text),
            _ => Err(self.wrong(at, "string")),
        }
    }

    pub(crate) fn str(&self, at: usize) -> Result<&'a str, String> {
        Ok(self.text(at)?.as_str())
    }

    /// An `int`, and nothing that would have to be made one.
    pub(crate) fn int(&self, at: usize) -> Result<i64, String> {
        match &self.get(at)?.kind {
            Kind::Int(number) => Ok(*number),
            _ => Err(self.wrong(at, "int")),
        }
    }

    /// A list.
    pub(crate) fn items(&self, at: usize) -> Result<&'a Rc<Vec<Value>>, String> {
        match &self.get(at)?.kind {
            Kind::List(items) => Ok(items),
            _ => Err(self.wrong(at, "list")),
        }
    }

    /// Anything, as a text.
    pub(crate) fn any_text(&self, at: usize) -> Result<Text, String> {
        Ok(plain(self.get(at)?))
    }
}

fn told(wanted: &RangeInclusive<usize>) -> String {
    match wanted.start() == wanted.end() {
        true => wanted.start().to_string(),
        false => format!("{} to {}", wanted.start(), wanted.end()),
    }
}

/// A value as an `int`, as Go's cast library makes one: 0 of what is none.
pub(crate) fn as_int(value: &Value) -> i64 {
    match &value.kind {
        Kind::Int(number) | Kind::Long(number) => *number,
        Kind::Float(number) => *number as i64,
        Kind::Bool(truth) => i64::from(*truth),
        Kind::Text(text) => {
            let written = text.as_str();
            let whole = match written.split_once('.') {
                Some((whole, zeros)) if !whole.is_empty() && zeros.chars().all(|c| c == '0') => whole,
                _ => written,
            };
            integer(whole).unwrap_or(0)
        }
        _ => 0,
    }
}

/// A value as a `float64`.
pub(crate) fn as_float(value: &Value) -> f64 {
    match &value.kind {
        Kind::Float(number) => *number,
        Kind::Text(text) => text.as_str().trim().parse().unwrap_or(0.0),
        _ => as_int(value) as f64,
    }
}
