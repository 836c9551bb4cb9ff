//! What the loss of service is made of, entry point by entry point.

use foreshock_model::{ComponentIndex, System};

use crate::assess::assessment::tops;
use crate::cascade::readings::Readings;
use crate::diagram::equations::Wanted;
use crate::diagram::loss::{is_structural, scored};
use crate::diagram::service::Service;
use crate::layout::basis::{Basis, sources};

/// The share of all service that is lost at each place where it is measured, by own infrastructure and third parties.
/// [`Assessment::loss`](crate::Assessment::loss) at the same basis is the sum. Costs a little less than the assessment.
pub fn losses(system: &System, basis: &Basis) -> Vec<(ComponentIndex, f64)> {
    let readings = Readings::of(system);
    let tops = tops(basis, &sources(&readings.structure().layout));
    let roots: Vec<u32> = tops.iter().map(|top| top.0).collect();
    let service = Service::at(system, readings.service(), &roots, Wanted::of(readings.service()));
    let scored = scored(basis);
    let lost = service.losses(&scored, &service.variables.probabilities(is_structural));
    scored.into_iter().zip(lost).map(|((component, _), lost)| (ComponentIndex(component), lost)).collect()
}
