//! What applying a change of the text does to each resource: made, destroyed, replaced, restarted, put off, or nothing.
//!
//! Two versions of the resources of a stack go in, one change for each resource that differs comes out, with the attributes
//! that differ and what a change of each does. What an attribute does is data: `data/replacement` (what can't be changed where
//! it stands), `data/disruption.toml` (what a change in place does to what runs) and `data/apply_times.toml` (how long making
//! anew takes). What no table says is unknown, never harmless. Knows nothing of components, of what falls with them, nor of
//! who shows it.
//!
//! Start reading at [`applied`].

mod absent;
mod conditions;
mod differ;
mod disruption;
mod documents;
mod fates;
mod forms;
mod links;
mod replacement;
mod times;
mod transition;

use std::sync::Arc;

use foreshock_text::Place;

pub use disruption::{Disruption, Effect};
pub use fates::{Names, applied};
pub use times::{Taken, time_to_make};

/// What applying does to one resource that is different.
#[derive(Clone, Debug, PartialEq)]
pub struct ResourceChange {
    /// Its address now; of what is no more, its address at the base.
    pub address: Arc<str>,
    /// Where it is among the instances of the base; none for what is new.
    pub before: Option<usize>,
    /// Where it is among the instances of now; none for what is no more.
    pub now: Option<usize>,
    /// What happens to it.
    pub action: Action,
    /// The attributes that differ, by path.
    pub attributes: Vec<AttributeChange>,
}

/// What Terraform does to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Made.
    Create,
    /// Destroyed, and nothing in its place.
    Destroy,
    /// Destroyed and made anew.
    Replace {
        /// The new one is made before the old one goes.
        create_first: bool,
    },
    /// Perhaps destroyed and made anew: whether is not known from the text.
    MayReplace,
    /// Changed where it stands.
    Update,
}

/// An attribute, or a block, that is different.
#[derive(Clone, Debug, PartialEq)]
pub struct AttributeChange {
    /// Dotted, without indexes: `settings.tier`.
    pub path: Arc<str>,
    /// What it was, where that is a plain known value that may be shown: `db.t3.small`.
    pub was: Option<Arc<str>>,
    /// What it is, likewise.
    pub is: Option<Arc<str>>,
    /// Where it is written now; none where it was taken away.
    pub place: Option<Place>,
    /// Whether it is known to be different. What hangs on a value that nobody knows may be.
    pub is_sure: bool,
    /// The replaced or new resource whose value it takes, where that is why.
    pub follows: Option<Arc<str>>,
    /// What its change does.
    pub outcome: Outcome,
}

/// What a change of one attribute does.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The resource is replaced.
    Replaces,
    /// Nobody knows whether it is: the table does not list the attribute, or what decides is not known.
    Unknown,
    /// It is changed where it stands, with what that does to what runs; none where no table says.
    InPlace(Option<Disruption>),
}

impl ResourceChange {
    /// The attributes because of which it is replaced.
    pub fn forced_by(&self) -> impl Iterator<Item = &AttributeChange> {
        self.attributes.iter().filter(|attribute| attribute.outcome == Outcome::Replaces && attribute.is_sure)
    }

    /// Of a change in place, the most that it is known to do to what runs, with the attribute that does it.
    pub fn disruption(&self) -> Option<(&AttributeChange, &Disruption)> {
        let sure = self.attributes.iter().filter(|attribute| attribute.is_sure);
        let known = sure.filter_map(|attribute| match &attribute.outcome {
            Outcome::InPlace(Some(disruption)) if disruption.is_sure => Some((attribute, disruption)),
            _ => None,
        });
        known.max_by_key(|(_, disruption)| disruption.effect)
    }

    /// Whether it is not known that no more happens to it than a change in place. Whether something differs whose change nobody
    /// notices makes no difference.
    pub fn is_open(&self) -> bool {
        self.attributes.iter().any(|attribute| match &attribute.outcome {
            Outcome::Unknown => true,
            Outcome::Replaces => !attribute.is_sure,
            Outcome::InPlace(disruption) => disruption.as_ref().is_some_and(|disruption| {
                !disruption.is_sure || !attribute.is_sure && disruption.effect > Effect::Scale
            }),
        })
    }

    /// In one word, for JSON: the most that is known to happen.
    pub fn effect(&self) -> &'static str {
        match self.action {
            Action::Create => "create",
            Action::Destroy => "destroy",
            Action::Replace { .. } => "replace",
            Action::MayReplace => "unknown",
            Action::Update => match self.disruption() {
                Some((_, disruption)) if disruption.effect > Effect::None => disruption.effect.name(),
                _ if self.is_open() => "unknown",
                _ => "in_place",
            },
        }
    }
}
