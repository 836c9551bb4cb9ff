//! Variables of a template, block by block.

use std::sync::Arc;

use crate::value::Value;

/// The variables that are there, the innermost last.
#[derive(Debug, Default)]
pub(crate) struct Scopes {
    variables: Vec<(Arc<str>, Value)>,
}

impl Scopes {
    /// With `$` and nothing else.
    pub(crate) fn of(root: Value) -> Scopes {
        Scopes { variables: vec![("$".into(), root)] }
    }

    /// A place to come back to.
    pub(crate) fn mark(&self) -> usize {
        self.variables.len()
    }

    /// Forgets what was declared since.
    pub(crate) fn release(&mut self, mark: usize) {
        self.variables.truncate(mark);
    }

    pub(crate) fn declare(&mut self, name: &Arc<str>, value: Value) {
        self.variables.push((name.clone(), value));
    }

    /// Gives a variable that is there another value; false where there is none.
    pub(crate) fn assign(&mut self, name: &str, value: Value) -> bool {
        match self.variables.iter_mut().rev().find(|(known, _)| &**known == name) {
            Some((_, slot)) => {
                *slot = value;
                true
            }
            None => false,
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.variables.iter().rev().find(|(known, _)| &**known == name).map(|(_, value)| value)
    }
}
