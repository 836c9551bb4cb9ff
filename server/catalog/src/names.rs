//! What a resource is called: the attribute in which its type has its name, and the forms in which others write it.

use std::collections::BTreeSet;
use std::sync::Arc;

use foreshock_resources::{Instance, Kind, Mode, NAMELESS, Value};
use rustc_hash::FxHashMap;

use crate::graph::Graph;
use crate::paths::{self, Found};
use crate::reads::Cell;

/// The ends of a type's name, the longest first: `db_instance` and `instance` of `aws_db_instance`.
fn ends(type_name: &str) -> impl Iterator<Item = &str> {
    let own = type_name.strip_suffix("_v1").unwrap_or(type_name);
    own.match_indices('_').filter_map(move |(at, _)| own.get(at + 1..))
}

/// The attribute in which an instance has its own name, by its type: `name`, `identifier`, `bucket` of `aws_s3_bucket`,
/// `cluster_id` of `aws_elasticache_cluster`. That of another, `bucket` of `aws_s3_bucket_versioning`, is not its own.
pub(crate) fn own_name(instance: &Instance) -> Option<(&'static str, &Value)> {
    let at = |path: &str| paths::attribute(&instance.body, path).map(|attribute| &attribute.value);
    for path in ["name", "identifier", "family", "metadata.name"] {
        if let Some(value) = at(path) {
            return Some((path, value));
        }
    }
    let mut name = String::new();
    for end in ends(&instance.type_name) {
        for suffix in ["_name", "_identifier", "_id", ""] {
            name.clear();
            name.push_str(end);
            name.push_str(suffix);
            if let Some(attribute) = instance.body.attributes.get(name.as_str()) {
                return Some(("", &attribute.value));
            }
        }
    }
    None
}

/// Whether an attribute of that name holds the own name of such a type.
pub(crate) fn is_own_name(type_name: &str, attribute: &str) -> bool {
    matches!(attribute, "name" | "identifier" | "family" | "metadata.name" | "arn" | "id" | "url")
        || ends(type_name).any(|end| {
            let rest = attribute.strip_prefix(end);
            rest.is_some_and(|rest| matches!(rest, "" | "_name" | "_identifier" | "_id" | "_arn" | "_url"))
        })
}

/// Whether an attribute is named after a type: `role` and `role_arn` after `aws_iam_role`, `target_group_arns` after
/// `aws_lb_target_group`.
fn is_named_after(attribute: &str, type_name: &str) -> bool {
    let singular = attribute.strip_suffix('s').unwrap_or(attribute);
    [attribute, singular].into_iter().any(|name| {
        ends(type_name).any(|end| {
            let rest = name.strip_prefix(end).or_else(|| name.rsplit_once(end).map(|(_, rest)| rest));
            rest.is_some_and(|rest| matches!(rest, "" | "_name" | "_identifier" | "_id" | "_arn" | "_url"))
        })
    })
}

/// ARNs of one policy that are looked at.
const MOST_ARNS: usize = 1_000;

/// Services in ARNs that their types are not named after.
const SERVICES: &[(&str, &str)] = &[
    ("apigateway", "_api"),
    ("ec2", "_ebs_"),
    ("ec2", "aws_instance"),
    ("elasticfilesystem", "_efs_"),
    ("elasticloadbalancing", "_lb"),
    ("es", "search_domain"),
    ("events", "_cloudwatch_event_"),
    ("logs", "_cloudwatch_log_"),
    ("rds", "_db_"),
    ("rds", "_docdb_"),
    ("rds", "_neptune_"),
    ("states", "_sfn_"),
];

/// Hosts that a provider names after the resource, by what stands behind the first dot, and a part of the type.
const HOSTS: &[(&str, &str)] = &[
    (".azurewebsites.net", "_app"),
    (".blob.core.windows.net", "_storage_account"),
    (".cache.amazonaws.com", "_elasticache_"),
    (".database.windows.net", "sql_server"),
    (".dfs.core.windows.net", "_storage_account"),
    (".documents.azure.com", "_cosmosdb_account"),
    (".es.amazonaws.com", "search_domain"),
    (".file.core.windows.net", "_storage_account"),
    (".mysql.database.azure.com", "_mysql_"),
    (".postgres.database.azure.com", "_postgresql_"),
    (".queue.core.windows.net", "_storage_account"),
    (".rds.amazonaws.com", "_db_instance"),
    (".rds.amazonaws.com", "_rds_cluster"),
    (".redis.cache.windows.net", "_redis_"),
    (".s3.amazonaws.com", "_s3_bucket"),
    (".servicebus.windows.net", "_eventhub_namespace"),
    (".servicebus.windows.net", "_servicebus_namespace"),
    (".storage.googleapis.com", "_storage_bucket"),
    (".table.core.windows.net", "_storage_account"),
    (".vault.azure.net", "_key_vault"),
];

