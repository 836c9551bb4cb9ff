//! Where an edit goes: in place of the literal that gives the value, or as a new line that looks like its neighbours.

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_catalog::Change;
use foreshock_resources as resources;
use foreshock_resources::{BlockPlace, Instance, Key, Kind, Resources, Value};
use foreshock_syntax::hcl::{Attribute, Block, Body, ExprKind, parse};
use foreshock_terraform::ParsedFile;
use foreshock_terraform::terragrunt::is_terragrunt;
use foreshock_text::{AnchoredText, FilePath, Place, Span};

use super::Terraform;
use super::aim::{Aim, Aiming};
use crate::Edit;
use crate::dialect::Texts;

/// The text edits that make changes of some of these resources, or `None` when one of them has no place that can be edited.
pub(super) fn edits(
    texts: &dyn Texts,
    module: &Terraform,
    resources: &Resources,
    changes: &[Change],
) -> Option<Vec<Edit>> {
    let mut edits = Vec::new();
    let mut additions: BTreeMap<Place, Additions> = BTreeMap::new();
    let mut aimed = |aims: Vec<Aim<'_>>, additions: &mut BTreeMap<Place, Additions>| {
        for aim in aims {
            match aim {
                Aim::Replace(place, value) => edits.push(Edit { place, text: literal(&value)? }),
                Aim::Argument(call, name, value) => {
                    additions.entry(whole(call)).or_default().set(name, literal(&value)?)
                }
            }
        }
        Some(())
    };
    let mut declared = Vec::new();
    for change in changes {
        match change {
            Change::Set { instance, path, value } => {
                let instance = resources.instances.get(*instance)?;
                match target(instance, path)? {
                    Target::Written(attribute) => {
                        let aiming = Aiming { texts, module, is_number_of_instances: false };
                        aimed(aiming.attribute(attribute, &instance.module, value)?, &mut additions)?;
                    }
                    Target::Attribute(block, name) => {
                        additions.entry(whole(block)).or_default().set(name.to_owned(), literal(value)?);
                    }
                    Target::Block(block, kind, name) => {
                        let nested = &mut additions.entry(whole(block)).or_default().blocks;
                        nested.entry(kind.to_owned()).or_default().push((name.to_owned(), literal(value)?));
                    }
                }
            }
            Change::Repeat { instance, count } => {
                let instance = resources.instances.get(*instance)?;
                match (&instance.key, &instance.repetition) {
                    (Key::Index(_), Some(written)) => {
                        let aiming = Aiming { texts, module, is_number_of_instances: true };
                        let wanted = Value::new(Kind::Number(f64::from(*count)));
                        aimed(aiming.attribute(written, &instance.module, &wanted)?, &mut additions)?;
                    }
                    (Key::None, None) => {
                        additions.entry(whole(&instance.block)).or_default().count = Some(count.to_string());
                    }
                    _ => return None,
                }
            }
            Change::Add { to, path, value, .. } => {
                additions.entry(whole(to)).or_default().nested.push((path.clone(), value.clone()));
            }
            Change::Declare { instance, text } => {
                let instance = resources.instances.get(*instance)?;
                declared.push(declaration(texts, module, &instance.block, text)?);
            }
        }
    }
    edits.extend(declared);
    for (place, additions) in &additions {
        let file = texts.parsed(&place.file)?;
        let Some(block) = find_block(&file.body, place.span) else {
            edits.push(inputs(&file, place.span, &additions.attributes)?);
            continue;
        };
        Layout::of(&file, block)?.add(additions, &mut edits)?;
    }
    Some(edits)
}

/// The text edits that give a block a `count`.
pub(super) fn counted(texts: &dyn Texts, block: &BlockPlace, count: &str) -> Option<Vec<Edit>> {
    let file = texts.parsed(&block.file)?;
    let additions = Additions { count: Some(count.to_owned()), ..Additions::default() };
    let mut edits = Vec::new();
    Layout::of(&file, find_block(&file.body, block.span)?)?.add(&additions, &mut edits)?;
    Some(edits)
}

/// The text edits that make the `lifecycle` of a block say something.
pub(super) fn in_lifecycle(texts: &dyn Texts, block: &BlockPlace, name: &str, literal: &str) -> Option<Vec<Edit>> {
    let file = texts.parsed(&block.file)?;
    let around = find_block(&file.body, block.span)?;
    let (name, literal) = (name.to_owned(), literal.to_owned());
    let Some(lifecycle) = around.body.blocks.iter().find(|inner| &*inner.kind == "lifecycle") else {
        let blocks = BTreeMap::from([("lifecycle".to_owned(), vec![(name, literal)])]);
        let mut edits = Vec::new();
        Layout::of(&file, around)?.add(&Additions { blocks, ..Additions::default() }, &mut edits)?;
        return Some(edits);
    };
    let mut edits = Vec::new();
    match lifecycle.body.attributes.iter().find(|attribute| *attribute.name == *name) {
        Some(written) => {
            edits.push(Edit { place: Place::new(block.file.clone(), written.value_span), text: literal });
        }
        None => {
            let attributes = vec![(name, literal)];
            Layout::of(&file, lifecycle)?.add(&Additions { attributes, ..Additions::default() }, &mut edits)?;
        }
    }
    Some(edits)
}

