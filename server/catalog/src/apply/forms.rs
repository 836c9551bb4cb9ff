//! What a provider takes for the same value although it is written otherwise, and which of its lists have an order.

use std::sync::{Arc, OnceLock};

use foreshock_resources::Value;
use rustc_hash::FxHashMap;

use super::documents::{self, Sort};
use super::links;
use super::transition::{Transition, plain};
use crate::expression::Expression;

const AWS: &str = include_str!("../../data/replacement/aws_forms.tsv");

/// Protocols that have a number.
const PROTOCOLS: [(&str, &str); 5] = [("all", "-1"), ("icmp", "1"), ("tcp", "6"), ("udp", "17"), ("icmpv6", "58")];

/// The paths whose order counts, and the forms that make no difference, by type.
fn lines() -> &'static FxHashMap<&'static str, (&'static str, &'static str)> {
    static LINES: OnceLock<FxHashMap<&'static str, (&'static str, &'static str)>> = OnceLock::new();
    LINES.get_or_init(|| {
        let lines = AWS.lines().filter(|line| !line.starts_with('#'));
        lines
            .filter_map(|line| {
                let (type_name, rest) = line.split_once('\t')?;
                Some((type_name, rest.split_once('\t').unwrap_or((rest, ""))))
            })
            .collect()
    })
}

/// Whether the order of a list, or of blocks, is part of what it says.
pub(super) fn has_order(type_name: &str, path: &str) -> bool {
    lines().get(type_name).is_some_and(|(ordered, _)| ordered.split(' ').any(|one| one == path))
}

/// Whether the provider takes two plain values for the same; none when nobody knows.
pub(super) fn is_same(
    type_name: &str,
    path: &str,
    (was, is): (&Value, &Value),
    transition: &Transition,
) -> Option<bool> {
    let (Some(was), Some(is)) = (legible(was), legible(is)) else { return Some(false) };
    if !type_name.starts_with("aws_") {
        return links::is_same(type_name, path, &was, &is);
    }
    let of_path = lines()
        .get(type_name)
        .and_then(|(_, forms)| forms.split(' ').find_map(|one| one.strip_prefix(path)?.strip_prefix('=')));
    let Some(forms) = of_path else { return Some(false) };
    let has = |form: &str| forms.split(',').any(|one| one == form);
    if has("json") && documents::is_same(sort(type_name, path, has("case"), transition), &was, &is) == Some(true) {
        return Some(true);
    }
    let mut written = [was.to_string(), is.to_string()];
    for form in forms.split(',') {
        match form {
            "case" => written = written.map(|text| text.to_lowercase()),
            "dot" => written = written.map(|text| text.trim_end_matches('.').to_owned()),
            "protocol" => written = written.map(|text| by_number(&text)),
            "name" => written = written.map(|text| name_of(&text).to_owned()),
            _ => {}
        }
    }
    let [was, is] = written;
    Some(was == is)
}

/// A plain value as text, or how it is spelled where it is not known.
fn legible(value: &Value) -> Option<Arc<str>> {
    plain(value).or_else(|| value.spelling().cloned())
}

/// What a text of JSON is. Where the provider overlooks capitals it reads a policy.
fn sort(type_name: &str, path: &str, is_policy: bool, transition: &Transition) -> Sort {
    static OWN_INTERFACE: OnceLock<Option<Expression>> = OnceLock::new();
    match (type_name, path) {
        ("aws_ecs_task_definition", "container_definitions") => {
            let own = OWN_INTERFACE.get_or_init(|| Expression::parse("network_mode == \"awsvpc\"").ok());
            let holds = own.as_ref().and_then(|own| transition.holds(own));
            Sort::Containers { has_own_interface: holds == Some(true) }
        }
        ("aws_batch_job_definition", "container_properties") => Sort::Job,
        _ if is_policy => Sort::Policy,
        _ => Sort::Plain,
    }
}

/// What stands last in an ARN.
fn name_of(arn: &str) -> &str {
    if arn.starts_with("arn:") { arn.rsplit([':', '/']).next().unwrap_or(arn) } else { arn }
}

fn by_number(protocol: &str) -> String {
    let named = PROTOCOLS.iter().find(|(name, _)| name.eq_ignore_ascii_case(protocol));
    named.map_or_else(|| protocol.to_owned(), |(_, number)| (*number).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apply::replacement::attributes;

    fn same(type_name: &str, path: &str, was: &str, is: &str) -> bool {
        let (was, is) = (Value::string(was), Value::string(is));
        let transition = Transition::new(&Arc::default(), Some(&was), Some(&is));
        is_same(type_name, path, (&was, &is), &transition) == Some(true)
    }

    #[test]
    fn forms_make_no_difference_where_the_provider_says_so() {
        assert!(same("aws_route53_zone", "name", "Example.org.", "example.org"));
        assert!(!same("aws_route53_zone", "name", "example.org", "example.com"));
        assert!(same("aws_s3_bucket_policy", "policy", "{\"a\": [1, 2]}", "{\"a\":[1,2]}"));
        assert!(!same("aws_s3_bucket_policy", "policy", "{\"a\": [1, 2]}", "{\"a\":[1,3]}"));
        assert!(!same("aws_db_instance", "username", "App", "app"));
        assert!(has_order("aws_api_gateway_vpc_link", "target_arns"));
        assert!(!has_order("aws_lb", "subnets"));
    }

    #[test]
    fn every_line_is_of_a_known_type() {
        for type_name in lines().keys() {
            assert!(attributes(type_name).is_some(), "{type_name}");
        }
    }
}
