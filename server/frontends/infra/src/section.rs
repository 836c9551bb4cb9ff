//! Reading the keys of one mapping: each by its type, the unknown ones told at the end. Which there are stands in `fields.rs`.

use std::sync::Arc;

use foreshock_model::{Seconds, Source};
use foreshock_syntax::yaml::{NodeKind, Number, Pair, Scalar, Value};
use foreshock_text::{FilePath, Place, Span};
use rustc_hash::FxHashMap;

use crate::exported;
use crate::problem::{Problem, ProblemKind};
use crate::schema::{Level, Takes};
use crate::suggest;

/// What a file has to say, collected while it is read.
pub(crate) struct Report {
    file: FilePath,
    pub(crate) problems: Vec<Problem>,
    /// Suggestions that may still be searched for: a file full of wrong names gets them for the first ones.
    suggestions_left: usize,
}

const MOST_SUGGESTIONS: usize = 200;

/// A value with the place of its key and value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Written<T> {
    pub(crate) value: T,
    pub(crate) place: Place,
}

impl<T> Written<T> {
    pub(crate) fn source(&self) -> Source {
        Source::Attribute(self.place.clone())
    }

    pub(crate) fn map<U>(self, with: impl FnOnce(T) -> U) -> Written<U> {
        Written { value: with(self.value), place: self.place }
    }
}

/// The numbers that a field takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bounds {
    /// 0 or more.
    NotNegative,
    /// More than 0.
    Positive,
    /// 0 to 1.
    Fraction,
    /// 0 to 100.
    Percent,
    /// 0 to 24.
    HoursOfDay,
}

/// No quantity of the schema is larger: it keeps sums and products finite.
const LARGEST: f64 = 1e15;
/// No count is larger: more instances or attempts than this are a slip of the finger.
pub(crate) const LARGEST_COUNT: u32 = 1_000_000;

impl Bounds {
    fn hold(self, number: f64) -> bool {
        match self {
            Bounds::NotNegative => (0.0..=LARGEST).contains(&number),
            Bounds::Positive => number > 0.0 && number <= LARGEST,
            Bounds::Fraction => (0.0..=1.0).contains(&number),
            Bounds::Percent => (0.0..=100.0).contains(&number),
            Bounds::HoursOfDay => (0.0..=24.0).contains(&number),
        }
    }

    pub(crate) fn words(self, number: Option<f64>) -> String {
        let too_large = number.is_some_and(|number| number > LARGEST);
        match self {
            Bounds::NotNegative | Bounds::Positive if too_large => "at most 1e15".to_owned(),
            Bounds::NotNegative => "0 or more".to_owned(),
            Bounds::Positive => "more than 0".to_owned(),
            Bounds::Fraction => "0 to 1".to_owned(),
            Bounds::Percent => "0 to 100".to_owned(),
            Bounds::HoursOfDay => "0 to 24".to_owned(),
        }
    }
}

impl Report {
    pub(crate) fn new(file: FilePath) -> Report {
        Report { file, problems: Vec::new(), suggestions_left: MOST_SUGGESTIONS }
    }

    pub(crate) fn place(&self, span: Span) -> Place {
        Place::new(self.file.clone(), span)
    }

    pub(crate) fn tell(&mut self, span: Span, kind: ProblemKind) {
        self.problems.push(Problem { place: self.place(span), kind });
    }