/// A new block behind another, in the line endings of the file; `None` where the module has one of that name.
pub(super) fn declaration(texts: &dyn Texts, module: &Terraform, behind: &BlockPlace, text: &str) -> Option<Edit> {
    let directory = behind.file.as_path().parent()?;
    let (body, _) = parse(text);
    let labels =
        |block: &Block| (block.kind.to_string(), block.labels.iter().map(|l| l.text.to_string()).collect::<Vec<_>>());
    // Of blocks without a name there may be any number.
    let new: Vec<_> = body.blocks.iter().map(|block| labels(block)).filter(|(_, labels)| !labels.is_empty()).collect();
    let here = module.resolved.files.iter().filter(|file| file.as_path().parent() == Some(directory));
    for file in here {
        let parsed = texts.parsed(file)?;
        if parsed.body.blocks.iter().any(|block| new.contains(&labels(block))) {
            return None;
        }
    }
    let file = texts.parsed(&behind.file)?;
    let newline = if file.text.whole().contains("\r\n") { "\r\n" } else { "\n" };
    let text: String = text.lines().map(|line| format!("{newline}{line}")).collect();
    let place = Place::new(behind.file.clone(), Span::empty(end_of_line(&file.text, behind.span.end)));
    Some(Edit { place, text: format!("{newline}{text}") })
}

/// What a block is to get.
#[derive(Default)]
struct Additions {
    count: Option<String>,
    attributes: Vec<(String, String)>,
    blocks: BTreeMap<String, Vec<(String, String)>>,
    /// Whole blocks: the path of each, and what it says.
    nested: Vec<(String, Value)>,
}

impl Additions {
    /// What is asked for twice is written once.
    fn set(&mut self, name: String, literal: String) {
        match self.attributes.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = literal,
            None => self.attributes.push((name, literal)),
        }
    }
}

/// Where a dotted path leads.
enum Target<'a> {
    Written(&'a resources::Attribute),
    Attribute(&'a BlockPlace, &'a str),
    Block(&'a BlockPlace, &'a str, &'a str),
}

fn target<'a>(instance: &'a Instance, path: &'a str) -> Option<Target<'a>> {
    let mut body: &resources::Body = &instance.body;
    let mut block: &BlockPlace = &instance.block;
    let mut names = path.split('.').peekable();
    while let Some(name) = names.next() {
        if names.peek().is_none() {
            return Some(match body.attributes.get(name) {
                Some(attribute) => Target::Written(attribute),
                None => Target::Attribute(block, name),
            });
        }
        match body.blocks.iter().find(|nested| &*nested.kind == name) {
            Some(nested) if nested.unknown.is_some() => return None,
            Some(nested) => {
                body = &nested.body;
                block = &nested.block;
            }
            None => {
                let inner = names.next()?;
                return names.next().is_none().then_some(Target::Block(block, name, inner));
            }
        }
    }
    None
}

fn whole(block: &BlockPlace) -> Place {
    Place::new(block.file.clone(), block.span)
}

/// How the lines of a block look.
struct Layout<'a> {
    text: &'a AnchoredText,
    file: &'a FilePath,
    block: &'a Block,
    newline: &'static str,
    /// White space before the block's items.
    indent: String,
    /// White space before the block itself.
    outer: &'a str,
    one_line: bool,
}

