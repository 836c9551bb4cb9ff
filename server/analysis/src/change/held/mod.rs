//! Both sides of a comparison with only what both know: what one side can't read is unknown on the other, too, so that a value
//! that became readable is no change of what runs.

mod collapse;
mod systems;
mod values;

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_catalog::{Assembled, assemble};
use foreshock_resources::{Instance, Mode, Resources, Spelling, Value};
use foreshock_text::Place;

use self::collapse::Collapses;
use crate::change::units;
use crate::dialect::Meaning;
use crate::findings::found_beside;
use crate::{Stack, Understood};

/// Something that one side of a comparison knows and the other does not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Readable {
    /// As people call it: `desired_count of aws_ecs_service.api`, `module.db`.
    pub what: String,
    /// Why it is not known, in the words of the side that does not know it.
    pub why: Arc<str>,
    /// Where it is written now.
    pub place: Option<Place>,
}

/// A side as it is compared.
pub(crate) struct HeldSide {
    /// `None` where it is compared as it is.
    stack: Option<Arc<Stack>>,
    collapses: Collapses,
}

/// Both sides as they are compared, and what only one of them knows.
pub(crate) struct Held {
    pub(crate) before: HeldSide,
    pub(crate) now: HeldSide,
    /// What the base does not know.
    pub(crate) now_known: Vec<Readable>,
    /// What only the base knows.
    pub(crate) no_longer_known: Vec<Readable>,
}

/// What is found while two sides are made alike.
#[derive(Default)]
struct Found {
    now_known: Vec<Readable>,
    no_longer_known: Vec<Readable>,
    /// What the addresses of units begin with that are read from and are no more: what they put out is not unknown but gone.
    missed: Vec<Arc<str>>,
    /// What the text calls its attributes.
    spelling: Spelling,
}

impl Found {
    fn is_missed(&self, value: &Value) -> bool {
        let is_of = |address: &str, unit: &str| address.strip_prefix(unit).is_some_and(|rest| rest.starts_with('.'));
        !self.missed.is_empty()
            && value.all_provenance().iter().any(|trace| self.missed.iter().any(|unit| is_of(&trace.to, unit)))
    }

    /// The path of an attribute of the resource at an address, as the text has it.
    fn path_said(&self, address: &str, path: &str) -> String {
        self.spelling.of(address).map_or_else(|| path.to_owned(), |words| words.path(path))
    }

    fn add(&mut self, before_knows: bool, what: String, why: &Arc<str>, place: Option<Place>) {
        let into = if before_knows { &mut self.no_longer_known } else { &mut self.now_known };
        into.push(Readable { what, why: why.clone(), place });
    }

    fn finish(list: Vec<Readable>) -> Vec<Readable> {
        let mut list = list;
        list.sort();
        list.dedup_by(|one, other| one.what == other.what);
        list
    }
}

impl HeldSide {
    fn as_it_is() -> HeldSide {
        HeldSide { stack: None, collapses: Collapses::default() }
    }

    /// Whether something of it is held back.
    pub(crate) fn is_held(&self) -> bool {
        self.stack.is_some()
    }

    /// The side as it is compared.
    pub(crate) fn of<'s>(&'s self, own: &'s Stack) -> &'s Stack {
        self.stack.as_deref().unwrap_or(own)
    }

    /// What a component, or resource, of the side itself is called in the side as it is compared.
    pub(crate) fn name(&self, own: &Stack, id: &str) -> String {
        let Some(held) = &self.stack else { return id.to_owned() };
        let index = own.system().find(id);
        let declaring = index.and_then(|index| own.declaring_instance(index)).map(|instance| &*instance.address);
        let address = self.collapses.now(declaring.unwrap_or(id));
        let roles = held.assembled().map_or(&[][..], |assembled| &assembled.resources);
        let role = roles.binary_search_by(|role| role.address.as_ref().cmp(address.as_str())).ok();
        let component = role.and_then(|at| roles.get(at)).and_then(|role| role.component);
        match component.filter(|_| index.is_some()) {
            Some(component) => held.id_of(component),
            None => address,
        }
    }
}

