//! What the loss of service is made of, entry point by entry point.

use foreshock_model::{ComponentIndex, System};

use crate::assess::worst;
use crate::cascade::readings::Readings;
use crate::diagram::equations::Wanted;
use crate::diagram::loss::{is_structural, mean};
use crate::diagram::service::Service;
use crate::layout::basis::Basis;

/// The share of all service that is lost at each place where it is measured, by own infrastructure and third parties.
/// [`Assessment::loss`](crate::Assessment::loss) at the same basis is the sum. Costs a little less than the assessment.
pub fn losses(system: &System, basis: &Basis) -> Vec<(ComponentIndex, f64)> {
    let readings = Readings::of(system);
    let scored = mean(basis);
    let roots: Vec<u32> = scored.iter().map(|(entry, _)| *entry).collect();
    let worst = worst::layout_of_whole(system, basis);
    let layout = worst.as_ref().unwrap_or(readings.service());
    let service = Service::at(system, layout, &roots, Wanted::of(layout));
    let lost = service.losses(&scored, &service.variables.probabilities(is_structural));
    scored.into_iter().zip(lost).map(|((component, _), lost)| (ComponentIndex(component), lost)).collect()
}