/// A text in which somebody may be named, taken apart: the name, and the service of an ARN or the part of a type that a
/// host belongs to.
pub(crate) struct Naming<'t> {
    pub(crate) name: &'t str,
    service: Option<&'t str>,
    of_type: Option<&'static str>,
}

impl<'t> Naming<'t> {
    fn plain(name: &'t str) -> Naming<'t> {
        Naming { name, service: None, of_type: None }
    }

    /// Who a host that a provider gave belongs to.
    fn of_host(text: &'t str) -> impl Iterator<Item = Naming<'t>> {
        let bare = text.split_once("://").map_or(text, |(_, rest)| rest);
        let host = bare.split(['/', ':', '@', '?']).next().unwrap_or_default().trim_end_matches('.');
        let name = host.split('.').next().unwrap_or_default();
        let in_region = host.ends_with(".amazonaws.com") && host.contains(".s3.");
        let fits = move |suffix: &str| host.ends_with(suffix) || (in_region && suffix == ".s3.amazonaws.com");
        let types = HOSTS.iter().filter(move |(suffix, _)| fits(suffix));
        types.map(move |(_, part)| Naming { of_type: Some(part), ..Naming::plain(name) })
    }

    /// The names a text may be: itself, what an ARN says, the last part of a path.
    pub(crate) fn of(text: &'t str) -> Vec<Naming<'t>> {
        if let Some(rest) = text.strip_prefix("arn:") {
            let parts = split_outside(rest, ':');
            let (Some(service), Some(resource)) = (parts.get(1), parts.get(4)) else { return Vec::new() };
            // `table/orders/index/*`, `function:f:live`, `secret:db-AbCdEf`, and of a bucket its name alone.
            let resource = match parts.get(5) {
                Some(named) if !resource.contains('/') => named,
                _ => resource,
            };
            let mut names: Vec<&str> = split_outside(resource, '/');
            if names.len() > 1 && !matches!(*service, "s3" | "secretsmanager") {
                names.remove(0);
            }
            let first = names.first().copied().unwrap_or_default();
            let all = resource.split_once('/').map_or(first, |(_, rest)| rest);
            let bare = first.strip_suffix("-??????").or_else(|| first.strip_suffix("-*")).unwrap_or(first);
            let mut found = vec![bare, all, resource.trim_end_matches("-??????")];
            found.dedup();
            return found.into_iter().map(|name| Naming { service: Some(service), ..Naming::plain(name) }).collect();
        }
        let mut found = vec![Naming::plain(text)];
        found.extend(Naming::of_host(text));
        if let Some((_, rest)) = text.split_once("://") {
            let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
            if text.starts_with("s3:") || text.starts_with("gs:") {
                found.push(Naming::plain(host));
            } else if !path.is_empty() {
                found.push(Naming::plain(path.rsplit('/').next().unwrap_or_default()));
            }
        } else if let Some(last) = split_outside(text, '/').last().filter(|last| last.len() < text.len()) {
            found.push(Naming::plain(last));
        }
        found
    }

    /// Whether the text can only be an address: an ARN, or a host that a provider gave.
    pub(crate) fn is_exact(&self) -> bool {
        self.service.is_some() || self.of_type.is_some()
    }

    /// Whether a type belongs to the service of the ARN, where it is one.
    pub(crate) fn fits(&self, type_name: &str) -> bool {
        if self.of_type.is_some_and(|part| !type_name.contains(part)) {
            return false;
        }
        let Some(service) = self.service else { return true };
        let other = SERVICES.iter().any(|(name, part)| *name == service && type_name.contains(part));
        other || type_name.split('_').any(|word| word == service)
    }
}

/// A text at a separator, but not inside of `${ }`.
pub(crate) fn split_outside(text: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut depth) = (0, 0_u32);
    for (at, letter) in text.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ if letter == separator && depth == 0 => {
                parts.extend(text.get(start..at));
                start = at + letter.len_utf8();
            }
            _ => {}
        }
    }
    parts.extend(text.get(start..));
    parts
}

