//! Compares what `foreshock resolve --format json` says of a stack with what Terraform said.
//!
//! Works on JSON alone. A value we call unknown is not wrong; a different value is. What depends on a data source, which
//! no reader of text can know, is counted apart, and so are values of stand-ins (`stub-`).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

/// What the comparison of one stack found.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// Managed instances of the plan, less those apart.
    pub(crate) instances: usize,
    /// Of these, how many we list.
    pub(crate) instances_found: usize,
    /// Instances of the plan whose number depends on something outside the text; we list them as `[*]`.
    pub(crate) instances_apart: usize,
    /// Ours that are not in the plan.
    pub(crate) instances_invented: Vec<String>,
    /// Those of the plan that we lack.
    pub(crate) instances_missed: Vec<String>,
    /// Written attributes whose value the plan knows.
    pub(crate) values: usize,
    /// Of these, how many we know, and the same.
    pub(crate) values_equal: usize,
    /// Known to the plan, unknown to us because of a data source or because they are sensitive.
    pub(crate) values_apart: usize,
    /// The same, one by one.
    pub(crate) values_set_apart: Vec<String>,
    /// Known to the plan, unknown to us, with our reason.
    pub(crate) values_missed: Vec<String>,
    /// Known to both, and different because the provider is known to store another form than is written.
    pub(crate) values_rewritten: Vec<String>,
    /// Known to both, and different.
    pub(crate) values_wrong: Vec<String>,
    /// Attributes that the configuration sets on instances we list.
    pub(crate) attributes: usize,
    /// Of these, those we do not list.
    pub(crate) attributes_missed: Vec<String>,
    /// References of `terraform graph`.
    pub(crate) references: usize,
    /// Of these, how many we have.
    pub(crate) references_found: usize,
    /// Ours that are not in the graph.
    pub(crate) references_invented: Vec<String>,
    /// Those of the graph that we lack.
    pub(crate) references_missed: Vec<String>,
}

/// What is known of a value on our side against the plan's.
#[derive(Clone, Debug, PartialEq)]
enum Verdict {
    Equal,
    /// We don't know all that the plan knows.
    Missed(String),
    Wrong,
    /// The plan does not know it, or it is not comparable.
    Nothing,
}

/// Compares one stack: `ours` is an element of `stacks`, `expected` and `plan` are the stored truth.
pub(crate) fn compare(ours: &Json, expected: &Json, plan: &Json) -> Report {
    let mut report = Report::default();
    compare_instances(ours, expected, &mut report);
    compare_values(ours, plan, &mut report);
    compare_attributes(ours, plan, &mut report);
    compare_references(ours, expected, &mut report);
    report
}

/// Whether each attribute that the plan's configuration has an expression for is in ours.
fn compare_attributes(ours: &Json, plan: &Json, report: &mut Report) {
    let mut written = BTreeMap::new();
    if let Some(root) = plan.pointer("/configuration/root_module") {
        written_attributes(root, "", &mut written);
    }
    for instance in array(ours, "instances") {
        let address = text(instance, "address");
        let Some(names) = written.get(&without_keys(address)) else { continue };
        report.attributes += names.len();
        for name in names.iter().filter(|name| instance.get("values").is_none_or(|values| values.get(name).is_none())) {
            report.attributes_missed.push(format!("{address}.{name}"));
        }
    }
}

fn written_attributes<'j>(module: &'j Json, path: &str, into: &mut BTreeMap<String, Vec<&'j str>>) {
    for resource in array(module, "resources") {
        let names = resource.get("expressions").and_then(Json::as_object).into_iter().flatten();
        // A block that is generated is in the configuration as an empty list.
        let names = names.filter(|(_, value)| !is_empty(value)).map(|(name, _)| name.as_str()).collect();
        into.insert(format!("{path}{}", text(resource, "address")), names);
    }
    for (name, call) in module.get("module_calls").and_then(Json::as_object).into_iter().flatten() {
        if let Some(inner) = call.get("module") {
            written_attributes(inner, &format!("{path}module.{name}."), into);
        }
    }
}

