//! What the checks of other tools are about, in rules of ours: `server/analysis/data/foreign_checks.toml`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::RuleId;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    /// By rule: the checks that ask for the same.
    rules: BTreeMap<String, Vec<String>>,
}

fn table() -> Result<Table, toml::de::Error> {
    toml::from_str(include_str!("../../../data/foreign_checks.toml"))
}

/// Whether a comment like `checkov:skip=CKV_AWS_157` silences a check about what a rule finds. What is not in the table is
/// about something else.
pub(super) fn is_about(comment: &str, rule: RuleId) -> bool {
    static RULES: OnceLock<BTreeMap<String, Vec<String>>> = OnceLock::new();
    let rules = RULES.get_or_init(|| table().map(|table| table.rules).unwrap_or_default());
    let mut words = comment.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-'));
    let Some(checks) = rules.get(rule.as_str()) else { return false };
    words.any(|word| checks.iter().any(|check| check.eq_ignore_ascii_case(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_of_a_rule() {
        let table = table().unwrap();
        assert!(!table.rules.is_empty());
        for rule in table.rules.keys() {
            assert!(crate::rules().iter().any(|known| known.id.as_str() == rule), "{rule}");
        }
    }

    #[test]
    fn checks_are_about_what_they_ask_for() {
        for (comment, rule, is) in [
            ("checkov:skip=CKV_AWS_157", RuleId::SinglePointOfFailure, true),
            ("checkov:skip=CKV_AWS_353", RuleId::NoBackup, false),
            ("checkov:skip=CKV_AWS_133:cheap", RuleId::NoBackup, true),
            ("trivy:ignore:AVD-AWS-0077", RuleId::NoBackup, true),
            ("trivy:ignore:AVD-AWS-0077", RuleId::SinglePointOfFailure, false),
            ("tfsec:ignore:aws-s3-enable-versioning", RuleId::NoVersioning, true),
        ] {
            assert_eq!(is_about(comment, rule), is, "{comment} {rule}");
        }
    }
}
