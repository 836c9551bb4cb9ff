//! A template into resources.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use foreshock_resources::{
    Attribute, AttributePlace, BlockPlace, Body, Instance, Key, Lifecycle, Mode, Provenance, Reference, Resources,
    Trace, Value,
};
use foreshock_syntax::yaml::{NodeId, Value as Node};
use foreshock_text::{FilePath, Problem, Span};

use crate::body::Written;
use crate::conditions::is_loop;
use crate::evaluate::{Declared, Outputs, Reduced, Scope, Shared, truth_of};
use crate::globals::merged;
use crate::problems::suggestion;
use crate::spelling;
use crate::template::{Template, Templates, kind_of};
use crate::types::{self, TypeRow};
use crate::written;

/// What a template is read with.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Values of parameters, and of pseudo parameters (`AWS::Region`), by name.
    pub parameters: BTreeMap<Arc<str>, Value>,
}

/// What was read of a template and of the templates of its nested stacks.
#[derive(Debug, Default)]
pub struct Read {
    /// Its resources.
    pub resources: Resources,
    /// The templates that were read, and those whose exports were.
    pub files: Vec<FilePath>,
    /// Where each resource is declared, by its address.
    pub declarations: BTreeMap<Arc<str>, Declaration>,
    /// What its outputs export, by name.
    pub exports: BTreeMap<Arc<str>, Value>,
    /// What could not be understood.
    pub problems: Vec<(FilePath, Problem)>,
}

/// Where a resource is declared.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// The template.
    pub file: FilePath,
    /// The name of the row that says what its properties are called.
    pub row: Arc<str>,
    /// The mapping with its `Type`; of a part, the property.
    pub resource: NodeId,
    /// Where its properties are.
    pub properties: Option<Span>,
    /// The name of the resource, as it is written.
    pub name: Span,
}

/// Reads a template. Any text gives what is sound in it, and the problems of the rest.
pub fn read(files: &dyn Templates, root: &FilePath, options: &Options) -> Read {
    let shared = Shared::new(files, options);
    if let Some(parsed) = files.template(root) {
        shared.open.borrow_mut().push(root.clone());
        let template = Template::of(root, parsed.tree(), parsed.text());
        for name in options.parameters.keys() {
            let is_known = name.starts_with("AWS::") || template.parameters.contains_key(&**name);
            if !is_known && let Some(place) = options.parameters.get(name).and_then(|value| value.origin.as_deref()) {
                let near = suggestion(name, template.parameters.keys().copied());
                let message = format!("the template has no parameter {name}{near}");
                shared.collected.borrow_mut().problems.tell(&place.file, place.span, message);
            }
        }
        let scope = Scope::new(&shared, &template, Arc::from(""), None);
        scope.read();
    }
    let collected = shared.collected.into_inner();
    let mut instances = collected.instances;
    instances.sort_by(|one, other| one.address.cmp(&other.address));
    instances.dedup_by(|one, other| one.address == other.address);
    let known: BTreeSet<&str> = instances.iter().map(|one| &*one.address).collect();
    let references = collected.references.iter().filter(|(from, to)| known.contains(&**from) && known.contains(&**to));
    let references = references.map(|(from, to)| Reference { from: from.clone(), to: to.clone() }).collect::<Vec<_>>();
    let mut modules = collected.modules;
    modules.sort_by(|one, other| one.address.cmp(&other.address));
    let spelling = spelling::of(&collected.declarations);
    let mut files: BTreeSet<FilePath> = collected.files;
    files.extend(collected.exporters);
    Read {
        resources: Resources { instances, references: references.into(), modules, spelling, ..Resources::default() },
        files: files.into_iter().collect(),
        declarations: collected.declarations,
        exports: collected.exports,
        problems: collected.problems.sorted(),
    }
}

impl<'t, 's> Scope<'t, 's> {
    pub(crate) fn new(
        shared: &'s Shared<'s>,
        template: &'t Template<'t>,
        prefix: Arc<str>,
        given: Option<BTreeMap<Arc<str>, Value>>,
    ) -> Scope<'t, 's> {
        let mut scope = Scope {
            shared,
            template,
            prefix,
            given,
            resources: BTreeMap::new(),
            parameters: RefCell::default(),
            conditions: RefCell::default(),
            nested: RefCell::default(),
            pending: RefCell::default(),
            bindings: RefCell::default(),
            reading: RefCell::default(),
        };
        shared.collected.borrow_mut().files.insert(template.file.clone());
        scope.resources = scope.declared();
        scope
    }

