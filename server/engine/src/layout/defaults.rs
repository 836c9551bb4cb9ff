//! The judgements of the engine: numbers that no text and no table of the catalog gives, each with its reason.

/// Unavailability of a zone that nobody names, when the worst is assumed. The semantics' default for zones: an hour
/// every year or so.
pub(crate) const ZONE_UNAVAILABILITY: f64 = 1e-4;
/// How likely the whole loss of a target takes its caller down, where nobody wrote how much of the caller's function needs
/// it: the one parameter of the likely level, for each hop. Callers have caches, defaults and paths that never ask; nobody
/// draws these. Fitted on 54 public incidents, see docs/backtest.md.
pub(crate) const PASSES_UNWRITTEN: f64 = 0.8;
/// From this likelihood on a component is likely DOWN: it is more often so than not.
pub(crate) const LIKELY_DOWN: f64 = 0.5;
/// A smaller share of failing requests is not felt: it stays within an objective of three nines.
pub(crate) const ERRORS_FELT: f64 = 1e-3;
/// A greater share of failing requests is DOWN: the same limit as that of lost partial dependencies, since a share of the
/// requests is a share of the function.
pub(crate) const ERRORS_DOWN: f64 = 0.5;
/// Share of the service that is lost when a component is overloaded but not down (semantics, section 6).
pub(crate) const LOSS_OVERLOADED: f64 = 0.5;
/// Share that is lost when a component serves without one of its functions.
pub(crate) const LOSS_OF_FUNCTION: f64 = 0.25;
/// Nodes of a decision diagram before bounds are given instead: about 60 MB.
pub(crate) const NODE_BUDGET: usize = 2_000_000;
/// Steps of decision diagram operations before bounds are given instead: about two seconds.
pub(crate) const WORK_BUDGET: u64 = 4_000_000;
/// Up to so many instances each is a variable; more are counted.
pub(crate) const EXPLICIT_INSTANCES: u32 = 12;
/// The same where somebody can wait, and cut sets are listed.
pub(crate) const FULL_EXPLICIT_INSTANCES: u32 = 100;
/// Instances are followed zone by zone in up to so many zones (no provider has more in one region).
pub(crate) const FOLLOWED_ZONES: usize = 6;
/// Pairs listed at most; more are counted.
pub(crate) const PAIRS_LISTED: usize = 200;
/// Pairs looked at per top event, before ranking.
pub(crate) const PAIRS_PER_TOP: usize = 20_000;
/// Minutes of a year of 8766 hours.
pub(crate) const MINUTES_PER_YEAR: f64 = 8766.0 * 60.0;
/// Steps inside a cycle before a mode calls it unbounded although it has fewer rounds behind it than members: a cycle of
/// 3,000 components may take all of its rounds.
pub(crate) const CYCLE_WORK: usize = 10_000_000;
/// Rounds in which failures and the attempts they cause feed each other. They settle geometrically; 20 to 60 are usual.
pub(crate) const FAILURE_ROUNDS: usize = 1_000;
/// A component is offered at most so many times its capacity (semantics, section 2): nobody waits longer.
pub(crate) const OFFERED_MOST: f64 = 10.0;
/// The same as `WORK_BUDGET` where somebody asked for everything and can wait: about five seconds.
pub(crate) const FULL_WORK_BUDGET: u64 = 40_000_000;
/// Cut sets of order 1 and of order 2 that are listed at most; more are counted.
pub(crate) const CUT_SETS_LISTED: usize = 10_000;
/// Where only bounds are known, up to so many events are made perfect one at a time to see what they cost.
pub(crate) const BOUNDED_UNITS: usize = 2_000;

// Recovery (semantics, section 7).

/// From a failure until a person begins to repair: five minutes for a monitor to be sure, five to be at the keyboard.
pub(crate) const RESPONSE_SECONDS: f64 = 600.0;
/// Mean time to repair one instance where no figure gives one: what the infra format says when nothing is written. Whatever is
/// down as a whole draws from the table of outages instead (`durations/outage.rs`).
pub(crate) const REPAIR_SECONDS: f64 = 1800.0;
/// A start where nobody says how long it takes: a process, its connections, and a few health checks ten seconds apart.
pub(crate) const RESTART_SECONDS: f64 = 60.0;
/// Sum of the cut sets' probabilities up to which a failure is rare enough for sampling by cut sets.
pub(crate) const RARE: f64 = 0.1;
/// Nodes of cut sets times samples that are affordable: about ten seconds.
pub(crate) const CUT_SET_WORK: u64 = 2_000_000_000;
/// Multiplications by which the kill of so many instances is exact, before it is sampled instead: a few seconds.
pub(crate) const KILL_WORK: u64 = 4_000_000_000;

// Agents (semantics, section 8): the share of a source's weight that counts when it is not DOWN but not well. As much of
// it is missing as the score counts as lost service (section 6). Nobody has measured it: figures made of it are an index.

/// Delta: a source that is DEGRADED.
pub(crate) const GROUND_LOST_DEGRADED: f64 = LOSS_OF_FUNCTION;
/// A source that is OVERLOADED.
pub(crate) const GROUND_LOST_OVERLOADED: f64 = LOSS_OVERLOADED;
