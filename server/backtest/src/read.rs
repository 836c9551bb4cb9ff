//! Reads a file of incidents: JSON, with a place for whatever is wrong. What the file says of each is in docs/backtest.md.

use foreshock_engine::{Factor, Fault, Health, Resource, Share};
use foreshock_model::{ComponentIndex, DependencyIndex, Seconds, System};
use foreshock_syntax::json::{Cursor, parse};

use crate::incident::Class;
use crate::report::{LeftOut, Report};
use crate::{Incident, IncidentFile, IncidentProblem, Outcome, SeverityClass, graph};

/// Objects in lists in objects; deeper ones mean nothing here.
const DEEPEST: u32 = 40;
/// The shape of a file.
const SHAPE: &str = "expected {\"incidents\": [{\"id\", \"components\", \"edges\", \"fault\", \"affected\"}]}";
/// What is there for people.
const TOLD: &[&str] = &[
    "affected_but_not_in_graph",
    "comment",
    "date",
    "description",
    "evidence",
    "expected_cascade_path",
    "fault_component_matches_public_root_cause",
    "label",
    "name",
    "note",
    "notes",
    "provenance",
    "provider",
    "quote",
    "schema",
    "source",
    "sources",
    "summary",
    "synthetic",
    "title",
    "url",
    "why",
    "year",
];

impl IncidentFile {
    /// Reads a file of incidents. Incidents that make no sense are left out, each with the reason and its place; what was
    /// not understood of the others is told as well.
    ///
    /// # Errors
    /// When the text is no JSON of that shape; the message has line and column.
    pub fn read(text: &str) -> Result<(IncidentFile, Vec<IncidentProblem>), String> {
        let (root, problems) = parse(text, DEEPEST);
        let mut report = Report::new(text);
        let at = |report: &Report<'_>, span| {
            let (line, column) = report.place(span);
            format!("line {line} column {column}")
        };
        if let Some(problem) = problems.first() {
            return Err(format!("{}: {}; {SHAPE}", at(&report, problem.span), problem.message));
        }
        let root = Cursor { text, node: &root };
        let Some(list) = root.get("incidents").filter(|list| list.is_list()) else {
            let span = root.get("incidents").map_or(root.span(), Cursor::span);
            return Err(format!("{}: {SHAPE}", at(&report, span)));
        };
        report.keys("the file", root, &["warning", "incidents", "faultray_scores"], TOLD);
        let warning = root.get("warning").and_then(Cursor::string).map(|warning| warning.into_owned());
        let mut file = IncidentFile { warning, incidents: Vec::new() };
        for (number, item) in list.items().enumerate() {
            let id = item.get("id").and_then(Cursor::string).map(|id| id.into_owned());
            report.incident = id.clone().unwrap_or_else(|| format!("incident {}", number + 1));
            if let Ok(incident) = incident(item, id, &mut report) {
                file.incidents.push(incident);
            }
        }
        Ok((file, report.finish()))
    }
}

fn incident(item: Cursor<'_>, id: Option<String>, report: &mut Report<'_>) -> Result<Incident, LeftOut> {
    if !item.is_object() {
        return Err(report.expected("an incident {\"id\", \"components\", ...}", item));
    }
    let Some(id) = id else {
        return Err(match item.get("id") {
            Some(id) => report.expected("a text as id", id),
            None => report.refuse(item.span(), "there is no \"id\"; expected a text".to_owned()),
        });
    };
    let read = [
        "id",
        "components",
        "edges",
        "alternatives",
        "fault",
        "faults",
        "affected",
        "down",
        "degraded",
        "unaffected",
        "ignored",
        "severity",
        "downtime_min",
        "cause",
        "cause_class",
    ];
    report.keys("an incident", item, &read, TOLD);
    let graph::Read { system, ignored, states } = graph::read(item, report)?;
    let faults = faults(item, &system, report)?;
    let fault = faults.iter().find_map(|(component, _)| *component);
    let Some(fault) = fault else {
        return Err(report.refuse(item.span(), "nothing fails; expected \"fault\": {\"component\": id}".to_owned()));
    };
    let mut outcomes: Vec<Option<Outcome>> = states;
    let mut outside = 0;
    let mut said = Said { system: &system, outcomes: &mut outcomes, outside: &mut outside };
    said.affected(item, report)?;
    for (key, outcome) in [
        ("down", Outcome::Known(Class::Down)),
        ("degraded", Outcome::Known(Class::Degraded)),
        ("unaffected", Outcome::Known(Class::Unaffected)),
        ("ignored", Outcome::Ignored),
    ] {
        if let Some(list) = item.some(key) {
            said.list(list, outcome, report)?;
        }
    }
    let nothing_said = ["affected", "down", "degraded"].iter().all(|key| item.get(key).is_none());
    if nothing_said && !outcomes.iter().flatten().any(|outcome| outcome.is_affected() == Some(true)) {
        return Err(report.refuse(item.span(), "there is no \"affected\"; expected a list of ids".to_owned()));
    }
    let mut outcomes: Vec<Outcome> =
        outcomes.into_iter().map(|outcome| outcome.unwrap_or(Outcome::Known(Class::Unaffected))).collect();
    for (outcome, ignored) in outcomes.iter_mut().zip(ignored) {
        if ignored {
            *outcome = Outcome::Ignored;
        }
    }
    let severity = item.some("severity").and_then(|word| {
        let named = word.string().and_then(|word| SeverityClass::named(&word));
        if named.is_none() {
            let message = "the severity is none that is known; expected critical, major, high, minor, medium or low";
            report.note(word.span(), message.to_owned());
        }
        named
    });
    let downtime = item.some("downtime_min").and_then(|minutes| {
        let seconds = minutes.number().and_then(|minutes| Seconds::new(minutes * 60.0));
        if seconds.is_none() {
            report.note(minutes.span(), "expected minutes, a number that is not negative".to_owned());
        }
        seconds
    });
    let text = |key: &str| item.some(key).and_then(Cursor::string).map(|text| text.into_owned());
    let (cause, cause_class) = (text("cause"), text("cause_class"));
    let faults = faults.into_iter().map(|(_, fault)| fault).collect();
    Ok(Incident { id, system, fault, faults, outcomes, outside, severity, downtime, cause, cause_class })
}

