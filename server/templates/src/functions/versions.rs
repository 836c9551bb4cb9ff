//! Versions, and ranges of them, as Masterminds' library reads them. Of the version of a cluster it is known that it is one of those
//! that are still in use.

use super::{Answer, Args};
use crate::value::{Kind, Value};

/// Minor versions of Kubernetes that a cluster may have: from one that no provider has offered longer than its successors, to one that
/// will not be reached for years.
pub(crate) const CLUSTERS: std::ops::RangeInclusive<u64> = 27..=60;

pub(super) fn call(name: &str, list: &[Value]) -> Answer {
    let args = Args { name, list };
    Some(match name {
        "semverCompare" => (|| {
            let (range, version) = (args.str(0)?, args.str(1)?);
            let version = Version::read(version).ok_or_else(|| format!("{version:?} is no version"))?;
            let range = Range::read(range).ok_or_else(|| format!("{range:?} is no range of versions"))?;
            Ok(Kind::Bool(range.holds(&version)).into())
        })(),
        _ => return None,
    })
}

/// What a comparison with the version of the cluster says of every version that it may have; `None` where they differ, or where
/// something else is not known.
pub(super) fn compared_with_cluster(args: &[Value]) -> Option<Result<Value, String>> {
    let [range, version] = args else { return None };
    let Kind::Text(range) = &range.kind else { return None };
    if range.first_unknown().is_some() || !version.as_unknown()?.is_cluster {
        return None;
    }
    let range = Range::read(range.as_str())?;
    let mut answers = CLUSTERS.map(|minor| range.holds(&Version { numbers: [1, minor, 0], before: Vec::new() }));
    let first = answers.next()?;
    answers.all(|answer| answer == first).then(|| Ok(Kind::Bool(first).into()))
}

/// A version.
#[derive(Clone, Debug, PartialEq)]
struct Version {
    numbers: [u64; 3],
    /// What stands behind the hyphen.
    before: Vec<String>,
}

impl Version {
    fn read(written: &str) -> Option<Version> {
        let partial = Partial::read(written.trim())?;
        let number = |at: usize| partial.numbers.get(at).copied().flatten();
        Some(Version { numbers: [number(0)?, number(1).unwrap_or(0), number(2).unwrap_or(0)], before: partial.before })
    }

    fn cmp(&self, other: &Version) -> std::cmp::Ordering {
        use std::cmp::Ordering;
        let by_numbers = self.numbers.cmp(&other.numbers);
        if by_numbers != Ordering::Equal {
            return by_numbers;
        }
        match (self.before.is_empty(), other.before.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) => {
                for (mine, theirs) in self.before.iter().zip(&other.before) {
                    let order = match (mine.parse::<u64>(), theirs.parse::<u64>()) {
                        (Ok(mine), Ok(theirs)) => mine.cmp(&theirs),
                        (Ok(_), Err(_)) => Ordering::Less,
                        (Err(_), Ok(_)) => Ordering::Greater,
                        (Err(_), Err(_)) => mine.cmp(theirs),
                    };
                    if order != Ordering::Equal {
                        return order;
                    }
                }
                self.before.len().cmp(&other.before.len())
            }
        }
    }
}

/// A version of which parts may be missing or `x`.
struct Partial {
    numbers: Vec<Option<u64>>,
    before: Vec<String>,
}

impl Partial {
    fn read(written: &str) -> Option<Partial> {
        let plain = written.strip_prefix(['v', 'V']).unwrap_or(written);
        let plain = plain.split('+').next()?;
        let (numbers, before) = match plain.split_once('-') {
            Some((numbers, before)) => (numbers, before.split('.').map(ToOwned::to_owned).collect()),
            None => (plain, Vec::new()),
        };
        let one = |part: &str| match part {
            "x" | "X" | "*" => Some(None),
            digits => digits.parse().ok().map(Some),
        };
        let numbers = numbers.split('.').map(one).collect::<Option<Vec<Option<u64>>>>()?;
        (1..=3).contains(&numbers.len()).then_some(Partial { numbers, before })
    }

