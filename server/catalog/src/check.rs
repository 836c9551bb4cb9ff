//! What is wrong with one resource by itself, as data: no backups, no dead letters, a timeout above another.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeSet;
use std::sync::Arc;

use foreshock_model::{ComponentIndex, Dependency, Evidence};
use foreshock_resources::{Instance, Key, Kind, Mode, Value};
use foreshock_text::Place;
use rustc_hash::FxHashMap;
use serde::Deserialize;

use crate::backups::Backups;
use crate::expression::{Expression, Scope};
use crate::graph::Graph;
use crate::paths;
use crate::reads::{Cell, Noted};
use crate::{Row, counted};

/// One thing that may be wrong with a resource, as it is written in a row.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckRow {
    /// Code of the rule: "no-backup".
    pub rule: String,
    /// Only where this is surely true.
    pub(crate) when: Expression,
    /// What to underline: the first of these attributes or blocks that is written, else the block's header. A path that
    /// begins with a relation goes on in the first instance of it: `queues.visibility_timeout_seconds`.
    #[serde(default)]
    pub(crate) at: Vec<String>,
    /// How loud, where that differs from the rule's own loudness: "hint", "info", "warning", "error".
    #[serde(default, deserialize_with = "severity")]
    pub severity: Option<String>,
    /// Completes a sentence that begins with the resource's name: "keeps no backups". A template of Terraform.
    #[serde(deserialize_with = "template")]
    pub(crate) says: Expression,
    /// What follows from it, one short sentence. A template too.
    #[serde(deserialize_with = "template")]
    pub(crate) then: Expression,
    /// The family that it was made from.
    #[serde(skip)]
    pub family: Option<Arc<str>>,
}

fn severity<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let name = String::deserialize(deserializer)?;
    match name.as_str() {
        "hint" | "info" | "warning" | "error" => Ok(Some(name)),
        _ => Err(serde::de::Error::custom(format!("{name} is no severity: hint, info, warning or error"))),
    }
}

pub(crate) fn template<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Expression, D::Error> {
    let text = String::deserialize(deserializer)?;
    Expression::parse(&quoted(&text)).map_err(serde::de::Error::custom)
}

/// A text in quotes; what stands in `${}` has quotes of its own.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    let mut depth = 0_u32;
    let mut before = ' ';
    for c in text.chars() {
        match c {
            '{' if depth > 0 || before == '$' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            '"' | '\\' if depth == 0 => quoted.push('\\'),
            _ => {}
        }
        quoted.push(c);
        before = c;
    }
    quoted.push('"');
    quoted
}

/// A check of a row that holds for a resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Violation {
    /// Code of the rule.
    pub rule: Arc<str>,
    /// The family of the check, if it is of one.
    pub family: Option<Arc<str>>,
    /// How loud, where that differs from the rule's own loudness.
    pub severity: Option<Arc<str>>,
    /// The resource: an index in `Resources::instances`. Of several instances of one block, the first one.
    pub instance: usize,
    /// How many instances of that block it holds for, >= 1.
    pub instances: usize,
    /// Its address; of several instances of a block, that of the first one.
    pub subject: Arc<str>,
    /// The component it is or is part of, if any.
    pub component: Option<ComponentIndex>,
    /// Completes a sentence that begins with the resource's name.
    pub says: String,
    /// What follows from it.
    pub then: String,
    /// What to underline, where an attribute is the cause.
    pub cause: Option<Place>,
    /// The block's header.
    pub block: Place,
    /// What the provider does when an attribute is not written, where that decides.
    pub evidence: Vec<Evidence>,
}

/// What the checks of all instances have in common.
pub(crate) struct Context<'c> {
    declared: &'c Value,
    backups: &'c Backups,
    dependencies: &'c [Arc<Dependency>],
    /// Per component, the instances that make it up.
    members: &'c [Vec<usize>],
    component_of: &'c [Option<ComponentIndex>],
    calls: OnceCell<FxHashMap<ComponentIndex, Vec<ComponentIndex>>>,
    /// What is declared of the types that the checks of a type ask for.
    stacks: RefCell<FxHashMap<usize, Noted<Option<Value>>>>,
}

impl<'c> Context<'c> {
    pub(crate) fn new(
        declared: &'c Value,
        backups: &'c Backups,
        dependencies: &'c [Arc<Dependency>],
        members: &'c [Vec<usize>],
        component_of: &'c [Option<ComponentIndex>],
    ) -> Context<'c> {
        let (calls, stacks) = Default::default();
        Context { declared, backups, dependencies, members, component_of, calls, stacks }
    }

    /// Who depends on a component.
    fn callers(&self, component: ComponentIndex) -> &[ComponentIndex] {
        let calls = self.calls.get_or_init(|| {
            let mut calls: FxHashMap<ComponentIndex, Vec<ComponentIndex>> = FxHashMap::default();
            for dependency in self.dependencies {
                calls.entry(dependency.to).or_default().push(dependency.from);
            }
            calls
        });
        calls.get(&component).map_or(&[][..], Vec::as_slice)
    }
}

