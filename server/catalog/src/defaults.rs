//! The table of defaults as figures of the model: one table for every dialect.

use foreshock_model::{CommonCause, ComponentKind, Figure, Layer, Planned, PlannedWork, Probability, Seconds, Sourced};

use crate::Catalog;
use crate::figures::{Figures, hardware};

/// The rows of `data/defaults.toml` as the model's figures, each with its source.
#[derive(Clone, Copy)]
pub struct Defaults<'a> {
    figures: &'a Figures,
}

/// What is written about the work on a component that takes it down. `None` = not written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Upkeep {
    /// How long a deploy that goes well takes it down.
    pub deploy: Option<Sourced<Seconds>>,
    /// How long a maintenance takes it down.
    pub maintenance: Option<Sourced<Seconds>>,
}

/// What is written about the people who repair it. `None` = not written.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Team {
    /// From an alert to somebody who has seen it.
    pub acknowledge: Option<Seconds>,
    /// From there until the cause is known.
    pub diagnose: Option<Seconds>,
    /// Hours of a day in which somebody is on call, 0..=24.
    pub hours_on_call: Option<f64>,
    /// Share of the failures with a runbook, 0..=1.
    pub runbooks: Option<f64>,
}

impl Defaults<'static> {
    /// The table that ships with the program.
    pub fn bundled() -> Defaults<'static> {
        Defaults { figures: &Catalog::bundled().figures }
    }
}

impl<'a> Defaults<'a> {
    pub(crate) fn of(figures: &'a Figures) -> Defaults<'a> {
        Defaults { figures }
    }

    /// A row's number with its source. A row that is not there is 0, and says so.
    pub fn number(self, row: &str) -> Sourced<f64> {
        let (value, _, source) = self.figures.judged(row);
        Sourced { value, source }
    }

    /// How often one zone is lost.
    pub fn zone(self) -> Figure {
        self.figures.zone()
    }

    /// How often a shared underlay is lost.
    pub fn domain(self) -> Figure {
        self.hardware("domain")
    }

    /// How often one machine is lost with everything on it.
    pub fn host(self) -> Figure {
        self.hardware("host")
    }

    /// The beta factor of replicas of which nothing else is known.
    pub fn common_cause(self) -> CommonCause {
        self.figures.common_cause()
    }

    /// How often a whole region is lost.
    pub fn region(self) -> Figure {
        self.hardware("region")
    }

    /// Share of primary losses that automatic failover covers.
    pub fn failover_coverage(self) -> Sourced<Probability> {
        self.figures.coverage()
    }

    /// How long promotion takes.
    pub fn failover_seconds(self) -> Sourced<Seconds> {
        self.figures.failover_seconds(None)
    }

    /// One instance of a component of which nothing but its kind is known; a third party's whole service for the kinds
    /// that are one (layer L5).
    pub fn instance(self, kind: ComponentKind) -> Figure {
        let figure = self.hardware(kind.name());
        match is_third_party(kind) {
            true => Figure { layer: Layer::External, ..figure },
            false => figure,
        }
    }

    /// What its own people do to it (L1): deploys or changes of its settings, mistakes in them, maintenance. None where
    /// nothing is written and nobody's changes are known: of third parties, of what is there for others, without a kind.
    ///
    /// U = (changes a year x share of them that fail x time to restore + deploys a year x written deploy downtime +
    /// maintenances a year x written maintenance downtime) / year. Own code is deployed, everything else configured. The last two
    /// are planned: they wait for nobody.
    pub fn software(self, kind: Option<ComponentKind>, upkeep: &Upkeep) -> Option<Figure> {
        let change = kind.and_then(Change::of);
        if change.is_none() && upkeep.deploy.is_none() && upkeep.maintenance.is_none() {
            return None;
        }
        let (changes, failure) = change.unwrap_or(Change::Deploy).rows();
        let (share, restore, source) = self.figures.judged(failure);
        let share = if change.is_some() { share } else { 0.0 };
        let restore = restore.unwrap_or(0.0);
        let failures = self.number(changes).value * share;
        let works = [
            (PlannedWork::Deploy, self.number("deploys_per_year"), &upkeep.deploy),
            (PlannedWork::Maintenance, self.number("maintenances_per_year"), &upkeep.maintenance),
        ];
        let written = works.into_iter().filter_map(|(work, times, each)| Some((work, times, each.as_ref()?)));
        let mut sources = Vec::new();
        let mut planned = Vec::new();
        for (work, times, each) in written {
            sources.push(each.source.clone());
            if each.value > Seconds::ZERO {
                let times_a_year = (times.value, times.source);
                planned.push(Planned { work, times_a_year, each: (each.value, each.source.clone()) });
            }
        }
        let unavailability =
            failures * restore / SECONDS_PER_YEAR + planned.iter().map(Planned::unavailability).sum::<f64>();
        Some(Figure {
            unavailability: Probability::clamped(unavailability),
            layer: Layer::Software,
            mttr: if failures > 0.0 { Seconds::new(restore) } else { None },
            planned,
            // Of what is planned each number has a source of its own.
            source: if failures > 0.0 { source } else { sources.into_iter().next().unwrap_or(source) },
        })
    }

    /// Whether what runs there is one's own code, which is deployed.
    pub(crate) fn deploys(self, kind: ComponentKind) -> bool {
        runs_own_code(kind)
    }

    /// Until a person begins to repair it, where nothing is written: for own code, whose failures wait for its people.
    pub fn response(self, kind: ComponentKind) -> Option<Sourced<Seconds>> {
        let row = self.number("response");
        let value = Seconds::new(row.value).filter(|_| runs_own_code(kind))?;
        Some(Sourced { value, source: row.source })
    }

    /// Until a person begins to repair it, with what is written about the team: acknowledgement, diagnosis (shorter
    /// with a runbook), and on the mean the wait until somebody is on call. What is not written is as in the table.
    pub fn response_of(self, team: &Team) -> Seconds {
        let seconds = |written: Option<Seconds>, row| written.map_or_else(|| self.number(row).value, Seconds::get);
        let saved = team.runbooks.unwrap_or_else(|| self.number("runbooks").value) * self.number("runbook_saves").value;
        let work = seconds(team.acknowledge, "acknowledge") + seconds(team.diagnose, "diagnose") * (1.0 - saved);
        let uncovered = 24.0 - team.hours_on_call.unwrap_or(24.0).clamp(0.0, 24.0);
        // A failure falls into the uncovered stretch with probability u/24 and then waits u/2 on the mean.
        let wait = uncovered / 24.0 * uncovered / 2.0 * 3600.0;
        Seconds::new(work + wait).unwrap_or_default()
    }

    /// In which time a mechanism restores what that row is about.
    pub(crate) fn restored(self, row: &str) -> Option<Sourced<Seconds>> {
        let (_, restore, source) = self.figures.judged(row);
        Some(Sourced { value: Seconds::new(restore?)?, source })
    }

    fn hardware(self, row: &str) -> Figure {
        let (value, restore, source) = self.figures.judged(row);
        hardware(value, restore, source)
    }
}

/// A year of 8766 hours.
const SECONDS_PER_YEAR: f64 = 8766.0 * 3600.0;

/// What people change of a component while it runs.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Change {
    /// Its code.
    Deploy,
    /// Its settings: what runs is somebody else's.
    Configuration,
}