    fn suggestion(&mut self, written: &str, known: &[&'static str]) -> Option<String> {
        self.suggestions_left = self.suggestions_left.checked_sub(1)?;
        suggest::closest(written, known.iter().copied())
    }

    pub(crate) fn wrong_type(&mut self, field: &str, value: Value<'_>, expected: &'static str) {
        let kind = ProblemKind::Type { field: field.to_owned(), expected, found: found(value) };
        self.tell(value.span(), kind);
    }

    /// The number of a value; none and told when it is none, or outside its bounds.
    pub(crate) fn number_in(&mut self, field: &str, value: Value<'_>, bounds: Bounds) -> Option<f64> {
        let number = match value.scalar().and_then(|scalar| scalar.number()) {
            None => {
                self.wrong_type(field, value, "a number");
                return None;
            }
            Some(Number::NotFinite) => None,
            Some(Number::Finite(number)) => Some(number),
        };
        let inside = number.filter(|number| bounds.hold(*number));
        if inside.is_none() {
            let expected = match number {
                Some(_) => bounds.words(number),
                None => format!("a finite number, {}", bounds.words(number)),
            };
            let kind = ProblemKind::OutOfRange { field: field.to_owned(), found: found(value), expected };
            self.tell(value.span(), kind);
        }
        // Minus zero is zero.
        inside.map(|number| number + 0.0)
    }

    fn count_in(&mut self, field: &str, value: Value<'_>, least: u32, most: u32) -> Option<u32> {
        let number = match value.scalar().and_then(|scalar| scalar.number()) {
            Some(Number::Finite(number)) if number.fract() == 0.0 => Some(number),
            Some(Number::NotFinite) => None,
            _ => {
                self.wrong_type(field, value, "a whole number");
                return None;
            }
        };
        let inside = number.filter(|number| (f64::from(least)..=f64::from(most)).contains(number));
        if inside.is_none() {
            let expected = format!("a whole number from {least} to {most}");
            let kind = ProblemKind::OutOfRange { field: field.to_owned(), found: found(value), expected };
            self.tell(value.span(), kind);
        }
        inside.map(|number| number as u32)
    }
}

/// What is written, short enough for a sentence.
pub(crate) fn found(value: Value<'_>) -> String {
    const SHOWN: usize = 40;
    match value.kind() {
        NodeKind::Scalar(scalar) if scalar.is_null() => "empty".to_owned(),
        NodeKind::Scalar(scalar) => {
            let text = scalar.text();
            match text.char_indices().nth(SHOWN) {
                Some((end, _)) => format!("{:?}...", text.get(..end).unwrap_or_default()),
                None if scalar.number().is_some() || scalar.flag().is_some() => text.to_owned(),
                None => format!("{text:?}"),
            }
        }
        NodeKind::Sequence { .. } => "a list".to_owned(),
        NodeKind::Mapping { .. } => "a map".to_owned(),
        NodeKind::Alias(_) | NodeKind::Broken => "an alias that leads nowhere".to_owned(),
    }
}

/// The keys of one mapping.
pub(crate) struct Section<'t> {
    /// What its keys are.
    level: &'static Level,
    /// What stands before its keys in messages: "capacity.", nothing for components.
    prefix: &'static str,
    pairs: Vec<Pair<'t>>,
    by_name: FxHashMap<&'t str, usize>,
    extensions: bool,
    /// Values that say nothing here, by key.
    unsaid: Option<&'static toml::Table>,
}

