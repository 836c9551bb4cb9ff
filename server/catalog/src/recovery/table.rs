//! The table of recovery, read.

use std::sync::OnceLock;

use foreshock_model::{ComponentKind, Step, TimeRange};

use super::row::{File, RecoveryRow};
use crate::Catalog;

const BUNDLED: &[(&str, &str)] = &[
    ("anywhere.toml", include_str!("../../data/recovery/anywhere.toml")),
    ("aws.toml", include_str!("../../data/recovery/aws.toml")),
    ("azure.toml", include_str!("../../data/recovery/azure.toml")),
    ("google.toml", include_str!("../../data/recovery/google.toml")),
];

/// All rows.
pub(crate) struct Table {
    file: File,
    pub(crate) problems: Vec<String>,
}

impl Table {
    /// The table that ships with the program.
    pub(crate) fn bundled() -> &'static Table {
        static TABLE: OnceLock<Table> = OnceLock::new();
        let table = TABLE.get_or_init(|| Table::read(BUNDLED));
        debug_assert!(table.problems.is_empty(), "{:?}", table.problems);
        table
    }

    fn read(files: &[(&str, &str)]) -> Table {
        let (mut all, mut problems) = (File::default(), Vec::new());
        for (name, text) in files {
            match toml::from_str::<File>(text) {
                Ok(file) => {
                    all.helped_by.extend(file.helped_by);
                    all.people = all.people.or(file.people);
                    all.kind.extend(file.kind);
                    all.types.extend(file.types);
                    all.protector.extend(file.protector);
                    all.same.extend(file.same);
                }
                Err(error) => problems.push(format!("recovery/{name}: {error}")),
            }
        }
        Table { file: all, problems }
    }

    /// The row of a type: its own, that of the type it shares one with, or that of the type whose row in the catalog it has.
    pub(crate) fn of_type(&self, type_name: &str, catalog: &Catalog) -> Option<&RecoveryRow> {
        let own = |name: &str| {
            let same = self.file.same.get(name).map(String::as_str).unwrap_or(name);
            self.file.types.get(same)
        };
        own(type_name).or_else(|| own(catalog.is_like(type_name)?))
    }

    pub(crate) fn of_kind(&self, kind: ComponentKind) -> Option<&RecoveryRow> {
        let name = kind.name();
        self.file.kind.get(self.file.same.get(name).map(String::as_str).unwrap_or(name))
    }

    pub(crate) fn protector(&self, type_name: &str) -> Option<&RecoveryRow> {
        let same = self.file.same.get(type_name).map(String::as_str).unwrap_or(type_name);
        self.file.protector.get(same)
    }

    /// Whether a repair for that rule may help.
    pub(crate) fn is_helped_by(&self, rule: &str) -> bool {
        self.file.helped_by.iter().any(|known| known == rule)
    }

    /// Until somebody is at it, as two steps.
    pub(crate) fn people(&self) -> Vec<Step> {
        let Some(people) = &self.file.people else {
            return vec![Step { name: "until somebody is at it".into(), takes: TimeRange::UNKNOWN }];
        };
        let step = |name: &str, (low, high)| Step { name: name.into(), takes: TimeRange::seconds(low, high) };
        vec![step("until it is noticed", people.notice), step("until somebody is at it", people.begin)]
    }

    #[cfg(test)]
    pub(crate) fn rows(&self) -> impl Iterator<Item = (&String, &RecoveryRow)> {
        self.file.kind.iter().chain(&self.file.types).chain(&self.file.protector)
    }

    #[cfg(test)]
    pub(crate) fn types(&self) -> impl Iterator<Item = &String> {
        self.file.types.keys().chain(self.file.protector.keys()).chain(self.file.same.keys())
    }

    #[cfg(test)]
    pub(crate) fn begin(&self) -> Option<(f64, f64)> {
        self.file.people.as_ref().map(|people| people.begin)
    }
}
