//! Nested stacks whose template is at hand.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::Utf8PathBuf;
use foreshock_resources::{BlockPlace, ModuleCall, Provenance, Trace, Value};
use foreshock_syntax::yaml::Value as Node;
use foreshock_text::{FilePath, Span};

use crate::body::Written;
use crate::evaluate::{Declared, Outputs, Scope, text_of};
use crate::read::arguments;
use crate::template::Template;

/// Stacks inside of stacks that are read.
const DEEPEST: usize = 16;
/// Stacks inside of a root, however deep: the quota of an account is two thousand.
const MOST_STACKS: usize = 2_000;

impl<'t> Scope<'t, '_> {
    /// Reads a nested stack; `false` where its template is not at hand.
    pub(crate) fn stack(&self, name: &Arc<str>, declared: &Declared<'t>, may_be_absent: Option<Arc<str>>) -> bool {
        let file = self.template_of(declared);
        let is_read = file.is_some() && self.outputs_of(name, declared).is_some();
        let given = self.handed(declared);
        let source = self.location(declared).and_then(|node| self.value(node)).and_then(|value| text_of(&value));
        let directory = file.as_ref().filter(|_| is_read).and_then(|file| file.as_path().parent());
        let block = BlockPlace {
            file: self.template.file.clone(),
            header: declared.key.span(),
            span: declared.key.span().cover(declared.node.span()),
            body: declared.node.span(),
        };
        let call = ModuleCall {
            address: self.address(name),
            source: source.unwrap_or_default(),
            directory: directory.map(|directory| Utf8PathBuf::from(directory.as_str())),
            block,
            arguments: arguments(&self.template.file, &given),
        };
        let mut collected = self.shared.collected.borrow_mut();
        if let Some(why) = may_be_absent.filter(|_| is_read) {
            let prefix = format!("{}.", call.address);
            for instance in collected.instances.iter_mut().filter(|one| one.address.starts_with(&prefix)) {
                Arc::make_mut(instance).may_be_absent.get_or_insert_with(|| why.clone());
            }
        }
        collected.modules.push(call);
        is_read
    }

    /// An output of a nested stack.
    pub(crate) fn output_of(&self, name: &str, declared: &Declared<'t>, output: &str, span: Span) -> Value {
        if let Some(outputs) = self.outputs_of(&Arc::from(name), declared) {
            if let Some(value) = outputs.get(output) {
                return value.clone();
            }
            self.tell(span, format!("the template of {name} has no output {output}"));
            return Value::unknown(format!("{name} has no output {output}"));
        }
        let to = self.address(name);
        let trace = Trace { to: to.clone(), attribute: Arc::from(output), place: self.place(span), named: None };
        Value::unknown(format!("the template of {to} is not at hand"))
            .spelled(format!("${{{to}.Outputs.{output}}}"))
            .with_provenance(&Provenance::one(trace))
    }

    /// The outputs of a nested stack, which is read when the first one is asked for.
    fn outputs_of(&self, name: &Arc<str>, declared: &Declared<'t>) -> Option<Outputs> {
        if let Some(known) = self.nested.borrow().get(name) {
            return known.clone();
        }
        let file = self.template_of(declared)?;
        let is_open = self.shared.open.borrow().contains(&file);
        if is_open || self.shared.open.borrow().len() >= DEEPEST {
            let why = if is_open { "contains itself" } else { "is nested too deeply" };
            self.tell(declared.key.span(), format!("the stack {name} {why}; it is not read"));
            self.nested.borrow_mut().insert(name.clone(), None);
            return None;
        }
        let outputs = self.once(&format!("stack {name}"), || {
            let parsed = self.shared.files.template(&file)?;
            let stacks = self.shared.stacks.get() + 1;
            self.shared.stacks.set(stacks);
            if stacks > MOST_STACKS || !self.shared.spend(parsed.text().len()) {
                let why = format!("more than {MOST_STACKS} stacks inside of each other, or more text than is followed");
                self.tell(declared.key.span(), format!("{why}: the stack {name} is not read"));
                return None;
            }
            let given = self.with_bindings(&declared.bindings.clone(), || self.handed(declared));
            let given = given.into_iter().map(|(name, (value, _))| (name, value)).collect();
            self.shared.open.borrow_mut().push(file.clone());
            let template = Template::of(&file, parsed.tree(), parsed.text());
            let prefix = Arc::from(format!("{}{name}.", self.prefix));
            let inner = Scope::new(self.shared, &template, prefix, Some(given));
            let outputs = inner.read();
            self.shared.open.borrow_mut().pop();
            Some(outputs)
        });
        match outputs {
            Some(outputs) => {
                self.nested.borrow_mut().insert(name.clone(), outputs.clone());
                outputs
            }
            None => {
                self.tell(declared.key.span(), format!("the stack {name} is handed its own outputs"));
                None
            }
        }
    }

    /// What a nested stack is handed for its parameters.
    fn handed(&self, declared: &Declared<'t>) -> BTreeMap<Arc<str>, (Value, Written)> {
        let parameters = declared.properties.and_then(|properties| properties.get("Parameters")).and_then(Node::pairs);
        let one = |pair: foreshock_syntax::yaml::Pair<'t>| {
            let written = Written { name: pair.key.span(), value: pair.value.span() };
            Some((Arc::from(pair.name), (self.value(pair.value)?, written)))
        };
        parameters.into_iter().flatten().filter_map(one).collect()
    }

    fn location(&self, declared: &Declared<'t>) -> Option<Node<'t>> {
        let properties = declared.properties?;
        properties.get("TemplateURL").or_else(|| properties.get("Location"))
    }

    /// The file of its template: a path beside this one, or the file that CDK has put there.
    fn template_of(&self, declared: &Declared<'t>) -> Option<FilePath> {
        let asset = declared.node.get("Metadata").and_then(|metadata| metadata.get("aws:asset:path"));
        let asset = asset.and_then(|path| Some(path.scalar()?.text().to_owned()));
        let written = || {
            let value = self.location(declared).and_then(|node| self.value(node))?;
            let text = text_of(&value)?;
            let is_elsewhere = text.contains("://") || text.starts_with("s3:");
            (!is_elsewhere && !text.is_empty()).then(|| text.to_string())
        };
        let file = self.template.beside(&asset.or_else(written)?);
        self.shared.files.template(&file).map(|_| file)
    }
}
