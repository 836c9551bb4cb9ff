//! What public catalogues of rules ask, and which rule or family finds it here: `data/public_catalogues.tsv`.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use crate::Catalog;

const TABLE: &str = include_str!("../data/public_catalogues.tsv");

/// A check of a public catalogue that can be decided from text.
#[derive(Clone, Copy, Debug)]
pub struct PublicCheck {
    /// The catalogue: "aws-fsbp".
    pub catalogue: &'static str,
    /// Its own name of the check: "RDS.11".
    pub id: &'static str,
    /// What is wrong, in one word: "backup".
    pub class: &'static str,
    /// `family:short-backups` or `rule:single-zone`, divided by blanks; none where it is not found.
    pub found_by: &'static str,
    /// Resource types on which it is found, divided by blanks.
    pub types: &'static str,
    /// Why it is not found, or where that is less than what is asked.
    pub reason: &'static str,
}

impl PublicCheck {
    /// The codes of the rules that find it.
    pub fn rules<'a>(&self, catalog: &'a Catalog) -> impl Iterator<Item = &'a str> + use<'a> {
        let found_by = self.found_by;
        found_by.split_whitespace().filter_map(move |name| rule_of(name, catalog))
    }
}

fn rule_of<'a>(name: &'static str, catalog: &'a Catalog) -> Option<&'a str> {
    match name.split_once(':')? {
        ("rule", rule) => Some(rule),
        (_, id) => catalog.families().iter().find(|family| family.id == id).map(|family| family.rule.as_str()),
    }
}

/// The checks of the public catalogues, in the order of the table.
pub fn public_checks() -> &'static [PublicCheck] {
    static CHECKS: OnceLock<Vec<PublicCheck>> = OnceLock::new();
    CHECKS.get_or_init(|| TABLE.lines().skip(1).filter_map(row).collect())
}

fn row(line: &'static str) -> Option<PublicCheck> {
    let mut fields = line.split('\t');
    let mut next = || fields.next();
    let (catalogue, id, class) = (next()?, next()?, next()?);
    let (found_by, types, reason) = (next()?, next()?, next().unwrap_or_default());
    Some(PublicCheck { catalogue, id, class, found_by, types, reason })
}

/// Under which names the public catalogues know what a rule finds: catalogue and id, sorted.
pub fn also_known_as(rule: &str) -> BTreeSet<(&'static str, &'static str)> {
    let catalog = Catalog::bundled();
    let known = public_checks().iter().filter(|check| check.rules(catalog).any(|code| code == rule));
    known.map(|check| (check.catalogue, check.id)).collect()
}
