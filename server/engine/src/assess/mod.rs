//! What is said of a system on every keystroke: its score, its single points of failure, pairs, and availability in
//! short. Start reading at [`assess`](kept::assess).
//!
//! Holds that assessment and how much of the service the users lose. Knows cascades and diagrams, and puts them together.
//! Must not know what takes longer than a keystroke: full cut sets, sampling, sweeps.

pub(crate) mod alone;
pub(crate) mod assessment;
pub(crate) mod division;
pub(crate) mod entry_loss;
pub(crate) mod figures;
pub(crate) mod kept;
pub(crate) mod losses;
pub(crate) mod measure;
pub(crate) mod pairs;
pub(crate) mod single_points;
pub(crate) mod sum;
pub(crate) mod told;
pub(crate) mod worst;
