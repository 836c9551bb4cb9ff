//! A finding as a page shows it.

use std::sync::Arc;

use foreshock_analysis::{Base, Finding, Fix, Severity};
use serde::Serialize;

use super::StackMatter;
use crate::Places;
use crate::words::{offer, points, yearly};

/// So many components are named that fall with one; the graph has all.
const MOST_AFFECTED: usize = 12;
/// So many lines of evidence.
const MOST_EVIDENCE: usize = 8;

/// A finding as it is shown.
#[derive(Serialize)]
pub(super) struct FindingView {
    rule: &'static str,
    severity: &'static str,
    /// There was a base, and it did not have it.
    pub(super) new: bool,
    component: String,
    message: String,
    place: String,
    /// What the change did: `multi_az of aws_db_instance.orders was true at 3f2a91c`.
    cause: Option<String>,
    points: Option<String>,
    minutes: Option<String>,
    affected: Vec<String>,
    affected_count: usize,
    affected_more: usize,
    evidence: Vec<EvidenceView>,
    evidence_more: usize,
    fixes: Vec<String>,
    tried: bool,
}

#[derive(Serialize)]
struct EvidenceView {
    place: String,
    why: String,
}

impl FindingView {
    pub(super) fn of(
        finding: &Finding,
        fixes: Option<&[Fix]>,
        base: Option<&Base>,
        places: &Places<'_>,
    ) -> FindingView {
        let evidence = finding.evidence.iter().take(MOST_EVIDENCE);
        let evidence = evidence.map(|it| EvidenceView { place: places.line(&it.place), why: it.why.to_string() });
        FindingView {
            rule: finding.rule.as_str(),
            // How bad it is does not hang on whether it is new; that is said beside it.
            severity: finding.severity.name(),
            new: base.is_some() && finding.new,
            cause: base.and_then(|base| Some(finding.cause.as_ref()?.words(base))),
            component: finding.component_id.to_string(),
            message: finding.message.clone(),
            place: places.line(&finding.place),
            points: (finding.points > 0.0).then(|| points(finding.points)),
            minutes: yearly(finding.minutes_per_year),
            affected: finding.affected.iter().take(MOST_AFFECTED).map(|id| id.to_string()).collect(),
            affected_count: finding.affected.len(),
            affected_more: finding.affected.len().saturating_sub(MOST_AFFECTED),
            evidence: evidence.collect(),
            evidence_more: finding.evidence.len().saturating_sub(MOST_EVIDENCE),
            fixes: fixes.unwrap_or_default().iter().map(offer).collect(),
            tried: fixes.is_some(),
        }
    }
}

/// The findings in the groups of a report.
#[derive(Default, Serialize)]
pub(super) struct FindingViews {
    /// Single points of failure, those that cost most first.
    pub(super) single_points: Vec<FindingView>,
    /// What the base does not have; empty without one.
    pub(super) new: Vec<FindingView>,
    /// All others, loudest first, then by points.
    pub(super) others: Vec<FindingView>,
    pub(super) single_points_more: usize,
    pub(super) others_more: usize,
}

/// So many findings of a group are written down.
const MOST_FINDINGS: usize = 500;

impl FindingViews {
    pub(super) fn of(matter: &StackMatter, places: &Places<'_>) -> FindingViews {
        let base = matter.stack.comparison().map(|comparison| &comparison.base);
        let mut order: Vec<(&Finding, Option<&[Fix]>)> =
            matter.stack.findings.iter().map(Arc::as_ref).zip(matter.fixes.iter().map(Option::as_deref)).collect();
        order.sort_by(|(one, _), (other, _)| {
            let loud = other.loudness().cmp(&one.loudness());
            // Both kinds of list want the costly first; what is loud counts where the list mixes rules.
            let costly = other.points.total_cmp(&one.points);
            loud.then(costly).then_with(|| one.component_id.cmp(&other.component_id))
        });
        let view = |(finding, fixes): &(&Finding, Option<&[Fix]>)| FindingView::of(finding, *fixes, base, places);
        let is_single = |(finding, _): &&(&Finding, Option<&[Fix]>)| finding.is_single_point();
        let mut single: Vec<_> = order.iter().filter(is_single).collect();
        single.sort_by(|(one, _), (other, _)| other.points.total_cmp(&one.points));
        let others: Vec<_> = order.iter().filter(|it| !is_single(it)).collect();
        let is_new = |(finding, _): &&(&Finding, Option<&[Fix]>)| {
            base.is_some() && finding.new && finding.severity > Severity::Hint
        };
        FindingViews {
            new: order.iter().filter(is_new).take(MOST_FINDINGS).map(view).collect(),
            single_points_more: single.len().saturating_sub(MOST_FINDINGS),
            others_more: others.len().saturating_sub(MOST_FINDINGS),
            single_points: single.into_iter().take(MOST_FINDINGS).map(view).collect(),
            others: others.into_iter().take(MOST_FINDINGS).map(view).collect(),
        }
    }
}
