//! The apply itself: what lies between the system before and the system after. Each resource that applying replaces, restarts or
//! makes fail over is a fault of the system before, for a time; what falls with it is worked out by the same cascade as any
//! other fault (semantics, section 10).

pub(crate) mod findings;
mod names;

use std::collections::BTreeSet;
use std::sync::Arc;

use foreshock_catalog::{Action, Effect, Outcome, ResourceChange, applied, time_to_make};
use foreshock_engine::{EntryReason, Fault, Health};
use foreshock_model::ComponentIndex;
use foreshock_plan::RemovalForm;
use foreshock_resources::{Instance, Kind, ModuleCall, Resources};
use foreshock_text::Place;

use self::names::NamesNow;
use crate::change::gone::{Gone, IDENTITIES, declaring};
use crate::{ProblemCode, Stack};

/// What applying a change does, resource by resource.
#[derive(Clone, Debug, Default)]
pub struct Apply {
    /// By address.
    pub changes: Vec<Applied>,
    /// What goes down while all of it is applied at once, and stays up through each part of it: entry points, by what they are
    /// called at the base.
    pub down_together: Vec<Arc<str>>,
    /// What stands under another address and no `moved` block says so, so that Terraform destroys it and makes it anew: instances of
    /// the base, with what they are now.
    pub renamed: Vec<(Arc<str>, Arc<str>)>,
}

/// What applying does to one resource.
#[derive(Clone, Debug)]
pub struct Applied {
    /// What happens to it, and why.
    pub change: ResourceChange,
    /// The component it is, or is part of, in the system before.
    pub component: Option<ComponentIndex>,
    /// The line of now because of which it happens.
    pub place: Option<Place>,
    /// What is lost meanwhile; none where nothing is known to be.
    pub loss: Option<Loss>,
}

/// What is lost while a resource is replaced, restarted or fails over.
#[derive(Clone, Debug)]
pub struct Loss {
    /// What fails in the system before.
    pub fault: Fault,
    /// For how long, in seconds, lowest and highest; none where nobody says.
    pub seconds: Option<(f64, f64)>,
    /// Who goes down with it, by what they are called at the base, itself left out.
    pub down: Vec<Arc<str>>,
    /// Who loses something and stays up.
    pub weaker: Vec<Arc<str>>,
    /// Whether users lose something that they come in by.
    pub reaches_users: bool,
}

impl Apply {
    /// Of a stack beside the same stack at the base.
    pub(crate) fn of(before: &Stack, now: &Stack, gone: &Gone) -> Apply {
        let (Some(old), Some(new)) = (before.resources(), now.resources()) else { return Apply::default() };
        let mut changes = applied(old, new, &NamesNow::of(now));
        changes.retain(|change| is_told(change, before, now));
        if now.is_record() {
            as_planned(&mut changes, now);
        }
        let places: Vec<Option<Place>> = changes.iter().map(|change| place_of(change, &changes, now)).collect();
        let all = changes.into_iter().zip(places).map(|(change, place)| {
            let roles = before.assembled().map(|assembled| &assembled.resources);
            let component = change.before.and_then(|number| roles?.get(number)?.component);
            Applied { component, place, loss: None, change }
        });
        let mut apply = Apply { changes: all.collect(), ..Apply::default() };
        apply.renamed = apply.renames(before, now, gone);
        for number in 0..apply.changes.len() {
            let loss = apply.loss_of(number, before);
            if let Some(one) = apply.changes.get_mut(number) {
                one.loss = loss;
            }
        }
        apply.down_together = apply.together(before);
        apply
    }

    /// Whether something happens to what runs, now or later.
    pub fn is_noticed(&self) -> bool {
        self.changes.iter().any(Applied::is_noticed)
    }

    /// The components of the base that stand under another address, of those that are destroyed.
    fn renames(&self, before: &Stack, now: &Stack, gone: &Gone) -> Vec<(Arc<str>, Arc<str>)> {
        if now.is_record() {
            return Vec::new();
        }
        let is_destroyed = |address: &str| {
            self.changes.iter().any(|one| one.change.action == Action::Destroy && *one.change.address == *address)
        };
        let all = before.system().iter().filter_map(|(index, component)| {
            let id = component.id.as_str();
            let new = gone.find(now, id).filter(|_| gone.is_renamed(id))?;
            let block = declaring(now, new).next()?.resource.clone();
            let made = self.changes.iter().filter(|one| one.change.action == Action::Create);
            let made = made.filter_map(|one| now.resources()?.instances.get(one.change.now?));
            let made = made.filter(move |instance| instance.resource == block).map(|instance| instance.address.clone());
            let old = declaring(before, index).map(|old| old.address.clone()).filter(|old| is_destroyed(old));
            Some(old.zip(made).collect::<Vec<(Arc<str>, Arc<str>)>>())
        });
        // Of a block each of whose instances is a component of its own, each takes the next that is free.
        let mut taken: BTreeSet<Arc<str>> = BTreeSet::new();
        let mut renamed = Vec::new();
        for (old, new) in all.flatten().collect::<Vec<_>>() {
            let of_block = |address: &str| address.split('[').next().map(str::to_owned);
            let free = self.changes.iter().filter(|one| one.change.action == Action::Create);
            let free = free.map(|one| &one.change.address);
            let mut free = free.filter(|other| of_block(other) == of_block(&new) && !taken.contains(*other));
            let new = if taken.contains(&new) { free.next().cloned() } else { Some(new) };
            if let Some(new) = new {
                taken.insert(new.clone());
                renamed.push((old, new));
            }
        }
        renamed
    }

