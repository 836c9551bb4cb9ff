//! Edits of a YAML or JSON text that look like what stands around them: comments and formatting stay.

use foreshock_syntax::yaml::{NodeKind, Style, Value};
use foreshock_text::{Place, Span};

use crate::Edit;
use crate::dialect::yaml_file::YamlFile;

/// A text to be edited.
pub(super) struct Text<'a> {
    file: &'a YamlFile,
}

/// What stands behind a new key, literals as they are written.
pub(super) enum Written {
    Plain(String),
    Map(Vec<(String, Written)>),
    List(Vec<Written>),
}

impl<'a> Text<'a> {
    pub(super) fn of(file: &'a YamlFile) -> Text<'a> {
        Text { file }
    }

    /// The value of a key that the mapping itself has; of a key given twice the last one, which counts.
    pub(super) fn own(&self, mapping: Value<'a>, key: &str) -> Option<Value<'a>> {
        self.entry(mapping, key).map(|(_, value)| value)
    }

    fn entry(&self, mapping: Value<'a>, key: &str) -> Option<(Value<'a>, Value<'a>)> {
        let named = |(name, _): &(Value<'a>, Value<'a>)| name.scalar().is_some_and(|name| name.text() == key);
        mapping.entries()?.filter(named).last()
    }

    /// Writes a plain value or a list in brackets for a key: in place of what is there, else as a new entry behind
    /// `type` or `id`.
    pub(super) fn set(&self, mapping: Value<'a>, key: &str, value: &str) -> Option<Edit> {
        if mapping.is_alias() {
            return None;
        }
        match self.entry(mapping, key) {
            Some((_, old)) => self.replace(old, value),
            None => self.insert(mapping, key, value),
        }
    }

    fn replace(&self, old: Value<'a>, value: &str) -> Option<Edit> {
        let span = old.span();
        match old.kind() {
            // Nothing stands behind the colon yet.
            NodeKind::Scalar(_) if span.is_empty() => Some(self.edit(span, format!(" {value}"))),
            NodeKind::Scalar(scalar) if scalar.style() != Style::Block => Some(self.edit(span, value.to_owned())),
            NodeKind::Sequence { flow: true, .. } => Some(self.edit(span, value.to_owned())),
            _ => None,
        }
    }

    fn insert(&self, mapping: Value<'a>, key: &str, value: &str) -> Option<Edit> {
        self.insert_raw(mapping, key, &format!(": {value}"))
    }

    /// A new entry of a mapping: its key, and what stands behind the key.
    fn insert_raw(&self, mapping: Value<'a>, key: &str, rest: &str) -> Option<Edit> {
        let text = &**self.file.text.whole();
        let newline = self.newline();
        let Some((name, before)) = self.anchor(mapping) else {
            // None has a plain value: before the first, which stands where the mapping does.
            let first = mapping.entries()?.next()?.0.span();
            let quote = if first.text(text).starts_with('"') { "\"" } else { "" };
            let first = first.start;
            if mapping.is_flow() {
                return Some(self.edit(Span::empty(first), format!("{quote}{key}{quote}{rest}, ")));
            }
            let indent = self.column(first);
            return Some(self.edit(Span::empty(first), format!("{key}{rest}{newline}{indent}")));
        };
        let end = before.span().end;
        let indent = self.column(name.span().start);
        if !mapping.is_flow() {
            // Behind a comment on the same line.
            let line = format!("{newline}{indent}{key}{rest}");
            return Some(self.edit(Span::empty(self.end_of_line(end)), line));
        }
        let quote = if name.span().text(text).starts_with('"') { "\"" } else { "" };
        let entry = format!("{quote}{key}{quote}{rest}");
        let first_of_line = self.line_before(name.span().start).trim().is_empty();
        let text = if first_of_line { format!(",{newline}{indent}{entry}") } else { format!(", {entry}") };
        Some(self.edit(Span::empty(end), text))
    }

    /// A new entry of a mapping that is written with its key and lines of its own, or in braces where the mapping is. None in a
    /// template, where what makes the rest of it is not written.
    pub(super) fn insert_whole(&self, mapping: Value<'a>, key: &str, value: &Written) -> Option<Edit> {
        if mapping.is_alias() || self.entry(mapping, key).is_some() || self.file.text.whole().contains("{{") {
            return None;
        }
        if mapping.is_flow() {
            return self.insert(mapping, key, &self.in_braces(value));
        }
        let outer = self.column(self.anchor(mapping).or_else(|| mapping.entries()?.next())?.0.span().start);
        let lines = self.in_lines(value, &format!("{outer}  "));
        self.insert_raw(mapping, key, &format!(":{lines}"))
    }

    fn in_braces(&self, value: &Written) -> String {
        let name = |key: &str| if self.is_json() { format!("{key:?}") } else { quoted(key) };
        match value {
            Written::Plain(literal) if self.is_json() && is_word(literal) => format!("{literal:?}"),
            Written::Plain(literal) => literal.clone(),
            Written::Map(entries) => {
                let pairs = entries.iter().map(|(key, value)| format!("{}: {}", name(key), self.in_braces(value)));
                format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
            }
            Written::List(items) => {
                let items = items.iter().map(|item| self.in_braces(item));
                format!("[{}]", items.collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// What stands behind a colon: on its line, or on lines that are indented so far.
    fn in_lines(&self, value: &Written, indent: &str) -> String {
        let newline = self.newline();
        let inner = format!("{indent}  ");
        match value {
            Written::Plain(literal) => format!(" {literal}"),
            Written::Map(entries) => {
                let line = |(key, value): &(String, Written)| {
                    format!("{newline}{indent}{}:{}", quoted(key), self.in_lines(value, &inner))
                };
                entries.iter().map(line).collect()
            }
            Written::List(items) => {
                let item = |item: &Written| {
                    let lines = self.in_lines(item, &inner);
                    format!("{newline}{indent}- {}", lines.trim_start())
                };
                items.iter().map(item).collect()
            }
        }
    }

    /// The entry that a new one stands behind: `type`, else `id`, else the first; always one whose value ends where it
    /// seems to.
    fn anchor(&self, mapping: Value<'a>) -> Option<(Value<'a>, Value<'a>)> {
        let simple = |(name, value): &(Value<'a>, Value<'a>)| {
            let written = value.is_alias() || value.scalar().is_some_and(|scalar| scalar.style() != Style::Block);
            let one_line =
                !self.file.text.whole().get(name.span().start as usize..value.span().end as usize)?.contains('\n');
            Some(written && one_line && !value.span().is_empty())
        };
        let fits = |entry: &(Value<'a>, Value<'a>)| simple(entry).unwrap_or(false);
        let named = |key| self.entry(mapping, key).filter(fits);
        named("type").or_else(|| named("id")).or_else(|| mapping.entries()?.find(fits))
    }

    /// Gives a key another name.
    pub(super) fn rename(&self, mapping: Value<'a>, key: &str, name: &str) -> Option<Edit> {
        if mapping.is_alias() {
            return None;
        }
        let (old, _) = self.entry(mapping, key)?;
        let span = old.span();
        let at = span.text(self.file.text.whole()).find(key)? as u32;
        Some(self.edit(Span::new(span.start + at, span.start + at + key.len() as u32), name.to_owned()))
    }

    /// Adds a name to a list.
    pub(super) fn append(&self, list: Value<'a>, name: &str) -> Option<Edit> {
        if list.is_alias() {
            return None;
        }
        let last = list.items()?.last()?;
        let span = last.span();
        let quoted_as =
            if span.text(self.file.text.whole()).starts_with('"') { format!("{name:?}") } else { quoted(name) };
        if list.is_flow() {
            return Some(self.edit(Span::empty(span.end), format!(", {quoted_as}")));
        }
        let before = self.line_before(span.start);
        let dash = before.trim_end();
        let (indent, newline) =
            (dash.strip_suffix('-')?, if self.file.text.whole().contains("\r\n") { "\r\n" } else { "\n" });
        if !indent.trim().is_empty() {
            return None;
        }
        let line = format!("{newline}{indent}- {quoted_as}");
        Some(self.edit(Span::empty(self.end_of_line(span.end)), line))
    }

    /// A name for a value of a mapping: in quotes where its keys are, as in JSON, else as [`Text::quoted`].
    pub(super) fn name_in(&self, mapping: Value<'a>, name: &str) -> String {
        let key = mapping.entries().and_then(|mut entries| entries.next()).map(|(key, _)| key.span());
        let is_json = mapping.is_flow() && key.is_some_and(|key| key.text(self.file.text.whole()).starts_with('"'));
        if is_json { format!("{name:?}") } else { quoted(name) }
    }

    /// Writes a plain value in place of the scalar at a span.
    pub(super) fn replace_at(&self, span: Span, value: &str) -> Option<Edit> {
        let text = span.text(self.file.text.whole());
        // What an action of a template writes is decided elsewhere.
        let is_plain =
            !text.is_empty() && !text.starts_with(['*', '&', '!', '|', '>', '{', '[']) && !text.contains("{{");
        let is_json = text.starts_with('"') && !value.starts_with('"') && self.is_json();
        (is_plain && !is_json).then(|| self.edit(span, value.to_owned()))
    }

    /// The mapping that is written at a span.
    pub(super) fn mapping_at(&self, span: Span) -> Option<Value<'a>> {
        let document = self.file.tree.documents().find(|document| document.span().contains(span))?;
        let mut at = document;
        while at.span() != span || at.entries().is_none() {
            let inner = |value: &Value<'a>| value.span().contains(span) && !value.is_alias();
            let of_map = || at.entries()?.map(|(_, value)| value).find(inner);
            let of_list = || at.items()?.find(inner);
            at = of_map().or_else(of_list)?;
        }
        Some(at)
    }

    /// Writes a plain value at a path of keys where no mapping is known to be: into the innermost that holds what is written there,
    /// or, in a template, before the first key, which stands there as it is.
    pub(super) fn set_around(&self, span: Span, path: &[String], value: &str) -> Option<Edit> {
        if self.file.problems.is_empty() && !self.file.text.whole().contains("{{") {
            return self.set_at(self.mapping_around(span)?, path, value);
        }
        let (key, below) = path.split_first()?;
        let line = span.text(self.file.text.whole()).lines().next()?;
        let (name, _) = line.split_once(':')?;
        let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
        if name.is_empty() || !name.chars().all(is_word) {
            return None;
        }
        let before = self.line_before(span.start);
        if !before.chars().all(|c| c == ' ' || c == '-') {
            return None;
        }
        let indent = self.column(span.start);
        let newline = self.newline();
        let mut entry = format!("{key}:");
        for (depth, key) in below.iter().enumerate() {
            entry.push_str(&format!("{newline}{indent}{}{key}:", "  ".repeat(depth + 1)));
        }
        Some(self.edit(Span::empty(span.start), format!("{entry} {value}{newline}{indent}")))
    }

    /// The innermost mapping that a span lies in.
    fn mapping_around(&self, span: Span) -> Option<Value<'a>> {
        let mut at = self.file.tree.documents().find(|document| document.span().contains(span))?;
        let mut found = at.entries().map(|_| at);
        loop {
            let inner = |value: &Value<'a>| value.span().contains(span) && !value.is_alias();
            let of_map = || at.entries()?.map(|(_, value)| value).find(inner);
            let of_list = || at.items()?.find(inner);
            let Some(next) = of_map().or_else(of_list) else { return found };
            at = next;
            found = at.entries().map(|_| at).or(found);
        }
    }

    /// Writes a plain value at a path of keys, of lists into the first item, making what is missing on the way.
    pub(super) fn set_at(&self, mapping: Value<'a>, path: &[String], value: &str) -> Option<Edit> {
        let (key, below) = path.split_first()?;
        if mapping.is_alias() {
            return None;
        }
        let entry = self.entry(mapping, key);
        match (entry, below) {
            (Some((_, old)), []) => self.replace(old, value),
            (Some((_, inner)), _) if inner.items().is_some() => self.set_at(inner.items()?.next()?, below, value),
            (Some((_, inner)), _) => inner.entries().is_some().then(|| self.set_at(inner, below, value)).flatten(),
            (None, []) => self.insert(mapping, key, value),
            (None, _) if mapping.is_flow() => {
                let name = |key: &String| if self.is_json() { format!("{key:?}") } else { key.clone() };
                let inner =
                    below.iter().rev().fold(value.to_owned(), |value, key| format!("{{{}: {value}}}", name(key)));
                self.insert(mapping, key, &inner)
            }
            (None, _) => {
                let outer = self.column(self.anchor(mapping).or_else(|| mapping.entries()?.next())?.0.span().start);
                let newline = self.newline();
                let mut nested = String::new();
                for (depth, key) in below.iter().enumerate() {
                    nested.push_str(&format!("{newline}{outer}{}{key}:", "  ".repeat(depth + 1)));
                }
                self.insert_raw(mapping, key, &format!(":{nested} {value}"))
            }
        }
    }

    fn is_json(&self) -> bool {
        // A template of JSON may have any name.
        self.file.text.whole().trim_start().starts_with('{')
    }

    fn newline(&self) -> &'static str {
        if self.file.text.whole().contains("\r\n") { "\r\n" } else { "\n" }
    }

    fn edit(&self, span: Span, text: String) -> Edit {
        Edit { place: Place::new(self.file.path.clone(), span), text }
    }

    /// What stands before an offset on its line.
    fn line_before(&self, offset: u32) -> &str {
        let before = self.file.text.whole().get(..offset as usize).unwrap_or("");
        before.rsplit(['\n', '\r']).next().unwrap_or("")
    }

    /// White space as wide as what stands before an offset on its line.
    fn column(&self, offset: u32) -> String {
        " ".repeat(self.line_before(offset).chars().count())
    }

    fn end_of_line(&self, offset: u32) -> u32 {
        let rest = self.file.text.whole().get(offset as usize..).unwrap_or("");
        offset + rest.find(['\n', '\r']).unwrap_or(rest.len()) as u32
    }
}

/// Whether a literal is a text without quotes, which JSON does not know.
fn is_word(literal: &str) -> bool {
    let is_number = literal.parse::<f64>().is_ok();
    !literal.starts_with('"') && !is_number && !matches!(literal, "true" | "false")
}

/// A name as it is written: in quotes unless it is a plain word.
pub(super) fn quoted(name: &str) -> String {
    let first = name.chars().next().is_some_and(|first| first.is_ascii_alphabetic());
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    let word = matches!(name.to_lowercase().as_str(), "true" | "false" | "yes" | "no" | "on" | "off" | "null");
    if first && plain && !word { name.to_owned() } else { format!("{name:?}") }
}
