//! The variables: how every component fares, what users have left, how it comes back.

use foreshock_engine::{Health, Restored};
use foreshock_model::ComponentIndex;
use foreshock_report::{Change, Turn, back, duration, health_name, time_span, yearly};
use foreshock_text::visible;
use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::{Value, json};

use super::run::Run;

const STATE: i64 = 1;
const UP: i64 = 2;
const USERS: i64 = 3;
const RECOVERY: i64 = 4;
const OUTAGE: i64 = 5;
/// From here on, a component each.
const COMPONENTS: i64 = 1000;

/// The reference of what is known of a component.
pub(super) fn of_component(component: ComponentIndex) -> i64 {
    COMPONENTS + i64::from(component.0)
}

/// The scopes, with that of the component of a frame first.
pub(super) fn scopes(run: &Run, component: Option<ComponentIndex>) -> Value {
    let scope = |name: &str, reference: i64| json!({"name": name, "variablesReference": reference, "expensive": false});
    let own = component.map(|component| scope(&shown(&run.outage.stack.id_of(component)), of_component(component)));
    let all = [("State", STATE), ("Users", USERS), ("Recovery", RECOVERY), ("Outage", OUTAGE)];
    let all = all.into_iter().map(|(name, reference)| scope(name, reference));
    json!({"scopes": own.into_iter().chain(all).collect::<Vec<_>>()})
}

/// What is behind a reference.
///
/// # Errors
/// When there is nothing of that number.
pub(super) fn variables(run: &Run, reference: i64) -> Result<Vec<Value>, String> {
    let last = run.outage.last_changes(run.position);
    match reference {
        STATE => Ok(state(run, &last)),
        UP => Ok(unchanged(run, &last).map(|component| line(run, component, &last)).collect()),
        USERS => Ok(users(run, &last)),
        RECOVERY => Ok(recovery(run)),
        OUTAGE => Ok(outage(run)),
        _ => {
            let component = reference.checked_sub(COMPONENTS).and_then(|index| u32::try_from(index).ok());
            let component = component.map(ComponentIndex);
            let known = component.filter(|component| run.outage.stack.system().component(*component).is_some());
            let component = known.ok_or_else(|| format!("there is nothing of the reference {reference}"))?;
            Ok(details(run, component, &last))
        }
    }
}

/// How a component fares now, in words: `DOWN since 5 s, back after 1.9 h`.
pub(super) fn fares(run: &Run, component: ComponentIndex, last: Option<&Change>) -> String {
    let health = run.outage.health(component, last);
    let mut words = word(health).to_owned();
    match last {
        Some(change) if change.turn == Turn::Whole => words.push_str(&format!(" again since {}", since(change.at))),
        Some(change) => {
            words.push_str(&format!(" since {}", since(change.at)));
            let mut next = run.outage.changes.iter().skip(run.position.map_or(0, |position| position + 1));
            match next.rfind(|next| next.component == component) {
                Some(next) => words.push_str(&format!(", back after {}", time_span(next.at))),
                None if run.outage.played.recovery.is_some() => words.push_str(", not back by itself"),
                None => {}
            }
        }
        None => {}
    }
    words
}

/// Variables show what people say: a component that serves is up.
fn word(health: Health) -> &'static str {
    match health {
        Health::Healthy => "up",
        health => health_name(health),
    }
}

fn since(at: f64) -> String {
    if at > 0.0 { time_span(at) } else { "the beginning".to_owned() }
}

/// What changed, the latest first; the others in a group of their own.
fn state(run: &Run, last: &FxHashMap<ComponentIndex, Change>) -> Vec<Value> {
    let passed = run.position.map_or(0, |position| position + 1);
    let mut seen = FxHashSet::default();
    let latest = run.outage.changes.iter().take(passed).rev().map(|change| change.component);
    let latest = latest.filter(|component| seen.insert(*component));
    let mut lines: Vec<Value> = latest.map(|component| line(run, component, last)).collect();
    let others = unchanged(run, last).count();
    if others > 0 {
        let value = format!("{others} component{}", if others == 1 { "" } else { "s" });
        lines.push(json!({"name": "as before", "value": value, "variablesReference": UP, "namedVariables": others,
            "presentationHint": {"kind": "virtual"}}));
    }
    lines
}

fn unchanged<'a>(
    run: &'a Run,
    last: &'a FxHashMap<ComponentIndex, Change>,
) -> impl Iterator<Item = ComponentIndex> + 'a {
    run.outage.stack.system().iter().map(|(component, _)| component).filter(|component| !last.contains_key(component))
}

fn line(run: &Run, component: ComponentIndex, last: &FxHashMap<ComponentIndex, Change>) -> Value {
    let id = run.outage.stack.id_of(component);
    json!({"name": shown(&id), "value": fares(run, component, last.get(&component)), "evaluateName": id,
        "type": run.outage.stack.system().component(component).map(|it| it.kind.name()),
        "variablesReference": of_component(component)})
}

