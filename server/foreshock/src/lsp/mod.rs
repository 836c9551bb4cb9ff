//! The language server: presentation of snapshots over the protocol.
//!
//! Three owners, three threads. The *main loop* owns the documents and what the client was told; it takes one [`Event`]
//! at a time. The *analysis thread* owns the workspace and turns batches of changes into pictures of the world. The
//! *service* (tower-lsp-server, on a small runtime) only frames, cancels and forwards: each handler sends its event
//! before its first `.await`, so events reach the loop in the order of the wire. Must never analyse anything itself.
//!
//! Protocol types live in `to_proto`, `from_proto` and the handler stubs, nowhere else. Start reading at `main_loop`.
//!
//! [`Event`]: event::Event

mod analysis_thread;
mod baseline;
mod call_hierarchy;
mod callers;
mod code_action;
mod code_lens;
mod completion;
mod diagnostics;
mod documents;
mod event;
mod from_proto;
mod graph;
mod handlers;
mod hover;
mod ignore_action;
mod inlay_hints;
mod main_loop;
mod newly_failing;
mod outgoing;
mod publish;
mod report;
mod settings;
mod simulate;
mod status;
mod to_proto;
mod transport;
mod values;
mod variable_files;
mod view;
mod workers;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tower_lsp_server::{LspService, Server};

use handlers::Handlers;
use main_loop::MainLoop;
use transport::{AnswerGuard, StdoutPump, read_stdin};

/// Room for deep trees: threads that walk input get the main thread's usual stack.
const STACK_BYTES: usize = 8 << 20;

/// How many requests may be under way. The service reads no further when they are used up, so a few slow requests must
/// not be able to do that.
const CONCURRENCY: usize = 1024;

/// Serves the protocol on standard input and output until `exit` or the end of input. Returns whether the client took
/// its leave as the protocol asks: `shutdown` first.
pub(crate) fn serve() -> io::Result<bool> {
    let (pump, writer) = StdoutPump::start()?;
    let reader = read_stdin(writer.clone())?;
    let (events, outgoing) = MainLoop::start()?;
    let shut_down = Arc::new(AtomicBool::new(false));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    runtime.block_on(async {
        let (service, socket) = LspService::build(|client| {
            tokio::spawn(outgoing::forward(outgoing, client, events.clone()));
            Handlers::new(events)
        })
        .custom_method("foreshock/graph", Handlers::graph)
        .custom_method("foreshock/simulate", Handlers::simulate)
        .custom_method("foreshock/newlyFailing", Handlers::newly_failing)
        .custom_method("foreshock/callers", Handlers::callers)
        .custom_method("foreshock/chooseCaller", Handlers::choose_caller)
        .custom_method("foreshock/variableFiles", Handlers::variable_files)
        .finish();
        let service = AnswerGuard::new(service, shut_down.clone());
        Server::new(reader, writer, socket).concurrency_level(CONCURRENCY).serve(service).await;
    });
    runtime.shutdown_background();
    pump.finish();
    Ok(shut_down.load(Ordering::Relaxed))
}
