//! Blocks of which one side does not know how many there are, and modules that only one side has at hand: on the other side,
//! too, one instance stands for all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use foreshock_resources::{
    Attribute, Body, Instance, Key, Kind, Mode, ModuleCall, Provenance, Resources, Trace, Value,
};

use super::{Found, Side, block_of};
use crate::Stack;

/// What one side calls a block in the place of what stands there on that side.
#[derive(Clone, Debug)]
struct Collapse {
    /// The block or call, with the keys of the modules around it: `module.a["x"].aws_lb.web`.
    path: String,
    /// What stands for all of it.
    to: To,
}

#[derive(Clone, Debug)]
enum To {
    /// `path[*]`, with everything inside.
    All(Arc<str>),
    /// The call itself: nothing inside of it is known.
    Call(Arc<str>),
}

/// What is held back on one side.
#[derive(Clone, Debug, Default)]
pub(super) struct Collapses {
    all: Vec<Collapse>,
}

impl Collapse {
    /// What is behind the path and its key; `None` for an address that is not below it.
    fn below<'a>(&self, address: &'a str) -> Option<&'a str> {
        let rest = address.strip_prefix(self.path.as_str())?;
        match (&self.to, rest.chars().next()) {
            (To::All(_), Some('[')) => Some(behind_key(rest)),
            (To::All(_), None | Some('.')) => Some(rest),
            (To::Call(_), Some('.')) => Some(rest),
            _ => None,
        }
    }
}

impl Collapses {
    /// What an address is called once everything is held back.
    pub(super) fn now(&self, address: &str) -> String {
        for collapse in &self.all {
            let Some(rest) = collapse.below(address) else { continue };
            return match &collapse.to {
                To::All(_) => self.now_inside(&format!("{}[*]{rest}", collapse.path)),
                To::Call(call) => call.to_string(),
            };
        }
        address.to_owned()
    }

    /// A block without a known number may stand inside of another.
    fn now_inside(&self, address: &str) -> String {
        for collapse in &self.all {
            if let (Some(rest), To::All(_)) = (collapse.below(address), &collapse.to) {
                let next = format!("{}[*]{rest}", collapse.path);
                if next != address {
                    return next;
                }
            }
        }
        address.to_owned()
    }
}

/// The rest of an address behind the key that it starts with.
fn behind_key(text: &str) -> &str {
    let (mut quoted, mut escaped) = (false, false);
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ']' if !quoted => return text.get(at + 1..).unwrap_or_default(),
            _ => {}
        }
    }
    ""
}

