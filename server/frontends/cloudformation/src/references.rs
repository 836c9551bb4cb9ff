//! `Ref` and `Fn::GetAtt`: what a name means in a template.

use std::sync::Arc;

use foreshock_resources::{Provenance, Trace, Value};
use foreshock_syntax::yaml::Value as Node;
use foreshock_text::Span;

use crate::evaluate::{Call, Declared, Scope};
use crate::problems::suggestion;

impl<'t> Scope<'t, '_> {
    /// `Ref`; `None` for `AWS::NoValue`.
    pub(crate) fn reference(&self, call: &Call<'t>) -> Option<Value> {
        match call.argument.scalar().map(|name| name.text()) {
            Some("") => {
                self.tell(call.span, "expected the name of a parameter or a resource");
                Some(Value::unknown("nothing is named yet"))
            }
            Some(name) => self.by_name(name, call.argument.span()),
            None => {
                // With language extensions a name may be put together.
                let made = crate::evaluate::call(call.argument).filter(|_| !call.is_short);
                if let Some(name) = made.and_then(|_| self.value(call.argument)) {
                    return match crate::evaluate::text_of(&name) {
                        Some(name) => self.by_name(&name, call.argument.span()),
                        None => Some(Value::unknown_from([&name])),
                    };
                }
                self.tell(call.span, "expected the name of a parameter or a resource");
                Some(Value::unknown("Ref needs a name"))
            }
        }
    }

    /// What a name means; `None` for `AWS::NoValue`.
    pub(crate) fn by_name(&self, name: &str, span: Span) -> Option<Value> {
        if name == "AWS::NoValue" {
            return None;
        }
        let bound =
            self.bindings.borrow().iter().rev().find(|(bound, _)| **bound == *name).map(|(_, value)| value.clone());
        if let Some(value) = bound {
            return Some(value);
        }
        if name.starts_with("AWS::") {
            return Some(self.pseudo(name, span));
        }
        Some(match self.parameter(name) {
            Some(value) => value,
            None => self.of_resource(name, None, span),
        })
    }

    fn pseudo(&self, name: &str, span: Span) -> Value {
        const KNOWN: &[&str] = &[
            "AWS::AccountId",
            "AWS::NotificationARNs",
            "AWS::Partition",
            "AWS::Region",
            "AWS::StackId",
            "AWS::StackName",
            "AWS::URLSuffix",
        ];
        if let Some(value) = self.shared.options.parameters.get(name) {
            return value.clone();
        }
        if !KNOWN.contains(&name) {
            self.tell(
                span,
                format!(
                    "there is no {name}{}; expected one of {}",
                    suggestion(name, KNOWN.iter().copied()),
                    KNOWN.join(", ")
                ),
            );
        }
        Value::unknown(format!("{name} is only known when it is deployed")).spelled(format!("${{{name}}}"))
    }

    /// `Fn::GetAtt`: `Name.Attribute`, or both in a list.
    pub(crate) fn attribute(&self, call: &Call<'t>) -> Value {
        let parts: Option<(String, String)> = match call.argument.items() {
            Some(mut items) => items.next().and_then(|name| {
                let name = name.scalar()?.text().to_owned();
                let rest = items.map(|part| self.value(part).and_then(|part| crate::evaluate::text_of(&part)));
                let rest: Option<Vec<_>> = rest.collect();
                rest.map(|rest| (name, rest.join(".")))
            }),
            None => call.argument.scalar().and_then(|text| {
                let (name, attribute) = text.text().split_once('.')?;
                Some((name.to_owned(), attribute.to_owned()))
            }),
        };
        match parts {
            Some((name, attribute)) if !name.is_empty() && !attribute.is_empty() => {
                self.of_resource(&name, Some(&attribute), call.argument.span())
            }
            _ => {
                self.tell(call.span, "expected a resource and its attribute: Name.Attribute");
                Value::unknown("Fn::GetAtt needs a resource and its attribute")
            }
        }
    }

    /// What a resource gives: its attribute, or what `Ref` means for it.
    pub(crate) fn of_resource(&self, name: &str, attribute: Option<&str>, span: Span) -> Value {
        let Some(declared) = self.resources.get(name) else {
            if let Some(value) = self.made_by_sam(name, attribute, span) {
                return value;
            }
            if self.template.has_macros {
                return Value::unknown(format!("{name} may be what a macro makes"));
            }
            let known = self.resources.keys().map(|name| &**name).chain(self.template.parameters.keys().copied());
            let near = suggestion(name, known);
            let expected =
                if attribute.is_some() { "a resource" } else { "a parameter or a resource of this template" };
            self.tell(span, format!("there is no {name} here{near}; expected {expected}"));
            return Value::unknown(format!("there is no {name}"));
        };
        let declared = declared.clone();
        let address = self.address(name);
        self.note_reference(&address);
        if let Some(output) = attribute.and_then(|attribute| attribute.strip_prefix("Outputs."))
            && declared.is_stack()
        {
            return self.output_of(name, &declared, output, span);
        }
        let own = match (declared.row, attribute) {
            (Some(row), attribute) => row.attribute(attribute),
            (None, None) => "id".to_owned(),
            (None, Some(attribute)) => crate::types::snake(&attribute.replace('.', "_")),
        };
        let said = attribute.map_or_else(|| address.to_string(), |attribute| format!("{address}.{attribute}"));
        let trace =
            Trace { to: address.clone(), attribute: Arc::from(own.as_str()), place: self.place(span), named: None };
        let provenance = Provenance::one(trace);
        if let Some(written) = self.written(name, &declared, &own).filter(Value::is_known) {
            let value = Value { origin: None, ..written };
            return value.with_provenance(&provenance);
        }
        let unknown = Value { provenance, ..Value::unknown(format!("{said} is only known once it is deployed")) };
        unknown.spelled(format!("${{{said}}}"))
    }

    /// The value that a resource is told to have where an attribute is one of its properties: a name.
    fn written(&self, name: &str, declared: &Declared<'t>, attribute: &str) -> Option<Value> {
        if matches!(attribute, "id" | "arn") {
            return None;
        }
        let row = declared.row?;
        let path = row.property_of(attribute).filter(|path| !path.contains(['.', '[']))?;
        let node: Node<'t> = declared.properties?.get(&path)?;
        self.once(&format!("{name}.{attribute}"), || self.value(node)).flatten()
    }

    /// Names of resources that a transform makes beside those that are written: the role of a function, the API that nobody
    /// declares.
    fn made_by_sam(&self, name: &str, attribute: Option<&str>, span: Span) -> Option<Value> {
        if !self.template.is_sam {
            return None;
        }
        const IMPLIED: &[(&str, &str)] = &[("ServerlessRestApi", "id"), ("ServerlessHttpApi", "id")];
        let of_api = IMPLIED.iter().any(|(implied, _)| *implied == name);
        const ENDINGS: &[&str] =
            &["Role", "Stage", "ProdStage", "ApiGatewayDefaultStage", "Deployment", "Version", "Alias"];
        let is_part = |owner: &Arc<str>| {
            let rest = name.strip_prefix(&**owner).unwrap_or_default();
            !rest.is_empty() && (ENDINGS.iter().any(|end| rest.ends_with(end)) || rest.starts_with("Alias"))
        };
        let is_owned = of_api || name.starts_with("Serverless") || self.resources.keys().any(is_part);
        if !is_owned {
            return None;
        }
        let said = attribute.map_or_else(|| name.to_owned(), |attribute| format!("{name}.{attribute}"));
        let mut value =
            Value::unknown(format!("{said} is only known once it is deployed")).spelled(format!("${{{said}}}"));
        if of_api {
            let to = self.address(name);
            self.note_reference(&to);
            let trace = Trace { to, attribute: Arc::from("id"), place: self.place(span), named: None };
            value = value.with_provenance(&Provenance::one(trace));
        }
        Some(value)
    }

    /// Notes that what is being read refers to something.
    pub(crate) fn note_reference(&self, to: &Arc<str>) {
        if let Some(from) = &*self.reading.borrow()
            && from != to
        {
            self.shared.collected.borrow_mut().references.insert((from.clone(), to.clone()));
        }
    }
}

impl Declared<'_> {
    /// Whether it is a stack with a template of its own.
    pub(crate) fn is_stack(&self) -> bool {
        matches!(&*self.row_name, "AWS::CloudFormation::Stack" | "AWS::Serverless::Application")
    }
}
