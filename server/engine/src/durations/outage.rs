//! How one failure ends: by a mechanism, or by people.
//!
//! There are two regimes, by what failed. An *instance* is restored by its mechanism, or by hand in its own repair time. What
//! is down as a *whole* (a component, its software, its configuration, a shared domain, a zone, a region, a third party) draws
//! from the table of outages by what caused it, unless somebody wrote how long it takes: those times are measured from the
//! beginning of the impact to its end, with detection and response in them.

use foreshock_model::{
    Cause, Component, ComponentKind, Figure, Probability, Recovery, Scale, Seconds, Source, Sourced, median_outage,
};

use crate::Unit;
use crate::durations::law::DurationLaw;
use crate::durations::log_normal::LogNormal;
use crate::layout::defaults::{REPAIR_SECONDS, RESPONSE_SECONDS};

/// How one failure ends.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Outage {
    /// A mechanism restores it in so many seconds.
    pub(crate) automatic: Option<f64>,
    /// With this probability, else somebody has to.
    pub(crate) coverage: f64,
    /// Seconds until somebody begins.
    pub(crate) response: f64,
    /// Of these, what is known: an unavailability of which nobody says that people have to answer has none of it in it, and
    /// neither has the law of its lengths.
    pub(crate) known_response: f64,
    /// The time that people take from then on.
    pub(crate) by_hand: LogNormal,
    /// Whether a default is among these.
    pub(crate) assumed: bool,
    /// Drawn from this row of the table of outages; none where somebody said how long.
    pub(crate) drawn: Option<(Option<Cause>, Scale)>,
    /// Where the time that people take comes from.
    pub(crate) source: Source,
}

/// What somebody says of the outages that are asked for; overrules what the system says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) cause: Option<Cause>,
    pub(crate) scale: Option<Scale>,
}

/// The cause of what is nobody's instance, and whose outage it is.
#[derive(Clone, Copy)]
pub(crate) struct Class {
    pub(crate) cause: Option<Cause>,
    pub(crate) scale: Scale,
}

impl Outage {
    /// Of a unit with its figure; of the component whose unit it is, if it is one's. What is planned is left out.
    pub(crate) fn of_unit(unit: Unit, figure: &Figure, component: Option<&Component>, said: Said) -> Outage {
        let provider = |cause| Class { cause, scale: Scale::Provider };
        match (unit, component) {
            (Unit::Zone(_), _) => Outage::shared(Some(figure), provider(Some(Cause::ZonePower)), said),
            (Unit::Domain(_) | Unit::Region(_), _) => Outage::shared(Some(figure), provider(None), said),
            (Unit::External(_), _) => Outage::shared(Some(figure), provider(Some(Cause::ThirdParty)), said),
            (Unit::Instance { .. } | Unit::Failover(_), Some(component)) => Outage::instance(component, Some(figure)),
            // What takes all replicas at once is no instance's repair.
            (Unit::CommonCause(_), Some(component)) => Outage::whole(component, &[], said),
            (Unit::Whole(_) | Unit::Service(_) | Unit::Software(_), Some(component)) => {
                Outage::whole(component, &[figure], said)
            }
            // A pause: it is over by itself.
            (Unit::Theoretical(_), _) if figure.mttr.is_some() => Outage::passing(figure),
            (Unit::Theoretical(_), _) | (_, None) => Outage::shared(Some(figure), provider(None), said),
        }
    }

    /// Of one instance.
    pub(crate) fn instance(component: &Component, figure: Option<&Figure>) -> Outage {
        let recovery = &component.recovery;
        if let Some(automatic) = &recovery.automatic {
            // What the mechanism does not cover is more than an instance's repair.
            let class =
                Class { cause: recovery.cause.as_ref().map(|cause| cause.value), scale: scale(component, None) };
            return by_people(Some(recovery), &[], class, Said::default()).automated(automatic, component);
        }
        let written = figure.and_then(|figure| Some((figure.mttr?, &figure.source)));
        let (mean, source) = match (&recovery.repair, written) {
            (Some(repair), _) => (repair.value.get(), repair.source.clone()),
            (None, Some((mttr, source))) => (mttr.get(), source.clone()),
            (None, None) => (REPAIR_SECONDS, assumed_repair()),
        };
        let by_provider = figure.is_some_and(|figure| is_provider(&figure.source));
        let response = recovery.response.as_ref();
        Outage {
            automatic: None,
            coverage: 1.0,
            // Who is not known to wait for somebody waits the usual time, unless a provider looks after it.
            response: response.map_or(if by_provider { 0.0 } else { RESPONSE_SECONDS }, |it| it.value.get()),
            known_response: response.map_or(0.0, |it| it.value.get()),
            by_hand: LogNormal::with_mean(mean),
            assumed: source.is_default() || response.map_or(!by_provider, |it| it.source.is_default()),
            drawn: None,
            source,
        }
    }

    /// Of a whole component, of which these figures may say how long.
    pub(crate) fn whole(component: &Component, figures: &[&Figure], said: Said) -> Outage {
        let recovery = &component.recovery;
        let cause = recovery.cause.as_ref().map(|cause| cause.value);
        let class = Class { cause, scale: scale(component, figures.first().copied()) };
        let outage = by_people(Some(recovery), figures, class, said);
        // What the platform does for lost instances does not undo a mistake.
        let mechanism = recovery.automatic.as_ref().filter(|it| !it.source.is_default());
        let software = figures.iter().any(|figure| figure.layer == foreshock_model::Layer::Software);
        match mechanism.filter(|_| !software) {
            Some(automatic) => outage.automated(automatic, component),
            None => outage,
        }
    }

