//! What is promised: `slos` of the file, `slo_targets` of a component.

use foreshock_model::{ComponentIndex, Objective, Probability};

use crate::decimal::complement;
use crate::section::{Bounds, Report, Section, written};

pub(crate) fn of_system(top: &mut Section<'_>, report: &mut Report) -> Vec<Objective> {
    list(top, report, "slos", None)
}

pub(crate) fn of_component(
    section: &mut Section<'_>,
    report: &mut Report,
    component: ComponentIndex,
) -> Vec<Objective> {
    list(section, report, "slo_targets", Some(component))
}

fn list(
    section: &mut Section<'_>,
    report: &mut Report,
    key: &'static str,
    component: Option<ComponentIndex>,
) -> Vec<Objective> {
    let Some(pair) = section.take(key) else { return Vec::new() };
    let Some(level) = section.below(key) else { return Vec::new() };
    let Some(items) = pair.value.items() else {
        report.wrong_type(key, pair.value, "a list of targets");
        return Vec::new();
    };
    let mut objectives = Vec::new();
    for item in items.filter(|item| !item.is_null()) {
        if let Some(mut target) = Section::of(report, item, level, "") {
            objectives.extend(objective(&mut target, report, component));
            target.finish(report);
        }
    }
    objectives
}

/// The schema's target where none is written, percent.
const TARGET: &str = "99.9";

/// An objective for availability; the other metrics are read for their form.
fn objective(target: &mut Section<'_>, report: &mut Report, component: Option<ComponentIndex>) -> Option<Objective> {
    #[derive(Clone, Copy, PartialEq)]
    enum Metric {
        Availability,
        Other,
    }
    target.text(report, "name");
    let metrics =
        [("availability", Metric::Availability), ("latency_p99", Metric::Other), ("error_rate", Metric::Other)];
    let metric = target.word(report, "metric", &metrics).map_or(Metric::Availability, |metric| metric.value);
    let unit = target.word(report, "unit", &[("percent", true), ("ratio", false), ("ms", false)]);
    let window = target.number(report, "window_days", Bounds::Positive);
    let window_days = window.map_or(Objective::WINDOW_DAYS, |window| window.value);
    let percent = unit.is_none_or(|unit| unit.value);
    let pair = target.take("target");
    let bounds = match (metric, percent) {
        (Metric::Other, _) => Bounds::NotNegative,
        (_, true) => Bounds::Percent,
        (_, false) => Bounds::Fraction,
    };
    let Some(pair) = pair else {
        let allowed = Probability::clamped(complement(TARGET, 99.9, true));
        return (metric == Metric::Availability).then_some(Objective { component, allowed, window_days, place: None });
    };
    let number = report.number_in("target", pair.value, bounds)?;
    let text = pair.value.scalar().map_or("", |scalar| scalar.text());
    let allowed = Probability::clamped(complement(text, number, percent));
    let place = Some(written(report, &pair, ()).place);
    (metric == Metric::Availability).then_some(Objective { component, allowed, window_days, place })
}
