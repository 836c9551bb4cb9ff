//! The name that was probably meant.

use std::cell::Cell;
use std::sync::Arc;

use foreshock_model::ComponentIndex;

/// The ids of the components, sorted, with their indexes.
pub(crate) struct Ids {
    sorted: Vec<Arc<str>>,
    comparisons_left: Cell<usize>,
}

/// Comparisons of names in search of suggestions for one file: a file full of wrong names gets them for the first ones.
const MOST_COMPARISONS: usize = 100_000;

impl Ids {
    /// The ids, sorted; their places are the indexes.
    pub(crate) fn new(sorted: Vec<Arc<str>>) -> Ids {
        Ids { sorted, comparisons_left: Cell::new(MOST_COMPARISONS) }
    }

    pub(crate) fn find(&self, id: &str) -> Option<ComponentIndex> {
        let found = self.sorted.binary_search_by(|known| (**known).cmp(id)).ok()?;
        Some(ComponentIndex(found as u32))
    }

    pub(crate) fn name(&self, index: ComponentIndex) -> String {
        self.sorted.get(index.index()).map(ToString::to_string).unwrap_or_default()
    }

    pub(crate) fn closest(&self, id: &str) -> Option<String> {
        let left = self.comparisons_left.get().checked_sub(self.sorted.len())?;
        self.comparisons_left.set(left);
        closest(id, self.sorted.iter().map(|id| &**id))
    }
}

/// The closest of the known names, when it is close: one letter in three may differ. Of equals the first.
pub fn closest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    /// Longer texts are no slips of the finger, and the comparison costs the product of the lengths.
    const LONGEST: usize = 80;
    if written.len() > LONGEST {
        return None;
    }
    let plain = |name: &str| name.to_lowercase().replace('-', "_");
    let wanted = plain(written);
    let most = wanted.chars().count() / 3;
    let mut best: Option<(usize, &str)> = None;
    for name in known.into_iter().filter(|name| name.len() <= LONGEST) {
        let distance = strsim::damerau_levenshtein(&wanted, &plain(name));
        if distance <= most && best.is_none_or(|(known, _)| distance < known) {
            best = Some((distance, name));
        }
    }
    best.map(|(_, name)| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn slips_are_recognised() {
        let known = ["replicas", "required", "region", "tags"];
        for (written, meant) in [
            ("replica", Some("replicas")),
            ("Replicas", Some("replicas")),
            ("relpicas", Some("replicas")),
            ("requierd", Some("required")),
            ("tag", Some("tags")),
            ("zones", None),
            ("", None),
            ("ta", None),
            ("TAGS", Some("tags")),
        ] {
            assert_eq!(closest(written, known).as_deref(), meant, "{written}");
        }
    }
}
