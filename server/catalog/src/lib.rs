//! What resources mean at run time: the catalog as data, and resource instances into a system.
//!
//! Knows providers' resource types (from `data/*.toml`, one row each) and how to read instances, zones, failover and
//! run-time dependencies from evaluated attributes. All it reads is [`Resources`](foreshock_resources::Resources): it must
//! never know how a value was written or computed, nor in which language, what a failure does (`foreshock-engine`) nor an
//! editor. Does no I/O.
//! Start reading at [`assemble`], then [`Row`] and `data/aws_data.toml`.

mod addresses;
mod apply;
mod assembled;
mod assembly;
mod backups;
mod catalog;
mod changes;
mod check;
mod components;
mod contract;
mod counted;
mod defaults;
mod dependencies;
mod entries;
mod expression;
mod families;
mod figures;
mod graph;
mod joins;
mod limits;
mod lookups;
mod matching;
mod names;
mod paths;
mod public;
mod reads;
mod recipe;
mod recovery;
mod redundancy;
mod refused;
mod relations;
mod row;
mod skeleton;
mod stages;
mod unplaced;
mod zones;

pub use apply::{
    Action, AttributeChange, Disruption, Effect, Names, Outcome, ResourceChange, Taken, applied, time_to_make,
};
pub use assembled::{Assembled, Egress, ResourceRole, Role, assemble};
pub use assembly::Assembly;
pub use catalog::Catalog;
pub use changes::{Change, Recipes, changes};
pub use check::{CheckRow, Violation};
pub use counted::counted;
pub use defaults::{Defaults, Team, Upkeep};
pub use families::{Family, Member};
pub use lookups::finds;
pub use public::{PublicCheck, also_known_as, public_checks};
pub use recipe::Recipe;
pub(crate) use recipe::Step;
pub use recovery::{Size, helps_recovery, recoverability, recoverability_of_components};
pub(crate) use refused::Refusal;
pub use refused::refused;
pub use row::{MemberOf, Reach, Related, RoleName, Row, WayOut};
