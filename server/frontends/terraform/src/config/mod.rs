//! One module directory, read: what is declared in it, override files merged, nothing evaluated.

mod again;
mod component;
mod constraint;
mod json_schema;
mod merge;
mod module;

use std::sync::Arc;

use foreshock_resources::{AttributePlace, BlockPlace};
use foreshock_syntax::hcl::{self, Expr};
use foreshock_text::{FilePath, Span};

pub(crate) use component::{deployment_files, inputs_of};
pub use component::{deployments, is_deployment};
pub(crate) use json_schema::ProviderAttributes;
pub(crate) use module::{Call, Module, Provider, Resource, Variable, configuration_files, provider_key};

/// An attribute with its file.
#[derive(Clone, Debug)]
pub(crate) struct Attribute {
    pub(crate) name: Arc<str>,
    pub(crate) expr: Arc<Expr>,
    pub(crate) file: FilePath,
    pub(crate) name_span: Span,
    pub(crate) value_span: Span,
}

impl Attribute {
    pub(crate) fn new(file: &FilePath, attribute: &hcl::Attribute) -> Attribute {
        Attribute {
            name: attribute.name.clone(),
            expr: attribute.expr.clone(),
            file: file.clone(),
            name_span: attribute.name_span,
            value_span: attribute.value_span,
        }
    }

    pub(crate) fn place(&self) -> AttributePlace {
        AttributePlace { file: self.file.clone(), name: self.name_span, value: self.value_span }
    }
}

/// A block with its file.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    pub(crate) kind: Arc<str>,
    pub(crate) labels: Vec<Arc<str>>,
    pub(crate) place: BlockPlace,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) blocks: Vec<Block>,
}

impl Block {
    pub(crate) fn new(file: &FilePath, block: &hcl::Block) -> Block {
        Block {
            kind: block.kind.clone(),
            labels: block.labels.iter().map(|label| label.text.clone()).collect(),
            place: BlockPlace {
                file: file.clone(),
                header: block.header_span,
                span: block.span,
                body: block.body.span,
            },
            attributes: block.body.attributes.iter().map(|attribute| Attribute::new(file, attribute)).collect(),
            blocks: block.body.blocks.iter().map(|inner| Block::new(file, inner)).collect(),
        }
    }

    pub(crate) fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| &*attribute.name == name)
    }

    pub(crate) fn block(&self, kind: &str) -> Option<&Block> {
        self.blocks.iter().find(|block| &*block.kind == kind)
    }
}

/// Things by name: sorted, found by name, numbered for the memo of an instance.
/// A thing whose text did not change is the same one in the next version.
#[derive(Debug)]
pub(crate) struct Named<T> {
    items: Arc<Vec<Arc<T>>>,
    numbers: Arc<rustc_hash::FxHashMap<Arc<str>, usize>>,
}

impl<T> Default for Named<T> {
    fn default() -> Named<T> {
        Named { items: Arc::default(), numbers: Arc::default() }
    }
}

impl<T> Clone for Named<T> {
    fn clone(&self) -> Named<T> {
        Named { items: self.items.clone(), numbers: self.numbers.clone() }
    }
}

impl<T> Named<T> {
    /// From items in the order of their names.
    pub(crate) fn from_sorted(sorted: std::collections::BTreeMap<Arc<str>, T>) -> Named<T> {
        let mut items = Vec::with_capacity(sorted.len());
        let mut numbers = rustc_hash::FxHashMap::default();
        for (number, (name, item)) in sorted.into_iter().enumerate() {
            items.push(Arc::new(item));
            numbers.insert(name, number);
        }
        Named { items: Arc::new(items), numbers: Arc::new(numbers) }
    }

    /// Puts a new version of a thing in its place; `None` where there is none of the name.
    pub(super) fn replace(&mut self, name: &str, item: T) -> Option<()> {
        let number = self.number(name)?;
        *Arc::make_mut(&mut self.items).get_mut(number)? = Arc::new(item);
        Some(())
    }

    /// The numbers of the things that are not those of `other`, which has as many.
    pub(crate) fn changed_since(&self, other: &Named<T>) -> Vec<usize> {
        if Arc::ptr_eq(&self.items, &other.items) {
            return Vec::new();
        }
        let pairs = self.items.iter().zip(other.items.iter()).enumerate();
        pairs.filter(|(_, (mine, theirs))| !Arc::ptr_eq(mine, theirs)).map(|(number, _)| number).collect()
    }

    pub(crate) fn number(&self, name: &str) -> Option<usize> {
        self.numbers.get(name).copied()
    }

    pub(crate) fn get(&self, number: usize) -> Option<&T> {
        self.items.get(number).map(Arc::as_ref)
    }

    pub(crate) fn find(&self, name: &str) -> Option<&T> {
        self.get(self.number(name)?)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.items.iter().map(Arc::as_ref)
    }

    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }
}
