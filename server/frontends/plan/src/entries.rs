//! Which resource instances there are before and after, whatever form the JSON has.

use std::collections::BTreeMap;

use foreshock_resources::Mode;
use foreshock_text::Span;

use crate::address::{self, Address};
use crate::extent::{Extent, Removal, RemovalForm, removal};
use crate::instances::Counts;
use crate::value::Planned;
use foreshock_syntax::json::{Cursor, Problems};

/// A resource instance on one side.
#[derive(Clone)]
pub(crate) struct Side<'t> {
    pub(crate) values: Planned<'t>,
    /// Resources that it depends on, without keys, as a state records it; `None` where nothing is recorded.
    pub(crate) depends_on: Option<Vec<String>>,
    /// Attributes that are sensitive as a whole, where `values` does not say it.
    pub(crate) secrets: Vec<String>,
}

/// A resource instance.
#[derive(Clone)]
pub(crate) struct Entry<'t> {
    pub(crate) address: Address,
    /// What says its address.
    pub(crate) header: Span,
    /// All that is said of it.
    pub(crate) span: Span,
    pub(crate) before: Option<Side<'t>>,
    pub(crate) after: Option<Side<'t>>,
}

/// The instances by address, and what happens to them.
#[derive(Default)]
pub(crate) struct Entries<'t> {
    pub(crate) all: BTreeMap<std::sync::Arc<str>, Entry<'t>>,
    pub(crate) counts: Counts,
    /// What does not stay, by address.
    pub(crate) removals: Vec<Removal>,
    pub(crate) extent: Extent,
}

impl<'t> Entries<'t> {
    fn add(&mut self, entry: Entry<'t>) {
        self.all.entry(entry.address.whole.clone()).or_insert(entry);
    }
}

/// The instances of a plan.
pub(crate) fn of_plan<'t>(root: Cursor<'t>, problems: &mut Problems) -> Entries<'t> {
    let prior = problems.object(root, "prior_state").map(|prior| of_values(prior, problems)).unwrap_or_default();
    let mut entries = Entries::default();
    for change in problems.list(root, "resource_changes") {
        if change.some("deposed").is_some() {
            continue;
        }
        if let Some(mut entry) = changed(change, &mut entries.counts, problems) {
            let address = &entry.address;
            entries.removals.extend(removal(change, &address.whole, address.mode, entry.header));
            let known = prior.get(&entry.address.whole).and_then(|known| known.after.as_ref());
            if let (Some(side), Some(known)) = (&mut entry.before, known) {
                side.depends_on.clone_from(&known.depends_on);
            } else if entry.address.mode == Mode::Data {
                entry.before = known.or(entry.after.as_ref()).cloned();
            }
            entries.add(entry);
        }
    }
    for drift in problems.list(root, "resource_drift") {
        let mut nothing = Counts::default();
        if let Some(mut entry) = changed(drift, &mut nothing, problems).filter(|_| drift.some("deposed").is_none()) {
            // What the world is now: neither side knows the state that was recorded.
            entry.before = entry.after.clone();
            entries.add(entry);
        }
    }
    let planned =
        problems.object(root, "planned_values").map(|planned| resources(planned, problems)).unwrap_or_default();
    let has_prior = root.some("prior_state").is_some();
    for mut entry in planned {
        if entries.all.contains_key(&entry.address.whole) {
            continue;
        }
        let known = prior.get(&entry.address.whole).and_then(|known| known.after.clone());
        entry.before = if has_prior { known } else { entry.after.clone() };
        entries.add(entry);
    }
    let Counts { created, changed, destroyed, .. } = entries.counts;
    let forgotten = entries.removals.iter().filter(|one| one.form == RemovalForm::Forget).count();
    entries.removals.sort_by(|one, other| one.address.cmp(&other.address));
    let all_changes = created + changed + destroyed + forgotten;
    entries.extent = Extent::read(root, &entries.removals, all_changes, problems);
    // What a plan does not speak of stays as it is.
    for mut entry in prior.into_values() {
        if entry.address.mode == Mode::Managed && !entries.all.contains_key(&entry.address.whole) {
            entries.extent.left_alone += 1;
        }
        entry.before = entry.after.clone();
        entries.add(entry);
    }
    entries
}

/// The instances of a state as `terraform show -json` writes it: on the side of after.
pub(crate) fn of_state<'t>(root: Cursor<'t>, problems: &mut Problems) -> Entries<'t> {
    Entries { all: of_values(root, problems), ..Entries::default() }
}

fn of_values<'t>(state: Cursor<'t>, problems: &mut Problems) -> BTreeMap<std::sync::Arc<str>, Entry<'t>> {
    let values = problems.object(state, "values");
    let entries = values.map(|values| resources(values, problems)).unwrap_or_default();
    entries.into_iter().map(|entry| (entry.address.whole.clone(), entry)).collect()
}

/// The resources below `root_module`, those of child modules included.
fn resources<'t>(of: Cursor<'t>, problems: &mut Problems) -> Vec<Entry<'t>> {
    let mut found = Vec::new();
    let mut open: Vec<Cursor<'t>> = problems.object(of, "root_module").into_iter().collect();
    while let Some(module) = open.pop() {
        for resource in problems.list(module, "resources") {
            if resource.some("deposed_key").is_some() {
                continue;
            }
            let Some((address, header)) = address_of(resource, problems) else { continue };
            let values =
                Planned { value: resource.get("values"), unknown: None, sensitive: resource.get("sensitive_values") };
            let depends_on = resource.get("depends_on").map(texts);
            let after = Some(Side { values, depends_on, secrets: Vec::new() });
            found.push(Entry { address, header, span: resource.span(), before: None, after });
        }
        open.extend(problems.list(module, "child_modules"));
    }
    found
}

