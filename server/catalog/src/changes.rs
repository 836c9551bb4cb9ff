//! What a recipe comes to for one component: which attribute of which instance gets which value.

use std::sync::Arc;

use foreshock_resources::{Block, BlockPlace, Body, Instance, Key, Kind, Resources, Value};

use crate::expression::{Expression, Scope};
use crate::graph::Graph;
use crate::{Catalog, Recipe, Step, check, paths};

/// One change of a recipe, with its value worked out.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Write an attribute.
    Set {
        /// Whose: an index in `Resources::instances`.
        instance: usize,
        /// Through nested blocks, of which the first one is meant.
        path: String,
        /// What it is to be: a plain, known value.
        value: Value,
    },
    /// Write the `count` of a block. It has a `count` already, or is one block that nothing refers to.
    Repeat {
        /// Any instance of that block.
        instance: usize,
        /// How many there are to be.
        count: u32,
    },
    /// Write a new block into a block.
    Add {
        /// In whose text: an index in `Resources::instances`.
        instance: usize,
        /// The block that gets it.
        to: BlockPlace,
        /// The path of the new block, as rows spell it.
        path: String,
        /// What it says: known values, a list of objects for nested blocks, an object for a map of the user's own words.
        value: Value,
    },
    /// Declare something new in the same module.
    Declare {
        /// Behind the block of this instance.
        instance: usize,
        /// Terraform text, without a line break at its ends.
        text: String,
    },
}

/// The recipes of a stack's resources, made concrete: what refers to what is read once for all of them.
pub struct Recipes<'a> {
    graph: Graph<'a>,
    declared: Value,
}

impl<'a> Recipes<'a> {
    /// For these resources.
    pub fn of(resources: &'a Resources, catalog: &'a Catalog) -> Recipes<'a> {
        let graph = Graph::related_only(resources, catalog);
        Recipes { declared: check::declared(&graph), graph }
    }

    /// The changes a recipe asks for, of the instances that make up a component, the declaring one first; `None` where it
    /// does not apply, where a value can't be known, or where everything is as it asks already.
    pub fn changes(&self, blocks: &[usize], recipe: &Recipe) -> Option<Vec<Change>> {
        changes_in(&self.graph, &self.declared, blocks, recipe)
    }
}

/// The same for one recipe.
pub fn changes(resources: &Resources, catalog: &Catalog, blocks: &[usize], recipe: &Recipe) -> Option<Vec<Change>> {
    Recipes::of(resources, catalog).changes(blocks, recipe)
}

fn changes_in(graph: &Graph<'_>, declared: &Value, blocks: &[usize], recipe: &Recipe) -> Option<Vec<Change>> {
    let declaring = *blocks.first()?;
    let variables = check::variables(graph, declaring, Some(blocks), declared);
    if let Some(when) = &recipe.when
        && when.holds(&variables) != Some(true)
    {
        return None;
    }
    let mut changes = Vec::new();
    for step in &recipe.steps {
        match step {
            Step::Set { of, path, value } => {
                for instance in holders(graph, declaring, of.as_deref()) {
                    changes.extend(set(graph, instance, path, value, &variables)?);
                }
            }
            Step::Repeat { member, count } => {
                changes.extend(repeat(graph, blocks, member.as_deref(), count, &variables)?);
            }
            Step::Add { to, block, value } => changes.extend(add(graph, declaring, (to, block), value, &variables)?),
            Step::Declare(text) => changes.push(declare(graph, declaring, text)?),
        }
    }
    (!changes.is_empty()).then_some(changes)
}

/// `Some(None)` when it is as asked already, `None` when it can't be known.
fn set(
    graph: &Graph<'_>,
    instance: usize,
    path: &str,
    value: &Expression,
    variables: &Scope,
) -> Option<Option<Change>> {
    let written = paths::attribute(&graph.instance(instance)?.body, path);
    let current = written.map_or_else(Value::null, |attribute| paths::as_schema(&attribute.value));
    let wanted = with_current(variables, current.clone(), value);
    match &wanted.kind {
        Kind::Unknown(_) => None,
        Kind::Null => Some(None),
        kind if *kind == current.kind => Some(None),
        _ => Some(Some(Change::Set { instance, path: path.to_owned(), value: wanted })),
    }
}

