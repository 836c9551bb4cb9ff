//! Faults by name: what [`Fault::id`] writes, read back, so that people and programs can ask for one.

use std::fmt;

use foreshock_model::{ComponentIndex, DependencyIndex, DomainIndex, RegionIndex, System, ZoneIndex};

use crate::{Factor, Fault, Health, Resource, Share, Unit};

/// Why a name is no fault of this system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownFault {
    /// What was asked for.
    pub asked: String,
    /// What was expected there.
    pub expected: String,
}

impl fmt::Display for UnknownFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: expected {}", self.asked, self.expected)
    }
}

impl std::error::Error for UnknownFault {}

/// A way to write a fault: what a list of them offers, and what is expected where a name is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FaultForm {
    /// How it is written, the user's own words in capitals: `errors:ID:20%`.
    pub form: &'static str,
    /// What it does.
    pub says: &'static str,
}

const fn form(form: &'static str, says: &'static str) -> FaultForm {
    FaultForm { form, says }
}

/// Every kind of fault, the commonest first: the one place where they are listed.
pub const FAULT_FORMS: [FaultForm; 21] = [
    form("component:ID", "the whole component is down; ID alone means the same"),
    form("degraded:ID", "it serves with less; ID=degraded means the same"),
    form("overloaded:ID", "it serves a part of what is asked; ID=overloaded means the same"),
    form("errors:ID:20%", "it fails this share of its requests"),
    form("latency:ID:x10", "it takes so many times as long for each request"),
    form("traffic:x3", "so many times as many requests come in"),
    form("traffic:ID:x3", "the same at one entry point"),
    form("instance:ID#N", "one instance is lost, the first is 0"),
    form("instances:ID=K", "so many instances are lost, the primary among them"),
    form("zone:NAME", "a zone is lost"),
    form("region:NAME", "a region is lost"),
    form("domain:NAME", "a shared domain is lost"),
    form("failover:ID", "the promotion of a standby fails when it is needed"),
    form("common-cause:ID", "what all of its instances share fails"),
    form("service:ID", "the provider's service behind it is lost"),
    form("software:ID", "a bad deploy, a mistake, corrupted data"),
    form("theoretical:ID", "what nobody can engineer away"),
    form("external:ID", "a third party does not keep its promise"),
    form("whole:ID", "what its one explicit figure stands for"),
    form("cut:FROM->TO", "a dependency is lost for its caller alone"),
    form("exhausted:ID:disk", "it has used up its cpu, connections, memory or disk"),
];

