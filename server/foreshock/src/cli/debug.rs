//! `foreshock debug`: the debug adapter on standard input and output.

use clap::Args;

use super::Outcome;

#[derive(Args)]
pub(super) struct Arguments {
    /// Accepted for clients that always pass it; there is no other way
    #[arg(long)]
    stdio: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<Outcome, String> {
    let Arguments { stdio: _ } = arguments;
    crate::dap::serve().map_err(|error| format!("the debug adapter ended: {error}"))?;
    Ok(Outcome::Fine)
}
