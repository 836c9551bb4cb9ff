//! How the same text is read for different questions.

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// What happens: breakers open, buffers run out, faults are permanent (semantics, section 2).
    Simulation,
    /// How much service is left (section 6): a breaker without a declared fallback saves nothing.
    Service,
    /// What stands and falls (section 4): as `Service`, and a partial weight without a declared fallback clears nothing.
    Structure,
}

/// What is assumed where the text does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unknowns {
    /// One instance to spare, in zones of their own, promoted without fail.
    Best,
    /// No instance to spare, all in one zone, promoted by nobody.
    Worst,
}

/// A way to read a system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) purpose: Purpose,
    pub(crate) unknowns: Unknowns,
}

impl Reading {
    pub(crate) fn of(purpose: Purpose) -> Reading {
        Reading { purpose, unknowns: Unknowns::Best }
    }

    /// The service in the worst case of what the text leaves open.
    pub(crate) fn worst() -> Reading {
        Reading { unknowns: Unknowns::Worst, ..Reading::of(Purpose::Service) }
    }
}
