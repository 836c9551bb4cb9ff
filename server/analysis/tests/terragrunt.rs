//! Units of Terragrunt: each a stack of its own, judged in the system of those that it hangs together with.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_analysis::{Severity, Snapshot, Stack, Workspace};
use foreshock_fixture::Directory;
use foreshock_terraform::ResolveOptions;
use foreshock_text::FilePath;

const MODULES: &str = r#"
//- modules/web/main.tf
variable "n" {}
variable "db" {}
resource "aws_lb" "front" { subnets = ["subnet-1", "subnet-2"] }
resource "aws_lb_target_group" "t" {
  port     = 80
  protocol = "HTTP"
  vpc_id   = "vpc-1"
}
resource "aws_lb_listener" "l" {
  load_balancer_arn = aws_lb.front.arn
  port              = 80
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.t.arn
  }
}
resource "aws_ecs_service" "api" {
  name            = "api"
  desired_count   = var.n
  task_definition = aws_ecs_task_definition.api.arn
  load_balancer {
    target_group_arn = aws_lb_target_group.t.arn
    container_name   = "c"
    container_port   = 80
  }
}
resource "aws_ecs_task_definition" "api" {
  family                = "api"
  container_definitions = jsonencode([{ name = "c", image = "x", environment = [{ name = "DB_HOST", value = var.db }] }])
}
//- modules/data/main.tf
variable "multi_az" { default = false }
resource "aws_db_instance" "main" {
  engine                  = "postgres"
  multi_az                = var.multi_az
  backup_retention_period = 7
  deletion_protection     = true
}
output "address" { value = aws_db_instance.main.address }
"#;

fn unit(directory: &str, module: &str, rest: &str) -> String {
    let up = "../".repeat(directory.split('/').count());
    format!("//- {directory}/terragrunt.hcl\nterraform {{\n  source = \"{up}modules//{module}\"\n}}\n{rest}\n")
}

fn web(directory: &str, count: u32) -> String {
    let inputs = format!(
        "dependency \"data\" {{\n  config_path = \"../data\"\n}}\ninputs = {{\n  n  = {count}\n  db = dependency.data.outputs.address\n}}"
    );
    unit(directory, "web", &inputs)
}

fn snapshot(units: &[String]) -> (Directory, Arc<Snapshot>) {
    let directory = Directory::of(&(units.concat() + MODULES));
    let snapshot = Workspace::new().snapshot_of(directory.root()).unwrap();
    (directory, snapshot)
}

fn roots(snapshot: &Snapshot, base: &Utf8Path) -> Vec<String> {
    snapshot.stacks.iter().map(|stack| stack.root.strip_prefix(base).unwrap_or(&stack.root).to_string()).collect()
}

/// Findings of a stack that are no hints: what, of whom, how loud.
fn loud(stack: &Stack) -> Vec<String> {
    let told = stack.findings.iter().filter(|finding| finding.severity > Severity::Hint);
    told.map(|finding| format!("{:?} {} {}", finding.severity, finding.rule.as_str(), finding.component_id)).collect()
}

fn edges(stack: &Stack) -> BTreeSet<String> {
    let system = stack.system();
    let name = |index: foreshock_model::ComponentIndex| system.components[index.0 as usize].id.to_string();
    system.dependencies.iter().map(|one| format!("{} -> {}", name(one.from), name(one.to))).collect()
}

#[test]
fn a_unit_is_a_stack_in_the_system_of_its_neighbours() {
    let (directory, snapshot) = snapshot(&[web("live/prod/web", 3), unit("live/prod/data", "data", "")]);
    assert_eq!(roots(&snapshot, directory.root()), ["live/prod/data", "live/prod/web"], "the modules are no stacks");
    let [data, web] = snapshot.stacks.as_slice() else { panic!() };
    assert_eq!(loud(data), ["Error single-point-of-failure unit.data.aws_db_instance.main"]);
    assert_eq!(loud(web), [""; 0], "each says what is its own");
    assert!(edges(web).contains("unit.web.aws_ecs_service.api -> unit.data.aws_db_instance.main"), "{:?}", edges(web));
    let service =
        web.system().components.iter().find(|one| one.id.to_string() == "unit.web.aws_ecs_service.api").unwrap();
    assert_eq!(format!("{:?}", service.redundancy.instances), "Known(3)");
    assert_eq!(data.assessment.score, web.assessment.score, "one system");
}

#[test]
fn a_repair_of_an_input_stands_in_the_unit() {
    let (directory, snapshot) =
        snapshot(&[web("live/prod/web", 1), unit("live/prod/data", "data", "inputs = {\n  multi_az = false\n}")]);
    for (name, rule, text) in [("web", "single-point-of-failure", "2"), ("data", "single-point-of-failure", "true")] {
        let index = snapshot.stacks.iter().position(|stack| stack.root.ends_with(name)).unwrap();
        let stack = &snapshot.stacks[index];
        let finding = stack.findings.iter().find(|finding| finding.rule.as_str() == rule);
        let finding = finding.unwrap_or_else(|| panic!("{:?}", loud(stack)));
        let fixes = snapshot.fixes(index, finding);
        let edit = &fixes.first().expect("a repair").edits[0];
        assert_eq!(edit.place.file, FilePath::new(directory.root().join(format!("live/prod/{name}/terragrunt.hcl"))));
        assert_eq!(edit.text, text);
    }
}

