//! Data sources that look up, by name, identifier or tag, what the same text declares: such a source is that thing.
//!
//! There is no list of types. A source of type T finds resources of type T (`aws_subnets` finds each `aws_subnet`); it
//! does where everything that it asks for is what the resource says of itself, and something of it identifies the
//! resource. What is not known finds nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_resources::{Block, Instance, Kind, Mode, Value};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::names::{NameIndex, is_own_name, own_name, same_region};
use crate::paths;
use crate::reads::{Cell, Recorder};

/// Pairs that are looked at in one stack. Real ones have some thousands.
const MOST_PAIRS: usize = 500_000;

/// How far a source may stand behind others: the version of a secret that a third source finds.
const LONGEST_CHAIN: usize = 4;

/// Settings of the search itself.
const OF_THE_SEARCH: &[&str] = &[
    "most_recent",
    "owners",
    "region",
    "version_stage",
    "with_decryption",
    "include_deprecated",
    "executable_users",
    "name_regex",
    "timeouts",
    "state",
    "depends_on",
];

/// Where an instance is, not which one it is.
const SCOPES: &[&str] =
    &["availability_zone", "location", "namespace", "private_zone", "project", "resource_group_name", "vpc_id", "zone"];

/// By the number of each data source that finds something: what it finds.
pub(crate) type Found = BTreeMap<usize, Vec<usize>>;

/// What the data sources among the instances find in them.
pub(crate) fn found(instances: &[Arc<Instance>], names: &NameIndex, recorder: &Recorder) -> Found {
    let mut by_type: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
    let mut by_address: FxHashMap<&str, usize> = FxHashMap::default();
    let mut sources = Vec::new();
    for (index, instance) in instances.iter().enumerate() {
        by_address.entry(&instance.address).or_insert(index);
        match instance.mode {
            Mode::Managed => by_type.entry(plain_type(&instance.type_name)).or_default().push(index),
            Mode::Data => sources.push(index),
            Mode::Module => {}
        }
    }
    sources.iter().for_each(|&source| recorder.note(Cell::instance(source)));
    let mut looked_at: FxHashSet<&str> = FxHashSet::default();
    let mut found = Found::new();
    let mut pairs = 0;
    // What one finds may be what the next one asks for.
    for _ in 0..LONGEST_CHAIN {
        let before = found.len();
        for &source in &sources {
            let Some(asking) = instances.get(source).filter(|_| !found.contains_key(&source)) else { continue };
            let (type_name, is_many) = wanted(&asking.type_name);
            let candidates = by_type.get(type_name).map_or(&[][..], Vec::as_slice);
            if looked_at.insert(type_name) {
                candidates.iter().for_each(|&candidate| recorder.note(Cell::instance(candidate)));
            }
            pairs += candidates.len();
            if pairs > MOST_PAIRS {
                return found;
            }
            let leads = |value: &Value| -> Vec<usize> {
                let targets = value.provenance.iter().filter_map(|trace| by_address.get(&*trace.to));
                targets.flat_map(|to| found.get(to).cloned().unwrap_or_else(|| vec![*to])).collect()
            };
            let named = |name: &str| {
                recorder.note(Cell::name(name));
                names.named(name)
            };
            let same = |one: &Value, other: &Value| same(one, other, instances, &named, &leads);
            let matching = candidates.iter().copied().filter(|&candidate| {
                instances.get(candidate).is_some_and(|other| is_found(asking, other, is_many, &same))
            });
            let matching: Vec<usize> = matching.collect();
            let is_one_block = matching.windows(2).all(|pair| match pair {
                [one, other] => {
                    instances.get(*one).map(|one| &one.resource) == instances.get(*other).map(|one| &one.resource)
                }
                _ => true,
            });
            if !matching.is_empty() && (is_many || is_one_block) {
                found.insert(source, matching);
            }
        }
        if found.len() == before {
            break;
        }
    }
    found
}

/// Whether a data source finds a resource of another text, by what both of them say.
pub fn finds(source: &Instance, resource: &Instance) -> bool {
    let (type_name, is_many) = wanted(&source.type_name);
    source.mode == Mode::Data
        && resource.mode == Mode::Managed
        && plain_type(&resource.type_name) == type_name
        && is_found(source, resource, is_many, &|one, other| same_text(one, other))
}

