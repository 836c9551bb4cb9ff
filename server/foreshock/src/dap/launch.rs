//! A launch configuration: which stack, and what fails in it.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_analysis::{BaseChoice, Snapshot, Stack};
use foreshock_engine::{Fault, OutageKnowledge, UnknownFault};
use foreshock_infra::closest;
use foreshock_model::{Cause, System};
use foreshock_report::{Outage, Places, Played};
use serde_json::{Map, Value};

use crate::asked_faults::AskedFaults;
use crate::cli;
use crate::cli::inputs::Inputs;

/// What can stand in a configuration; the rest is the editors' own.
const KEYS: [&str; 16] = [
    "program",
    "stack",
    "cwd",
    "fail",
    "lose",
    "zone",
    "region",
    "domain",
    "errors",
    "latency",
    "traffic",
    "cause",
    "varFiles",
    "variables",
    "workspace",
    "stopOnEntry",
];
/// What editors put into every configuration, or act on themselves.
const OF_EDITORS: [&str; 16] = [
    "type",
    "request",
    "name",
    "noDebug",
    "restart",
    "presentation",
    "preLaunchTask",
    "postDebugTask",
    "internalConsoleOptions",
    "debugServer",
    "serverReadyAction",
    "suppressMultipleSessionWarning",
    "console",
    "linux",
    "osx",
    "windows",
];
/// So many names of stacks, zones or components are offered.
const MOST_OFFERED: usize = 10;

/// What is to be played.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Launch {
    /// A directory or a file.
    program: Utf8PathBuf,
    /// Which of the stacks there, by its name.
    stack: Option<String>,
    faults: AskedFaults,
    cause: Option<Cause>,
    var_files: Vec<Utf8PathBuf>,
    variables: Vec<(String, String)>,
    workspace: Option<String>,
    /// Whether it stops before anything fails.
    pub(super) stops_on_entry: bool,
    /// The keys that nobody knows, with what was meant perhaps.
    pub(super) warnings: Vec<String>,
}

impl Launch {
    /// Reads a configuration.
    ///
    /// # Errors
    /// When a value is of another type than it has to be; the text names it with what was expected.
    pub(super) fn read(given: &Map<String, Value>) -> Result<Launch, String> {
        let directory = text(given, "cwd")?.map_or_else(Utf8PathBuf::new, Utf8PathBuf::from);
        let program = text(given, "program")?.unwrap_or_else(|| ".".to_owned());
        let faults = AskedFaults {
            fail: texts(given, "fail")?,
            lose: texts(given, "lose")?,
            zone: texts(given, "zone")?,
            region: texts(given, "region")?,
            domain: texts(given, "domain")?,
            errors: texts(given, "errors")?,
            latency: texts(given, "latency")?,
            traffic: texts(given, "traffic")?,
        };
        let cause = text(given, "cause")?;
        let cause = cause.map(|name| cli::simulate::cause(&name).map_err(|why| format!("cause: {name}: {why}")));
        let variables = texts(given, "variables")?.into_iter().map(|pair| match pair.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.to_owned())),
            _ => Err(format!("variables: {pair}: expected {{\"NAME\": \"VALUE\"}}")),
        });
        let stops_on_entry = match given.get("stopOnEntry") {
            None | Some(Value::Null) => true,
            Some(Value::Bool(stops)) => *stops,
            Some(other) => return Err(format!("stopOnEntry: {other}: expected true or false")),
        };
        let is_known = |key: &str| KEYS.contains(&key) || OF_EDITORS.contains(&key) || key.starts_with('_');
        let unknown = given.keys().filter(|key| !is_known(key)).map(|key| match closest(key, KEYS) {
            Some(meant) => format!("{key} is no key of a launch configuration; did you mean {meant}?"),
            None => format!("{key} is no key of a launch configuration; there are {}", KEYS.join(", ")),
        });
        Ok(Launch {
            program: directory.join(program),
            stack: text(given, "stack")?,
            faults,
            cause: cause.transpose()?,
            var_files: texts(given, "varFiles")?.into_iter().map(|file| directory.join(file)).collect(),
            variables: variables.collect::<Result<_, String>>()?,
            workspace: text(given, "workspace")?,
            stops_on_entry,
            warnings: unknown.collect(),
        })
    }

    /// Reads the stack as every command does, and plays what is asked to fail in it, all at the same time.
    ///
    /// # Errors
    /// When it can't be read, when several stacks or none fit, when it has nothing of what is asked to fail.
    pub(super) fn play(&self) -> Result<(Arc<Snapshot>, Outage), String> {
        let inputs = Inputs::given(self.var_files.clone(), self.variables.clone(), self.workspace.clone());
        let (snapshot, base) = cli::read_quietly(&self.program, &inputs, BaseChoice::None)?;
        let places = Places::for_people(&snapshot, base);
        let names = self.faults.names();
        let mut fitting: Vec<(&Arc<Stack>, Vec<Fault>)> = Vec::new();
        let mut unknown = None;
        let candidates: Vec<&Arc<Stack>> = snapshot
            .stacks
            .iter()
            .filter(|stack| self.stack.as_ref().is_none_or(|name| is_called(stack, name, &places)))
            .collect();
        if candidates.is_empty() {
            return Err(match &self.stack {
                Some(name) => format!("stack: {name}: expected one of {}", listed(&snapshot.stacks, &places)),
                None => {
                    format!("program: {}: expected a directory or a file of a stack; nothing was found", self.program)
                }
            });
        }
        if names.is_empty() {
            let what = "fail: expected what fails, as zone:NAME or the id of a component";
            return Err(format!("{what}; there are {}", offered(&candidates)));
        }
        for stack in candidates {
            match faults(stack.system(), &names) {
                Ok(faults) => fitting.push((stack, faults)),
                // Another stack may have it.
                Err(error) => drop(unknown.get_or_insert(error)),
            }
        }
        // Of the stacks below a directory the one that is rooted there is meant, where it is only one.
        if let Ok(root) = self.program.canonicalize_utf8()
            && fitting.iter().filter(|(stack, _)| stack.root == root).count() == 1
        {
            fitting.retain(|(stack, _)| stack.root == root);
        }
        let played = match (fitting.as_slice(), unknown) {
            ([(stack, faults)], _) => {
                let ids: Vec<String> = faults.iter().map(|fault| fault.id(stack.system())).collect();
                let knowledge = OutageKnowledge { cause: self.cause, scale: None };
                Outage::of(stack, Played::of(stack, ids.join("+"), faults, knowledge))
            }
            ([], Some(error)) => return Err(format!("fail: {error}")),
            (several, _) => {
                let stacks: Vec<Arc<Stack>> = several.iter().map(|(stack, _)| (*stack).clone()).collect();
                return Err(format!(
                    "{} stacks have what is to fail; say which, as \"stack\": one of {}",
                    several.len(),
                    listed(&stacks, &places)
                ));
            }
        };
        Ok((snapshot, played))
    }
}