/// Managed instances by what they are called.
#[derive(Debug, Default)]
pub(crate) struct NameIndex(FxHashMap<Arc<str>, Vec<usize>>);

/// What others call a managed instance by.
pub(crate) fn called_by(instance: &Instance) -> Option<&Arc<str>> {
    let (_, value) = own_name(instance).filter(|_| instance.mode == Mode::Managed)?;
    value.spelling().filter(|name| !name.is_empty())
}

impl NameIndex {
    pub(crate) fn of(instances: &[Arc<Instance>]) -> NameIndex {
        let mut index = NameIndex::default();
        for (number, instance) in instances.iter().enumerate() {
            if let Some(name) = called_by(instance) {
                index.0.entry(name.clone()).or_default().push(number);
            }
        }
        index
    }

    /// Gives one another name.
    pub(crate) fn rename(&mut self, number: usize, before: Option<&Arc<str>>, now: Option<&Arc<str>>) {
        if let Some(before) = before
            && let Some(numbers) = self.0.get_mut(before)
        {
            numbers.retain(|one| *one != number);
            if numbers.is_empty() {
                self.0.remove(before);
            }
        }
        if let Some(now) = now {
            let numbers = self.0.entry(now.clone()).or_default();
            let at = numbers.partition_point(|one| *one < number);
            numbers.insert(at, number);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those of a name.
    pub(crate) fn named(&self, name: &str) -> &[usize] {
        self.0.get(name).map_or(&[][..], Vec::as_slice)
    }
}

impl Graph<'_> {
    /// Those of a name.
    pub(crate) fn called_so(&self, name: &str) -> &[usize] {
        self.recorder.note(Cell::name(name));
        self.names.named(name)
    }

    /// Whom a value names where it refers to nobody: the one managed instance of a fitting type that is called so, or
    /// those of one block.
    pub(crate) fn named(&self, index: usize, found: &Found<'_>, fits: &dyn Fn(&str) -> Option<bool>) -> Vec<usize> {
        // Who is referred to need not be looked for.
        let leads = || found.provenance().any(|trace| self.targets(trace).iter().any(|&to| self.is_declared(to)));
        let Some(text) = found.value.legible().filter(|text| !text.is_empty() && !leads()) else { return Vec::new() };
        let Some(own) = self.instance(index) else { return Vec::new() };
        // The document of a policy names many.
        if text.starts_with('{') {
            let words = text.split('"').filter(|word| word.starts_with("arn:")).take(MOST_ARNS);
            let named = words.flat_map(|arn| self.named_by_arn(index, arn));
            return named.collect::<BTreeSet<usize>>().into_iter().collect();
        }
        if text.contains(NAMELESS) {
            return Vec::new();
        }
        let attribute = found.path.rsplit('.').find(|part| part.starts_with(|first: char| first.is_alphabetic()));
        let attribute = attribute.unwrap_or_default();
        for naming in Naming::of(text) {
            let may_be = |other: &&usize| {
                let type_name = self.outline(**other).map_or("", |other| &other.type_name);
                **other != index
                    && naming.fits(type_name)
                    && fits(type_name).unwrap_or_else(|| {
                        naming.is_exact()
                            || is_named_after(attribute, type_name) && provider(type_name) == provider(&own.type_name)
                    })
                    && self.instance(**other).is_some_and(|other| same_place(own, other))
            };
            let all: Vec<usize> = self.called_so(naming.name).iter().filter(may_be).copied().collect();
            if all.is_empty() {
                continue;
            }
            let closest = all.iter().filter_map(|&other| self.likeness(index, other)).max();
            let best: Vec<usize> = all.into_iter().filter(|&other| self.likeness(index, other) == closest).collect();
            let first = best.first().and_then(|&one| self.outline(one));
            let is_one_block = |one: &Instance| {
                best.iter().all(|&other| self.outline(other).is_some_and(|other| other.resource == one.resource))
            };
            if first.is_some_and(is_one_block) {
                return best;
            }
        }
        Vec::new()
    }

    fn named_by_arn(&self, index: usize, arn: &str) -> Vec<usize> {
        let Some(own) = self.instance(index) else { return Vec::new() };
        let fits = |naming: &Naming<'_>, other: usize| {
            other != index
                && self.outline(other).is_some_and(|one| naming.fits(&one.type_name))
                && self.instance(other).is_some_and(|one| same_place(own, one))
        };
        let all = Naming::of(arn).into_iter().map(|naming| {
            self.called_so(naming.name).iter().copied().filter(|&other| fits(&naming, other)).collect::<Vec<_>>()
        });
        all.into_iter().find(|found| !found.is_empty()).unwrap_or_default()
    }

