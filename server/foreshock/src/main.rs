//! `foreshock`: the language server, the debug adapter and the command line.
//!
//! Presentation only: turns snapshots of `foreshock-analysis` into protocol messages ([`lsp`], [`dap`]) and, with the renderings of
//! `foreshock-report`, into terminal output and reports ([`cli`]). Must never find, compute or decide anything itself: what the editor shows and what CI says
//! is one analysis. Start reading at `lsp/mod.rs`, `dap/mod.rs` or `cli/mod.rs`.

mod asked_faults;
mod cli;
mod clock;
mod dap;
mod frames;
mod lsp;

use std::io;
use std::process::ExitCode;

use tracing::warn;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::lsp::panic_message;

fn main() -> ExitCode {
    // Standard output carries results and the protocol; the log goes elsewhere, quiet unless asked for.
    let filter = EnvFilter::try_from_env("FORESHOCK_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    // The end of a span says how long it took: what a rule costs, among others.
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_span_events(FmtSpan::CLOSE);
    subscriber.with_writer(io::stderr).with_ansi(false).init();
    std::panic::set_hook(Box::new(|panic| {
        // A panic is contained where it happens, and what it costs is told there. Its text may be that of a whole file.
        let message = panic_message(panic.payload()).chars().take(200).collect::<String>();
        let place = panic.location().map(|place| format!(" ({}:{})", place.file(), place.line())).unwrap_or_default();
        warn!("a part of the work failed: {message}{place}");
    }));
    cli::run(std::env::args_os())
}