impl Change {
    fn of(kind: ComponentKind) -> Option<Change> {
        match kind {
            kind if runs_own_code(kind) => Some(Change::Deploy),
            kind if is_third_party(kind) || kind.is_supporting() => None,
            // What it is nobody says.
            ComponentKind::Custom => None,
            _ => Some(Change::Configuration),
        }
    }

    /// The rows of how often, and of how many fail.
    fn rows(self) -> (&'static str, &'static str) {
        match self {
            Change::Deploy => ("deploys_per_year", "change_failure"),
            Change::Configuration => ("configurations_per_year", "configuration_failure"),
        }
    }
}

/// Whether what runs there is mostly the owner's own code, which is deployed and can be deployed wrong.
fn runs_own_code(kind: ComponentKind) -> bool {
    use ComponentKind::{
        AgentOrchestrator, AiAgent, AppServer, Automation, ScheduledJob, Serverless, ToolService, WebServer,
    };
    matches!(
        kind,
        WebServer | AppServer | Serverless | ScheduledJob | AiAgent | AgentOrchestrator | ToolService | Automation
    )
}

/// Whether somebody else runs it, and a figure of it is their promise (L5).
fn is_third_party(kind: ComponentKind) -> bool {
    matches!(kind, ComponentKind::ExternalApi | ComponentKind::LlmEndpoint)
}

#[cfg(test)]
mod tests {
    use foreshock_model::Source;

    use super::*;

    fn close(one: f64, other: f64) -> bool {
        (one - other).abs() <= 1e-12 * other.abs()
    }

    fn seconds(value: f64) -> Option<Sourced<Seconds>> {
        Seconds::new(value).map(|value| Sourced { value, source: Source::ProviderDefault("test".into()) })
    }