    fn number(&self, at: usize) -> u64 {
        self.numbers.get(at).copied().flatten().unwrap_or(0)
    }

    /// How many numbers are given.
    fn given(&self) -> usize {
        self.numbers.iter().take_while(|number| number.is_some()).count()
    }

    fn lowest(&self) -> Version {
        Version { numbers: [self.number(0), self.number(1), self.number(2)], before: self.before.clone() }
    }

    /// The first version behind those that it stands for when only its first numbers count.
    fn behind(&self, counted: usize) -> Version {
        let mut numbers = [self.number(0), self.number(1), self.number(2)];
        for (at, number) in numbers.iter_mut().enumerate() {
            match at + 1 {
                place if place == counted => *number = number.saturating_add(1),
                place if place > counted => *number = 0,
                _ => {}
            }
        }
        Version { numbers, before: Vec::new() }
    }
}

/// Alternatives, each of comparisons that all have to hold.
struct Range(Vec<Vec<Comparison>>);

struct Comparison {
    operator: String,
    version: Partial,
}

impl Range {
    fn read(written: &str) -> Option<Range> {
        let alternative = |part: &str| -> Option<Vec<Comparison>> {
            let spaced = part.replace(',', " ");
            let words: Vec<&str> = spaced.split_whitespace().collect();
            let mut all = Vec::new();
            let mut at = 0;
            while let Some(word) = words.get(at) {
                let end = word.find(|c: char| !"=<>!~^".contains(c)).unwrap_or(word.len());
                let (operator, mut version) = word.split_at_checked(end)?;
                at += 1;
                if version.is_empty() {
                    version = words.get(at)?;
                    at += 1;
                }
                if words.get(at) == Some(&"-") && operator.is_empty() {
                    let last = words.get(at + 1)?;
                    at += 2;
                    all.push(Comparison { operator: ">=".to_owned(), version: Partial::read(version)? });
                    all.push(Comparison { operator: "<=".to_owned(), version: Partial::read(last)? });
                    continue;
                }
                all.push(Comparison { operator: operator.to_owned(), version: Partial::read(version)? });
            }
            (!all.is_empty()).then_some(all)
        };
        written.split("||").map(alternative).collect::<Option<Vec<_>>>().map(Range)
    }

    fn holds(&self, version: &Version) -> bool {
        self.0.iter().any(|all| {
            // What comes before a version is only meant where some comparison speaks of such.
            let is_meant = version.before.is_empty() || all.iter().all(|one| !one.version.before.is_empty());
            is_meant && all.iter().all(|one| one.holds(version))
        })
    }
}

impl Comparison {
    fn holds(&self, version: &Version) -> bool {
        use std::cmp::Ordering::{Equal, Greater, Less};
        let (wanted, given) = (&self.version, self.version.given());
        let lowest = wanted.lowest();
        let order = version.cmp(&lowest);
        let is_within =
            |counted: usize| order != Less && (counted == 0 || version.cmp(&wanted.behind(counted)) == Less);
        match self.operator.as_str() {
            "" | "=" | "==" if given < 3 => is_within(given),
            "" | "=" | "==" => order == Equal,
            "!=" | "=!" if given < 3 => !is_within(given),
            "!=" | "=!" => order != Equal,
            ">" if given < 3 => version.cmp(&wanted.behind(given)) != Less && given > 0,
            ">" => order == Greater,
            ">=" | "=>" => order != Less,
            "<" => order == Less,
            "<=" | "=<" if given < 3 => given == 0 || version.cmp(&wanted.behind(given)) == Less,
            "<=" | "=<" => order != Greater,
            "~" | "~>" => is_within(given.min(2)),
            "^" => {
                let counted = match (wanted.number(0), wanted.number(1)) {
                    (1.., _) => 1,
                    (0, 1..) => 2,
                    _ if given < 3 => given,
                    _ => 3,
                };
                is_within(counted)
            }
            _ => false,
        }
    }
}
