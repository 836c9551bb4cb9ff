//! Conditions, three-valued.

use std::sync::Arc;

use foreshock_resources::{Kind, Value};
use foreshock_syntax::yaml::Value as Node;
use foreshock_text::Span;

use crate::evaluate::{Call, Scope, call, text_of, truth_of};
use crate::problems::suggestion;

impl<'t> Scope<'t, '_> {
    /// Whether a condition of the template holds; unknown with the reason.
    pub(crate) fn condition(&self, name: &str, at: Span) -> Value {
        if let Some(known) = self.conditions.borrow().get(name) {
            return known.clone();
        }
        let Some(condition) = self.template.conditions.get(name) else {
            if self.template.has_macros || self.template.conditions.keys().any(|name| is_loop(name)) {
                return Value::unknown(format!("the condition {name} is not written out"));
            }
            let near = suggestion(name, self.template.conditions.keys().copied());
            self.tell(at, format!("there is no condition {name}{near}; expected a name of the section Conditions"));
            return Value::unknown(format!("there is no condition {name}"));
        };
        let worked_out = self.once(&format!("condition {name}"), || self.truth(condition.value));
        let value = worked_out.unwrap_or_else(|| {
            self.tell(condition.key.span(), format!("the condition {name} depends on itself"));
            Value::unknown(format!("the condition {name} depends on itself"))
        });
        self.conditions.borrow_mut().insert(Arc::from(name), value.clone());
        value
    }

    fn truth(&self, node: Node<'t>) -> Value {
        let done = self.deeper(node.span(), || {
            // `Condition: Name` names another one.
            let named = node.tag().is_none().then(|| node.get("Condition")).flatten();
            if let Some(name) = named.and_then(|name| Some((name.scalar()?.text(), name.span()))) {
                return self.condition(name.0, name.1);
            }
            match call(node) {
                Some(call) => self.condition_call(&call),
                None => self.value(node).unwrap_or_else(Value::null),
            }
        });
        done.unwrap_or_else(|unknown| unknown)
    }

    pub(crate) fn condition_call(&self, call: &Call<'t>) -> Value {
        let arguments = self.arguments(call);
        match (call.name, &arguments[..]) {
            ("Condition", _) => match call.argument.scalar() {
                Some(name) => self.condition(name.text(), call.argument.span()),
                None => Value::unknown("expected the name of a condition"),
            },
            ("Equals", [one, other]) => self.equals(*one, *other),
            ("Not", [one]) => match self.truth(*one) {
                value if truth_of(&value).is_some() => boolean(truth_of(&value) == Some(false)),
                value => value,
            },
            ("And", [_, ..]) => self.all(&arguments, false),
            ("Or", [_, ..]) => self.all(&arguments, true),
            ("Equals" | "Not" | "And" | "Or", _) => {
                let expected = if call.name == "Equals" { "two values" } else { "conditions in a list" };
                self.tell(call.span, format!("Fn::{} needs {expected}", call.name));
                Value::unknown(format!("Fn::{} needs {expected}", call.name))
            }
            _ => self.function(call).unwrap_or_else(Value::null),
        }
    }

    /// The first truth value that decides, whatever the others are.
    fn all(&self, conditions: &[Node<'t>], decides: bool) -> Value {
        let mut unknown = None;
        for &condition in conditions {
            let value = self.truth(condition);
            match truth_of(&value) {
                Some(truth) if truth == decides => return boolean(decides),
                Some(_) => {}
                None => unknown = unknown.or(Some(value)),
            }
        }
        unknown.unwrap_or_else(|| boolean(!decides))
    }

    fn equals(&self, one: Node<'t>, other: Node<'t>) -> Value {
        let values = [one, other].map(|node| self.value(node).unwrap_or_else(Value::null));
        let [left, right] = &values;
        match (text_of(left), text_of(right)) {
            (Some(left), Some(right)) => boolean(left == right),
            (None, Some(text)) if self.can_never_be(one, &text) => boolean(false),
            (Some(text), None) if self.can_never_be(other, &text) => boolean(false),
            _ if left.is_wholly_known() && right.is_wholly_known() => boolean(left.kind == right.kind),
            _ => Value::unknown_from(&values),
        }
    }

    /// Whether a parameter whose value is not known has others to choose from only.
    fn can_never_be(&self, node: Node<'t>, text: &str) -> bool {
        let name = call(node).filter(|call| call.name == "Ref").and_then(|call| Some(call.argument.scalar()?.text()));
        let parameter = name.and_then(|name| self.parameter_node(name));
        let allowed = parameter.and_then(|parameter| parameter.value.get("AllowedValues")?.items());
        allowed.is_some_and(|mut allowed| {
            allowed.len() > 0 && allowed.all(|value| value.scalar().is_some_and(|value| value.text() != text))
        })
    }
}

/// Whether a name is that of a loop, `Fn::ForEach::Name`.
pub(crate) fn is_loop(name: &str) -> bool {
    name.starts_with("Fn::ForEach::")
}

fn boolean(truth: bool) -> Value {
    Value::new(Kind::Bool(truth))
}
