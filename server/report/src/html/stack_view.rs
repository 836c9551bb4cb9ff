//! A stack as a page shows it.

use foreshock_analysis::Stack;
use foreshock_engine::{Method, Verdict};
use foreshock_model::Layer;
use serde::Serialize;
use serde_json::{Value, json};

use super::StackMatter;
use super::assumptions_view::AssumptionsView;
use super::base_view::BaseView;
use super::embedded::{Texts, graph};
use super::finding_view::FindingViews;
use super::layers::LayersView;
use super::scenarios::{Room, ScenariosView, columns};
use super::suppressed_view::{SuppressedView, suppressed};
use crate::Places;
use crate::availability_human::lost;
use crate::cascade_text::cascade_text;
use crate::outage_words::{holds, outages};
use crate::recovery_human::entry_rows;
use crate::table::Paint;
use crate::up;
use crate::words::{capped, layer_name};

/// A stack as the templates write it down.
#[derive(Serialize)]
pub(super) struct StackView {
    title: String,
    kind: &'static str,
    components: usize,
    dependencies: usize,
    files: usize,
    headline: Option<Headline>,
    base: Option<BaseView>,
    findings: FindingViews,
    not_tried: usize,
    suppressed: Vec<SuppressedView>,
    suppressed_more: usize,
    layers: LayersView,
    recovery: Vec<RecoveryView>,
    asked: Vec<AskedView>,
    scenarios: ScenariosView,
    assumptions: AssumptionsView,
    problems: Vec<ProblemView>,
    /// How much was judged, and what was not; none where all was.
    judged: Option<String>,
}

/// What a stack is worth; none for one that serves nobody.
#[derive(Serialize)]
struct Headline {
    score: String,
    /// `good`, `fair` or `poor`, for the colour.
    grade: &'static str,
    score_range: Option<String>,
    /// What a score of 100 leaves unsaid.
    capped: Option<String>,
    nines: String,
    /// Share of time not DOWN.
    available: String,
    down: String,
    /// The same with what is degraded counted in part.
    expected: String,
    expected_lost: String,
    /// Whether the two differ.
    is_degraded: bool,
    ceiling: Option<String>,
    ceiling_lost: Option<String>,
    binding: Option<&'static str>,
    /// What binds is what third parties promise.
    is_promise: bool,
    at_worst: String,
    low_confidence: bool,
    promised: Vec<PromiseView>,
    /// How often the entries are down, and for how long: the ones that are down the longest.
    outages: Vec<OutageView>,
}

#[derive(Serialize)]
struct OutageView {
    of: String,
    words: String,
}

#[derive(Serialize)]
struct PromiseView {
    of: String,
    objective: String,
    verdict: &'static str,
    /// `holds in 62 % of 30-day windows`
    holds: String,
}

/// How soon an entry point is back.
#[derive(Serialize)]
struct RecoveryView {
    entry: String,
    /// The fault, back in, data lost, and what decides.
    rows: Vec<[String; 4]>,
}

#[derive(Serialize)]
struct AskedView {
    id: String,
    severity: String,
    /// Where it differs from the worst.
    likely: Option<String>,
    cascade: String,
    affected: usize,
}

#[derive(Serialize)]
struct ProblemView {
    place: String,
    message: String,
}

/// So many suppressed findings are written down.
const MOST_SUPPRESSED: usize = 500;

impl StackView {
    /// The view and what goes along as JSON.
    pub(super) fn of(matter: &StackMatter, room: Room, places: &Places<'_>) -> (StackView, Value) {
        let stack = &matter.stack;
        let system = stack.system();
        let mut texts = Texts::default();
        let graph = graph(stack, &mut texts, places);
        let (scenarios, scenarios_view) = columns(stack, &matter.sweep, room, &mut texts);
        let title = places.name(stack);
        let data = json!({
            "root": title,
            "path": places.path(&stack.root),
            "graph": graph,
            "scenarios": scenarios,
            "texts": texts.into_json(),
        });
        let problems = stack.problems.iter().map(|problem| ProblemView {
            place: places.line(&foreshock_text::Place::new(problem.file.clone(), problem.problem.span)),
            message: problem.problem.message.clone(),
        });
        let view = StackView {
            title,
            kind: stack.kind.name(),
            components: system.components.len(),
            dependencies: system.dependencies.len(),
            files: stack.files.len(),
            headline: headline(matter),
            base: BaseView::of(stack),
            findings: FindingViews::of(matter, places),
            not_tried: matter.not_tried(),
            suppressed_more: stack.suppressed.len().saturating_sub(MOST_SUPPRESSED),
            suppressed: suppressed(stack, places).into_iter().take(MOST_SUPPRESSED).collect(),
            layers: LayersView::of(
                &matter.availability,
                matter.availability.verdicts.iter().find(|it| it.component.is_none()).map(|it| it.allowed),
            ),
            recovery: entry_rows(stack, places)
                .into_iter()
                .take(MOST_OUTAGES)
                .map(|(entry, rows)| RecoveryView { entry, rows })
                .collect(),
            asked: asked(matter),
            scenarios: scenarios_view,
            assumptions: AssumptionsView::of(matter, places),
            problems: problems.collect(),
            judged: stack.judged().words().map(|words| words.replacen("judged", "Judged", 1)),
        };
        (view, data)
    }
}

