//! Parameters: what was given, what is there by default, and what is only known when it is deployed.

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_resources::{Kind, Value};
use foreshock_syntax::yaml::{Tree, Value as Node};
use foreshock_text::{FilePath, Place};

use crate::evaluate::{Scope, literal, text_of};
use crate::template::Named;

impl<'t> Scope<'t, '_> {
    pub(crate) fn is_parameter(&self, name: &str) -> bool {
        self.template.parameters.contains_key(name)
    }

    /// The value of a parameter; `None` where there is no such parameter.
    pub(crate) fn parameter(&self, name: &str) -> Option<Value> {
        if let Some(known) = self.parameters.borrow().get(name) {
            return Some(known.clone());
        }
        let parameter = self.template.parameters.get(name)?;
        let value = self.parameter_of(name, parameter);
        self.parameters.borrow_mut().insert(Arc::from(name), value.clone());
        Some(value)
    }

    fn parameter_of(&self, name: &str, parameter: &Named<'t>) -> Value {
        let field = |field: &str| parameter.value.get(field);
        let kind = field("Type").and_then(|kind| Some(kind.scalar()?.text().to_owned())).unwrap_or_default();
        let is_secret = field("NoEcho").and_then(|flag| flag.scalar()?.flag()) == Some(true);
        let given = match &self.given {
            Some(given) => given.get(name).cloned(),
            None => self.shared.options.parameters.get(name).cloned(),
        };
        let default = || {
            let node = field("Default")?;
            Some(literal(node.scalar()?).with_origin(|| self.place(node.span())))
        };
        let spelling = format!("${{{}{name}}}", self.prefix);
        let value = match given.or_else(default) {
            Some(value) => value,
            None => {
                let allowed = field("AllowedValues").and_then(Node::items).into_iter().flatten();
                let allowed: Vec<Node<'t>> = allowed.collect();
                match &allowed[..] {
                    [only] => self.value(*only).unwrap_or_else(Value::null),
                    _ => Value::unknown(format!("parameter {name} has no default")).spelled(spelling.clone()),
                }
            }
        };
        let value = if kind.starts_with("AWS::SSM::Parameter::Value") && value.is_known() {
            let named = text_of(&value).unwrap_or_default();
            Value::unknown(format!("parameter {name} is kept in {named} of the parameter store")).spelled(spelling)
        } else if kind.starts_with("List<") || kind == "CommaDelimitedList" {
            as_list(value)
        } else {
            value
        };
        let provenance = value.provenance.with_sensitive(is_secret || value.provenance.is_sensitive());
        Value { provenance, ..value }
    }
}

/// A text with commas as a list.
fn as_list(value: Value) -> Value {
    match &value.kind {
        Kind::String(text) => {
            let items = text.split(',').map(|item| Value::string(item.trim()).with_provenance(&value.provenance));
            Value { kind: Kind::List(Arc::new(items.collect())), ..value.clone() }
        }
        Kind::Number(_) => Value { kind: Kind::List(Arc::new(vec![value.clone()])), ..value.clone() },
        _ => value,
    }
}

/// The parameters of a file of values: a list of `ParameterKey` and `ParameterValue`, an object with `Parameters`, or a plain
/// object. `None` where it is none of these.
pub fn given(file: &FilePath, tree: &Tree) -> Option<BTreeMap<Arc<str>, Value>> {
    let root = tree.documents().next()?;
    let value_of = |node: Node<'_>| Some(literal(node.scalar()?).with_origin(|| Place::new(file.clone(), node.span())));
    if let Some(items) = root.items() {
        let entry = |item: Node<'_>| {
            let key = item.get("ParameterKey")?.scalar()?.text().into();
            Some((key, value_of(item.get("ParameterValue")?)?))
        };
        return Some(items.filter_map(entry).collect());
    }
    let pairs = root.get("Parameters").unwrap_or(root).pairs()?;
    Some(pairs.into_iter().filter_map(|pair| Some((Arc::from(pair.name), value_of(pair.value)?))).collect())
}
