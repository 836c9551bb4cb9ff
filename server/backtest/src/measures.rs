//! How good a prediction is: of a set, of three classes, of the severity.

use std::cmp::Ordering;

use crate::SeverityClass;
use crate::incident::Class;

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

    /// Mean of the share of the affected that was predicted and of the unaffected that was not, 0..=1: everything, nothing and
    /// a coin have 0.5. None where nothing was affected or everything was.
    pub fn balanced_accuracy(&self) -> Option<f64> {
        let unaffected = ratio(self.true_negatives, self.true_negatives + self.false_positives)?;
        Some((self.recall()? + unaffected) / 2.0)
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

/// Predicted against actual in three classes, counted over components.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ThreeClasses {
    /// By actual class, then by predicted, both from unaffected to down.
    pub counts: [[u32; 3]; 3],
}

impl ThreeClasses {
    /// One more component.
    pub(crate) fn count(&mut self, predicted: Class, actual: Class) {
        let row = self.counts.get_mut(actual as usize);
        if let Some(cell) = row.and_then(|row| row.get_mut(predicted as usize)) {
            *cell += 1;
        }
    }

    /// Both together.
    pub(crate) fn with(mut self, other: ThreeClasses) -> ThreeClasses {
        for (row, others) in self.counts.iter_mut().zip(other.counts) {
            for (cell, more) in row.iter_mut().zip(others) {
                *cell += more;
            }
        }
        self
    }

    fn sum(&self, of: impl Fn(usize, usize) -> bool) -> u32 {
        let cells = self.counts.iter().enumerate().flat_map(|(actual, row)| {
            row.iter().enumerate().map(move |(predicted, count)| (actual, predicted, *count))
        });
        cells.filter(|&(actual, predicted, _)| of(actual, predicted)).map(|(.., count)| count).sum()
    }

    /// How many were counted.
    pub fn total(&self) -> u32 {
        self.sum(|_, _| true)
    }

    /// Share in its own class, 0..=1; none when nothing was counted.
    pub fn accuracy(&self) -> Option<f64> {
        ratio(self.sum(|actual, predicted| actual == predicted), self.total())
    }

    /// Mean over the classes that are there of the share in its own class, 0..=1: always naming the commonest has one
    /// third. None when nothing was counted.
    pub fn balanced_accuracy(&self) -> Option<f64> {
        let of = |class: usize| {
            let right = self.sum(|actual, predicted| actual == class && predicted == class);
            ratio(right, self.sum(|actual, _| actual == class))
        };
        let shares: Vec<f64> = (0..Class::ALL.len()).filter_map(of).collect();
        (!shares.is_empty()).then(|| shares.iter().sum::<f64>() / shares.len() as f64)
    }

    /// Predicted milder than it was.
    pub fn too_mild(&self) -> u32 {
        self.sum(|actual, predicted| predicted < actual)
    }

    /// Predicted worse than it was.
    pub fn too_severe(&self) -> u32 {
        self.sum(|actual, predicted| predicted > actual)
    }
}

/// Severity classes predicted against actual, counted over incidents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Severities {
    /// The same class.
    pub met: u32,
    /// A milder one.
    pub too_mild: u32,
    /// A worse one.
    pub too_severe: u32,
}

impl Severities {
    /// One more incident.
    pub(crate) fn count(&mut self, predicted: SeverityClass, actual: SeverityClass) {
        let cell = match predicted.cmp(&actual) {
            Ordering::Less => &mut self.too_mild,
            Ordering::Equal => &mut self.met,
            Ordering::Greater => &mut self.too_severe,
        };
        *cell += 1;
    }

    /// How many incidents name a class and have an entry.
    pub fn total(&self) -> u32 {
        self.met + self.too_mild + self.too_severe
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
        assert_eq!(confusion.balanced_accuracy(), Some((6.0 / 7.0 + 3.0 / 5.0) / 2.0));
        // (6 * 3 - 2 * 1) / sqrt(8 * 7 * 5 * 4)
        assert_eq!(confusion.mcc(), Some(16.0 / 1120f64.sqrt()));
    }

    #[test]
    fn three_classes_by_hand() {
        let counts = [[3, 0, 1], [0, 1, 1], [1, 0, 5]];
        let three = ThreeClasses { counts };
        assert_eq!((three.total(), three.too_mild(), three.too_severe()), (12, 1, 2));
        assert_eq!(three.accuracy(), Some(0.75));
        assert_eq!(three.balanced_accuracy(), Some((0.75 + 0.5 + 5.0 / 6.0) / 3.0));
        assert_eq!(ThreeClasses::default().balanced_accuracy(), None);
    }

    #[test]
    fn what_is_not_defined_is_none() {
        let all = Confusion { true_positives: 3, ..Confusion::default() };
        assert_eq!((all.f1(), all.mcc(), all.balanced_accuracy()), (Some(1.0), None, None));
        let nothing = Confusion::default();
        assert_eq!((nothing.precision(), nothing.recall(), nothing.f1(), nothing.mcc()), (None, None, None, None));
    }
}