/// Makes one instance of what the other side can't count, or can't look into.
pub(super) fn alike(before: &Stack, now: &Stack, sides: &mut [Side<'_>; 2], found: &mut Found) -> [Collapses; 2] {
    let [old, new] = sides;
    let name = |address: &str| now.name_now(address);
    let of_new = collapses(old.resources(), new.resources(), now, &name);
    let of_old = collapses(new.resources(), old.resources(), before, &|address| address.to_owned());
    for (collapses, before_knows) in [(&of_old, true), (&of_new, false)] {
        for collapse in &collapses.all {
            let (what, why) = match &collapse.to {
                To::All(why) => (format!("how many of {} there are", collapse.path), why.clone()),
                To::Call(call) => (format!("what is in {call}"), Arc::from("the module is not at hand")),
            };
            found.add(before_knows, what, &why, None);
        }
    }
    let (given_old, given_new) = (old.given, new.given);
    if !of_new.all.is_empty() {
        collapse(new.edit(), given_old, &of_new, &name);
    }
    if !of_old.all.is_empty() {
        collapse(old.edit(), given_new, &of_old, &|address| address.to_owned());
    }
    [of_old, of_new]
}

/// What `other` does not know and `knows` does. `stack` is that of the side which knows.
fn collapses(other: &Resources, knows: &Resources, stack: &Stack, name: &dyn Fn(&str) -> String) -> Collapses {
    // Mostly all is at hand and counted.
    let is_unread = |call: &ModuleCall| call.directory.is_none();
    let is_uncounted = |instance: &Arc<Instance>| instance.address.contains("[*]");
    if !other.modules.iter().any(is_unread) && !other.instances.iter().any(is_uncounted) {
        return Collapses::default();
    }
    let mut all: BTreeMap<String, To> = BTreeMap::new();
    let calls: BTreeMap<&str, &ModuleCall> = knows.modules.iter().map(|call| (&*call.address, call)).collect();
    let declared = Declared::of(knows, stack);
    for call in other.modules.iter().filter(|call| call.directory.is_none()) {
        let address = name(&call.address);
        if calls.get(address.as_str()).is_some_and(|call| call.directory.is_some()) {
            all.insert(address.clone(), To::Call(Arc::from(address)));
        }
    }
    for instance in other.instances.iter().filter(|instance| instance.mode != Mode::Data) {
        let address = name(&instance.address);
        let mut from = 0;
        while let Some(at) = address.get(from..).and_then(|rest| rest.find("[*]")).map(|at| from + at) {
            let path = address.get(..at).unwrap_or_default().to_owned();
            from = at + 3;
            if declared.knows_number_of(&path) {
                let why = match &instance.key {
                    Key::Unknown(why) => why.clone(),
                    _ => Arc::from("the number of its modules is not known"),
                };
                all.entry(path).or_insert(To::All(why));
            }
        }
    }
    // What lies inside of a module that is not at hand goes with it.
    let all = all.into_iter().map(|(path, to)| Collapse { path, to });
    Collapses { all: all.collect() }
}

/// What a side declares, counted or not.
struct Declared<'r> {
    /// Each block and call as far as an instance has its path, with whether its number is known.
    known: BTreeMap<String, bool>,
    stack: &'r Stack,
}

impl Declared<'_> {
    fn of<'r>(resources: &Resources, stack: &'r Stack) -> Declared<'r> {
        let mut known: BTreeMap<String, bool> = BTreeMap::new();
        for instance in &resources.instances {
            let is_known = !matches!(instance.key, Key::Unknown(_));
            known.entry(block_of(instance)).and_modify(|all| *all &= is_known).or_insert(is_known);
        }
        for call in &resources.modules {
            let path = match call.address.strip_suffix("[*]") {
                Some(path) => path,
                None => without_key(&call.address),
            };
            let is_known = !call.address.ends_with("[*]");
            known.entry(path.to_owned()).and_modify(|all| *all &= is_known).or_insert(is_known);
        }
        // The other side may not know the keys of the modules around it.
        let starred: Vec<(String, bool)> = known.iter().map(|(path, known)| (starred(path), *known)).collect();
        for (path, is_known) in starred {
            known.entry(path).and_modify(|all| *all &= is_known).or_insert(is_known);
        }
        Declared { known, stack }
    }

    /// Whether the block is declared, and how many there are of it is known: none is a number, too.
    fn knows_number_of(&self, path: &str) -> bool {
        self.known.get(path).copied().unwrap_or_else(|| {
            let named = self.stack.terraform().into_iter().flat_map(|module| &module.resolved.named);
            let names = |named: &&foreshock_terraform::NamedValue| {
                let own = path.strip_prefix(&*named.module).map(|own| own.trim_start_matches('.'));
                let of = own.and_then(|own| named.name.strip_prefix(own));
                matches!(of, Some(".count" | ".for_each")) && named.value.is_known()
            };
            named.into_iter().any(|value| names(&value))
        })
    }
}

/// A path with `[*]` for every key.
fn starred(path: &str) -> String {
    let (mut text, mut rest) = (String::new(), path);
    while let Some(at) = rest.find('[') {
        let (plain, keyed) = rest.split_at(at);
        text.push_str(plain);
        text.push_str("[*]");
        rest = behind_key(keyed);
    }
    text + rest
}

/// An address without the key at its end.
fn without_key(address: &str) -> &str {
    let Some(last) = address.rfind("module.") else { return address };
    let name = address.get(last..).unwrap_or_default();
    name.find('[').map_or(address, |at| address.get(..last + at).unwrap_or(address))
}

