//! Templates: text with interpolations and directives.

use std::sync::Arc;

use foreshock_resources::{JoinedProvenance, Kind, NAMELESS, Value};
use foreshock_syntax::hcl::{Expr, TemplatePart};

use super::expression::{pairs, top_length};
use super::{Binding, Evaluator, Scope};
use crate::failure::{Failure, beyond, fail};
use crate::types::{bool_of, string_of};

/// A template being written.
#[derive(Default)]
struct Output {
    text: String,
    provenance: JoinedProvenance,
    /// The reason of the first part that is not known; from there on the text has the names of such parts.
    unknown: Option<Arc<str>>,
}

impl Output {
    fn lose(&mut self, why: &Arc<str>, spelling: Option<&str>) {
        self.unknown.get_or_insert_with(|| why.clone());
        self.text.push_str(spelling.unwrap_or(NAMELESS));
    }
}

impl<'a> Evaluator<'a> {
    #[inline(never)]
    pub(crate) fn template(&self, parts: &[TemplatePart], scope: &Scope<'_>) -> Result<Value, Failure> {
        // `"${x}"` alone is `x` itself, of any type.
        if let [TemplatePart::Interpolation(only)] = parts {
            return self.eval(only, scope);
        }
        let mut output = Output::default();
        self.write_parts(parts, scope, &mut output)?;
        let provenance = output.provenance.provenance();
        self.budget.make_provenance(&provenance)?;
        self.budget.make(output.text.len() as u64)?;
        let text: Arc<str> = Arc::from(output.text);
        Ok(match output.unknown {
            Some(why) => Value { kind: Kind::Unknown(why), provenance, origin: None }.spelled(text),
            None => Value { kind: Kind::String(text), provenance, origin: None },
        })
    }

    fn write_parts(&self, parts: &[TemplatePart], scope: &Scope<'_>, output: &mut Output) -> Result<(), Failure> {
        for part in parts {
            match part {
                TemplatePart::Literal(text) => {
                    self.budget.spend(text.len() as u64 / 64)?;
                    output.text.push_str(text);
                }
                TemplatePart::Interpolation(expr) => self.write(expr, scope, output)?,
                TemplatePart::If { condition, yes, no } => {
                    let condition = self.eval(condition, scope)?;
                    output.provenance.add_all_of(&condition);
                    match &condition.kind {
                        Kind::Unknown(why) => {
                            output.lose(why, None);
                            self.write_parts(yes, scope, output)?;
                            self.write_parts(no, scope, output)?;
                        }
                        kind => self.write_parts(if bool_of(kind)? { yes } else { no }, scope, output)?,
                    }
                }
                TemplatePart::For { key, value, collection, body } => {
                    self.write_for(key.as_deref(), value, collection, body, scope, output)?;
                }
            }
            if output.text.len() > crate::budget::STRING {
                return beyond("a text too long to follow");
            }
        }
        Ok(())
    }

    fn write(&self, expr: &Expr, scope: &Scope<'_>, output: &mut Output) -> Result<(), Failure> {
        let value = self.eval(expr, scope)?;
        let weight = self.budget.weigh(&value)?;
        self.budget.spend(weight.bytes / 64)?;
        output.provenance.add_all_of(&value);
        match &value.kind {
            Kind::Unknown(why) => {
                output.lose(why, value.spelling().map(|text| &**text));
            }
            Kind::Null => return fail("null can't be written into a text"),
            kind => output.text.push_str(&string_of(kind)?),
        }
        Ok(())
    }

    fn write_for(
        &self,
        key_name: Option<&str>,
        value_name: &str,
        collection: &Expr,
        body: &[TemplatePart],
        scope: &Scope<'_>,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let collection = self.eval(collection, scope)?;
        self.budget.make_elements(2 * top_length(&collection), &collection.provenance)?;
        output.provenance.add(&collection.provenance);
        let Some(pairs) = pairs(&collection)? else {
            output.provenance.add_all_of(&collection);
            let why = collection.first_reason().unwrap_or_else(|| Arc::from("not known"));
            output.lose(&why, None);
            return Ok(());
        };
        for (key, value) in &pairs {
            self.budget.step()?;
            let key_binding = Binding { name: key_name.unwrap_or(""), value: key, outer: scope.bindings };
            let outer = if key_name.is_some() { Some(&key_binding) } else { scope.bindings };
            let value_binding = Binding { name: value_name, value, outer };
            self.write_parts(body, &Scope { bindings: Some(&value_binding), ..*scope }, output)?;
        }
        Ok(())
    }
}