/// Who was affected, and how badly.
struct Said<'a> {
    system: &'a System,
    outcomes: &'a mut [Option<Outcome>],
    outside: &'a mut usize,
}

impl Said<'_> {
    /// A list of ids, of `{"id", "class"}`, or `{"down": [...], "degraded": [...]}`.
    fn affected(&mut self, item: Cursor<'_>, report: &mut Report<'_>) -> Result<(), LeftOut> {
        let Some(affected) = item.some("affected") else { return Ok(()) };
        if affected.is_list() {
            return self.list(affected, Outcome::Affected, report);
        }
        if !affected.is_object() {
            return Err(report.expected("a list of ids, or {\"down\": [...], \"degraded\": [...]}", affected));
        }
        report.keys("affected", affected, &["down", "degraded"], &[]);
        for (key, class) in [("down", Class::Down), ("degraded", Class::Degraded)] {
            if let Some(list) = affected.some(key) {
                self.list(list, Outcome::Known(class), report)?;
            }
        }
        Ok(())
    }

    fn list(&mut self, list: Cursor<'_>, outcome: Outcome, report: &mut Report<'_>) -> Result<(), LeftOut> {
        if !list.is_list() {
            return Err(report.expected("a list of ids", list));
        }
        for item in list.items() {
            let id = item.string().or_else(|| item.get("id").or_else(|| item.get("component"))?.string());
            let Some(id) = id else { return Err(report.expected("the id of a component", item)) };
            let word = ["class", "state", "outcome", "health"].iter().find_map(|key| item.some(key));
            let outcome = match word {
                Some(word) => outcome_of(word, report).unwrap_or(outcome),
                None => outcome,
            };
            self.say(&id, item, outcome, report)?;
        }
        Ok(())
    }

    fn say(&mut self, id: &str, at: Cursor<'_>, outcome: Outcome, report: &mut Report<'_>) -> Result<(), LeftOut> {
        let slot = self.system.find(id).and_then(|index| self.outcomes.get_mut(index.index()));
        let Some(slot) = slot else {
            // Every predictor misses what the graph does not have.
            *self.outside += usize::from(outcome.is_affected() == Some(true));
            return Ok(());
        };
        let before = slot.and_then(Outcome::is_affected);
        if before.is_some() && outcome.is_affected().is_some() && before != outcome.is_affected() {
            return Err(report.refuse(at.span(), format!("{id} is said to be affected and unaffected; expected one")));
        }
        // The more exact of two words stands; what is to be ignored is.
        if !matches!((*slot, outcome), (Some(Outcome::Known(_) | Outcome::Ignored), Outcome::Affected)) {
            *slot = Some(outcome);
        }
        Ok(())
    }
}

/// `"degraded"`; none, and told, for a word that is not known.
pub(crate) fn outcome_of(word: Cursor<'_>, report: &mut Report<'_>) -> Option<Outcome> {
    let text = word.string().unwrap_or_default().to_lowercase();
    let outcome = match &*text {
        "down" | "unavailable" | "failed" | "outage" => Outcome::Known(Class::Down),
        "degraded" | "impaired" | "partial" | "overloaded" | "slow" => Outcome::Known(Class::Degraded),
        "unaffected" | "healthy" | "up" | "ok" => Outcome::Known(Class::Unaffected),
        "affected" => Outcome::Affected,
        "ignored" | "unknown" => Outcome::Ignored,
        _ => {
            report.note(word.span(), "expected down, degraded, unaffected, affected or ignored".to_owned());
            return None;
        }
    };
    Some(outcome)
}

