//! References that only the values show: an id of one resource inside of another one.

use std::sync::Arc;

use foreshock_resources::{Kind, Provenance, Trace, Value};
use foreshock_text::Place;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::address::Address;
use crate::entries::Side;
use foreshock_syntax::json::Cursor;

/// Attributes that name a resource and nothing else.
const IDENTITIES: [&str; 26] = [
    "address",
    "arn",
    "bootstrap_brokers",
    "bootstrap_brokers_tls",
    "bucket_domain_name",
    "bucket_regional_domain_name",
    "cluster_endpoint",
    "configuration_endpoint",
    "configuration_endpoint_address",
    "connection_name",
    "dns_name",
    "domain_name",
    "endpoint",
    "fqdn",
    "hostname",
    "id",
    "identifier",
    "invoke_arn",
    "name",
    "primary_endpoint_address",
    "private_dns",
    "qualified_arn",
    "reader_endpoint",
    "reader_endpoint_address",
    "self_link",
    "url",
];

/// Attributes that repeat the resource's own name.
const OWN: [&str; 4] = ["id", "arn", "self_link", "arn_suffix"];

/// Texts in one value that are looked at.
const MOST_WORDS: usize = 20_000;

/// Who is called what on one side.
#[derive(Default)]
pub(crate) struct Identities {
    by_text: FxHashMap<String, Vec<(Arc<str>, &'static str)>>,
    /// Resources without keys that each instance is recorded to depend on.
    recorded: FxHashMap<Arc<str>, FxHashSet<String>>,
    resource_of: FxHashMap<Arc<str>, Arc<str>>,
}

impl Identities {
    pub(crate) fn read<'a, 't: 'a>(sides: impl Iterator<Item = (&'a Address, &'a Side<'t>)>) -> Identities {
        let mut identities = Identities::default();
        for (address, side) in sides {
            identities.resource_of.insert(address.whole.clone(), address.resource.clone());
            if let Some(depends_on) = &side.depends_on {
                identities.recorded.insert(address.whole.clone(), depends_on.iter().cloned().collect());
            }
            // What a data source reads is not made here.
            if address.mode != foreshock_resources::Mode::Managed {
                continue;
            }
            for attribute in IDENTITIES {
                let text = side.values.value.and_then(|values| values.get(attribute)).and_then(Cursor::string);
                if let Some(text) = text.filter(|text| !text.is_empty()) {
                    let known = identities.by_text.entry(text.into_owned()).or_default();
                    if !known.iter().any(|(other, _)| *other == address.whole) {
                        known.push((address.whole.clone(), attribute));
                    }
                }
            }
        }
        identities
    }

    /// Whether a value may hold the name of another resource.
    pub(crate) fn is_own(attribute: &str) -> bool {
        OWN.contains(&attribute)
    }

    /// Adds a trace to each text in a value that names another resource.
    pub(crate) fn trace(&self, value: &mut Value, own: &Address, place: &Place) {
        match &mut value.kind {
            Kind::String(text) => {
                let provenance = self.provenance(&text.clone(), own, place);
                if !provenance.is_empty() {
                    value.provenance = value.provenance.union(&provenance);
                }
            }
            Kind::List(items) | Kind::Set(items) => {
                Arc::make_mut(items).iter_mut().for_each(|item| self.trace(item, own, place));
            }
            Kind::Map(items) => Arc::make_mut(items).values_mut().for_each(|item| self.trace(item, own, place)),
            _ => {}
        }
    }

    fn provenance(&self, text: &str, own: &Address, place: &Place) -> Provenance {
        let mut provenance = Provenance::none();
        let mut add = |found: Option<(Arc<str>, &'static str)>| {
            if let Some((to, attribute)) = found {
                let trace = Trace { to, attribute: Arc::from(attribute), place: place.clone(), named: None };
                provenance = provenance.union(&Provenance::one(trace));
            }
        };
        add(self.named(text, own, true));
        for word in text.split(|c: char| !(c.is_ascii_alphanumeric() || "._:/@-".contains(c))).take(MOST_WORDS) {
            for part in forms(word) {
                if part.len() < text.len() || part != text {
                    add(self.named(part, own, false));
                }
            }
        }
        provenance
    }

    /// The one resource that a text names; `whole` when the text is nothing else.
    fn named(&self, text: &str, own: &Address, whole: bool) -> Option<(Arc<str>, &'static str)> {
        let known = self.by_text.get(text)?;
        let recorded = self.recorded.get(&own.whole);
        // A name that many have names nobody; a record says which of them is meant.
        let named_in_record =
            |to: &Arc<str>| Some(recorded?.contains(&**self.resource_of.get(to)?)).filter(|is_there| *is_there);
        if known.iter().any(|(to, _)| *to == own.whole) {
            return None;
        }
        let mut meant = known.iter().filter(|(to, _)| named_in_record(to).is_some());
        if let (Some((to, attribute)), None) = (meant.next(), meant.next())
            && (whole || is_distinctive(text, attribute))
        {
            return Some((to.clone(), *attribute));
        }
        let [(to, attribute)] = known.as_slice() else { return None };
        let depends_on_own = self.recorded.get(to).is_some_and(|theirs| theirs.contains(&*own.resource));
        (is_distinctive(text, attribute) && !depends_on_own).then(|| (to.clone(), *attribute))
    }
}