impl<'a> Layout<'a> {
    /// `None` for a block that is not closed, and for one that has its items on the line of its brace.
    fn of(file: &'a ParsedFile, block: &'a Block) -> Option<Layout<'a>> {
        let text = &file.text;
        let one_line = !text.slice(block.body.span).contains('\n');
        let empty = block.body.attributes.is_empty() && block.body.blocks.is_empty();
        if !block.closed || (one_line && !empty) {
            return None;
        }
        let outer = indentation(text, block.span.start);
        let first_item = block.body.attributes.first().map(|attribute| attribute.name_span.start);
        let indent = match first_item {
            Some(start) => indentation(text, start).to_owned(),
            None => format!("{outer}  "),
        };
        let newline = if text.whole().contains("\r\n") { "\r\n" } else { "\n" };
        Some(Layout { text, file: &file.path, block, newline, indent, outer, one_line })
    }

    fn add(&self, additions: &Additions, edits: &mut Vec<Edit>) -> Option<()> {
        let body = &self.block.body;
        if let Some(count) = &additions.count {
            let below: Vec<&Attribute> =
                body.attributes.first().filter(|first| self.follows_brace(first)).into_iter().collect();
            let lines = self.lines(&[("count".to_owned(), count.clone())], &below, edits);
            edits.push(self.insertion(body.span.start, lines));
        }
        if !additions.attributes.is_empty() {
            let last = body.attributes.iter().max_by_key(|attribute| attribute.value_span.end);
            let lines = self.lines(&additions.attributes, &self.run_up_to(last), edits);
            let at = last.map_or(body.span.start, |last| end_of_line(self.text, last.value_span.end));
            edits.push(self.insertion(at, lines));
        }
        for (kind, attributes) in &additions.blocks {
            let Layout { newline, indent, .. } = self;
            let width = attributes.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
            let inner: String =
                attributes.iter().map(|(name, value)| format!("{newline}{indent}  {name:width$} = {value}")).collect();
            let text = format!("{newline}{indent}{kind} {{{inner}{newline}{indent}}}");
            edits.push(self.behind_all(text));
        }
        for (path, says) in &additions.nested {
            let mut names = path.rsplit('.');
            let (Some(kind), Some(around)) = (names.next(), names.next()) else { return None };
            // What a `dynamic` block makes is not written block by block.
            if *around != *self.block.kind {
                return None;
            }
            edits.push(self.behind_all(self.block_of(kind, says, &self.indent, 0)?));
        }
        Some(())
    }

    /// A block, on lines of its own: lists of objects are blocks in it, objects are maps of the user's own words.
    fn block_of(&self, kind: &str, says: &Value, indent: &str, depth: usize) -> Option<String> {
        /// Nothing that is written is deeper.
        const DEEPEST: usize = 8;
        let Kind::Map(says) = &says.kind else { return None };
        let newline = self.newline;
        let inner = format!("{indent}  ");
        let is_block = |value: &Value| matches!(value.kind, Kind::List(_));
        let width = says.iter().filter(|(_, value)| !is_block(value)).map(|(name, _)| name.len()).max().unwrap_or(0);
        let mut text = format!("{newline}{indent}{kind} {{");
        for (name, value) in says.iter().filter(|(_, value)| !is_block(value)) {
            let value = match &value.kind {
                Kind::Map(words) => {
                    let pair = |(word, value): (&Arc<str>, &Value)| {
                        let name = if is_identifier(word) { word.to_string() } else { format!("{word:?}") };
                        Some(format!("{name} = {}", literal(&worded(value))?))
                    };
                    format!("{{ {} }}", words.iter().map(pair).collect::<Option<Vec<_>>>()?.join(", "))
                }
                _ => literal(value)?,
            };
            text += &format!("{newline}{inner}{name:width$} = {value}");
        }
        for (name, value) in says.iter() {
            let Kind::List(items) = &value.kind else { continue };
            for item in items.iter().filter(|_| depth < DEEPEST) {
                text += &self.block_of(name, item, &inner, depth + 1)?;
            }
        }
        Some(format!("{text}{newline}{indent}}}"))
    }

    /// Text behind everything in the block, a line between.
    fn behind_all(&self, text: String) -> Edit {
        let body = &self.block.body;
        let items = body.attributes.iter().map(|attribute| attribute.value_span.end);
        match items.chain(body.blocks.iter().map(|nested| nested.span.end)).max() {
            Some(end) => self.insertion(end_of_line(self.text, end), format!("{}{text}", self.newline)),
            None => self.insertion(body.span.start, text),
        }
    }

    /// New lines whose `=` stand under each other and under those of the neighbours; neighbours that are too narrow
    /// are widened, as `terraform fmt` would.
    fn lines(&self, new: &[(String, String)], neighbours: &[&Attribute], edits: &mut Vec<Edit>) -> String {
        let widest = new.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        let width = neighbours.iter().map(|attribute| attribute.name_span.len()).max().unwrap_or(0).max(widest);
        for neighbour in neighbours {
            let before_equals = self.before_equals(neighbour);
            let padding = width + 1 - neighbour.name_span.len();
            if before_equals.len() != padding {
                edits.push(Edit { place: Place::new(self.file.clone(), before_equals), text: " ".repeat(padding) });
            }
        }
        let Layout { newline, indent, .. } = self;
        new.iter().map(|(name, value)| format!("{newline}{indent}{name:width$} = {value}")).collect()
    }

    /// The white space between a name and its `=`.
    fn before_equals(&self, attribute: &Attribute) -> Span {
        let between = Span::new(attribute.name_span.end, attribute.value_span.start);
        let width = self.text.slice(between).find('=').unwrap_or(0);
        Span::new(between.start, between.start + width as u32)
    }

    /// The attributes on the lines right above and including `last`, as long as each is one line and they are aligned.
    fn run_up_to(&self, last: Option<&'a Attribute>) -> Vec<&'a Attribute> {
        let mut attributes: Vec<&Attribute> = self.block.body.attributes.iter().collect();
        attributes.sort_by_key(|attribute| attribute.name_span.start);
        let mut run: Vec<&Attribute> = Vec::new();
        let aligned_at = |attribute: &Attribute| attribute.name_span.len() + self.before_equals(attribute).len();
        for attribute in attributes.into_iter().rev().skip_while(|attribute| Some(*attribute) != last) {
            let one_line = !self.text.slice(attribute.span()).contains('\n');
            let adjacent = run.last().is_none_or(|below| {
                let gap = self.text.slice(Span::new(attribute.value_span.end, below.name_span.start));
                gap.matches('\n').count() == 1 && aligned_at(attribute) == aligned_at(below)
            });
            if !one_line || !adjacent {
                break;
            }
            run.push(attribute);
        }
        run
    }

    /// Whether the item stands on the line after the brace.
    fn follows_brace(&self, item: &Attribute) -> bool {
        let between = Span::new(self.block.body.span.start, item.name_span.start);
        self.text.slice(between).matches('\n').count() == 1
    }

    fn insertion(&self, address: u32, lines: String) -> Edit {
        let close = if self.one_line { format!("{}{}", self.newline, self.outer) } else { String::new() };
        Edit { place: Place::new(self.file.clone(), Span::empty(address)), text: lines + &close }
    }
}

