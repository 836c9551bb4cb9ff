//! `foreshock explain`: what a rule finds and why.

use clap::Args;
use foreshock_analysis::{rule, rules};

use super::{Outcome, print};

#[derive(Args)]
pub(super) struct Arguments {
    /// Its code, as a finding shows it: single-point-of-failure
    rule: String,
}

pub(super) fn run(arguments: &Arguments) -> Result<Outcome, String> {
    let Some(rule) = rule(&arguments.rule) else {
        let known: Vec<&str> = rules().iter().map(|rule| rule.id.as_str()).collect();
        return Err(format!("there is no rule {:?}; expected one of: {}", arguments.rule, known.join(", ")));
    };
    print(rule.page)?;
    Ok(Outcome::Fine)
}
