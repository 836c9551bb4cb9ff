//! Names in a text: what can be written at a position, what is written there, and where else the same name stands. Each asks
//! the dialect of the stacks that read the file.

use std::sync::Arc;

use camino::Utf8Path;
use foreshock_model::Component;
use foreshock_text::{FilePath, Place, Span};

use crate::dialect::{DIALECTS, Mention};
use crate::{Completion, Edit, Snapshot, Stack};

/// Whether something can be offered at a position of a file, by its name alone.
pub fn completes(file: &Utf8Path) -> bool {
    DIALECTS.iter().any(|dialect| dialect.completes(file))
}

/// A component that a text declares, for a list of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// Its id.
    pub name: Arc<str>,
    /// What a person calls it, where that is something else, and what kind of thing it is.
    pub detail: String,
    /// Its id in the text.
    pub place: Place,
    /// All of it.
    pub extent: Span,
}

impl Snapshot {
    /// The stacks that read a file.
    fn readers<'a>(&'a self, file: &'a FilePath) -> impl Iterator<Item = &'a Arc<Stack>> {
        self.stacks.iter().filter(move |stack| stack.files.contains(file))
    }

    /// What can be written at an offset of a stack's file, the likeliest first.
    pub fn complete(&self, file: &FilePath, offset: u32) -> Vec<Completion> {
        let found = self.readers(file).map(|stack| stack.dialect().complete(stack, file, offset));
        found.into_iter().find(|found| !found.is_empty()).unwrap_or_default()
    }

    /// What is written at an offset of a stack's file, as Markdown, with its place.
    pub fn explain(&self, file: &FilePath, offset: u32) -> Option<(String, Span)> {
        self.readers(file).find_map(|stack| stack.dialect().explain(stack, file, offset))
    }

    /// The name at an offset, with its stack.
    pub fn mention_at(&self, file: &FilePath, offset: u32) -> Option<(&Arc<Stack>, Mention)> {
        let is_here = |mention: &Mention| mention.place.file == *file && mention.place.span.touches(offset);
        self.stacks.iter().filter(|stack| stack.files.contains(file)).find_map(|stack| {
            let mentions = stack.dialect().mentions(stack);
            Some((stack, mentions.into_iter().find(is_here)?))
        })
    }

    /// Every place that names what is named at an offset.
    fn mentions_alike(&self, file: &FilePath, offset: u32) -> Vec<Mention> {
        let Some((stack, mention)) = self.mention_at(file, offset) else { return Vec::new() };
        let mentions = stack.dialect().mentions(stack);
        mentions.into_iter().filter(|other| other.name == mention.name).collect()
    }

    /// Where the component that is named at an offset is declared.
    pub fn declarations(&self, file: &FilePath, offset: u32) -> Vec<Place> {
        let found = self.mentions_alike(file, offset).into_iter().filter(Mention::declares);
        found.map(|mention| mention.place).collect()
    }

    /// Where it is named, with or without where it is declared.
    pub fn references(&self, file: &FilePath, offset: u32, with_declaration: bool) -> Vec<Place> {
        let found = self.mentions_alike(file, offset).into_iter();
        found.filter(|mention| with_declaration || !mention.declares()).map(|mention| mention.place).collect()
    }

    /// The edits that give the component that is named at an offset another name, everywhere.
    ///
    /// # Errors
    /// When nothing is named there, or the name is taken or can't be written; why, for a person.
    pub fn rename(&self, file: &FilePath, offset: u32, name: &str) -> Result<Vec<Edit>, String> {
        let (stack, mention) = self.mention_at(file, offset).ok_or("no component is named here")?;
        let name = name.trim();
        if *mention.name == *name {
            return Ok(Vec::new());
        }
        let mentions = stack.dialect().mentions(stack);
        if mentions.iter().any(|other| *other.name == *name) {
            return Err(format!("{name} is the name of another component, or somebody depends on one of that name"));
        }
        let of_it: Vec<&Mention> = mentions.iter().filter(|other| other.name == mention.name).collect();
        if !of_it.iter().any(|other| other.declares()) {
            return Err(format!("there is no component {}", mention.name));
        }
        let edit = |mention: &&Mention| {
            let text = stack.dialect().spelled(stack, mention, name)?;
            Ok(Edit { place: mention.place.clone(), text })
        };
        of_it.iter().map(edit).collect()
    }

    /// The components that a file declares, by place.
    pub fn symbols_in(&self, file: &FilePath) -> Vec<Symbol> {
        let mut symbols: Vec<Symbol> = self.readers(file).flat_map(symbols).collect();
        symbols.retain(|symbol| symbol.place.file == *file);
        symbols.sort_by_key(|symbol| symbol.place.span);
        symbols.dedup();
        symbols
    }

    /// The components of all stacks whose id or name has the letters of a query in their order.
    pub fn symbols(&self, query: &str) -> Vec<Symbol> {
        let found = self.stacks.iter().flat_map(symbols);
        found.filter(|symbol| has_letters(&symbol.name, query) || has_letters(&symbol.detail, query)).collect()
    }
}

fn symbols(stack: &Arc<Stack>) -> Vec<Symbol> {
    let mentions = stack.dialect().mentions(stack).into_iter();
    let symbol = |mention: Mention| {
        let component = stack.system().components.iter().find(|one| one.id.as_str() == &*mention.name);
        let detail = component.map(|component| described(component)).unwrap_or_default();
        Some(Symbol { detail, extent: mention.extent?, name: mention.name, place: mention.place })
    };
    mentions.filter_map(symbol).collect()
}

fn described(component: &Component) -> String {
    if *component.label == *component.id.as_str() {
        return component.kind.name().to_owned();
    }
    format!("{}, {}", component.label, component.kind.name())
}

fn has_letters(name: &str, query: &str) -> bool {
    let mut letters = name.chars().flat_map(char::to_lowercase);
    query.chars().flat_map(char::to_lowercase).all(|wanted| letters.any(|letter| letter == wanted))
}
