//! The ways back that a row says of one instance, with the lines that decide.

use std::sync::Arc;

use foreshock_model::{Bound, Component, ComponentKind, Ground, Keeps, Known, Step, TimeRange, TimesFrom, WayBack};
use foreshock_resources::{Kind, Value};
use foreshock_text::Place;

use super::row::{EjectRow, KeepsName, Number, RecoveryRow, StepRow, WayRow};
use super::schedule::longest_pause;
use super::table::Table;
use crate::expression::{Expression, Scope};
use crate::graph::Graph;
use crate::{Related, Row, check};

/// What a component keeps: what its row says, else what its row in the catalog and its kind do.
pub(super) fn keeps(row: Option<&RecoveryRow>, in_catalog: Option<&Row>, component: &Component) -> Keeps {
    match row.and_then(|row| row.keeps) {
        Some(KeepsName::Nothing) => Keeps::Nothing,
        Some(KeepsName::Copies) => Keeps::Copies,
        Some(KeepsName::Data) => Keeps::Data,
        Some(KeepsName::Messages) => Keeps::Messages,
        None if component.kind == ComponentKind::Cache => Keeps::Copies,
        None if component.kind == ComponentKind::Queue => Keeps::Messages,
        None if in_catalog.is_some_and(|row| row.stateful) || component.kind.is_store() => Keeps::Data,
        None => Keeps::Nothing,
    }
}

/// Whether its row says that it is in no single region.
pub(super) fn is_global(in_catalog: Option<&Row>, graph: &Graph<'_>, index: usize) -> bool {
    let region = in_catalog.and_then(|row| row.region.as_ref());
    region.is_some_and(
        |region| matches!(region.text(&graph.variables(index)), Known::Known(Some(name)) if name.is_empty()),
    )
}

/// Reads the rows of one instance.
pub(super) struct Reader<'r, 'g> {
    graph: &'r Graph<'g>,
    table: &'r Table,
    row: &'r RecoveryRow,
    index: usize,
    scope: Scope,
    /// Gigabytes, where they are written in `foreshock.toml`.
    size: Option<&'r (f64, Place)>,
}

impl<'r, 'g> Reader<'r, 'g> {
    pub(super) fn of(
        graph: &'r Graph<'g>,
        table: &'r Table,
        row: &'r RecoveryRow,
        index: usize,
        members: Option<&[usize]>,
        declared: &Value,
        size: Option<&'r (f64, Place)>,
    ) -> Reader<'r, 'g> {
        let mut scope = check::variables(graph, index, members, declared);
        for (name, related) in &row.related {
            scope.insert(name.as_str(), graph.list(&relating(graph, related, index)));
        }
        for (name, refers) in &row.refers {
            scope.insert(name.as_str(), graph.list(&graph.referred_instances(index, refers)));
        }
        Reader { graph, table, row, index, scope, size }
    }

    pub(super) fn start(&self, row: &RecoveryRow) -> Option<Step> {
        row.start.as_ref().map(|start| self.step(start, &mut Vec::new()))
    }

    pub(super) fn ejects(&self, row: &RecoveryRow) -> Option<(Step, Ground)> {
        let EjectRow { step, at, says } = row.ejects.as_ref()?;
        Some((self.step(step, &mut Vec::new()), Ground { says: self.words(says)?, place: self.place(at) }))
    }

    pub(super) fn ways(&self, row: &RecoveryRow) -> Vec<WayBack> {
        row.ways.iter().filter_map(|way| self.way(way)).collect()
    }

    fn way(&self, way: &WayRow) -> Option<WayBack> {
        let place = self.place(&way.at);
        let doubt = match way.when.as_ref().map(|when| when.value(&self.scope).kind) {
            None => None,
            Some(Kind::Bool(true)) => None,
            Some(Kind::Unknown(why)) => {
                let says = format!("{}: whether that is so is not known: {why}", self.words(&way.says)?);
                Some(Ground { says: says.into(), place: place.clone() })
            }
            Some(_) => return None,
        };
        let mut open = Vec::new();
        let mut steps = if way.people { self.table.people() } else { Vec::new() };
        steps.extend(way.steps.iter().map(|step| self.step(step, &mut open)));
        steps.extend(way.restore_100_gb.map(|rate| self.restore(rate, &mut open)));
        let age = match (&way.age, &way.every) {
            (Some((low, high)), _) => {
                let age = self.range(low, high, "how old its copy is", &mut open);
                open.extend(
                    way.age_unknown.as_ref().map(|why| Ground { says: why.as_str().into(), place: place.clone() }),
                );
                Some(if way.age_unknown.is_some() { TimeRange { high: Bound::Unknown, ..age } } else { age })
            }
            (None, Some(every)) => Some(self.pause(every, &mut open)),
            (None, None) => None,
        };
        Some(WayBack {
            ground: Ground { says: self.words(&way.says)?, place },
            doubt,
            survives: way.faults.iter().map(|class| class.class()).collect(),
            is_standby: way.standby,
            needs_people: way.people,
            steps,
            age,
            open,
            times: times(way),
        })
    }

    fn words(&self, template: &Expression) -> Option<Arc<str>> {
        match template.value(&self.scope) {
            value if value.provenance.is_sensitive() => None,
            Value { kind: Kind::String(text), .. } => Some(self.graph.said(self.index, &crate::counted(&text)).into()),
            _ => None,
        }
    }