/// The forms in which an address may stand in a word: as it is, without scheme, path and port.
fn forms(word: &str) -> impl Iterator<Item = &str> {
    let word = word.trim_matches(['.', ':', '/', '-']);
    let bare = word.split_once("://").map_or(word, |(_, rest)| rest);
    let bare = bare.rsplit_once('@').map_or(bare, |(_, rest)| rest);
    let authority = bare.split('/').next().unwrap_or(bare);
    let host = authority.split(':').next().unwrap_or(authority);
    [Some(word), Some(bare), Some(authority), Some(host)]
        .into_iter()
        .flatten()
        .scan("", |last, form| Some(if std::mem::replace(last, form) == form { "" } else { form }))
        .filter(|form| form.len() >= 8)
}

/// A text that nobody writes by chance: an ARN, the id of a cloud, a host name.
fn is_distinctive(text: &str, attribute: &str) -> bool {
    let is_path = text.starts_with("arn:")
        || text.starts_with("/subscriptions/")
        || text.starts_with("https://")
        || text.starts_with("projects/");
    if is_path {
        return text.len() >= 16;
    }
    if attribute == "name" || attribute == "identifier" {
        return false;
    }
    if attribute == "id" {
        // `sg-0a1b2c3d4e5f60718`
        return text.rsplit_once('-').is_some_and(|(kind, hash)| {
            hash.len() >= 8
                && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
                && kind.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
        });
    }
    let host = text.split([':', ',']).next().unwrap_or(text);
    text.len() >= 12 && host.matches('.').count() >= 2 && host.bytes().any(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_nobody_writes_by_chance_names_a_resource() {
        let check = |text: &str, attribute: &str, expected: bool| {
            assert_eq!(is_distinctive(text, attribute), expected, "{attribute} {text}");
        };
        check("arn:aws:sns:eu-west-1:123456789012:alerts", "arn", true);
        check("sg-0a1b2c3d4e5f60718", "id", true);
        check("vpc-43eaadcf", "id", true);
        check("orders-db", "id", false);
        check("pg", "identifier", false);
        check("api", "name", false);
        check("pg.x.rds.amazonaws.com:5432", "endpoint", true);
        check("10.0.0.1", "address", false);
        check("shop.example.org", "name", false);
    }

    #[test]
    fn the_host_of_an_address_is_found_in_all_of_its_forms() {
        let check = |word: &str, expected: &str| {
            assert!(forms(word).any(|form| form == expected), "{word}: {:?}", forms(word).collect::<Vec<_>>());
        };
        check("postgres://u:p@db.x.rds.amazonaws.com:5432/orders", "db.x.rds.amazonaws.com");
        check("postgres://u:p@db.x.rds.amazonaws.com:5432/orders", "db.x.rds.amazonaws.com:5432");
        check("db.x.rds.amazonaws.com", "db.x.rds.amazonaws.com");
        check("https://sqs.eu-west-1.amazonaws.com/1/q", "https://sqs.eu-west-1.amazonaws.com/1/q");
        check("sg-0a1b2c3d4e5f60718.", "sg-0a1b2c3d4e5f60718");
    }
}
