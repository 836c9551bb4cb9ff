//! How much of a stack was judged: what it declares of types that the catalog knows, and what was left open.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use foreshock_catalog::{Assembled, Catalog, Role};
use foreshock_files::{as_text, read_regular};
use foreshock_model::{Component, ComponentIndex, Known, Source, System};
use foreshock_resources::{Body, Instance, Mode, Resources};
use foreshock_terraform::WORKSPACE;
use foreshock_text::{FilePath, Place};
use rustc_hash::FxHashSet;

use crate::Stack;
use crate::dialect::{Meaning, Understood};

/// More types than this are counted, not named.
const MOST_NAMED: usize = 5;
/// More bytes of values than this are not looked through.
const LARGEST_VALUES: u64 = 1 << 20;
/// How a value that nobody gives is called, around the name of its variable.
const OPEN: (&str, &str) = ("variable ", " has no value");

/// How much of a stack was judged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// So many resources, and modules that are not at hand, of which it is known what they mean at run time; that they mean
    /// nothing counts as known.
    pub judged: usize,
    /// Of so many.
    pub of: usize,
    /// The types of the others, with how many there are of each; a module by its source.
    pub unknown_types: BTreeMap<String, usize>,
    /// The variables without a value that a number, a zone or a mode of a component hangs on, by name.
    pub open_variables: BTreeSet<String>,
}

impl Judged {
    /// `before` is what was said of the version before, and how that was understood.
    pub(crate) fn of(
        understood: &Understood,
        catalog: &Catalog,
        before: Option<(&Judged, &Understood)>,
        is_own: impl Fn(&str) -> bool,
    ) -> Judged {
        if let Some((judged, before)) = before
            && has_the_same_types(before, understood)
        {
            return Judged { open_variables: open_variables(understood.system()), ..judged.clone() };
        }
        let mut judged = match &understood.meaning {
            Meaning::Components(system) => {
                let count = system.components.len();
                Judged { judged: count, of: count, ..Judged::default() }
            }
            Meaning::Resources { declared, assembled } => of_resources(declared, assembled, catalog, is_own),
        };
        judged.open_variables = open_variables(understood.system());
        judged
    }

    /// Whether so much of it is unknown that nothing can be said of the whole.
    pub fn is_mostly_unknown(&self) -> bool {
        2 * self.judged < self.of
    }

    /// Hundredths that were judged; all of nothing.
    pub fn percent(&self) -> f64 {
        if self.of == 0 { 100.0 } else { 100.0 * self.judged as f64 / self.of as f64 }
    }

    /// `oci_core_instance x2, acme_queue and 3 more`; none where everything is known.
    pub fn unknown(&self) -> Option<String> {
        let mut types: Vec<(&String, usize)> = self.unknown_types.iter().map(|(name, count)| (name, *count)).collect();
        types.sort_by_key(|&(name, count)| (std::cmp::Reverse(count), name));
        let named = types.iter().take(MOST_NAMED).map(|(name, count)| match count {
            1 => (*name).clone(),
            count => format!("{name} x{count}"),
        });
        let mut words = named.collect::<Vec<_>>().join(", ");
        if types.len() > MOST_NAMED {
            words.push_str(&format!(" and {} more types", types.len() - MOST_NAMED));
        }
        (!words.is_empty()).then_some(words)
    }

    /// `judged 34 of 42 resources; not known: oci_core_instance x2`; none where everything is known.
    pub fn words(&self) -> Option<String> {
        Some(format!("judged {} of {} resources; not known: {}", self.judged, self.of, self.unknown()?))
    }
}

/// Whether what is declared is of the same types, with the same roles. While the instances are the same, the catalog hands the list of
/// roles on as it is.
fn has_the_same_types(before: &Understood, now: &Understood) -> bool {
    let (
        Meaning::Resources { declared: then, assembled: old },
        Meaning::Resources { declared: present, assembled: new },
    ) = (&before.meaning, &now.meaning)
    else {
        return false;
    };
    before.part == now.part && Arc::ptr_eq(&old.resources, &new.resources) && then.modules == present.modules
}