    /// Reads everything that the template declares; its outputs by name.
    pub(crate) fn read(&self) -> Outputs {
        for (name, declared) in &self.resources {
            self.resource(name, declared);
        }
        for (from, to) in written::of_template(self.template) {
            let edge = (self.address(&from), self.address(&to));
            self.shared.collected.borrow_mut().references.insert(edge);
        }
        self.implied_apis();
        self.check_conditions();
        self.outputs()
    }

    fn resource(&self, name: &Arc<str>, declared: &Declared<'t>) {
        let address = self.address(name);
        self.reading.replace(Some(address.clone()));
        self.with_bindings(&declared.bindings.clone(), || {
            let there = self.is_there(declared);
            if there != Some(Err(())) {
                let may_be_absent = there.and_then(Result::ok);
                match declared.is_stack() && self.stack(name, declared, may_be_absent.clone()) {
                    true => {}
                    false => self.instance(name, declared, may_be_absent),
                }
            }
        });
        self.reading.replace(None);
    }

    /// What its condition says: nothing where it surely is there, why it may not be, or that it surely is not.
    fn is_there(&self, declared: &Declared<'t>) -> Option<Result<Arc<str>, ()>> {
        let condition = declared.node.get("Condition")?;
        let value = self.condition(condition.scalar()?.text(), condition.span());
        match truth_of(&value) {
            Some(true) => None,
            Some(false) => Some(Err(())),
            None => Some(Ok(value.first_reason().unwrap_or_else(|| Arc::from("its condition is not known")))),
        }
    }

    fn instance(&self, name: &Arc<str>, declared: &Declared<'t>, may_be_absent: Option<Arc<str>>) {
        let address = self.address(name);
        let kind = kind_of(declared.node).unwrap_or_default();
        let mut body = Body::default();
        if let Some(properties) = declared.properties {
            self.add_properties(properties, declared.row, "", &mut body);
        }
        if let Some(globals) = self.globals_of(kind) {
            let mut shared = Body::default();
            self.add_properties(globals, declared.row, "", &mut shared);
            body = merged(body, shared);
        }
        let written = Written { name: declared.key.span(), value: declared.key.span() };
        if let Some(row) = declared.row {
            self.add_around(declared, row, &mut body);
            let usual = row.usual.iter().filter(|(name, _)| !body.attributes.contains_key(name.as_str()));
            let usual: Vec<_> = usual.collect();
            for (name, value) in row.always.iter().chain(usual) {
                self.put(&mut body, name, Value::string(value.as_str()), written);
            }
        }
        let block = BlockPlace {
            file: self.template.file.clone(),
            header: declared.key.span(),
            span: declared.key.span().cover(declared.node.span()),
            body: declared.node.span(),
        };
        let declaration = Declaration {
            file: self.template.file.clone(),
            row: declared.row_name.clone(),
            resource: declared.node.id(),
            properties: declared.properties.map(Node::span),
            name: declared.key.span(),
        };
        let instance = Instance {
            depends_on: self.depends_on(declared),
            lifecycle: lifecycle(declared),
            may_be_absent: may_be_absent.clone(),
            ..self.bare(&address, name, declared.row, kind, block, body)
        };
        self.collect(instance, declaration);
        for also in declared.row.into_iter().flat_map(|row| &row.also) {
            if let Some(node) = declared.properties.and_then(|properties| properties.get(&also.property)) {
                self.parts(name, declared, also.property.as_str(), &also.row, node, may_be_absent.as_ref());
            }
        }
    }

    fn bare(
        &self,
        address: &Arc<str>,
        name: &Arc<str>,
        row: Option<&TypeRow>,
        kind: &str,
        block: BlockPlace,
        body: Body,
    ) -> Instance {
        let region = self.shared.options.parameters.get("AWS::Region").cloned();
        Instance {
            address: address.clone(),
            resource: address.clone(),
            mode: Mode::Managed,
            type_name: row.map_or_else(|| Arc::from(kind), |row| Arc::from(row.is.as_str())),
            name: name.clone(),
            module: Arc::from(self.prefix.strip_suffix('.').unwrap_or_default()),
            key: Key::None,
            block,
            body,
            unplaced: BTreeMap::new(),
            may_be_absent: None,
            repetition: None,
            region,
            provider: None,
            depends_on: Vec::new(),
            lifecycle: Lifecycle::default(),
        }
    }

    fn collect(&self, instance: Instance, declaration: Declaration) {
        let mut collected = self.shared.collected.borrow_mut();
        collected.declarations.insert(instance.address.clone(), declaration);
        collected.instances.push(Arc::new(instance));
    }

