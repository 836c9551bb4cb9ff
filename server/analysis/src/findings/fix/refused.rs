//! What a text can't be: what its language refuses to work out, and what a provider refuses to make or can't make twice. A
//! repair that leads there is none, however well the simulation thinks of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use foreshock_catalog::refused;
use foreshock_text::FilePath;

use crate::Stack;
use crate::configuration::StackSettings;
use crate::dialect::{Meaning, Reader, Texts, Understood};

/// What can't be of a stack.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Refused {
    /// Attributes that have no value: how often in each file, and why. An edit moves places, so that they are counted.
    unworkable: BTreeMap<(FilePath, Arc<str>), usize>,
    /// Blocks that can't be made, and why.
    unmakeable: BTreeSet<(Arc<str>, Arc<str>)>,
}

impl Refused {
    fn of(understood: &Understood, settings: &StackSettings) -> Refused {
        let mut unworkable = BTreeMap::new();
        for refused in understood.module.iter().flat_map(|module| &module.resolved.refused) {
            *unworkable.entry(refused.clone()).or_default() += 1;
        }
        let unmakeable = match &understood.meaning {
            Meaning::Resources { declared, assembled } => refused(declared, &settings.catalog, assembled),
            Meaning::Components(_) => BTreeSet::new(),
        };
        Refused { unworkable, unmakeable }
    }

    fn is_nothing(&self) -> bool {
        self.unworkable.is_empty() && self.unmakeable.is_empty()
    }

    fn is_more_than(&self, before: &Refused) -> bool {
        let more = |(what, count): (_, &usize)| before.unworkable.get(what).is_none_or(|before| count > before);
        self.unworkable.iter().any(more) || !self.unmakeable.is_subset(&before.unmakeable)
    }
}

/// Whether a stack with an edited text has more that can't be than it has as it is.
pub(super) fn refuses_more(texts: &dyn Texts, stack: &Stack, edited: &Understood, reader: &mut dyn Reader) -> bool {
    let settings = stack.settings();
    let now = Refused::of(edited, settings);
    if now.is_nothing() {
        return false;
    }
    let before = stack.refused(|| {
        let understood = reader.understand(&stack.root, texts, &settings.thorough());
        understood.map(|understood| Refused::of(&understood, settings)).unwrap_or_default()
    });
    now.is_more_than(before)
}