#[test]
fn environments_are_judged_apart_though_they_share_a_unit() {
    let shared = "dependency \"keys\" {\n  config_path = \"../../keys\"\n}";
    let (directory, snapshot) = snapshot(&[
        web("live/prod/web", 3),
        unit("live/prod/data", "data", &format!("{shared}\ninputs = {{\n  multi_az = true\n}}")),
        web("live/dev/web", 1),
        unit("live/dev/data", "data", shared),
        unit("live/keys", "data", ""),
    ]);
    let [_, dev, keys, _, prod] = snapshot.stacks.as_slice() else {
        panic!("{:?}", roots(&snapshot, directory.root()))
    };
    assert!(dev.assessment.score < prod.assessment.score, "{:?} {:?}", dev.assessment.score, prod.assessment.score);
    let names = |stack: &Stack| {
        stack.system().components.iter().filter(|one| one.id.to_string().contains("aws_ecs_service")).count()
    };
    assert_eq!((names(dev), names(prod), names(keys)), (1, 1, 2));
}

#[test]
fn an_edit_of_a_unit_reaches_its_neighbours_and_nobody_else() {
    let directory = Directory::of(
        &([web("live/prod/web", 3), unit("live/prod/data", "data", ""), unit("other/alone", "data", "")].concat()
            + MODULES),
    );
    let path = |name: &str| FilePath::new(directory.root().join(name));
    let read = |name: &str| Arc::<str>::from(fs::read_to_string(directory.root().join(name)).unwrap());
    let mut workspace = Workspace::new();
    workspace.set_folders(vec![directory.root().to_owned()]);
    for name in ["live/prod/data/terragrunt.hcl", "other/alone/terragrunt.hcl"] {
        workspace.set_document(path(name), read(name));
    }
    let first = workspace.snapshot();
    assert_eq!(roots(&first, directory.root()), ["live/prod/data", "other/alone"]);
    assert_eq!(loud(&first.stacks[0]), ["Error single-point-of-failure unit.data.aws_db_instance.main"]);
    let data = "live/prod/data/terragrunt.hcl";
    workspace.set_document(path(data), format!("{}\ninputs = {{ multi_az = true }}\n", read(data)).into());
    let second = workspace.snapshot();
    assert_eq!(loud(&second.stacks[0]), [""; 0]);
    assert!(Arc::ptr_eq(&first.stacks[1], &second.stacks[1]), "not touched");
    let module = "modules/data/main.tf";
    workspace.set_document(path(module), read(module));
    let third = workspace.snapshot();
    assert_eq!(roots(&third, directory.root()), ["live/prod/data", "other/alone"], "whoever has the module");
    workspace.set_document(path("live/prod/web/terragrunt.hcl"), "".into());
    let fourth = workspace.snapshot();
    assert_eq!(edges(&fourth.stacks[0]).len(), 0, "nobody reads from it any more");
}

#[test]
fn what_is_left_out_of_every_run_and_what_is_only_included_is_no_stack() {
    let (directory, snapshot) = snapshot(&[
        unit("live/prod/data", "data", "include { path = find_in_parent_folders() }"),
        unit("live/prod/old", "data", "skip = true"),
        unit("live/prod/out", "data", "exclude {\n  if      = true\n  actions = [\"all\"]\n}"),
        "//- live/terragrunt.hcl\nterraform {\n  source = \"../modules//data\"\n}\n".to_owned(),
    ]);
    assert_eq!(roots(&snapshot, directory.root()), ["live/prod/data"]);
}

#[test]
fn a_unit_can_be_asked_for_alone() {
    let directory = Directory::of(&([web("live/prod/web", 3), unit("live/prod/data", "data", "")].concat() + MODULES));
    fs::create_dir(directory.root().join(".git")).unwrap();
    fs::write(directory.root().join(".git/HEAD"), "ref: refs/heads/main\n").unwrap();
    for path in ["live/prod/web", "live/prod/web/terragrunt.hcl"] {
        let snapshot = Workspace::new().snapshot_of(&directory.root().join(path)).unwrap();
        assert_eq!(roots(&snapshot, directory.root()), ["live/prod/web"], "{path}");
        assert_eq!(edges(&snapshot.stacks[0]).len(), 2, "{path}: {:?}", edges(&snapshot.stacks[0]));
    }
}