    fn loss_of(&self, number: usize, before: &Stack) -> Option<Loss> {
        let one = self.changes.get(number)?;
        let component = one.component?;
        let instance = one.change.before.and_then(|at| before.resources()?.instances.get(at))?;
        // A part of a component that is there for something else takes nothing down that is known.
        let declared: Vec<&str> = declaring(before, component).map(|instance| &*instance.address).collect();
        if !declared.contains(&&*instance.address) {
            return None;
        }
        let seconds = match one.change.action {
            Action::Replace { create_first: false } => time_to_make(&instance.type_name).map(|taken| taken.seconds),
            Action::Update => {
                let (_, disruption) = one.change.disruption()?;
                let is_down = disruption.effect.takes_down() || disruption.effect == Effect::Failover;
                let is_switched = disruption.effect == Effect::BlueGreen && disruption.seconds.is_some();
                (is_down || is_switched).then_some(disruption.seconds)?
            }
            _ => return None,
        };
        // All of its instances that are treated alike are treated at once.
        let alike = self.changes.iter().filter(|other| {
            other.component == Some(component)
                && other.change.action == one.change.action
                && other.change.effect() == one.change.effect()
        });
        let (alike, all) = (alike.count(), declared.len());
        let fault = match alike >= all {
            true => Fault::Component(component),
            false => Fault::Instances { component, lost: u32::try_from(alike).unwrap_or(u32::MAX) },
        };
        Some(Loss { seconds, ..fallen(before, fault, component) })
    }

    /// The entry points that all losses at once take down and none alone.
    fn together(&self, before: &Stack) -> Vec<Arc<str>> {
        let losses: Vec<&Loss> = self.changes.iter().filter_map(|one| one.loss.as_ref()).collect();
        let mut faults: Vec<Fault> = Vec::new();
        for loss in &losses {
            if !faults.contains(&loss.fault) {
                faults.push(loss.fault);
            }
        }
        if faults.len() < 2 {
            return Vec::new();
        }
        let down = |faults: &[Fault]| -> Vec<ComponentIndex> {
            let cascade = before.cascade(faults);
            cascade.effects.iter().filter(|it| it.health == Health::Down).map(|it| it.component).collect()
        };
        let mut left = down(&faults);
        for fault in &faults {
            let alone = down(std::slice::from_ref(fault));
            left.retain(|component| !alone.contains(component));
        }
        let entries = &before.assessment.basis.entries;
        left.retain(|component| entries.iter().any(|entry| entry.component == *component));
        left.into_iter().map(|component| before.id_of(component).into()).collect()
    }
}

impl Applied {
    /// Whether something happens to what runs, now or later, or may.
    pub fn is_noticed(&self) -> bool {
        match self.change.action {
            Action::Create => false,
            Action::Destroy | Action::Replace { .. } | Action::MayReplace => true,
            Action::Update => self.change.disruption().is_some_and(|(_, it)| it.effect > Effect::Scale),
        }
    }

    /// The attribute that does it, of a replacement or a change in place.
    pub fn attribute(&self) -> Option<&foreshock_catalog::AttributeChange> {
        self.change.forced_by().next().or_else(|| self.change.disruption().map(|(attribute, _)| attribute))
    }
}

/// What a fault takes down in the system before.
fn fallen(before: &Stack, fault: Fault, component: ComponentIndex) -> Loss {
    let cascade = before.cascade(&[fault]);
    let (mut down, mut weaker, mut reaches_users) = (Vec::new(), Vec::new(), false);
    let entries = &before.assessment.basis.entries;
    for effect in &cascade.effects {
        let entry = entries.iter().find(|entry| entry.component == effect.component);
        // What only nobody calls is no way in by that.
        let is_way_in = entry.is_some_and(|entry| entry.reason != EntryReason::Source);
        reaches_users |= effect.health == Health::Down && is_way_in;
        if effect.component == component {
            continue;
        }
        let name: Arc<str> = before.id_of(effect.component).into();
        if effect.health == Health::Down { down.push(name) } else { weaker.push(name) }
    }
    down.sort();
    weaker.sort();
    Loss { fault, seconds: None, down, weaker, reaches_users }
}

