//! The language server: presentation of snapshots over the protocol.
//!
//! Three owners, three threads. The *main loop* owns the documents and what the client was told; it takes one [`Event`]
//! at a time. The *analysis thread* owns the workspace and turns batches of changes into pictures of the world. The
//! *service* (tower-lsp-server, on a small runtime) only frames, cancels and forwards: each handler sends its event
//! before its first `.await`, so events reach the loop in the order of the wire. Must never analyse anything itself.
//!
//! A request of the client is a file in [`requests`]. What only looks something up is answered by the main loop; the rest
//! by *workers*, those for whoever waits with a cursor apart from those for what takes long ([`requests::Lane`]).
//!
//! Protocol types live in `to_proto`, `from_proto`, `outgoing` and the handler stubs, nowhere else. Start reading at
//! `main_loop`.
//!
//! [`Event`]: event::Event

mod analysis_thread;
mod code_action;
mod diagnostics;
mod documents;
mod event;
mod from_proto;
mod handlers;
mod incremental;
mod main_loop;
mod outgoing;
mod publish;
mod requests;
mod settings;
mod status;
mod survey;
mod to_proto;
mod transport;
mod values;
mod view;
mod watch;
mod watchdog;
mod workers;

#[cfg(test)]
pub(crate) use transport::classify;
pub(crate) use transport::panic_message;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tower_lsp_server::{LspService, Server};

use handlers::Handlers;
use main_loop::MainLoop;
use requests::OWN;
use transport::{AnswerGuard, StdoutPump, read_stdin};

/// Room for deep trees: threads that walk input get the main thread's usual stack.
const STACK_BYTES: usize = 8 << 20;

/// How many requests may be under way. The service reads no further when they are used up, so a few slow requests must
/// not be able to do that.
const CONCURRENCY: usize = 1024;

/// Serves the protocol on standard input and output until `exit` or the end of input. Returns whether the client took
/// its leave as the protocol asks, `shutdown` first, and no check has failed: `checks` has every picture compared with one that
/// is worked out from scratch.
pub(crate) fn serve(checks: bool) -> io::Result<bool> {
    let (pump, writer) = StdoutPump::start()?;
    let reader = read_stdin(writer.clone())?;
    let differs = Arc::new(AtomicBool::new(false));
    let (events, outgoing) = MainLoop::start(checks.then(|| differs.clone()))?;
    let shut_down = Arc::new(AtomicBool::new(false));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    runtime.block_on(async {
        let builder = LspService::build(|client| {
            tokio::spawn(outgoing::forward(outgoing, client, events.clone()));
            Handlers::new(events)
        });
        let builder = OWN.iter().fold(builder, |builder, row| builder.custom_method(row.method, row.ask));
        let (service, socket) = builder.finish();
        let service = AnswerGuard::new(service, shut_down.clone());
        Server::new(reader, writer, socket).concurrency_level(CONCURRENCY).serve(service).await;
    });
    runtime.shutdown_background();
    pump.finish();
    Ok(shut_down.load(Ordering::Relaxed) && !differs.load(Ordering::Relaxed))
}
