//! A plan or state, read: its instances before and after as resources, with provenance and places of its source where that is
//! at hand.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use foreshock_resources::{
    Attribute, AttributePlace, BlockPlace, Instance, Kind, Provenance, Reference, Resources, Value,
};
use foreshock_syntax::json::{Node, parse};
use foreshock_text::{FilePath, Problem, Span};
use rustc_hash::FxHashMap;

use crate::body::{Facts, Reader};
use crate::configuration::Configuration;
use crate::entries::{self, Entries, Entry, Side};
use crate::equality::Identities;
use crate::extent::{Extent, Removal};
use crate::recognise::{Sort, sort_of};
use crate::source::{Hint, Source};
use foreshock_syntax::json::{Cursor, Problems};

/// Values in values in a plan: modules in modules cost two levels each, and real ones stay far below this.
const DEEPEST: u32 = 200;

/// What is read, in words.
const EXPECTED: &str = "expected the JSON of `terraform show -json` (of a plan or a state) or a terraform.tfstate";

/// A plan or a state, understood.
#[derive(Debug)]
pub struct Plan {
    /// What it is.
    pub sort: Sort,
    /// The instances as they were before the plan is carried out; empty for a state.
    pub before: Resources,
    /// The instances as they will be; of a state, as they are.
    pub after: Resources,
    /// What happens to the managed instances; all zero for a state.
    pub counts: Counts,
    /// What does not stay as it is or where it stands, by address; empty for a state.
    pub removals: Vec<Removal>,
    /// How much of the stack it speaks of.
    pub extent: Extent,
}

/// How many managed resource instances a plan does what to. A replaced one is changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Made anew.
    pub created: usize,
    /// Updated in place or replaced.
    pub changed: usize,
    /// Destroyed for good.
    pub destroyed: usize,
    /// Left as they are, or let go of without being destroyed.
    pub unchanged: usize,
}

/// The values of the root module's variables that a plan was made with, as text of the configuration language: what its
/// source has to be resolved with. Empty for a state.
pub fn variables(text: &str) -> BTreeMap<String, String> {
    let (root, problems) = parse(text, DEEPEST);
    let cursor = Cursor { text, node: &root };
    let given = cursor.get("variables").filter(|_| problems.is_empty());
    let values = given.into_iter().flat_map(Cursor::entries).filter_map(|entry| {
        let value = entry.value.get("value")?;
        // The one thing that JSON writes otherwise.
        let written = value.span().text(text).replace("${", "$${").replace("%{", "%%{");
        Some((entry.key.text.to_string(), written))
    });
    values.collect()
}

/// Reads the JSON of a plan or state. `source` is what the root module it was made from declares, where that is at hand: then
/// provenance and places come from its text. `None` for a text that is none of these, with the reason among the problems;
/// a resource that can't be understood costs that resource. Problems are in the order of the text.
pub fn read(file: &FilePath, text: &str, source: Option<&Resources>) -> (Option<Plan>, Vec<Problem>) {
    let (root, mut told) = parse(text, DEEPEST);
    if !told.is_empty() {
        // Where a text was cut off is what a person has to know, not where its brackets were opened.
        let content = text.trim_end();
        if !content.ends_with('}') && content.trim_start_matches('\u{feff}').trim_start().starts_with('{') {
            let end = Span::from_range(content.len()..content.len());
            told.insert(0, Problem::new(end, "the text ends here, before the JSON does: the file is not complete"));
        }
        return (None, told);
    }
    let Some(sort) = sort_of(&root) else {
        return (None, vec![Problem::new(beginning(&root), format!("this is no plan and no state: {EXPECTED}"))]);
    };
    let mut problems = Problems::default();
    let cursor = Cursor { text, node: &root };
    if let Some(problem) = unsupported(sort, cursor) {
        return (None, vec![problem]);
    }
    let entries = match sort {
        Sort::Plan => entries::of_plan(cursor, &mut problems),
        Sort::State => entries::of_state(cursor, &mut problems),
        Sort::StoredState => entries::of_stored(cursor, &mut problems),
    };
    let plan = sides(file, cursor, sort, &entries, source);
    let mut problems = problems.0;
    problems.sort_by(|one, other| (one.span, &one.message).cmp(&(other.span, &other.message)));
    problems.dedup();
    (Some(plan), problems)
}

fn beginning(root: &Node) -> Span {
    Span::new(root.span.start, root.span.start.saturating_add(1).min(root.span.end))
}

