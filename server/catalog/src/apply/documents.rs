//! What texts of JSON say to the AWS provider: the containers of a task or a job and policies, without what goes without saying.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use foreshock_resources::{Kind, Value};

use crate::expression::{Expression, Variables};

/// Nesting that is looked into.
const DEEPEST: usize = 32;

/// The sorts of texts that the provider reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// Any JSON: its spaces and the order of its keys say nothing.
    Plain,
    /// Containers of ECS, whose tasks have a network interface of their own or not.
    Containers { has_own_interface: bool },
    /// The container of a job of Batch.
    Job,
    /// A policy of IAM.
    Policy,
}

/// Whether two texts say the same; none where one is no JSON.
pub(super) fn is_same(sort: Sort, one: &str, other: &str) -> Option<bool> {
    let (one, other) = (decoded(one)?, decoded(other)?);
    let read = |value: Value| match sort {
        Sort::Plain => value,
        Sort::Containers { has_own_interface } => containers(&value, has_own_interface),
        Sort::Job => job(&value),
        Sort::Policy => policy(&value, "", 0),
    };
    Some(read(one).kind == read(other).kind)
}

fn decoded(text: &str) -> Option<Value> {
    static DECODE: OnceLock<Option<Expression>> = OnceLock::new();
    let decode = DECODE.get_or_init(|| Expression::parse("jsondecode(text)").ok());
    let value = decode.as_ref()?.value(&Variables::from([("text".into(), Value::string(text))]));
    value.is_wholly_known().then(|| bare(&value, 0))
}

/// Without what a value carries.
fn bare(value: &Value, depth: usize) -> Value {
    if depth > DEEPEST {
        return value.clone();
    }
    Value::new(match &value.kind {
        Kind::List(items) | Kind::Set(items) => {
            Kind::List(Arc::new(items.iter().map(|item| bare(item, depth + 1)).collect()))
        }
        Kind::Map(items) => {
            Kind::Map(Arc::new(items.iter().map(|(name, item)| (name.clone(), bare(item, depth + 1))).collect()))
        }
        kind => kind.clone(),
    })
}

type Object = BTreeMap<Arc<str>, Value>;

fn object(value: Object) -> Value {
    Value::new(Kind::Map(Arc::new(value)))
}

fn list(items: Vec<Value>) -> Value {
    Value::new(Kind::List(Arc::new(items)))
}

/// What is done with each object of a list; what is no list of objects stays.
fn each(value: &Value, change: impl Fn(&mut Object)) -> Value {
    let Kind::List(items) = &value.kind else { return value.clone() };
    let changed = items.iter().map(|item| match &item.kind {
        Kind::Map(fields) => {
            let mut fields = Object::clone(fields);
            change(&mut fields);
            object(fields)
        }
        _ => item.clone(),
    });
    list(changed.collect())
}

fn drop_where(fields: &mut Object, name: &str, is_default: impl Fn(&Kind) -> bool) {
    if fields.get(name).is_some_and(|value| is_default(&value.kind)) {
        fields.remove(name);
    }
}

fn is_number(wanted: f64) -> impl Fn(&Kind) -> bool {
    move |kind| matches!(kind, Kind::Number(number) if *number == wanted)
}

fn drop_empty(fields: &mut Object) {
    fields.retain(|_, value| match &value.kind {
        Kind::Null => false,
        Kind::List(items) => !items.is_empty(),
        _ => true,
    });
}

/// A list of named things, which has no order.
fn by_name(value: &Value) -> Value {
    let Kind::List(items) = &value.kind else { return value.clone() };
    let name = |item: &Value| match &item.kind {
        Kind::Map(fields) => match fields.get("name").map(|name| &name.kind) {
            Some(Kind::String(name)) => Some(name.clone()),
            _ => None,
        },
        _ => None,
    };
    let mut sorted = items.to_vec();
    sorted.sort_by_key(name);
    list(sorted)
}

fn change_field(fields: &mut Object, name: &str, change: impl Fn(&Value) -> Value) {
    if let Some(value) = fields.get_mut(name) {
        *value = change(value);
    }
}

fn containers(value: &Value, has_own_interface: bool) -> Value {
    let port = |fields: &mut Object| {
        drop_where(fields, "protocol", |kind| matches!(kind, Kind::String(text) if **text == *"tcp"));
        drop_where(fields, "hostPort", is_number(0.0));
        if has_own_interface && !fields.contains_key("hostPort") {
            fields.extend(fields.get("containerPort").cloned().map(|port| ("hostPort".into(), port)));
        }
        drop_empty(fields);
    };
    let health = |value: &Value| {
        let Kind::Map(fields) = &value.kind else { return value.clone() };
        let mut fields = Object::clone(fields);
        for (name, default) in [("interval", 30.0), ("retries", 3.0), ("timeout", 5.0)] {
            drop_where(&mut fields, name, is_number(default));
        }
        object(fields)
    };
    let container = |fields: &mut Object| {
        drop_empty(fields);
        drop_where(fields, "essential", |kind| *kind == Kind::Bool(true));
        drop_where(fields, "cpu", is_number(0.0));
        change_field(fields, "portMappings", |ports| each(ports, port));
        change_field(fields, "healthCheck", health);
        change_field(fields, "environment", by_name);
        change_field(fields, "secrets", by_name);
    };
    // Keys in capitals are the same keys.
    by_name(&each(&each(value, small_keys), container))
}

