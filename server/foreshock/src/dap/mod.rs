//! The debug adapter: an outage that is stepped through like a program, over the debug adapter protocol.
//!
//! What is a program here: the text of a stack with what fails in it. It runs in the time after the faults; where it can stop is
//! after each change of a component ([`foreshock_report::Outage`]); its call stack is why the component changed; its variables are
//! the states of the components. Nothing runs by itself, so that every request is answered at once.
//!
//! Requests are answered one after the other, in their order. A message that is none is told in the output of the session, a
//! request that makes no sense is refused with what was expected. Must never simulate anything itself: the outage is that of
//! `foreshock simulate` and of the picture. Start reading at [`session`].
//!
//! Protocol: <https://microsoft.github.io/debug-adapter-protocol/specification>, 1.70.

mod breakpoints;
mod call_stack;
mod evaluate;
mod launch;
mod message;
mod run;
mod session;
mod variables;

use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::Value;
use tracing::{error, warn};

use self::message::{Asked, Outbox, classify};
use self::session::Session;
use crate::frames::{Frame, Frames};
use crate::lsp::panic_message;

/// Serves the protocol on standard input and output, until the client disconnects or its input ends.
pub(crate) fn serve() -> io::Result<()> {
    let mut frames = Frames::new(io::stdin(), classify);
    let mut session = Session::default();
    let mut outbox = Outbox::default();
    while let Some(frame) = frames.next()? {
        answer(&mut session, frame, &mut outbox);
        if !send(&outbox.take())? || session.is_over() {
            break;
        }
    }
    Ok(())
}

fn answer(session: &mut Session, frame: Frame, outbox: &mut Outbox) {
    let body = match frame {
        Frame::Message(body) => body,
        Frame::NotJson => return outbox.tell("a message was skipped: its body is not JSON"),
        Frame::NotAMessage(seq) => {
            return outbox
                .refuse_unread(seq, "expected a request: {\"seq\": 1, \"type\": \"request\", \"command\": ...}");
        }
        Frame::TooLarge(seq) => return outbox.refuse_unread(seq, "the message is too large; it was skipped"),
    };
    let asked = match serde_json::from_slice::<Asked>(&body) {
        Ok(asked) => asked,
        Err(error) => return outbox.refuse_unread(None, &error.to_string()),
    };
    let answered = catch_unwind(AssertUnwindSafe(|| session.handle(&asked, outbox)));
    match answered {
        Ok(Ok(())) => {}
        Ok(Err(message)) => outbox.refuse(&asked, &message),
        Err(panic) => {
            error!("{}: {}", asked.command, panic_message(panic.as_ref()));
            outbox.refuse(&asked, "this failed inside of Foreshock; its log says where");
        }
    }
}

/// Writes messages; false when nobody reads them any more.
fn send(messages: &[Value]) -> io::Result<bool> {
    let mut stdout = io::stdout().lock();
    for message in messages {
        let body = message.to_string();
        let sent = write!(stdout, "Content-Length: {}\r\n\r\n{body}", body.len()).and_then(|()| stdout.flush());
        match sent {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                warn!("the client has gone");
                return Ok(false);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}
