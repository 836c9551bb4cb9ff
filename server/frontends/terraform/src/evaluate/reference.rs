//! References: what a name at the root of a traversal means, and what reading a resource gives.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use foreshock_expressions::{Failure, fail};
use foreshock_resources::{JoinedProvenance, Kind, Provenance, Trace, Value};
use foreshock_syntax::hcl::{StepKind, TraversalStep};
use foreshock_text::{Place, Span};

use super::{CallExpansion, Evaluator, Expansion, Form, Of, Repetition, ResourceInstance, Scope};
use crate::remote::{is_remote_state, outputs_names, outputs_of};

/// The names of the attributes in some steps: `a.b[0].c` gives `a.b.c`.
fn path(steps: &[TraversalStep]) -> String {
    let mut path = String::new();
    for step in steps {
        if let StepKind::Attribute(name) = &step.kind {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(name);
        }
    }
    path
}

fn attribute_name(step: Option<&TraversalStep>) -> Option<&Arc<str>> {
    match step.map(|step| &step.kind) {
        Some(StepKind::Attribute(name)) => Some(name),
        _ => None,
    }
}

impl<'a> Evaluator<'a> {
    /// A traversal that begins with a name which nothing inside the expression binds. `span` is the whole of it, relative.
    pub(crate) fn reference(
        &self,
        root: &str,
        steps: &[TraversalStep],
        span: Span,
        scope: &Scope<'_>,
    ) -> Result<Value, Failure> {
        let first = attribute_name(steps.first());
        let after = steps.get(1..).unwrap_or_default();
        let named = |value: Result<Value, Failure>| self.walk(value?, after, scope);
        match (root, first) {
            ("var", Some(name)) => {
                self.note_undeclared(name, span, scope);
                named(self.variable(scope.module, name))
            }
            ("local", Some(name)) => named(self.local(scope.module, name)),
            ("each" | "count", Some(name)) => named(repetition(root, name, scope.repetition)),
            ("path", Some(name)) => named(self.path_value(name, scope)),
            ("terraform", Some(name)) => named(match &**name {
                "workspace" => Ok(Value::string(self.workspace.clone())),
                "applying" => Ok(Value::unknown("terraform.applying is known when applying")),
                _ => fail(format!("terraform.{name} does not exist")),
            }),
            ("module" | "component" | "stack", Some(name)) => self.module_reference(name, after, span, scope),
            ("data", Some(type_name)) => match attribute_name(steps.get(1)) {
                Some(name) => {
                    let address = format!("data.{type_name}.{name}");
                    self.resource_reference(&address, steps.get(2..).unwrap_or_default(), span, scope)
                }
                None => fail("a data source is data.TYPE.NAME"),
            },
            ("ephemeral" | "self" | "run", Some(name)) => {
                Ok(Value::unknown(format!("{root}.{name} is known when applying")))
            }
            (_, Some(name)) => self.resource_reference(&format!("{root}.{name}"), after, span, scope),
            (_, None) => fail(format!("`{root}` is not a value")),
        }
    }

    /// Remembers a variable that is declared nowhere. Apart from what calls itself: each level of that has a frame.
    #[inline(never)]
    fn note_undeclared(&self, name: &Arc<str>, span: Span, scope: &Scope<'_>) {
        if scope.module.call.is_none() && scope.module.config.variables.number(name).is_none() {
            self.used_undeclared(name, scope.place(span));
        }
    }

    #[inline(never)]
    fn path_value(&self, name: &str, scope: &Scope<'_>) -> Result<Value, Failure> {
        match name {
            "module" => {
                let directory = &scope.module.config.directory;
                match directory.strip_prefix(&self.root) {
                    Ok(below) if below.as_str().is_empty() => Ok(Value::string(".")),
                    Ok(below) => Ok(Value::string(below.as_str())),
                    Err(_) => Ok(Value::string(foreshock_files::paths::relative(&self.root, directory).as_str())),
                }
            }
            "root" => Ok(Value::string(".")),
            // Terraform is run in the root module unless told otherwise on the command line.
            "cwd" => Ok(Value::string(self.root.as_str())),
            _ => fail(format!("path.{name} does not exist")),
        }
    }