/// Every check of one instance that surely holds.
pub(crate) fn violations_of(graph: &Graph<'_>, index: usize, context: &Context<'_>) -> Vec<Arc<Violation>> {
    let mut found = Vec::new();
    let outline = graph.outline(index);
    let Some(row) = graph.row(index).filter(|row| !row.checks.is_empty()) else { return found };
    if outline.is_none_or(|one| one.mode == Mode::Data || matches!(one.key, Key::Unknown(_))) {
        return found;
    }
    let Some(instance) = graph.instance(index).filter(|instance| instance.may_be_absent.is_none()) else {
        // There may be none.
        return found;
    };
    let component = context.component_of.get(index).copied().flatten();
    let blocks = component.and_then(|component| context.members.get(component.index()));
    let mut variables = variables(graph, index, blocks.map(Vec::as_slice), context.declared);
    if reads_callers(row) {
        let calls = component.map_or(&[][..], |component| context.callers(component));
        variables.insert("callers", callers(graph, calls, context.members));
    }
    let type_number = graph.skeleton.number_of_type(index);
    let mut stacks = context.stacks.borrow_mut();
    let declared =
        stacks.entry(type_number).or_insert_with(|| graph.recorder.noted(|| stack(graph, row, context.declared)));
    graph.recorder.note_all(&declared.reads);
    if let Some(stack) = &declared.value {
        variables.insert("stack", stack.clone());
    }
    for check in row.checks.iter().filter(|check| check.when.holds(&variables) == Some(true)) {
        if Backups::concern(graph, &check.rule) && !context.backups.leave_out(graph, index) {
            continue;
        }
        let Some((says, then)) = words(graph, index, check, &variables) else { continue };
        found.push(Arc::new(Violation {
            rule: check.rule.as_str().into(),
            family: check.family.clone(),
            severity: check.severity.as_deref().map(Arc::from),
            instance: index,
            instances: 1,
            subject: instance.address.clone(),
            component,
            says,
            then,
            cause: check.at.iter().find_map(|path| place(graph, index, row, path)),
            block: instance.block.header_place(),
            evidence: facts(graph, row, instance, &check.when),
        }));
    }
    found
}

/// One for each block and rule, in the order of the instances.
pub(crate) fn by_block<'v>(
    graph: &Graph<'_>,
    each: impl Iterator<Item = &'v Vec<Arc<Violation>>>,
) -> Vec<Arc<Violation>> {
    let mut found: Vec<Arc<Violation>> = Vec::new();
    let mut of_block: FxHashMap<(usize, &str, &str), usize> = FxHashMap::default();
    for (index, violations) in each.enumerate() {
        // Nothing else can be like it.
        if violations.len() <= 1 && graph.skeleton.siblings(index).len() <= 1 {
            found.extend(violations.iter().cloned());
            continue;
        }
        let block = graph.skeleton.number_of_block(index);
        for violation in violations {
            let key = (block, &*violation.rule, violation.says.as_str());
            match of_block.get(&key).and_then(|&at| found.get_mut(at)) {
                Some(earlier) => Arc::make_mut(earlier).instances += 1,
                None => {
                    of_block.insert(key, found.len());
                    found.push(violation.clone());
                }
            }
        }
    }
    found
}

/// What the conditions of checks see of an instance of the component that `blocks` make up.
pub(crate) fn variables(graph: &Graph<'_>, index: usize, blocks: Option<&[usize]>, declared: &Value) -> Scope {
    let mut variables = graph.variables(index);
    // Of a component that is not made of replicas, the blocks behind the first are its parts.
    let parts: Vec<usize> = match (blocks, graph.row(index)) {
        (Some(blocks), Some(row)) if !row.replicas && blocks.first() == Some(&index) => {
            blocks.iter().copied().skip(1).collect()
        }
        _ => Vec::new(),
    };
    variables.insert("members", graph.list(&parts));
    let alike = blocks.filter(|_| graph.row(index).is_some_and(|row| row.replicas)).map_or(1, <[usize]>::len);
    variables.insert("replicas", Value::new(Kind::Number(alike as f64)));
    let prevented = graph.instance(index).is_some_and(|instance| instance.lifecycle.prevent_destroy);
    variables.insert("prevent_destroy", Value::new(Kind::Bool(prevented)));
    variables.insert("declared", declared.clone());
    variables
}

pub(crate) fn reads_callers(row: &Row) -> bool {
    row.checks.iter().any(|check| check.when.reads().any(|read| read.starts_with("callers")))
}

/// What depends on a component, as a list of objects; each has its resource type as `type`.
fn callers(graph: &Graph<'_>, calls: &[ComponentIndex], members: &[Vec<usize>]) -> Value {
    let first = |from: &ComponentIndex| members.get(from.index())?.first().copied();
    let objects = calls.iter().filter_map(first).filter_map(|caller| {
        let mut object = graph.variables(caller).flattened();
        object.insert("type".into(), Value::string(graph.outline(caller)?.type_name.clone()));
        Some(Value::new(Kind::Map(Arc::new(object))))
    });
    Value::new(Kind::List(Arc::new(objects.collect())))
}