impl Held {
    pub(crate) fn of(before: &Stack, now: &Stack) -> Held {
        let nothing = || Held {
            before: HeldSide::as_it_is(),
            now: HeldSide::as_it_is(),
            now_known: Vec::new(),
            no_longer_known: Vec::new(),
        };
        if std::ptr::eq(before.understood(), now.understood()) {
            return nothing();
        }
        let (Some(old), Some(new)) = (before.resources(), now.resources()) else { return nothing() };
        let mut found =
            Found { missed: units::missed(before, now), spelling: new.spelling.clone(), ..Found::default() };
        let mut sides = [Side::new(old), Side::new(new)];
        let mut collapses = [Collapses::default(), Collapses::default()];
        // What a plan leaves open is known after the apply: nothing of its text became readable.
        if !now.is_record() {
            collapses = collapse::alike(before, now, &mut sides, &mut found);
            values::alike(now, &mut sides, &mut found);
        }
        let [old_side, new_side] = sides;
        let is_changed = old_side.is_changed() || new_side.is_changed();
        let assembled = |side: &Side<'_>, stack: &Stack| match (&side.own, stack.assembled()) {
            (None, Some(assembled)) => assembled.clone(),
            _ => assemble(side.resources(), &stack.settings().catalog),
        };
        let differ = is_changed || systems::differ(before.system(), now.system(), now);
        if !differ {
            return nothing();
        }
        let (mut then, mut present) = (assembled(&old_side, before), assembled(&new_side, now));
        systems::alike(&mut then.system, &mut present.system, now, &mut found);
        let [old_collapses, new_collapses] = collapses;
        let side = |stack: &Stack, side: Side<'_>, assembled, collapses| HeldSide {
            stack: Some(Arc::new(rebuilt(stack, side.into_resources(), assembled))),
            collapses,
        };
        Held {
            before: side(before, old_side, then, old_collapses),
            now: side(now, new_side, present, new_collapses),
            now_known: Found::finish(found.now_known),
            no_longer_known: Found::finish(found.no_longer_known),
        }
    }
}

/// The resources of a side, copied when something of them has to be held back.
struct Side<'s> {
    given: &'s Resources,
    own: Option<Resources>,
}

impl<'s> Side<'s> {
    fn new(given: &'s Resources) -> Side<'s> {
        Side { given, own: None }
    }

    fn resources(&self) -> &Resources {
        self.own.as_ref().unwrap_or(self.given)
    }

    fn edit(&mut self) -> &mut Resources {
        self.own.get_or_insert_with(|| self.given.clone())
    }

    fn is_changed(&self) -> bool {
        self.own.is_some()
    }

    fn into_resources(self) -> Resources {
        self.own.unwrap_or_else(|| self.given.clone())
    }

    /// Where each instance is, by address.
    fn places(&self) -> BTreeMap<&str, usize> {
        let instances = self.resources().instances.iter().enumerate();
        instances.map(|(number, instance)| (&*instance.address, number)).collect()
    }
}

/// A stack of other resources, read with the same settings.
fn rebuilt(stack: &Stack, resources: Resources, assembled: Assembled) -> Stack {
    let meaning = Meaning::Resources { declared: Arc::new(resources), assembled: Arc::new(assembled) };
    let mut understood = Understood::new(stack.kind, meaning, Vec::new());
    understood.module.clone_from(&stack.understood().module);
    let mut held = Stack::assessed(stack.dialect(), &stack.root, understood, stack.settings(), Some(stack));
    held.problems.clone_from(&stack.problems);
    held.renamed.clone_from(&stack.renamed);
    held.findings = found_beside(&held, stack);
    held.settings().clone().levels.apply(&mut held.findings);
    held
}

/// The block of an instance, with the keys of its modules and without its own: `module.a["x"].aws_lb.web`.
fn block_of(instance: &Instance) -> String {
    let own = match instance.mode {
        Mode::Managed => format!("{}.{}", instance.type_name, instance.name),
        Mode::Data => format!("data.{}.{}", instance.type_name, instance.name),
        Mode::Module => format!("module.{}", instance.name),
    };
    if instance.module.is_empty() { own } else { format!("{}.{own}", instance.module) }
}
