//! How long it takes until what failed is there again, by what caused it: a table of measured outages, and what can be
//! said with it.
//!
//! The table is `data/durations.csv`, which says where it comes from. Its spread is so wide, and what the causes explain of
//! it so little (4 to 7 % of the variance of the logarithm), that one sigma does for all causes and the median of each is
//! drawn towards that of all of them (shrinkage): a cause of eight incidents says less than its median pretends.

use std::sync::{Arc, LazyLock};

use crate::{Seconds, Source};

/// Why a whole component, a zone or a third party was down, as far as it makes a difference to how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// A change of configuration.
    Configuration,
    /// A change of code.
    Deploy,
    /// More load than it can take.
    Overload,
    /// A bug that was there for long, without a change.
    Bug,
    /// Power, cooling, fire: a zone.
    ZonePower,
    /// Network hardware, a fibre.
    Network,
    /// Somebody else's outage.
    ThirdParty,
    /// Other hardware.
    Hardware,
    /// Names that did not resolve.
    Dns,
    /// A certificate that ran out, or was not trusted.
    Certificate,
}

impl Cause {
    /// Every cause with its name in files, on the command line and in JSON.
    pub const ALL: [(Cause, &'static str); 10] = [
        (Cause::Configuration, "configuration"),
        (Cause::Deploy, "deploy"),
        (Cause::Overload, "overload"),
        (Cause::Bug, "bug"),
        (Cause::ZonePower, "zone_power"),
        (Cause::Network, "network"),
        (Cause::ThirdParty, "third_party"),
        (Cause::Hardware, "hardware"),
        (Cause::Dns, "dns"),
        (Cause::Certificate, "certificate"),
    ];

    /// The name in files and JSON.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(cause, _)| *cause == self).map_or("any", |(_, name)| name)
    }

    /// The cause of that name; a space or a hyphen is as good as the underscore.
    pub fn from_name(name: &str) -> Option<Cause> {
        let plain = name.trim().to_lowercase().replace([' ', '-'], "_");
        Self::ALL.iter().find(|(_, known)| *known == plain).map(|(cause, _)| *cause)
    }
}

/// Whose outages they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scale {
    /// One's own, of which nobody writes in public.
    Own,
    /// A provider's, or any of which a public report was written: the long ones.
    Provider,
}

impl Scale {
    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Scale::Own => "own",
            Scale::Provider => "provider",
        }
    }
}

/// Standard deviation of the natural logarithm of how long an outage lasts, for every cause: that of all 354 published ones.
/// Human repair times spread the same (Schroeder and Gibson, DSN 2006, report a mean of about six hours with a median below
/// one: 1.9 over all failures of a site; MIL-HDBK-338B 5.6.2.1 about 0.6 for one kind of task).
pub const DURATION_SIGMA: f64 = 1.24;

/// Median of a team's own outages over that of published ones: 110 to 210 minutes. Only the long ones are written about.
const OWN_TO_PUBLISHED: f64 = 110.0 / 210.0;

/// How many incidents of a cause weigh as much as what is known of all causes together: with a share s of the variance of
/// the logarithm explained by the cause, (1 - s)/s (empirical Bayes, Efron and Morris 1975); s = 0.055, the middle of 4 to 7 %.
const INCIDENTS_OF_DOUBT: f64 = (1.0 - 0.055) / 0.055;

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Row {
    /// None: all of them together.
    cause: Option<Cause>,
    incidents: f64,
    /// Minutes.
    median: f64,
}

static TABLE: LazyLock<Vec<Row>> =
    LazyLock::new(|| include_str!("../data/durations.csv").lines().filter_map(row).collect());

/// A row of the table; none for what is none.
fn row(line: &str) -> Option<Row> {
    let mut cells = line.split(',').map(str::trim);
    let name = cells.next().filter(|name| !name.starts_with('#'))?;
    let cause = Cause::from_name(name);
    if cause.is_none() && name != "any" {
        return None;
    }
    let incidents = cells.next()?.parse().ok()?;
    let _p10 = cells.next()?;
    Some(Row { cause, incidents, median: cells.next()?.parse().ok()? })
}

/// The median of how long an outage by this cause lasts, from its beginning to its end, people noticing it included, with its
/// source; by any cause where none is given. The row's median is drawn towards that of all rows, the more the fewer
/// incidents it has.
pub fn median_outage(cause: Option<Cause>, scale: Scale) -> (Seconds, Source) {
    let find = |cause: Option<Cause>| TABLE.iter().find(|row| row.cause == cause);
    // The table has every row: a test asks for each.
    let (all, incidents) = find(None).map_or((210.0, 354.0), |row| (row.median, row.incidents));
    let row = cause.and_then(|cause| find(Some(cause)));
    let shrunken = row.map_or(all, |row| {
        let trust = row.incidents / (row.incidents + INCIDENTS_OF_DOUBT);
        all * (row.median / all).powf(trust)
    });
    let factor = match scale {
        Scale::Own => OWN_TO_PUBLISHED,
        Scale::Provider => 1.0,
    };
    let name = cause.map_or("any", Cause::name);
    let incidents = row.map_or(incidents, |row| row.incidents);
    let whose = match scale {
        Scale::Own => ", at the scale of one's own outages (median of all 110 instead of 210 minutes)",
        Scale::Provider => "",
    };
    let reason = format!(
        "{incidents} of 354 public post-mortems of AWS, Azure and Google 2011-2021 (Li et al., ISSRE 2022), drawn towards the \
         median of all{whose}"
    );
    let source = Source::Default { name: Arc::from(format!("outages.{name}")), reason: Arc::from(reason) };
    (Seconds::new(shrunken * factor * 60.0).unwrap_or_default(), source)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minutes(cause: Option<Cause>, scale: Scale) -> f64 {
        (median_outage(cause, scale).0.get() / 60.0).round()
    }

    #[test]
    fn every_cause_has_a_row() {
        assert_eq!(TABLE.len(), Cause::ALL.len() + 1);
        for (cause, name) in Cause::ALL {
            assert!(TABLE.iter().any(|row| row.cause == Some(cause)), "{name}");
            assert_eq!(Cause::from_name(name), Some(cause));
        }
        assert_eq!(Cause::from_name("Zone power"), Some(Cause::ZonePower));
        assert_eq!(Cause::from_name("gremlins"), None);
    }

    /// By hand: 40 deploys are trusted with 40/(40 + 17.2) = 0.70, so that 362 becomes 210 x (362/210)^0.70 = 307.
    #[test]
    fn few_incidents_say_little() {
        assert_eq!(minutes(None, Scale::Provider), 210.0);
        assert_eq!(minutes(None, Scale::Own), 110.0);
        assert_eq!(minutes(Some(Cause::Deploy), Scale::Provider), 307.0);
        assert_eq!(minutes(Some(Cause::Configuration), Scale::Provider), 158.0);
        for (cause, name) in Cause::ALL {
            let row = TABLE.iter().find(|row| row.cause == Some(cause)).unwrap();
            let shrunken = minutes(Some(cause), Scale::Provider);
            assert!((shrunken / 210.0).ln().abs() <= (row.median / 210.0).ln().abs() + 0.01, "{name}");
        }
    }
}
