//! The functions that Terragrunt adds to those of Terraform. Those that ask the machine, a shell or an account are unknown.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_expressions::{Failure, fail};
use foreshock_resources::{Kind, Value, open};
use foreshock_text::FilePath;

use super::config::{Config, Reading, map};
use super::merged::{deep, put};

/// Directories above a unit that are looked into.
const HIGHEST: usize = 100;

type Answer = Option<Result<Value, Failure>>;

impl Reading<'_, '_> {
    /// What a function of Terragrunt gives; `None` for one of Terraform.
    pub(super) fn function(&self, config: &Rc<Config>, name: &str, args: &[Value]) -> Answer {
        let text = |number: usize| match args.get(number).map(|arg| &arg.kind) {
            Some(Kind::String(text)) => Some(text.clone()),
            _ => None,
        };
        let first_unknown = || args.iter().find(|arg| !arg.is_known());
        let path = |path: Utf8PathBuf| Ok(Value::string(path.as_str()));
        let relative = |from: &Utf8Path, to: &Utf8Path| {
            let path = foreshock_files::paths::relative(from, to);
            Ok(Value::string(if path.as_str().is_empty() { "." } else { path.as_str() }))
        };
        Some(match name {
            "get_env" => match (text(0), args.get(1)) {
                (Some(name), default) => self.environment(config, &name, default),
                (None, _) => Ok(Value::unknown_from(args)),
            },
            "find_in_parent_folders" => match first_unknown() {
                Some(_) => Ok(Value::unknown_from(args)),
                None => self.find_above(config, text(0).as_deref(), args.get(1)),
            },
            "get_terragrunt_dir" | "get_original_terragrunt_dir" => path(config.unit.clone()),
            "get_parent_terragrunt_dir" => path(self.parent_of(config, text(0).as_deref())),
            "path_relative_to_include" => relative(&self.parent_of(config, text(0).as_deref()), &config.unit),
            "path_relative_from_include" => relative(&config.unit, &self.parent_of(config, text(0).as_deref())),
            "get_repo_root" => self.repository().and_then(|top| path(top.to_owned())),
            "get_path_from_repo_root" => self.repository().and_then(|top| relative(top, &config.unit)),
            "get_path_to_repo_root" => self.repository().and_then(|top| relative(&config.unit, top)),
            "read_terragrunt_config" => match text(0) {
                Some(file) => self.read_config(config, &file, args.get(1)),
                None => Ok(Value::unknown_from(args)),
            },
            "read_tfvars_file" => match text(0) {
                Some(file) => self.read_values(config, &file),
                None => Ok(Value::unknown_from(args)),
            },
            // The values of a file are handed on as they are, with their places, and not by way of a text.
            "jsondecode" => match args {
                [value @ Value { kind: Kind::Map(_), .. }] => Ok(value.clone()),
                _ => return None,
            },
            "merge" if first_unknown().is_some() => Ok(merge_known(args)),
            "deep_merge" => Ok(args.iter().cloned().reduce(deep).unwrap_or_else(|| map(BTreeMap::new()))),
            "mark_as_read" | "mark_glob_as_read" => {
                args.first().cloned().ok_or_else(|| Failure::new("a path is missing"))
            }
            "startswith" | "endswith" | "strcontains" => return None,
            "sops_decrypt_file" => {
                let mut secret = Value::unknown("the content of an encrypted file");
                secret.provenance = secret.provenance.with_sensitive(true);
                Ok(secret)
            }
            "run_cmd" => Ok(Value::unknown("run_cmd() is not run")),
            "get_aws_account_id"
            | "get_aws_account_alias"
            | "get_aws_caller_identity_arn"
            | "get_aws_caller_identity_user_id"
            | "get_platform"
            | "get_terraform_command"
            | "get_tofu_command"
            | "get_terraform_cli_args"
            | "get_terragrunt_source_cli_flag"
            | "get_default_retryable_errors"
            | "get_working_dir"
            | "get_terraform_commands_that_need_vars"
            | "get_terraform_commands_that_need_input"
            | "get_terraform_commands_that_need_locking"
            | "get_terraform_commands_that_need_parallelism"
            | "constraint_check" => Ok(Value::unknown(format!("{name}() is known when it is run"))),
            _ => return None,
        })
    }

    /// A variable of the environment: what was given from outside, else the default. The environment itself is not looked at:
    /// a result must not depend on the shell that an editor was started from.
    fn environment(&self, config: &Rc<Config>, name: &Arc<str>, default: Option<&Value>) -> Result<Value, Failure> {
        self.shared.asked.borrow_mut().insert(name.clone());
        if let Some(given) = self.shared.given.get(&**name) {
            return Ok(Value::string(given.as_str()));
        }
        if let Some(default) = default {
            return Ok(default.clone());
        }
        let message = format!("get_env({name:?}) has no value here; `--var {name}=...` or foreshock.toml gives it one");
        self.shared.notes.borrow_mut().insert((config.parsed.path.clone(), message));
        Ok(Value::unknown(format!("get_env({name:?}) has no value here")))
    }

