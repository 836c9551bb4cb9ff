//! The only look at a clock.

use std::time::{SystemTime, UNIX_EPOCH};

use foreshock_analysis::Date;

/// Today in UTC, the same everywhere. `None` for a clock that is before 1970.
pub(crate) fn today() -> Option<Date> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    Some(Date::from_unix(since.as_secs()))
}