    /// Attributes of the resource itself, which stand around its properties.
    fn add_around(&self, declared: &Declared<'t>, row: &TypeRow, body: &mut Body) {
        for (path, _) in row.properties().filter(|(path, _)| path.starts_with('/')) {
            let pairs = declared.node.pairs().into_iter().flatten();
            for pair in pairs.filter(|pair| path.strip_prefix('/') == Some(pair.name)) {
                self.add_outer(path, pair.key, pair.value, row, body);
            }
        }
    }

    fn depends_on(&self, declared: &Declared<'t>) -> Vec<Arc<str>> {
        let Some(node) = declared.node.get("DependsOn") else { return Vec::new() };
        let one = node.scalar().map(|_| node);
        let all = one.into_iter().chain(node.items().into_iter().flatten());
        let mut found = Vec::new();
        for node in all {
            let Some(name) = node.scalar().map(|name| name.text()) else { continue };
            if self.resources.contains_key(name) {
                let address = self.address(name);
                self.note_reference(&address);
                found.push(address);
            } else if self.bindings.borrow().is_empty() {
                let near = suggestion(name, self.resources.keys().map(|name| &**name));
                self.tell(node.span(), format!("there is no resource {name} in this template{near}"));
            }
        }
        found
    }

    /// Properties that are resources of their own to the catalog.
    fn parts(
        &self,
        name: &Arc<str>,
        declared: &Declared<'t>,
        property: &str,
        row: &str,
        node: Node<'t>,
        may_be_absent: Option<&Arc<str>>,
    ) {
        let (node, why) = match self.reduce(node) {
            Reduced::Node(node) => (node, None),
            Reduced::Either(value, branches) => match branches.first() {
                Some(first) => (*first, value.first_reason()),
                None => return,
            },
            _ => return,
        };
        let may_be_absent = may_be_absent.cloned().or(why);
        let path = format!("{name}.{property}");
        if row.ends_with(" Events") {
            for pair in node.pairs().into_iter().flatten() {
                let Some(kind) = kind_of(pair.value) else { continue };
                let row = format!("{row} {kind}");
                let content = pair.value.get("Properties");
                self.part(
                    &format!("{path}.{}", pair.name),
                    declared,
                    &row,
                    (pair.key, pair.value),
                    content,
                    may_be_absent.as_ref(),
                );
            }
            return;
        }
        match node.items() {
            Some(items) => {
                for (at, item) in items.enumerate() {
                    let first = item.entries().and_then(|mut entries| entries.next()).map_or(item, |(key, _)| key);
                    let path = format!("{path}[{at}]");
                    self.part(&path, declared, row, (first, item), Some(item), may_be_absent.as_ref());
                }
            }
            None => self.part(&path, declared, row, (node, node), Some(node), may_be_absent.as_ref()),
        }
    }

    fn part(
        &self,
        path: &str,
        declared: &Declared<'t>,
        row_name: &str,
        (key, node): (Node<'t>, Node<'t>),
        content: Option<Node<'t>>,
        may_be_absent: Option<&Arc<str>>,
    ) {
        let (Some(row), Some(owner)) = (types::row(row_name), path.split('.').next()) else { return };
        let (address, owner_address) = (self.address(path), self.address(owner));
        let reading = self.reading.replace(Some(address.clone()));
        let written = Written { name: key.span(), value: node.span() };
        let mut body = Body::default();
        match (&row.item, content) {
            (Some(item), Some(content)) => {
                if let Some(value) = self.value(content) {
                    self.put(&mut body, item, value, written);
                }
            }
            (None, Some(content)) => match &row.inside {
                Some(inside) => {
                    let mut inner = Body::default();
                    self.add_properties(content, Some(row), "", &mut inner);
                    body.blocks.push(self.block(inside, written, inner));
                }
                None => self.add_properties(content, Some(row), "", &mut body),
            },
            (_, None) => {}
        }
        let header = Written { name: key.span(), value: key.span() };
        if let Some(attribute) = &row.owner {
            let own = declared.row.map_or_else(|| "id".to_owned(), |row| row.attribute(None));
            let own = if attribute.ends_with("arn") || attribute.ends_with("uri") { "arn".to_owned() } else { own };
            self.put(&mut body, attribute, self.refers_to(&owner_address, &own, key.span()), header);
            self.note_reference(&owner_address);
        }
        for (property, attribute) in &row.take {
            let taken = declared.properties.and_then(|properties| properties.get(property));
            if let Some(value) = taken.and_then(|node| self.value(node)) {
                self.put(&mut body, attribute, value, header);
            }
        }
        if let Some(implied) =
            row.implied.as_ref().filter(|implied| !body.attributes.contains_key(implied.attribute.as_str()))
        {
            let to = self.address(&implied.resource);
            self.note_reference(&to);
            self.put(&mut body, &implied.attribute, self.refers_to(&to, "id", key.span()), header);
        }
        for (name, value) in &row.always {
            self.put(&mut body, name, Value::string(value.as_str()), header);
        }
        self.reading.replace(reading);
        let file = self.template.file.clone();
        let block = BlockPlace {
            file: file.clone(),
            header: key.span(),
            span: key.span().cover(node.span()),
            body: node.span(),
        };
        let declaration = Declaration {
            file,
            row: Arc::from(row_name),
            resource: node.id(),
            properties: content.map(Node::span),
            name: key.span(),
        };
        let bare = self.bare(&address, &Arc::from(path), Some(row), "", block, body);
        self.collect(Instance { may_be_absent: may_be_absent.cloned(), ..bare }, declaration);
    }

