//! What a plan does beside changing things where they stand: what it takes away, and how much of the stack it speaks of.

use std::sync::Arc;

use foreshock_resources::Mode;
use foreshock_text::Span;

use foreshock_syntax::json::{Cursor, Problems};

/// What happens to an instance that is there and does not stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemovalForm {
    /// Destroyed for good.
    Delete,
    /// Destroyed and made anew.
    Replace {
        /// The new one is made before the old one is destroyed.
        create_first: bool,
    },
    /// It goes on running, and Terraform knows nothing of it any more.
    Forget,
}

/// A managed instance that a plan takes away, replaces or lets go of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// Its address after the plan's moves.
    pub address: Arc<str>,
    /// What happens to it.
    pub form: RemovalForm,
    /// Why, in Terraform's word: `replace_because_cannot_update`, `delete_because_no_resource_config`.
    pub reason: Option<Arc<str>>,
    /// The attributes that can't be changed where it stands.
    pub paths: Vec<Arc<str>>,
    /// Where the plan says it.
    pub header: Span,
}

/// How much of the stack a plan speaks of. All of it unless something here says otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// It only takes note of what is there.
    pub refreshes: bool,
    /// It was asked to destroy.
    pub destroys: bool,
    /// It speaks of what it was asked for and of nothing else (`-target`).
    pub is_partial: bool,
    /// Terraform gave up before it was through.
    pub failed: bool,
    /// What is put off until a later plan, by address.
    pub deferred: Vec<Arc<str>>,
    /// How many managed instances there are that it says nothing of.
    pub left_alone: usize,
}

impl Extent {
    /// What the plan says of itself; `left_alone` is for the entries to count.
    pub(crate) fn read(root: Cursor<'_>, removals: &[Removal], changes: usize, problems: &mut Problems) -> Extent {
        let says = |name: &str, what: bool| root.get(name).is_some_and(|flag| flag.is_true() == what && flag.is_flag());
        let deferred = problems.list(root, "deferred_changes").into_iter().filter_map(|deferred| {
            let address = deferred.get("resource_change")?.get("address")?.string()?;
            Some(Arc::from(address.into_owned()))
        });
        let mut deferred: Vec<Arc<str>> = deferred.collect();
        deferred.sort();
        deferred.dedup();
        let failed = says("errored", true);
        let planned = problems.object(root, "planned_values").and_then(|planned| planned.get("root_module"));
        let nothing_planned = planned.is_none_or(|module| module.entries().next().is_none());
        // What goes because its block is gone has a reason; what goes because somebody asked for it has none.
        let asked = |removal: &&Removal| removal.form == RemovalForm::Delete && removal.reason.is_none();
        Extent {
            refreshes: changes == 0 && nothing_planned && deferred.is_empty() && !failed,
            destroys: changes > 0 && removals.iter().filter(asked).count() == changes,
            is_partial: says("complete", false) && !failed && deferred.is_empty(),
            failed,
            deferred,
            left_alone: 0,
        }
    }
}

/// What a change takes away; `None` for one that leaves it where it is.
pub(crate) fn removal(change: Cursor<'_>, address: &Arc<str>, mode: Mode, header: Span) -> Option<Removal> {
    let what = change.get("change")?;
    let does = |action: &str| {
        what.get("actions").into_iter().flat_map(Cursor::items).filter_map(Cursor::string).position(|one| one == action)
    };
    let form = match (does("delete"), does("create"), does("forget")) {
        _ if mode != Mode::Managed => return None,
        (Some(delete), Some(create), _) => RemovalForm::Replace { create_first: create < delete },
        (Some(_), None, _) => RemovalForm::Delete,
        (None, _, Some(_)) => RemovalForm::Forget,
        (None, _, None) => return None,
    };
    let paths = what.get("replace_paths").into_iter().flat_map(Cursor::items).map(path).filter(|path| !path.is_empty());
    Some(Removal {
        address: address.clone(),
        form,
        reason: change.get("action_reason").and_then(Cursor::string).map(|reason| Arc::from(reason.into_owned())),
        paths: paths.map(Arc::from).collect(),
        header,
    })
}

/// `root_block_device.volume_size`: which of several blocks is left out.
fn path(steps: Cursor<'_>) -> String {
    steps.items().filter_map(Cursor::string).collect::<Vec<_>>().join(".")
}