/// Whether something can be said of a resource: it is this stack's own, and its text can be read.
fn is_told(change: &ResourceChange, before: &Stack, now: &Stack) -> bool {
    let instance = |stack: &Stack, number: Option<usize>| stack.resources()?.instances.get(number?).cloned();
    let unread = now.problems.iter().filter(|problem| problem.code == ProblemCode::Syntax);
    match (instance(now, change.now), instance(before, change.before)) {
        // Of a block that is half typed nobody knows what it will say.
        (Some(there), _) => {
            let block = &there.block;
            let mut inside =
                unread.filter(|problem| problem.file == block.file && block.span.contains(problem.problem.span));
            now.is_own(&there.module) && inside.next().is_none()
        }
        // It may stand in what can't be read.
        (None, Some(gone)) => {
            let mut beside = unread.filter(|problem| problem.file == gone.block.file);
            before.is_own(&gone.module) && beside.next().is_none()
        }
        (None, None) => false,
    }
}

/// A plan has asked the provider: what it does not replace is changed where it stands.
fn as_planned(changes: &mut [ResourceChange], now: &Stack) {
    for change in changes {
        let planned = now.removals().iter().find(|removal| removal.address == change.address);
        change.action = match (planned.map(|removal| removal.form), change.action) {
            (Some(RemovalForm::Replace { create_first }), _) => Action::Replace { create_first },
            (None, Action::Replace { .. } | Action::MayReplace) => Action::Update,
            (_, own) => own,
        };
        let forces = |path: &str| planned.is_some_and(|removal| removal.paths.iter().any(|one| **one == *path));
        for attribute in &mut change.attributes {
            match (&attribute.outcome, forces(&attribute.path)) {
                (_, true) => (attribute.outcome, attribute.is_sure) = (Outcome::Replaces, true),
                (Outcome::Replaces | Outcome::Unknown, false) => attribute.outcome = Outcome::InPlace(None),
                _ => {}
            }
        }
    }
}

/// The line of now because of which something happens to a resource: what is written differently, be it in another resource whose
/// new value it takes.
fn place_of(change: &ResourceChange, all: &[ResourceChange], now: &Stack) -> Option<Place> {
    /// Resources in a row that take each other's values.
    const LONGEST: usize = 32;
    let instances = now.resources().map_or(&[][..], |resources| &resources.instances);
    let header = |change: &ResourceChange| Some(instances.get(change.now?)?.block.header_place());
    let mut change = change;
    for _ in 0..LONGEST {
        let told = change.forced_by().next().or_else(|| change.disruption().map(|(attribute, _)| attribute));
        let Some(attribute) = told.or_else(|| change.attributes.first()) else { return header(change) };
        let origin = attribute.follows.as_ref().and_then(|to| all.iter().find(|other| other.address == *to));
        match origin {
            Some(origin) if origin.address != change.address && !origin.attributes.is_empty() => change = origin,
            _ => return attribute.place.clone().or_else(|| header(change)),
        }
    }
    header(change)
}

/// The attribute by which the provider knows a resource and that stays as it is, so that the new one can't be made beside the old one.
pub(crate) fn name_in_the_way(change: &ResourceChange, instance: &Instance) -> Option<&'static str> {
    let written = IDENTITIES.into_iter().find(|name| {
        let value = instance.body.attributes.get(*name).map(|attribute| &attribute.value.kind);
        value.is_some_and(|kind| !matches!(kind, Kind::Null))
    })?;
    let is_changed = change.attributes.iter().any(|attribute| *attribute.path == *written && attribute.is_sure);
    (!is_changed).then_some(written)
}

/// Of a resource that is in a module which is called otherwise now: what that was called, what it is called, and the call.
pub(crate) fn renamed_module<'r, 'a>(
    now: &'r Resources,
    from: &'a str,
    to: &'a str,
) -> Option<(&'a str, &'a str, &'r ModuleCall)> {
    let calls =
        now.modules.iter().filter(|call| to.strip_prefix(&*call.address).is_some_and(|rest| rest.starts_with('.')));
    let within = |call: &ModuleCall| to.get(call.address.len()..);
    // The outermost that makes the difference.
    let mut pairs = calls.filter_map(|call| Some((from.strip_suffix(within(call)?)?, call)));
    let (old, call) = pairs.find(|(old, call)| **old != *call.address && old.starts_with("module."))?;
    let is_of_the_root = !old.contains(".module.") && !call.address.contains(".module.");
    is_of_the_root.then(|| (old, to.get(..call.address.len()).unwrap_or_default(), call))
}
