//! What the commands have in common: which stacks they are about, the values that those are read with, and the day it is.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use foreshock_analysis::{Date, Snapshot};
use foreshock_files::{LARGEST_FILE, read_named};
use foreshock_terraform::ResolveOptions;
use foreshock_text::FilePath;

use super::faultray;

/// Which stacks a command is about, and the values that they are read with.
#[derive(Args)]
pub(super) struct Stacks {
    /// A directory (every stack below it) or a single file
    #[arg(default_value = ".")]
    path: Utf8PathBuf,
    /// FaultRay's way to name the file
    #[arg(short, long, value_name = "FILE", hide = true, conflicts_with = "path")]
    model: Option<Utf8PathBuf>,
    #[command(flatten)]
    pub(super) inputs: Inputs,
}

impl Stacks {
    /// Where they are. Asked once: it says so when an old flag was used.
    pub(super) fn path(&self) -> &Utf8Path {
        let Some(model) = &self.model else { return &self.path };
        let command = std::env::args().nth(1).unwrap_or_default();
        faultray::tell_renamed("--model FILE", &format!("{command} {model}"));
        model
    }
}

/// What the variables of the root modules are, as Terraform is told.
#[derive(Args, Default)]
pub(crate) struct Inputs {
    /// A file with values of variables, as for Terraform; later ones win
    #[arg(long, value_name = "FILE")]
    var_file: Vec<Utf8PathBuf>,
    /// The value of a variable, as for Terraform; wins over every file
    #[arg(long, value_name = "NAME=VALUE", value_parser = assignment)]
    var: Vec<(String, String)>,
    /// The workspace of Terraform that is selected: the value of `terraform.workspace` [default: default]
    #[arg(long, value_name = "NAME")]
    workspace: Option<String>,
    /// The day it is, for suppressions `until` a day: an earlier one shows what was said then [default: today, in UTC]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    today: Option<Date>,
}

impl Inputs {
    /// The same, said in a launch configuration.
    pub(crate) fn given(var_file: Vec<Utf8PathBuf>, var: Vec<(String, String)>, workspace: Option<String>) -> Inputs {
        Inputs { var_file, var, workspace, today: None }
    }

    /// Every stack is read with these. A file that can't be read is an error: without it the answer would be another.
    pub(super) fn options(&self) -> Result<ResolveOptions, String> {
        let var_files = self.var_file.iter().map(|file| readable(file)).collect::<Result<_, _>>()?;
        let variables: BTreeMap<String, String> = self.var.iter().cloned().collect();
        Ok(ResolveOptions { var_files, variables, workspace: self.workspace.clone(), ..ResolveOptions::default() })
    }
}

impl Inputs {
    /// The day it is. The only look at a clock: what is found depends on nothing else from outside.
    pub(super) fn today(&self) -> Option<Date> {
        self.today.or_else(crate::clock::today)
    }

    /// The variables given by hand that no root module declares.
    pub(super) fn undeclared<'i>(&'i self, snapshot: &Snapshot) -> Vec<&'i str> {
        if snapshot.stacks.iter().any(|stack| stack.takes_any_value()) {
            return Vec::new();
        }
        let modules: Vec<_> = snapshot.stacks.iter().filter_map(|stack| stack.terraform()).collect();
        let is_declared = |name: &str| {
            let full = format!("var.{name}");
            modules.iter().any(|module| {
                let is_root = |address: &str| {
                    address.is_empty() || module.resolved.units.iter().any(|unit| *unit.address == *address)
                };
                let mut values = module.resolved.named.iter();
                values.any(|value| *value.name == *full && is_root(&value.module))
                    || module.resolved.asked.iter().any(|asked| **asked == *name)
            })
        };
        self.var.iter().map(|(name, _)| name.as_str()).filter(|name| !is_declared(name)).collect()
    }
}

fn readable(file: &Utf8Path) -> Result<FilePath, String> {
    let failed = |why: &dyn std::fmt::Display| format!("{file}: {why}; expected a file with values of variables");
    let path = file.canonicalize_utf8().map_err(|error| failed(&error))?;
    // Reading a pipe here would leave nothing to those that need it.
    read_named(&path, LARGEST_FILE).map_err(|error| failed(&error))?;
    Ok(FilePath::new(path))
}

fn day(text: &str) -> Result<Date, String> {
    Date::parse(text).ok_or_else(|| "expected a day such as 2027-01-31".to_owned())
}

fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_assignment_is_split_at_the_first_equals_sign() {
        let split = |text| assignment(text).map(|(name, value)| format!("{name}|{value}"));
        for (text, expected) in [("a=b", "a|b"), ("a=", "a|"), ("a=b=c", "a|b=c"), (" a = b", "a| b")] {
            assert_eq!(split(text), Ok(expected.to_owned()));
        }
        for text in ["", "a", "=b", " =b"] {
            assert!(split(text).is_err(), "{text:?}");
        }
    }
}