fn faults(system: &System, names: &[String]) -> Result<Vec<Fault>, UnknownFault> {
    names.iter().map(|name| Fault::named(system, name)).collect()
}

/// A stack goes by its name, its root, or the last part of that.
fn is_called(stack: &Stack, name: &str, places: &Places<'_>) -> bool {
    let root = stack.root.as_str();
    let is_root = Utf8Path::new(name) == stack.root || stack.root.ends_with(name.trim_start_matches("./"));
    places.name(stack) == name
        || places.title(stack) == name
        || stack.title(root) == name
        || is_root && stack.variant().is_none()
}

fn listed(stacks: &[Arc<Stack>], places: &Places<'_>) -> String {
    let mut names: Vec<String> = stacks.iter().take(MOST_OFFERED).map(|stack| places.name(stack)).collect();
    if stacks.len() > MOST_OFFERED {
        names.push(format!("{} more", stacks.len() - MOST_OFFERED));
    }
    names.join(", ")
}

/// The zones of some stacks, and components that cost most where they fail.
fn offered(stacks: &[&Arc<Stack>]) -> String {
    let mut names: Vec<String> = Vec::new();
    for stack in stacks {
        names.extend(stack.system().zones.iter().map(|zone| format!("zone:{}", zone.name)));
        names.extend(stack.findings.iter().filter_map(|finding| Some(stack.id_of(finding.component?))));
    }
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    names.truncate(MOST_OFFERED);
    match names.is_empty() {
        true => "neither zones nor findings here; foreshock graph lists the components".to_owned(),
        false => names.join(", "),
    }
}

fn text(given: &Map<String, Value>, key: &str) -> Result<Option<String>, String> {
    match given.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if !text.trim().is_empty() => Ok(Some(text.clone())),
        Some(Value::String(_)) => Ok(None),
        Some(other) => Err(format!("{key}: {other}: expected a text")),
    }
}

/// One text, several, or an object of which each member is `NAME=VALUE`. Numbers are texts.
fn texts(given: &Map<String, Value>, key: &str) -> Result<Vec<String>, String> {
    let one = |value: &Value| match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        other => Err(format!("{key}: {other}: expected a text, or a list of texts")),
    };
    match given.get(key) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(values)) => values.iter().map(one).collect(),
        Some(Value::Object(members)) => {
            members.iter().map(|(name, value)| Ok(format!("{name}={}", one(value)?))).collect()
        }
        Some(value) => Ok(vec![one(value)?]),
    }
}