/// The type that a data source finds, and whether it finds all that fit.
fn wanted(type_name: &str) -> (&str, bool) {
    let own = plain_type(type_name);
    match own.strip_suffix("_ids").or_else(|| own.strip_suffix('s').filter(|own| !own.ends_with('s'))) {
        Some(one) => (plain_type(one), true),
        None => (own, false),
    }
}

/// Types with two names under one.
fn plain_type(type_name: &str) -> &str {
    let own = type_name.strip_suffix("_v1").unwrap_or(type_name);
    match own {
        "aws_alb" => "aws_lb",
        "aws_alb_listener" => "aws_lb_listener",
        "aws_alb_target_group" => "aws_lb_target_group",
        "azurerm_windows_virtual_machine" | "azurerm_linux_virtual_machine" => "azurerm_virtual_machine",
        other => other,
    }
}

fn same_text(one: &Value, other: &Value) -> bool {
    let plain = |value: &Value| value.spelling().map(|text| text.trim_end_matches('.').to_owned());
    match (plain(one), plain(other)) {
        (Some(one), Some(other)) => one == other && !one.is_empty(),
        _ => match (&one.kind, &other.kind) {
            (Kind::Number(one), Kind::Number(other)) => one == other,
            (Kind::Bool(one), Kind::Bool(other)) => one == other,
            _ => false,
        },
    }
}

/// The same text, the same instance, or the name of the instance that the other one refers to.
fn same<'n>(
    one: &Value,
    other: &Value,
    instances: &[Arc<Instance>],
    named: &dyn Fn(&str) -> &'n [usize],
    leads: &dyn Fn(&Value) -> Vec<usize>,
) -> bool {
    if same_text(one, other) {
        return true;
    }
    let (first, second) = (leads(one), leads(other));
    let is_name_of = |value: &Value, targets: &[usize]| {
        let text = value.spelling().filter(|text| !text.is_empty() && !targets.is_empty());
        text.is_some_and(|text| named(text).iter().any(|named| targets.contains(named)))
    };
    first.iter().any(|to| second.contains(to) && instances.get(*to).is_some_and(|to| to.mode == Mode::Managed))
        || is_name_of(one, &second)
        || is_name_of(other, &first)
}

/// What comparing one thing that is asked for says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Same,
    Different,
    NotKnown,
}

type Same<'s> = &'s dyn Fn(&Value, &Value) -> bool;

fn compare(asked: &Value, own: Option<&Value>, same: Same<'_>) -> Verdict {
    let Some(own) = own else { return Verdict::NotKnown };
    // One of several values that are asked for is enough.
    let matches = match &asked.kind {
        Kind::List(items) | Kind::Set(items) => items.iter().any(|item| is_like(item, own) || same(item, own)),
        _ => same(asked, own),
    };
    if matches {
        return Verdict::Same;
    }
    let is_plain = |value: &Value| value.is_wholly_known();
    if is_plain(asked) && is_plain(own) { Verdict::Different } else { Verdict::NotKnown }
}

/// Whether a pattern of a filter fits a text.
fn is_like(pattern: &Value, text: &Value) -> bool {
    let (Kind::String(pattern), Kind::String(text)) = (&pattern.kind, &text.kind) else { return false };
    let Some((before, after)) = pattern.split_once('*') else { return false };
    // More than one star is rare, and asked of the ends only.
    let after = after.rsplit('*').next().unwrap_or_default();
    !(before.is_empty() && after.is_empty())
        && text.len() >= before.len() + after.len()
        && text.starts_with(before)
        && text.ends_with(after)
}

