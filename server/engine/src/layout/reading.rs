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
    /// One instance to spare, in zones of their own, promoted without fail: what is found is silent until sure.
    Enough,
    /// So many instances that no loss of single ones is felt, in zones of their own, promoted without fail; what may not
    /// be there is not. Nothing that the text leaves open can be better.
    Best,
    /// No instance to spare, all in one zone, promoted by nobody; what may not be there stands in for nothing.
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
        Reading { purpose, unknowns: Unknowns::Enough }
    }

    /// The service with what the text leaves open at one of its ends.
    pub(crate) fn service(unknowns: Unknowns) -> Reading {
        Reading { unknowns, ..Reading::of(Purpose::Service) }
    }
}