    /// The directory of the file that is included, seen from either side.
    fn parent_of(&self, config: &Rc<Config>, name: Option<&str>) -> Utf8PathBuf {
        if config.child.is_some() {
            return config.directory.clone();
        }
        // A file that is being included is asked from within its own path.
        let Some(known) = config.includes.get() else {
            let blocks = config.parsed.body.blocks_of("include").count();
            return if blocks == 0 { config.unit.clone() } else { self.included_directory(config, name) };
        };
        let is_it = |include: &&super::config::Include| name.is_none_or(|name| *include.name == *name);
        known.iter().find(is_it).map_or_else(|| config.unit.clone(), |include| include.config.directory.clone())
    }

    fn included_directory(&self, config: &Rc<Config>, name: Option<&str>) -> Utf8PathBuf {
        let is_it = |include: &&super::config::Include| name.is_none_or(|name| *include.name == *name);
        let found = self.includes(config).iter().find(is_it);
        found.map_or_else(|| config.unit.clone(), |include| include.config.directory.clone())
    }

    fn repository(&self) -> Result<&Utf8Path, Failure> {
        self.shared.repository.ok_or_else(|| Failure::new("this is in no git repository"))
    }

    /// The nearest file of that name in a directory above the unit.
    fn find_above(&self, config: &Rc<Config>, name: Option<&str>, otherwise: Option<&Value>) -> Result<Value, Failure> {
        let names = match name {
            Some(name) => vec![name],
            None => vec![super::UNIT_FILE, "root.hcl"],
        };
        for above in config.unit.ancestors().skip(1).take(HIGHEST) {
            for name in &names {
                let file = foreshock_files::paths::join(above, name);
                if self.is_there(&file) {
                    return Ok(Value::string(file.as_str()));
                }
                // A folder can be looked for, too.
                if !self.shared.files.list(&file).is_empty() && self.shared.files.may_read(&file) {
                    return Ok(Value::string(file.as_str()));
                }
            }
        }
        match otherwise {
            Some(otherwise) => Ok(otherwise.clone()),
            None => fail(format!("there is no {} in a folder above", names.first().copied().unwrap_or_default())),
        }
    }

    fn read_config(&self, config: &Rc<Config>, file: &str, otherwise: Option<&Value>) -> Result<Value, Failure> {
        let mut path = foreshock_files::paths::join(&config.unit, file);
        if !path.as_str().ends_with(".hcl") && !self.shared.files.list(&path).is_empty() {
            path = path.join(super::UNIT_FILE);
        }
        let file = FilePath::new(path);
        if file == config.parsed.path {
            return fail("this file reads itself");
        }
        match (self.other(&file), otherwise) {
            (Some(other), _) => Ok(self.object(&other)),
            (None, Some(otherwise)) => Ok(otherwise.clone()),
            (None, None) => {
                fail(format!("there is no file {}", foreshock_files::paths::relative(&config.unit, file.as_path())))
            }
        }
    }

    /// The values of a variable file, with their places.
    fn read_values(&self, config: &Rc<Config>, file: &str) -> Result<Value, Failure> {
        let file = FilePath::new(foreshock_files::paths::join(&config.unit, file));
        let Some(values) = self.other(&file) else {
            return fail(format!(
                "there is no file {}",
                foreshock_files::paths::relative(&config.unit, file.as_path())
            ));
        };
        let value =
            |attribute: &foreshock_syntax::hcl::Attribute| (attribute.name.clone(), self.attribute(&values, attribute));
        Ok(map(values.parsed.body.attributes.iter().map(value).collect()))
    }
}

/// A merge of maps of which some are not known: what later ones say is known, the rest is not.
fn merge_known(args: &[Value]) -> Value {
    let mut merged: BTreeMap<Arc<str>, Value> = BTreeMap::new();
    for arg in args {
        match &arg.kind {
            Kind::Map(items) => items.iter().for_each(|(name, item)| put(&mut merged, name.clone(), item.clone())),
            Kind::Unknown(why) => {
                // Whatever stood before may be something else in it.
                let why = why.clone();
                for item in merged.values_mut() {
                    *item = Value { kind: Kind::Unknown(why.clone()), ..Value::unknown_from([&*item]) };
                }
                merged.insert(Arc::from(open::REST), Value::unknown(why));
            }
            _ => {}
        }
    }
    map(merged)
}
