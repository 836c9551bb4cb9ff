//! Which units are judged together: those of one environment that read from each other, and whatever else these read from.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_terraform::terragrunt::Survey;

/// Units of one system; more would be no system that anybody looks at as one.
const MOST: usize = 300;

/// Words that folders of environments are called by, alone or as a part of their name.
const ENVIRONMENTS: &[&str] = &[
    "acc",
    "acceptance",
    "demo",
    "dev",
    "devel",
    "development",
    "int",
    "integration",
    "nonprod",
    "perf",
    "preprod",
    "preproduction",
    "prd",
    "pre",
    "prod",
    "production",
    "qa",
    "sandbox",
    "sbx",
    "stage",
    "staging",
    "stg",
    "test",
    "testing",
    "tst",
    "uat",
];

type Graph<'u> = BTreeMap<&'u Utf8PathBuf, BTreeSet<&'u Utf8PathBuf>>;

/// For each unit those that it is judged with, itself among them.
pub(super) fn groups(
    units: &BTreeMap<Utf8PathBuf, &Survey>,
    folders: &[Utf8PathBuf],
) -> BTreeMap<Utf8PathBuf, Arc<[Utf8PathBuf]>> {
    let mut reads: Graph<'_> = BTreeMap::new();
    let mut read_by: Graph<'_> = BTreeMap::new();
    for (unit, survey) in units {
        for read in &survey.reads {
            if let Some((read, _)) = units.get_key_value(read) {
                reads.entry(unit).or_default().insert(read);
                read_by.entry(read).or_default().insert(unit);
            }
        }
    }
    let environment: BTreeMap<&Utf8PathBuf, Option<Utf8PathBuf>> =
        units.keys().map(|unit| (unit, environment_of(unit, folders))).collect();
    let mut groups = BTreeMap::new();
    for unit in units.keys() {
        if groups.contains_key(unit) {
            continue;
        }
        let own = environment.get(unit).cloned().flatten();
        // Within an environment both ways; what all environments share is looked at with everybody who reads it.
        let is_same = |other: &Utf8PathBuf| own.is_none() || environment.get(other).cloned().flatten() == own;
        let mut together = reached(unit, &|unit| {
            let near = [reads.get(unit), read_by.get(unit)].into_iter().flatten().flatten();
            near.copied().filter(|other| is_same(other)).collect()
        });
        if together.len() > MOST {
            together = BTreeSet::from([unit]);
        }
        let mut all: BTreeSet<&Utf8PathBuf> = BTreeSet::new();
        for one in &together {
            all.extend(reached(one, &|unit| reads.get(unit).into_iter().flatten().copied().collect()));
        }
        if all.len() > MOST {
            all.clone_from(&together);
        }
        let group: Arc<[Utf8PathBuf]> = all.into_iter().cloned().collect();
        // Whoever is of the same environment has the same system.
        let same = together.into_iter().filter(|other| environment.get(*other).cloned().flatten() == own);
        groups.extend(same.map(|other| (other.clone(), group.clone())));
    }
    groups
}

fn reached<'u>(
    start: &'u Utf8PathBuf,
    next: &dyn Fn(&'u Utf8PathBuf) -> Vec<&'u Utf8PathBuf>,
) -> BTreeSet<&'u Utf8PathBuf> {
    let mut reached = BTreeSet::new();
    let mut open = vec![start];
    while let Some(unit) = open.pop() {
        if reached.insert(unit) && reached.len() <= MOST {
            open.extend(next(unit));
        }
    }
    reached
}

/// The folder of the environment that a unit belongs to: the last above it that is called like one.
fn environment_of(unit: &Utf8Path, folders: &[Utf8PathBuf]) -> Option<Utf8PathBuf> {
    let below = |folder: &Utf8PathBuf| unit.strip_prefix(folder).ok().map(|_| folder.clone());
    let folder = folders.iter().filter_map(below).min_by_key(|folder| folder.as_str().len());
    let above = unit.ancestors().skip(1);
    let above = above.take_while(|above| folder.as_ref().is_none_or(|folder| above.starts_with(folder)));
    above.filter(|above| above.file_name().is_some_and(is_environment)).map(Utf8Path::to_owned).next()
}

fn is_environment(name: &str) -> bool {
    name.split(['-', '_', '.']).any(|word| ENVIRONMENTS.contains(&word.to_lowercase().as_str()))
}