fn users(run: &Run, last: &FxHashMap<ComponentIndex, Change>) -> Vec<Value> {
    let entries = &run.outage.stack.assessment.basis.entries;
    let all: f64 = entries.iter().map(|entry| entry.weight).sum();
    let lost = match run.outage.lost(run.position) {
        Some(lost) => percent(lost),
        None => "not known: nothing here is known to be reached by users".to_owned(),
    };
    let mut lines = vec![plain("lost now", lost)];
    let worst = run.outage.played.entry_loss;
    lines.extend(worst.map(|loss| plain("lost at worst", percent(loss))));
    lines.extend(run.outage.played.likely_loss.map(|loss| plain("lost, likely", percent(loss))));
    for entry in entries {
        let id = run.outage.stack.id_of(entry.component);
        let fares = fares(run, entry.component, last.get(&entry.component));
        let value = match entries.len() {
            1 => fares,
            _ => format!("{fares}; reached by {} of the users", percent(entry.weight / all)),
        };
        lines.push(json!({"name": shown(&id), "value": value, "evaluateName": id,
            "variablesReference": of_component(entry.component)}));
    }
    lines
}

fn recovery(run: &Run) -> Vec<Value> {
    let Some(recovery) = &run.outage.played.recovery else {
        return vec![plain("back", "nobody says when this ends".to_owned())];
    };
    let mut lines = Vec::new();
    let service = recovery.service.as_ref();
    lines.push(plain("users are served again", service.map_or_else(|| "they were all the time".to_owned(), back)));
    let everything = recovery.everything.as_ref();
    lines.push(plain("everything serves again", everything.map_or_else(|| "nothing stops serving".to_owned(), back)));
    for deadlock in &recovery.deadlocks {
        let circle = deadlock.circle.iter().map(|waiting| run.outage.stack.id_of(waiting.component));
        lines.push(plain("can't come back without each other", circle.collect::<Vec<_>>().join(", ")));
    }
    for it in &recovery.components {
        let id = run.outage.stack.id_of(it.component);
        lines.push(json!({"name": shown(&id), "value": returns(run, it), "evaluateName": id,
            "variablesReference": of_component(it.component)}));
    }
    lines
}

/// `after 1.9 h, 9 of 10 times within 9 h; waits for orders`
fn returns(run: &Run, it: &Restored) -> String {
    let when = if it.health == Health::Down { &it.serves } else { &it.whole };
    let waits = it.waits_for.map_or_else(String::new, |other| format!("; waits for {}", run.outage.stack.id_of(other)));
    shown(&format!("{}{waits}", back(when)))
}

fn outage(run: &Run) -> Vec<Value> {
    let played = &run.outage.played;
    let mut lines = vec![plain("fails", shown(&run.outage.faults_in_words()))];
    lines.extend(run.change().map(|change| plain("time", format!("{} after the failure", time_span(change.at)))));
    let passed = run.position.map_or(0, |position| position + 1);
    lines.push(plain("changes", format!("{passed} of {}", run.outage.changes.len())));
    lines.extend(played.severity().map(|severity| plain("severity", format!("{severity:.1} of 10"))));
    let often = played.times_a_year.map(|times| match times {
        times if times >= 1.0 => format!("about {times:.0} times a year"),
        times if times > 0.0 => format!("about once in {:.0} years", 1.0 / times),
        _ => "never, by its figures".to_owned(),
    });
    lines.extend(often.map(|often| plain("how often", often)));
    let minutes = played.likelihood.map(foreshock_engine::minutes_per_year);
    lines.extend(minutes.and_then(yearly).map(|time| plain("in that state", time)));
    lines
}

fn details(run: &Run, component: ComponentIndex, last: &FxHashMap<ComponentIndex, Change>) -> Vec<Value> {
    let stack = &run.outage.stack;
    let Some(it) = stack.system().component(component) else { return Vec::new() };
    let last = last.get(&component);
    let mut lines = vec![plain("state", fares(run, component, last))];
    lines.extend(last.map(|change| plain("because", run.outage.sentence(change))));
    if let Some(effect) = run.outage.played.cascade.effect(component) {
        let likely = &effect.likely;
        let value = format!("{}, DOWN in {} of such failures", health_name(likely.health), percent(likely.down));
        lines.push(plain("likely at worst", value));
        lines.extend(effect.errors.map(|errors| plain("fails", format!("{} of its requests", percent(errors)))));
        lines.extend(effect.latency.map(|latency| plain("a request takes", duration(latency.get()))));
    }
    let recovery = run.outage.played.recovery.iter().flat_map(|recovery| &recovery.components);
    if let Some(restored) = recovery.clone().find(|it| it.component == component) {
        lines.push(plain("back", returns(run, restored)));
        if restored.assumed {
            lines.push(plain("times", "by default figures, in part at least".to_owned()));
        }
    }
    lines.push(plain("kind", it.kind.name().to_owned()));
    if *it.label != *it.id.as_str() {
        lines.push(plain("name", shown(&it.label)));
    }
    if let Some(instances) = it.redundancy.instances.known() {
        lines.push(plain("instances", format!("{instances}, {} needed", it.redundancy.required)));
    }
    if let Some(zones) = it.redundancy.zones.known() {
        let names = zones.iter().filter_map(|zone| stack.system().zones.get(zone.index()));
        let names: Vec<&str> = names.map(|zone| &*zone.name).collect();
        lines.push(plain("zones", if names.is_empty() { "none".to_owned() } else { shown(&names.join(", ")) }));
    }
    lines
}

fn plain(name: &str, value: String) -> Value {
    json!({"name": name, "value": shown(&value), "variablesReference": 0})
}

/// Names come from texts that somebody else may have written.
fn shown(text: &str) -> String {
    visible(text).into_owned()
}

/// `25 %`, `0.8 %`
fn percent(share: f64) -> String {
    let text = format!("{:.1}", 100.0 * share);
    format!("{} %", text.strip_suffix(".0").unwrap_or(&text))
}
