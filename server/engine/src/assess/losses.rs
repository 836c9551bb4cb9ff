//! What the loss of service is made of, entry point by entry point.

use foreshock_model::{ComponentIndex, System};

use crate::assess::assessment::tops;
use crate::assess::worst;
use crate::cascade::readings::Readings;
use crate::diagram::equations::Wanted;
use crate::diagram::loss::{is_structural, mean};
use crate::diagram::service::Service;
use crate::layout::basis::{Basis, sources};

/// The share of all service that is lost at each place where it is measured, by own infrastructure and third parties.
/// [`Assessment::loss`](crate::Assessment::loss) at the same basis is the sum. Costs a little less than the assessment.
pub fn losses(system: &System, basis: &Basis) -> Vec<(ComponentIndex, f64)> {
    let readings = Readings::of(system);
    let tops = tops(basis, &sources(system, &readings.structure().layout));
    let roots: Vec<u32> = tops.iter().map(|top| top.0).collect();
    let scored = mean(basis);
    let worst = worst::layout(system, &readings, &scored);
    let layout = worst.as_ref().unwrap_or(readings.service());
    let service = Service::at(system, layout, &roots, Wanted::of(layout));
    let lost = service.losses(&scored, &service.variables.probabilities(is_structural));
    scored.into_iter().zip(lost).map(|((component, _), lost)| (ComponentIndex(component), lost)).collect()
}
