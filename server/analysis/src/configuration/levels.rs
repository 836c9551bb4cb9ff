//! How loud rules are where somebody has said so, in `foreshock.toml` or in the editor.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::findings::rules::sort;
use crate::{Finding, RuleId, Severity};

/// How loud a rule is to be; `None` = not at all.
pub type Level = Option<Severity>;

/// How loud rules are where somebody has said so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Levels(BTreeMap<RuleId, Level>);

impl Levels {
    /// Says it of one rule.
    pub fn set(&mut self, rule: RuleId, level: Level) {
        self.0.insert(rule, level);
    }

    /// These, with `later` winning.
    pub(crate) fn with(mut self, later: &Levels) -> Levels {
        self.0.extend(later.0.iter().map(|(rule, level)| (*rule, *level)));
        self
    }

    /// Whether a rule is off.
    pub(crate) fn is_off(&self, rule: RuleId) -> bool {
        matches!(self.0.get(&rule), Some(None))
    }

    /// Leaves out findings of rules that are off, and makes the others as loud as was asked.
    pub(crate) fn apply(&self, findings: &mut Vec<Arc<Finding>>) {
        if self.0.is_empty() {
            return;
        }
        findings.retain_mut(|finding| match self.0.get(&finding.rule) {
            None => true,
            Some(None) => false,
            Some(Some(severity)) => {
                if finding.severity != *severity {
                    Arc::make_mut(finding).severity = *severity;
                }
                true
            }
        });
        sort(findings);
    }
}

/// `off`, `hint`, `info`, `warning` or `error`.
pub fn level_named(name: &str) -> Option<Level> {
    if name == "off" { Some(None) } else { Severity::named(name).map(Some) }
}