    #[test]
    fn every_kind_has_a_row_with_a_reason() {
        for (kind, name) in ComponentKind::ALL {
            let figure = Defaults::bundled().instance(kind);
            assert!((1e-7..=1e-2).contains(&figure.unavailability.get()), "{name}: {}", figure.unavailability);
            assert!(figure.mttr.is_some(), "{name}");
            assert_eq!(figure.layer == Layer::External, is_third_party(kind), "{name}");
        }
    }

    #[test]
    fn rates_become_unavailabilities() {
        let app = Defaults::bundled().instance(ComponentKind::AppServer);
        assert!(close(app.unavailability.get(), 300.0 / (2160.0 * 3600.0 + 300.0)));
    }

    #[test]
    fn own_code_has_deploys_and_people() {
        let defaults = Defaults::bundled();
        let nothing = Upkeep::default();
        let app = defaults.software(Some(ComponentKind::AppServer), &nothing).unwrap();
        assert!(close(app.unavailability.get(), 52.18 * 0.05 * 1800.0 / (8766.0 * 3600.0)));
        assert_eq!(app.mttr.map(Seconds::get), Some(1800.0));
        assert_eq!(defaults.response(ComponentKind::Database), None);
        let usual = defaults.response(ComponentKind::AppServer).unwrap().value;
        assert_eq!(usual, defaults.response_of(&Team::default()));

        let written = Upkeep { deploy: seconds(30.0), maintenance: seconds(3600.0) };
        let database = defaults.software(None, &written).unwrap();
        assert!(close(database.unavailability.get(), (52.18 * 30.0 + 12.0 * 3600.0) / (8766.0 * 3600.0)));
        // Nobody repairs what was planned.
        assert_eq!(database.mttr, None);
        assert!(close(database.planned_unavailability(), database.unavailability.get()));
        let both = defaults.software(Some(ComponentKind::AppServer), &written).unwrap();
        assert!(close(both.unplanned_unavailability(), app.unavailability.get()));
        assert_eq!(both.mttr, app.mttr);
        let never = Upkeep { deploy: seconds(0.0), ..Upkeep::default() };
        assert_eq!(defaults.software(None, &never).unwrap().unavailability.get(), 0.0);
    }

    /// What one does not program oneself is configured, and a third party's or a key's settings are nobody's news.
    #[test]
    fn everything_that_serves_has_a_software_layer() {
        let defaults = Defaults::bundled();
        let configured = defaults.software(Some(ComponentKind::LoadBalancer), &Upkeep::default()).unwrap();
        assert!(close(configured.unavailability.get(), 12.0 * 0.05 * 1800.0 / (8766.0 * 3600.0)));
        for (kind, name) in ComponentKind::ALL {
            let has = defaults.software(Some(kind), &Upkeep::default()).is_some();
            let serves = !is_third_party(kind) && !kind.is_supporting() && kind != ComponentKind::Custom;
            assert_eq!(has, serves, "{name}");
        }
        assert_eq!(defaults.software(None, &Upkeep::default()), None);
        let written = Upkeep { maintenance: seconds(3600.0), ..Upkeep::default() };
        let both = defaults.software(Some(ComponentKind::Database), &written).unwrap();
        assert!(close(both.unavailability.get(), (12.0 * 0.05 * 1800.0 + 12.0 * 3600.0) / (8766.0 * 3600.0)));
    }

    #[test]
    fn the_common_cause_of_replicas_is_an_interval() {
        let cause = Defaults::bundled().common_cause();
        let (low, high) = cause.interval;
        assert_eq!([low, cause.share, high].map(Probability::get), [0.02, 0.1, 0.2]);
        assert!(cause.source.is_default());
    }

    #[test]
    fn a_team_answers_as_written() {
        let defaults = Defaults::bundled();
        let minutes = |minutes: f64| Seconds::new(minutes * 60.0);
        for (team, expected) in [
            (Team::default(), 300.0 + 900.0 * 0.75),
            (Team { acknowledge: minutes(10.0), diagnose: minutes(20.0), ..Team::default() }, 600.0 + 1200.0 * 0.75),
            (Team { hours_on_call: Some(12.0), ..Team::default() }, 975.0 + 0.5 * 6.0 * 3600.0),
            (Team { hours_on_call: Some(0.0), ..Team::default() }, 975.0 + 12.0 * 3600.0),
            (Team { runbooks: Some(1.0), ..Team::default() }, 300.0 + 450.0),
        ] {
            assert!(close(defaults.response_of(&team).get(), expected), "{team:?}");
        }
    }
}