/// The address of the resource of an instance.
fn without_keys(address: &str) -> String {
    let (mut plain, mut inside, mut quoted, mut escaped) = (String::new(), false, false, false);
    for character in address.chars() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            '[' if !quoted => inside = true,
            ']' if !quoted => inside = false,
            _ if inside => {}
            other => plain.push(other),
        }
    }
    plain
}

fn array<'j>(json: &'j Json, name: &str) -> &'j [Json] {
    json.get(name).and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn text<'j>(json: &'j Json, name: &str) -> &'j str {
    json.get(name).and_then(Json::as_str).unwrap_or_default()
}

fn is_data(address: &str) -> bool {
    let mut rest = address;
    while let Some(after) = rest.strip_prefix("module.") {
        rest = end_of_module(after);
    }
    rest.starts_with("data.")
}

/// What comes after the name and key of a module.
fn end_of_module(address: &str) -> &str {
    let mut quoted = false;
    let mut escaped = false;
    for (index, byte) in address.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => quoted = !quoted,
            b'.' if !quoted => return address.get(index + 1..).unwrap_or_default(),
            _ => {}
        }
    }
    ""
}

/// The address with every key replaced by `[*]` where `like` has `[*]`.
fn covered_by(address: &str, like: &str) -> bool {
    let mut rest = address;
    let mut pieces = like.split("[*]");
    let Some(first) = pieces.next() else { return false };
    let Some(after) = rest.strip_prefix(first) else { return false };
    rest = after;
    for piece in pieces {
        let Some(inside) = rest.strip_prefix('[') else { return false };
        let end = match inside.strip_prefix('"') {
            Some(name) => name.find("\"]").map(|end| end + 3),
            None => inside.find(']').map(|end| end + 1),
        };
        let Some(after) = end.and_then(|end| inside.get(end..)).and_then(|after| after.strip_prefix(piece)) else {
            return false;
        };
        rest = after;
    }
    rest.is_empty()
}

fn compare_instances(ours: &Json, expected: &Json, report: &mut Report) {
    let wanted: BTreeSet<&str> = array(expected, "instances").iter().map(|one| text(one, "address")).collect();
    let mine: BTreeSet<&str> =
        array(ours, "instances").iter().map(|one| text(one, "address")).filter(|address| !is_data(address)).collect();
    let open: Vec<&str> = mine.iter().copied().filter(|address| address.contains("[*]")).collect();
    for address in &wanted {
        if mine.contains(address) {
            report.instances += 1;
            report.instances_found += 1;
        } else if open.iter().any(|like| covered_by(address, like)) {
            report.instances_apart += 1;
        } else {
            report.instances += 1;
            report.instances_missed.push((*address).to_owned());
        }
    }
    for address in mine.iter().filter(|address| !address.contains("[*]") && !wanted.contains(**address)) {
        report.instances_invented.push((*address).to_owned());
    }
}

fn compare_values(ours: &Json, plan: &Json, report: &mut Report) {
    let changes: BTreeMap<&str, &Json> =
        array(plan, "resource_changes").iter().map(|change| (text(change, "address"), change)).collect();
    for instance in array(ours, "instances") {
        let address = text(instance, "address");
        let managed = changes.get(address).filter(|change| text(change, "mode") != "data");
        let Some(change) = managed.and_then(|change| change.get("change")) else { continue };
        let Some(values) = instance.get("values").and_then(Json::as_object) else { continue };
        for (name, value) in values {
            let after = change.get("after").and_then(|after| after.get(name)).unwrap_or(&Json::Null);
            let unknown = change.get("after_unknown").and_then(|unknown| unknown.get(name)).unwrap_or(&Json::Null);
            let mine = match (value.get("known"), value.get("partly")) {
                (Some(known), _) => known,
                (None, Some(partly)) => partly,
                (None, None) => value,
            };
            let verdict = match verdict(mine, after, unknown) {
                Verdict::Wrong if rewritten(text(instance, "type"), name, mine, after) => {
                    report.values_rewritten.push(format!("{address}.{name}"));
                    continue;
                }
                verdict => verdict,
            };
            match verdict {
                Verdict::Nothing => {}
                Verdict::Equal => {
                    report.values += 1;
                    report.values_equal += 1;
                }
                Verdict::Wrong => {
                    report.values += 1;
                    let line = format!("{address}.{name}: we say {mine}, terraform says {after}");
                    report.values_wrong.push(line);
                }
                Verdict::Missed(why) if why.contains("data.") || why == "sensitive" => {
                    report.values_apart += 1;
                    report.values_set_apart.push(format!("{address}.{name}: {why}"));
                }
                Verdict::Missed(why) => {
                    report.values += 1;
                    report.values_missed.push(format!("{address}.{name}: {why}; terraform says {after}"));
                }
            }
        }
    }
}

