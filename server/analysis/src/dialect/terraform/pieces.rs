//! Terraform: block by block, and within a changed block attribute by attribute.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_syntax::hcl::{Attribute, Block, Body};
use foreshock_terraform::{ParsedFile, is_configuration, is_variable_file};
use foreshock_text::{AnchoredText, FilePath, Place, Span};

use crate::change::since_base::{Change, changed_lines, same, short, whole_lines, with_ends_of};
use crate::dialect::Texts;
use crate::workspace::paths::directory_of;
use crate::{ChangeForm, Edit};

/// What tells a block or a value from others of its module, wherever in its directory it is written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    directory: Utf8PathBuf,
    /// Values of variables belong to their file.
    file: Option<FilePath>,
    kind: Arc<str>,
    labels: Vec<Arc<str>>,
    /// Among those that are called the same.
    number: usize,
}

/// A block of a module, a local or a line of a file with values.
struct Item<'f> {
    file: &'f ParsedFile,
    content: Content<'f>,
    /// What stands before it in its file: a block that comes back goes behind it.
    previous: Option<Key>,
}

#[derive(Clone, Copy)]
enum Content<'f> {
    Block(&'f Block),
    Attribute(&'f Attribute),
}

/// What differs in the files of a root module: by item where they are HCL, by line where they are JSON or something else. Files
/// that a package manager wrote are left out.
pub(super) fn changes(root: &Utf8Path, files: &[&FilePath], now: &dyn Texts, before: &dyn Texts) -> Vec<Change> {
    let installed = root.join(".terraform");
    let own = files.iter().copied().filter(|file| !file.as_path().starts_with(&installed));
    let is_hcl = |file: &&FilePath| {
        let path = file.as_path();
        (is_configuration(path) || is_variable_file(path)) && path.extension() != Some("json")
    };
    let (blocks, others): (Vec<&FilePath>, Vec<&FilePath>) = own.partition(is_hcl);
    let mut changes = changed_items(&blocks, now, before);
    changes.extend(changed_lines(&others, now, before));
    changes
}

fn changed_items(files: &[&FilePath], now: &dyn Texts, before: &dyn Texts) -> Vec<Change> {
    let parsed =
        |side: &dyn Texts| -> Vec<Arc<ParsedFile>> { files.iter().filter_map(|file| side.parsed(file)).collect() };
    let (now, before) = (parsed(now), parsed(before));
    let texts: BTreeMap<&FilePath, &ParsedFile> = now.iter().map(|file| (&file.path, &**file)).collect();
    let (now, before) = (items(&now), items(&before));
    let mut changes = Vec::new();
    for (key, item) in &now {
        match before.get(key) {
            None => changes.push(item.added(key)),
            Some(old) if same(item.text(), old.text()) => {}
            Some(old) => changes.push(item.changed(key, old)),
        }
    }
    for (key, item) in before.iter().filter(|(key, _)| !now.contains_key(key)) {
        changes.extend(removed(key, item, &now, &texts));
    }
    changes
}

fn items(files: &[Arc<ParsedFile>]) -> BTreeMap<Key, Item<'_>> {
    let mut items: BTreeMap<Key, Item<'_>> = BTreeMap::new();
    for file in files {
        let directory = directory_of(&file.path);
        let mut previous: Option<Key> = None;
        let mut add = |kind: &Arc<str>, labels: Vec<Arc<str>>, content, own: Option<FilePath>| {
            let mut key = Key { directory: directory.clone(), file: own, kind: kind.clone(), labels, number: 0 };
            while items.contains_key(&key) {
                key.number += 1;
            }
            items.insert(key.clone(), Item { file, content, previous: previous.replace(key) });
        };
        if is_variable_file(file.path.as_path()) {
            for attribute in &file.body.attributes {
                add(&attribute.name, Vec::new(), Content::Attribute(attribute), Some(file.path.clone()));
            }
            continue;
        }
        for block in &file.body.blocks {
            match &*block.kind {
                // Says what became of a resource, not what it is.
                "moved" | "import" | "removed" => {}
                "locals" => {
                    for attribute in &block.body.attributes {
                        add(&"local".into(), vec![attribute.name.clone()], Content::Attribute(attribute), None);
                    }
                }
                _ => {
                    let labels = block.labels.iter().map(|label| label.text.clone()).collect();
                    add(&block.kind, labels, Content::Block(block), None);
                }
            }
        }
    }
    items
}

