//! Every request gets an answer, even one whose handler panics.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use futures::FutureExt;
use futures::future::BoxFuture;
use tower::Service;
use tower_lsp_server::jsonrpc::{Error, Request, Response};
use tracing::error;

/// Sees to it that every request is answered: a panic in a handler becomes an error answer, and so does a request of the
/// `$/` kind that nobody knows, which the service takes for a notification. Remembers whether the client said `shutdown`.
pub(crate) struct AnswerGuard<S> {
    inner: S,
    shut_down: Arc<AtomicBool>,
}

impl<S> AnswerGuard<S> {
    /// Wraps `inner`; `shut_down` becomes true when the client says `shutdown`. It counts as said, answered or not: a
    /// hasty client sends `exit` right behind it.
    pub(crate) fn new(inner: S, shut_down: Arc<AtomicBool>) -> AnswerGuard<S> {
        AnswerGuard { inner, shut_down }
    }
}

impl<S> Service<Request> for AnswerGuard<S>
where
    S: Service<Request, Response = Option<Response>>,
    S::Future: Send + 'static,
    S::Error: 'static,
{
    type Response = Option<Response>;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Option<Response>, S::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let id = request.id().cloned();
        if request.method() == "shutdown" {
            self.shut_down.store(true, Ordering::Relaxed);
        }
        let answer = AssertUnwindSafe(self.inner.call(request)).catch_unwind();
        Box::pin(async move {
            match answer.await {
                Ok(Ok(None)) => Ok(id.map(|id| Response::from_error(id, Error::method_not_found()))),
                Ok(answer) => answer,
                Err(panic) => {
                    error!("a handler panicked: {}", panic_message(panic.as_ref()));
                    Ok(id.map(|id| Response::from_error(id, Error::internal_error())))
                }
            }
        })
    }
}

/// The text of a panic.
pub(crate) fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

#[cfg(test)]
mod tests {
    use std::future::{Ready, ready};

    use serde_json::json;

    use super::*;

    /// Panics, knows nothing, or answers, as the method says.
    struct Moody;

    impl Service<Request> for Moody {
        type Response = Option<Response>;
        type Error = std::convert::Infallible;
        type Future = BoxFuture<'static, Result<Option<Response>, Self::Error>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, request: Request) -> Self::Future {
            let (method, id, _) = request.into_parts();
            let answer = |id| Response::from_ok(id, json!("fine"));
            let done: Ready<_> = ready(Ok(id.filter(|_| method != "$/unknown").map(answer)));
            Box::pin(async move { if method == "panic" { panic!("as asked") } else { done.await } })
        }
    }

    fn check(method: &'static str, id: Option<i64>, expected: Option<Result<(), i64>>) {
        let request = Request::build(method);
        let request = match id {
            Some(id) => request.id(id).finish(),
            None => request.finish(),
        };
        let mut guard = AnswerGuard::new(Moody, Arc::default());
        let answer = guard.call(request).now_or_never().unwrap().unwrap();
        let shape = answer.map(|response| match response.error() {
            Some(error) => Err(error.code.code()),
            None => Ok(()),
        });
        assert_eq!(shape, expected, "{method} {id:?}");
    }

    #[test]
    fn every_request_is_answered_and_no_notification() {
        check("calm", Some(1), Some(Ok(())));
        check("calm", None, None);
        check("panic", Some(1), Some(Err(-32603)));
        check("panic", None, None);
        check("$/unknown", Some(1), Some(Err(-32601)));
        check("$/unknown", None, None);
    }
}