/// Why our side does not know; `None` when it does.
fn unknown_reason(mine: &Json) -> Option<&str> {
    let object = mine.as_object()?;
    if object.len() == 1 { object.get("unknown")?.as_str() } else { None }
}

fn is_stub(json: &Json) -> bool {
    json.as_str().is_some_and(|text| text.contains("stub-"))
}

fn verdict(mine: &Json, plan: &Json, unknown: &Json) -> Verdict {
    if unknown == &Json::Bool(true) || is_stub(plan) {
        return Verdict::Nothing;
    }
    if let Some(why) = unknown_reason(mine) {
        return if holds_something(plan) { Verdict::Missed(why.to_owned()) } else { Verdict::Nothing };
    }
    match (mine, plan) {
        // Not set, so the provider decides.
        (Json::Null, _) => Verdict::Nothing,
        (mine, Json::Null) if is_empty(mine) => Verdict::Equal,
        (Json::Array(mine), Json::Array(plan)) => lists(mine, plan, unknown),
        (Json::Object(mine), Json::Object(plan)) => {
            let fields = mine.iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| {
                let plan = plan.get(name).unwrap_or(&Json::Null);
                verdict(value, plan, unknown.get(name).unwrap_or(&Json::Null))
            });
            all(fields)
        }
        // A block that may stand only once is an object in the plan.
        (Json::Array(items), Json::Object(_)) if items.len() == 1 => verdict(&items[0], plan, unknown),
        _ if same_text(mine, plan) => Verdict::Equal,
        _ => Verdict::Wrong,
    }
}

/// Where the provider plans another form than is written. Each of these was looked up in the provider, and compares what
/// can still be compared.
fn rewritten(type_name: &str, name: &str, mine: &Json, plan: &Json) -> bool {
    match (type_name, name) {
        // Stored as the SHA-1 of the text.
        (_, "user_data") => {
            plan.as_str().is_some_and(|plan| plan.len() == 40 && plan.bytes().all(|b| b.is_ascii_hexdigit()))
        }
        // The last dot of a domain name is dropped.
        ("aws_route53_record", "name") => match (mine.as_str(), plan.as_str()) {
            (Some(mine), Some(plan)) => mine.trim_end_matches('.') == plan,
            _ => false,
        },
        // The certificate's own name is always in the list.
        ("aws_acm_certificate", "subject_alternative_names") => {
            let (Some(mine), Some(plan)) = (mine.as_array(), plan.as_array()) else { return false };
            plan.len() == mine.len() + 1 && mine.iter().all(|name| plan.contains(name))
        }
        // Days of the week are stored in lower case.
        (_, "maintenance_window") => match (mine.as_str(), plan.as_str()) {
            (Some(mine), Some(plan)) => mine.to_lowercase() == plan,
            _ => false,
        },
        // Has no meaning for application load balancers, and is left out of their plan.
        ("aws_lb", "enable_cross_zone_load_balancing") => plan.is_null(),
        // Read into the fields of the provider, whatever the case of their names, and printed again with their own.
        ("aws_ecs_task_definition", "container_definitions") => match (mine.as_str(), plan.as_str()) {
            (Some(mine), Some(plan)) => mine.to_lowercase() == plan.to_lowercase(),
            _ => false,
        },
        // The dedicated masters' type and number are left out while there are none.
        ("aws_elasticsearch_domain", "cluster_config") => {
            let get = |json: &Json, name: &str| json.get(0).and_then(|config| config.get(name)).cloned();
            get(plan, "dedicated_master_enabled") == Some(Json::Bool(false))
                && ["instance_count", "instance_type", "dedicated_master_enabled"]
                    .iter()
                    .all(|name| get(mine, name) == get(plan, name))
        }
        _ => false,
    }
}