impl Key {
    /// As people call it.
    fn words(&self) -> String {
        let labels = self.labels.join(".");
        match &*self.kind {
            _ if self.file.is_some() => self.kind.to_string(),
            "resource" => labels,
            "variable" => format!("var.{labels}"),
            kind if labels.is_empty() => kind.to_owned(),
            kind => format!("{kind}.{labels}"),
        }
    }
}

impl Item<'_> {
    fn span(&self) -> Span {
        match self.content {
            Content::Block(block) => block.span,
            Content::Attribute(attribute) => attribute.span(),
        }
    }

    fn text(&self) -> &str {
        self.file.text.slice(self.span())
    }

    fn place(&self, span: Span) -> Place {
        Place::new(self.file.path.clone(), span)
    }

    fn shown(&self) -> Place {
        self.place(match self.content {
            Content::Block(block) => block.header_span,
            Content::Attribute(attribute) => attribute.span(),
        })
    }

    fn added(&self, key: &Key) -> Change {
        Change {
            form: ChangeForm::Added,
            what: key.words(),
            owner: key.words(),
            place: self.place(self.span()),
            shown: self.shown(),
            was: None,
            revert: Edit { place: self.place(whole_lines(&self.file.text, self.span())), text: String::new() },
            parts: Vec::new(),
        }
    }

    fn changed(&self, key: &Key, before: &Item<'_>) -> Change {
        let parts = match (self.content, before.content) {
            (Content::Block(now), Content::Block(old)) => {
                let bodies = Bodies { now: self.file, before: before.file, owner: key.words(), header: self.shown() };
                bodies.changes(&now.body, &old.body, "")
            }
            _ => Vec::new(),
        };
        let was = match before.content {
            Content::Attribute(attribute) => short(before.file.text.slice(attribute.value_span)),
            Content::Block(_) => None,
        };
        Change {
            form: ChangeForm::Changed,
            what: key.words(),
            owner: key.words(),
            place: self.place(self.span()),
            shown: self.shown(),
            was,
            revert: Edit { place: self.place(self.span()), text: with_ends_of(before.text(), self.file.text.whole()) },
            parts,
        }
    }
}

/// Something that is gone: it goes back behind what stood before it, else to the end of a file of its directory. A local
/// goes back in a block of its own.
fn removed(
    key: &Key,
    item: &Item<'_>,
    now: &BTreeMap<Key, Item<'_>>,
    texts: &BTreeMap<&FilePath, &ParsedFile>,
) -> Option<Change> {
    let own = texts.get(&item.file.path).copied();
    let beside = || texts.values().copied().find(|file| directory_of(&file.path) == key.directory);
    let file = own.or_else(|| if key.file.is_some() { None } else { beside() })?;
    let neighbour = item.previous.as_ref().and_then(|previous| now.get(previous));
    let neighbour = neighbour.filter(|neighbour| neighbour.file.path == file.path);
    let text = match item.content {
        Content::Attribute(_) if key.file.is_none() => format!("locals {{\n  {}\n}}", item.text()),
        _ => item.text().to_owned(),
    };
    let (at, text) = match (neighbour.map(|neighbour| neighbour.content), item.content) {
        (Some(Content::Block(block)), _) => (block.span.end, format!("\n\n{text}")),
        (Some(Content::Attribute(attribute)), Content::Attribute(_)) => {
            (attribute.value_span.end, format!("\n{}{}", indentation(&file.text, attribute.name_span), item.text()))
        }
        _ => (file.text.end(), format!("\n{text}\n")),
    };
    let place = Place::new(file.path.clone(), Span::empty(at));
    Some(Change {
        form: ChangeForm::Removed,
        what: key.words(),
        owner: key.words(),
        shown: place.clone(),
        was: short(item.text()),
        revert: Edit { place: place.clone(), text: with_ends_of(&text, file.text.whole()) },
        place,
        parts: Vec::new(),
    })
}

/// Two versions of a block's content.
struct Bodies<'f> {
    now: &'f ParsedFile,
    before: &'f ParsedFile,
    /// What the block is called.
    owner: String,
    /// Its header.
    header: Place,
}

