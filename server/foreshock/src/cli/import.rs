//! `foreshock import`: infrastructure YAML written from the JSON of a Terraform state or plan.

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use foreshock_infra::write;
use foreshock_report::Places;

use super::inputs::Inputs;
use super::{Outcome, here, print_raw, read};

#[derive(Args)]
pub(super) struct Arguments {
    /// The JSON of a Terraform state or plan (`terraform show -json`), or a terraform.tfstate
    #[arg(value_name = "STATE.json|PLAN.json")]
    path: Utf8PathBuf,
    /// Where to write it; standard output when absent
    #[arg(short, long, value_name = "FILE")]
    output: Option<Utf8PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Result<Outcome, String> {
    let path = &arguments.path;
    let (snapshot, _) = read(path, &Inputs::default())?;
    let Some(stack) = snapshot.stacks.first().filter(|stack| stack.is_record()) else {
        return Err(format!(
            "{path}: expected the JSON of `terraform show -json` (of a plan or a state) or a terraform.tfstate"
        ));
    };
    if let Some(why) = stack.nothing_to_score() {
        return Err(format!("{path}: there is nothing to write: {}", why.trim_start_matches("nothing to score: ")));
    }
    let places = Places::for_people(&snapshot, here());
    let name = path.file_name().unwrap_or(path.as_str());
    let text = write(stack.system(), name, &|place| places.line_and_column(place));
    match &arguments.output {
        None => print_raw(&text)?,
        Some(output) => save(output, &text)?,
    }
    // What was not understood is missing in what was written.
    for problem in &stack.problems {
        let place = foreshock_text::Place::new(problem.file.clone(), problem.problem.span);
        super::warn(&format!("{}: {}", places.line_and_column(&place), problem.problem.message));
    }
    Ok(if stack.problems.is_empty() { Outcome::Fine } else { Outcome::BadInput })
}

/// Writes a file that is not there yet, or is: the name was asked for.
fn save(output: &Utf8Path, text: &str) -> Result<(), String> {
    std::fs::write(output, text).map_err(|error| format!("{output}: {error}"))
}