fn lists(mine: &[Json], plan: &[Json], unknown: &Json) -> Verdict {
    if mine.len() != plan.len() {
        return Verdict::Wrong;
    }
    let flag = |index: usize| unknown.get(index).unwrap_or(&Json::Null);
    let in_order = all(mine.iter().zip(plan).enumerate().map(|(at, (mine, plan))| verdict(mine, plan, flag(at))));
    if in_order != Verdict::Wrong {
        return in_order;
    }
    // A set: each of ours must have a partner. The most definite first, so that those in part unknown take what is left.
    let mut left: Vec<usize> = (0..plan.len()).collect();
    let mut verdicts = Vec::new();
    let mut waiting: Vec<&Json> = mine.iter().collect();
    for wanted in [Verdict::Equal, Verdict::Nothing] {
        waiting.retain(|mine| {
            let found = left.iter().position(|&at| verdict(mine, &plan[at], flag(at)) == wanted);
            match found {
                Some(found) => {
                    left.remove(found);
                    verdicts.push(wanted.clone());
                    false
                }
                None => true,
            }
        });
    }
    for mine in waiting {
        let found = left.iter().position(|&at| verdict(mine, &plan[at], flag(at)) != Verdict::Wrong);
        let Some(found) = found else { return Verdict::Wrong };
        let at = left.remove(found);
        verdicts.push(verdict(mine, &plan[at], flag(at)));
    }
    all(verdicts.into_iter())
}

/// The verdict over parts: wrong if one is, missed if one is, equal if anything could be compared.
fn all(parts: impl Iterator<Item = Verdict>) -> Verdict {
    let mut result = Verdict::Nothing;
    let mut any = false;
    for part in parts {
        any = true;
        match (&result, part) {
            (_, Verdict::Wrong) => return Verdict::Wrong,
            (Verdict::Missed(_), _) | (_, Verdict::Nothing) => {}
            (_, part) => result = part,
        }
    }
    if any { result } else { Verdict::Equal }
}

fn holds_something(plan: &Json) -> bool {
    match plan {
        Json::Null => false,
        Json::Array(items) => items.iter().any(holds_something),
        Json::Object(items) => items.values().any(holds_something),
        _ => !is_stub(plan),
    }
}

fn is_empty(json: &Json) -> bool {
    match json {
        Json::Array(items) => items.is_empty(),
        Json::Object(items) => items.is_empty(),
        Json::String(text) => text.is_empty(),
        _ => false,
    }
}

/// Whether two primitives are the same once the provider's schema has made them one type.
fn same_text(mine: &Json, plan: &Json) -> bool {
    if mine == plan {
        return true;
    }
    let print = |json: &Json| match json {
        Json::String(text) => Some(text.clone()),
        Json::Bool(flag) => Some(flag.to_string()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let (Some(mine), Some(plan)) = (print(mine), print(plan)) else { return false };
    if mine == plan {
        return true;
    }
    if let (Ok(mine), Ok(plan)) = (mine.parse::<f64>(), plan.parse::<f64>()) {
        return mine == plan;
    }
    // Providers print JSON in their own way.
    let parse = |text: &str| serde_json::from_str::<Json>(text).ok().filter(|json| json.is_object() || json.is_array());
    match (parse(&mine), parse(&plan)) {
        (Some(mine), Some(plan)) => mine == plan,
        _ => false,
    }
}

fn compare_references(ours: &Json, expected: &Json, report: &mut Report) {
    let wanted: BTreeSet<(&str, &str)> = array(expected, "edges")
        .iter()
        .filter_map(|edge| Some((edge.get(0)?.as_str()?, edge.get(1)?.as_str()?)))
        .collect();
    let mine: BTreeSet<(&str, &str)> =
        array(ours, "references").iter().map(|one| (text(one, "from"), text(one, "to"))).collect();
    report.references = wanted.len();
    report.references_found = wanted.intersection(&mine).count();
    report.references_missed = wanted.difference(&mine).map(|(from, to)| format!("{from} -> {to}")).collect();
    report.references_invented = mine.difference(&wanted).map(|(from, to)| format!("{from} -> {to}")).collect();
}