impl Bodies<'_> {
    /// What differs, nested blocks followed down to their attributes; `outer` is the path to here.
    fn changes(&self, now: &Body, before: &Body, outer: &str) -> Vec<Change> {
        let mut changes = Vec::new();
        let named = |name: &str| if outer.is_empty() { name.to_owned() } else { format!("{outer}.{name}") };
        for attribute in &now.attributes {
            let text = self.now.text.slice(attribute.value_span);
            match before.attribute(&attribute.name) {
                None => changes.push(self.added(named(&attribute.name), attribute.span())),
                Some(old) if same(text, self.before.text.slice(old.value_span)) => {}
                Some(old) => changes.push(self.changed(named(&attribute.name), attribute, old)),
            }
        }
        for (number, old) in before.attributes.iter().enumerate() {
            if now.attribute(&old.name).is_none() {
                let previous = number.checked_sub(1).and_then(|number| before.attributes.get(number));
                changes.push(self.gone(named(&old.name), old.span(), previous, now));
            }
        }
        let mut numbers: BTreeMap<(&str, Vec<&str>), usize> = BTreeMap::new();
        for block in &now.blocks {
            let number = numbers.entry(labelled(block)).or_default();
            match nth(before, block, *number) {
                None => changes.push(self.added(named(&block.kind), block.span)),
                Some(old) => changes.extend(self.changes(&block.body, &old.body, &named(&block.kind))),
            }
            *number += 1;
        }
        let mut numbers: BTreeMap<(&str, Vec<&str>), usize> = BTreeMap::new();
        for old in &before.blocks {
            let number = numbers.entry(labelled(old)).or_default();
            if nth(now, old, *number).is_none() {
                changes.push(self.gone(named(&old.kind), old.span, before.attributes.last(), now));
            }
            *number += 1;
        }
        changes
    }

    fn place(&self, span: Span) -> Place {
        Place::new(self.now.path.clone(), span)
    }

    fn added(&self, what: String, span: Span) -> Change {
        let line = self.place(whole_lines(&self.now.text, span));
        Change {
            form: ChangeForm::Added,
            what,
            owner: self.owner.clone(),
            place: self.place(span),
            shown: self.place(span),
            was: None,
            revert: Edit { place: line, text: String::new() },
            parts: Vec::new(),
        }
    }

    fn changed(&self, what: String, now: &Attribute, before: &Attribute) -> Change {
        let was = self.before.text.slice(before.value_span);
        Change {
            form: ChangeForm::Changed,
            what,
            owner: self.owner.clone(),
            place: self.place(now.span()),
            shown: self.place(now.span()),
            was: short(was),
            revert: Edit { place: self.place(now.value_span), text: with_ends_of(was, self.now.text.whole()) },
            parts: Vec::new(),
        }
    }

    /// It goes back behind the attribute that stood before it, else to the top of the block.
    fn gone(&self, what: String, old: Span, previous: Option<&Attribute>, now: &Body) -> Change {
        let was = self.before.text.slice(old);
        let neighbour = previous.and_then(|previous| now.attribute(&previous.name));
        let (at, text) = match neighbour {
            Some(neighbour) => {
                let indentation = indentation(&self.now.text, neighbour.name_span);
                (end_of_line(&self.now.text, neighbour.value_span.end), format!("\n{indentation}{was}"))
            }
            None => {
                let indentation = indentation(&self.before.text, old);
                let is_one_line = !self.now.text.slice(now.span).contains('\n');
                let close = if is_one_line { "\n" } else { "" };
                (now.span.start, format!("\n{indentation}{was}{close}"))
            }
        };
        let place = self.place(Span::empty(at));
        Change {
            form: ChangeForm::Removed,
            what,
            owner: self.owner.clone(),
            shown: self.header.clone(),
            was: short(was),
            revert: Edit { place: place.clone(), text: with_ends_of(&text, self.now.text.whole()) },
            place,
            parts: Vec::new(),
        }
    }
}

fn labelled(block: &Block) -> (&str, Vec<&str>) {
    (&block.kind, block.labels.iter().map(|label| &*label.text).collect())
}

/// The block of that name and number.
fn nth<'b>(body: &'b Body, like: &Block, number: usize) -> Option<&'b Block> {
    let mut alike = body.blocks.iter().filter(|block| labelled(block) == labelled(like));
    alike.nth(number).map(|block| &**block)
}

/// The blank space that a line begins with.
fn indentation(text: &AnchoredText, at: Span) -> &str {
    let before = text.before(at.start);
    let line = before.rfind('\n').map_or(before, |newline| before.get(newline + 1..).unwrap_or_default());
    if line.trim().is_empty() { line } else { "  " }
}

/// Where the line ends, a comment behind the value included; the line's end itself left out.
fn end_of_line(text: &AnchoredText, from: u32) -> u32 {
    let rest = text.from(from);
    let line = rest.split(['\r', '\n']).next().unwrap_or_default();
    let comment = line.trim_start();
    let follows = comment.starts_with('#') || comment.starts_with("//");
    if follows { text.anchored(text.real(from) + line.len() as u32) } else { from }
}
