//! The layers of availability as a picture: one bar each, on a logarithmic scale of the time without service.

use foreshock_analysis::percent;
use foreshock_engine::{Availability, LayerUnavailability, Method, minutes_per_year};
use serde::Serialize;

use crate::availability_human::{lost, meaning};
use crate::up;
use crate::words::{layer_name, yearly};

/// The picture in units of its own view box.
#[derive(Serialize)]
pub(super) struct LayersView {
    rows: Vec<Row>,
    ticks: Vec<Tick>,
    /// Where the expected loss is.
    expected_at: Option<f64>,
    /// Where the objective is.
    promised_at: Option<f64>,
    promised: Option<String>,
}

#[derive(Serialize)]
struct Row {
    name: &'static str,
    meaning: &'static str,
    /// 0..=100 from the left; 0 where nothing is lost.
    length: f64,
    availability: String,
    lost: String,
    binding: bool,
}

#[derive(Serialize)]
struct Tick {
    at: f64,
    /// `99.9 %`
    availability: String,
    /// `8.8 h a year`
    lost: String,
}

/// Decades shown at least, and the best that is told from nothing.
const FEWEST_DECADES: f64 = 3.0;
const BEST: f64 = -8.0;

impl LayersView {
    pub(super) fn of(availability: &Availability, promised: Option<f64>) -> LayersView {
        let shown = availability.layers.iter().map(|layer| layer.unavailability);
        let shown: Vec<f64> = shown.chain([availability.expected]).chain(promised).filter(|u| *u > 0.0).collect();
        let logs = shown.iter().map(|u| u.log10().clamp(BEST, 0.0));
        let worst = logs.clone().fold(BEST, f64::max).ceil().min(0.0);
        let best = logs.fold(0.0, f64::min).floor().min(worst - FEWEST_DECADES).max(BEST);
        let scale = |u: f64| (u > 0.0).then(|| 100.0 * ((u.log10() - best) / (worst - best)).clamp(0.01, 1.0));
        let binding = availability.ceiling.map(|ceiling| ceiling.layer);
        let rows = availability.layers.iter().map(|layer| Row {
            name: layer_name(layer.layer),
            meaning: meaning(layer.layer),
            length: round(scale(layer.unavailability).unwrap_or(0.0)),
            availability: span(availability.method, layer, up),
            lost: span(availability.method, layer, lost),
            binding: binding == Some(layer.layer),
        });
        let decades = (worst - best).round() as i32;
        let ticks = (0..=decades).map(|step| {
            let exponent = best.round() as i32 + step;
            Tick {
                at: round(100.0 * f64::from(step) / f64::from(decades.max(1))),
                availability: format!("{} %", percent(100.0 * (1.0 - 10f64.powi(exponent)))),
                lost: yearly(minutes_per_year(10f64.powi(exponent)))
                    .unwrap_or_else(|| "less than 1 s a year".to_owned()),
            }
        });
        LayersView {
            rows: rows.collect(),
            ticks: ticks.collect(),
            expected_at: scale(availability.expected).map(round),
            promised_at: promised.and_then(scale).map(round),
            promised: promised.map(up),
        }
    }
}

/// Both ends where only bounds are known.
fn span(method: Method, layer: &LayerUnavailability, words: fn(f64) -> String) -> String {
    let (best, worst) = (words(layer.least), words(layer.unavailability));
    if method == Method::Exact || best == worst { worst } else { format!("{worst} to {best}") }
}

fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}
