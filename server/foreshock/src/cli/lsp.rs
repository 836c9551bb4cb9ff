//! `foreshock lsp`: the language server on standard input and output.

use clap::Args;

use super::Outcome;

#[derive(Args)]
pub(super) struct Arguments {
    /// Accepted for clients that always pass it; there is no other way
    #[arg(long)]
    stdio: bool,
    /// Compare every picture with one that is worked out from scratch, and end with 1 where one differed
    #[arg(long, hide = true)]
    check_incremental: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<Outcome, String> {
    let Arguments { stdio: _, check_incremental } = arguments;
    let clean = crate::lsp::serve(*check_incremental)
        .map_err(|error| format!("the language server could not start: {error}"))?;
    // The protocol: 0 after `shutdown`, 1 without.
    Ok(if clean { Outcome::Fine } else { Outcome::GateFailed })
}
