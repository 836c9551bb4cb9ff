//! The named values of a module: variables, locals and outputs.

use std::rc::Rc;
use std::sync::Arc;

use foreshock_expressions::{Failure, Type, convert};
use foreshock_resources::{Kind, Value};
use foreshock_text::Problem;

use super::{Configuration, Evaluator, ModuleInstance, Of, Repetition, Scope};
use crate::config::{Call, Variable};

impl<'a> Evaluator<'a> {
    /// `local.name`.
    pub(crate) fn local(&self, module: &Rc<ModuleInstance>, name: &str) -> Result<Value, Failure> {
        let number = module.config.locals.number(name);
        let Some((local, slot)) = number.and_then(|n| Some((module.config.locals.get(n)?, module.locals.get(n)?)))
        else {
            return Ok(Value::unknown(format!("local.{name} is not declared")));
        };
        self.budget.deeper(|| {
            Ok(self.named_memo(
                number.and_then(|number| module.cell(Of::Local(number as u32))),
                slot,
                || self.budget.of_its_own(|| self.attribute(&local.value, Scope::of(module, &local.value))),
                || Value::unknown(format!("circular reference: local.{name}")),
            ))
        })
    }

    /// `var.name`.
    pub(crate) fn variable(&self, module: &Rc<ModuleInstance>, name: &str) -> Result<Value, Failure> {
        let number = module.config.variables.number(name);
        let Some((variable, slot)) =
            number.and_then(|n| Some((module.config.variables.get(n)?, module.variables.get(n)?)))
        else {
            return Ok(self.undeclared_variable(module, name));
        };
        self.budget.deeper(|| {
            Ok(self.named_memo(
                number.and_then(|number| module.cell(Of::Variable(number as u32))),
                slot,
                || self.budget.of_its_own(|| self.variable_value(module, variable)),
                || Value::unknown(format!("circular reference: var.{name}")),
            ))
        })
    }

    /// Whoever generates the declaration of a variable when it is deployed gives the value all the same.
    #[inline(never)]
    fn undeclared_variable(&self, module: &Rc<ModuleInstance>, name: &str) -> Value {
        let given = self.given.get(name).filter(|_| module.call.is_none());
        given.cloned().unwrap_or_else(|| Value::unknown(format!("var.{name} is not declared")))
    }

    fn variable_value(&self, module: &Rc<ModuleInstance>, variable: &Variable) -> Value {
        let given = match &module.call {
            None => self.given.get(&variable.name).cloned(),
            Some(caller) => {
                let call = caller.module.config.calls.get(caller.number);
                if caller.repetition != Repetition::None {
                    self.recorder.read(caller.module.cell(Of::Call(caller.number as u32)), &self.budget);
                }
                call.and_then(|call| call.block.attribute(&variable.name)).map(|argument| {
                    let scope = Scope::of(&caller.module, argument).with_repetition(&caller.repetition);
                    self.attribute(argument, scope)
                })
            }
        };
        let given = given.filter(|value| variable.nullable || !matches!(value.kind, Kind::Null));
        let value = match (given, &variable.default) {
            (Some(value), _) => value,
            (None, Some(default)) => self.attribute(default, Scope::of(module, default)),
            (None, None) => {
                let value = Value::unknown(format!("variable {} has no value", variable.name));
                // Of a module it is a mistake, and each call of it makes another.
                if module.call.is_some() { value } else { value.spelled(format!("${{var.{}}}", variable.name)) }
            }
        };
        let provenance = value.all_provenance();
        let converted = match variable.of {
            Type::Any => Ok(value),
            _ => self.budget.copy(&value).and_then(|()| convert(value, &variable.of)),
        };
        let mut value = match converted {
            Ok(value) => value,
            Err(Failure { why, .. }) => {
                let why = Arc::from(format!("variable {}: {why}", variable.name));
                Value { kind: Kind::Unknown(why), provenance, origin: None }
            }
        };
        if variable.sensitive {
            value.provenance = value.provenance.with_sensitive(true);
        }
        value
    }

    /// An output of a module instance; `None` when it is not declared.
    pub(crate) fn output(&self, module: &Rc<ModuleInstance>, name: &str) -> Option<Result<Value, Failure>> {
        let number = module.config.outputs.number(name)?;
        let (output, slot) = (module.config.outputs.get(number)?, module.outputs.get(number)?);
        Some(self.budget.deeper(|| {
            Ok(self.named_memo(
                module.cell(Of::Output(number as u32)),
                slot,
                || {
                    let own = |of| self.budget.of_its_own(|| self.attribute(of, Scope::of(module, of)));
                    let mut value = match &output.value {
                        Some(attribute) => own(attribute),
                        None => Value::unknown(format!("output {name} has no value")),
                    };
                    if output.sensitive {
                        value.provenance = value.provenance.with_sensitive(true);
                    }
                    value
                },
                || Value::unknown(format!("circular reference: output {name} of {}", module.address)),
            ))
        }))
    }

    /// The configuration a call refers to; `None` when its source is not at hand.
    pub(crate) fn module_of(&self, caller: &Rc<ModuleInstance>, call: &Call) -> Option<Configuration> {
        if caller.level >= super::module_tree::LEVELS {
            return None;
        }
        let source = match self.source_of(caller, call) {
            Ok(source) => source,
            Err(why) => {
                self.wrong_source(call, format!("the source of module {} is not known: {why}", call.name));
                return None;
            }
        };
        let directory = self.source_directory(caller, call)?;
        if !self.files.may_read(&directory) {
            self.wrong_source(call, format!("outside the workspace: {source} is not read"));
            return None;
        }
        // A module that calls itself has no end.
        let mut above = Some(caller);
        while let Some(module) = above {
            if module.config.directory == directory {
                self.wrong_source(call, format!("module {} calls itself", call.name));
                return None;
            }
            above = module.call.as_ref().map(|call| &call.module);
        }
        let module = self.load(&directory);
        if module.is_none() && source.starts_with('.') {
            self.wrong_source(call, format!("there is no Terraform file in {source}"));
        }
        module
    }

    fn wrong_source(&self, call: &Call, message: String) {
        let Some(source) = call.block.attribute("source") else { return };
        let problem = (source.file.clone(), Problem::new(source.value_span, message));
        let mut problems = self.problems.borrow_mut();
        // A module with many instances says it once.
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }
}
