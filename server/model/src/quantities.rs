use std::cmp::Ordering;
use std::fmt;
use std::ops::Neg;

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

/// A number with a unit that adds up, compares and prints as the number does.
macro_rules! amount {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
        pub struct $name(f64);

        impl $name {
            /// None.
            pub const ZERO: $name = $name(0.0);

            /// So many.
            pub fn new(value: f64) -> $name {
                $name(value)
            }

            /// The number.
            pub fn get(self) -> f64 {
                self.0
            }

            /// The same, or none where it is less than that.
            #[must_use]
            pub fn at_least_zero(self) -> $name {
                $name(self.0.max(0.0))
            }

            /// How far from none.
            #[must_use]
            pub fn abs(self) -> $name {
                $name(self.0.abs())
            }

            /// The order of the numbers, NaN last.
            pub fn total_cmp(&self, other: &$name) -> Ordering {
                self.0.total_cmp(&other.0)
            }
        }

        impl Neg for $name {
            type Output = $name;

            fn neg(self) -> $name {
                $name(-self.0)
            }
        }

        impl PartialEq<f64> for $name {
            fn eq(&self, other: &f64) -> bool {
                self.0 == *other
            }
        }

        impl PartialOrd<f64> for $name {
            fn partial_cmp(&self, other: &f64) -> Option<Ordering> {
                self.0.partial_cmp(other)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

amount! {
    /// Points of the score, mostly a difference of two scores: 20 are one nine, 100 is all there is.
    Points
}

amount! {
    /// Minutes in a year of 8766 hours, in which something is not there: 0 to 525,960, or a difference of two such times.
    MinutesPerYear
}