/// `"fault": {...}`, and `"faults": [{...}]` where several failed at once; each with the component it is about.
fn faults(
    item: Cursor<'_>,
    system: &System,
    report: &mut Report<'_>,
) -> Result<Vec<(Option<ComponentIndex>, Fault)>, LeftOut> {
    let several = item.some("faults").filter(|list| list.is_list());
    let all: Vec<Cursor<'_>> =
        item.some("fault").into_iter().chain(several.into_iter().flat_map(Cursor::items)).collect();
    let mut found = Vec::with_capacity(all.len());
    for one in all {
        if !one.is_object() {
            return Err(report.expected("{\"component\": id, \"kind\": \"component_down\"}", one));
        }
        report.keys(
            "a fault",
            one,
            &["component", "kind", "share", "error_rate", "factor", "lost", "resource", "from", "to"],
            TOLD,
        );
        found.push(fault(one, system, report)?);
    }
    found.dedup();
    Ok(found)
}

/// The kinds of root faults.
const KINDS: &str = "component_down, degraded, overloaded, errors (with a share), latency (with a factor), \
instances_lost (with lost), exhausted (with a resource) or dependency_cut (from, to)";

fn fault(
    one: Cursor<'_>,
    system: &System,
    report: &mut Report<'_>,
) -> Result<(Option<ComponentIndex>, Fault), LeftOut> {
    let component = |key: &str, report: &mut Report<'_>| -> Result<ComponentIndex, LeftOut> {
        let Some(name) = one.some(key) else {
            return Err(report.refuse(one.span(), format!("there is no \"{key}\"; expected the id of a component")));
        };
        let Some(id) = name.string() else { return Err(report.expected("the id of a component", name)) };
        system.find(&id).ok_or_else(|| {
            report.refuse(name.span(), format!("there is no component {id}; expected one of its components"))
        })
    };
    let kind = one.some("kind").and_then(Cursor::string).unwrap_or_else(|| "component_down".into()).to_lowercase();
    if matches!(&*kind, "dependency_cut" | "cut" | "partition") {
        let (from, to) = (component("from", report)?, component("to", report)?);
        let edge = system.dependencies.iter().position(|it| (it.from, it.to) == (from, to));
        let Some(edge) = edge else {
            return Err(
                report.refuse(one.span(), "there is no such edge to cut; expected from and to of one".to_owned())
            );
        };
        return Ok((Some(from), Fault::Cut(DependencyIndex(edge as u32))));
    }
    let component = component("component", report)?;
    let number = |keys: &[&str]| keys.iter().find_map(|key| one.some(key)).and_then(share_or_number);
    let fault = match &*kind {
        "component_down" | "down" | "outage" | "unavailable" | "crash" => Fault::Component(component),
        "degraded" | "component_degraded" | "partial" | "gray" => {
            Fault::Impaired { component, health: Health::Degraded }
        }
        "overloaded" | "overload" | "capacity" => Fault::Impaired { component, health: Health::Overloaded },
        // An incident's graph has no times: what is slow serves with less.
        "latency" | "slow" => match number(&["factor"]).and_then(Factor::new) {
            Some(factor) if system.component(component).is_some_and(|it| it.capacity.latency.is_some()) => {
                Fault::Latency { component, factor }
            }
            _ => Fault::Impaired { component, health: Health::Degraded },
        },
        "errors" | "error" | "error_rate" => match number(&["share", "error_rate"]).map(Share::new) {
            Some(Some(share)) => Fault::Errors { component, share },
            Some(None) => {
                return Err(report.refuse(one.span(), "expected a share from 0 to 1, or as \"20%\"".to_owned()));
            }
            None => Fault::Impaired { component, health: Health::Degraded },
        },
        "instances_lost" | "instance_down" | "instances" => {
            let lost = number(&["lost"]).unwrap_or(1.0);
            if lost.fract() != 0.0 || !(1.0..=1e6).contains(&lost) {
                return Err(report.refuse(one.span(), "expected a whole number of lost instances".to_owned()));
            }
            Fault::Instances { component, lost: lost as u32 }
        }
        "exhausted" | "resource_exhausted" => {
            let named = one.some("resource").and_then(Cursor::string);
            match named.as_deref().and_then(Resource::from_name) {
                Some(resource) => Fault::Exhausted { component, resource },
                None => {
                    let message = "expected \"resource\": cpu, connections, memory or disk".to_owned();
                    return Err(report.refuse(one.span(), message));
                }
            }
        }
        _ => {
            let span = one.get("kind").map_or(one.span(), Cursor::span);
            report.note(
                span,
                format!("the kind of fault {kind} is not known; expected {KINDS}. Taken for component_down"),
            );
            Fault::Component(component)
        }
    };
    Ok((Some(component), fault))
}

/// `0.2` or `"20%"`.
fn share_or_number(value: Cursor<'_>) -> Option<f64> {
    value.number().or_else(|| {
        let text = value.string()?;
        match text.trim().strip_suffix('%') {
            Some(percent) => Some(percent.trim().parse::<f64>().ok()? / 100.0),
            None => text.trim().trim_matches('x').parse().ok(),
        }
    })
}
