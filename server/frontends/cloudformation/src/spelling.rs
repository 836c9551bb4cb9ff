//! How the text calls what the catalog has another name for.

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_resources::{Spelling, Words};

use crate::read::Declaration;
use crate::types;

/// The words of each resource, by its address.
pub(crate) fn of(declarations: &BTreeMap<Arc<str>, Declaration>) -> Spelling {
    let mut by_row: BTreeMap<&str, Arc<Words>> = BTreeMap::new();
    let words_of = |(address, declaration): (&Arc<str>, &'_ Declaration)| (address.clone(), declaration.row.clone());
    let rows: Vec<(Arc<str>, Arc<str>)> = declarations.iter().map(words_of).collect();
    let mut all = BTreeMap::new();
    for (address, row) in &rows {
        let words = by_row.entry(row).or_insert_with(|| Arc::new(words(row))).clone();
        all.insert(address.clone(), words);
    }
    Spelling::new(all)
}

fn words(name: &str) -> Words {
    let mut attributes = BTreeMap::new();
    if let Some(row) = types::row(name) {
        for (path, _) in row.properties() {
            attributes.entry(Arc::from(row.path_of(path))).or_insert_with(|| Arc::from(said(path)));
        }
        for (name, attribute) in &row.get {
            attributes.entry(Arc::from(attribute.as_str())).or_insert_with(|| Arc::from(name.as_str()));
        }
    }
    // What is behind a comma or a blank tells rows of one type apart.
    let kind = name.split([',', ' ']).next().unwrap_or(name);
    Words { type_name: Arc::from(kind), attributes }
}

/// A property as people write it: the key of an entry in place of the list it is in.
fn said(path: &str) -> &str {
    let key = path.rsplit_once('[').map(|(_, key)| key.trim_end_matches(']'));
    key.unwrap_or(path).trim_start_matches('/')
}
