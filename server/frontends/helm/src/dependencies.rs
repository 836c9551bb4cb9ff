//! Which charts of a chart are installed with it: conditions, tags, other names, and values that are taken over.

use std::sync::Arc;

use foreshock_templates::{Kind, Value};

use crate::chart::{Chart, Dependency};
use crate::values::{at, coalesce, fill, nested};

/// What is not known of the charts of a chart.
#[derive(Debug, Default)]
pub(crate) struct Open {
    /// Why it is not known whether a chart is installed, by its path among charts.
    pub(crate) charts: Vec<(String, Arc<str>)>,
    /// Those that are asked for and are not at hand.
    pub(crate) missing: Vec<Dependency>,
}

/// Leaves in a chart, and in those below, the charts that these values ask for, each by the name that it is used by.
pub(crate) fn settle(chart: &mut Chart, given: &Value, open: &mut Open) {
    enable(chart, given, "", "", open);
    import(chart, given);
}

fn enable(chart: &mut Chart, given: &Value, values_path: &str, path: &str, open: &mut Open) {
    let declared = std::mem::take(&mut chart.dependencies);
    let here = std::mem::take(&mut chart.charts);
    let is_declared = |chart: &Chart| declared.iter().any(|dependency| dependency.name == chart.name);
    let mut charts: Vec<Chart> = here.iter().filter(|chart| !is_declared(chart)).cloned().collect();
    let mut used: Vec<(Dependency, Chart)> = Vec::new();
    for dependency in &declared {
        if let Some(found) = here.iter().find(|chart| chart.name == dependency.name) {
            let name = dependency.alias.clone().unwrap_or_else(|| dependency.name.clone());
            used.push((dependency.clone(), Chart { name, ..found.clone() }));
        }
    }
    // Conditions look at what the charts themselves say, too.
    chart.charts = charts.iter().cloned().chain(used.iter().map(|(_, chart)| chart.clone())).collect();
    let all = given.deep_copy();
    coalesce(chart, &all);
    let is_here = |dependency: &&Dependency| here.iter().any(|chart| chart.name == dependency.name);
    let missing = declared.iter().filter(|dependency| !is_here(dependency));
    open.missing.extend(missing.filter(|dependency| is_enabled(dependency, &all, values_path) != Ok(false)).cloned());
    for (dependency, used) in used {
        match is_enabled(&dependency, &all, values_path) {
            Ok(true) => charts.push(used),
            Ok(false) => {}
            Err(why) => {
                open.charts.push((format!("{path}{}", used.name), why));
                charts.push(used);
            }
        }
    }
    for inner in &mut charts {
        let own = all.get(&inner.name).unwrap_or_else(|| Value::map(Default::default()));
        let below = format!("{path}{}/charts/", inner.name);
        enable(inner, &own, "", &below, open);
    }
    chart.charts = charts;
    chart.dependencies = declared;
}

/// Whether values ask for a chart; why that is not known.
fn is_enabled(dependency: &Dependency, values: &Value, path: &str) -> Result<bool, Arc<str>> {
    let mut is_enabled = true;
    let tags = dependency.tags.iter().filter_map(|tag| at(values, &format!("tags.{tag}")));
    let (mut on, mut off) = (false, false);
    for tag in tags {
        match tag.kind {
            Kind::Bool(true) => on = true,
            Kind::Bool(false) => off = true,
            Kind::Unknown(unknown) => return Err(unknown.why),
            _ => {}
        }
    }
    if off && !on {
        is_enabled = false;
    }
    for condition in &dependency.conditions {
        match at(values, &format!("{path}{condition}")).map(|value| value.kind) {
            Some(Kind::Bool(truth)) => return Ok(truth),
            Some(Kind::Unknown(unknown)) => return Err(unknown.why),
            _ => {}
        }
    }
    Ok(is_enabled)
}

/// Values of charts that become values of whoever uses them.
fn import(chart: &mut Chart, given: &Value) {
    let imports: Vec<(Arc<str>, String, String)> = chart
        .dependencies
        .iter()
        .flat_map(|dependency| {
            let name = dependency.alias.clone().unwrap_or_else(|| dependency.name.clone());
            dependency.imports.iter().map(move |(from, to)| (name.clone(), from.clone(), to.clone()))
        })
        .collect();
    for inner in &mut chart.charts {
        import(inner, &Value::map(Default::default()));
    }
    if imports.is_empty() {
        return;
    }
    // What the chart says itself wins over what it takes over.
    if let Some(values) = &chart.values {
        fill(given, &Value::of_node(values));
    }
    let all = given.deep_copy();
    coalesce(chart, &all);
    for (name, from, to) in imports {
        if let Some(value) = at(&all, &format!("{name}.{from}")).filter(|value| matches!(value.kind, Kind::Map(_))) {
            fill(given, &nested(&to, value));
        }
    }
}
