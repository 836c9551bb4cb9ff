//! Whether an objective speaks of availability, by its words: only where one says so, and none says otherwise. Which words
//! those are is data, `data/promises.toml`.

use std::sync::OnceLock;

use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    availability: Vec<String>,
    other: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    names: Words,
    queries: Words,
}

fn read() -> Result<Table, toml::de::Error> {
    toml::from_str(include_str!("../../data/promises.toml"))
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| read().unwrap_or_default())
}

/// What is said of an objective: what it is called, and what it counts.
#[derive(Clone, Debug, Default)]
pub(super) struct Said {
    /// Names, titles, descriptions.
    pub(super) names: Vec<String>,
    /// Queries and metrics.
    pub(super) queries: Vec<String>,
}

impl Said {
    /// Whether it is availability for sure.
    pub(super) fn is_availability(&self) -> bool {
        let Table { names, queries } = table();
        let spaced: Vec<String> = self.names.iter().map(|name| spaced(name)).collect();
        let lower: Vec<String> = self.queries.iter().map(|query| lowered(query)).collect();
        let in_names =
            |words: &[String]| words.iter().any(|word| spaced.iter().any(|name| name.contains(&format!(" {word} "))));
        let in_queries = |words: &[String]| words.iter().any(|word| lower.iter().any(|query| query.contains(word)));
        let is_other = in_names(&names.other) || in_queries(&queries.other);
        !is_other && (in_names(&names.availability) || in_queries(&queries.availability))
    }
}

/// In small letters, with a space for whatever is no letter or digit, and around it all: ` requests availability `. What is
/// written as one word of several begins a new one with each capital letter.
fn spaced(text: &str) -> String {
    let mut spaced = String::with_capacity(text.len() + 2);
    let mut was_small = false;
    spaced.push(' ');
    for letter in text.chars() {
        if was_small && letter.is_uppercase() {
            spaced.push(' ');
        }
        was_small = letter.is_lowercase();
        if letter.is_alphanumeric() { spaced.extend(letter.to_lowercase()) } else { spaced.push(' ') }
    }
    spaced.push(' ');
    spaced
}

/// In small letters, without the names of counters of durations: `http_request_duration_seconds_count` counts requests.
fn lowered(query: &str) -> String {
    let is_of_name = |letter: char| letter.is_alphanumeric() || letter == '_';
    let query = query.to_lowercase();
    let mut kept = String::with_capacity(query.len() + 2);
    kept.push(' ');
    for word in query.split_inclusive(|letter| !is_of_name(letter)) {
        let name = word.trim_end_matches(|letter| !is_of_name(letter));
        kept.push_str(if name.ends_with("_count") { word.get(name.len()..).unwrap_or_default() } else { word });
    }
    kept.push(' ');
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read() {
        let table = read().unwrap();
        for words in [&table.names, &table.queries] {
            let is_lower = |word: &String| *word == word.to_lowercase();
            assert!(words.availability.iter().chain(&words.other).all(is_lower), "{words:?}");
            assert!(!words.availability.iter().any(|word| words.other.contains(word)), "{words:?}");
        }
    }

    #[test]
    fn words_decide() {
        for (name, query, expected) in [
            ("requests-availability", "", true),
            ("RequestsAvailability", "", true),
            ("checkout", "sum(rate(http_requests_total{code=~\"5..\"}[5m]))", true),
            (
                "checkout",
                "sum(rate(http_request_duration_seconds_count{job=\"a\",code=~\"(5..|429)\"}[{{.window}}]))",
                true,
            ),
            ("checkout", "sum(rate(http_request_duration_seconds_bucket{le=\"0.3\",code=\"200\"}[5m]))", false),
            ("availability and latency", "", false),
            ("requests-latency", "http_requests_total{code=\"500\"}", false),
            ("unavailable-items", "", false),
            ("checkout", "rate(orders_total[5m])", false),
            ("", "", false),
        ] {
            let said = Said { names: vec![name.to_owned()], queries: vec![query.to_owned()] };
            assert_eq!(said.is_availability(), expected, "{name} {query}");
        }
    }
}
