//! What can be written at a position of infrastructure YAML, and what that means which is written there: by the table of fields
//! that the reader has.

use foreshock_infra::schema::{Field, Level, TOP, Takes};
use foreshock_model::System;
use foreshock_text::Span;

use crate::dialect::yaml_cursor::{Cursor, Spot, Step, cursor};
use crate::{Completion, CompletionKind};

/// More names are not chosen from by hand.
const MOST_NAMES: usize = 2_000;

/// What is being written.
#[derive(Clone, Copy)]
enum Place {
    /// A key of a level.
    Keys(&'static Level),
    /// The value of a field.
    Value(&'static Field),
    /// An item of a list of names, or a key of a map from them.
    Name(&'static Field),
}

/// What can be written at an offset; nothing where it is complete.
pub(super) fn complete(text: &str, offset: u32, system: &System) -> Vec<Completion> {
    let here = cursor(text, offset);
    let found = offered(&here, text, system);
    let is_complete = |offer: &Completion| offer.replaces.text(text) == offer.text.trim_end_matches([':', ' ', '"']);
    // Of a key without a colon the colon is wanted.
    let has_colon = !matches!(here.spot, Spot::Start { has_colon: false, .. });
    if has_colon && found.iter().any(is_complete) { Vec::new() } else { found }
}

fn offered(here: &Cursor, text: &str, system: &System) -> Vec<Completion> {
    let Some(place) = place(&here.path) else { return Vec::new() };
    let place = match place {
        // `- {source: id, weight: 0.5}` among ids.
        Place::Name(field) if here.path.last() == Some(&Step::Item) && !here.written.is_empty() => {
            field.takes.level().map_or(place, Place::Keys)
        }
        other => other,
    };
    match (&here.spot, place) {
        (Spot::Start { written, quote, has_colon }, Place::Keys(level)) => {
            let is_written = |field: &Field| here.written.iter().any(|name| name == field.name);
            let fields = level.fields().filter(|field| !is_written(field) && !excluded(level, field, &here.written));
            fields.map(|field| key(field, *written, *quote, *has_colon, text)).collect()
        }
        (
            Spot::Start { written, quote, .. } | Spot::Value { written, quote },
            Place::Value(field) | Place::Name(field),
        ) => {
            let values = values(field.takes, system).into_iter().filter(|value| !is_taken(here, place, &value.value));
            values.map(|value| value.written(*written, *quote, text)).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether a name stands already where it can stand but once: in the same list, or at the other end of a dependency.
fn is_taken(here: &Cursor, place: Place, name: &str) -> bool {
    const ENDS: [&str; 4] = ["source", "target", "source_id", "target_id"];
    match place {
        Place::Name(_) => here.listed.iter().any(|other| other == name),
        Place::Value(field) if matches!(field.takes, Takes::Id) => {
            here.beside.iter().any(|(key, value)| ENDS.contains(&key.as_str()) && value == name)
        }
        _ => false,
    }
}

/// Whether another field stands already that leaves no room for this one.
fn excluded(level: &Level, field: &Field, written: &[String]) -> bool {
    let of_it = level.exclusive.iter().filter(|names| names.contains(&field.name));
    of_it.flat_map(|names| names.iter()).any(|name| written.iter().any(|key| key == name))
}

/// What is written at the end of a path.
fn place(path: &[Step]) -> Option<Place> {
    let is_record = path.first() == Some(&Step::Key("topology".to_owned()));
    let mut at = Place::Keys(&TOP);
    for step in path.iter().skip(usize::from(is_record)) {
        at = below(at, step)?;
    }
    // A map that is a field's value has keys.
    Some(match at {
        Place::Value(field) => match field.takes {
            Takes::Map(level) | Takes::Parameters(level) => Place::Keys(level),
            Takes::Sources(_) => Place::Name(field),
            _ => at,
        },
        other => other,
    })
}

fn below(at: Place, step: &Step) -> Option<Place> {
    match (at, step) {
        (Place::Keys(level), Step::Key(name)) => level.field(name).map(Place::Value),
        (Place::Value(field), Step::Item) => match field.takes {
            Takes::List(level) | Takes::ListOrByName(level) => Some(Place::Keys(level)),
            Takes::Zones | Takes::Domains | Takes::Ids | Takes::Sources(_) => Some(Place::Name(field)),
            _ => None,
        },
        (Place::Value(field), Step::Key(name)) => match field.takes {
            Takes::Map(level) | Takes::Parameters(level) => level.field(name).map(Place::Value),
            Takes::ByName(level) | Takes::ListOrByName(level) | Takes::Sources(level) => Some(Place::Keys(level)),
            _ => None,
        },
        // A source that is described: `- {source: id}`.
        (Place::Name(field), Step::Key(name)) => field.takes.level()?.field(name).map(Place::Value),
        _ => None,
    }
}

fn key(field: &Field, replaces: Span, quote: Option<char>, has_colon: bool, text: &str) -> Completion {
    let close = closing(replaces, quote, text);
    let is_closed = quote.is_some() && close.is_empty();
    let colon = match field.takes.level() {
        _ if has_colon || is_closed => "",
        Some(_) if quote.is_none() => ":",
        _ => ": ",
    };
    let default = if field.default.is_empty() { String::new() } else { format!("not written: {}", field.default) };
    Completion {
        label: field.name.to_owned(),
        text: if has_colon { field.name.to_owned() } else { format!("{}{close}{colon}", field.name) },
        replaces,
        kind: CompletionKind::Key,
        detail: default,
        meaning: field.explained(),
    }
}

/// A value that can be written: a word of the schema, or a name, which may have to stand in quotes.
struct Offer {
    value: String,
    detail: &'static str,
    is_name: bool,
}

impl Offer {
    fn written(self, replaces: Span, quote: Option<char>, text: &str) -> Completion {
        let written = match quote {
            Some(_) => format!("{}{}", self.value, closing(replaces, quote, text)),
            None if self.is_name => foreshock_infra::scalar(&self.value),
            None => self.value.clone(),
        };
        let (kind, meaning, detail) = (CompletionKind::Value, String::new(), self.detail.to_owned());
        Completion { label: self.value, text: written, replaces, kind, detail, meaning }
    }
}

/// The quote that is missing behind a word in quotes.
fn closing(replaces: Span, quote: Option<char>, text: &str) -> String {
    let behind = text.get(replaces.end as usize..).and_then(|rest| rest.chars().next());
    quote.filter(|quote| behind != Some(*quote)).map(String::from).unwrap_or_default()
}

fn values(takes: Takes, system: &System) -> Vec<Offer> {
    let named = |name: &str, detail| Offer { value: name.to_owned(), detail, is_name: true };
    match takes {
        Takes::Zone | Takes::Zones => {
            system.zones.iter().take(MOST_NAMES).map(|zone| named(&zone.name, "zone")).collect()
        }
        Takes::Domains => {
            let written = system.domains.iter().filter(|domain| !domain.name.starts_with("host "));
            written.take(MOST_NAMES).map(|domain| named(&domain.name, "domain")).collect()
        }
        Takes::Region => system.regions.iter().take(MOST_NAMES).map(|region| named(&region.name, "region")).collect(),
        Takes::Group => {
            let mut names: Vec<&str> = system.alternatives.iter().map(|group| &*group.name).collect();
            names.sort_unstable();
            names.dedup();
            names.into_iter().map(|name| named(name, "alternatives")).collect()
        }
        Takes::Id | Takes::Ids | Takes::Sources(_) => {
            let components = system.components.iter().take(MOST_NAMES);
            components.map(|component| named(component.id.as_str(), component.kind.name())).collect()
        }
        takes => {
            let word = |word: &str| Offer { value: word.to_owned(), detail: "", is_name: false };
            takes.words().into_iter().map(word).collect()
        }
    }
}

/// The field whose key is at an offset, as Markdown, with its place.
pub(super) fn explain(text: &str, offset: u32) -> Option<(String, Span)> {
    let here = cursor(text, offset);
    let Spot::Start { written, has_colon: true, .. } = here.spot else { return None };
    let Some(Place::Keys(level)) = place(&here.path) else { return None };
    let field = level.field(written.text(text).trim_end())?;
    Some((field.explained(), Span::new(written.start, written.start + field.name.len() as u32)))
}
