//! What happened to one attribute, as the conditions of the tables see it: its value before and after, and how they compare.

use std::cmp::Ordering;
use std::sync::Arc;

use foreshock_resources::{Body, Kind, Value};

use crate::expression::{Expression, Scope, Variables};
use crate::paths;

/// The variables of a condition over one changed attribute of a resource.
pub(super) struct Transition(Scope);

impl Transition {
    /// `now` is the resource as it will be; of the value that is not written there is none.
    pub(super) fn new(now: &Arc<Variables>, was: Option<&Value>, is: Option<&Value>) -> Transition {
        let mut scope = Scope::new(now.clone());
        let value = |value: Option<&Value>| value.map_or_else(Value::null, paths::as_schema);
        let (was, is) = (value(was), value(is));
        let flag = |truth: Option<bool>| match truth {
            Some(truth) => Value::new(Kind::Bool(truth)),
            None => Value::unknown("a value is not known"),
        };
        let numbers = |wanted: Ordering| compared(&was, &is, |value| plain(value)?.trim().parse::<f64>().ok(), wanted);
        scope.insert("larger", flag(numbers(Ordering::Less)));
        scope.insert("smaller", flag(numbers(Ordering::Greater)));
        let versions = |wanted: Ordering| compared(&was, &is, version, wanted);
        scope.insert("higher", flag(versions(Ordering::Less)));
        scope.insert("lower", flag(versions(Ordering::Greater)));
        let parts = || Some((version(&was)?, version(&is)?));
        let both_known = was.is_known() && is.is_known();
        let major = parts().map(|(was, is)| is_major(&was, &is));
        scope.insert("major", flag(both_known.then(|| major.unwrap_or(false))));
        scope.insert("minor", flag(both_known.then(|| major.is_some_and(|major| !major))));
        let members = members(&was, &is);
        let is_form = |form: Members| members.map(|members| members == form);
        scope.insert("more", flag(is_form(Members::More)));
        scope.insert("fewer", flag(is_form(Members::Fewer)));
        scope.insert("other", flag(is_form(Members::Other)));
        scope.insert("was", was);
        scope.insert("is", is);
        Transition(scope)
    }

    /// Whether a condition holds; none when that can't be known.
    pub(super) fn holds(&self, condition: &Expression) -> Option<bool> {
        condition.holds(&self.0)
    }
}

/// What conditions see of a resource.
pub(super) fn variables(body: &Body) -> Arc<Variables> {
    Arc::new(paths::as_object(body, 0))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Members {
    Same,
    More,
    Fewer,
    Other,
}

/// A plain value as text.
pub(super) fn plain(value: &Value) -> Option<Arc<str>> {
    match &value.kind {
        Kind::Bool(flag) => Some(Arc::from(flag.to_string())),
        Kind::Number(number) => Some(Arc::from(number.to_string())),
        Kind::String(text) => Some(text.clone()),
        _ => None,
    }
}

fn compared<T: PartialOrd>(
    was: &Value,
    is: &Value,
    read: impl Fn(&Value) -> Option<T>,
    wanted: Ordering,
) -> Option<bool> {
    if !was.is_known() || !is.is_known() {
        return None;
    }
    let both = || Some((read(was)?, read(is)?));
    Some(both().is_some_and(|(was, is)| was.partial_cmp(&is) == Some(wanted)))
}

/// The numbers of a version: `OpenSearch_2.5` is 2 and 5, `POSTGRES_15` is 15, `8.0.mysql_aurora.3.04.0` is 8, 0, 3, 4, 0.
fn version(value: &Value) -> Option<Vec<u64>> {
    let text = plain(value)?;
    let numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty());
    let numbers: Vec<u64> = numbers.filter_map(|digits| digits.parse().ok()).collect();
    (!numbers.is_empty()).then_some(numbers)
}

/// Whether a step between versions is one between major ones. Up to 9 the second number of PostgreSQL counts as well, and so do
/// those of MySQL.
fn is_major(was: &[u64], is: &[u64]) -> bool {
    let (first, other) = (was.first(), is.first());
    let by_second = first == other && first.is_some_and(|first| (5..=9).contains(first));
    first != other || by_second && was.get(1) != is.get(1)
}

/// How the members of two lists compare; no list has no members.
fn members(was: &Value, is: &Value) -> Option<Members> {
    let list = |value: &Value| -> Option<Vec<Value>> {
        match &value.kind {
            Kind::List(items) | Kind::Set(items) => Some(items.to_vec()),
            Kind::Map(items) => Some(items.values().cloned().collect()),
            Kind::Null => Some(Vec::new()),
            Kind::Unknown(_) => None,
            _ => Some(vec![value.clone()]),
        }
    };
    let (was, is) = (list(was)?, list(is)?);
    let has = |all: &[Value], one: &Value| all.iter().any(|other| super::differ::is_alike(one, other));
    let lost = was.iter().any(|one| !has(&is, one)) || was.len() > is.len();
    let won = is.iter().any(|one| !has(&was, one)) || is.len() > was.len();
    Some(match (lost, won) {
        (false, false) => Members::Same,
        (false, true) => Members::More,
        (true, false) => Members::Fewer,
        (true, true) => Members::Other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(condition: &str, was: Value, is: Value) -> Option<bool> {
        let now = Arc::new(Variables::from([("multi_az".into(), Value::new(Kind::Bool(true)))]));
        Transition::new(&now, Some(&was), Some(&is)).holds(&Expression::parse(condition).unwrap())
    }

    #[test]
    fn numbers_versions_and_members_are_compared() {
        let text = |text: &str| Value::string(text);
        let list = |items: &[&str]| Value::new(Kind::List(Arc::new(items.iter().map(|item| text(item)).collect())));
        assert_eq!(holds("larger", text("20"), text("100")), Some(true));
        assert_eq!(holds("smaller", text("20"), text("100")), Some(false));
        assert_eq!(holds("lower", text("7.1"), text("6.2")), Some(true));
        assert_eq!(holds("higher", text("OpenSearch_2.5"), text("OpenSearch_2.11")), Some(true));
        assert_eq!(holds("major", text("14.9"), text("15.4")), Some(true));
        assert_eq!(holds("minor", text("14.9"), text("14.11")), Some(true));
        assert_eq!(holds("major", text("8.0.35"), text("8.4.3")), Some(true));
        assert_eq!(holds("fewer", list(&["a", "b"]), list(&["a"])), Some(true));
        assert_eq!(holds("other", list(&["a", "b"]), list(&["a", "c"])), Some(true));
        assert_eq!(holds("more && multi_az == true", list(&["a"]), list(&["b", "a"])), Some(true));
        assert_eq!(holds("larger", text("20"), Value::unknown("var.size")), None);
        assert_eq!(holds("was == \"a\" && nobody != true", text("a"), text("b")), Some(true));
    }
}