    fn is_declared(&self, index: usize) -> bool {
        self.outline(index).is_some_and(|one| one.mode != Mode::Data)
    }

    /// How many letters two types have in common at their beginning.
    fn likeness(&self, one: usize, other: usize) -> Option<usize> {
        let (one, other) = (self.outline(one)?, self.outline(other)?);
        Some(one.type_name.bytes().zip(other.type_name.bytes()).take_while(|(one, other)| one == other).count())
    }
}

fn provider(type_name: &str) -> &str {
    type_name.split('_').next().unwrap_or_default()
}

/// Whether two are not known to be in different places.
pub(crate) fn same_place(one: &Instance, other: &Instance) -> bool {
    same_region(one, other) && same_scope(one, other)
}

/// Whether two are not known to be in different namespaces, groups or projects.
fn same_scope(one: &Instance, other: &Instance) -> bool {
    ["metadata.namespace", "resource_group_name", "project"].into_iter().all(|path| {
        let of = |instance: &Instance| {
            let written = paths::attribute(&instance.body, path).map(|attribute| &attribute.value);
            let default = || (path == "metadata.namespace").then(|| Arc::from("default"));
            written.map_or_else(default, |value| value.spelling().cloned())
        };
        of(one).zip(of(other)).is_none_or(|(one, other)| one == other)
    })
}

/// Whether two are not known to be in different regions.
pub(crate) fn same_region(one: &Instance, other: &Instance) -> bool {
    let region = |instance: &Instance| {
        let own = instance.body.attributes.get("region").map(|attribute| attribute.value.kind.clone());
        match own.or_else(|| instance.region.as_ref().map(|region| region.kind.clone())) {
            Some(Kind::String(name)) => Some(name),
            _ => None,
        }
    };
    match (region(one), region(other)) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_named_after_types() {
        assert!(is_named_after("target_group_arns", "aws_lb_target_group"));
        assert!(is_named_after("role", "aws_iam_role"));
        assert!(is_named_after("execution_role_arn", "aws_iam_role"));
        assert!(is_named_after("db_cluster_identifier", "aws_rds_cluster"));
        assert!(!is_named_after("bucket", "aws_s3_bucket_versioning"));
        assert!(is_own_name("aws_db_instance", "db_instance_identifier"));
        assert!(!is_own_name("aws_s3_bucket_versioning", "bucket"));
        assert!(!is_own_name("aws_lb_target_group", "vpc_id"));
    }

    #[test]
    fn names_in_texts() {
        let names =
            |text: &str| -> Vec<String> { Naming::of(text).iter().map(|naming| naming.name.to_owned()).collect() };
        assert_eq!(names("orders"), ["orders"]);
        assert!(names("arn:aws:dynamodb:eu-west-1:1:table/orders/index/*").contains(&"orders".to_owned()));
        assert!(names("arn:aws:s3:::logs-1/*").contains(&"logs-1".to_owned()));
        assert!(
            names("arn:aws:sqs:${var.region}:${data.aws_caller_identity.c[\"a:b\"].id}:jobs")
                .contains(&"jobs".to_owned())
        );
        assert!(names("arn:aws:lambda:eu-west-1:1:function:f:live").contains(&"f".to_owned()));
        assert!(names("arn:aws:secretsmanager:eu-west-1:1:secret:app/db-??????").contains(&"app/db".to_owned()));
        assert!(names("https://sqs.eu-west-1.amazonaws.com/1/jobs").contains(&"jobs".to_owned()));
        let host = "https://shop.blob.core.windows.net/x";
        assert!(Naming::of(host).iter().any(|one| one.name == "shop" && one.fits("azurerm_storage_account")));
        assert!(!Naming::of(host).iter().any(|one| one.name == "shop" && one.fits("azurerm_key_vault")));
        assert!(names("logs-1.s3.eu-west-1.amazonaws.com").contains(&"logs-1".to_owned()));
        assert!(names("s3://logs-1/x").contains(&"logs-1".to_owned()));
        assert!(names("projects/p/topics/orders").contains(&"orders".to_owned()));
        assert!(
            Naming::of("arn:aws:states:eu-west-1:1:stateMachine:m").iter().all(|one| one.fits("aws_sfn_state_machine"))
        );
    }
}
