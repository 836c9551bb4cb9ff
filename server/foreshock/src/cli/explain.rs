//! `foreshock explain`: what a rule finds and why, and what a word of the results means.

use clap::Args;
use foreshock_analysis::{rule, rules};
use foreshock_infra::closest;

use super::{Outcome, print};

/// The words of the results, one sentence each.
const GLOSSARY: &str = include_str!("../../../../docs/glossary.md");

#[derive(Args)]
pub(super) struct Arguments {
    /// A rule's code, as a finding shows it (single-point-of-failure), or a word of the results (score). Without one: every rule
    name: Option<String>,
    /// Also show the examples: what is found, and the same repaired
    #[arg(long)]
    examples: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<Outcome, String> {
    let Some(name) = &arguments.name else {
        let width = rules().iter().map(|rule| rule.id.as_str().len()).max().unwrap_or_default();
        let lines = rules().iter().map(|rule| format!("{:<width$}  {}\n", rule.id.as_str(), rule.title));
        print(&lines.collect::<String>())?;
        return Ok(Outcome::Fine);
    };
    let text = match (rule(name), term(name)) {
        (Some(rule), _) if arguments.examples => rule.page.to_owned(),
        (Some(rule), _) => prose(rule.page) + "Examples: foreshock explain --examples " + name + "\n",
        (None, Some((term, meaning))) => format!("{term}: {meaning}\n"),
        (None, None) => {
            let known = rules().iter().map(|rule| rule.id.as_str()).chain(terms().map(|(term, _)| term));
            let meant = closest(name, known).map_or_else(String::new, |meant| format!("; did you mean {meant}?"));
            return Err(format!(
                "there is no rule or word {name:?}{meant} `foreshock explain` lists the rules, docs/glossary.md the words"
            ));
        }
    };
    print(&text)?;
    Ok(Outcome::Fine)
}

/// Each row of the glossary: the word and what it means.
fn terms() -> impl Iterator<Item = (&'static str, &'static str)> {
    GLOSSARY.lines().filter_map(|line| {
        let mut cells = line.strip_prefix("| ")?.split(" | ");
        Some((cells.next()?, cells.next()?)).filter(|(term, _)| *term != "term")
    })
}

/// However it is written: `structural-nines`, `Structural nines`.
fn term(name: &str) -> Option<(&'static str, &'static str)> {
    let name = name.replace('-', " ").to_lowercase();
    terms().find(|(term, _)| term.to_lowercase() == name)
}

/// A page without its examples.
fn prose(page: &str) -> String {
    let mut text = String::new();
    let mut is_code = false;
    for line in page.lines() {
        if line.starts_with("```") {
            is_code = !is_code;
            // What only leads to an example: "The same in infrastructure YAML:".
            let before = text.trim_end();
            if before.ends_with(':') {
                text.truncate(before.rfind("\n\n").map_or(0, |at| at + 2));
            }
        } else if !is_code && (!line.is_empty() || !text.ends_with("\n\n")) {
            text.push_str(line.trim_start_matches('#').trim_start());
            text.push('\n');
        }
    }
    text.truncate(text.trim_end().len());
    text + "\n\n"
}
