//! The values that are no attribute of an instance but that a reader asks for: variables, locals, outputs, `count` and
//! `for_each`, those of blocks without a single instance among them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use foreshock_resources::{Kind, Value};
use foreshock_syntax::hcl::Expr;

use crate::config::{Attribute, Block};
use crate::evaluate::{Evaluator, ModuleInstance, Of, Scope, Slot};
use crate::resolved::{NamedValue, Resolved};

/// The named values of these module instances. Comes last: what was not needed before must not take the room of what was.
pub(crate) fn named_values(evaluator: &Evaluator<'_>, modules: &[Rc<ModuleInstance>]) -> Vec<NamedValue> {
    let mut all = Vec::new();
    for module in modules {
        let mut add = |name: String, value: Value, attribute: Option<&Attribute>| {
            let place = attribute.map(Attribute::place);
            all.push(NamedValue { module: module.address.clone(), name: Arc::from(name), value, place });
        };
        // Of the modules below the root only what was needed is told: of the rest nobody has seen the value, and there may
        // be hundreds of it.
        let is_root = module.level == 0;
        for (number, (variable, slot)) in module.config.variables.iter().zip(&module.variables).enumerate() {
            let is_needed = is_done(slot) || evaluator.recorder.is_needed(module.cell(Of::Variable(number as u32)));
            if is_root || is_needed {
                let Ok(value) = evaluator.variable(module, &variable.name) else { continue };
                add(format!("var.{}", variable.name), value, variable.default.as_ref());
            }
        }
        for (number, (local, slot)) in module.config.locals.iter().zip(&module.locals).enumerate() {
            let is_needed = is_done(slot) || evaluator.recorder.is_needed(module.cell(Of::Local(number as u32)));
            if is_root || is_needed {
                let Ok(value) = evaluator.local(module, &local.name) else { continue };
                add(format!("local.{}", local.name), value, Some(&local.value));
            }
        }
        for (number, (output, slot)) in module.config.outputs.iter().zip(&module.outputs).enumerate() {
            let is_needed = is_done(slot) || evaluator.recorder.is_needed(module.cell(Of::Output(number as u32)));
            if is_root || evaluator.options.thorough || is_needed {
                let Some(Ok(value)) = evaluator.output(module, &output.name) else { continue };
                add(format!("output.{}", output.name), value, output.value.as_ref());
            }
        }
        let mut repetition = |address: &str, block: &Block| {
            for name in ["count", "for_each"] {
                if let Some(attribute) = block.attribute(name) {
                    let own = || evaluator.attribute(attribute, Scope::of(module, attribute));
                    let value = evaluator.budget.of_its_own(own);
                    add(format!("{address}.{name}"), value, Some(attribute));
                }
            }
        };
        for resource in module.config.repeated.iter().filter_map(|&number| module.config.resources.get(number)) {
            repetition(&resource.address, &resource.block);
        }
        for call in module.config.calls.iter() {
            repetition(&format!("module.{}", call.name), &call.block);
        }
    }
    all
}

fn is_done(slot: &RefCell<Slot<Value>>) -> bool {
    slot.try_borrow().is_ok_and(|slot| matches!(*slot, Slot::Done(_)))
}

impl Resolved {
    /// A variable or local of a module instance (`var.ha`), as far as it was needed.
    pub fn named_in(&self, module: &str, name: &str) -> Option<&NamedValue> {
        self.named.iter().find(|named| &*named.module == module && &*named.name == name)
    }

    /// What an expression comes to in a module instance, as far as it is made of variables and locals that were needed.
    pub fn value_in(&self, module: &str, expr: &Expr) -> Value {
        let mut names: BTreeMap<Arc<str>, Value> = BTreeMap::new();
        for root in ["var", "local"] {
            let own = self.named.iter().filter(|named| &*named.module == module);
            let of_root = own.filter_map(|named| {
                let name = named.name.strip_prefix(root)?.strip_prefix('.')?;
                (!name.contains('.')).then(|| (Arc::from(name), named.value.clone()))
            });
            let all: BTreeMap<Arc<str>, Value> = of_root.collect();
            names.insert(Arc::from(root), Value::new(Kind::Map(Arc::new(all))));
        }
        foreshock_expressions::evaluate(expr, &names)
    }
}
