//! `foreshock resolve`: what was understood of Terraform text, before anybody asks what it means at run time.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal};

use camino::{Utf8Path, Utf8PathBuf};
use clap::{Args, ValueEnum};
use foreshock_catalog::{Assembled, Role};
use foreshock_report::Places;
use foreshock_terraform::to_json;
use serde_json::{Value, json};

use super::inputs::Stacks;
use super::{Outcome, print, print_json, read};

#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    stacks: Stacks,
    /// How to write the result: for a person by default on a terminal, as JSON elsewhere
    #[arg(long, value_enum)]
    format: Option<Format>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Each instance with its place and what the catalog takes it for
    Human,
    Json,
}

pub(super) fn run(arguments: &Arguments) -> Result<Outcome, String> {
    let default = if io::stdout().is_terminal() { Format::Human } else { Format::Json };
    let format = arguments.format.unwrap_or(default);
    let path = arguments.stacks.path();
    let (snapshot, base) = read(path, &arguments.stacks.inputs)?;
    if !snapshot.stacks.is_empty() && snapshot.stacks.iter().all(|stack| stack.terraform().is_none()) {
        let kind = snapshot.stacks.first().map_or("infra", |stack| stack.kind.name());
        let what = if kind == "infra" { "infrastructure YAML" } else { kind };
        return Err(format!("{path} is {what}; resolve is for Terraform, see `foreshock graph {path}`"));
    }
    let places = Places::relative_to(&snapshot, base);
    let stacks: Vec<Value> = snapshot
        .stacks
        .iter()
        .filter_map(|stack| {
            let terraform = stack.terraform()?;
            // A unit says what it declares itself, not what those do that it hangs together with.
            let own = terraform.resolved.of_unit(&stack.root);
            let mut json = to_json(own.as_ref().unwrap_or(&terraform.resolved), &*snapshot);
            add_roles(&mut json, &terraform.assembled);
            rebase(&mut json, &stack.root, &places);
            places.variant(stack, &mut json);
            Some(json)
        })
        .collect();
    match format {
        Format::Human => print(&stacks.iter().map(listed).collect::<Vec<_>>().join("\n"))?,
        Format::Json => print_json(&json!({"version": 1, "stacks": stacks}))?,
    }
    Ok(Outcome::Fine)
}

/// `aws_db_instance.orders  component  rds.tf:6`, a line for each instance.
fn listed(stack: &Value) -> String {
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut lines = vec![["instance".to_owned(), "taken for".to_owned(), "where".to_owned()]];
    for instance in stack.get("instances").and_then(Value::as_array).into_iter().flatten() {
        let line = instance.pointer("/range/start/line").and_then(Value::as_u64).map_or(0, |line| line + 1);
        let place = format!("{}:{line}", text(instance, "file"));
        lines.push([text(instance, "address"), text(instance, "role"), place]);
    }
    let wide =
        |column: fn(&[String; 3]) -> &String| lines.iter().map(|line| column(line).len()).max().unwrap_or_default();
    let (first, second) = (wide(|line| &line[0]), wide(|line| &line[1]));
    let lines = lines.iter().map(|[address, role, place]| format!("  {address:first$}  {role:second$}  {place}\n"));
    format!("{}\n{}", text(stack, "root"), lines.collect::<String>())
}

/// What the catalog makes of each instance: `unmapped` where it has no row for the type.
fn add_roles(stack: &mut Value, assembled: &Assembled) {
    let roles: BTreeMap<&str, Role> =
        assembled.resources.iter().map(|resource| (&*resource.address, resource.role)).collect();
    for instance in stack.get_mut("instances").and_then(Value::as_array_mut).into_iter().flatten() {
        let role = instance.get("address").and_then(Value::as_str).and_then(|address| roles.get(address));
        if let (Some(role), Some(instance)) = (role.copied(), instance.as_object_mut()) {
            instance.insert("role".to_owned(), role.name().into());
        }
    }
}

/// Files are told relative to the stack there; every command tells them relative to the path that was asked.
fn rebase(stack: &mut Value, root: &Utf8Path, places: &Places<'_>) {
    for list in ["instances", "problems"] {
        for item in stack.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(Value::String(file)) = item.get_mut("file") {
                *file = places.path(&normalised(&root.join(&*file)));
            }
        }
    }
    if let Some(Value::String(shown)) = stack.get_mut("root") {
        *shown = places.path(root);
    }
}

/// Without `..`, by the letters: the files were found that way too.
fn normalised(path: &Utf8Path) -> Utf8PathBuf {
    let mut normal = Utf8PathBuf::new();
    for component in path.components() {
        if component == camino::Utf8Component::ParentDir {
            normal.pop();
        } else {
            normal.push(component);
        }
    }
    normal
}
