//! How good a prediction of a set is.

/// Predicted against actual, counted over components.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Confusion {
    /// Affected and predicted.
    pub true_positives: u32,
    /// Predicted, but not affected.
    pub false_positives: u32,
    /// Affected, but not predicted.
    pub false_negatives: u32,
    /// Neither.
    pub true_negatives: u32,
}

impl Confusion {
    /// One more component.
    pub(crate) fn count(&mut self, predicted: bool, actual: bool) {
        let cell = match (predicted, actual) {
            (true, true) => &mut self.true_positives,
            (true, false) => &mut self.false_positives,
            (false, true) => &mut self.false_negatives,
            (false, false) => &mut self.true_negatives,
        };
        *cell += 1;
    }

    /// Both together.
    pub(crate) fn with(self, other: Confusion) -> Confusion {
        Confusion {
            true_positives: self.true_positives + other.true_positives,
            false_positives: self.false_positives + other.false_positives,
            false_negatives: self.false_negatives + other.false_negatives,
            true_negatives: self.true_negatives + other.true_negatives,
        }
    }

    /// Share of the predicted that was affected, 0..=1; none when nothing was predicted.
    pub fn precision(&self) -> Option<f64> {
        ratio(self.true_positives, self.true_positives + self.false_positives)
    }

    /// Share of the affected that was predicted, 0..=1; none when nothing was affected.
    pub fn recall(&self) -> Option<f64> {
        ratio(self.true_positives, self.true_positives + self.false_negatives)
    }

    /// Harmonic mean of precision and recall, 0..=1; none when there is nothing to find and nothing was predicted.
    pub fn f1(&self) -> Option<f64> {
        ratio(2 * self.true_positives, 2 * self.true_positives + self.false_positives + self.false_negatives)
    }

    /// Matthews' correlation coefficient, -1..=1 (Matthews 1975). None where it is 0/0: with all components affected, or
    /// all predicted, there is no correlation to speak of.
    pub fn mcc(&self) -> Option<f64> {
        let [tp, fp, r#fn, tn] =
            [self.true_positives, self.false_positives, self.false_negatives, self.true_negatives].map(f64::from);
        let spread = (tp + fp) * (tp + r#fn) * (tn + fp) * (tn + r#fn);
        (spread > 0.0).then(|| (tp * tn - fp * r#fn) / spread.sqrt())
    }
}

fn ratio(part: u32, whole: u32) -> Option<f64> {
    (whole > 0).then(|| f64::from(part) / f64::from(whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let [tp, fp, missed, tn] = [6, 2, 1, 3];
        let confusion =
            Confusion { true_positives: tp, false_positives: fp, false_negatives: missed, true_negatives: tn };
        assert_eq!(confusion.precision(), Some(0.75));
        assert_eq!(confusion.recall(), Some(6.0 / 7.0));
        assert_eq!(confusion.f1(), Some(0.8));
        // (6 * 3 - 2 * 1) / sqrt(8 * 7 * 5 * 4)
        assert_eq!(confusion.mcc(), Some(16.0 / 1120f64.sqrt()));
    }

    #[test]
    fn what_is_not_defined_is_none() {
        let all = Confusion { true_positives: 3, ..Confusion::default() };
        assert_eq!((all.f1(), all.mcc()), (Some(1.0), None));
        let nothing = Confusion::default();
        assert_eq!((nothing.precision(), nothing.recall(), nothing.f1(), nothing.mcc()), (None, None, None, None));
    }
}