fn repeat(
    graph: &Graph<'_>,
    blocks: &[usize],
    member: Option<&str>,
    count: &Expression,
    variables: &Scope,
) -> Option<Option<Change>> {
    let of_type = |index: &&usize| match member {
        Some(name) => graph.instance(**index).is_some_and(|instance| *instance.type_name == *name),
        None => true,
    };
    let instance = *blocks.iter().find(of_type)?;
    let block = graph.instance(instance)?;
    if !can_count(graph, block) {
        return None;
    }
    let sibling = |index: &&usize| {
        graph.instance(**index).is_some_and(|other| other.module == block.module && other.resource == block.resource)
    };
    let now = blocks.iter().filter(sibling).count() as f64;
    match with_current(variables, Value::new(Kind::Number(now)), count).kind {
        Kind::Number(count) if count == now => Some(None),
        Kind::Number(count) if (1.0..=1000.0).contains(&count) => {
            Some(Some(Change::Repeat { instance, count: count as u32 }))
        }
        _ => None,
    }
}

/// A change for each of the blocks at a path that is to get one; `None` when that can't be known.
fn add(
    graph: &Graph<'_>,
    instance: usize,
    (to, block): (&str, &str),
    value: &Expression,
    variables: &Scope,
) -> Option<Vec<Change>> {
    let mut holders = vec![];
    blocks_at(&graph.instance(instance)?.body, to, &mut holders)?;
    let mut changes = Vec::new();
    for holder in holders {
        let mut variables = variables.clone();
        variables.insert("it", Value::new(Kind::Map(Arc::new(paths::as_object(&holder.body, 0)))));
        let value = value.value(&variables);
        match &value.kind {
            Kind::Null => {}
            Kind::Map(_) if value.is_wholly_known() => {
                let path = format!("{to}.{block}");
                changes.push(Change::Add { instance, to: holder.block.clone(), path, value });
            }
            _ => return None,
        }
    }
    Some(changes)
}

/// `None` where it is not known how many there are.
fn blocks_at<'b>(body: &'b Body, path: &str, found: &mut Vec<&'b Block>) -> Option<()> {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    for block in body.blocks.iter().filter(|block| *block.kind == *first) {
        if block.unknown.is_some() {
            return None;
        }
        match rest {
            "" => found.push(block),
            _ => blocks_at(&block.body, rest, found)?,
        }
    }
    Some(())
}

/// `None` for one of several instances: what stands for one of them depends on how they are counted.
fn declare(graph: &Graph<'_>, declaring: usize, text: &str) -> Option<Change> {
    let instance = graph.instance(declaring).filter(|instance| instance.key == Key::None)?;
    let address = format!("{}.{}", instance.type_name, instance.name);
    let text = text.trim().replace("${name}", &instance.name).replace("${address}", &address);
    Some(Change::Declare { instance: declaring, text })
}

fn with_current(variables: &Scope, current: Value, expression: &Expression) -> Value {
    let mut variables = variables.clone();
    variables.insert("current", current);
    expression.value(&variables)
}

/// A first `count` would break every reference to the block; `for_each` has no number.
fn can_count(graph: &Graph<'_>, block: &Instance) -> bool {
    match block.key {
        Key::Index(_) => true,
        Key::None => !graph.resources.references.iter().any(|reference| reference.to == block.resource),
        Key::Name(_) | Key::Unknown(_) => false,
    }
}

/// The instances a step writes to: the declaring one, or those in a relation of its row to it.
fn holders(graph: &Graph<'_>, declaring: usize, relation: Option<&str>) -> Vec<usize> {
    let Some(name) = relation else { return vec![declaring] };
    if let Some(refers) = graph.row(declaring).and_then(|row| row.refers.get(name)) {
        return graph.referred_instances(declaring, refers);
    }
    graph.related_by(declaring, name).collect()
}
