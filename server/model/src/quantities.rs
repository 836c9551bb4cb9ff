use std::fmt;

/// A probability, 0 to 1. For availability work it is always the probability of *failure* that is carried: the
/// difference of two numbers near one loses the digits that matter.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Probability(f64);

impl Probability {
    /// Impossible.
    pub const ZERO: Probability = Probability(0.0);
    /// Certain.
    pub const ONE: Probability = Probability(1.0);

    /// A probability; `None` for NaN and for numbers outside 0..=1.
    pub fn new(value: f64) -> Option<Probability> {
        (0.0..=1.0).contains(&value).then_some(Probability(value))
    }

    /// A probability, clamped into 0..=1; NaN gives 0. For results of arithmetic that may round past the ends.
    pub fn clamped(value: f64) -> Probability {
        Probability(if value.is_nan() { 0.0 } else { value.clamp(0.0, 1.0) })
    }

    /// The number.
    pub fn get(self) -> f64 {
        self.0
    }

    /// 1 - p.
    pub fn complement(self) -> Probability {
        Probability(1.0 - self.0)
    }
}

impl fmt::Display for Probability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A duration in seconds, finite and not negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Seconds(f64);

impl Seconds {
    /// No time.
    pub const ZERO: Seconds = Seconds(0.0);

    /// A duration; `None` for NaN, infinite and negative numbers.
    pub fn new(value: f64) -> Option<Seconds> {
        (value.is_finite() && value >= 0.0).then_some(Seconds(value))
    }

    /// The number of seconds.
    pub fn get(self) -> f64 {
        self.0
    }
}
