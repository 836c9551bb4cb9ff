//! The source of a plan: provenance and places of its text for the values of the plan.

use std::sync::Arc;

use foreshock_resources::{Block, Body, Instance, Key, Kind, Resources, Value};
use rustc_hash::FxHashMap;

use crate::address::Address;

/// The instances of the source by address.
pub(crate) struct Source<'s> {
    exact: FxHashMap<&'s str, &'s Instance>,
    /// By address without any key: where they are written is the same for all.
    block: FxHashMap<&'s str, &'s Instance>,
}

/// What the source says of an instance.
#[derive(Clone, Copy)]
pub(crate) struct Hint<'s> {
    pub(crate) instance: &'s Instance,
    /// It is this very instance, or one that stands for all of its block.
    pub(crate) exact: bool,
}

impl<'s> Source<'s> {
    pub(crate) fn read(resources: &'s Resources) -> Source<'s> {
        let mut source = Source { exact: FxHashMap::default(), block: FxHashMap::default() };
        for instance in &resources.instances {
            source.exact.entry(&instance.address).or_insert(instance);
            let known = source.block.entry(&instance.resource).or_insert(instance);
            if matches!(instance.key, Key::Unknown(_)) {
                *known = instance;
            }
        }
        source
    }

    pub(crate) fn hint(&self, address: &Address) -> Option<Hint<'s>> {
        if let Some(instance) = self.exact.get(&*address.whole) {
            return Some(Hint { instance, exact: true });
        }
        let instance = *self.block.get(&*address.resource)?;
        let same_module = instance.module == address.module;
        Some(Hint { instance, exact: same_module && matches!(instance.key, Key::Unknown(_)) })
    }
}

/// A value of the plan with the provenance and origins of the text it was made from.
pub(crate) fn overlaid(value: Value, text: &Value) -> Value {
    let sensitive = value.provenance.is_sensitive() || text.provenance.is_sensitive();
    let kind = match (value.kind, &text.kind) {
        (Kind::Unknown(_), kind) => kind.clone(),
        (Kind::List(items), Kind::List(texts) | Kind::Set(texts)) if items.len() == texts.len() => Kind::List(
            Arc::new(items.iter().cloned().zip(texts.iter()).map(|(item, text)| overlaid(item, text)).collect()),
        ),
        (Kind::Map(items), Kind::Map(texts)) => {
            let overlay = |(name, item): (&Arc<str>, &Value)| {
                let item = texts.get(name).map_or_else(|| item.clone(), |text| overlaid(item.clone(), text));
                (name.clone(), item)
            };
            Kind::Map(Arc::new(items.iter().map(overlay).collect()))
        }
        (kind @ (Kind::List(_) | Kind::Map(_)), _) => {
            let provenance = text.all_provenance().with_sensitive(sensitive);
            return Value { kind, provenance, origin: text.origin.clone() };
        }
        (kind, _) => kind,
    };
    Value { kind, provenance: text.provenance.with_sensitive(sensitive), origin: text.origin.clone() }
}

/// The block of the text that a block of the plan was made from.
pub(crate) fn block_of<'s>(body: &'s Body, kind: &str, at: usize, count: usize) -> Option<&'s Block> {
    let blocks: Vec<&Block> = body.blocks.iter().filter(|block| &*block.kind == kind).collect();
    match blocks.as_slice() {
        [one] => Some(one),
        all if all.len() == count => all.get(at).copied(),
        _ => None,
    }
}
