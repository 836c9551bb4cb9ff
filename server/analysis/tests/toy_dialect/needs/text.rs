//! The text: lines to a system, with the place of every count.

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_model::{
    Capacity, Component, ComponentId, ComponentIndex, ComponentKind, Confidence, Dependency, DependencyKind, Evidence,
    Exposure, Failover, FailoverMode, Figure, Known, Layer, Probability, Recovery, Redundancy, Reliability,
    Replication, Seconds, Source, Sourced, System,
};
use foreshock_text::{FilePath, Place, Problem, Span};

/// Where the count of each component is written.
pub(super) type Counts = BTreeMap<Arc<str>, Place>;

pub(super) struct Read {
    pub(super) system: System,
    pub(super) counts: Counts,
    pub(super) problems: Vec<Problem>,
}

/// The spans of the comments: from `#` to the end of the line.
pub(super) fn comments(text: &str) -> Vec<Span> {
    lines(text)
        .filter_map(|(start, line)| Some(Span::from_range(start + line.find('#')?..start + line.len())))
        .collect()
}

pub(super) fn read(file: &FilePath, text: &str) -> Read {
    let (mut declared, mut needs, mut problems) = (BTreeMap::new(), Vec::new(), Vec::new());
    for (start, line) in lines(text) {
        let code = line.split('#').next().unwrap_or_default();
        let span = Span::from_range(start..start + code.trim_end().len());
        let place = Place::new(file.clone(), span);
        match *code.split_whitespace().collect::<Vec<_>>() {
            [] => {}
            [from, "needs", to] => needs.push((from, to, place)),
            [name, count] if count.parse::<u32>().is_ok() => {
                let end = span.end as usize;
                let written = Place::new(file.clone(), Span::from_range(end - count.len()..end));
                declared.insert(Arc::<str>::from(name), (count.parse().unwrap_or(0), place, written));
            }
            _ => problems.push(Problem::new(span, "expected `NAME COUNT` or `NAME needs NAME`")),
        }
    }
    let mut system = System::default();
    for (name, (count, place, written)) in &declared {
        let entry = (!needs.iter().any(|(_, to, _)| *to == &**name)).then_some(1.0);
        system.components.push(Arc::new(component(name, *count, place, written, entry)));
    }
    let index = |name: &str| declared.keys().position(|known| **known == *name).map(|at| ComponentIndex(at as u32));
    for (from, to, place) in needs {
        let (Some(from), Some(to)) = (index(from), index(to)) else {
            problems.push(Problem::new(place.span, "expected names that have a count"));
            continue;
        };
        let evidence = vec![Evidence { place, why: "it says so".into() }];
        system.dependencies.push(Arc::new(Dependency::new(
            from,
            to,
            DependencyKind::Requires,
            Confidence::Certain,
            evidence,
        )));
    }
    system.dependencies.sort_by_key(|dependency| (dependency.from, dependency.to));
    let counts = declared.into_iter().map(|(name, (_, _, written))| (name, written)).collect();
    Read { system, counts, problems }
}

fn component(name: &Arc<str>, count: u32, place: &Place, written: &Place, entry: Option<f64>) -> Component {
    let default = || Source::Default { name: "needs".into(), reason: "a toy".into() };
    let unavailability = Probability::clamped(0.01);
    let mttr = Seconds::new(3_600.0);
    Component {
        id: ComponentId::new(name.clone()),
        kind: ComponentKind::AppServer,
        label: name.clone(),
        type_name: "needs".into(),
        place: Some(place.clone()),
        extent: Some(place.clone()),
        redundancy: Redundancy {
            instances: Known::Known(count),
            instances_source: Source::Attribute(written.clone()),
            required: 1,
            zones: Known::Known(Vec::new()),
            zones_place: None,
            replication: Replication::ActiveActive,
            failover: Failover {
                mode: Known::Known(FailoverMode::Automatic),
                seconds: Sourced { value: Seconds::ZERO, source: default() },
                coverage: Sourced { value: Probability::ONE, source: default() },
            },
        },
        reliability: Reliability {
            instance: Some(Figure {
                unavailability,
                layer: Layer::Hardware,
                mttr,
                planned: Vec::new(),
                source: default(),
            }),
            ..Reliability::default()
        },
        capacity: Capacity::default(),
        domains: Vec::new(),
        region: None,
        recovery: Recovery::default(),
        agent: None,
        exposure: Exposure::NotSaid,
        reader: false,
        entry,
        may_be_absent: None,
    }
}

/// The lines with the offset where each begins, without their ends.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    text.split_inclusive('\n').map(move |line| {
        let at = start;
        start += line.len();
        (at, line.trim_end_matches(['\n', '\r']))
    })
}