    fn resource_reference(
        &self,
        address: &str,
        steps: &[TraversalStep],
        span: Span,
        scope: &Scope<'_>,
    ) -> Result<Value, Failure> {
        let number = scope.module.config.resources.number(address);
        let Some(expansion) = number.and_then(|number| self.expansion(scope.module, number)) else {
            return Ok(Value::unknown(format!("{address} is not declared")));
        };
        let place = scope.place(span);
        match &expansion.form {
            Form::Single => match (expansion.instances.first(), steps.first().map(|step| &step.kind)) {
                (Some(one), Some(StepKind::FullSplat | StepKind::AttributeSplat)) => {
                    let rest = steps.get(1..).unwrap_or_default();
                    Ok(list(vec![self.read(one, rest, place, scope)?]))
                }
                (Some(one), _) => self.read(one, steps, place, scope),
                (None, None) => Ok(Value::null()),
                (None, _) => fail(format!("{address} has no instance")),
            },
            Form::Unknown(why, _) => {
                let Some(one) = expansion.instances.first() else { return fail(why.clone()) };
                let trace = Trace { to: one.address.clone(), attribute: Arc::from(path(steps)), place, named: None };
                Ok(Value { kind: Kind::Unknown(why.clone()), provenance: Provenance::one(trace), origin: None })
            }
            Form::Count | Form::Each => self.read_many(&expansion, address, steps, place, scope),
        }
    }

    fn read_many(
        &self,
        expansion: &Expansion,
        address: &str,
        steps: &[TraversalStep],
        place: Place,
        scope: &Scope<'_>,
    ) -> Result<Value, Failure> {
        let rest = steps.get(1..).unwrap_or_default();
        match steps.first().map(|step| &step.kind) {
            Some(StepKind::Index(index)) => {
                let key = self.eval(index, scope)?;
                match self.pick(expansion, &key) {
                    Picked::One(one) => Ok(self.read(one, rest, place, scope)?.with_provenance(&key.provenance)),
                    Picked::Unknown => {
                        // Any of them: the provenance of all.
                        self.reads(expansion.instances.len())?;
                        let attribute: Arc<str> = Arc::from(path(rest));
                        let mut provenance = JoinedProvenance::default();
                        provenance.add_all_of(&key);
                        for one in &expansion.instances {
                            let (to, attribute, place) = (one.address.clone(), attribute.clone(), place.clone());
                            provenance.add(&Provenance::one(Trace { to, attribute, place, named: None }));
                        }
                        let provenance = provenance.provenance();
                        let why = key.first_reason().unwrap_or_else(|| Arc::from("not known"));
                        Ok(Value { kind: Kind::Unknown(why), provenance, origin: None })
                    }
                    Picked::None => fail(format!("{address} has no such instance")),
                }
            }
            Some(StepKind::FullSplat) if expansion.form == Form::Count => {
                self.reads(expansion.instances.len())?;
                let items = expansion.instances.iter().map(|one| self.read(one, rest, place.clone(), scope));
                Ok(list(items.collect::<Result<Vec<Value>, Failure>>()?))
            }
            Some(StepKind::AttributeSplat) if expansion.form == Form::Count => {
                let own = rest.iter().take_while(|step| matches!(step.kind, StepKind::Attribute(_))).count();
                let (own, after) = rest.split_at(own);
                self.reads(expansion.instances.len())?;
                let items = expansion.instances.iter().map(|one| self.read(one, own, place.clone(), scope));
                self.walk(list(items.collect::<Result<Vec<Value>, Failure>>()?), after, scope)
            }
            _ => {
                let all = self.whole(expansion, &place)?;
                self.walk(all, steps, scope)
            }
        }
    }

    fn whole(&self, expansion: &Expansion, place: &Place) -> Result<Value, Failure> {
        // Each is an object of all that is written in it.
        self.reads(expansion.instances.len() * 4)?;
        if expansion.form == Form::Count {
            return Ok(list(expansion.instances.iter().map(|one| self.object(one, place)).collect()));
        }
        let mut items = BTreeMap::new();
        for one in &expansion.instances {
            if let foreshock_resources::Key::Name(name) = &one.key {
                items.insert(name.clone(), self.object(one, place));
            }
        }
        Ok(Value::new(Kind::Map(Arc::new(items))))
    }

    /// What it costs to read so many instances, each with a trace of its own.
    fn reads(&self, count: usize) -> Result<(), Failure> {
        /// Bytes of a trace with its text.
        const READ: u64 = 240;
        self.budget.spend(count as u64 * 32)?;
        self.budget.make(count as u64 * READ)
    }

