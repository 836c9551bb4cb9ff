//! The values that are no attribute of an instance but that a reader asks for: variables, locals, outputs, `count` and
//! `for_each`, those of blocks without a single instance among them.

use std::rc::Rc;
use std::sync::Arc;

use crate::config::{Attribute, Block};
use crate::evaluate::{Evaluator, ModuleInstance, Scope};
use crate::resolved::NamedValue;
use crate::value::Value;

/// The named values of these module instances. Comes last: what was not needed before must not take the room of what was.
pub(crate) fn named_values(evaluator: &Evaluator<'_>, modules: &[Rc<ModuleInstance>]) -> Vec<NamedValue> {
    let mut all = Vec::new();
    for module in modules {
        let mut add = |name: String, value: Value, attribute: Option<&Attribute>| {
            let place = attribute.map(Attribute::place);
            all.push(NamedValue { module: module.address.clone(), name: Arc::from(name), value, place });
        };
        for variable in module.config.variables.iter() {
            if let Ok(value) = evaluator.variable(module, &variable.name) {
                add(format!("var.{}", variable.name), value, variable.default.as_ref());
            }
        }
        for local in module.config.locals.iter() {
            if let Ok(value) = evaluator.local(module, &local.name) {
                add(format!("local.{}", local.name), value, Some(&local.value));
            }
        }
        for output in module.config.outputs.iter() {
            if let Some(Ok(value)) = evaluator.output(module, &output.name) {
                add(format!("output.{}", output.name), value, output.value.as_ref());
            }
        }
        let mut repetition = |address: &str, block: &Block| {
            for name in ["count", "for_each"] {
                if let Some(attribute) = block.attribute(name) {
                    let value = evaluator.attribute(attribute, Scope::of(module, attribute));
                    add(format!("{address}.{name}"), value, Some(attribute));
                }
            }
        };
        for resource in module.config.resources.iter() {
            repetition(&resource.address, &resource.block);
        }
        for call in module.config.calls.iter() {
            repetition(&format!("module.{}", call.name), &call.block);
        }
    }
    all
}
