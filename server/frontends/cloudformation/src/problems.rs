//! What of a template could not be understood.

use foreshock_text::{FilePath, Problem, Span};

/// More of them than this help nobody.
const MOST: usize = 200;

/// The problems so far.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    all: Vec<(FilePath, Problem)>,
}

impl Problems {
    pub(crate) fn tell(&mut self, file: &FilePath, span: Span, message: impl Into<String>) {
        if self.all.len() < MOST {
            self.all.push((file.clone(), Problem::new(span, message.into())));
        }
    }

    /// Each once, in the order of the text.
    pub(crate) fn sorted(mut self) -> Vec<(FilePath, Problem)> {
        let key = |(file, problem): &(FilePath, Problem)| (file.clone(), problem.span, problem.message.clone());
        self.all.sort_by_key(key);
        self.all.dedup_by(|one, other| key(one) == key(other));
        self.all
    }
}

/// ` (did you mean Database?)`, where a name is nearly one of those that there are.
pub(crate) fn suggestion<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> String {
    let near = known.map(|known| (strsim::damerau_levenshtein(name, known), known)).min();
    match near {
        Some((distance, known)) if distance <= 1 + name.len() / 5 => format!(" (did you mean {known}?)"),
        _ => String::new(),
    }
}