/// Whether everything that a source asks for is what the resource is, and something of it says which one.
fn is_found(source: &Instance, resource: &Instance, is_many: bool, same: Same<'_>) -> bool {
    if !same_region(source, resource) {
        return false;
    }
    let own = |name: &str| paths::attribute(&resource.body, name).map(|attribute| &attribute.value);
    let (mut names, mut scopes, mut asks_by_name) = (0_u32, 0_u32, false);
    let mut count = |name: &str, verdict: Verdict| -> bool {
        let identifies = !SCOPES.contains(&name);
        asks_by_name |= identifies && is_own_name(&resource.type_name, name);
        match verdict {
            Verdict::Different => return false,
            // What says which one it is has to be known.
            Verdict::NotKnown if identifies && is_own_name(&resource.type_name, name) => return false,
            Verdict::NotKnown => {}
            Verdict::Same if identifies => names += 1,
            Verdict::Same => scopes += 1,
        }
        true
    };
    for (name, attribute) in &source.body.attributes {
        if OF_THE_SEARCH.contains(&&**name) || matches!(attribute.value.kind, Kind::Null) {
            continue;
        }
        let fits = match &attribute.value.kind {
            Kind::Map(asked) if name.ends_with("tags") || name.ends_with("labels") => {
                let labels = own("tags").or_else(|| own("labels"));
                asked.iter().all(|(tag, value)| count("tags", compare_tag(tag, value, labels, same)))
            }
            Kind::Map(_) => true,
            _ => {
                let counterpart = counterpart(name, resource).or_else(|| own(name));
                // What refers to the resource itself needs no comparison.
                let itself = attribute.value.provenance.iter().any(|trace| trace.to == resource.address);
                count(name, if itself { Verdict::Same } else { compare(&attribute.value, counterpart, same) })
            }
        };
        if !fits {
            return false;
        }
    }
    for block in &source.body.blocks {
        let fits = match &*block.kind {
            "filter" => by_filter(block, resource, same).is_none_or(|(name, verdict)| count(&name, verdict)),
            "metadata" => block.body.attributes.iter().all(|(name, asked)| {
                let path = format!("metadata.{name}");
                count(if &**name == "name" { "metadata.name" } else { name }, compare(&asked.value, own(&path), same))
            }),
            _ => true,
        };
        if !fits {
            return false;
        }
    }
    names > 0 || (scopes > 0 && is_many && !asks_by_name)
}

/// What the resource says under another name: `identifier` where a source asks for `db_instance_identifier`.
fn counterpart<'r>(asked: &str, resource: &'r Instance) -> Option<&'r Value> {
    if resource.body.attributes.contains_key(asked) || matches!(asked, "arn" | "id" | "url") {
        return None;
    }
    let (_, value) = own_name(resource).filter(|_| is_own_name(&resource.type_name, asked))?;
    Some(value)
}

fn compare_tag(tag: &Arc<str>, asked: &Value, labels: Option<&Value>, same: Same<'_>) -> Verdict {
    match labels.map(|labels| &labels.kind) {
        Some(Kind::Map(labels)) => match labels.get(tag) {
            Some(label) => match compare(asked, Some(label), same) {
                Verdict::NotKnown => Verdict::Different,
                verdict => verdict,
            },
            None => Verdict::Different,
        },
        // A provider may add some to all; that nobody wrote any is not the same as that.
        _ => Verdict::Different,
    }
}

/// A filter of AWS, with the name of the attribute that it asks for.
fn by_filter(block: &Block, resource: &Instance, same: Same<'_>) -> Option<(String, Verdict)> {
    let at = |name: &str| block.body.attributes.get(name).map(|attribute| &attribute.value);
    let (Some(Kind::String(name)), Some(values)) = (at("name").map(|name| &name.kind), at("values")) else {
        return None;
    };
    let own = |name: &str| paths::attribute(&resource.body, name).map(|attribute| &attribute.value);
    if let Some(tag) = name.strip_prefix("tag:") {
        return Some(("tags".to_owned(), compare_tag(&Arc::from(tag), values, own("tags"), same)));
    }
    let attribute = name.rsplit('.').next().unwrap_or(name).replace('-', "_");
    let asked = match &*attribute {
        "group_name" => "name",
        "cidr" => "cidr_block",
        other => other,
    };
    // What a filter asks for and nobody wrote is not known.
    let value = own(asked)?;
    Some((asked.to_owned(), compare(values, Some(value), same)))
}
