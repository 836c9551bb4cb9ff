//! What is wrong with a stack: the rules that find it, the repairs that are proven to mend it, and who has decided to live
//! with it, by a baseline or by a suppression.

pub(crate) mod baseline;
pub(crate) mod finding;
pub(crate) mod fix;
pub(crate) mod rules;
pub(crate) mod suppression;
