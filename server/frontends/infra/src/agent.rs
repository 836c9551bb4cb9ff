//! Agents, models and tools: how often their answers are wrong, and what keeps them right.

use foreshock_catalog::Defaults;
use foreshock_model::{
    Agent, Calls, ComponentIndex, ComponentKind, Grounding, Plane, Probability, SourceFailure, Sourced, System,
};
use foreshock_syntax::yaml::{Pair, Value};
use std::sync::Arc;

use crate::component::Context;
use crate::fields::{PARAMETERS, SOURCE};
use crate::file::component_named;
use crate::problem::ProblemKind;
use crate::reliability::promise;
use crate::section::{Bounds, Report, Section, Written};

/// What the agent blocks of a component say.
#[derive(Default)]
pub(crate) struct Read {
    pub(crate) agent: Option<Agent>,
    /// An unavailability that a model's provider promises.
    pub(crate) promise: Option<Written<f64>>,
    pub(crate) calls: Calls,
    pub(crate) needs_grounding: bool,
}

/// The blocks, by what they are called.
const BLOCKS: [&str; 4] = ["agent_config", "llm_config", "tool_config", "orchestrator_config"];
/// What h0 is called: ours first, then what is found in existing files.
const BASE_RATE: [&str; 6] = [
    "base_hallucination_rate",
    "h0",
    "hallucination_rate",
    "hallucination_risk",
    "hallucination_probability",
    "base_rate",
];
/// What the list of sources is called.
const SOURCES: [&str; 5] = ["grounding", "grounding_sources", "data_sources", "data_source_weights", "sources"];
/// What the way is called in which sources fail.
const FAIL_MODE: [&str; 4] = ["fail_mode", "failure_mode", "on_failure", "fails_with"];
const FAIL_MODES: [(&str, SourceFailure); 3] =
    [("error", SourceFailure::Error), ("stale", SourceFailure::Stale), ("empty", SourceFailure::Empty)];

pub(crate) fn read(section: &mut Section<'_>, context: &mut Context<'_, '_>, kind: ComponentKind) -> Read {
    let mut read = Read::default();
    let mut said = Said::default();
    for key in BLOCKS {
        let Some((mut block, _)) = section.section(context.report, key, "") else { continue };
        said.add(&mut block, context);
        match key {
            "llm_config" => read.promise = promise(&mut block, context.report, "availability_sla"),
            "orchestrator_config" => read.calls = calls(&mut block, context.report).unwrap_or(read.calls),
            _ => {}
        }
    }
    // Existing files also keep these among the parameters, and exports all of them, where other components may mean
    // something else by them.
    if is_agent(kind)
        && let Some(pair) = section.take("parameters")
        && pair.value.pairs().is_some()
        && let Some(mut parameters) = Section::of(context.report, pair.value, &PARAMETERS, "")
    {
        said.add(&mut parameters, context);
        read.promise = read.promise.or_else(|| promise(&mut parameters, context.report, "availability_sla"));
        read.calls = calls(&mut parameters, context.report).unwrap_or(read.calls);
    }
    let assumed = kind == ComponentKind::AiAgent;
    if assumed || said.base_rate.is_some() || !said.grounding.is_empty() {
        let base_rate = match said.base_rate {
            Some(written) => Sourced { value: Probability::clamped(written.value), source: written.source() },
            None => {
                let row = context.defaults.number("hallucination");
                let value = if assumed { Probability::clamped(row.value) } else { Probability::ZERO };
                Sourced { value, source: row.source }
            }
        };
        read.needs_grounding = said.requires_grounding && said.grounding.is_empty();
        read.agent = Some(Agent { base_rate, grounding: said.grounding });
    }
    read
}

/// Whether it calls all at once, where that is written.
fn calls(block: &mut Section<'_>, report: &mut Report) -> Option<Calls> {
    let pattern = block.text(report, "pattern")?;
    Some(if &*pattern.value == "parallel" { Calls::Parallel } else { Calls::Sequential })
}

fn is_agent(kind: ComponentKind) -> bool {
    use ComponentKind::{AgentOrchestrator, AiAgent, LlmEndpoint, ToolService};
    matches!(kind, AiAgent | LlmEndpoint | ToolService | AgentOrchestrator)
}

#[derive(Default)]
struct Said {
    base_rate: Option<Written<f64>>,
    grounding: Vec<Grounding>,
    requires_grounding: bool,
}

impl Said {
    fn add(&mut self, block: &mut Section<'_>, context: &mut Context<'_, '_>) {
        for key in BASE_RATE {
            let rate = block.number(context.report, key, Bounds::Fraction);
            self.base_rate = self.base_rate.take().or(rate);
        }
        let required = block.flag(context.report, "requires_grounding");
        self.requires_grounding |= required.is_some_and(|required| required.value);
        let failure = fail_mode(block, context.report).unwrap_or_default();
        for key in SOURCES {
            if let Some(pair) = block.take(key) {
                sources(&pair, failure, context, &mut self.grounding);
            }
        }
    }
}

fn fail_mode(block: &mut Section<'_>, report: &mut Report) -> Option<SourceFailure> {
    let mut found = None;
    for key in FAIL_MODE {
        let word = block.word(report, key, &FAIL_MODES);
        found = found.or(word.map(|word| word.value));
    }
    found
}

