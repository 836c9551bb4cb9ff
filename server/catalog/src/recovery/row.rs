//! The table of recovery as it is written: `data/recovery/*.toml`. docs/catalog.md describes the fields.

use std::collections::BTreeMap;

use foreshock_model::FaultClass;
use serde::Deserialize;

use crate::Related;
use crate::check::template;
use crate::expression::Expression;

/// What a component keeps, where that is not what its row in the catalog says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KeepsName {
    Nothing,
    Copies,
    Messages,
    Data,
}

/// How the instances of a type come back, or what something that is declared apart does for others.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecoveryRow {
    #[serde(default)]
    pub(crate) keeps: Option<KeepsName>,
    /// Gigabytes that there are at most, an expression.
    #[serde(default)]
    pub(crate) size_gb: Option<Expression>,
    /// Others that refer to it, as lists for its expressions, beside those of the row in the catalog.
    #[serde(default)]
    pub(crate) related: BTreeMap<String, Related>,
    /// Those that it refers to.
    #[serde(default)]
    pub(crate) refers: BTreeMap<String, Related>,
    /// Its own start, once what it requires is back.
    #[serde(default)]
    pub(crate) start: Option<StepRow>,
    /// Until a lost instance gets no more work.
    #[serde(default)]
    pub(crate) ejects: Option<EjectRow>,
    #[serde(default, rename = "way")]
    pub(crate) ways: Vec<WayRow>,
    /// How an instance of it that is a copy of another takes the place of that one.
    #[serde(default)]
    pub(crate) promotion: Option<WayRow>,
}

/// A number, or an expression that gives one.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Number {
    Fixed(f64),
    Of(Expression),
}

/// A step: its name, and how many seconds it takes at best and at worst.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct StepRow(pub(crate) String, pub(crate) Number, pub(crate) Number);

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EjectRow {
    pub(crate) step: StepRow,
    #[serde(default)]
    pub(crate) at: Vec<String>,
    #[serde(deserialize_with = "template")]
    pub(crate) says: Expression,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ClassName {
    Software,
    Instance,
    Zone,
    Region,
}

impl ClassName {
    pub(crate) fn class(self) -> FaultClass {
        match self {
            ClassName::Software => FaultClass::Software,
            ClassName::Instance => FaultClass::Instance,
            ClassName::Zone => FaultClass::Zone,
            ClassName::Region => FaultClass::Region,
        }
    }
}

/// One way back.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WayRow {
    /// Only where this holds; where that can't be known the way may be there.
    #[serde(default)]
    pub(crate) when: Option<Expression>,
    /// The line that decides: the first of these that is written, else the header.
    #[serde(default)]
    pub(crate) at: Vec<String>,
    /// What it is, a template: "fails over to its standby in another zone".
    #[serde(deserialize_with = "template")]
    pub(crate) says: Expression,
    /// After which faults it is there.
    #[serde(default)]
    pub(crate) faults: Vec<ClassName>,
    /// Whether it has the data already.
    #[serde(default)]
    pub(crate) standby: bool,
    /// Whether a person has to begin.
    #[serde(default)]
    pub(crate) people: bool,
    #[serde(default)]
    pub(crate) steps: Vec<StepRow>,
    /// Seconds to restore each 100 GB, at best and at worst.
    #[serde(default)]
    pub(crate) restore_100_gb: Option<(f64, f64)>,
    /// How old the data is then, in seconds.
    #[serde(default)]
    pub(crate) age: Option<(Number, Number)>,
    /// Why it may be older than that, without anybody knowing how old.
    #[serde(default)]
    pub(crate) age_unknown: Option<String>,
    /// Instead: the schedules by which copies are made, as texts; the data is as old as the longest pause of the one that is
    /// made most often.
    #[serde(default)]
    pub(crate) every: Option<Expression>,
    /// The page of the provider with the times, looked up.
    #[serde(default)]
    pub(crate) page: Option<String>,
    /// Why these times, where nobody publishes them or nobody looked.
    #[serde(default)]
    pub(crate) estimate: Option<String>,
}

/// Until somebody is at it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct People {
    pub(crate) notice: (f64, f64),
    pub(crate) begin: (f64, f64),
    #[allow(dead_code)] // a reason for whoever reads the table
    pub(crate) reason: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    /// Rules whose repairs may bring something back sooner, or with less lost.
    #[serde(default)]
    pub(crate) helped_by: Vec<String>,
    #[serde(default)]
    pub(crate) people: Option<People>,
    /// By kind of component, for types without a row.
    #[serde(default)]
    pub(crate) kind: BTreeMap<String, RecoveryRow>,
    /// By resource type.
    #[serde(default, rename = "type")]
    pub(crate) types: BTreeMap<String, RecoveryRow>,
    /// What makes copies of others, by resource type.
    #[serde(default)]
    pub(crate) protector: BTreeMap<String, RecoveryRow>,
    /// Types with the row of another: a name, or the name of a kind.
    #[serde(default)]
    pub(crate) same: BTreeMap<String, String>,
}
