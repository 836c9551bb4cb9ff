//! What happens to each resource of a stack, given what happens to those it is made of: who takes the value of a resource that is
//! made anew gets another value, and may be made anew for that.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use foreshock_resources::{Body, Instance, Key, Kind, Mode, Resources, Value};
use rustc_hash::FxHashSet;

use super::differ::{Differ, Difference, Referred, State};
use super::disruption::disruption;
use super::replacement::{Attributes, Form, attributes};
use super::transition::{Transition, plain, variables};
use super::{Action, AttributeChange, Outcome, ResourceChange, absent, conditions, forms, links};
use crate::expression::Variables;
use crate::paths;

/// Nesting of values and blocks that is looked into.
const DEEPEST: usize = 32;

/// How resources of the base are called now.
pub trait Names {
    /// The address that a resource of the base has now: another one where a `moved` block says so.
    fn now(&self, before: &str) -> String;
    /// Whether a `removed` block lets go of a resource of the base without destroying it.
    fn forgets(&self, before: &str) -> bool;
}

/// What applying does to each managed resource that is different, by address. What is the same in both versions, and hangs on
/// nothing that is made anew, is left out.
pub fn applied(before: &Resources, now: &Resources, names: &dyn Names) -> Vec<ResourceChange> {
    let mut fates = Fates::of(before, now, names);
    fates.look_at_what_differs();
    fates.settle();
    // Of what is the same only those are looked at that are made of what gets other values, and then who is made of these.
    while fates.look_at_followers() {
        fates.settle();
    }
    fates.changes()
}

/// A resource that is there before and after.
struct Pair<'a> {
    before: usize,
    now: usize,
    instance: &'a Instance,
    table: Option<Attributes>,
    variables: Arc<Variables>,
    differences: Vec<Difference>,
    fate: Fate,
}

/// The worst that is known to happen so far.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    Same,
    Changed,
    MayBeReplaced,
    Replaced,
}

struct Fates<'a> {
    before: &'a Resources,
    now: &'a Resources,
    names: &'a dyn Names,
    pairs: Vec<Pair<'a>>,
    /// By address of now.
    by_address: BTreeMap<&'a str, usize>,
    /// By the block that declares them.
    by_block: BTreeMap<&'a str, Vec<usize>>,
    created: Vec<usize>,
    destroyed: Vec<usize>,
    /// Blocks of which nobody knows how many there are, before or after.
    uncounted: BTreeSet<Arc<str>>,
    /// What is there before and after and was not looked at yet: where it is in each.
    open: Vec<(usize, usize)>,
}

/// What values refer to, as [`Differ`] asks for it.
struct Known<'a> {
    names: &'a dyn Names,
    new: BTreeSet<&'a str>,
}

impl Referred for Known<'_> {
    fn now(&self, before: &str) -> String {
        self.names.now(before)
    }

    fn is_new(&self, address: &str) -> bool {
        self.new.contains(address)
    }
}

