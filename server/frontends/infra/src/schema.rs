//! What the schema is made of: levels, which are the mappings of a file, and their fields.
//!
//! The rows stand in `fields.rs`. The reader takes the keys that it knows from them, an editor what it offers and explains, and
//! `docs/infra.schema.json` is made of them.

use std::fmt::Write;

use foreshock_model::{Cause, ComponentKind};

pub use crate::fields::TOP;
pub use crate::section::Bounds;

/// A mapping of the schema: a component, `capacity`, a dependency.
#[derive(Debug)]
pub struct Level {
    /// What it is called in a sentence: "a component", "capacity".
    pub name: &'static str,
    /// Its fields, in groups that several levels may share.
    pub groups: &'static [&'static [Field]],
    /// Other keys are nobody's mistake.
    pub is_open: bool,
    /// Fields of which one may be written at most.
    pub exclusive: &'static [&'static [&'static str]],
}

/// A field: one key of a level.
#[derive(Debug)]
pub struct Field {
    /// The key.
    pub name: &'static str,
    /// What is written for it.
    pub takes: Takes,
    /// The unit of a number; empty for what has none.
    pub unit: &'static str,
    /// What counts where it is not written; empty where that is nothing.
    pub default: &'static str,
    /// What it means, Markdown, one line.
    pub meaning: &'static str,
    /// Whose field it is.
    pub origin: Origin,
    /// Whether it means something: the others are read for their form and change no figure.
    pub counts: bool,
}

/// Whose field it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Files that were written for FaultRay have it.
    FaultRay,
    /// Ours alone.
    Foreshock,
}

/// What is written for a field.
#[derive(Clone, Copy, Debug)]
pub enum Takes {
    /// Anything; nobody looks at it.
    Anything,
    /// A text.
    Text,
    /// The name of a zone.
    Zone,
    /// The name of a region.
    Region,
    /// The name of a group of alternatives.
    Group,
    /// Names of zones.
    Zones,
    /// Names of domains.
    Domains,
    /// The id that a component gets, which nothing else has.
    NewId,
    /// The id of a component.
    Id,
    /// Ids of components.
    Ids,
    /// True or false.
    Flag,
    /// A number.
    Number(Bounds),
    /// A whole number, from and to.
    Count(u32, u32),
    /// One of a few words.
    Words(&'static [&'static str]),
    /// What kind of thing a component is.
    Kind,
    /// Why something is down.
    Cause,
    /// A block.
    Map(&'static Level),
    /// A list of blocks.
    List(&'static Level),
    /// Blocks by their names.
    ByName(&'static Level),
    /// Blocks in a list, or by their names.
    ListOrByName(&'static Level),
    /// What an agent's answers rest on: a list of ids or blocks, a map from ids, or a text.
    Sources(&'static Level),
    /// Anything, with fields that mean something in an agent.
    Parameters(&'static Level),
}

impl Level {
    /// Every field.
    pub fn fields(&self) -> impl Iterator<Item = &'static Field> + use<> {
        self.groups.iter().flat_map(|group| group.iter())
    }

    /// The field of a key.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields().find(|field| field.name == name)
    }
}

impl Takes {
    /// The words that can be written, where there are only a few.
    pub fn words(self) -> Vec<&'static str> {
        match self {
            Takes::Words(words) => words.to_vec(),
            Takes::Kind => ComponentKind::ALL.map(|(_, name)| name).to_vec(),
            Takes::Cause => Cause::ALL.map(|(_, name)| name).to_vec(),
            Takes::Flag => vec!["true", "false"],
            _ => Vec::new(),
        }
    }

    /// The level of the blocks below it, whether they are one, a list, or have names.
    pub fn level(self) -> Option<&'static Level> {
        match self {
            Takes::Map(level)
            | Takes::List(level)
            | Takes::ByName(level)
            | Takes::ListOrByName(level)
            | Takes::Sources(level)
            | Takes::Parameters(level) => Some(level),
            _ => None,
        }
    }

    /// What it is in a few words: "a number, 0 to 1".
    pub fn in_words(self) -> String {
        match self {
            Takes::Anything | Takes::Parameters(_) => "anything".to_owned(),
            Takes::Text => "a text".to_owned(),
            Takes::Zone => "the name of a zone".to_owned(),
            Takes::Region => "the name of a region".to_owned(),
            Takes::Group => "a name".to_owned(),
            Takes::Zones => "a list of zones".to_owned(),
            Takes::Domains => "a list of domains".to_owned(),
            Takes::NewId => "a name".to_owned(),
            Takes::Id => "the id of a component".to_owned(),
            Takes::Ids => "a list of ids".to_owned(),
            Takes::Flag => "true or false".to_owned(),
            Takes::Number(bounds) => format!("a number, {}", bounds.words(None)),
            Takes::Count(least, most) => format!("a whole number, {least} to {most}"),
            Takes::Words(_) | Takes::Kind | Takes::Cause => format!("one of {}", self.words().join(", ")),
            Takes::Map(_) => "a map".to_owned(),
            Takes::List(_) => "a list".to_owned(),
            Takes::ByName(_) => "a map by name".to_owned(),
            Takes::ListOrByName(_) => "a list, or a map by id".to_owned(),
            Takes::Sources(_) => "a list of ids, a map from ids to weights, or a text `id:weight,id:weight`".to_owned(),
        }
    }
}

impl Field {
    /// Everything that there is to say of it, Markdown.
    pub fn explained(&self) -> String {
        let mut text = format!("`{}`: {}\n\n{}", self.name, self.meaning, self.takes.in_words());
        if !self.unit.is_empty() {
            let _ = write!(text, "; {}", self.unit);
        }
        if !self.default.is_empty() {
            let _ = write!(text, "; not written: {}", self.default);
        }
        text.push_str(match self.origin {
            Origin::FaultRay => ". Of FaultRay's schema",
            Origin::Foreshock => ". An extension of Foreshock",
        });
        if !self.counts {
            text.push_str("; accepted, changes no figure");
        }
        text.push('.');
        text
    }
}