/// The white space at the start of the line that holds an address.
fn indentation(text: &AnchoredText, address: u32) -> &str {
    let before = text.before(address);
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = text.whole().get(start..).unwrap_or("");
    let width = line.len() - line.trim_start_matches([' ', '\t']).len();
    line.get(..width).unwrap_or("")
}

/// The end of the line that holds an address, before its line break.
fn end_of_line(text: &AnchoredText, address: u32) -> u32 {
    let rest = text.from(address);
    let line = rest.split('\n').next().unwrap_or("");
    text.anchored(text.real(address) + line.trim_end_matches('\r').len() as u32)
}

/// The block of that span.
fn find_block(body: &Body, span: Span) -> Option<&Block> {
    let block = body.blocks.iter().find(|block| block.span.contains(span))?;
    if block.span == span { Some(block) } else { find_block(&block.body, span) }
}

/// New inputs of a unit of Terragrunt, in the object that holds them or in one of their own; `None` where they are made by an
/// expression.
fn inputs(file: &ParsedFile, span: Span, new: &[(String, String)]) -> Option<Edit> {
    if !is_terragrunt(file.path.as_path()) || new.is_empty() {
        return None;
    }
    let newline = if file.text.whole().contains("\r\n") { "\r\n" } else { "\n" };
    let lines: String = new.iter().map(|(name, literal)| format!("  {name} = {literal}{newline}")).collect();
    let (at, text) = match file.body.attributes.iter().find(|attribute| attribute.span() == span) {
        Some(attribute) => {
            let ExprKind::Object(items) = &attribute.expr.kind else { return None };
            let end = attribute.value_span.end.checked_sub(1)?;
            let before = file.text.slice(attribute.value_span).strip_suffix('}')?;
            let is_open = before.trim_end_matches([' ', '\t']).ends_with('\n');
            let separator = if items.is_empty() || is_open { "" } else { "," };
            (end, if is_open { lines } else { format!("{separator}{newline}{lines}") })
        }
        None => (file.text.end(), format!("{newline}inputs = {{{newline}{lines}}}{newline}")),
    };
    Some(Edit { place: Place::new(file.path.clone(), Span::empty(at)), text })
}

/// Whether a key of an object needs no quotes.
fn is_identifier(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

/// A plain value as a text, as the values of a map of the user's own words are.
fn worded(value: &Value) -> Value {
    match &value.kind {
        Kind::Bool(truth) => Value::string(truth.to_string()),
        Kind::Number(number) => Value::string(number.to_string()),
        _ => value.clone(),
    }
}

/// A known plain value as it is written in Terraform.
fn literal(value: &Value) -> Option<String> {
    match &value.kind {
        Kind::Bool(truth) => Some(truth.to_string()),
        Kind::Number(number) if number.fract() == 0.0 && number.abs() < 1e15 => Some(format!("{}", *number as i64)),
        Kind::Number(number) => Some(number.to_string()),
        Kind::String(text) => {
            let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace("${", "$${").replace("%{", "%%{");
            Some(format!("\"{escaped}\""))
        }
        _ => None,
    }
}