/// A version of the format that means something else.
fn unsupported(sort: Sort, root: Cursor<'_>) -> Option<Problem> {
    match sort {
        Sort::StoredState => {
            let version = root.get("version")?;
            let number = version.number()?;
            (number != 4.0).then(|| {
                let message =
                    format!("this is a state of format {number}; expected format 4 (Terraform 0.12 and later)");
                Problem::new(version.span(), message)
            })
        }
        Sort::Plan | Sort::State => {
            let version = root.some("format_version")?;
            let major = version.string().unwrap_or_default();
            let is_known = major.starts_with("0.") || major.starts_with("1.") || major == "1";
            (!is_known).then(|| Problem::new(version.span(), "expected a format_version of 1, such as \"1.2\""))
        }
    }
}

fn sides(file: &FilePath, root: Cursor<'_>, sort: Sort, entries: &Entries<'_>, source: Option<&Resources>) -> Plan {
    let configuration = Configuration::read(root, entries.all.values().map(|entry| &entry.address));
    let source = source.map(Source::read);
    let (before, after) = (facts(entries, |entry| entry.before.as_ref()), facts(entries, |entry| entry.after.as_ref()));
    let mut reading = Reading { file, configuration: &configuration, source: source.as_ref(), is_before: true };
    let mut side = |is_before: bool| {
        reading.is_before = is_before;
        reading.resources(entries, &before, &after)
    };
    Plan {
        sort,
        before: side(true),
        after: side(false),
        counts: entries.counts,
        removals: entries.removals.clone(),
        extent: entries.extent.clone(),
    }
}

fn facts<'e, 't: 'e>(entries: &'e Entries<'t>, side: impl Fn(&'e Entry<'t>) -> Option<&'e Side<'t>>) -> Facts<'t> {
    let there = || entries.all.values().filter_map(|entry| Some((&entry.address, side(entry)?)));
    let mut facts =
        Facts { values: FxHashMap::default(), blocks: FxHashMap::default(), identities: Identities::read(there()) };
    for (address, side) in there() {
        facts.values.insert(address.whole.clone(), side.values);
        facts.blocks.entry(address.block.clone()).or_default().push(address.whole.clone());
    }
    facts
}

struct Reading<'r, 's, 't> {
    file: &'r FilePath,
    configuration: &'r Configuration<'t>,
    source: Option<&'r Source<'s>>,
    is_before: bool,
}

impl<'t> Reading<'_, '_, 't> {
    fn resources(&self, entries: &Entries<'t>, before: &Facts<'t>, after: &Facts<'t>) -> Resources {
        let facts = if self.is_before { before } else { after };
        let mut instances = Vec::new();
        for entry in entries.all.values() {
            let (own, later) =
                if self.is_before { (&entry.before, entry.after.as_ref()) } else { (&entry.after, None) };
            if let Some(side) = own {
                instances.push(Arc::new(self.instance(entry, side, later, facts, after)));
            }
        }
        Resources { references: references(&instances).into(), instances, ..Resources::default() }
    }

    fn instance(
        &self,
        entry: &Entry<'t>,
        side: &Side<'t>,
        later: Option<&Side<'t>>,
        facts: &Facts<'t>,
        after: &Facts<'t>,
    ) -> Instance {
        let address = &entry.address;
        let configured = self.configuration.resource(address);
        let hint = self.source.and_then(|source| source.hint(address));
        let reader = Reader {
            file: self.file,
            address,
            header: entry.header,
            configuration: self.configuration,
            scope: configured.as_ref().map(|(_, scope)| scope.clone()),
            facts,
            later: self.is_before.then_some(after),
            hint,
        };
        let expressions = configured.as_ref().and_then(|(resource, _)| resource.get("expressions"));
        let (mut body, unplaced) = reader.body(side.values, expressions, later.map(|side| side.values));
        for (_, attribute) in
            body.attributes.iter_mut().filter(|(name, _)| side.secrets.iter().any(|one| **one == ***name))
        {
            attribute.value.provenance = attribute.value.provenance.with_sensitive(true);
        }
        let text = hint.map(|hint| hint.instance);
        let provider = configured.as_ref().and_then(|(resource, _)| self.configuration.provider(*resource));
        // The provider lets a resource have a region of its own.
        let own = body.attributes.get("region").map(|attribute| attribute.value.clone());
        let own = own.filter(|value| address.type_name.starts_with("aws_") && matches!(value.kind, Kind::String(_)));
        let region = own.or_else(|| text.and_then(|text| text.region.clone()).filter(Value::is_known));
        let region = region
            .or_else(|| self.configuration.plain(provider.as_ref()?.0.get("region")?)?.string().map(Value::string))
            .or_else(|| region_of(side));
        let exact = hint.filter(|hint| hint.exact).map(|hint| hint.instance);
        Instance {
            address: address.whole.clone(),
            resource: address.resource.clone(),
            mode: address.mode,
            type_name: address.type_name.clone(),
            name: address.name.clone(),
            module: address.module.clone(),
            key: address.key.clone(),
            block: text.map_or_else(|| self.place(entry), |text| text.block.clone()),
            body,
            unplaced,
            may_be_absent: None,
            repetition: text.and_then(|text| text.repetition.clone()),
            region,
            provider: match exact.and_then(|text| text.provider.clone()) {
                Some(provider) => Some(provider),
                None => provider.and_then(|(expressions, scope)| reader.provider(expressions, &scope)),
            },
            depends_on: self.depends_on(configured.as_ref().map(|(resource, _)| *resource), address, side, hint, facts),
            lifecycle: text.map(|text| text.lifecycle.clone()).unwrap_or_default(),
        }
    }