    /// A value that is not known but where it leads to.
    pub(crate) fn refers_to(&self, to: &Arc<str>, attribute: &str, span: Span) -> Value {
        let trace = Trace { to: to.clone(), attribute: Arc::from(attribute), place: self.place(span), named: None };
        let value = Value::unknown(format!("{to} is only known once it is deployed")).spelled(format!("${{{to}}}"));
        value.with_provenance(&Provenance::one(trace))
    }

    /// The APIs that SAM makes for events of functions that name none.
    fn implied_apis(&self) {
        for (name, row_name) in
            [("ServerlessRestApi", "AWS::Serverless::Api"), ("ServerlessHttpApi", "AWS::Serverless::HttpApi")]
        {
            let address = self.address(name);
            let first = {
                let collected = self.shared.collected.borrow();
                let refers = |(_, to): &&(Arc<str>, Arc<str>)| *to == address;
                let from = collected.references.iter().find(refers).map(|(from, _)| from.clone());
                from.and_then(|from| {
                    collected.instances.iter().find(|one| one.address == from).map(|one| one.block.clone())
                })
            };
            let Some(block) = first.filter(|_| !self.resources.contains_key(name) && self.template.is_sam) else {
                continue;
            };
            let row = types::row(row_name);
            let instance = self.bare(&address, &Arc::from(name), row, row_name, block, Body::default());
            self.shared.collected.borrow_mut().instances.push(Arc::new(instance));
        }
    }

    /// Conditions that nobody asks for may be wrong, too.
    fn check_conditions(&self) {
        for (name, named) in self.template.conditions.iter().filter(|(name, _)| !is_loop(name)) {
            self.condition(name, named.key.span());
        }
    }

    fn outputs(&self) -> Outputs {
        let mut outputs = BTreeMap::new();
        for (name, named) in &self.template.outputs {
            let Some(node) = named.value.get("Value") else {
                if named.value.pairs().is_some() && !name.starts_with("Fn::") {
                    self.tell(named.key.span(), format!("the output {name} has no Value"));
                }
                continue;
            };
            let condition = named.value.get("Condition");
            let is_there =
                condition.and_then(|condition| truth_of(&self.condition(condition.scalar()?.text(), condition.span())));
            if condition.is_some() && is_there == Some(false) {
                continue;
            }
            let Some(value) = self.value(node) else { continue };
            let export = named.value.get("Export").and_then(|export| export.get("Name"));
            if let Some(export) = export.and_then(|name| self.value(name)).and_then(|name| name.spelling().cloned()) {
                self.shared.collected.borrow_mut().exports.insert(export, value.clone());
            }
            outputs.insert(Arc::from(*name), value);
        }
        Rc::new(outputs)
    }
}

fn lifecycle(declared: &Declared<'_>) -> Lifecycle {
    let keeps = |name: &str| {
        let policy = declared.node.get(name).and_then(|policy| Some(policy.scalar()?.text().to_owned()));
        policy.is_some_and(|policy| policy.starts_with("Retain"))
    };
    Lifecycle { prevent_destroy: keeps("DeletionPolicy"), ..Lifecycle::default() }
}

/// The arguments that a stack is handed, as a body.
pub(crate) fn arguments(file: &FilePath, given: &BTreeMap<Arc<str>, (Value, Written)>) -> Body {
    let attribute = |(name, (value, written)): (&Arc<str>, &(Value, Written))| {
        let place = AttributePlace { file: file.clone(), name: written.name, value: written.value };
        (name.clone(), Attribute { value: value.clone(), place })
    };
    Body { attributes: given.iter().map(attribute).collect(), blocks: Vec::new() }
}