fn of_resources(
    declared: &Resources,
    assembled: &Assembled,
    catalog: &Catalog,
    is_own: impl Fn(&str) -> bool,
) -> Judged {
    let mut judged = Judged::default();
    let outside = || declared.modules.iter().filter(|call| call.directory.is_none());
    let mut seen: FxHashSet<&str> = FxHashSet::default();
    let is_seen = outside().next().is_some();
    let roles = declared.instances.iter().zip(assembled.resources.iter());
    for (instance, role) in roles.filter(|(instance, _)| instance.mode != Mode::Data && is_own(&instance.module)) {
        if is_seen {
            seen.insert(&instance.address);
        }
        judged.of += 1;
        match unknown_type(instance, role.role, catalog) {
            None => judged.judged += 1,
            Some(name) => *judged.unknown_types.entry(name).or_default() += 1,
        }
    }
    // Where the source of a module is worked out, nobody knows what is called.
    let calls = outside().filter(|call| !seen.contains(&*call.address));
    for call in calls.filter(|call| is_own(call.address.rsplit_once(".module.").map_or("", |(outer, _)| outer))) {
        let name = match &*call.source {
            "" => format!("{} (its source is computed)", call.address),
            source => format!("module {source}"),
        };
        judged.of += 1;
        *judged.unknown_types.entry(name).or_default() += 1;
    }
    judged
}

/// What it is of, a type or a module, where nobody knows what that means.
fn unknown_type(instance: &Instance, role: Role, catalog: &Catalog) -> Option<String> {
    if role != Role::Unmapped && !is_opaque(instance, catalog) {
        return None;
    }
    let source = instance.type_name.strip_prefix("module:");
    Some(source.map_or_else(|| instance.type_name.to_string(), |source| format!("module {source}")))
}

/// Whether nothing is known of a module but that it is there.
fn is_opaque(instance: &Instance, catalog: &Catalog) -> bool {
    instance.mode == Mode::Module && catalog.row_of(instance).is_none_or(|row| row.is_opaque())
}

fn open_variables(system: &System) -> BTreeSet<String> {
    let mut open = BTreeSet::new();
    for component in &system.components {
        for why in reasons(component) {
            if why.contains(WORKSPACE) && why.contains(" is not chosen") {
                open.insert(WORKSPACE.to_owned());
            }
            let mut rest = why;
            while let Some((_, after)) = rest.split_once(OPEN.0) {
                rest = after;
                if let Some((name, _)) = after.split_once(OPEN.1)
                    && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-')
                {
                    open.insert(format!("var.{name}"));
                }
            }
        }
    }
    open
}

fn reasons(component: &Component) -> impl Iterator<Item = &str> {
    let redundancy = &component.redundancy;
    let (mut why, fails) = (Vec::new(), component.reliability.instance.is_some());
    if let Known::Unknown(reason) = &redundancy.instances {
        why.push(&**reason);
    }
    if let (Known::Unknown(reason), true) = (&redundancy.zones, fails) {
        why.push(&**reason);
    }
    if let (Known::Unknown(reason), true) = (&redundancy.failover.mode, fails) {
        why.push(&**reason);
    }
    why.into_iter()
}

/// What is called by a name at this place.
fn name_at(body: &Body, place: &Place) -> Option<Arc<str>> {
    let own = body.attributes.iter().find(|(_, attribute)| attribute.place.place() == *place);
    let inside = || body.blocks.iter().find_map(|block| name_at(&block.body, place));
    own.map(|(name, _)| name.clone()).or_else(inside)
}

impl Stack {
    /// How much of it was judged.
    pub fn judged(&self) -> &Judged {
        &self.judged
    }

