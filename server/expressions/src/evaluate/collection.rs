//! Looking into values: attributes, indexes, splats.

use std::sync::Arc;

use foreshock_resources::{Kind, Value};
use foreshock_syntax::hcl::{StepKind, TraversalStep};

use super::{Evaluator, Scope};
use crate::failure::{Failure, fail};
use crate::types::{kind_name, number_of, string_of};

impl<'a> Evaluator<'a> {
    /// Follows the steps of a traversal from a value.
    pub fn walk(&self, mut value: Value, steps: &[TraversalStep], scope: &Scope<'_>) -> Result<Value, Failure> {
        let mut rest = steps;
        while let Some((step, after)) = rest.split_first() {
            rest = after;
            value = match &step.kind {
                StepKind::Attribute(name) => attribute(value, name)?,
                StepKind::Index(index) => {
                    let key = self.eval(index, scope)?;
                    if let (Kind::Map(items), Some(names)) = (&value.kind, scope.names)
                        && let Some(failure) = names.no_such_key(items, &key)
                    {
                        return Err(failure);
                    }
                    index_value(value, &key)?
                }
                StepKind::FullSplat => return self.splat(value, after, scope),
                StepKind::AttributeSplat => {
                    let own = after.iter().take_while(|step| matches!(step.kind, StepKind::Attribute(_))).count();
                    let (own, after) = after.split_at(own);
                    rest = after;
                    self.splat(value, own, scope)?
                }
            };
        }
        Ok(value)
    }

    fn splat(&self, value: Value, steps: &[TraversalStep], scope: &Scope<'_>) -> Result<Value, Failure> {
        self.budget.make_elements(2 * super::expression::top_length(&value), &value.provenance)?;
        let items: Vec<Value> = match &value.kind {
            Kind::Null => Vec::new(),
            Kind::Unknown(_) => return Ok(value),
            Kind::List(items) => items.iter().map(|item| item.clone().with_provenance(&value.provenance)).collect(),
            Kind::Set(items) if items.iter().all(Value::is_known) => {
                items.iter().map(|item| item.clone().with_provenance(&value.provenance)).collect()
            }
            Kind::Set(_) => return Ok(Value::unknown_from([&value])),
            _ => vec![value.clone()],
        };
        // Every splat is one more level: the rest of the steps is walked for each element.
        let each = || items.into_iter().map(|item| self.walk(item, steps, scope)).collect();
        let items: Result<Vec<Value>, Failure> = self.budget.deeper(each);
        Ok(Value { kind: Kind::List(Arc::new(items?)), provenance: value.provenance, origin: None })
    }
}

/// `value.name`.
pub(crate) fn attribute(value: Value, name: &str) -> Result<Value, Failure> {
    match &value.kind {
        Kind::Unknown(_) => Ok(Value { origin: None, ..value }),
        Kind::Map(items) => match items.get(name) {
            Some(item) => Ok(item.clone().with_provenance(&value.provenance)),
            None => match foreshock_resources::open::missing(items, name) {
                Some(item) => Ok(item.with_provenance(&value.provenance)),
                None => fail(format!("there is no attribute `{name}`")),
            },
        },
        Kind::Null => fail(format!("this is null, it has no attribute `{name}`")),
        _ => fail(format!("this is a {}, it has no attribute `{name}`", kind_name(&value))),
    }
}

/// `value[key]`.
pub(crate) fn index_value(value: Value, key: &Value) -> Result<Value, Failure> {
    if !value.is_known() || !key.is_known() {
        return Ok(Value::unknown_from([&value, key]));
    }
    let provenance = value.provenance.union(&key.provenance);
    match &value.kind {
        Kind::List(items) => {
            let index = number_of(&key.kind)?;
            let item = (index >= 0.0 && index.fract() == 0.0).then(|| items.get(index as usize)).flatten();
            match item {
                Some(item) => Ok(item.clone().with_provenance(&provenance)),
                None => fail(format!("there is no element {index} in a list of {}", items.len())),
            }
        }
        Kind::Map(_) => {
            let name = string_of(&key.kind)?;
            Ok(attribute(value, &name)?.with_provenance(&provenance))
        }
        Kind::Null => fail("this is null, it has no elements"),
        _ => fail(format!("this is a {}, its elements can't be picked", kind_name(&value))),
    }
}
