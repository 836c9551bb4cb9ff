//! What the commands that write a report have in common.

use std::fs;
use std::io::{self, Write};

use camino::Utf8Path;
use clap::Args;
use foreshock_analysis::BaseChoice;
use foreshock_report::{Made, Places, StackMatter, html_report};

use super::print_raw;

/// What a report says of itself, and what it compares with.
#[derive(Args)]
pub(super) struct About {
    /// Say what is new against this revision (`main`, `HEAD~2`, `v1.2`, a hash)
    #[arg(long, value_name = "REV")]
    base: Option<String>,
    /// The date the report shows; none by default, so that the same input gives the same report
    #[arg(long, value_name = "DATE")]
    date: Option<String>,
}

impl About {
    /// What to read the stacks beside.
    pub(super) fn base(&self) -> BaseChoice {
        self.base.clone().map_or(BaseChoice::None, BaseChoice::Revision)
    }

    /// How the report came about.
    pub(super) fn made(&self, notice: Option<&str>) -> Made {
        Made { date: self.date.clone(), notice: notice.map(str::to_owned), ..Made::by(&command()) }
    }

    /// Whether something is said that only a report can show.
    pub(super) fn is_given(&self) -> bool {
        self.base.is_some() || self.date.is_some()
    }
}

/// Writes a report of these stacks to a file, or to standard output for `-`.
pub(super) fn write(file: &Utf8Path, matters: &[StackMatter], places: &Places<'_>, made: &Made) -> Result<(), String> {
    let page = html_report(matters, places, made)?;
    if file == "-" {
        return print_raw(&page);
    }
    fs::write(file, &page).map_err(|error| format!("{file}: {error}; the report is written there"))?;
    let _ = writeln!(io::stderr(), "wrote {file}, {:.0} kB", page.len() as f64 / 1000.0);
    Ok(())
}

/// The command as it was given; values of variables are left out, since they may be secrets.
fn command() -> String {
    told(std::env::args().skip(1))
}

fn told(arguments: impl Iterator<Item = String>) -> String {
    let mut words = vec!["foreshock".to_owned()];
    let mut is_variable = false;
    for argument in arguments {
        let hidden = match (is_variable, argument.strip_prefix("--var=")) {
            (true, _) => Some(name_only(&argument)),
            (false, Some(assignment)) => Some(format!("--var={}", name_only(assignment))),
            (false, None) => None,
        };
        is_variable = argument == "--var";
        words.push(quoted(&hidden.unwrap_or(argument)));
    }
    words.join(" ")
}

fn name_only(assignment: &str) -> String {
    format!("{}=…", assignment.split('=').next().unwrap_or_default())
}

fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "-_./=:,+@%…#".contains(letter);
    match !word.is_empty() && word.chars().all(is_plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_told_without_the_values_of_variables() {
        let of = |words: &str| told(words.split(' ').map(str::to_owned));
        assert_eq!(of("simulate envs/prod --html r.html"), "foreshock simulate envs/prod --html r.html");
        assert_eq!(of("simulate --var password=x --var=token=y"), "foreshock simulate --var password=… --var=token=…");
        assert_eq!(told(["it's".to_owned()].into_iter()), r"foreshock 'it'\''s'");
    }
}
