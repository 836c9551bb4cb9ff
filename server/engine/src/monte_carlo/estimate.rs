//! What is asked of the sampler and what it answers, and how samples are cut into pieces, each with random numbers of its
//! own.

/// How to simulate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sampling {
    /// How many samples; at least 1 is taken.
    pub samples: u64,
    /// The same seed gives the same result, whatever the machine and its number of threads.
    pub seed: u64,
}

/// Instances to kill at the same time, chosen uniformly at random from all that can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Killing {
    /// How many; all where there are fewer.
    pub instances: u32,
    /// How to sample where the decision diagram is too large.
    pub sampling: Sampling,
}

/// How a figure was estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sampler {
    /// Every unit fails or not; the rules of the cascade decide.
    Plain,
    /// A minimal cut set is chosen and fails, the rest is sampled (Karp, Luby, Madras 1989): for rare failures.
    KarpLuby,
    /// None was needed: the figure is exact, over all cases.
    Exact,
}

/// An estimate of a share.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The estimate.
    pub value: f64,
    /// Holds the truth in 95 of 100 simulations with different seeds, or more.
    pub interval: (f64, f64),
    /// So many samples were taken; of an exact figure so many cases there are (`u64::MAX` stands for more).
    pub samples: u64,
    /// How.
    pub sampler: Sampler,
}

/// K of the N instances that can fail killed at the same time, uniformly at random (as the replicas in Krasnovsky,
/// arXiv:2506.11176), and none of them repaired. Nothing else fails, but that a standby may not be promoted.
#[derive(Clone, Debug, PartialEq)]
pub struct Kill {
    /// K; at most N.
    pub killed: u32,
    /// N: the instances of every component that is there and has a figure of failure for them or for the whole.
    pub of: u32,
    /// Mean share of the service that is left, over the entry points with their weights.
    pub service: Estimate,
    /// Share of the cases in which an entry point is not DOWN, over the entry points with their weights.
    pub up: Estimate,
    /// For each entry point, in the basis' order: share of the cases in which it is not DOWN.
    pub entries: Vec<Estimate>,
}

/// Samples of one piece of work.
pub(crate) const PIECE: u64 = 4096;

pub(crate) fn pieces(samples: u64) -> u64 {
    samples.div_ceil(PIECE)
}

/// Which random numbers are used for what.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stream {
    Structure,
    Service,
    Kill,
    /// For the cut sets of this component.
    CutSets(u32),
}

impl Stream {
    /// The stream of one piece.
    pub(crate) fn of(self, piece: u64) -> u64 {
        let kind = match self {
            Stream::Structure => 0,
            Stream::Service => 1,
            Stream::Kill => 2,
            Stream::CutSets(component) => 3 + u64::from(component),
        };
        // More than 2^28 pieces of 4096 samples are not to be expected.
        kind << 28 | piece
    }
}
