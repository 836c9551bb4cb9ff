use foreshock_analysis::{Finding, Stack};

/// What a change did to a stack, as it is told.
pub(crate) struct Change<'a> {
    /// Names the base: a revision.
    pub(crate) base: &'a str,
    /// What the base is: "merge base with main".
    pub(crate) words: &'a str,
    /// The stack as it was; none where the base has no such stack.
    pub(crate) before: Option<&'a Stack>,
    /// The score of before.
    pub(crate) score: Option<f64>,
    /// The score of the present, at the entry points and weights of before.
    pub(crate) score_after: Option<f64>,
    /// The second less the first; none where one of them has no score.
    pub(crate) points: Option<f64>,
    /// What was found before, and no more.
    pub(crate) mended: &'a [Finding],
}

impl<'a> Change<'a> {
    /// None where a stack is compared with nothing.
    pub(crate) fn of(_stack: &'a Stack) -> Option<Change<'a>> {
        None
    }
}
