//! What a finding is called by programs that follow it from one run to the next.

use std::collections::BTreeMap;

use foreshock_analysis::{Finding, Stack};

use super::Places;

/// What a finding is recognised by from run to run, wherever its lines have gone: stack, rule and component.
#[derive(Default)]
pub(super) struct Identities {
    seen: BTreeMap<String, u32>,
}

impl Identities {
    /// Different from all before it. The first of several keeps its identity when the others come and go.
    pub(super) fn of(&mut self, stack: &Stack, finding: &Finding, places: &Places<'_>) -> String {
        let identity = format!("{} {} {}", places.title(stack), finding.rule, finding.component_id);
        let seen = self.seen.entry(identity.clone()).or_insert(0);
        *seen += 1;
        if *seen == 1 { identity } else { format!("{identity} {seen}") }
    }
}