impl<'t> Section<'t> {
    /// The keys of a mapping; none and told when the value is something else. Nothing written is an empty mapping.
    pub(crate) fn of(
        report: &mut Report,
        value: Value<'t>,
        level: &'static Level,
        prefix: &'static str,
    ) -> Option<Section<'t>> {
        let pairs = match value.pairs() {
            Some(pairs) => pairs,
            None if value.is_null() => Vec::new(),
            None => {
                report.wrong_type(level.name, value, "a map");
                return None;
            }
        };
        for (key, _) in value.entries().into_iter().flatten().filter(|(key, _)| key.scalar().is_none()) {
            report.wrong_type("a key", key, "a name");
        }
        let by_name = pairs.iter().enumerate().map(|(index, pair)| (pair.name, index)).collect();
        Some(Section { level, prefix, pairs, by_name, extensions: false, unsaid: None })
    }

    /// No keys at all.
    pub(crate) fn empty(level: &'static Level) -> Section<'t> {
        let (pairs, by_name) = (Vec::new(), FxHashMap::default());
        Section { level, prefix: "", pairs, by_name, extensions: false, unsaid: None }
    }

    /// The same keys, of which those that stand at one of these values are as good as not written.
    pub(crate) fn without(self, unsaid: Option<&'static toml::Table>) -> Section<'t> {
        Section { unsaid, ..self }
    }

    /// The pair of a key; none where nothing is written for it.
    pub(crate) fn take(&mut self, key: &'static str) -> Option<Pair<'t>> {
        self.is(key, |_| true);
        let pair = *self.pairs.get(*self.by_name.get(key)?)?;
        let default = self.unsaid.and_then(|unsaid| unsaid.get(key));
        let is_said = default.is_none_or(|default| !exported::says_nothing(pair.value, default));
        (!pair.value.is_null() && is_said).then_some(pair)
    }

    /// Whether a map is written for the key, and nothing in it.
    pub(crate) fn is_empty_map(&self, key: &str) -> bool {
        let pair = self.by_name.get(key).and_then(|&index| self.pairs.get(index));
        pair.and_then(|pair| pair.value.pairs()).is_some_and(|pairs| pairs.is_empty())
    }

    /// In a debug build: what is read for a key is what its row says.
    fn is(&self, key: &str, expected: impl FnOnce(Takes) -> bool) {
        debug_assert!(
            self.level.field(key).is_some_and(|field| expected(field.takes)),
            "the row of {key} in {} says something else",
            self.level.name
        );
    }

    /// Keys that begin with `x-` are a place for anchors and belong to nobody.
    pub(crate) fn accept_extensions(&mut self) {
        self.extensions = true;
    }

    /// What the blocks below a key are.
    pub(crate) fn below(&self, key: &str) -> Option<&'static Level> {
        self.level.field(key)?.takes.level()
    }

    pub(crate) fn field(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }

    pub(crate) fn number(&mut self, report: &mut Report, key: &'static str, bounds: Bounds) -> Option<Written<f64>> {
        self.is(key, |takes| matches!(takes, Takes::Number(row) if row == bounds));
        let pair = self.take(key)?;
        let value = report.number_in(&self.field(key), pair.value, bounds)?;
        Some(written(report, &pair, value))
    }

    pub(crate) fn count(&mut self, report: &mut Report, key: &'static str, least: u32) -> Option<Written<u32>> {
        self.count_up_to(report, key, least, LARGEST_COUNT)
    }

    pub(crate) fn count_up_to(
        &mut self,
        report: &mut Report,
        key: &'static str,
        least: u32,
        most: u32,
    ) -> Option<Written<u32>> {
        self.is(key, |takes| matches!(takes, Takes::Count(from, to) if (from, to) == (least, most)));
        let pair = self.take(key)?;
        let value = report.count_in(&self.field(key), pair.value, least, most)?;
        Some(written(report, &pair, value))
    }

    pub(crate) fn seconds(&mut self, report: &mut Report, key: &'static str, unit: f64) -> Option<Written<Seconds>> {
        let number = self.number(report, key, Bounds::NotNegative)?;
        let seconds = Seconds::new(number.value * unit)?;
        Some(number.map(|_| seconds))
    }

    pub(crate) fn flag(&mut self, report: &mut Report, key: &'static str) -> Option<Written<bool>> {
        self.is(key, |takes| matches!(takes, Takes::Flag));
        let pair = self.take(key)?;
        match pair.value.scalar().and_then(flag_of) {
            Some(flag) => Some(written(report, &pair, flag)),
            None => {
                report.wrong_type(&self.field(key), pair.value, "true or false");
                None
            }
        }
    }

    pub(crate) fn text(&mut self, report: &mut Report, key: &'static str) -> Option<Written<Arc<str>>> {
        let pair = self.take(key)?;
        match pair.value.scalar() {
            Some(scalar) => Some(written(report, &pair, scalar.text().into())),
            None => {
                report.wrong_type(&self.field(key), pair.value, "a text");
                None
            }
        }
    }

    /// One of a few words.
    pub(crate) fn word<T: Copy>(
        &mut self,
        report: &mut Report,
        key: &'static str,
        words: &[(&'static str, T)],
    ) -> Option<Written<T>> {
        self.is(key, |takes| takes.words().iter().eq(words.iter().map(|(word, _)| word)));
        let text = self.text(report, key)?;
        if let Some((_, value)) = words.iter().find(|(word, _)| **word == *text.value) {
            return Some(text.map(|_| *value));
        }
        let span = self.by_name.get(key).and_then(|&index| self.pairs.get(index)).map(|pair| pair.value.span());
        let known: Vec<&'static str> = words.iter().map(|(word, _)| *word).collect();
        let kind = ProblemKind::UnknownWord {
            field: self.field(key),
            found: format!("{:?}", text.value),
            suggestion: report.suggestion(&text.value, &known),
            known,
        };
        report.tell(span.unwrap_or(text.place.span), kind);
        None
    }

    /// A list of names, each once.
    pub(crate) fn names(&mut self, report: &mut Report, key: &'static str) -> Option<Written<Vec<Written<Arc<str>>>>> {
        self.is(key, |takes| matches!(takes, Takes::Zones | Takes::Domains));
        let pair = self.take(key)?;
        let field = self.field(key);
        let Some(items) = pair.value.items() else {
            report.wrong_type(&field, pair.value, "a list of names");
            return None;
        };
        let mut names: Vec<Written<Arc<str>>> = Vec::new();
        let mut seen: FxHashMap<&str, ()> = FxHashMap::default();
        for item in items {
            match item.scalar().filter(|scalar| !scalar.is_null()) {
                None => report.wrong_type(&field, item, "a name"),
                Some(scalar) if seen.insert(scalar.text(), ()).is_some() => {
                    let name = scalar.text().to_owned();
                    report.tell(item.span(), ProblemKind::Repeated { field: field.clone(), name });
                }
                Some(scalar) => {
                    names.push(Written { value: scalar.text().into(), place: report.place(item.span()) });
                }
            }
        }
        Some(written(report, &pair, names))
    }

    /// A block below a key.
    pub(crate) fn section(
        &mut self,
        report: &mut Report,
        key: &'static str,
        prefix: &'static str,
    ) -> Option<(Section<'t>, Place)> {
        let pair = self.take(key)?;
        let place = written(report, &pair, ()).place;
        let unsaid = self.unsaid.and_then(|unsaid| unsaid.get(key)?.as_table());
        let level = self.below(key)?;
        Some((Section::of(report, pair.value, level, prefix)?.without(unsaid), place))
    }

    /// Tells the keys that have no row.
    pub(crate) fn finish(self, report: &mut Report) {
        let is_known = |name: &str| self.level.field(name).is_some() || (self.extensions && name.starts_with("x-"));
        for pair in self.pairs.iter().filter(|pair| !is_known(pair.name)) {
            let known: Vec<&'static str> = self.level.fields().map(|field| field.name).collect();
            let suggestion = report.suggestion(pair.name, &known);
            let kind =
                ProblemKind::UnknownKey { key: pair.name.to_owned(), of: self.level.name.to_owned(), suggestion };
            report.tell(pair.key.span(), kind);
        }
    }
}

/// True or false; also 1 or 0, which is what an export makes of them among the parameters.
fn flag_of(scalar: &Scalar) -> Option<bool> {
    scalar.flag().or_else(|| match scalar.number() {
        Some(Number::Finite(0.0)) => Some(false),
        Some(Number::Finite(1.0)) => Some(true),
        _ => None,
    })
}

/// A value with the place of its pair.
pub(crate) fn written<T>(report: &Report, pair: &Pair<'_>, value: T) -> Written<T> {
    // An alias or a merged value stands elsewhere than its key.
    let (key, of_value) = (pair.key.span(), pair.value.span());
    let span = if key.end <= of_value.start { key.cover(of_value) } else { of_value };
    Written { value, place: report.place(span) }
}