    /// The type, or `module SOURCE`, of a block at an offset of which nobody knows what it means, with the header of the
    /// block. Only module instances count that are shown.
    pub fn not_judged_at(&self, file: &FilePath, offset: u32, shows: impl Fn(&str) -> bool) -> Option<(String, Place)> {
        let (declared, assembled) = (self.resources()?, self.assembled()?);
        let mut roles = declared.instances.iter().zip(assembled.resources.iter());
        roles.find_map(|(instance, role)| {
            let block = &instance.block;
            let is_there = block.file == *file && block.span.touches(offset);
            if !is_there || instance.mode == Mode::Data || !shows(&instance.module) {
                return None;
            }
            Some((unknown_type(instance, role.role, &self.settings().catalog)?, block.header_place()))
        })
    }

    /// What stands beside the score: nothing leads to it from where users come in.
    pub fn beside(&self) -> Vec<String> {
        self.assessment.basis.beside.iter().map(|&index| self.id_of(index)).collect()
    }

    /// What the text switches off, each with what says so: `aws_ecs_service.s (desired_count = 0)`.
    pub fn switched_off(&self) -> Vec<String> {
        let off = self.system().iter().filter(|(_, component)| component.redundancy.instances == Known::Known(0));
        off.map(|(index, _)| format!("{} ({})", self.id_of(index), self.written_off(index))).collect()
    }

    /// What switches a component off, as it is written.
    fn written_off(&self, index: ComponentIndex) -> String {
        let place = self.system().component(index).map(|component| &component.redundancy.instances_source);
        let name = match (place, self.declaring_instance(index)) {
            (Some(Source::Attribute(place)), Some(instance)) => name_at(&instance.body, place),
            _ => None,
        };
        name.map_or_else(|| "none of it runs".to_owned(), |name| format!("{name} = 0"))
    }

    fn no_score_because_off(&self) -> Option<String> {
        let entry = *self.assessment.basis.off.first()?;
        let system = self.system();
        let is_off = |index: ComponentIndex| {
            system.component(index).is_some_and(|component| component.redundancy.instances == Known::Known(0))
        };
        if is_off(entry) {
            return Some(format!("no score: {} is switched off ({})", self.id_of(entry), self.written_off(entry)));
        }
        let (mut seen, mut open) = (BTreeSet::from([entry]), vec![entry]);
        let mut why = BTreeSet::new();
        while let Some(next) = open.pop() {
            if is_off(next) {
                why.insert(self.written_off(next));
                continue;
            }
            let own = system.dependencies.iter().filter(|dependency| dependency.from == next && dependency.counts());
            open.extend(own.map(|dependency| dependency.to).filter(|to| seen.insert(*to)));
        }
        let why: Vec<String> = why.into_iter().collect();
        Some(format!("no score: what stands behind {} is switched off ({})", self.id_of(entry), why.join(", ")))
    }

    /// Why there is no score, for a person; `None` where there is one.
    pub fn unscored(&self) -> Option<String> {
        if self.assessment.score.is_some() {
            return None;
        }
        if let Some(why) = self.nothing_to_score() {
            return Some(why);
        }
        let judged = &self.judged;
        if let Some(unknown) = judged.unknown().filter(|_| judged.is_mostly_unknown()) {
            let (known, of) = (judged.judged, judged.of);
            return Some(format!(
                "no score: only {known} of {of} resources are of types that are known; not known: {unknown}"
            ));
        }
        if let Some(why) = self.no_score_because_off() {
            return Some(why);
        }
        let components = &self.system().components;
        let mut kinds: Vec<&str> =
            components.iter().map(|component| self.type_said(component.id.as_str(), &component.type_name)).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let more = if kinds.len() > MOST_NAMED {
            format!(" and {} more types", kinds.len() - MOST_NAMED)
        } else {
            String::new()
        };
        kinds.truncate(MOST_NAMED);
        Some(match kinds.is_empty() {
            true => "no score: nothing in it runs".to_owned(),
            false => format!("no score: nothing that users reach is in it, only {}{more}", kinds.join(", ")),
        })
    }