impl Fault {
    /// The fault of that name. A bare id is that component as a whole.
    ///
    /// # Errors
    /// When the system has nothing of that name; the text says what was expected and, where it is close, what it has.
    pub fn named(system: &System, name: &str) -> Result<Fault, UnknownFault> {
        if let Some(component) = system.find(name) {
            return Ok(Fault::Component(component));
        }
        // An id may have an equals sign in it, so that it is asked for first.
        if let Some((id, health)) = name.rsplit_once('=')
            && let Some(component) = system.find(id)
        {
            match with_health(component, health) {
                Some(fault) => return Ok(fault),
                None if name.contains(':') => {}
                None => {
                    let expected = format!("{id}=down, {id}=degraded or {id}=overloaded");
                    return Err(UnknownFault { asked: name.to_owned(), expected });
                }
            }
        }
        let unknown = |expected: String| UnknownFault { asked: name.to_owned(), expected };
        let (form, rest) = name.split_once(':').unwrap_or(("", name));
        let component = |id: &str| system.find(id).ok_or_else(|| unknown(one_of(system, id)));
        let unit = |make: fn(ComponentIndex) -> Unit| component(rest).map(|component| Fault::Unit(make(component)));
        let listed = |what: &str, names: Vec<&str>| {
            let found = names.iter().position(|name| *name == rest);
            found.map(|index| index as u32).ok_or_else(|| unknown(a_listed(what, &names)))
        };
        match form {
            "component" => component(rest).map(Fault::Component),
            "common-cause" => unit(Unit::CommonCause),
            "service" => unit(Unit::Service),
            "software" => unit(Unit::Software),
            "theoretical" => unit(Unit::Theoretical),
            "external" => unit(Unit::External),
            "whole" => unit(Unit::Whole),
            "failover" => unit(Unit::Failover),
            "zone" => listed("zone", system.zones.iter().map(|zone| &*zone.name).collect())
                .map(|index| Fault::Unit(Unit::Zone(ZoneIndex(index)))),
            "region" => listed("region", system.regions.iter().map(|region| &*region.name).collect())
                .map(|index| Fault::Unit(Unit::Region(RegionIndex(index)))),
            "domain" => listed("domain", system.domains.iter().map(|domain| &*domain.name).collect())
                .map(|index| Fault::Unit(Unit::Domain(DomainIndex(index)))),
            "instance" => {
                let (id, index) = counted(rest, '#').ok_or_else(|| unknown("instance:ID#N, N from 0".to_owned()))?;
                Ok(Fault::Unit(Unit::Instance { component: component(id)?, index }))
            }
            "instances" => {
                let (id, lost) = counted(rest, '=').ok_or_else(|| unknown("instances:ID=K".to_owned()))?;
                Ok(Fault::Instances { component: component(id)?, lost })
            }
            "cut" => cut(system, rest).map(Fault::Cut).ok_or_else(|| unknown(a_dependency(system))),
            "exhausted" => {
                let asked = rest.rsplit_once(':').and_then(|(id, name)| Some((id, Resource::from_name(name)?)));
                let (id, resource) =
                    asked.ok_or_else(|| unknown("exhausted:ID:cpu, connections, memory or disk".to_owned()))?;
                Ok(Fault::Exhausted { component: component(id)?, resource })
            }
            "latency" => {
                let (id, factor) = rest
                    .rsplit_once(':')
                    .and_then(|(id, factor)| Some((id, times(factor)?)))
                    .ok_or_else(|| unknown("latency:ID:x10".to_owned()))?;
                Ok(Fault::Latency { component: component(id)?, factor })
            }
            "degraded" => component(rest).map(|component| Fault::Impaired { component, health: Health::Degraded }),
            "overloaded" => component(rest).map(|component| Fault::Impaired { component, health: Health::Overloaded }),
            "errors" => {
                let (id, share) = rest
                    .rsplit_once(':')
                    .or_else(|| rest.rsplit_once('='))
                    .ok_or_else(|| unknown("errors:ID:20%".to_owned()))?;
                let share = percent(share)
                    .ok_or_else(|| unknown(format!("a share of requests from 0 % to 100 %, as errors:{id}:20%")))?;
                Ok(Fault::Errors { component: component(id)?, share })
            }
            "traffic" => match rest.rsplit_once(':') {
                None => times(rest)
                    .map(|factor| Fault::Traffic { entry: None, factor })
                    .ok_or_else(|| unknown("traffic:x3".to_owned())),
                Some((id, factor)) => {
                    let factor = times(factor).ok_or_else(|| unknown("traffic:ID:x3".to_owned()))?;
                    Ok(Fault::Traffic { entry: Some(component(id)?), factor })
                }
            },
            _ => Err(unknown(match nearest(name, ids(system)) {
                Some(_) => one_of(system, name),
                None => format!("{}, or a fault as zone:NAME, instance:ID#0, traffic:x3", a_component(system)),
            })),
        }
    }
}

/// `db=degraded`.
fn with_health(component: ComponentIndex, health: &str) -> Option<Fault> {
    match health {
        "down" => Some(Fault::Component(component)),
        "degraded" => Some(Fault::Impaired { component, health: Health::Degraded }),
        "overloaded" => Some(Fault::Impaired { component, health: Health::Overloaded }),
        _ => None,
    }
}