fn headline(matter: &StackMatter) -> Option<Headline> {
    let availability = &matter.availability;
    let score = availability.score?;
    let shown = |(low, high): (f64, f64)| match availability.method {
        Method::Exact => up(high),
        Method::Bounds => format!("{} to {}", up(high), up(low)),
    };
    let taken = |(low, high): (f64, f64)| match availability.method {
        Method::Exact => lost(high),
        Method::Bounds => format!("{} to {}", lost(low), lost(high)),
    };
    Some(Headline {
        score: format!("{score:.0}"),
        grade: match score {
            score if score >= 60.0 => "good",
            score if score >= 40.0 => "fair",
            _ => "poor",
        },
        score_range: availability.score_range.map(|(low, high)| format!("{low:.0} to {high:.0}")),
        nines: availability.structural_nines.map_or_else(|| "no loss".to_owned(), |nines| format!("{nines:.1}")),
        available: shown(availability.unavailability),
        down: taken(availability.unavailability),
        expected: shown(availability.expected_bounds),
        expected_lost: taken(availability.expected_bounds),
        is_degraded: availability.expected > availability.unavailability.1 * (1.0 + 1e-9),
        capped: capped(availability.score, availability.structural_nines),
        is_promise: availability.ceiling.is_some_and(|ceiling| ceiling.layer == Layer::External),
        ceiling: availability.ceiling.map(|ceiling| up(ceiling.unavailability)),
        ceiling_lost: availability.ceiling.map(|ceiling| lost(ceiling.unavailability)),
        binding: availability.ceiling.map(|ceiling| layer_name(ceiling.layer)),
        at_worst: up(availability.range.1),
        low_confidence: availability.low_confidence,
        promised: availability
            .verdicts
            .iter()
            .map(|verdict| PromiseView {
                of: promised_of(&matter.stack, verdict),
                objective: up(verdict.allowed),
                verdict: match (verdict.met, verdict.unreachable) {
                    (true, _) => "met",
                    (false, true) => "out of reach",
                    (false, false) if verdict.is_open() => "open",
                    (false, false) => "missed",
                },
                holds: holds(verdict),
            })
            .collect(),
        outages: outage_views(matter),
    })
}

/// `aws_lb.web (requests-availability)`
fn promised_of(stack: &Stack, verdict: &Verdict) -> String {
    let of = verdict.component.map_or_else(|| "the system".to_owned(), |component| stack.id_of(component));
    stack.promise_of(verdict).map_or_else(|| of.clone(), |promise| format!("{of} ({})", promise.name))
}

/// So many entries are told.
const MOST_OUTAGES: usize = 5;

fn outage_views(matter: &StackMatter) -> Vec<OutageView> {
    let mut entries: Vec<_> = matter.availability.entries.iter().collect();
    entries.sort_by(|one, other| other.outages.unavailability.1.total_cmp(&one.outages.unavailability.1));
    let view = |entry: &foreshock_engine::EntryAvailability| OutageView {
        of: matter.stack.id_of(entry.component),
        words: outages(&entry.outages),
    };
    entries.into_iter().take(MOST_OUTAGES).map(view).collect()
}

fn asked(matter: &StackMatter) -> Vec<AskedView> {
    let view = |played: &crate::simulation::Played| AskedView {
        id: played.id.clone(),
        severity: played.severity().map_or_else(|| "-".to_owned(), |severity| format!("{severity:.1}")),
        likely: played.likely_severity().map(|likely| format!("{likely:.1}")),
        cascade: cascade_text(matter.stack.system(), &played.cascade, None, Paint { colour: false }),
        affected: played.cascade.effects.len(),
    };
    matter.asked.iter().map(view).collect()
}