#[test]
fn the_environment_that_decides_can_be_given_for_each_folder() {
    let parent = r#"
//- env/terragrunt.hcl
inputs = jsondecode(read_tfvars_file("../../${get_env("ENVIRONMENT")}.tfvars"))
//- env/prod.tfvars
multi_az = true
//- env/dev.tfvars
multi_az = false
"#;
    let child = "include { path = find_in_parent_folders() }";
    let units = [unit("env/prod/data", "data", child), unit("env/dev/data", "data", child), parent.to_owned()];
    let (_, unknown) = snapshot(&units);
    let notices: Vec<&str> = unknown.notices.iter().map(|notice| notice.message.as_str()).collect();
    assert_eq!(
        notices,
        ["get_env(\"ENVIRONMENT\") has no value here; `--var ENVIRONMENT=...` or foreshock.toml gives it one"]
    );
    let configured = r#"
//- foreshock.toml
[[stack]]
path = "env/prod/*"
name = "prod"
variables = { ENVIRONMENT = "prod" }
[[stack]]
path = "env/dev/*"
name = "dev"
variables = { ENVIRONMENT = "dev" }
"#;
    let (directory, known) = snapshot(&[units.concat(), configured.to_owned()]);
    let counts: Vec<String> = known
        .stacks
        .iter()
        .map(|stack| {
            let shown = stack.root.strip_prefix(directory.root()).unwrap();
            format!("{} {:?}", stack.title(shown.as_str()), stack.system().components[0].redundancy.instances)
        })
        .collect();
    assert_eq!(counts, ["env/dev/data (dev) Known(1)", "env/prod/data (prod) Known(2)"]);
    assert_eq!(known.notices.len(), 0, "{:?}", known.notices);
}

/// The dependencies of the units of an estate as somebody reads them who knows nothing but these lines.
fn written_dependencies(root: &Utf8Path) -> BTreeSet<(Utf8PathBuf, Utf8PathBuf)> {
    let mut found = BTreeSet::new();
    let folders =
        |of: &Utf8Path| of.read_dir_utf8().unwrap().map(|entry| entry.unwrap().into_path()).collect::<Vec<_>>();
    for environment in folders(&root.join("env")).into_iter().filter(|path| path.is_dir()) {
        for unit in folders(&environment) {
            let Ok(text) = fs::read_to_string(unit.join("terragrunt.hcl")) else { continue };
            let mut is_inside = false;
            for line in text.lines() {
                is_inside |= line.starts_with("dependency \"");
                let path = line.trim().strip_prefix("config_path").filter(|_| is_inside);
                if let Some(path) = path.and_then(|rest| rest.split('"').nth(1)) {
                    found.insert((unit.clone(), foreshock_files::paths::join(&unit, path)));
                    is_inside = false;
                }
            }
        }
    }
    found
}

#[test]
fn the_units_of_an_estate_hang_together_as_their_text_says() {
    let Some(root) = foreshock_fixture::shared("corpus/estates/notification-terragrunt") else { return };
    let score_of = |environment: &str| {
        let mut workspace = Workspace::new();
        let variables = BTreeMap::from([("ENVIRONMENT".to_owned(), environment.to_owned())]);
        let var_files = vec![FilePath::new(root.join(format!("env/{environment}_config.tfvars")))];
        workspace.set_options(ResolveOptions { variables, var_files, ..ResolveOptions::default() });
        workspace.set_folders(vec![root.clone()]);
        let file = root.join(format!("env/{environment}/rds/terragrunt.hcl"));
        workspace.set_document(FilePath::new(&*file), fs::read_to_string(&file).unwrap().into());
        workspace.snapshot().stacks[0].assessment.score
    };
    let snapshot = Workspace::new().snapshot_of(&root).unwrap();
    let written = written_dependencies(&root);
    let mut found = BTreeSet::new();
    let mut joined = BTreeSet::new();
    let mut between = BTreeMap::new();
    let mut used = 0;
    for stack in &snapshot.stacks {
        let units = &stack.terraform().unwrap().resolved.units;
        for unit in units.iter().filter(|unit| unit.directory == stack.root) {
            found.extend(unit.reads.iter().map(|read| (unit.directory.clone(), read.clone())));
            used += unit.uses.len();
            assert!(unit.uses.iter().all(|used| unit.reads.contains(used)));
            if units.len() > 1 {
                joined.insert(unit.directory.clone());
            }
            let crossing = edges(stack).into_iter().filter(|edge| {
                let of = |end: &str| end.split('.').nth(1).map(ToOwned::to_owned);
                edge.split_once(" -> ").is_some_and(|(from, to)| of(from) != of(to))
            });
            between.insert(stack.root.parent().unwrap().to_owned(), crossing.count());
        }
    }
    let right = found.intersection(&written).count();
    println!("{} units, {} of them in a system with others", snapshot.stacks.len(), joined.len());
    println!(
        "{} dependencies written, {} read, {right} of these right; the outputs of {used} are used",
        written.len(),
        found.len()
    );
    println!("dependencies of components between units: {between:?}");
    assert!(written.len() > 200 && right == found.len(), "{:?}", found.difference(&written).collect::<Vec<_>>());
    assert!(right * 100 >= written.len() * 95, "{:?}", written.difference(&found).collect::<Vec<_>>());
    let alone: Vec<_> = written.iter().map(|(unit, _)| unit).filter(|unit| !joined.contains(*unit)).collect();
    assert!(alone.is_empty(), "{alone:?}");
    let (dev, production) = (score_of("dev"), score_of("production"));
    println!("dev {dev:?}, production {production:?}");
    assert_ne!(dev, production, "their values are others");
}