/// `20%`, `20 %`, `0.2`.
fn percent(text: &str) -> Option<Share> {
    let text = text.trim();
    match text.strip_suffix('%') {
        Some(percent) => Share::new(percent.trim_end().parse::<f64>().ok()? / 100.0),
        None => Share::new(text.parse().ok()?),
    }
}

/// `x10`, `10x`, `10`.
fn times(text: &str) -> Option<Factor> {
    let number = text.strip_prefix('x').or_else(|| text.strip_suffix('x')).unwrap_or(text);
    Factor::new(number.parse().ok()?)
}

/// `ID#3` into the id and 3; an id may have the mark in it.
fn counted(text: &str, mark: char) -> Option<(&str, u32)> {
    let (id, count) = text.rsplit_once(mark)?;
    Some((id, count.parse().ok()?))
}

/// An id may have an arrow in it: every way to read the text is tried. `#2` at its end is the second one between the two.
fn cut(system: &System, text: &str) -> Option<DependencyIndex> {
    let between = |text: &str, number: usize| {
        text.match_indices("->").find_map(|(at, arrow)| {
            let (from, to) = (system.find(text.get(..at)?)?, system.find(text.get(at + arrow.len()..)?)?);
            let dependencies = system.dependencies.iter().enumerate();
            let mut found = dependencies.filter(|(_, dependency)| dependency.from == from && dependency.to == to);
            found.nth(number.checked_sub(1)?).map(|(index, _)| DependencyIndex(index as u32))
        })
    };
    between(text, 1).or_else(|| {
        let (text, number) = counted(text, '#')?;
        between(text, number as usize)
    })
}

fn ids(system: &System) -> impl Iterator<Item = &str> {
    system.components.iter().map(|component| component.id.as_str())
}

fn one_of(system: &System, asked: &str) -> String {
    match nearest(asked, ids(system)) {
        Some(near) => format!("the id of a component; did you mean {near}?"),
        None => a_component(system),
    }
}

/// The components that most others call, as an answer to a name that is none.
fn a_component(system: &System) -> String {
    /// More are not read by anybody.
    const MOST: usize = 5;
    let mut callers = vec![0_u32; system.components.len()];
    for dependency in &system.dependencies {
        if let Some(count) = callers.get_mut(dependency.to.index()) {
            *count += 1;
        }
    }
    let mut names: Vec<(u32, &str)> = callers.into_iter().zip(ids(system)).collect();
    names.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.cmp(other.1)));
    let shown: Vec<&str> = names.iter().take(MOST).map(|(_, id)| *id).collect();
    match names.len() {
        0 => "a component, but this system has none".to_owned(),
        count if count <= MOST => format!("one of the components {}", shown.join(", ")),
        count => format!("one of the {count} components, as {}", shown.join(", ")),
    }
}

fn a_listed(what: &str, names: &[&str]) -> String {
    /// More are not read by anybody.
    const MOST: usize = 10;
    match names {
        [] => format!("a {what}, but this system has none"),
        names if names.len() <= MOST => format!("one of the {what}s {}", names.join(", ")),
        names => format!("one of {} {what}s", names.len()),
    }
}

fn a_dependency(system: &System) -> String {
    let example = system.dependencies.first().and_then(|dependency| {
        let (from, to) = (system.component(dependency.from)?, system.component(dependency.to)?);
        Some(format!("a dependency as cut:{}->{}", from.id, to.id))
    });
    example.unwrap_or_else(|| "a dependency, but this system has none".to_owned())
}

/// The name that is closest to what was asked, if any is close.
fn nearest<'a>(asked: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let tail = |name: &str| name.ends_with(&format!(".{asked}"));
    let scored = names.map(|name| {
        let similarity = if tail(name) { 2.0 } else { strsim::normalized_damerau_levenshtein(asked, name) };
        (similarity, name)
    });
    let best = scored.max_by(|one, other| one.0.total_cmp(&other.0).then_with(|| other.1.cmp(one.1)))?;
    (best.0 > 0.6).then_some(best.1)
}
