//! One component: its blocks read by the modules named after them, put together.

use foreshock_catalog::Defaults;
use foreshock_model::{
    Component, ComponentId, ComponentIndex, ComponentKind, Exposure, Known, Objective, Recovery, RecoveryTarget,
    Seconds, Sourced,
};
use foreshock_text::Place;

use crate::fields::COMPONENT;
use crate::file::Declared;
use crate::problem::ProblemKind;
use crate::section::{Bounds, Report, Section, Written};
use crate::shared::Shared;
use crate::suggest::Ids;
use crate::{agent, capacity, exported, objective, recovery, redundancy, reliability};

/// What a component is read in.
pub(crate) struct Context<'r, 't> {
    pub(crate) report: &'r mut Report,
    pub(crate) ids: &'t Ids,
    pub(crate) shared: &'r mut Shared,
    pub(crate) defaults: Defaults<'static>,
    /// Its own index.
    pub(crate) index: ComponentIndex,
}

/// A component, and what of it belongs elsewhere.
pub(crate) struct Read {
    pub(crate) component: Component,
    /// Its `capacity.timeout_seconds`, for the dependencies that do not say theirs.
    pub(crate) timeout: Option<Seconds>,
    pub(crate) objectives: Vec<Objective>,
    pub(crate) target: Option<RecoveryTarget>,
    /// Its answers must rest on what it depends on, and no sources are listed.
    pub(crate) needs_grounding: bool,
}

pub(crate) fn read(declared: &Declared<'_>, context: &mut Context<'_, '_>) -> Read {
    let Declared { id, value, declaration } = declared;
    // It is a map with an id, or it would not have been declared.
    let pairs = Section::of(context.report, *value, &COMPONENT, "");
    let pairs = pairs.unwrap_or_else(|| Section::empty(&COMPONENT));
    let mut section = pairs.without(exported::in_component(*value));
    let name = section.text(context.report, "name");
    let kind = kind(&mut section, context.report);
    accepted(&mut section, context.report);
    let backup_every = backups(&mut section, context.report);

    let place = redundancy::place(&mut section, context);
    let (mut redundancy, replicas) = redundancy::read(&mut section, context, kind, &place);
    if let Some(host) = section.text(context.report, "host").filter(|host| !host.value.trim().is_empty()) {
        context.shared.runs_on(&host.value, context.index, replicas);
    }
    let (capacity, timeout) = capacity::read(&mut section, context.report, replicas);
    let agent = agent::read(&mut section, context, kind);
    let promise = agent.promise;
    let causes = reliability::read(&mut section, context.report, kind, context.defaults, promise);
    let reliability::Read { reliability, is_explicit, repair } = causes;
    let recovery = recovery::read(&mut section, context);
    // An explicit figure holds the time until somebody comes.
    let usual = || context.defaults.response(kind).filter(|_| !is_explicit);
    let response = recovery.response.or_else(usual);
    if reliability.whole.is_some() && redundancy.zones.known().is_none() {
        // It has one unit, wherever its replicas are.
        redundancy.zones = Known::Known(Vec::new());
    }
    let objectives = objective::of_component(&mut section, context.report, context.index);
    let entry = entry(&mut section, context.report);
    let domains = domains(&mut section, context);
    section.finish(context.report);

    let mut capacity = capacity;
    capacity.calls = agent.calls;
    let component = Component {
        id: ComponentId::new(id.clone()),
        kind,
        label: name.map_or_else(|| id.clone(), |name| name.value),
        type_name: kind.name().into(),
        place: Some(declaration.id.clone()),
        extent: Some(declaration.extent.clone()),
        redundancy,
        reliability,
        capacity,
        domains,
        region: place.region,
        recovery: Recovery { response, repair, backup_every, ..recovery },
        agent: agent.agent,
        entry,
        may_be_absent: None,
        exposure: Exposure::NotSaid,
        reader: false,
    };
    Read { component, timeout, objectives, target: place.target, needs_grounding: agent.needs_grounding }
}