impl<'a> Fates<'a> {
    fn of(before: &'a Resources, now: &'a Resources, names: &'a dyn Names) -> Fates<'a> {
        let is_managed = |instance: &&Arc<Instance>| instance.mode != Mode::Data;
        let later: BTreeMap<&str, usize> = now
            .instances
            .iter()
            .enumerate()
            .filter(|(_, instance)| is_managed(instance))
            .map(|(number, instance)| (&*instance.address, number))
            .collect();
        let mut uncounted: BTreeSet<Arc<str>> = BTreeSet::new();
        for instance in before.instances.iter().chain(&now.instances) {
            if matches!(instance.key, Key::Unknown(_)) || instance.may_be_absent.is_some() {
                uncounted.insert(names.now(&instance.resource).into());
                uncounted.insert(instance.resource.clone());
            }
        }
        let (mut matched, mut destroyed) = (Vec::new(), Vec::new());
        for (number, instance) in before.instances.iter().enumerate().filter(|(_, one)| is_managed(one)) {
            match later.get(names.now(&instance.address).as_str()) {
                Some(&now) => matched.push((number, now)),
                None => destroyed.push(number),
            }
        }
        let there: BTreeSet<usize> = matched.iter().map(|(_, now)| *now).collect();
        let created: Vec<usize> = later.values().copied().filter(|number| !there.contains(number)).collect();
        Fates {
            before,
            now,
            names,
            pairs: Vec::new(),
            by_address: BTreeMap::new(),
            by_block: BTreeMap::new(),
            created,
            destroyed,
            uncounted,
            open: matched,
        }
    }

    /// Compares the resources whose text, or what it is worth, is not the same.
    fn look_at_what_differs(&mut self) {
        let (before, now) = (self.before, self.now);
        let is_same = |(old, new): &(usize, usize)| {
            let pair = before.instances.get(*old).zip(now.instances.get(*new));
            pair.is_some_and(|(old, new)| {
                Arc::ptr_eq(old, new) || old.body == new.body && old.lifecycle == new.lifecycle
            })
        };
        let (same, different): (Vec<_>, Vec<_>) = std::mem::take(&mut self.open).into_iter().partition(is_same);
        self.open = same;
        self.look_at(different);
    }

    /// Looks at those of the same that may follow what is known so far; whether there were any.
    fn look_at_followers(&mut self) -> bool {
        let is_triggered =
            |number: usize| self.now.instances.get(number).is_some_and(|one| !one.lifecycle.triggers.is_empty());
        let has_changed = self.pairs.iter().any(|pair| pair.fate > Fate::Same);
        let followed: FxHashSet<&str> = self
            .pairs
            .iter()
            .filter(|pair| {
                let follows = || conditions::has_followers(&pair.instance.type_name);
                pair.fate > Fate::Changed || pair.fate == Fate::Changed && follows()
            })
            .flat_map(|pair| [&*pair.instance.address, &*pair.instance.resource])
            .collect();
        if !has_changed {
            return false;
        }
        let may_follow = |(_, new): &(usize, usize)| {
            let made_of = || self.now.instances.get(*new).is_some_and(|one| is_made_of(&one.body, &followed, 0));
            is_triggered(*new) || !followed.is_empty() && made_of()
        };
        let (followers, rest): (Vec<_>, Vec<_>) = std::mem::take(&mut self.open).into_iter().partition(may_follow);
        self.open = rest;
        let is_any = !followers.is_empty();
        self.look_at(followers);
        is_any
    }

    fn look_at(&mut self, matched: Vec<(usize, usize)>) {
        let (before, now) = (self.before, self.now);
        // Of what nobody can count nobody knows whether it is new.
        let address = |number: &usize| {
            let counted = now.instances.get(*number).filter(|instance| !self.uncounted.contains(&instance.resource));
            counted.map(|instance| &*instance.address)
        };
        let known = Known { names: self.names, new: self.created.iter().filter_map(address).collect() };
        for (old, new) in matched {
            let (Some(was), Some(is)) = (before.instances.get(old), now.instances.get(new)) else { continue };
            let table = attributes(&is.type_name);
            let mut differ =
                Differ { referred: &known, type_name: &is.type_name, table: table.as_ref(), found: Vec::new() };
            differ.bodies(&was.body, &is.body, "", 0);
            let differences: Vec<Difference> =
                differ.found.into_iter().filter(|difference| !is_ignored(is, &difference.path)).collect();
            if differences.is_empty() && is.lifecycle.triggers.is_empty() {
                continue;
            }
            self.by_address.insert(&is.address, self.pairs.len());
            self.by_block.entry(&is.resource).or_default().push(self.pairs.len());
            self.pairs.push(Pair {
                before: old,
                now: new,
                instance: is,
                table,
                variables: variables(&is.body),
                differences,
                fate: Fate::Same,
            });
        }
    }

    /// Goes on until nobody's fate gets worse.
    fn settle(&mut self) {
        // Each round makes at least one worse, and there are three steps down.
        for _ in 0..=self.pairs.len().saturating_mul(3) {
            let fates: Vec<Fate> = self.pairs.iter().map(|pair| self.fate(pair)).collect();
            let mut is_settled = true;
            for (pair, fate) in self.pairs.iter_mut().zip(fates) {
                is_settled &= pair.fate >= fate;
                pair.fate = pair.fate.max(fate);
            }
            if is_settled {
                return;
            }
        }
    }

    fn fate(&self, pair: &Pair<'_>) -> Fate {
        let triggered =
            self.triggers(pair).map(|(_, is_sure)| if is_sure { Fate::Replaced } else { Fate::MayBeReplaced });
        let own = pair.differences.iter().filter_map(|difference| {
            let (is_sure, _) = self.is_changed(pair, difference)?;
            Some(match (self.outcome(pair, difference), is_sure) {
                (Outcome::Replaces, true) => Fate::Replaced,
                (Outcome::Replaces, false) | (Outcome::Unknown, _) => Fate::MayBeReplaced,
                (Outcome::InPlace(_), true) => Fate::Changed,
                (Outcome::InPlace(_), false) => Fate::Same,
            })
        });
        own.chain(triggered).max().unwrap_or(Fate::Same)
    }

    /// Whether an attribute is different, known or not, and whose new value it takes; `None` where it is the same.
    fn is_changed(&self, pair: &Pair<'_>, difference: &Difference) -> Option<(bool, Option<Arc<str>>)> {
        if let (Some(was), Some(is)) = (&difference.was, &difference.is)
            && matches!(difference.state, State::Sure | State::Perhaps)
        {
            return self.is_said_otherwise(pair, difference, was, is);
        }
        match &difference.state {
            State::Perhaps => Some((false, None)),
            State::Follows(made) => Some((true, Some(made.clone()))),
            // What is not written is what the provider says.
            State::Sure => {
                let type_name = &pair.instance.type_name;
                let written = difference.was.as_ref().or(difference.is.as_ref())?;
                if difference.is_block
                    && difference.is.is_none()
                    && absent::held_nothing(type_name, &difference.path, written)
                {
                    return None;
                }
                match absent::is_same(type_name, &difference.path, written, difference.is.is_none()) {
                    Some(true) => None,
                    Some(false) => Some((true, None)),
                    None => Some((false, None)),
                }
            }
            State::Hangs(on) => self.hangs(on),
        }
    }

    /// The same of an attribute that is written before and now. Values that are not known can be the same but for their form, too.
    fn is_said_otherwise(
        &self,
        pair: &Pair<'_>,
        difference: &Difference,
        was: &Value,
        is: &Value,
    ) -> Option<(bool, Option<Arc<str>>)> {
        if links::are_one_reference(&pair.instance.type_name, &difference.path, was, is) {
            return self.hangs(&traces(is));
        }
        let transition = Transition::new(&pair.variables, Some(was), Some(is));
        match forms::is_same(&pair.instance.type_name, &difference.path, (was, is), &transition) {
            Some(true) => self.hangs(&traces(is)),
            Some(false) => Some((difference.state == State::Sure, None)),
            None => Some((false, None)),
        }
    }

    /// Whether a value is another one because an attribute of a resource is.
    fn hangs(&self, on: &BTreeSet<(Arc<str>, Arc<str>)>) -> Option<(bool, Option<Arc<str>>)> {
        let each = on.iter().filter_map(|(to, attribute)| Some((self.gets_another(to, attribute)?, to)));
        let (is_sure, to) = each.max_by_key(|(is_sure, _)| *is_sure)?;
        Some((is_sure, Some(to.clone())))
    }

    /// Whether an attribute of a resource gets another value, for sure or perhaps; `None` where it keeps the one it has.
    fn gets_another(&self, to: &str, attribute: &str) -> Option<bool> {
        let of_block = to.strip_suffix("[*]").and_then(|block| self.by_block.get(block));
        let exact = self.by_address.get(to);
        exact
            .into_iter()
            .chain(of_block.into_iter().flatten())
            .filter_map(|number| self.pairs.get(*number))
            .filter_map(|pair| match pair.fate {
                Fate::Replaced => Some(true),
                Fate::MayBeReplaced => Some(false),
                Fate::Changed => conditions::follows(&pair.instance.type_name, attribute).then_some(true),
                Fate::Same => None,
            })
            .max()
    }

    /// Whether `replace_triggered_by` replaces it, for sure or perhaps, and whose change does.
    fn triggers(&self, pair: &Pair<'_>) -> Option<(Arc<str>, bool)> {
        let triggered = pair.instance.lifecycle.triggers.iter().filter_map(|trigger| {
            let of_it = self.by_block.get(&*trigger.resource).into_iter().flatten();
            let of_it = of_it.filter_map(|number| self.pairs.get(*number));
            let is_it = |other: &Pair<'_>| match (other.fate, trigger.attribute.is_empty()) {
                (Fate::Same, _) => None,
                (Fate::MayBeReplaced, true) => Some(
                    other
                        .differences
                        .iter()
                        .any(|difference| self.is_changed(other, difference).is_some_and(|(is_sure, _)| is_sure)),
                ),
                (Fate::Replaced | Fate::Changed, true) => Some(true),
                (fate, false) => {
                    let named = other.differences.iter().filter(|difference| *difference.path == *trigger.attribute);
                    let named = named.filter_map(|difference| self.is_changed(other, difference));
                    let follows = conditions::follows(&other.instance.type_name, &trigger.attribute);
                    // What is written is the same in the one that is made anew; what the provider works out is not.
                    let is_written = paths::attribute(&other.instance.body, &trigger.attribute).is_some();
                    let own = match fate {
                        Fate::Replaced if !is_written => Some(true),
                        Fate::MayBeReplaced if !is_written => Some(false),
                        _ => follows.then_some(true),
                    };
                    named.map(|(is_sure, _)| is_sure).max().or(own)
                }
            };
            of_it
                .filter_map(|other| Some((other.instance.address.clone(), is_it(other)?)))
                .max_by_key(|(_, sure)| *sure)
        });
        triggered.max_by_key(|(_, is_sure)| *is_sure)
    }

