//! A request under way: the question, where its answer goes, and whether anybody still waits for it.

use std::sync::atomic::{AtomicU64, Ordering};

use foreshock_analysis::fault;
use tokio::sync::oneshot;

use super::{Lane, Request, Then};
use crate::lsp::view::View;

/// Where an answer goes. A closed one means that the client has cancelled.
pub(in crate::lsp) type Reply<T> = oneshot::Sender<Result<T, Refusal>>;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::lsp) enum Refusal {
    /// The text changed under the question; ask again.
    ContentModified,
    /// The question makes no sense; says what was expected.
    BadQuestion(String),
    /// Our fault.
    Internal(String),
}

/// A request of any kind that waits for its answer.
pub(in crate::lsp) trait Pending: Send {
    /// What is asked, for the log.
    fn name(&self) -> &'static str;
    /// Who answers it.
    fn lane(&self) -> Lane;
    /// Whether the client no longer waits.
    fn is_cancelled(&self) -> bool;
    /// Answers with a refusal.
    fn refuse(self: Box<Self>, refusal: Refusal);
    /// Answers from a picture, unless it was cancelled. Returns what the main loop is to do besides.
    fn answer(self: Box<Self>, view: &View) -> Option<Then>;
}

/// A request with the place where its answer goes.
pub(in crate::lsp) struct Asked<R: Request> {
    /// The question.
    pub(in crate::lsp) request: R,
    /// Where the answer goes.
    pub(in crate::lsp) reply: Reply<R::Answer>,
}

impl<R: Request> Pending for Asked<R> {
    /// The name of its type, without the path.
    fn name(&self) -> &'static str {
        std::any::type_name::<R>().rsplit("::").next().unwrap_or("a request")
    }

    fn lane(&self) -> Lane {
        self.request.lane()
    }

    fn is_cancelled(&self) -> bool {
        self.reply.is_closed()
    }

    fn refuse(self: Box<Self>, refusal: Refusal) {
        // Nobody listening is as good as told.
        let _ = self.reply.send(Err(refusal));
    }

    fn answer(self: Box<Self>, view: &View) -> Option<Then> {
        let name = self.name();
        let Asked { request, reply } = *self;
        let is_closed = || reply.is_closed();
        let cancel = Cancel {
            is_closed: &is_closed,
            until: R::IS_VOID_AFTER_AN_EDIT.then_some((view.world.revision, &*view.last_edit)),
        };
        fault("request", &name);
        let answer = cancel.asked().and_then(|()| request.answer(view, &cancel));
        let then = answer.as_ref().ok().and_then(|answer| request.then(view, answer));
        let _ = reply.send(answer);
        then
    }
}

/// Whether an answer is still wanted. Work that takes long asks between its steps.
pub(in crate::lsp) struct Cancel<'a> {
    is_closed: &'a (dyn Fn() -> bool + Sync),
    /// The revision of the picture, and that of the last edit: an answer is void when the second is later.
    until: Option<(u64, &'a AtomicU64)>,
}

impl<'a> Cancel<'a> {
    /// Whether the work is for nothing: the client has cancelled, or the text was edited and the answer would not fit.
    pub(in crate::lsp) fn is_due(&self) -> bool {
        (self.is_closed)() || self.is_void()
    }

    /// The same as an error, for `?`.
    pub(in crate::lsp) fn asked(&self) -> Result<(), Refusal> {
        // To a client that has cancelled it does not matter what is said.
        if self.is_due() { Err(Refusal::ContentModified) } else { Ok(()) }
    }

    fn is_void(&self) -> bool {
        self.until.is_some_and(|(revision, last_edit)| last_edit.load(Ordering::Relaxed) > revision)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_void_when_nobody_waits_or_an_edit_came() {
        let last_edit = AtomicU64::new(3);
        let due = |closed: bool, until: Option<u64>| {
            Cancel { is_closed: &|| closed, until: until.map(|revision| (revision, &last_edit)) }.is_due()
        };
        assert!(due(true, None) && due(true, Some(3)));
        assert!(due(false, Some(2)), "the edit is not in the picture");
        assert!(!due(false, Some(3)) && !due(false, Some(4)) && !due(false, None));
    }
}
