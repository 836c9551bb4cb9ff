//! What a backup plan that is declared apart covers: by reference, by name, by pattern or by tag.
//!
//! What is not known may cover anything, so that nobody is told that something is not backed up.

use std::collections::BTreeMap;

use foreshock_resources::{Block, Body, Instance, Kind, Value};
use rustc_hash::FxHashSet;

use crate::graph::Graph;
use crate::names::{Naming, own_name, split_outside};
use crate::paths;
use crate::reads::Cell;

/// The attributes that name what a resource backs up, by its type: `backups.toml`. Under `rules` the rules that ask for
/// backups: a plan that is declared apart counts as much there as a setting of the thing itself.
pub(crate) type BackupRows = BTreeMap<String, Vec<String>>;

/// Who is backed up by something that is declared apart.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Backups {
    /// Those that somebody refers to as what he backs up.
    direct: FxHashSet<usize>,
    /// Selections of AWS Backup.
    selections: Vec<usize>,
    /// Lifecycle policies of snapshots, which go by tags.
    policies: Vec<usize>,
}

impl Backups {
    pub(crate) fn of(graph: &Graph<'_>) -> Backups {
        let mut backups = Backups::default();
        for one in &graph.skeleton.types {
            for &index in &one.instances {
                let Some(outline) = graph.outline(index) else { continue };
                match &*outline.type_name {
                    "aws_backup_selection" => backups.selections.push(index),
                    "aws_dlm_lifecycle_policy" => backups.policies.push(index),
                    other => match graph.catalog.backups.get(other) {
                        Some(names) => backups.read(graph, index, names),
                        // All of a type have one name.
                        None => break,
                    },
                }
            }
        }
        backups.selections.sort_unstable();
        backups.policies.sort_unstable();
        backups
    }

    fn read(&mut self, graph: &Graph<'_>, index: usize, names: &[String]) {
        let Some(instance) = graph.instance(index) else { return };
        for path in names {
            for found in paths::find(&instance.body, path) {
                self.direct.extend(found.provenance().flat_map(|trace| graph.targets(trace)));
                self.direct.extend(graph.named(index, &found, &|_| None));
            }
        }
    }

    /// Who backs an instance up from apart, each with whether that is sure.
    pub(crate) fn protectors(&self, graph: &Graph<'_>, index: usize) -> Vec<(usize, bool)> {
        let mut found = Vec::new();
        let Some(one) = graph.instance(index) else { return found };
        if self.direct.contains(&index) {
            let types = graph.skeleton.types.iter().filter(|one| graph.catalog.backups.contains_key(&*one.name));
            for by in types.flat_map(|one| &one.instances).copied() {
                let mut its = Backups::default();
                if let Some(names) = graph.outline(by).and_then(|by| graph.catalog.backups.get(&*by.type_name)) {
                    its.read(graph, by, names);
                }
                if its.direct.contains(&index) {
                    found.push((by, true));
                }
            }
        }
        let by_selection =
            self.selections.iter().filter_map(|&by| Some((by, selects(graph, graph.instance(by)?, index, one)?)));
        found.extend(by_selection.filter(|(_, selected)| *selected).map(|(by, _)| (by, true)));
        let open = self
            .selections
            .iter()
            .filter(|&&by| graph.instance(by).is_some_and(|selection| selects(graph, selection, index, one).is_none()));
        found.extend(open.map(|&by| (by, false)));
        if matches!(&*one.type_name, "aws_ebs_volume" | "aws_instance") {
            for &by in &self.policies {
                match graph.instance(by).and_then(|policy| targets(policy, one)) {
                    Some(true) => found.push((by, true)),
                    Some(false) => {}
                    None => found.push((by, false)),
                }
            }
        }
        found
    }

    /// Whether a rule asks for backups.
    pub(crate) fn concern(graph: &Graph<'_>, rule: &str) -> bool {
        graph.catalog.backups.get("rules").is_some_and(|rules| rules.iter().any(|one| one == rule))
    }

    /// Whether one surely is not backed up by anything that is declared apart.
    pub(crate) fn leave_out(&self, graph: &Graph<'_>, index: usize) -> bool {
        graph.recorder.note(Cell::BACKED_UP);
        if self.direct.contains(&index) {
            return false;
        }
        // What makes the backups is no data itself.
        let is_data = |one: &&Instance| !one.type_name.starts_with("aws_backup_");
        let Some(one) = graph.instance(index).filter(is_data) else { return true };
        let all = |indexes: &[usize]| indexes.iter().filter_map(|&other| graph.instance(other)).collect::<Vec<_>>();
        let mut selections = all(&self.selections).into_iter();
        let selected = selections.any(|selection| selects(graph, selection, index, one) != Some(false));
        let snapshots = matches!(&*one.type_name, "aws_ebs_volume" | "aws_instance");
        let targeted = || all(&self.policies).into_iter().any(|policy| targets(policy, one) != Some(false));
        !(selected || snapshots && targeted())
    }
}

/// Resources and tags are added up; conditions narrow both down.
fn selects(graph: &Graph<'_>, selection: &Instance, index: usize, one: &Instance) -> Option<bool> {
    if !one.type_name.starts_with("aws_") {
        return Some(false);
    }
    let named = |path: &str| -> Option<Option<bool>> {
        let found = paths::find(&selection.body, path);
        let each = || found.iter().map(|found| is_named(graph, found.value, index, one));
        paths::attribute(&selection.body, path).map(|_| any(each()))
    };
    let tags: Vec<&Block> = blocks(&selection.body, "selection_tag");
    let listed = match (named("resources"), named("not_resources")) {
        (None, None) if tags.is_empty() => Some(true),
        (None, None) => Some(false),
        (listed, excluded) => all([listed.unwrap_or(Some(true)), excluded.map_or(Some(true), not)]),
    };
    let tagged = any(tags.iter().map(|tag| condition(tag, one, "STRINGEQUALS")));
    let conditions = blocks(&selection.body, "condition").into_iter().flat_map(|block| &block.body.blocks);
    let narrowed = all(conditions.map(|block| condition(block, one, &block.kind)));
    all([any([listed, tagged]), narrowed])
}