/// A list of ids or of maps, a map from ids to weights, or a text `id:weight,id:weight`.
fn sources(pair: &Pair<'_>, failure: SourceFailure, context: &mut Context<'_, '_>, into: &mut Vec<Grounding>) {
    let value = pair.value;
    let default = Probability::clamped(context.defaults.number("grounding_weight").value);
    let mut add = |grounding: Grounding, at: Value<'_>, report: &mut Report| {
        if into.iter().any(|known| known.source == grounding.source) {
            let name = crate::section::found(at).trim_matches('"').to_owned();
            report.tell(at.span(), ProblemKind::Repeated { field: pair.name.to_owned(), name });
        } else {
            into.push(grounding);
        }
    };
    if let Some(items) = value.items() {
        for item in items.filter(|item| !item.is_null()) {
            match item.pairs() {
                None => {
                    if let Some(source) = component_named(context.report, context.ids, pair.name, item) {
                        add(Grounding { source, weight: default, failure }, item, context.report);
                    }
                }
                Some(_) => {
                    let Some(mut section) = Section::of(context.report, item, &SOURCE, "") else { continue };
                    if let Some((grounding, at)) = described(&mut section, item, failure, default, context) {
                        add(grounding, at, context.report);
                    }
                    section.finish(context.report);
                }
            }
        }
        return;
    }
    if let Some(pairs) = value.pairs() {
        for pair in pairs {
            let source = component_named(context.report, context.ids, "a source", pair.key);
            let (weight, failure) = weighed(pair.value, failure, default, context.report);
            if let Some(source) = source {
                add(Grounding { source, weight, failure }, pair.key, context.report);
            }
        }
        return;
    }
    let Some(scalar) = value.scalar() else {
        context.report.wrong_type(pair.name, value, "a list of sources with weights");
        return;
    };
    for part in scalar.text().split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let (id, weight) = part.rsplit_once(':').unwrap_or((part, ""));
        let weight = weight.trim().parse().ok().and_then(Probability::new);
        match context.ids.find(id.trim()) {
            Some(source) => {
                add(Grounding { source, weight: weight.unwrap_or(default), failure }, value, context.report);
            }
            None => {
                let suggestion = context.ids.closest(id.trim());
                let kind = ProblemKind::UnknownId { field: pair.name.to_owned(), id: id.trim().to_owned(), suggestion };
                context.report.tell(value.span(), kind);
            }
        }
    }
}

/// `{source: id, weight: 0.4, fail_mode: stale}`.
fn described<'t>(
    section: &mut Section<'t>,
    item: Value<'t>,
    failure: SourceFailure,
    default: Probability,
    context: &mut Context<'_, '_>,
) -> Option<(Grounding, Value<'t>)> {
    let names: Vec<Pair<'t>> = ["source", "id", "component"].iter().filter_map(|key| section.take(key)).collect();
    let weight = section.number(context.report, "weight", Bounds::Fraction);
    let failure = fail_mode(section, context.report).unwrap_or(failure);
    let Some(name) = names.first() else {
        let kind = ProblemKind::Missing { field: "source".to_owned(), of: "a source of an agent" };
        context.report.tell(item.span(), kind);
        return None;
    };
    let source = component_named(context.report, context.ids, name.name, name.value)?;
    let weight = weight.map_or(default, |weight| Probability::clamped(weight.value));
    Some((Grounding { source, weight, failure }, name.value))
}

/// A weight, or a map with it.
fn weighed(
    value: Value<'_>,
    failure: SourceFailure,
    default: Probability,
    report: &mut Report,
) -> (Probability, SourceFailure) {
    if value.is_null() {
        return (default, failure);
    }
    if value.pairs().is_none() {
        let number = report.number_in("weight", value, Bounds::Fraction);
        return (number.map_or(default, Probability::clamped), failure);
    }
    let Some(mut section) = Section::of(report, value, &SOURCE, "") else { return (default, failure) };
    let weight = section.number(report, "weight", Bounds::Fraction);
    let failure = fail_mode(&mut section, report).unwrap_or(failure);
    section.finish(report);
    (weight.map_or(default, |weight| Probability::clamped(weight.value)), failure)
}

/// An agent that must be grounded and lists no sources rests on the data that it depends on.
pub(crate) fn ground_in_dependencies(system: &mut System, agent: ComponentIndex, defaults: Defaults<'_>) {
    use ComponentKind::{Cache, Database, ExternalApi, Storage, ToolService};
    let weight = Probability::clamped(defaults.number("grounding_weight").value);
    let mut sources: Vec<ComponentIndex> = Vec::new();
    for dependency in system.dependencies.iter().filter(|it| it.from == agent && it.plane == Plane::Data) {
        let kind = system.component(dependency.to).map(|component| component.kind);
        if matches!(kind, Some(Database | Cache | Storage | ToolService | ExternalApi)) {
            sources.push(dependency.to);
        }
    }
    sources.sort();
    sources.dedup();
    let grounding = |source| Grounding { source, weight, failure: SourceFailure::default() };
    if let Some(agent) =
        system.components.get_mut(agent.index()).and_then(|component| Arc::make_mut(component).agent.as_mut())
    {
        agent.grounding = sources.into_iter().map(grounding).collect();
    }
}