    fn outcome(&self, pair: &Pair<'_>, difference: &Difference) -> Outcome {
        let (type_name, path) = (&*pair.instance.type_name, difference.path.as_str());
        let Some(table) = &pair.table else { return Outcome::Unknown };
        let transition = Transition::new(&pair.variables, difference.was.as_ref(), difference.is.as_ref());
        let replaces = match table.form_within(path) {
            None => None,
            Some(Form::Replaces) => Some(true),
            Some(Form::InPlace | Form::Depends) if conditions::is_known(type_name, path) => {
                conditions::replaces(type_name, path, &transition)
            }
            Some(Form::InPlace) => Some(false),
            // A block that is optional replaces by what is in it.
            Some(Form::Depends) if difference.is_block && !type_name.starts_with("aws_") => {
                let inside = difference.was.as_ref().or(difference.is.as_ref());
                Some(inside.is_some_and(|inside| holds_replacing(table, path, inside, 0)))
            }
            Some(Form::Depends) => None,
        };
        let in_place = || disruption(type_name, path, &transition);
        match replaces {
            Some(true) => Outcome::Replaces,
            None => Outcome::Unknown,
            Some(false) => match in_place() {
                Some(known) if known.effect == super::Effect::Replace => match known.is_sure {
                    true => Outcome::Replaces,
                    false => Outcome::Unknown,
                },
                known => Outcome::InPlace(known),
            },
        }
    }

