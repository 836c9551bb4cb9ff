//! What a report rests on: every number with its source, and what the text does not say.

use std::collections::BTreeMap;

use foreshock_analysis::Stack;
use foreshock_engine::Availability;
use foreshock_model::{Component, Known, Source};

use crate::Places;
use crate::availability_json::source;

/// One number, with everything that it is used for.
pub(crate) struct Number {
    /// `instance unavailability`
    pub(crate) quantity: String,
    pub(crate) value: f64,
    /// In words, with its line where it has one.
    pub(crate) source: String,
    pub(crate) kind: SourceKind,
    /// Whose it is, by id.
    pub(crate) of: Vec<String>,
}

/// What sort of source a number has, from the firmest to the weakest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum SourceKind {
    Text,
    Configuration,
    ProviderDefault,
    Sla,
    UncheckedSla,
    Default,
}

impl SourceKind {
    /// The sort of a source.
    pub(crate) fn of(source: &Source) -> SourceKind {
        match source {
            Source::Attribute(_) => SourceKind::Text,
            Source::Configuration(_) => SourceKind::Configuration,
            Source::ProviderDefault(_) => SourceKind::ProviderDefault,
            Source::Sla { verified: true, .. } => SourceKind::Sla,
            Source::Sla { verified: false, .. } => SourceKind::UncheckedSla,
            Source::Default { .. } => SourceKind::Default,
        }
    }

    /// In words.
    pub(crate) fn name(self) -> &'static str {
        match self {
            SourceKind::Text => "written in the text",
            SourceKind::Configuration => "foreshock.toml",
            SourceKind::ProviderDefault => "provider default",
            SourceKind::Sla => "published figure",
            SourceKind::UncheckedSla => "our table, not checked",
            SourceKind::Default => "our default",
        }
    }
}

/// The numbers of an availability; the same number of the same source once. The weakest sources first, then by quantity,
/// value and source.
pub(crate) fn numbers(stack: &Stack, availability: &Availability, places: &Places<'_>) -> Vec<Number> {
    let mut found: BTreeMap<(std::cmp::Reverse<SourceKind>, &'static str, u64, String), Vec<String>> = BTreeMap::new();
    for input in &availability.inputs {
        let kind = SourceKind::of(&input.source);
        // All of them are >= 0: their bits are in the order of their values.
        let key =
            (std::cmp::Reverse(kind), input.quantity.name(), input.value.to_bits(), source(&input.source, places));
        found.entry(key).or_default().push(input.part.name(stack.system()));
    }
    let number =
        |((kind, quantity, value, source), of): ((std::cmp::Reverse<SourceKind>, &str, u64, String), Vec<String>)| {
            Number { quantity: quantity.replace('_', " "), value: f64::from_bits(value), source, kind: kind.0, of }
        };
    found.into_iter().map(number).collect()
}

/// What is not known from the text, with the reason: `instances of aws_x.y: depends on var.n`.
pub(crate) struct UnknownFact {
    /// `instances`
    pub(crate) fact: &'static str,
    pub(crate) why: String,
    /// Whose, by id.
    pub(crate) of: Vec<String>,
}

/// What the text does not say, by fact and reason.
pub(crate) fn unknowns(stack: &Stack) -> Vec<UnknownFact> {
    let mut found: BTreeMap<(&'static str, String), Vec<String>> = BTreeMap::new();
    for (_, component) in stack.system().iter() {
        for (fact, why) in unknown_facts(component) {
            found.entry((fact, why)).or_default().push(component.id.to_string());
        }
    }
    let types = &stack.judged().unknown_types;
    if !types.is_empty() {
        let of = types.iter().map(|(name, count)| format!("{name} x{count}")).collect();
        found.insert(("type", "nothing is known of what it means".to_owned()), of);
    }
    found.into_iter().map(|((fact, why), of)| UnknownFact { fact, why, of }).collect()
}

fn unknown_facts(component: &Component) -> Vec<(&'static str, String)> {
    let redundancy = &component.redundancy;
    let mut facts = Vec::new();
    if let Known::Unknown(why) = &redundancy.instances {
        facts.push(("instances", why.to_string()));
    }
    if let Known::Unknown(why) = &redundancy.zones {
        facts.push(("zones", why.to_string()));
    }
    if let Known::Unknown(why) = &redundancy.failover.mode {
        facts.push(("failover", why.to_string()));
    }
    let figures = &component.reliability;
    let any = [
        &figures.instance,
        &figures.service,
        &figures.software,
        &figures.theoretical,
        &figures.external,
        &figures.whole,
    ];
    if any.iter().all(|figure| figure.is_none()) {
        facts.push(("availability", "no figure is known for it: it never fails by itself here".to_owned()));
    }
    facts
}