    /// Files with values beside it that give a variable one, as a person would name them on the command line.
    pub fn values_at_hand(&self, variable: &str) -> Vec<String> {
        let name = variable.trim_start_matches("var.");
        let files = self.variable_files().others.into_iter().filter(|file| !self.var_files().contains(file));
        let gives = |text: &str| {
            text.lines().any(|line| {
                let line = line.trim_start().trim_start_matches('"');
                let rest = line.strip_prefix(name).map(|rest| rest.trim_start_matches('"').trim_start());
                rest.is_some_and(|rest| rest.starts_with(['=', ':']) && !rest.starts_with("=="))
            })
        };
        let given = files.filter(|file| {
            let read = read_regular(file.as_path(), LARGEST_VALUES);
            read.and_then(|bytes| as_text(bytes).ok()).is_some_and(|text| gives(&text))
        });
        given.take(MOST_NAMED).map(|file| file.relative_to(&self.root).to_string()).collect()
    }

    /// The workspaces that maps of its text have values for, by name.
    pub fn workspaces(&self) -> &[Arc<str>] {
        self.terraform().map_or(&[], |terraform| &terraform.resolved.workspaces)
    }

    fn workspace_words(&self) -> String {
        let mut names = self.workspaces().iter();
        let first = names.next().map_or("NAME", |name| name);
        let mut words = format!("{WORKSPACE} is not chosen, and the score hangs on it: --workspace {first}");
        let others: Vec<&str> = names.map(|name| &**name).take(MOST_NAMED).collect();
        if !others.is_empty() {
            words.push_str(&format!(" (or {})", others.join(", ")));
        }
        words
    }

    /// One line for each variable that decides something and has no value, with the files beside it that give it one.
    pub fn open_words(&self) -> Vec<String> {
        let open = self.judged.open_variables.iter().map(|variable| {
            if variable == WORKSPACE {
                return self.workspace_words();
            }
            let files = self.values_at_hand(variable);
            match files.first() {
                None => format!("{variable} has no value, and the score hangs on it"),
                Some(first) => {
                    let others = match files.get(1..).unwrap_or_default() {
                        [] => String::new(),
                        others => format!(" (so do {})", others.join(", ")),
                    };
                    format!("{variable} has no value; {first} beside it gives one: --var-file {first}{others}")
                }
            }
        });
        open.collect()
    }
}

#[cfg(test)]
mod tests {
    use foreshock_text::FilePath;

    use crate::Workspace;

    fn snapshot(text: &str) -> std::sync::Arc<crate::Snapshot> {
        let mut workspace = Workspace::new();
        workspace.set_document(FilePath::new("/judged/main.tf"), text.into());
        workspace.snapshot()
    }

    fn stack(text: &str) -> std::sync::Arc<crate::Stack> {
        snapshot(text).stacks[0].clone()
    }

    #[test]
    fn types_nobody_knows_are_named_and_counted() {
        let stack = stack(
            "resource \"acme_server\" \"a\" { count = 2 }\nresource \"acme_balancer\" \"b\" {}\n
             resource \"aws_sqs_queue\" \"q\" {}\ndata \"acme_image\" \"i\" {}\n",
        );
        let judged = stack.judged();
        assert_eq!((judged.judged, judged.of), (1, 4));
        assert_eq!(judged.words().unwrap(), "judged 1 of 4 resources; not known: acme_server x2, acme_balancer");
        assert_eq!(stack.assessment.score, None);
        let why = stack.unscored().unwrap();
        assert!(why.starts_with("no score: only 1 of 4 resources are of types that are known"), "{why}");
    }

    #[test]
    fn modules_that_are_not_at_hand_are_not_known() {
        let stack = stack(
            "variable \"kind\" {}\nmodule \"a\" { source = \"git::https://example.test/network.git\" }\n
             module \"b\" { source = \"./${var.kind}\" }\nresource \"aws_ec2_transit_gateway\" \"hub\" {}\n",
        );
        let judged = stack.judged();
        assert_eq!((judged.judged, judged.of), (1, 3), "{judged:?}");
        assert_eq!(stack.assessment.score, None);
    }