    /// Of something that others look after: nobody here has to come.
    pub(crate) fn shared(figure: Option<&Figure>, class: Class, said: Said) -> Outage {
        by_people(None, figure.as_slice(), class, said)
    }

    /// Of something that nobody repairs: it is over when it is over.
    fn passing(figure: &Figure) -> Outage {
        Outage {
            automatic: figure.mttr.map(Seconds::get),
            coverage: 1.0,
            response: 0.0,
            known_response: 0.0,
            by_hand: LogNormal::with_mean(0.0),
            assumed: figure.source.is_default(),
            drawn: None,
            source: figure.source.clone(),
        }
    }

    /// The same of something that takes a component with it, which may have a mechanism of its own.
    pub(crate) fn around(self, component: &Component) -> Outage {
        match &component.recovery.automatic {
            Some(automatic) => self.automated(automatic, component),
            None => self,
        }
    }

    /// Of a zone that nobody names.
    pub(crate) fn of_a_zone() -> Outage {
        Outage::shared(None, Class { cause: Some(Cause::ZonePower), scale: Scale::Provider }, Said::default())
    }

    /// A call that does not get through, on the way.
    pub(crate) fn on_the_way(said: Said) -> Outage {
        Outage::shared(None, Class { cause: Some(Cause::Network), scale: Scale::Own }, said)
    }

    /// A promotion that works.
    pub(crate) fn promotion(component: &Component) -> Outage {
        let failover = &component.redundancy.failover.seconds;
        Outage {
            automatic: Some(failover.value.get()),
            coverage: 1.0,
            response: 0.0,
            known_response: 0.0,
            by_hand: LogNormal::with_mean(0.0),
            assumed: failover.source.is_default(),
            drawn: None,
            source: failover.source.clone(),
        }
    }

    fn automated(self, automatic: &Sourced<Seconds>, component: &Component) -> Outage {
        let coverage: &Sourced<Probability> = &component.redundancy.failover.coverage;
        Outage {
            automatic: Some(automatic.value.get()),
            coverage: coverage.value.get(),
            assumed: self.assumed || automatic.source.is_default(),
            ..self
        }
    }

    /// How long it lasts, with nothing else to wait for.
    pub(crate) fn law(&self) -> DurationLaw {
        match self.automatic {
            None => DurationLaw::by_hand(self.known_response, self.by_hand),
            Some(automatic) if self.coverage >= 1.0 => DurationLaw::exactly(automatic),
            Some(automatic) => DurationLaw::covered(automatic, self.coverage, self.known_response, self.by_hand),
        }
    }
}

/// What people take for all of it: as said, as written, or from the table. Without a `recovery` they are others' people.
fn by_people(recovery: Option<&Recovery>, figures: &[&Figure], class: Class, said: Said) -> Outage {
    let stated = figures.iter().filter(|figure| !figure.source.is_default());
    let figure = stated.filter_map(|figure| Some((figure.mttr?.get(), figure.source.clone()))).next();
    let repair = recovery.and_then(|it| it.repair.as_ref()).map(|it| (it.value.get(), it.source.clone()));
    // Who says why it is down asks for what that takes.
    let asked = said != Said::default() || recovery.is_some_and(|it| it.cause.is_some());
    let written = repair.or(figure).filter(|_| !asked);
    let response = recovery.and_then(|it| it.response.as_ref());
    if let Some((mean, source)) = written {
        let by_others = recovery.is_none() || figures.iter().any(|figure| is_provider(&figure.source));
        return Outage {
            automatic: None,
            coverage: 1.0,
            response: response.map_or(if by_others { 0.0 } else { RESPONSE_SECONDS }, |it| it.value.get()),
            known_response: response.map_or(0.0, |it| it.value.get()),
            by_hand: LogNormal::with_mean(mean),
            assumed: response.map_or(!by_others, |it| it.source.is_default()),
            drawn: None,
            source,
        };
    }
    let (cause, scale) = (said.cause.or(class.cause), said.scale.unwrap_or(class.scale));
    let (median, source) = median_outage(cause, scale);
    let written_response = response.filter(|it| !it.source.is_default()).map_or(0.0, |it| it.value.get());
    Outage {
        automatic: None,
        coverage: 1.0,
        // Detection and the usual response are in the table; only what somebody wrote comes on top.
        response: written_response,
        known_response: written_response,
        by_hand: LogNormal::with_median(median.get()),
        assumed: true,
        drawn: Some((cause, scale)),
        source,
    }
}

/// Whose outage it is when all of a component is down.
fn scale(component: &Component, figure: Option<&Figure>) -> Scale {
    let third_party = matches!(component.kind, ComponentKind::ExternalApi | ComponentKind::LlmEndpoint);
    let promised = figure.is_some_and(|figure| matches!(figure.source, Source::Sla { .. }));
    if third_party || promised { Scale::Provider } else { Scale::Own }
}

fn is_provider(source: &Source) -> bool {
    matches!(source, Source::Sla { .. } | Source::ProviderDefault(_))
}

fn assumed_repair() -> Source {
    Source::Default {
        name: "repair".into(),
        reason: "our judgement: half an hour for one instance of which nobody says".into(),
    }
}
