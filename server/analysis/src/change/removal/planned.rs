//! What is replaced or let go of although something of its address is there afterwards: as a plan says, or as the text says beside that
//! of the base.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use foreshock_catalog::{Action, AttributeChange, time_to_make};
use foreshock_plan::{Removal, RemovalForm};
use foreshock_resources::Instance;
use foreshock_text::Place;

use crate::Stack;
use crate::change::apply::{Apply, name_in_the_way, renamed_module};
use crate::findings::rules::some_of;

/// What happens to one resource.
pub(super) struct Planned {
    pub(super) form: RemovalForm,
    /// Why, for a person: ` (engine can't be changed where it is)`; empty where nobody says.
    pub(super) because: String,
    /// The line of now because of which it happens, where it is known.
    pub(super) place: Option<Place>,
    /// From destroying it until the new one serves, in seconds, lowest and highest; none where nobody says.
    pub(super) seconds: Option<(f64, f64)>,
    /// What stands in its place under another address, where that is why.
    pub(super) successor: Option<Arc<str>>,
    /// Whether `prevent_destroy` makes Terraform refuse.
    pub(super) stopped: bool,
    /// The attribute by which the provider knows it, where the new one is to be made beside the old one and has the same.
    pub(super) name_in_the_way: Option<&'static str>,
}

/// As a plan says, by address.
pub(super) fn by_a_plan(now: &Stack) -> BTreeMap<Arc<str>, Planned> {
    let each = now.removals().iter().map(|removal| {
        let type_name = type_of(now, &removal.address);
        let planned = Planned {
            form: removal.form,
            because: because(removal),
            place: None,
            seconds: type_name.and_then(|type_name| time_to_make(&type_name)).map(|taken| taken.seconds),
            successor: None,
            stopped: false,
            name_in_the_way: None,
        };
        (removal.address.clone(), planned)
    });
    each.collect()
}

fn type_of(stack: &Stack, address: &str) -> Option<Arc<str>> {
    let instance = instances(stack).iter().find(|instance| *instance.address == *address);
    instance.map(|instance| instance.type_name.clone())
}

/// As the text says, by the address at the base: what can't be changed where it stands, and what has another address without a `moved`
/// block.
pub(super) fn by_text(before: &Stack, now: &Stack, apply: &Apply) -> BTreeMap<Arc<str>, Planned> {
    let mut all: BTreeMap<Arc<str>, Planned> = BTreeMap::new();
    let at_base = |number: Option<usize>| instances(before).get(number?).map(|instance| instance.address.clone());
    for one in &apply.changes {
        let Action::Replace { create_first } = one.change.action else { continue };
        let Some(address) = at_base(one.change.before) else { continue };
        let said = |attribute: &AttributeChange| now.path_said(&one.change.address, &attribute.path).into();
        let paths: Vec<Arc<str>> = one.change.forced_by().map(said).collect();
        let follows = one.change.forced_by().find_map(|attribute| attribute.follows.clone());
        let because = match (paths.as_slice(), follows) {
            (_, Some(other)) => format!(" (with {other})"),
            ([], None) => String::new(),
            ([one], None) => format!(" ({one} can't be changed where it is)"),
            (some, None) => format!(" ({} can't be changed where they are)", some_of(some)),
        };
        let Some(instance) = one.change.now.and_then(|number| instances(now).get(number)) else { continue };
        let planned = Planned {
            form: RemovalForm::Replace { create_first },
            because,
            place: one.place.clone(),
            seconds: time_to_make(&instance.type_name).map(|taken| taken.seconds),
            successor: None,
            stopped: instance.lifecycle.prevent_destroy,
            name_in_the_way: name_in_the_way(&one.change, instance),
        };
        all.insert(address, planned);
    }
    for (was, is) in &apply.renamed {
        let Some(instance) = instances(now).iter().find(|instance| instance.address == *is) else { continue };
        let call = now.resources().and_then(|all| renamed_module(all, was, is));
        let call = call.map(|(_, _, call)| call.block.header_place());
        all.insert(was.clone(), renamed(instance, was, call));
    }
    // Of a block that is called otherwise, those that nothing takes the place of.
    let blocks: BTreeSet<&str> = apply.renamed.iter().filter_map(|(was, _)| was.split('[').next()).collect();
    for one in apply.changes.iter().filter(|one| one.change.action == Action::Destroy) {
        let address = &one.change.address;
        if address.split('[').next().is_some_and(|block| blocks.contains(block)) {
            all.entry(address.clone()).or_insert_with(|| Planned {
                form: RemovalForm::Delete,
                because: String::new(),
                place: None,
                seconds: None,
                successor: None,
                stopped: false,
                name_in_the_way: None,
            });
        }
    }
    all
}

fn instances(stack: &Stack) -> &[Arc<Instance>] {
    stack.resources().map_or(&[], |resources| &resources.instances)
}

/// Of a resource that stands under another address, and that Terraform takes for another one. `call`: of the module that it is in, where
/// that is called otherwise.
fn renamed(instance: &Instance, was: &str, call: Option<Place>) -> Planned {
    // It goes with the block that says it.
    let is_of_block = was.strip_prefix(&*instance.resource).is_some_and(|key| key.is_empty() || key.starts_with('['));
    let number = instance.repetition.as_ref().map(|repetition| repetition.place.place());
    Planned {
        form: RemovalForm::Replace { create_first: instance.lifecycle.create_before_destroy },
        because: String::new(),
        place: call.or(number).or_else(|| Some(instance.block.header_place())),
        seconds: time_to_make(&instance.type_name).map(|taken| taken.seconds),
        successor: Some(instance.address.clone()),
        stopped: instance.lifecycle.prevent_destroy && is_of_block,
        name_in_the_way: None,
    }
}

/// Terraform's reason in words: ` (engine_version can't be changed where it is)`.
fn because(removal: &Removal) -> String {
    let why = match removal.reason.as_deref() {
        Some("replace_because_cannot_update") => match removal.paths.as_slice() {
            [] => "what changes can't be changed where it is".to_owned(),
            [one] => format!("{one} can't be changed where it is"),
            some => format!("{} can't be changed where they are", some_of(some)),
        },
        Some("replace_because_tainted") => "it is tainted".to_owned(),
        Some("replace_by_request") => "as -replace asks".to_owned(),
        Some("replace_by_triggers") => "replace_triggered_by".to_owned(),
        Some("delete_because_no_resource_config") => "its block is gone".to_owned(),
        Some("delete_because_no_module") => "its module is gone".to_owned(),
        Some("delete_because_no_move_target") => "what it was moved to is gone".to_owned(),
        Some("delete_because_count_index" | "delete_because_wrong_repetition") => "its count is lower".to_owned(),
        Some("delete_because_each_key") => "its key is gone".to_owned(),
        _ => return String::new(),
    };
    format!(" ({why})")
}