    fn pick<'e>(&self, expansion: &'e Expansion, key: &Value) -> Picked<'e> {
        if !key.is_known() {
            return if expansion.instances.is_empty() { Picked::None } else { Picked::Unknown };
        }
        let found = match expansion.form {
            Form::Count => match foreshock_expressions::number_of(&key.kind) {
                Ok(index) if index >= 0.0 && index.fract() == 0.0 => expansion.instances.get(index as usize),
                _ => None,
            },
            _ => foreshock_expressions::string_of(&key.kind).ok().and_then(|name| {
                let is =
                    |one: &&Rc<ResourceInstance>| matches!(&one.key, foreshock_resources::Key::Name(key) if *key == name);
                expansion.instances.iter().find(is)
            }),
        };
        found.map_or(Picked::None, Picked::One)
    }

    /// What reading `steps` of an instance gives: the written value where there is one, else unknown; traced.
    fn read(
        &self,
        one: &Rc<ResourceInstance>,
        steps: &[TraversalStep],
        place: Place,
        scope: &Scope<'_>,
    ) -> Result<Value, Failure> {
        let name = match steps.first().map(|step| &step.kind) {
            None => return Ok(self.object(one, &place)),
            Some(StepKind::Attribute(name)) => name.clone(),
            Some(StepKind::Index(index)) => match self.eval(index, scope)?.kind {
                Kind::String(name) => name,
                _ => return fail(format!("{} has neither count nor for_each", one.address)),
            },
            Some(StepKind::FullSplat | StepKind::AttributeSplat) => {
                return self.walk(list(vec![self.object(one, &place)]), steps.get(1..).unwrap_or_default(), scope);
            }
        };
        let full = path(steps);
        let full = if full.is_empty() { name.to_string() } else { full };
        let trace = Trace { to: one.address.clone(), attribute: Arc::from(full), place, named: None };
        let unknown = || {
            let path = format!("{}.{}", trace.to, trace.attribute);
            Value::unknown(format!("known after apply: {path}")).spelled(format!("${{{path}}}"))
        };
        let value = match self.budget.deeper(|| Ok(self.instance_attribute(one, &name)))? {
            Some(value) => match self.walk(value, steps.get(1..).unwrap_or_default(), scope)? {
                // Set to null is not set: the provider may have an answer of its own.
                value if matches!(value.kind, Kind::Null) => unknown().with_provenance(&value.provenance),
                value => value,
            },
            None => match self.of_provider(one, &name) {
                Some(value) => self.walk(value, steps.get(1..).unwrap_or_default(), scope)?,
                None => unknown(),
            },
        };
        Ok(value.with_provenance(&Provenance::one(trace)))
    }

    /// The outputs of another stack. Those of a workspace are secret unless somebody asks for the others.
    #[inline(never)]
    fn outputs_named(&self, one: &Rc<ResourceInstance>, name: &str) -> Value {
        let mut outputs = self.remote_outputs(one);
        if name == "values" {
            outputs.provenance = outputs.provenance.with_sensitive(true);
        }
        outputs
    }

    /// An attribute or the blocks of a name as written; `None` when it is not written.
    pub(crate) fn instance_attribute(&self, one: &Rc<ResourceInstance>, name: &str) -> Option<Value> {
        let resource = one.module.config.resources.get(one.resource)?;
        let block = &resource.block;
        self.recorder.read(one.module.cell(Of::Names(one.resource as u32)), &self.budget);
        if super::blocks::is_meta(name) {
            return None;
        }
        let is_outputs = outputs_names(&resource.type_name).contains(&name);
        if is_outputs && is_remote_state(resource.mode, &resource.type_name) {
            return Some(self.outputs_named(one, name));
        }
        if let Some(number) = block.attributes.iter().position(|attribute| &*attribute.name == name) {
            return self.written(one, number);
        }
        let kinds = |inner: &crate::config::Block| {
            &*inner.kind == name || (&*inner.kind == "dynamic" && inner.labels.first().is_some_and(|of| &**of == name))
        };
        if !block.blocks.iter().any(kinds) || super::blocks::is_meta_block(name) {
            return None;
        }
        Some(super::blocks::value_of(&self.instance_blocks(one), name, &one.address, ""))
    }

    /// The value of the instance's attribute of that number.
    pub(crate) fn written(&self, one: &Rc<ResourceInstance>, number: usize) -> Option<Value> {
        let resource = one.module.config.resources.get(one.resource)?;
        let attribute = resource.block.attributes.get(number)?;
        let slot = one.shared.get(number).and_then(Option::as_ref).or_else(|| one.attributes.get(number))?;
        let compute = || {
            let scope = Scope::of(&one.module, attribute).with_repetition(&one.repetition);
            self.budget.of_its_own(|| self.attribute(attribute, scope))
        };
        let circle = || Value::unknown(format!("circular reference: {}.{}", one.address, attribute.name));
        let cell = one.module.cell(Of::Attribute(one.resource as u32, number as u32));
        Some(self.memo_of(cell, slot, compute, circle))
    }

    /// A whole instance as a value.
    pub(crate) fn object(&self, one: &Rc<ResourceInstance>, place: &Place) -> Value {
        let mut items = BTreeMap::new();
        let trace = |attribute: &str| Trace {
            to: one.address.clone(),
            attribute: Arc::from(attribute),
            place: place.clone(),
            named: None,
        };
        self.recorder.read(one.module.cell(Of::Names(one.resource as u32)), &self.budget);
        if let Some(resource) = one.module.config.resources.get(one.resource) {
            let names = resource.block.attributes.iter().map(|attribute| &attribute.name);
            let kinds = resource.block.blocks.iter().map(|block| match (&*block.kind, block.labels.first()) {
                ("dynamic", Some(label)) => label,
                _ => &block.kind,
            });
            let outputs = outputs_of(resource.mode, &resource.type_name);
            for name in names.chain(kinds).chain(&outputs) {
                if items.contains_key(name) {
                    continue;
                }
                let value = self.instance_attribute(one, name);
                if let Some(value) = value.filter(|value| !matches!(value.kind, Kind::Null)) {
                    items.insert(name.clone(), value.with_provenance(&Provenance::one(trace(name))));
                }
            }
        }
        for name in self.names_of_provider(one) {
            if let Some(value) = self.of_provider(one, name).filter(|_| !items.contains_key(*name)) {
                items.insert(Arc::from(*name), value.with_provenance(&Provenance::one(trace(name))));
            }
        }
        items.insert(Arc::from(foreshock_resources::open::REST), foreshock_resources::open::rest(trace("")));
        Value::new(Kind::Map(Arc::new(items)))
    }

    fn module_reference(
        &self,
        name: &str,
        steps: &[TraversalStep],
        span: Span,
        scope: &Scope<'_>,
    ) -> Result<Value, Failure> {
        let number = scope.module.config.calls.number(name);
        let Some(expansion) = number.and_then(|number| self.call_expansion(scope.module, number)) else {
            return Ok(Value::unknown(format!("module.{name} is not declared")));
        };
        let place = scope.place(span);
        match &expansion.form {
            Form::Single => match expansion.instances.first() {
                Some(one) => self.module_output(one, steps, place, scope),
                None if steps.is_empty() => Ok(Value::null()),
                None => fail(format!("module.{name} has no instance")),
            },
            Form::Unknown(why, _) => {
                let Some(one) = expansion.instances.first() else { return fail(why.clone()) };
                // The outputs of the one that stands for all lead to the resources inside.
                let output = steps.iter().position(|step| matches!(step.kind, StepKind::Attribute(_)));
                let output = output.and_then(|at| steps.get(at..)).unwrap_or_default();
                let inner = self.module_output(one, output, place, scope);
                let provenance = inner.map(|value| value.all_provenance()).unwrap_or_default();
                Ok(Value { kind: Kind::Unknown(why.clone()), provenance, origin: None })
            }
            Form::Count | Form::Each => self.module_outputs(&expansion, name, steps, place, scope),
        }
    }

    fn module_outputs(
        &self,
        expansion: &CallExpansion,
        name: &str,
        steps: &[TraversalStep],
        place: Place,
        scope: &Scope<'_>,
    ) -> Result<Value, Failure> {
        let rest = steps.get(1..).unwrap_or_default();
        let key_of = |one: &super::instance::CallInstance| match &one.key {
            foreshock_resources::Key::Index(index) => Some(Arc::from(index.to_string())),
            foreshock_resources::Key::Name(name) => Some(name.clone()),
            _ => None,
        };
        if let Some(StepKind::Index(index)) = steps.first().map(|step| &step.kind) {
            let key = self.eval(index, scope)?;
            if !key.is_known() {
                let mut all = vec![key];
                self.reads(expansion.instances.len())?;
                for one in &expansion.instances {
                    all.extend(self.module_output(one, rest, place.clone(), scope));
                }
                return Ok(Value::unknown_from(&all));
            }
            let wanted = foreshock_expressions::string_of(&key.kind)?;
            return match expansion.instances.iter().find(|one| key_of(one).as_ref() == Some(&wanted)) {
                Some(one) => Ok(self.module_output(one, rest, place, scope)?.with_provenance(&key.provenance)),
                None => fail(format!("module.{name} has no instance {wanted:?}")),
            };
        }
        if let (Form::Count, Some(StepKind::FullSplat)) = (&expansion.form, steps.first().map(|step| &step.kind)) {
            self.reads(expansion.instances.len())?;
            let items = expansion.instances.iter().map(|one| self.module_output(one, rest, place.clone(), scope));
            return Ok(list(items.collect::<Result<Vec<Value>, Failure>>()?));
        }
        self.reads(expansion.instances.len())?;
        let mut items = Vec::new();
        for one in &expansion.instances {
            items.push(self.module_output(one, &[], place.clone(), scope)?);
        }
        let all = match expansion.form {
            Form::Count => list(items),
            _ => {
                let named = expansion.instances.iter().filter_map(key_of).zip(items).collect();
                Value::new(Kind::Map(Arc::new(named)))
            }
        };
        self.walk(all, steps, scope)
    }

    /// An output of a module instance, or all of them when no step is left.
    fn module_output(
        &self,
        one: &super::instance::CallInstance,
        steps: &[TraversalStep],
        place: Place,
        scope: &Scope<'_>,
    ) -> Result<Value, Failure> {
        let Some(module) = &one.module else {
            let attribute: Arc<str> = Arc::from(path(steps));
            let at_hand = || Arc::from(format!("the source of {} is not at hand", one.address));
            let why = one.refused.clone().unwrap_or_else(at_hand);
            let trace = Trace { to: one.address.clone(), attribute, place, named: None };
            return Ok(Value { kind: Kind::Unknown(why), provenance: Provenance::one(trace), origin: None });
        };
        let rest = steps.get(1..).unwrap_or_default();
        let name = match steps.first().map(|step| &step.kind) {
            Some(StepKind::Attribute(name)) => Some(name.clone()),
            Some(StepKind::Index(index)) => match index_key(&self.eval(index, scope)?) {
                Some(name) => Some(name),
                None => return fail(format!("{} has neither count nor for_each", one.address)),
            },
            _ => None,
        };
        if let Some(name) = name {
            return match self.output(module, &name) {
                Some(value) => self.walk(value?, rest, scope),
                None => Ok(Value::unknown(format!("{} has no output {name}", one.address))),
            };
        }
        let mut items = BTreeMap::new();
        for output in module.config.outputs.iter() {
            if let Some(value) = self.output(module, &output.name) {
                items.insert(output.name.clone(), value?);
            }
        }
        self.walk(Value::new(Kind::Map(Arc::new(items))), steps, scope)
    }
}

enum Picked<'e> {
    One(&'e Rc<ResourceInstance>),
    /// The key is not known.
    Unknown,
    None,
}

fn index_key(key: &Value) -> Option<Arc<str>> {
    match &key.kind {
        Kind::String(name) => Some(name.clone()),
        _ => None,
    }
}

fn list(items: Vec<Value>) -> Value {
    Value::new(Kind::List(Arc::new(items)))
}

fn repetition(root: &str, name: &str, repetition: &Repetition) -> Result<Value, Failure> {
    match (root, name, repetition) {
        ("count", "index", Repetition::Count(index)) => Ok(index.clone()),
        ("each", "key", Repetition::Each { key, .. }) => Ok(key.clone()),
        ("each", "value", Repetition::Each { value, .. }) => Ok(value.clone()),
        ("count", "index", _) => fail("count.index without count"),
        ("each", "key" | "value", _) => fail(format!("each.{name} without for_each")),
        _ => fail(format!("{root}.{name} does not exist")),
    }
}