/// Replaces what is below the collapsed paths. `other` is the side that does not know.
fn collapse(resources: &mut Resources, other: &Resources, collapses: &Collapses, name: &dyn Fn(&str) -> String) {
    let arguments: BTreeMap<Arc<str>, Body> =
        resources.modules.iter().map(|call| (call.address.clone(), call.arguments.clone())).collect();
    let mut theirs: BTreeMap<String, &Instance> = BTreeMap::new();
    for instance in &other.instances {
        theirs.insert(name(&instance.address), instance);
    }
    let mut kept: BTreeMap<Arc<str>, Arc<Instance>> = BTreeMap::new();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for instance in std::mem::take(&mut resources.instances) {
        let Some(collapse) = collapses.all.iter().find(|collapse| collapse.below(&instance.address).is_some()) else {
            kept.insert(instance.address.clone(), instance);
            continue;
        };
        seen.insert(&collapse.path);
        let To::All(why) = &collapse.to else { continue };
        let address: Arc<str> = Arc::from(collapses.now(&instance.address));
        kept.entry(address.clone()).or_insert_with(|| Arc::new(renamed(&instance, address, why)));
    }
    for collapse in &collapses.all {
        match &collapse.to {
            To::Call(call) => {
                let Some(opaque) = theirs.get(&**call) else { continue };
                let mut body = opaque.body.clone();
                if let Some(own) = arguments.get(call) {
                    let version = body.attributes.get("version").cloned();
                    body = own.clone();
                    body.attributes.extend(version.map(|version| (Arc::from("version"), version)));
                }
                let opaque = Instance { body, address: call.clone(), ..(*opaque).clone() };
                kept.insert(call.clone(), Arc::new(opaque));
            }
            // None of them is a number that the other side may have, too.
            To::All(_) if !seen.contains(collapse.path.as_str()) => {
                let start = format!("{}[*]", collapse.path);
                for (address, instance) in theirs.iter().filter(|(address, _)| address.starts_with(&start)) {
                    let address: Arc<str> = Arc::from(address.as_str());
                    let renamed = || Arc::new(Instance { address: address.clone(), ..(*instance).clone() });
                    kept.entry(address.clone()).or_insert_with(renamed);
                }
            }
            To::All(_) => {}
        }
    }
    resources.instances = kept.into_values().collect();
    for instance in resources.instances.iter_mut().map(Arc::make_mut) {
        in_body(&mut instance.body, collapses);
        for to in &mut instance.depends_on {
            *to = Arc::from(collapses.now(to));
        }
    }
}

/// An instance under the name that stands for all of them.
fn renamed(instance: &Instance, address: Arc<str>, why: &Arc<str>) -> Instance {
    let mut instance = instance.clone();
    let own = block_of(&Instance { module: Arc::from(""), ..instance.clone() });
    if let Some(module) = address.rfind(&own).and_then(|at| address.get(..at)) {
        instance.module = Arc::from(module.trim_end_matches('.'));
    }
    if address.ends_with("[*]") {
        instance.key = Key::Unknown(why.clone());
    }
    instance.address = address;
    instance
}

fn in_body(body: &mut Body, collapses: &Collapses) {
    for Attribute { value, .. } in body.attributes.values_mut() {
        in_value(value, collapses);
    }
    for block in &mut body.blocks {
        in_body(&mut block.body, collapses);
    }
}

fn in_value(value: &mut Value, collapses: &Collapses) {
    if value.provenance.iter().any(|trace| collapses.now(&trace.to) != *trace.to) {
        let moved =
            value.provenance.iter().map(|trace| Trace { to: Arc::from(collapses.now(&trace.to)), ..trace.clone() });
        let all = moved.fold(Provenance::none(), |all, trace| all.union(&Provenance::one(trace)));
        value.provenance = all.with_sensitive(value.provenance.is_sensitive());
    }
    match &mut value.kind {
        Kind::List(items) | Kind::Set(items) => {
            Arc::make_mut(items).iter_mut().for_each(|item| in_value(item, collapses));
        }
        Kind::Map(items) => Arc::make_mut(items).values_mut().for_each(|item| in_value(item, collapses)),
        _ => {}
    }
}