    /// Where the resource is in the JSON: its address is what a diagnostic underlines.
    fn place(&self, entry: &Entry<'t>) -> BlockPlace {
        BlockPlace { file: self.file.clone(), header: entry.header, span: entry.span, body: entry.span }
    }

    fn depends_on(
        &self,
        configured: Option<Cursor<'t>>,
        address: &crate::address::Address,
        side: &Side<'t>,
        hint: Option<Hint<'_>>,
        facts: &Facts<'t>,
    ) -> Vec<Arc<str>> {
        let mut named: BTreeSet<Arc<str>> = BTreeSet::new();
        if let Some(hint) = hint.filter(|hint| hint.exact) {
            named.extend(hint.instance.depends_on.iter().cloned());
        } else if let Some(list) = configured.and_then(|resource| resource.get("depends_on")) {
            for written in list.items().filter_map(Cursor::string) {
                let block = crate::address::joined(&address.module, &written);
                named.extend(facts.blocks.get(block.as_str()).into_iter().flatten().cloned());
            }
        } else if configured.is_none() {
            // What a state records, without keys.
            let recorded = side.depends_on.iter().flatten();
            named.extend(recorded.flat_map(|one| facts.blocks.get(one.as_str()).into_iter().flatten()).cloned());
        }
        named.into_iter().collect()
    }
}

impl<'t> Reader<'_, 't> {
    /// The resources that a provider is configured with.
    fn provider(&self, expressions: Cursor<'t>, scope: &crate::configuration::Scope<'_, 't>) -> Option<Attribute> {
        let mut provenance = Provenance::none();
        let mut open: Vec<Cursor<'t>> = vec![expressions];
        while let Some(next) = open.pop() {
            if next.get("references").is_some() {
                provenance = provenance.union(&self.provenance_of(next, scope));
            } else {
                open.extend(next.entries().map(|entry| entry.value));
                open.extend(next.items());
            }
        }
        if provenance.is_empty() {
            return None;
        }
        let span = expressions.span();
        let place = AttributePlace { file: self.file.clone(), name: span, value: span };
        let value =
            Value { kind: Kind::Unknown(Arc::from("its provider is configured with it")), provenance, origin: None };
        Some(Attribute { value, place })
    }
}

/// The region in the instance's own ARN.
fn region_of(side: &Side<'_>) -> Option<Value> {
    let values = side.values.value?;
    let arn = values.get("arn").and_then(Cursor::string)?;
    let region = arn.strip_prefix("arn:")?.split(':').nth(2).filter(|region| !region.is_empty())?;
    Some(Value::string(region))
}

/// Resource level, as `terraform graph` has them.
fn references(instances: &[Arc<Instance>]) -> Vec<Reference> {
    let resource_of: FxHashMap<&str, &Arc<str>> =
        instances.iter().map(|instance| (&*instance.address, &instance.resource)).collect();
    let mut found = BTreeSet::new();
    for instance in instances {
        let mut add = |to: &str| {
            let whole = to.strip_suffix("[*]").unwrap_or(to);
            let known = resource_of.get(whole).map(|resource| (*resource).clone());
            let to = known.or_else(|| Some(crate::address::parse(whole)?.resource));
            if let Some(to) = to.filter(|to| *to != instance.resource) {
                found.insert(Reference { from: instance.resource.clone(), to });
            }
        };
        each_trace(&instance.body, &mut add);
        instance
            .unplaced
            .values()
            .flat_map(|attribute| attribute.value.provenance.iter())
            .for_each(|trace| add(&trace.to));
        instance.depends_on.iter().for_each(|to| add(to));
    }
    found.into_iter().collect()
}

fn each_trace(body: &foreshock_resources::Body, visit: &mut dyn FnMut(&str)) {
    for attribute in body.attributes.values() {
        attribute.value.all_provenance().iter().for_each(|trace| visit(&trace.to));
    }
    body.blocks.iter().for_each(|block| each_trace(&block.body, visit));
}