fn kind(section: &mut Section<'_>, report: &mut Report) -> ComponentKind {
    let words = ComponentKind::ALL.map(|(kind, name)| (name, kind));
    section.word(report, "type", &words).map_or(ComponentKind::Custom, |kind| kind.value)
}

/// Who looks after it, and until when it was looked after.
const OWNERSHIP: [&str; 7] =
    ["owner", "created_by", "last_modified", "last_executed", "documentation_url", "source_url", "lifecycle_status"];

/// What is read for its form and means nothing in the model.
fn accepted(section: &mut Section<'_>, report: &mut Report) {
    section.count_up_to(report, "port", 0, 65_535);
    // How it was when somebody looked: every figure here is of the long run, and a failure is played by asking for it.
    let healths = ["healthy", "degraded", "overloaded", "down"].map(|health| (health, ()));
    section.word(report, "health", &healths);
    // Who looks after it and since when says nothing of how often it fails.
    for key in OWNERSHIP {
        section.text(report, key);
    }
    accepted_map(section, report, "cost_profile", |_, _| {});
    if let Some((mut warming, _)) = section.section(report, "cache_warming", "cache_warming.") {
        warming.flag(report, "enabled");
        warming.number(report, "initial_hit_ratio", Bounds::Fraction);
        warming.number(report, "warm_duration_seconds", Bounds::NotNegative);
        warming.text(report, "warming_curve");
        warming.finish(report);
    }
    if let Some((mut singleflight, _)) = section.section(report, "singleflight", "singleflight.") {
        singleflight.flag(report, "enabled");
        singleflight.number(report, "coalesce_ratio", Bounds::Fraction);
        singleflight.finish(report);
    }
}

/// Whether it is backed up, and how often; what nobody has switched on may be somewhere else all the same.
fn backups(section: &mut Section<'_>, report: &mut Report) -> Option<Sourced<Option<Seconds>>> {
    /// The schema's frequency where none is written.
    const EVERY: f64 = 24.0 * 3_600.0;
    let mut found = None;
    accepted_map(section, report, "security", |security, report| {
        let enabled = security.flag(report, "backup_enabled");
        let every = security.seconds(report, "backup_frequency_hours", 3_600.0);
        found = enabled.map(|enabled| {
            let every = every.map_or(Seconds::new(EVERY), |every| Some(every.value));
            Sourced { source: enabled.source(), value: every.filter(|_| enabled.value) }
        });
    });
    found
}

/// A map whose keys are not checked but for a few.
fn accepted_map<'t>(
    section: &mut Section<'t>,
    report: &mut Report,
    key: &'static str,
    check: impl FnOnce(&mut Section<'t>, &mut Report),
) {
    if let Some((mut map, _)) = section.section(report, key, "") {
        check(&mut map, report);
    }
}

/// Its weight as an entry point: `entry: true`, or an `entry_weight` without `entry: false`.
fn entry(section: &mut Section<'_>, report: &mut Report) -> Option<f64> {
    let marked = section.flag(report, "entry");
    let weight: Option<Written<f64>> = section.number(report, "entry_weight", Bounds::NotNegative);
    match (marked, weight) {
        (Some(Written { value: false, .. }), Some(weight)) => {
            let place: Place = weight.place;
            let kind = ProblemKind::NeedsOther { field: "entry_weight".to_owned(), needs: "entry: true" };
            report.tell(place.span, kind);
            None
        }
        (Some(Written { value: false, .. }), None) | (None, None) => None,
        (_, weight) => Some(weight.map_or(1.0, |weight| weight.value)),
    }
}

fn domains(section: &mut Section<'_>, context: &mut Context<'_, '_>) -> Vec<foreshock_model::DomainIndex> {
    let names = section.names(context.report, "domains");
    names.into_iter().flat_map(|names| names.value).map(|name| context.shared.domain(&name.value)).collect()
}