/// What the stack declares of the types that the checks of a row ask for as `stack.type`: lists of objects, in which what
/// is not known is null.
fn stack(graph: &Graph<'_>, row: &Row, declared: &Value) -> Option<Value> {
    let reads = row.checks.iter().flat_map(|check| check.when.reads());
    let types: BTreeSet<&str> = reads.filter_map(|read| read.strip_prefix("stack.")?.split('.').next()).collect();
    if types.is_empty() || matches!(declared.kind, Kind::Unknown(_)) {
        return (!types.is_empty()).then(|| declared.clone());
    }
    let all = types.into_iter().map(|name| (name.into(), known(&graph.list(&declared_of(graph, name)))));
    Some(Value::new(Kind::Map(Arc::new(all.collect()))))
}

/// The managed instances of a type of the provider.
fn declared_of(graph: &Graph<'_>, type_name: &str) -> Vec<usize> {
    let mut found = Vec::new();
    for (number, one) in graph.skeleton.types.iter().enumerate() {
        let is_one = |index: &usize| {
            let outline = graph.outline(*index);
            outline.is_some_and(|one| one.mode == Mode::Managed && *one.type_name == *type_name)
        };
        if one.instances.first().is_some_and(is_one) {
            graph.recorder.note(Cell::of_type(number));
            found.extend(&one.instances);
        }
    }
    found.sort_unstable();
    found
}

/// A value with null in place of what is not known in it: one unknown name says nothing of the others.
fn known(value: &Value) -> Value {
    let all = |values: &[Value]| Arc::new(values.iter().map(known).collect::<Vec<_>>());
    let kind = match &value.kind {
        Kind::Unknown(_) => Kind::Null,
        Kind::List(values) => Kind::List(all(values)),
        Kind::Set(values) => Kind::List(all(values)),
        Kind::Map(values) => {
            Kind::Map(Arc::new(values.iter().map(|(key, value)| (key.clone(), known(value))).collect()))
        }
        other => other.clone(),
    };
    Value { kind, ..value.clone() }
}

/// The resource types that the stack declares; unknown where a module that is not at hand may declare others.
pub(crate) fn declared(graph: &Graph<'_>) -> Value {
    if let Some(call) = graph.resources.modules.iter().find(|call| call.directory.is_none()) {
        return Value::unknown(format!("what {} declares is not at hand", call.address));
    }
    let examples = graph.skeleton.types.iter().filter_map(|one| graph.outline(*one.instances.first()?));
    let managed = examples.filter(|instance| instance.mode == Mode::Managed);
    let types: BTreeSet<&Arc<str>> = managed.map(|instance| &instance.type_name).collect();
    Value::new(Kind::List(Arc::new(types.into_iter().map(|name| Value::string(name.clone())).collect())))
}

fn words(graph: &Graph<'_>, index: usize, check: &CheckRow, variables: &Scope) -> Option<(String, String)> {
    let text = |template: &Expression| match template.value(variables) {
        // What is sensitive is never shown.
        value if value.provenance.is_sensitive() => None,
        Value { kind: Kind::String(text), .. } => Some(graph.said(index, &counted(&text))),
        _ => None,
    };
    Some((text(&check.says)?, text(&check.then)?))
}

/// Where a path of a check leads, in the instance or in the first one of a relation.
fn place(graph: &Graph<'_>, index: usize, row: &Row, path: &str) -> Option<Place> {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    let other = if let Some(refers) = row.refers.get(first) {
        graph.referred_instances(index, refers).first().copied()
    } else if row.related.contains_key(first) {
        graph.related_by(index, first).next()
    } else {
        return written(graph.instance(index)?, path);
    };
    let instance = graph.instance(other?)?;
    if rest.is_empty() { Some(instance.block.header_place()) } else { written(instance, rest) }
}

/// Where an attribute or a nested block is written.
pub(crate) fn written(instance: &Instance, path: &str) -> Option<Place> {
    if let Some(attribute) = paths::attribute(&instance.body, path) {
        return Some(attribute.place.place());
    }
    let mut body = &instance.body;
    let mut place = None;
    for segment in path.split('.') {
        let block = body.blocks.iter().find(|block| &*block.kind == segment)?;
        place = Some(block.block.header_place());
        body = &block.body;
    }
    place
}

fn facts(graph: &Graph<'_>, row: &Row, instance: &Instance, when: &Expression) -> Vec<Evidence> {
    let mut evidence: Vec<Evidence> = Vec::new();
    for read in when.reads() {
        let Some(fact) = row.facts.get(read).filter(|_| written(instance, read).is_none()) else { continue };
        let line = Evidence {
            place: instance.block.header_place(),
            why: graph.resources.spelling.said(&instance.address, fact).into(),
        };
        if !evidence.contains(&line) {
            evidence.push(line);
        }
    }
    evidence
}