fn is_named(graph: &Graph<'_>, value: &Value, index: usize, one: &Instance) -> Option<bool> {
    let mut traced = value.provenance.iter().flat_map(|trace| graph.targets(trace));
    if traced.any(|target| target == index) {
        return Some(true);
    }
    match value.spelling() {
        Some(text) if &**text == "*" => Some(true),
        Some(text) if text.starts_with("arn:") => fits_arn(text, one),
        _ if !value.provenance.is_empty() => Some(false),
        _ => None,
    }
}
/// Whether an ARN, in which stars may stand, is that of a resource.
fn fits_arn(arn: &str, one: &Instance) -> Option<bool> {
    let parts = split_outside(arn, ':');
    // A star at the end stands for all that could follow.
    if let Some(missing) = 6_usize.checked_sub(parts.len()).filter(|missing| *missing > 0 && arn.ends_with('*')) {
        return fits_arn(&format!("{arn}{}", ":*".repeat(missing)), one);
    }
    let (service, rest) = (parts.get(2)?, parts.get(5..)?);
    let fits = |naming: &Naming<'_>| naming.fits(&one.type_name);
    if *service != "*" && !Naming::of(arn).iter().any(fits) {
        return Some(false);
    }
    let resource = rest.join(":");
    let (kind, name) = resource.split_once([':', '/']).unwrap_or(("", &resource));
    const KINDS: &[(&str, &str)] =
        &[("db", "aws_db_instance"), ("cluster", "_cluster"), ("volume", "_volume"), ("instance", "aws_instance")];
    if KINDS.iter().any(|(known, type_name)| *known == kind && !one.type_name.contains(type_name)) {
        return Some(false);
    }
    if name.chars().all(|letter| letter == '*') {
        return Some(true);
    }
    let own = own_name(one).and_then(|(_, value)| value.spelling())?;
    is_same(name, own).map(|same| same || is_like(name, own))
}

/// Whether a text fits a pattern with stars. O(length of both).
fn is_like(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, between)) = parts.split_last() else { return rest.is_empty() };
    for part in between {
        match rest.find(part).and_then(|at| rest.get(at + part.len()..)) {
            Some(behind) => rest = behind,
            None => return false,
        }
    }
    rest.ends_with(last)
}

fn blocks<'b>(body: &'b Body, kind: &str) -> Vec<&'b Block> {
    body.blocks.iter().filter(|block| &*block.kind == kind).collect()
}

/// One condition on a tag: `string_equals`, `string_not_like`, with `key` and `value`.
fn condition(block: &Block, one: &Instance, how: &str) -> Option<bool> {
    if block.unknown.is_some() {
        return None;
    }
    let text = |name: &str| block.body.attributes.get(name).and_then(|attribute| attribute.value.spelling());
    let (key, wanted) = (text("key")?, text("value")?);
    let key = key.strip_prefix("aws:ResourceTag/").unwrap_or(key);
    let holds = match tag(one, key) {
        Tag::Text(own) if how.to_lowercase().ends_with("like") => {
            is_same(&own, wanted).map(|same| same || is_like(wanted, &own))
        }
        Tag::Text(own) => is_same(&own, wanted),
        Tag::Missing => Some(false),
        Tag::Unknown => None,
    };
    if how.to_lowercase().contains("not") { not(holds) } else { holds }
}

enum Tag {
    Text(String),
    Missing,
    Unknown,
}

fn tag(one: &Instance, key: &str) -> Tag {
    match paths::attribute(&one.body, "tags").map(|tags| &tags.value.kind) {
        Some(Kind::Map(tags)) => match tags.get(key) {
            Some(value) => value.spelling().map_or(Tag::Unknown, |text| Tag::Text(text.to_string())),
            None => Tag::Missing,
        },
        Some(Kind::Unknown(_)) => Tag::Unknown,
        _ => Tag::Missing,
    }
}

/// Whether two texts are the same; not known where one of them is only spelled.
fn is_same(one: &str, other: &str) -> Option<bool> {
    if one == other {
        return Some(true);
    }
    (!one.contains("${") && !other.contains("${")).then_some(false)
}

/// Whether a policy of snapshots has one of the tags of a resource as its target.
fn targets(policy: &Instance, one: &Instance) -> Option<bool> {
    let wanted = paths::attribute(&policy.body, "policy_details.target_tags");
    let Some(Kind::Map(wanted)) = wanted.map(|wanted| &wanted.value.kind) else { return None };
    any(wanted.iter().map(|(key, value)| match (tag(one, key), value.spelling()) {
        (Tag::Text(own), Some(wanted)) => is_same(&own, wanted),
        (Tag::Missing, _) => Some(false),
        _ => None,
    }))
}

fn any(each: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    let mut answer = Some(false);
    for one in each {
        match one {
            Some(true) => return Some(true),
            Some(false) => {}
            None => answer = None,
        }
    }
    answer
}

fn all(each: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    not(any(each.into_iter().map(not)))
}

fn not(one: Option<bool>) -> Option<bool> {
    one.map(|one| !one)
}
