//! How it comes back, and how soon somebody begins to repair it.

use foreshock_catalog::Team;
use foreshock_model::{Cause, Recovery, Seconds, Source, Sourced};

use crate::component::Context;
use crate::file::component_named;
use crate::section::{Bounds, Report, Section, Written};

pub(crate) fn read(section: &mut Section<'_>, context: &mut Context<'_, '_>) -> Recovery {
    let response = response(section, context);
    let cause = cause(section, context.report);
    let mut recovery = Recovery { response, cause, ..Recovery::default() };
    let report = &mut *context.report;
    let Some((mut block, _)) = section.section(report, "recovery", "recovery.") else { return recovery };
    let sourced = |written: Written<Seconds>| Sourced { source: written.source(), value: written.value };
    recovery.automatic = block.seconds(report, "automatic_seconds", 1.0).map(sourced);
    recovery.restart = block.seconds(report, "restart_seconds", 1.0).map(sourced);
    if let Some(pair) = block.take("needs") {
        match pair.value.items() {
            None => report.wrong_type("recovery.needs", pair.value, "a list of ids"),
            Some(items) => {
                let needed = items.filter_map(|item| component_named(report, context.ids, "recovery.needs", item));
                recovery.needs = needed.collect();
                recovery.needs.sort();
                recovery.needs.dedup();
            }
        }
    }
    block.finish(report);
    recovery
}

/// Why all of it is down when it is.
fn cause(section: &mut Section<'_>, report: &mut Report) -> Option<Sourced<Cause>> {
    let words = Cause::ALL.map(|(cause, name)| (name, cause));
    let cause = section.word(report, "cause", &words)?;
    Some(Sourced { source: cause.source(), value: cause.value })
}

/// What the team block gives; none where it is not written.
fn response(section: &mut Section<'_>, context: &mut Context<'_, '_>) -> Option<Sourced<Seconds>> {
    let report = &mut *context.report;
    let (mut block, place) = section.section(report, "team", "team.")?;
    block.number(report, "team_size", Bounds::NotNegative);
    block.number(report, "timezone_coverage", Bounds::NotNegative);
    block.number(report, "automation_percent", Bounds::Percent);
    let minutes = 60.0;
    let team = Team {
        acknowledge: block.seconds(report, "mean_acknowledge_time_minutes", minutes).map(|it| it.value),
        diagnose: block.seconds(report, "mean_diagnosis_time_minutes", minutes).map(|it| it.value),
        hours_on_call: block.number(report, "oncall_coverage_hours", Bounds::HoursOfDay).map(|it| it.value),
        runbooks: block.number(report, "runbook_coverage_percent", Bounds::Percent).map(|it| it.value / 100.0),
    };
    block.finish(report);
    Some(Sourced { value: context.defaults.response_of(&team), source: Source::Attribute(place) })
}
