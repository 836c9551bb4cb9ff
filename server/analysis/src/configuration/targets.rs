//! What a stack goals of its recovery, and how much data its components keep: `rto`, `rpo`, `[[stack.target]]`, `data_gb`.

use foreshock_model::FaultClass;
use foreshock_text::{FilePath, Place, Problem};
use toml::de::DeValue;

use super::keys;
use super::section::{Item, Section, expected, hint, span_of};

/// How soon something has to be back, and how much data may be lost.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RecoveryGoal {
    /// Whose: an address, `*` for any text; none for every entry point, unless there is a tag.
    pub(crate) address: Option<String>,
    /// Whose: a tag that a resource carries, `tier` or `tier=gold`.
    pub(crate) tag: Option<String>,
    /// After which faults.
    pub(crate) classes: Vec<FaultClass>,
    /// At most so many seconds until it is back.
    pub(crate) rto: Option<(f64, Place)>,
    /// At most so many seconds of data are lost.
    pub(crate) rpo: Option<(f64, Place)>,
}

/// The faults that a promise is about where it names none: the loss of a region is promised only where somebody says so.
const USUAL: [FaultClass; 3] = [FaultClass::Software, FaultClass::Instance, FaultClass::Zone];

/// What a stack promises.
pub(super) fn goals(stack: &Section<'_, '_>, file: &FilePath) -> Vec<RecoveryGoal> {
    let mut found: Vec<RecoveryGoal> = Vec::new();
    let (rto, rpo) = (time(stack, "rto", file), time(stack, "rpo", file));
    if rto.is_some() || rpo.is_some() {
        found.push(RecoveryGoal { address: None, tag: None, classes: USUAL.to_vec(), rto, rpo });
    }
    let Some(item) = stack.get("target") else { return found };
    let Some(items) = item.get_ref().as_array() else {
        expected(stack.problems, "[[stack.target]], a list of tables", item);
        return found;
    };
    for item in items.iter() {
        let Some(table) = item.get_ref().as_table() else {
            expected(stack.problems, "a table", item);
            continue;
        };
        let target = Section::new(table, "[[stack.target]]", keys::names("stack.target"), stack.problems);
        let promise = RecoveryGoal {
            address: target.text("address").map(|(address, _)| address),
            tag: target.text("tag").map(|(tag, _)| tag),
            classes: classes(&target),
            rto: time(&target, "rto", file),
            rpo: time(&target, "rpo", file),
        };
        // What would narrow it and can't be read must not widen it.
        let is_lost = |name, is_read: bool| target.get(name).is_some() && !is_read;
        if is_lost("address", promise.address.is_some()) || is_lost("tag", promise.tag.is_some()) {
            continue;
        }
        if target.get("rto").is_none() && target.get("rpo").is_none() {
            let message = "expected an `rto` or an `rpo`, such as \"15m\"".to_owned();
            stack.problems.borrow_mut().push(Problem::new(span_of(item), message));
        }
        found.push(promise);
    }
    found
}

fn classes(target: &Section<'_, '_>) -> Vec<FaultClass> {
    if target.get("faults").is_none() {
        return USUAL.to_vec();
    }
    let known = FaultClass::ALL.map(|(_, name)| name);
    let mut classes = Vec::new();
    for (name, span) in target.texts("faults") {
        match FaultClass::ALL.iter().find(|(_, known)| *known == name) {
            Some((class, _)) => classes.push(*class),
            None => {
                let message = format!("there is no fault `{name}`{}", hint(&name, known));
                target.problems.borrow_mut().push(Problem::new(span, message));
            }
        }
    }
    classes
}

/// A time: `"15m"`, `"4h"`, or a number of seconds.
fn time(section: &Section<'_, '_>, key: &str, file: &FilePath) -> Option<(f64, Place)> {
    let item = section.get(key)?;
    let seconds = match item.get_ref() {
        DeValue::String(text) => seconds(text),
        DeValue::Integer(number) => number.as_str().parse().ok(),
        DeValue::Float(number) => number.as_str().parse().ok(),
        _ => None,
    };
    let seconds = seconds.filter(|seconds: &f64| seconds.is_finite() && *seconds >= 0.0);
    if seconds.is_none() {
        let message = "expected a time such as \"15m\", \"4h\" or \"1d\", or a number of seconds".to_owned();
        section.problems.borrow_mut().push(Problem::new(span_of(item), message));
    }
    Some((seconds?, Place::new(file.clone(), span_of(item))))
}

fn seconds(text: &str) -> Option<f64> {
    let text = text.trim();
    let (number, unit) = text.split_at(text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len()));
    let unit = match unit.trim() {
        "" | "s" | "sec" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3_600.0,
        "d" => 86_400.0,
        _ => return None,
    };
    Some(number.trim().parse::<f64>().ok()? * unit)
}

/// `[stack.data_gb]`: gigabytes by address.
pub(super) fn sizes(stack: &Section<'_, '_>, file: &FilePath) -> Vec<(String, f64, Place)> {
    let mut found = Vec::new();
    for (key, item) in stack.table("data_gb") {
        match gigabytes(item) {
            Some(size) => {
                found.push((key.get_ref().to_string(), size, Place::new(file.clone(), span_of(item))));
            }
            None => expected(stack.problems, "a number of gigabytes", item),
        }
    }
    found
}

fn gigabytes(item: &Item<'_>) -> Option<f64> {
    let size: f64 = match item.get_ref() {
        DeValue::Integer(number) => number.as_str().parse().ok()?,
        DeValue::Float(number) => number.as_str().parse().ok()?,
        _ => return None,
    };
    (size.is_finite() && size >= 0.0).then_some(size)
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn times_have_units() {
        for (text, expected) in
            [("15m", Some(900.0)), ("4h", Some(14_400.0)), ("1.5 h", Some(5_400.0)), ("30", Some(30.0)), ("1y", None)]
        {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }
}
