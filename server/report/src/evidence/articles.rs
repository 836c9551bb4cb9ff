//! The articles that an evidence pack speaks of, as data.

use serde::Deserialize;

/// The table of `data/dora.toml`.
#[derive(Deserialize)]
pub(super) struct Table {
    pub(super) regulation: Regulation,
    pub(super) article: Vec<Article>,
}

/// What the articles are of.
#[derive(Deserialize)]
pub(super) struct Regulation {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) address: String,
}

/// An article with the facts that illustrate it.
#[derive(Deserialize)]
pub(super) struct Article {
    pub(super) number: String,
    pub(super) title: String,
    /// Names of facts, see [`super::facts`].
    pub(super) facts: Vec<String>,
    pub(super) does_not_show: String,
}

pub(super) fn table() -> Result<Table, String> {
    toml::from_str(include_str!("../../data/dora.toml")).map_err(|error| format!("dora.toml: {error}"))
}
