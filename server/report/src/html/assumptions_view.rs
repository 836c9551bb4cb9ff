//! The numbers that a page rests on, as its table shows them.

use serde::Serialize;

use super::StackMatter;
use super::assumptions::{SourceKind, numbers, unknowns};
use crate::Places;
use crate::words::duration;

/// What it rests on, as it is shown.
#[derive(Serialize)]
pub(super) struct AssumptionsView {
    numbers: Vec<NumberView>,
    numbers_more: usize,
    unknowns: Vec<UnknownView>,
    unknowns_more: usize,
    defaults: usize,
    unchecked: usize,
    share_of_defaults: String,
}

#[derive(Serialize)]
struct NumberView {
    quantity: String,
    value: String,
    source: String,
    kind: &'static str,
    is_default: bool,
    of: Vec<String>,
    of_more: usize,
}

#[derive(Serialize)]
struct UnknownView {
    fact: &'static str,
    why: String,
    of: Vec<String>,
    of_more: usize,
}

/// So many components are named beside a number.
const MOST_NAMED: usize = 6;
/// So many rows of a table.
const MOST_ROWS: usize = 1_000;

impl AssumptionsView {
    pub(super) fn of(matter: &StackMatter, places: &Places<'_>) -> AssumptionsView {
        let numbers = numbers(&matter.stack, &matter.availability, places);
        let unknowns = unknowns(&matter.stack);
        let count = |kind| numbers.iter().filter(|number| number.kind == kind).count();
        AssumptionsView {
            defaults: count(SourceKind::Default),
            unchecked: count(SourceKind::UncheckedSla),
            share_of_defaults: format!("{:.0} %", 100.0 * matter.availability.share_of_defaults),
            numbers_more: numbers.len().saturating_sub(MOST_ROWS),
            unknowns_more: unknowns.len().saturating_sub(MOST_ROWS),
            numbers: numbers
                .into_iter()
                .take(MOST_ROWS)
                .map(|number| NumberView {
                    value: value(&number.quantity, number.value),
                    quantity: number.quantity.replace(" seconds", ""),
                    source: number.source,
                    kind: number.kind.name(),
                    is_default: number.kind == SourceKind::Default,
                    of_more: number.of.len().saturating_sub(MOST_NAMED),
                    of: number.of.into_iter().take(MOST_NAMED).collect(),
                })
                .collect(),
            unknowns: unknowns
                .into_iter()
                .take(MOST_ROWS)
                .map(|unknown| UnknownView {
                    fact: unknown.fact,
                    why: unknown.why,
                    of_more: unknown.of.len().saturating_sub(MOST_NAMED),
                    of: unknown.of.into_iter().take(MOST_NAMED).collect(),
                })
                .collect(),
        }
    }
}

/// A number in the unit that its name tells.
pub(crate) fn value(quantity: &str, value: f64) -> String {
    match value {
        seconds if quantity.ends_with("seconds") => duration(seconds),
        value => short(value),
    }
}

/// A number with the digits that matter.
pub(crate) fn short(value: f64) -> String {
    if value != 0.0 && value.abs() < 1e-3 {
        return format!("{value:.3e}");
    }
    let text = format!("{value:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