    fn changes(&self) -> Vec<ResourceChange> {
        let create_first = self.create_first();
        let mut changes: Vec<ResourceChange> =
            self.pairs.iter().filter_map(|pair| self.change(pair, &create_first)).collect();
        let is_counted = |instance: &Instance| !self.uncounted.contains(&instance.resource);
        for &number in &self.destroyed {
            let Some(instance) = self.before.instances.get(number) else { continue };
            if instance.mode != Mode::Managed || !is_counted(instance) || self.names.forgets(&instance.address) {
                continue;
            }
            changes.push(ResourceChange {
                address: instance.address.clone(),
                before: Some(number),
                now: None,
                action: Action::Destroy,
                attributes: Vec::new(),
            });
        }
        for &number in &self.created {
            let Some(instance) = self.now.instances.get(number) else { continue };
            if instance.mode != Mode::Managed || !is_counted(instance) {
                continue;
            }
            changes.push(ResourceChange {
                address: instance.address.clone(),
                before: None,
                now: Some(number),
                action: Action::Create,
                attributes: Vec::new(),
            });
        }
        changes.sort_by(|one, other| (&one.address, one.now).cmp(&(&other.address, other.now)));
        changes
    }

    fn change(&self, pair: &Pair<'_>, create_first: &BTreeSet<&str>) -> Option<ResourceChange> {
        let mut attributes: Vec<AttributeChange> = Vec::new();
        for difference in &pair.differences {
            let Some((is_sure, follows)) = self.is_changed(pair, difference) else { continue };
            attributes.push(AttributeChange {
                path: difference.path.as_str().into(),
                was: shown(difference.was.as_ref()),
                is: shown(difference.is.as_ref()),
                place: difference.place.clone(),
                is_sure,
                follows,
                outcome: self.outcome(pair, difference),
            });
        }
        if let Some((by, is_sure)) = self.triggers(pair) {
            attributes.push(AttributeChange {
                path: "replace_triggered_by".into(),
                was: None,
                is: None,
                place: None,
                is_sure,
                follows: Some(by),
                outcome: Outcome::Replaces,
            });
        }
        let action = match pair.fate {
            Fate::Same if attributes.is_empty() => return None,
            Fate::Same | Fate::Changed => Action::Update,
            Fate::MayBeReplaced => Action::MayReplace,
            Fate::Replaced => Action::Replace { create_first: create_first.contains(&*pair.instance.resource) },
        };
        let address = pair.instance.address.clone();
        Some(ResourceChange { address, before: Some(pair.before), now: Some(pair.now), action, attributes })
    }

