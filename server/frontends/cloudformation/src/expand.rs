//! The resources of a template by their names, loops (`Fn::ForEach`) written out.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use foreshock_resources::{Kind, Value};
use foreshock_syntax::yaml::Value as Node;

use crate::evaluate::{Bindings, Declared, Scope, text_of};
use crate::template::kind_of;
use crate::types::{self, TypeRow};

/// Resources that the loops of one template may make.
const MOST_MADE: usize = 10_000;

impl<'t> Scope<'t, '_> {
    /// Every resource, by its name.
    pub(crate) fn declared(&self) -> BTreeMap<Arc<str>, Declared<'t>> {
        let mut all = BTreeMap::new();
        let none: Bindings = Rc::default();
        for (name, named) in &self.template.resources {
            match name.strip_prefix("Fn::ForEach::") {
                Some(_) => self.each(named.value, &none, &mut all, 0),
                None => self.add(Arc::from(*name), named.key, named.value, &none, &mut all),
            }
        }
        all
    }

    fn add(
        &self,
        name: Arc<str>,
        key: Node<'t>,
        node: Node<'t>,
        bindings: &Bindings,
        all: &mut BTreeMap<Arc<str>, Declared<'t>>,
    ) {
        if node.pairs().is_none() {
            // Nothing is written behind the name yet.
            if !node.is_null() {
                self.tell(node.span(), format!("expected what {name} is: a Type and its Properties"));
            }
            return;
        }
        if kind_of(node).is_none_or(str::is_empty) && node.get("Fn::Transform").is_none() {
            self.tell(key.span(), format!("{name} has no Type; expected one like AWS::EC2::Instance"));
        }
        let properties = node.get("Properties");
        let (row_name, row) = self.row_of(kind_of(node).unwrap_or_default(), properties);
        let declared = Declared { key, node, row, row_name, properties, bindings: bindings.clone() };
        all.insert(name, declared);
    }

    /// The row of a type, or the one that its properties choose.
    fn row_of(&self, kind: &str, properties: Option<Node<'t>>) -> (Arc<str>, Option<&'static TypeRow>) {
        let Some(row) = types::row(kind) else { return (Arc::from(kind), None) };
        for case in &row.cases {
            let Some(node) = properties.and_then(|properties| properties.get(&case.property)) else { continue };
            let fits = match &case.value {
                None => true,
                Some(value) => node.scalar().is_some_and(|scalar| scalar.text() == value),
            };
            if fits {
                return (Arc::from(case.row.as_str()), types::row(&case.row));
            }
        }
        (Arc::from(kind), Some(row))
    }

    /// `Fn::ForEach::Loop: [Name, [values], {key: body}]`.
    fn each(&self, node: Node<'t>, outer: &Bindings, all: &mut BTreeMap<Arc<str>, Declared<'t>>, depth: u32) {
        let parts: Vec<Node<'t>> = node.items().into_iter().flatten().collect();
        let [identifier, collection, body] = parts[..] else {
            self.tell(node.span(), "expected a name, a list and what to make of each: [Name, [values], {...}]");
            return;
        };
        let Some(identifier) = identifier.scalar().map(|name| name.text()) else {
            self.tell(identifier.span(), "expected the name of the loop's value");
            return;
        };
        let before = self.bindings.replace(outer.clone());
        let list = self.value(collection).unwrap_or_else(Value::null);
        self.bindings.replace(before);
        let Kind::List(items) = &list.kind else {
            let why = list.first_reason().unwrap_or_else(|| Arc::from("this is no list"));
            self.tell(collection.span(), format!("what this loop makes is left out: {why}"));
            return;
        };
        for item in items.iter() {
            if text_of(item).is_none() || depth >= 5 {
                continue;
            }
            let mut bindings = (**outer).clone();
            bindings.push((Arc::from(identifier), item.clone()));
            let bindings: Bindings = Rc::new(bindings);
            for pair in body.pairs().into_iter().flatten() {
                if all.len() >= MOST_MADE {
                    self.tell(node.span(), format!("loops make more than {MOST_MADE} resources; the rest is left out"));
                    return;
                }
                match pair.name.strip_prefix("Fn::ForEach::") {
                    Some(_) => self.each(pair.value, &bindings, all, depth + 1),
                    None => {
                        let name = filled(pair.name, &bindings);
                        self.add(Arc::from(name), pair.key, pair.value, &bindings, all);
                    }
                }
            }
        }
    }

    /// Works something out with what a loop has bound.
    pub(crate) fn with_bindings<T>(&self, bindings: &Bindings, work: impl FnOnce() -> T) -> T {
        let before = self.bindings.replace(bindings.clone());
        let done = work();
        self.bindings.replace(before);
        done
    }
}

/// `Topic${Name}` or `Topic&{Name}` with what the loops around have bound; of the second form letters and digits alone.
fn filled(name: &str, bindings: &Bindings) -> String {
    let mut filled = name.to_owned();
    for (bound, value) in bindings.iter() {
        let text = text_of(value).unwrap_or_default();
        let plain: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
        filled = filled.replace(&format!("${{{bound}}}"), &text).replace(&format!("&{{{bound}}}"), &plain);
    }
    filled
}
