//! How long it takes until a resource that is made anew serves: `data/apply_times.toml`.

use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;
use serde::Deserialize;

/// A typical time, with who says so.
#[derive(Clone, Debug, PartialEq)]
pub struct Taken {
    /// In seconds, lowest and highest.
    pub seconds: (f64, f64),
    /// Where it is from.
    pub source: Arc<str>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    time: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    of: Vec<String>,
    seconds: (f64, f64),
    source: String,
}

fn table() -> Result<Table, toml::de::Error> {
    toml::from_str(include_str!("../../data/apply_times.toml"))
}

/// From the order to destroy one of a type until the new one serves; `None` where nobody says.
pub fn time_to_make(type_name: &str) -> Option<Taken> {
    static TIMES: OnceLock<FxHashMap<String, Taken>> = OnceLock::new();
    let times = TIMES.get_or_init(|| {
        let rows = table().map(|table| table.time).unwrap_or_default();
        let each = rows.into_iter().flat_map(|row| {
            let taken = Taken { seconds: row.seconds, source: row.source.into() };
            row.of.into_iter().map(move |type_name| (type_name, taken.clone()))
        });
        each.collect()
    });
    times.get(type_name).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apply::replacement::attributes;

    #[test]
    fn every_time_is_of_a_known_type() {
        for row in table().unwrap().time {
            assert!(0.0 < row.seconds.0 && row.seconds.0 <= row.seconds.1 && !row.source.is_empty());
            for type_name in row.of {
                assert!(attributes(&type_name).is_some(), "{type_name}");
            }
        }
    }
}