    /// The blocks whose replacement is made first: those that ask for it, and all that these refer to.
    fn create_first(&self) -> BTreeSet<&'a str> {
        let asked = self.now.instances.iter().filter(|instance| instance.lifecycle.create_before_destroy);
        let mut found: BTreeSet<&str> = BTreeSet::new();
        let mut open: Vec<&str> = asked.map(|instance| &*instance.resource).collect();
        while let Some(next) = open.pop() {
            if !found.insert(next) {
                continue;
            }
            let first = self.now.references.partition_point(|reference| *reference.from < *next);
            let own = self.now.references.iter().skip(first).take_while(|reference| *reference.from == *next);
            open.extend(own.map(|reference| &*reference.to));
        }
        found
    }
}

/// Whether anything in a body is made of an attribute of one of these.
fn is_made_of(body: &Body, of: &FxHashSet<&str>, depth: usize) -> bool {
    depth <= DEEPEST
        && (body.attributes.values().any(|attribute| is_value_of(&attribute.value, of, depth))
            || body.blocks.iter().any(|block| is_made_of(&block.body, of, depth + 1)))
}

fn is_value_of(value: &Value, of: &FxHashSet<&str>, depth: usize) -> bool {
    let own = value.provenance.iter().any(|trace| of.contains(trace.to.strip_suffix("[*]").unwrap_or(&trace.to)));
    own || depth <= DEEPEST
        && match &value.kind {
            Kind::List(items) | Kind::Set(items) => items.iter().any(|item| is_value_of(item, of, depth + 1)),
            Kind::Map(items) => items.values().any(|item| is_value_of(item, of, depth + 1)),
            _ => false,
        }
}

/// The attributes of resources that a value is made of.
fn traces(value: &Value) -> BTreeSet<(Arc<str>, Arc<str>)> {
    value.all_provenance().iter().map(|trace| (trace.to.clone(), trace.attribute.clone())).collect()
}

/// Whether `ignore_changes` leaves an attribute to others.
fn is_ignored(instance: &Instance, path: &str) -> bool {
    instance.lifecycle.ignores.iter().any(|ignored| {
        **ignored == *"all"
            || path.strip_prefix(&**ignored).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

/// Whether something that is written inside of a block replaces by itself.
fn holds_replacing(table: &Attributes, path: &str, value: &Value, depth: usize) -> bool {
    if depth > DEEPEST {
        return false;
    }
    match &value.kind {
        Kind::List(items) | Kind::Set(items) => items.iter().any(|item| holds_replacing(table, path, item, depth + 1)),
        Kind::Map(items) => items.iter().any(|(name, item)| {
            let inner = format!("{path}.{name}");
            table.form(&inner) == Some(Form::Replaces) || holds_replacing(table, &inner, item, depth + 1)
        }),
        _ => false,
    }
}

/// A plain known value as people write it; none for what is sensitive, long, or no plain value.
fn shown(value: Option<&Value>) -> Option<Arc<str>> {
    /// In characters.
    const LONGEST: usize = 60;
    let value = value.filter(|value| !value.provenance.is_sensitive())?;
    plain(value).filter(|text| text.chars().count() <= LONGEST && !text.contains(char::is_control))
}
