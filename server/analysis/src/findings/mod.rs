//! What is wrong with a stack: the rules that find it, the repairs that are proven to mend it, and who has decided to live
//! with it, by a baseline or by a suppression.

pub(crate) mod baseline;
pub(crate) mod by_file;
pub(crate) mod called;
pub(crate) mod finding;
pub(crate) mod fix;
mod fold;
pub(crate) mod found;
pub(crate) mod rules;
pub(crate) mod scope;
pub(crate) mod suppression;

use std::sync::Arc;

use crate::show::block;
use crate::{Finding, Stack};
use found::Found;
use scope::Difference;

pub(crate) use fold::folded;

/// A stack with everything that the rules find in it, and its blocks with what they show. What was found in the version
/// before is taken over where nothing can be different.
pub(crate) fn find(stack: Stack, before: Option<&Stack>) -> Stack {
    let same = before.filter(|before| before.is_but_for_texts(&stack)).and_then(Stack::found);
    if let Some(found) = same {
        debug_assert!(found.is_same(&from_scratch(&stack)), "what is taken over is not what is so");
        let found = Arc::clone(found);
        return stack.with_found(found);
    }
    let known = before.and_then(|before| Some((before.found()?, before, Difference::between(before, &stack)?)));
    let found = match &known {
        Some((found, _, difference)) if difference.is_none() => Arc::clone(found),
        Some((found, before, difference)) => {
            let mut now = rules::look(&stack, Some((found, before, difference)));
            now.blocks = block::summaries_again(&stack, &now.told, &found.blocks, difference);
            Arc::new(now)
        }
        None => Arc::new(from_scratch(&stack)),
    };
    debug_assert!(known.is_none() || found.is_same(&from_scratch(&stack)), "what is taken over is not what is so");
    stack.with_found(found)
}

/// What the rules find in a stack of which nothing is known yet.
fn from_scratch(stack: &Stack) -> Found {
    let mut found = rules::look(stack, None);
    found.blocks = block::summaries(stack, &found.told);
    found
}

/// What the rules find in a stack that is a little different from another one, for whoever wants no blocks.
pub(crate) fn found_beside(stack: &Stack, other: &Stack) -> Vec<Arc<Finding>> {
    let known = other.found().and_then(|found| Some((found, Difference::between(other, stack)?)));
    rules::look(stack, known.as_ref().map(|(found, difference)| (&***found, other, difference))).told
}

/// A stack whose findings are as loud as `foreshock.toml` and the editor want them; what is off is gone.
pub(crate) fn grade(mut stack: Stack) -> Stack {
    let settings = stack.settings().clone();
    settings.levels.apply(&mut stack.findings);
    stack
}
