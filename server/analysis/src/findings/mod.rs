//! What is wrong with a stack: the rules that find it, the repairs that are proven to mend it, and who has decided to live
//! with it, by a baseline or by a suppression.

pub(crate) mod baseline;
pub(crate) mod called;
pub(crate) mod finding;
pub(crate) mod fix;
mod fold;
pub(crate) mod rules;
pub(crate) mod suppression;

use crate::Stack;
use crate::show::block::summaries;
pub(crate) use fold::folded;

/// A stack with everything that the rules find in it, and its blocks with what they show.
pub(crate) fn find(mut stack: Stack) -> Stack {
    stack.findings = rules::find_all(&stack);
    let mut blocks = summaries(&stack);
    blocks.retain(|block| stack.is_own(&stack.module_of(block.component)));
    stack.blocks = blocks;
    stack
}

/// A stack whose findings are as loud as `foreshock.toml` and the editor want them; what is off is gone.
pub(crate) fn grade(mut stack: Stack) -> Stack {
    let settings = stack.settings().clone();
    settings.levels.apply(&mut stack.findings);
    stack
}