fn small_keys(fields: &mut Object) {
    let small = |name: &Arc<str>| -> Arc<str> {
        let mut letters = name.chars();
        let first = letters.next().map(|first| first.to_ascii_lowercase());
        first.into_iter().chain(letters).collect::<String>().into()
    };
    *fields = std::mem::take(fields).into_iter().map(|(name, value)| (small(&name), value)).collect();
}

fn job(value: &Value) -> Value {
    let Kind::Map(fields) = &value.kind else { return value.clone() };
    let mut fields = Object::clone(fields);
    drop_empty(&mut fields);
    change_field(&mut fields, "environment", by_name);
    object(fields)
}

/// One of something is the same as a list of it, and such a list has no order.
fn policy(value: &Value, around: &str, depth: usize) -> Value {
    if depth > DEEPEST {
        return value.clone();
    }
    match &value.kind {
        Kind::Map(fields) => {
            let mut fields = Object::clone(fields);
            drop_where(&mut fields, "Sid", |kind| matches!(kind, Kind::String(text) if text.is_empty()));
            for (name, inner) in &mut fields {
                *inner = policy(inner, name, depth + 1);
            }
            let fields = object(fields);
            if around == "Statement" { list(vec![fields]) } else { fields }
        }
        Kind::List(items) => {
            let mut items: Vec<Value> = items.iter().map(|item| policy(item, "", depth + 1)).collect();
            items.sort_by_cached_key(|item| format!("{:?}", item.kind));
            list(items)
        }
        _ if matches!(around, "" | "Version" | "Id" | "Effect" | "Sid") => value.clone(),
        _ => list(vec![value.clone()]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(sort: Sort, one: &str, other: &str, is: bool) {
        assert_eq!(is_same(sort, one, other), Some(is), "{one} and {other}");
    }

    #[test]
    fn defaults_of_a_container_go_without_saying() {
        let sort = Sort::Containers { has_own_interface: false };
        let bare = r#"[{"name": "a", "image": "b"}]"#;
        let with = |more: &str| format!(r#"[{{"name": "a", "image": "b", {more}}}]"#);
        for more in [
            r#""essential": true"#,
            r#""cpu": 0"#,
            r#""environment": [], "mountPoints": [], "portMappings": []"#,
            r#""command": null"#,
        ] {
            check(sort, bare, &with(more), true);
        }
        for more in [r#""essential": false"#, r#""cpu": 10"#, r#""privileged": false"#, r#""user": """#] {
            check(sort, bare, &with(more), false);
        }
        let health = |more: &str| with(&format!(r#""healthCheck": {{"command": ["x"]{more}}}"#));
        check(sort, &health(""), &health(r#", "interval": 30, "retries": 3, "timeout": 5"#), true);
        check(sort, &health(""), &health(r#", "interval": 10"#), false);
        check(sort, bare, r#"[{"Name": "a", "Image": "b"}]"#, true);
    }

    #[test]
    fn variables_and_containers_have_no_order_and_mounts_have_one() {
        let sort = Sort::Containers { has_own_interface: false };
        let with = |name: &str, items: &str| format!(r#"[{{"name": "a", "{name}": [{items}]}}]"#);
        let (a, b) = (r#"{"name": "A", "value": "1"}"#, r#"{"name": "B", "value": "2"}"#);
        check(sort, &with("environment", &format!("{a}, {b}")), &with("environment", &format!("{b}, {a}")), true);
        check(sort, &with("mountPoints", &format!("{a}, {b}")), &with("mountPoints", &format!("{b}, {a}")), false);
        check(sort, r#"[{"name": "a"}, {"name": "b"}]"#, r#"[{"name": "b"}, {"name": "a"}]"#, true);
    }

    #[test]
    fn a_port_of_the_host_is_that_of_a_container_with_an_interface() {
        let ports = |more: &str| format!(r#"[{{"name": "a", "portMappings": [{{"containerPort": 80{more}}}]}}]"#);
        let shared = Sort::Containers { has_own_interface: false };
        check(shared, &ports(""), &ports(r#", "protocol": "tcp", "hostPort": 0"#), true);
        check(shared, &ports(""), &ports(r#", "hostPort": 80"#), false);
        check(Sort::Containers { has_own_interface: true }, &ports(""), &ports(r#", "hostPort": 80"#), true);
    }

    #[test]
    fn a_policy_says_the_same_in_lists_and_alone() {
        let policy = |action: &str| {
            format!(
                r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": {action}, "Resource": "*"}}]}}"#
            )
        };
        check(Sort::Policy, &policy(r#""s3:Get""#), &policy(r#"["s3:Get"]"#), true);
        check(Sort::Policy, &policy(r#"["s3:Get", "s3:Put"]"#), &policy(r#"["s3:Put", "s3:Get"]"#), true);
        check(Sort::Policy, &policy(r#""s3:Get""#), &policy(r#""s3:get""#), false);
        check(Sort::Policy, r#"{"Statement": {"Sid": ""}}"#, r#"{"Statement": [{}]}"#, true);
        check(Sort::Policy, r#"{"Statement": {"Sid": ""}}"#, r#"{"Statement": [{"Sid": "a"}]}"#, false);
    }

    #[test]
    fn what_is_no_json_is_not_compared() {
        assert_eq!(is_same(Sort::Plain, "{", "{}"), None);
        assert_eq!(is_same(Sort::Plain, "{\"a\": [1, 2]}", "{\"a\":[1,2]}"), Some(true));
    }
}
