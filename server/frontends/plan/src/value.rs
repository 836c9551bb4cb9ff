//! Values of the JSON as values of resources: what is known after apply is unknown, what is sensitive is never shown.

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_resources::{Kind, Provenance, Value};
use foreshock_syntax::json::Kind as Json;

use foreshock_syntax::json::Cursor;

pub(crate) const AFTER_APPLY: &str = "known after apply";

/// A value with what a plan says beside it: where it is not known yet, where it is sensitive.
#[derive(Clone, Copy, Default)]
pub(crate) struct Planned<'t> {
    pub(crate) value: Option<Cursor<'t>>,
    pub(crate) unknown: Option<Cursor<'t>>,
    pub(crate) sensitive: Option<Cursor<'t>>,
}

impl<'t> Planned<'t> {
    /// Every key of the object, with what is said of it.
    pub(crate) fn entries(self) -> BTreeMap<&'t Arc<str>, Planned<'t>> {
        let mut entries: BTreeMap<&'t Arc<str>, Planned<'t>> = BTreeMap::new();
        for entry in self.value.into_iter().flat_map(Cursor::entries) {
            entries.entry(&entry.key.text).or_default().value = Some(entry.value);
        }
        for entry in self.unknown.into_iter().flat_map(Cursor::entries) {
            if has_true(entry.value) {
                entries.entry(&entry.key.text).or_default().unknown = Some(entry.value);
            }
        }
        for entry in self.sensitive.into_iter().flat_map(Cursor::entries) {
            if let Some(known) = entries.get_mut(&entry.key.text) {
                known.sensitive = Some(entry.value);
            }
        }
        if self.sensitive.is_some_and(Cursor::is_true) {
            entries.values_mut().for_each(|entry| entry.sensitive = self.sensitive);
        }
        entries
    }

    /// Every item of the list, with what is said of it.
    pub(crate) fn items(self) -> Vec<Planned<'t>> {
        let list = |cursor: Option<Cursor<'t>>| cursor.into_iter().flat_map(Cursor::items);
        let mut items: Vec<Planned<'t>> =
            list(self.value).map(|value| Planned { value: Some(value), ..Planned::default() }).collect();
        for (at, unknown) in list(self.unknown).enumerate() {
            match items.get_mut(at) {
                Some(item) => item.unknown = Some(unknown),
                None => items.push(Planned { unknown: Some(unknown), ..Planned::default() }),
            }
        }
        for (item, sensitive) in items.iter_mut().zip(list(self.sensitive)) {
            item.sensitive = Some(sensitive);
        }
        if self.sensitive.is_some_and(Cursor::is_true) {
            items.iter_mut().for_each(|item| item.sensitive = self.sensitive);
        }
        items
    }

    /// Nothing of it is known.
    pub(crate) fn is_unknown(self) -> bool {
        self.unknown.is_some_and(Cursor::is_true)
    }

    /// `null`, and nothing of it comes later.
    pub(crate) fn is_absent(self) -> bool {
        self.value.is_none_or(Cursor::is_null) && self.unknown.is_none_or(|unknown| !has_true(unknown))
    }

    /// A list of objects, of which parts may be unknown.
    pub(crate) fn is_list_of_objects(self) -> bool {
        let either = |cursor: Option<Cursor<'t>>| cursor.is_some_and(Cursor::is_list_of_objects);
        let list = self.value.is_some_and(Cursor::is_list);
        either(self.value) || (!list && either(self.unknown))
    }

    /// Where it is written; the place of what says that it is unknown where it is.
    pub(crate) fn cursor(self) -> Option<Cursor<'t>> {
        self.value.filter(|value| !value.is_null()).or(self.unknown).or(self.value)
    }

    pub(crate) fn to_value(self) -> Value {
        let kind = if self.is_unknown() { Kind::Unknown(Arc::from(AFTER_APPLY)) } else { self.kind() };
        let sensitive = self.sensitive.is_some_and(Cursor::is_true);
        Value { kind, provenance: Provenance::none().with_sensitive(sensitive), origin: None }
    }

    fn kind(self) -> Kind {
        let json = self.value.or(self.unknown).map(|cursor| (cursor, &cursor.node.kind));
        match json {
            Some((_, Json::Array(_))) => {
                Kind::List(Arc::new(self.items().into_iter().map(Planned::to_value).collect()))
            }
            Some((_, Json::Object(_))) => {
                let entries = self.entries().into_iter().map(|(name, entry)| (name.clone(), entry.to_value()));
                Kind::Map(Arc::new(entries.collect()))
            }
            _ if self.unknown.is_some_and(|unknown| unknown.is_object() || unknown.is_list()) => {
                Planned { value: None, ..self }.kind()
            }
            Some((_, Json::Bool(flag))) if self.value.is_some() => Kind::Bool(*flag),
            Some((_, Json::Number(number))) if number.is_finite() => Kind::Number(*number),
            Some((_, Json::Number(_))) => {
                Kind::Unknown(Arc::from("a number with more digits than can be followed here"))
            }
            Some((cursor, Json::String(_))) => Kind::String(Arc::from(cursor.string().unwrap_or_default())),
            _ => Kind::Null,
        }
    }
}

/// Whether something in it is `true`.
fn has_true(cursor: Cursor<'_>) -> bool {
    cursor.is_true() || cursor.items().any(has_true) || cursor.entries().any(|entry| has_true(entry.value))
}
