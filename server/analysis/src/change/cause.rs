//! The change of the text that a finding comes from, in words.

use std::sync::Arc;

use foreshock_text::Place;

use crate::change::since_base::Change;
use crate::{Base, ChangeForm, Edit};

/// A change of the text that a finding comes from: without it the finding is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// What happened.
    pub form: ChangeForm,
    /// What it happened to: `multi_az`, `aws_nat_gateway.b`, `line 12`.
    pub what: String,
    /// The block it is in, or itself: `var.ha`.
    pub owner: String,
    /// Where it is now; of what was removed from a block the block's header, else where it would go back to.
    pub place: Place,
    /// What it was, where that fits a line: `true`.
    pub was: Option<String>,
    /// Takes it back.
    pub revert: Edit,
}

impl Cause {
    pub(crate) fn of(change: &Change) -> Arc<Cause> {
        let Change { form, what, owner, shown, was, revert, .. } = change.clone();
        Arc::new(Cause { form, what, owner, place: shown, was, revert })
    }

    /// What happened, for a reader of the evidence: "multi_az of aws_db_instance.orders was true at 3f2a91c".
    pub fn words(&self, base: &Base) -> String {
        let Base { id, .. } = base;
        let what = if self.what == self.owner { self.what.clone() } else { format!("{} of {}", self.what, self.owner) };
        match (self.form, &self.was) {
            (ChangeForm::Added, _) => format!("{what} is not in {id}"),
            (ChangeForm::Changed, Some(was)) => format!("{what} was {was} at {id}"),
            (ChangeForm::Changed, None) => format!("{what} was otherwise at {id}"),
            // What was written there holds its own name.
            (ChangeForm::Removed, Some(was)) if self.what != self.owner => format!("{} had {was} at {id}", self.owner),
            (ChangeForm::Removed, _) => format!("{what} was there at {id}"),
        }
    }

    /// What taking it back is called: "Revert multi_az to true".
    pub fn title(&self) -> String {
        match (self.form, &self.was) {
            (ChangeForm::Added, _) => format!("Take {} out again", self.what),
            (ChangeForm::Removed, _) => format!("Put {} back", self.what),
            (ChangeForm::Changed, Some(was)) => format!("Revert {} to {was}", self.what),
            (ChangeForm::Changed, None) => format!("Revert {}", self.what),
        }
    }
}