/// The instances of a state as it is stored, format 4: on the side of after.
pub(crate) fn of_stored<'t>(root: Cursor<'t>, problems: &mut Problems) -> Entries<'t> {
    let mut entries = Entries::default();
    for resource in problems.list(root, "resources") {
        let text = |name: &str| resource.get(name).and_then(Cursor::string).unwrap_or_default();
        let (module, type_name, name) = (text("module"), text("type"), text("name"));
        if type_name.is_empty() || name.is_empty() {
            problems.add(start(resource), "expected a resource with `type` and `name`");
            continue;
        }
        let data = if text("mode") == "data" { "data." } else { "" };
        let block = address::joined(&module, &format!("{data}{type_name}.{name}"));
        let header = resource.get("name").map_or(resource.span(), Cursor::span);
        for instance in problems.list(resource, "instances") {
            if instance.some("deposed").is_some() {
                continue;
            }
            let whole = format!("{block}{}", stored_key(instance.some("index_key")));
            let Some(address) = address::parse(&whole) else { continue };
            let values = Planned { value: instance.get("attributes"), ..Planned::default() };
            let depends_on = instance.get("dependencies").map(texts);
            let after = Some(Side { values, depends_on, secrets: sensitive_attributes(instance) });
            entries.add(Entry { address, header, span: instance.span(), before: None, after });
        }
    }
    entries
}

fn stored_key(key: Option<Cursor<'_>>) -> String {
    match key {
        Some(key) => match (key.number(), key.string()) {
            (Some(index), _) => format!("[{index}]"),
            (None, Some(name)) => format!("[\"{}\"]", name.replace('\\', "\\\\").replace('"', "\\\"")),
            (None, None) => String::new(),
        },
        None => String::new(),
    }
}

/// The attributes of an instance of a stored state that are sensitive, as a whole.
fn sensitive_attributes(instance: Cursor<'_>) -> Vec<String> {
    let paths = instance.get("sensitive_attributes").into_iter().flat_map(Cursor::items);
    paths.filter_map(|path| Some(path.items().next()?.get("value")?.string()?.into_owned())).collect()
}

fn texts(list: Cursor<'_>) -> Vec<String> {
    list.items().filter_map(|item| Some(item.string()?.into_owned())).collect()
}

fn start(of: Cursor<'_>) -> Span {
    Span::new(of.span().start, of.span().start.saturating_add(1).min(of.span().end))
}

fn address_of(resource: Cursor<'_>, problems: &mut Problems) -> Option<(Address, Span)> {
    let Some(written) = resource.some("address") else {
        problems.add(start(resource), "expected a resource with its `address`");
        return None;
    };
    let Some(text) = written.string() else {
        problems.expected("the address of a resource, as a text", written);
        return None;
    };
    if resource.get("mode").and_then(Cursor::string).as_deref() == Some("ephemeral") {
        return None;
    }
    let parsed = address::parse(&text);
    if parsed.is_none() {
        problems.add(written.span(), "expected the address of a resource, such as `module.db.aws_db_instance.main[0]`");
    }
    Some((parsed?, written.span()))
}

/// One resource of `resource_changes` or `resource_drift`.
fn changed<'t>(change: Cursor<'t>, counts: &mut Counts, problems: &mut Problems) -> Option<Entry<'t>> {
    let (address, header) = address_of(change, problems)?;
    let Some(what) = problems.object(change, "change") else {
        if change.some("change").is_none() {
            problems.add(start(change), "expected a resource with its `change`");
        }
        return None;
    };
    let actions = what.get("actions").map(texts).unwrap_or_default();
    let does = |action: &str| actions.iter().any(|one| one == action);
    for side in ["before", "after"] {
        if let Some(values) = what.some(side).filter(|values| !values.is_object()) {
            problems.expected(&format!("an object or null in `{side}`"), values);
        }
    }
    let side = |name: &str, unknown: Option<&str>, sensitive: &str| Side {
        values: Planned {
            value: what.get(name),
            unknown: unknown.and_then(|unknown| what.get(unknown)),
            sensitive: what.get(sensitive),
        },
        depends_on: None,
        secrets: Vec::new(),
    };
    let mut before = what.some("before").map(|_| side("before", None, "before_sensitive"));
    let planned = side("after", Some("after_unknown"), "after_sensitive");
    let mut after = (!planned.values.is_absent()).then_some(planned);
    if does("create") && !does("delete") && !does("forget") {
        before = None;
    }
    // Terraform lets go of it, it goes on running.
    if does("forget") && !does("create") {
        after.clone_from(&before);
    } else if does("delete") && !does("create") {
        after = None;
    } else if after.is_none() && (does("create") || does("update") || does("no-op")) {
        after = Some(side("after", Some("after_unknown"), "after_sensitive"));
    }
    if does("read") {
        before = before.or_else(|| after.clone());
    }
    if address.mode == Mode::Managed {
        match (before.is_some(), after.is_some()) {
            _ if does("no-op") || does("forget") => counts.unchanged += 1,
            (true, true) => counts.changed += 1,
            (true, false) => counts.destroyed += 1,
            (false, true) => counts.created += 1,
            (false, false) => {}
        }
    }
    Some(Entry { address, header, span: change.span(), before, after })
}