    #[test]
    fn a_block_that_is_not_judged_says_of_what_type_it_is() {
        let text = "resource \"acme_server\" \"a\" { count = 2 }\ndata \"acme_image\" \"i\" {}\n\
            resource \"aws_sqs_queue\" \"q\" {}\n\
            module \"net\" { source = \"git::https://example.test/network.git\" }\n";
        let (snapshot, file) = (snapshot(text), FilePath::new("/judged/main.tf"));
        let (stack, written) = (&snapshot.stacks[0], snapshot.file(&file).unwrap().text);
        let at = |needle: &str, shown: bool| {
            let offset = written.anchored(u32::try_from(text.find(needle).unwrap()).unwrap());
            let (name, header) = stack.not_judged_at(&file, offset, |_| shown)?;
            Some((name, written.slice(header.span).to_owned()))
        };
        let server = ("acme_server".to_owned(), "resource \"acme_server\" \"a\"".to_owned());
        assert_eq!(at("count", true), Some(server));
        assert_eq!(at("count", false), None, "nothing is said of a caller that is not shown");
        let (name, header) = at("git::", true).unwrap();
        assert!(name.starts_with("module ") && name.contains("example.test/network"), "{name}");
        assert_eq!(header, "module \"net\"");
        for known in ["acme_image", "aws_sqs_queue"] {
            assert_eq!(at(known, true), None, "{known}");
        }
        assert_eq!(stack.not_judged_at(&FilePath::new("/judged/other.tf"), 1, |_| true), None);
    }

    #[test]
    fn what_serves_nobody_is_told_by_what_it_is() {
        let stack = stack("resource \"aws_kms_key\" \"k\" {}\nresource \"aws_secretsmanager_secret\" \"s\" {}\n");
        assert_eq!(stack.judged().percent(), 100.0);
        assert!(stack.unscored().unwrap().contains("nothing that users reach is in it"), "{:?}", stack.unscored());
    }

    #[test]
    fn variables_that_decide_are_named() {
        let stack = stack(
            "variable \"tasks\" {}\nvariable \"name\" {}\nresource \"aws_ecs_service\" \"web\" {\n  name = var.name\n
             desired_count = var.tasks\n}\n",
        );
        let open: Vec<&str> = stack.judged().open_variables.iter().map(String::as_str).collect();
        assert_eq!(open, ["var.tasks"]);
    }

    #[test]
    fn a_map_by_workspace_names_those_that_can_be_chosen() {
        let text = |asked: &str| {
            format!(
                "locals {{\n  sizes = {{ dev = {{ tasks = 1 }}, prod = {{ tasks = 3 }} }}\n  env = terraform.workspace\n}}\n
                 resource \"aws_ecs_service\" \"web\" {{\n  desired_count = {asked}\n}}\n"
            )
        };
        for asked in [
            "local.sizes[terraform.workspace].tasks",
            "local.sizes[local.env].tasks",
            "local.sizes[\"${terraform.workspace}\"][\"tasks\"]",
            "{ dev = 1, prod = 3 }[terraform.workspace]",
        ] {
            let stack = stack(&text(asked));
            let open: Vec<&str> = stack.judged().open_variables.iter().map(String::as_str).collect();
            assert_eq!(open, ["terraform.workspace"], "{asked}");
            let words = "terraform.workspace is not chosen, and the score hangs on it: --workspace dev (or prod)";
            assert_eq!(stack.open_words(), [words], "{asked}");
        }
        // With a value for everybody else nothing is open, and there are others to choose.
        let looked_up = stack(&text("lookup({ dev = 1, prod = 3 }, terraform.workspace, 2)"));
        assert!(looked_up.judged().open_variables.is_empty());
        assert_eq!(looked_up.workspaces().iter().map(|name| &**name).collect::<Vec<_>>(), ["dev", "prod"]);
        // Another word for the same letters is no workspace.
        let other = stack(&text("local.sizes[\"default\"].tasks"));
        assert!(other.judged().open_variables.is_empty() && other.workspaces().is_empty());
    }
}
