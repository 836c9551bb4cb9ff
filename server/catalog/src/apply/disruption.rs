//! What a change in place does to what runs: `data/disruption.toml`.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;
use serde::Deserialize;

use super::transition::Transition;
use crate::expression::Expression;

/// What happens to what runs, from the least to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Nothing: it serves all the while.
    None,
    /// Slower for a while.
    Performance,
    /// More or fewer units.
    Scale,
    /// Units that run keep what they have; only those that are made later get it.
    NewUnitsOnly,
    /// Kept, without effect until a reboot that Terraform does not do.
    NeedsReboot,
    /// Kept, and done in the next maintenance window.
    Deferred,
    /// The provider stops with an error.
    Refused,
    /// One unit after the other.
    Rolling,
    /// A second set is made and switched to.
    BlueGreen,
    /// A standby takes over.
    Failover,
    /// Connections are dropped, or a short pause.
    Interruption,
    /// Reads only, for a while.
    ReadOnly,
    /// It does not answer while it restarts.
    Restart,
    /// Stopped, changed, started.
    StopStart,
    /// It is switched off.
    Off,
    /// Data are lost.
    DataLoss,
    /// It is replaced after all.
    Replace,
}

impl Effect {
    /// In one word, for JSON.
    pub fn name(self) -> &'static str {
        match self {
            Effect::None | Effect::Performance | Effect::Scale => "in_place",
            Effect::NewUnitsOnly | Effect::NeedsReboot | Effect::Deferred => "deferred",
            Effect::Refused => "refused",
            Effect::Rolling => "rolling",
            Effect::BlueGreen => "blue_green",
            Effect::Failover => "failover",
            Effect::Interruption | Effect::ReadOnly => "interruption",
            Effect::Restart | Effect::StopStart => "restart",
            Effect::Off => "off",
            Effect::DataLoss => "data_loss",
            Effect::Replace => "replace",
        }
    }

    /// Whether nothing happens to what runs now, but later.
    pub fn is_postponed(self) -> bool {
        matches!(self, Effect::NewUnitsOnly | Effect::NeedsReboot | Effect::Deferred)
    }

    /// Whether all of it, or what serves of it, is away for its time.
    pub fn takes_down(self) -> bool {
        matches!(self, Effect::Interruption | Effect::Restart | Effect::StopStart | Effect::Off | Effect::DataLoss)
    }
}

/// What a change in place does, with its time and who says so.
#[derive(Clone, Debug, PartialEq)]
pub struct Disruption {
    /// What.
    pub effect: Effect,
    /// How long it typically takes, in seconds, lowest and highest; none where nobody says.
    pub seconds: Option<(f64, f64)>,
    /// What else there is to say, for a person; may be empty.
    pub note: Arc<str>,
    /// The page that says so.
    pub source: Arc<str>,
    /// Whether that page was read; its seconds may be an estimate all the same.
    pub is_checked: bool,
    /// Whether it is known to happen.
    pub is_sure: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    effect: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    effect: Effect,
    seconds: Option<(f64, f64)>,
    when: Option<Expression>,
    #[serde(default)]
    unsure: bool,
    #[serde(default)]
    note: String,
    source: String,
    checked: Checked,
    of: BTreeMap<String, Vec<String>>,
}

/// How a row is known.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
enum Checked {
    #[serde(rename = "page")]
    Page,
    #[serde(rename = "page+est")]
    PageWithEstimate,
    #[serde(rename = "provider")]
    Provider,
    #[serde(rename = "cfn")]
    CloudFormation,
    #[serde(rename = "memory")]
    Memory,
}

struct Rows {
    all: Vec<Row>,
    /// Of each type its paths, in the order of the table.
    by_type: FxHashMap<String, Vec<(String, usize)>>,
}

fn table() -> Result<Table, toml::de::Error> {
    toml::from_str(include_str!("../../data/disruption.toml"))
}

fn rows() -> &'static Rows {
    static ROWS: OnceLock<Rows> = OnceLock::new();
    ROWS.get_or_init(|| {
        let all = table().map(|table| table.effect).unwrap_or_default();
        let mut by_type: FxHashMap<String, Vec<(String, usize)>> = FxHashMap::default();
        for (number, row) in all.iter().enumerate() {
            for (type_name, paths) in &row.of {
                by_type.entry(type_name.clone()).or_default().extend(paths.iter().map(|path| (path.clone(), number)));
            }
        }
        Rows { all, by_type }
    })
}

/// What a change of an attribute in place does; `None` where no row says, or none that could hold. The rows of the attribute
/// itself come before those of a block around it.
pub(super) fn disruption(type_name: &str, path: &str, transition: &Transition) -> Option<Disruption> {
    let known = rows();
    let of_type = known.by_type.get(type_name)?;
    let mut wanted = path;
    loop {
        let of_path = of_type.iter().filter(|(listed, _)| listed == wanted);
        let rows: Vec<&Row> = of_path.filter_map(|(_, number)| known.all.get(*number)).collect();
        if !rows.is_empty() {
            return chosen(&rows, transition);
        }
        wanted = wanted.rsplit_once('.')?.0;
    }
}

/// The first row that is known to hold; else the worst that may.
fn chosen(rows: &[&Row], transition: &Transition) -> Option<Disruption> {
    let holds = |row: &Row| row.when.as_ref().map_or(Some(true), |when| transition.holds(when));
    let sure = rows.iter().find(|row| !row.unsure && holds(row) == Some(true));
    let may = || rows.iter().filter(|row| holds(row) != Some(false)).max_by_key(|row| row.effect);
    let row = sure.or_else(may)?;
    Some(Disruption {
        effect: row.effect,
        seconds: row.seconds,
        note: row.note.as_str().into(),
        source: row.source.as_str().into(),
        is_checked: row.checked != Checked::Memory,
        is_sure: sure.is_some(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apply::replacement::attributes;
    use crate::expression::Variables;
    use foreshock_resources::{Kind, Value};

    #[test]
    fn every_row_is_of_a_known_type_and_has_its_seconds_in_order() {
        for row in table().unwrap().effect {
            for type_name in row.of.keys() {
                assert!(attributes(type_name).is_some(), "{type_name} is in no table of what is replaced");
            }
            let (low, high) = row.seconds.unwrap_or_default();
            assert!(0.0 <= low && low <= high, "{low} {high}");
            assert!(!row.source.is_empty());
        }
    }

    #[test]
    fn conditions_decide_between_the_rows_of_an_attribute() {
        let flag = |truth: bool| Value::new(Kind::Bool(truth));
        let effect = |resource: &[(&str, Value)]| {
            let now: Variables = resource.iter().map(|(name, value)| ((*name).into(), value.clone())).collect();
            let (was, is) = (Value::string("db.t3.small"), Value::string("db.t3.large"));
            let transition = Transition::new(&Arc::new(now), Some(&was), Some(&is));
            let found = disruption("aws_db_instance", "instance_class", &transition).unwrap();
            (found.effect, found.is_sure)
        };
        assert_eq!(effect(&[]), (Effect::Deferred, true));
        assert_eq!(effect(&[("apply_immediately", flag(true))]), (Effect::Restart, true));
        let with_standby = [("apply_immediately", flag(true)), ("multi_az", flag(true))];
        assert_eq!(effect(&with_standby), (Effect::Failover, true));
        let unknown = [("apply_immediately", Value::unknown("var.now")), ("multi_az", flag(true))];
        assert_eq!(effect(&unknown), (Effect::Failover, false));
    }
}
