//! Values given to the root module: `-var`, variable files, and the files Terraform reads by itself.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use foreshock_expressions::Type;
use foreshock_resources::Value;
use foreshock_syntax::hcl::{self, ExprKind, parse_expression};
use foreshock_text::{FilePath, Place, Problem};

use crate::config::{Attribute, Module, deployment_files, inputs_of};
use crate::evaluate::{Evaluator, ModuleInstance, Scope};
use crate::resolved::{NamedValue, UnreadValue};

impl Evaluator<'_> {
    /// The values given to the variables of the root module; later sources win.
    pub(crate) fn root_values(&self, config: &Arc<Module>) -> BTreeMap<Arc<str>, Value> {
        // Values in variable files may call functions, but there is nothing they could refer to.
        let nothing = Rc::new(ModuleInstance::new(Arc::new(Module::default()), Arc::from(""), None));
        let mut values = self.deployment_values();
        for file in self.variable_files() {
            self.expressions.has_read(file.clone());
            let Some(parsed) = self.files.parsed(&file) else { continue };
            let problems = parsed.problems.iter().map(|problem| (file.clone(), problem.clone()));
            self.problems.borrow_mut().extend(problems);
            for attribute in &parsed.body.attributes {
                let attribute = Attribute::new(&file, attribute);
                let own = || self.attribute(&attribute, Scope::of(&nothing, &attribute));
                let value = self.budget.of_its_own(own);
                values.insert(attribute.name.clone(), value);
            }
        }
        for (name, text) in &self.options.variables {
            let of = config.variables.find(name).map_or(Type::Any, |variable| variable.of.clone());
            values.insert(Arc::from(name.as_str()), self.command_line_value(text, &of));
        }
        values
    }

    /// What the deployment that is looked at gives the variables of a stack.
    fn deployment_values(&self) -> BTreeMap<Arc<str>, Value> {
        let mut values = BTreeMap::new();
        let Some(name) = &self.options.deployment else { return values };
        let files = deployment_files(&self.root, self.files);
        files.iter().for_each(|file| self.expressions.has_read(file.clone()));
        let parsed = files.iter().filter_map(|file| self.files.parsed(file)).collect();
        let config = Arc::new(Module::read(&self.root, parsed));
        let names = Rc::new(ModuleInstance::new(config.clone(), Arc::from(""), None));
        let is_it = |block: &&hcl::Block| block.labels.first().is_some_and(|label| label.text == *name);
        for file in &config.files {
            let block = file.body.blocks_of("deployment").find(is_it);
            let Some(inputs) = block.and_then(|block| block.body.attribute("inputs")) else { continue };
            let inputs = Attribute::new(&file.path, inputs);
            for (name, attribute) in inputs_of(&inputs) {
                let own = || self.attribute(&attribute, Scope::of(&names, &attribute));
                values.insert(name, self.budget.of_its_own(own));
            }
        }
        values
    }

    /// Remembers that something reads a variable that is declared nowhere, where it has a value.
    pub(crate) fn used_undeclared(&self, name: &Arc<str>, place: Place) {
        if self.given.contains_key(name) {
            self.recorder.effect(|effects| effects.undeclared.push((name.clone(), place.clone())));
            let mut undeclared = self.undeclared.borrow_mut();
            let first = undeclared.entry(name.clone()).or_insert_with(|| place.clone());
            if place < *first {
                *first = place;
            }
        }
    }

    /// The values of variables that are declared nowhere and read all the same.
    pub(crate) fn undeclared_values(&self) -> Vec<NamedValue> {
        let undeclared = self.undeclared.borrow();
        let value = |name: &Arc<str>| {
            let value = self.given.get(name)?.clone();
            Some(NamedValue { module: Arc::from(""), name: Arc::from(format!("var.{name}")), value, place: None })
        };
        undeclared.keys().filter_map(value).collect()
    }

    /// One note of all of them, where the first of them is read.
    pub(crate) fn note_of_undeclared(&self) -> Option<(FilePath, Problem)> {
        let undeclared = self.undeclared.borrow();
        let first = undeclared.values().min()?.clone();
        let names: Vec<String> = undeclared.keys().map(|name| format!("var.{name}")).collect();
        let (names, are, values) = match names.as_slice() {
            [one] => (one.clone(), "is", "the value given to it is"),
            _ => (some_of(&names), "are", "the values given to them are"),
        };
        let message = format!("{names} {are} declared nowhere here; {values} used");
        Some((first.file, Problem::new(first.span, message)))
    }

    /// The values of variable files that nothing here reads: they are given to nobody.
    pub(crate) fn unread_values(&self, config: &Module) -> Vec<UnreadValue> {
        let undeclared = self.undeclared.borrow();
        let is_read = |name: &str| config.variables.number(name).is_some() || undeclared.contains_key(name);
        let mut unread = Vec::new();
        for file in self.variable_files() {
            let Some(parsed) = self.files.parsed(&file) else { continue };
            let of_nobody = parsed.body.attributes.iter().filter(|attribute| !is_read(&attribute.name));
            unread.extend(of_nobody.map(|attribute| UnreadValue {
                file: file.clone(),
                span: attribute.name_span,
                name: attribute.name.clone(),
            }));
        }
        unread
    }

    /// In the order they are read: `terraform.tfvars`, `*.auto.tfvars` by name, then those named.
    pub(crate) fn variable_files(&self) -> Vec<FilePath> {
        let listed = self.files.list(&self.root);
        let named = |wanted: &dyn Fn(&str) -> bool| {
            let mut found: Vec<FilePath> =
                listed.iter().filter(|file| file.as_path().file_name().is_some_and(wanted)).cloned().collect();
            found.sort();
            found
        };
        let mut files = named(&|name| name == "terraform.tfvars");
        files.extend(named(&|name| name == "terraform.tfvars.json"));
        files.extend(named(&|name| name.ends_with(".auto.tfvars") || name.ends_with(".auto.tfvars.json")));
        files.extend(self.options.var_files.iter().cloned());
        files
    }

    /// A value given as text: for a string variable the text itself, for others an expression, as `-var` has it.
    fn command_line_value(&self, text: &str, of: &Type) -> Value {
        let is_primitive = matches!(of, Type::String | Type::Number | Type::Bool | Type::Any);
        let (expr, problems) = parse_expression(text);
        let quoted = matches!(expr.kind, ExprKind::String(_)) && problems.is_empty();
        if is_primitive && !quoted {
            return Value::string(text);
        }
        let file = FilePath::new(self.root.clone());
        let scope = foreshock_expressions::Scope { names: None, bindings: None, file: &file, base: 0 };
        match self.expressions.eval(&expr, &scope) {
            Ok(value) => Value { origin: None, ..value },
            Err(failure) => Value::unknown(failure.why),
        }
    }
}

/// `a, b and 3 more`.
pub fn some_of(names: &[String]) -> String {
    /// More would be a list and no sentence.
    const TOLD: usize = 3;
    match names {
        [one] => one.clone(),
        [most @ .., last] if names.len() <= TOLD => format!("{} and {last}", most.join(", ")),
        _ => {
            let told: Vec<&str> = names.iter().take(TOLD - 1).map(String::as_str).collect();
            format!("{} and {} more", told.join(", "), names.len() - told.len())
        }
    }
}
