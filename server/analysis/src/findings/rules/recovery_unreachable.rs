//! A promise of recovery that the text can't keep to, even at best: on the line that decides, with the promise as evidence.

use std::sync::Arc;

use foreshock_engine::{Basis, EntryPoint, EntryReason, RecoveryMatrix, recovery_matrix};
use foreshock_model::{Bound, ComponentIndex, Evidence, FaultClass, MinutesPerYear, Points, RecoveryTarget};
use foreshock_text::Place;

use super::{RuleId, severity_of};
use crate::recovery::targets::targets;
use crate::{Finding, Stack, StackRecovery, lasting};

const ID: RuleId = RuleId::RecoveryUnreachable;

pub(super) fn find(stack: &Stack) -> Vec<Finding> {
    let targets = targets(stack);
    if targets.is_empty() {
        return Vec::new();
    }
    let recovery = stack.recovery();
    let mut missed: Vec<Missed<'_>> = Vec::new();
    for target in &targets {
        for one in missed_by(stack, recovery, target) {
            // Of several promises that one line breaks in the same way, the strictest is told.
            match missed.iter_mut().find(|known| known.is_like(&one)) {
                Some(known) if one.promised.0 < known.promised.0 => *known = one,
                Some(_) => {}
                None => missed.push(one),
            }
        }
    }
    missed.iter().filter_map(|missed| report(stack, recovery, missed)).collect()
}

/// A promise that is out of reach.
struct Missed<'t> {
    /// Whose.
    of: ComponentIndex,
    class: FaultClass,
    is_rto: bool,
    /// Seconds, and where that is written.
    promised: &'t (f64, Place),
    best: Bound,
    /// Whose own recovery decides.
    by: ComponentIndex,
}

impl Missed<'_> {
    fn is_like(&self, other: &Missed<'_>) -> bool {
        self.by == other.by && self.class == other.class && self.is_rto == other.is_rto
    }
}

fn missed_by<'t>(stack: &Stack, recovery: &StackRecovery, target: &'t RecoveryTarget) -> Vec<Missed<'t>> {
    let of_one: RecoveryMatrix;
    let matrix = match target.component {
        None => &recovery.matrix,
        Some(component) => {
            let entries = vec![EntryPoint { component, weight: 1.0, reason: EntryReason::Marked }];
            of_one = recovery_matrix(stack.system(), &recovery.known, &Basis { entries, ..Basis::default() });
            &of_one
        }
    };
    let mut missed = Vec::new();
    for entry in &matrix.entries {
        for &class in &target.classes {
            let Some(cell) = entry.cell(class) else { continue };
            let of = entry.component;
            let is_over = |best: Bound, promised: f64| best > Bound::seconds(promised);
            if let Some(promised) = target.rto.as_ref().filter(|promised| is_over(cell.rto.low, promised.0)) {
                let by = cell.low_path.last().copied().unwrap_or(of);
                missed.push(Missed { of, class, is_rto: true, promised, best: cell.rto.low, by });
            }
            if let (Some(promised), Some(lost)) = (&target.rpo, cell.rpo)
                && is_over(lost.range.low, promised.0)
            {
                missed.push(Missed { of, class, is_rto: false, promised, best: lost.range.low, by: lost.low });
            }
        }
    }
    missed
}

fn report(stack: &Stack, recovery: &StackRecovery, missed: &Missed<'_>) -> Option<Finding> {
    let component = stack.system().component(missed.by)?;
    let figure = match missed.is_rto {
        true => recovery.rto(missed.by, missed.class),
        false => recovery.rpo(missed.by, missed.class),
    }?;
    let block = component.place.clone()?;
    let place = figure.way.and_then(|way| way.ground.place.clone()).unwrap_or_else(|| block.clone());
    let because: Arc<str> =
        figure.way.map_or_else(|| "no copy that survives this is in the text".into(), |way| way.ground.says.clone());
    let (of, by) = (stack.id_of(missed.of), stack.id_of(missed.by));
    let words = |seconds: f64| lasting((seconds, seconds));
    let promised = words(missed.promised.0);
    let after = after(missed.class);
    let reached = match (missed.best, missed.is_rto) {
        (Bound::Seconds(seconds), true) => format!("{} is the best that the text allows", words(seconds)),
        (Bound::Seconds(seconds), false) => format!("{} of data are lost", words(seconds)),
        (_, true) => "it does not come back".to_owned(),
        (_, false) => "all data is lost".to_owned(),
    };
    let kept = match missed.is_rto {
        true => format!("has to be back in {promised}"),
        false => format!("may lose no more than {promised} of data"),
    };
    let name = if missed.is_rto { "rto" } else { "rpo" };
    Some(Finding {
        rule: ID,
        severity: severity_of(ID),
        new: true,
        component: Some(missed.by),
        component_id: component.id.as_str().into(),
        also: Vec::new(),
        message: format!("{of} {kept} after {after}: {reached}.\n{by}: {because}."),
        place,
        block,
        affected: Vec::new(),
        points: Points::ZERO,
        minutes_per_year: MinutesPerYear::ZERO,
        scored: false,
        evidence: vec![Evidence {
            place: missed.promised.1.clone(),
            why: format!("{name} of {promised} promised here").into(),
        }],
        cause: None,
    })
}

fn after(class: FaultClass) -> &'static str {
    match class {
        FaultClass::Software => "a bad deploy or bad data",
        FaultClass::Instance => "the loss of an instance",
        FaultClass::Zone => "the loss of a zone",
        FaultClass::Region => "the loss of its region",
    }
}
