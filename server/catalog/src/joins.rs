//! Tables by which instances are found that match a value, in place of looking at each pair. What a table gives is
//! still compared: it only leaves out what can't match.

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_resources::{Kind, Provenance, Value};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::graph::Graph;

/// The instances of one type by what they have at one path.
#[derive(Debug, Default)]
pub(crate) struct KeyTable {
    /// By the text, of those that have one.
    texts: FxHashMap<Arc<str>, Vec<usize>>,
    /// By each label with its text, of those that have labels.
    labels: FxHashMap<(Arc<str>, Arc<str>), Vec<usize>>,
    /// By what their values are made from: all of them, and those without a text.
    provenance: FxHashMap<Arc<str>, Vec<usize>>,
    without_text: FxHashMap<Arc<str>, Vec<usize>>,
    /// Those whose labels, or one of them, are not known.
    unsettled: Vec<usize>,
}

/// A value as others are compared with it.
#[derive(Clone, Debug)]
pub(crate) struct Compared {
    is_null: bool,
    text: Option<Arc<str>>,
    provenance: Provenance,
}

impl Compared {
    pub(crate) fn of(value: &Value) -> Compared {
        Compared { is_null: value.kind == Kind::Null, text: text(value), provenance: value.provenance.clone() }
    }

    /// Whether it surely is this text.
    pub(crate) fn is_text(&self, text: &str) -> bool {
        self.text.as_deref() == Some(text)
    }

    /// Whether both surely are the same: the same text, or not known and made from the same resource.
    pub(crate) fn is_same(&self, other: &Compared) -> bool {
        match (&self.text, &other.text) {
            (Some(one), Some(other)) => one == other && !one.is_empty(),
            _ => share_a_resource(&self.provenance, &other.provenance),
        }
    }

    /// Whether they are not surely different.
    pub(crate) fn may_agree(&self, other: &Compared) -> bool {
        let is_known = |one: &Compared| one.is_null || one.text.is_some();
        !(is_known(self) && is_known(other)) || self.agrees(other)
    }

    /// The same, or nothing at all in both.
    pub(crate) fn agrees(&self, other: &Compared) -> bool {
        (self.is_null && other.is_null) || self.is_same(other)
    }
}

/// Whether two values are made from the same resource.
fn share_a_resource(one: &Provenance, other: &Provenance) -> bool {
    let (few, many) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    if few.is_empty() {
        return false;
    }
    if few.len() == 1 {
        return few.iter().any(|trace| many.iter().any(|known| known.to == trace.to));
    }
    let known: FxHashSet<&str> = many.iter().map(|trace| &*trace.to).collect();
    few.iter().any(|trace| known.contains(&*trace.to))
}

/// A value as a text, where it is one.
pub(crate) fn text(value: &Value) -> Option<Arc<str>> {
    match &value.kind {
        Kind::String(text) => Some(text.clone()),
        Kind::Number(number) => Some(number.to_string().into()),
        Kind::Bool(truth) => Some(truth.to_string().into()),
        _ => None,
    }
}

impl KeyTable {
    /// The table of some instances by what they have at `key`.
    pub(crate) fn new(graph: &Graph<'_>, instances: &[usize], key: &str) -> KeyTable {
        let mut table = KeyTable::default();
        for &index in instances {
            let Some(value) = graph.at_key(index, key) else { continue };
            let own = text(&value);
            let is_unsettled = match &value.kind {
                Kind::Map(labels) => {
                    labels.values().any(|label| !matches!(label.kind, Kind::Null) && text(label).is_none())
                }
                kind => matches!(kind, Kind::Unknown(_)),
            };
            if is_unsettled {
                table.unsettled.push(index);
            }
            if let Kind::Map(labels) = &value.kind {
                for (name, label) in labels.iter() {
                    if let Some(label) = text(label) {
                        table.labels.entry((name.clone(), label)).or_default().push(index);
                    }
                }
            }
            if let Kind::List(items) | Kind::Set(items) = &value.kind {
                for item in items.iter() {
                    let texts = text(item).into_iter();
                    texts.for_each(|item| table.texts.entry(item).or_default().push(index));
                    for trace in item.provenance.iter() {
                        table.provenance.entry(trace.to.clone()).or_default().push(index);
                        table.without_text.entry(trace.to.clone()).or_default().push(index);
                    }
                }
            }
            let mut seen: FxHashSet<&str> = FxHashSet::default();
            for trace in value.provenance.iter().filter(|trace| seen.insert(&trace.to)) {
                table.provenance.entry(trace.to.clone()).or_default().push(index);
                if own.is_none() {
                    table.without_text.entry(trace.to.clone()).or_default().push(index);
                }
            }
            if let Some(own) = own {
                table.texts.entry(own).or_default().push(index);
            }
        }
        table
    }

    /// The instances that may match a value, in order.
    pub(crate) fn candidates(&self, value: &Value) -> Vec<usize> {
        let mut found: Vec<usize> = Vec::new();
        if let Kind::Map(asked) = &value.kind {
            found.extend(self.with_rarest(asked));
        }
        let own = text(value);
        let by_mark = if own.is_some() { &self.without_text } else { &self.provenance };
        for trace in value.provenance.iter() {
            found.extend(by_mark.get(&trace.to).into_iter().flatten());
        }
        found.extend(own.and_then(|own| self.texts.get(&own)).into_iter().flatten());
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The instances of which it is not known whether labels match.
    pub(crate) fn unsettled(&self) -> &[usize] {
        &self.unsettled
    }

    /// The instances with that label of all those asked for which the fewest have.
    fn with_rarest(&self, asked: &BTreeMap<Arc<str>, Value>) -> &[usize] {
        let with = |(name, label): (&Arc<str>, &Value)| {
            text(label).and_then(|label| self.labels.get(&(name.clone(), label))).map_or(&[][..], Vec::as_slice)
        };
        asked.iter().map(with).min_by_key(|list| list.len()).unwrap_or_default()
    }
}