    fn step(&self, StepRow(name, low, high): &StepRow, open: &mut Vec<Ground>) -> Step {
        Step { name: name.as_str().into(), takes: self.range(low, high, name, open) }
    }

    fn range(&self, low: &Number, high: &Number, what: &str, open: &mut Vec<Ground>) -> TimeRange {
        let mut end = |number: &Number| match number {
            Number::Fixed(seconds) => Some(*seconds),
            Number::Of(expression) => match expression.value(&self.scope).kind {
                Kind::Number(seconds) => Some(seconds),
                Kind::Unknown(why) => {
                    open.push(Ground { says: format!("{what} is not known: {why}").into(), place: self.place(&[]) });
                    None
                }
                _ => None,
            },
        };
        match (end(low), end(high)) {
            (Some(low), Some(high)) => TimeRange::seconds(low, high),
            (Some(low), None) => TimeRange { low: Bound::seconds(low), high: Bound::Unknown },
            (None, Some(high)) => TimeRange { low: Bound::ZERO, high: Bound::seconds(high) },
            (None, None) => TimeRange::UNKNOWN,
        }
    }

    /// The size is what somebody says, else at most what there is room for.
    fn restore(&self, rate: (f64, f64), open: &mut Vec<Ground>) -> Step {
        let room = self.row.size_gb.as_ref().and_then(|size| size.number(&self.scope));
        restore(rate, self.size.map(|(size, _)| *size), room, open)
    }

    fn pause(&self, every: &Expression, open: &mut Vec<Ground>) -> TimeRange {
        let value = every.value(&self.scope);
        let mut texts: Vec<Arc<str>> = Vec::new();
        strings(&value, &mut texts);
        let pauses: Vec<f64> = texts.iter().filter_map(|text| longest_pause(text)).collect();
        match pauses.iter().copied().reduce(f64::min) {
            Some(pause) => TimeRange::seconds(pause, pause),
            None => {
                let what = texts.first().map_or("nothing is written".to_owned(), |text| format!("{text:?}"));
                let says = format!("how often copies are made is not known: {what}").into();
                open.push(Ground { says, place: self.place(&[]) });
                TimeRange::UNKNOWN
            }
        }
    }

    /// The first of these that is written, else the header.
    fn place(&self, paths: &[String]) -> Option<Place> {
        let written = paths.iter().find_map(|path| self.written(path));
        written.or_else(|| Some(self.graph.outline(self.index)?.block.header_place()))
    }

    fn written(&self, path: &str) -> Option<Place> {
        let (first, rest) = path.split_once('.').unwrap_or((path, ""));
        let in_catalog = self.graph.row(self.index);
        let other = if let Some(related) = self.row.related.get(first) {
            relating(self.graph, related, self.index).first().copied()
        } else if let Some(refers) =
            self.row.refers.get(first).or_else(|| in_catalog.and_then(|row| row.refers.get(first)))
        {
            self.graph.referred_instances(self.index, refers).first().copied()
        } else if in_catalog.is_some_and(|row| row.related.contains_key(first)) {
            self.graph.related_by(self.index, first).next()
        } else {
            return check::written(self.graph.instance(self.index)?, path);
        };
        let instance = self.graph.instance(other?)?;
        if rest.is_empty() { Some(instance.block.header_place()) } else { check::written(instance, rest) }
    }
}

/// Where the times of a way are from.
pub(super) fn times(way: &WayRow) -> Vec<TimesFrom> {
    let page = way.page.as_deref().map(|page| TimesFrom::Page(page.into()));
    page.into_iter().chain(way.estimate.as_deref().map(|reason| TimesFrom::Estimate(reason.into()))).collect()
}

/// The step in which data is restored, given how many gigabytes there are, or at most.
pub(super) fn restore((low, high): (f64, f64), size: Option<f64>, room: Option<f64>, open: &mut Vec<Ground>) -> Step {
    let takes = match (size, room) {
        (Some(size), _) => TimeRange::seconds(low * size / 100.0, high * size / 100.0),
        (None, Some(room)) => TimeRange::seconds(0.0, high * room / 100.0),
        (None, None) => {
            let says = format!(
                "how much data there is is not written (data_gb in foreshock.toml): {:.0} to {:.0} min for each 100 GB",
                low / 60.0,
                high / 60.0
            );
            open.push(Ground { says: says.into(), place: None });
            TimeRange::UNKNOWN
        }
    };
    Step { name: "restore of the data".into(), takes }
}

fn strings(value: &Value, found: &mut Vec<Arc<str>>) {
    match &value.kind {
        Kind::String(text) => found.push(text.clone()),
        Kind::List(items) | Kind::Set(items) => items.iter().for_each(|item| strings(item, found)),
        _ => {}
    }
}

/// Those of some types of which an attribute refers to this one.
fn relating(graph: &Graph<'_>, related: &Related, index: usize) -> Vec<usize> {
    let own = graph.type_name(index).to_owned();
    let back = Related { types: vec![own], ..related.clone() };
    let all = related.types.iter().flat_map(|name| graph.of_type(name));
    all.copied().filter(|&other| graph.referred_instances(other, &back).contains(&index)).collect()
}
