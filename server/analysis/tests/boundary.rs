//! How far a text reaches: what it may read, what is said of what can't be read, and what one key costs beside its own stack.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fs;
use std::os::unix::fs::symlink;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_analysis::{Snapshot, Workspace};
use foreshock_terraform::ResolveOptions;
use foreshock_text::FilePath;

struct Directory(tempfile::TempDir);

impl Directory {
    fn of(files: &[(&str, &str)]) -> Directory {
        let directory = Directory(tempfile::tempdir().unwrap());
        for (name, text) in files {
            let path = directory.path(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        directory
    }

    fn begin_repository(&self, name: &str) {
        fs::create_dir(self.path(name).join(".git")).unwrap();
        fs::write(self.path(name).join(".git/HEAD"), "ref: refs/heads/main\n").unwrap();
    }

    fn path(&self, name: &str) -> Utf8PathBuf {
        Utf8Path::from_path(self.0.path()).unwrap().canonicalize_utf8().unwrap().join(name)
    }
}

fn messages(snapshot: &Snapshot) -> Vec<String> {
    snapshot.stacks.iter().flat_map(|stack| &stack.problems).map(|told| told.problem.message.clone()).collect()
}

fn addresses(snapshot: &Snapshot) -> Vec<String> {
    let modules = snapshot.stacks.iter().filter_map(|stack| stack.terraform());
    modules.flat_map(|module| &module.resolved.resources.instances).map(|one| one.address.to_string()).collect()
}

const READER: &str = r#"resource "aws_instance" "a" {
  for_each = toset([trimspace(file("${path.module}/../../secret"))])
  ami      = "a"
}
locals {
  there   = fileexists("../../secret")
  digest  = filesha256("../../secret")
  rendered = templatefile("../../secret", {})
  names   = fileset("../..", "*")
}
output "all" {
  value = [local.there, local.digest, local.rendered, local.names]
}
module "m" {
  source = "../../elsewhere"
}
"#;

#[test]
fn a_text_reads_nothing_outside_the_workspace() {
    let files = [
        ("secret", "hunter2\n"),
        ("elsewhere/main.tf", "resource \"aws_instance\" \"x\" {\n  ami = \"a\"\n}\n"),
        ("repository/root/main.tf", READER),
    ];
    let directory = Directory::of(&files);
    symlink("../../secret", directory.path("repository/root/link.tf")).unwrap();
    directory.begin_repository("repository");
    let check = |path: &str| Workspace::new().snapshot_of(&directory.path(path)).unwrap();
    let outside = check("repository/root");
    let everything = format!("{:?}", outside.stacks);
    assert!(!everything.contains("hunter2"), "its content is nowhere");
    assert!(everything.contains("outside the workspace: ../../secret is not read"), "and the reason is said");
    assert!(messages(&outside).contains(&"outside the workspace: ../../elsewhere is not read".to_owned()));
    assert!(messages(&outside).iter().any(|told| told.contains("leads outside the workspace")), "a link is no way out");
    assert!(!addresses(&outside).iter().any(|address| address.contains("module.m.")));

    // The same texts, once all of it is one repository.
    fs::remove_dir_all(directory.path("repository/.git")).unwrap();
    directory.begin_repository("");
    let inside = check("repository/root");
    let addresses = addresses(&inside);
    assert!(addresses.contains(&"aws_instance.a[\"hunter2\"]".to_owned()), "{addresses:?}");
    assert!(addresses.contains(&"module.m.aws_instance.x".to_owned()), "{addresses:?}");
}

#[test]
fn without_a_repository_modules_are_followed_and_nothing_else() {
    let module = "resource \"aws_instance\" \"x\" {\n  ami = file(\"${path.module}/ami\")\n}\n";
    let files = [
        ("secret", "hunter2\n"),
        ("elsewhere/main.tf", module),
        ("elsewhere/ami", "ami-1"),
        ("nothing/readme.md", "hunter3\n"),
        ("repository/root/main.tf", READER),
    ];
    let directory = Directory::of(&files);
    let check = || Workspace::new().snapshot_of(&directory.path("repository/root")).unwrap();
    let snapshot = check();
    let everything = format!("{:?}", snapshot.stacks);
    assert!(!everything.contains("hunter2"), "what no module holds is not read");
    assert!(addresses(&snapshot).contains(&"module.m.aws_instance.x".to_owned()), "{:?}", messages(&snapshot));
    assert!(everything.contains("ami-1"), "a module reads what lies in it");

    // A directory is no module for being called one.
    let calls = READER.replace("../../elsewhere", "../../nothing").replace("../../secret", "../../nothing/readme.md");
    fs::write(directory.path("repository/root/main.tf"), calls).unwrap();
    assert!(!format!("{:?}", check().stacks).contains("hunter3"));
}

#[test]
fn a_module_beside_the_folder_is_seen_to_come() {
    let directory = Directory::of(&[("root/main.tf", "module \"m\" {\n  source = \"../m\"\n}\n")]);
    let mut workspace = Workspace::new();
    workspace.set_folders(vec![directory.path("root")]);
    let file = FilePath::new(directory.path("root/main.tf"));
    workspace.set_document(file, Arc::from(fs::read_to_string(directory.path("root/main.tf")).unwrap()));
    assert!(addresses(&workspace.snapshot()).is_empty());
    fs::create_dir(directory.path("m")).unwrap();
    fs::write(directory.path("m/main.tf"), "resource \"aws_instance\" \"x\" {\n  ami = \"a\"\n}\n").unwrap();
    workspace.look_again();
    assert_eq!(addresses(&workspace.snapshot()), ["module.m.aws_instance.x"]);
}

#[test]
fn a_var_file_that_somebody_names_is_read_wherever_it_lies() {
    let root = "variable \"ami\" {}\nresource \"aws_instance\" \"a\" {\n  ami = var.ami\n}\n";
    let directory = Directory::of(&[("root/main.tf", root), ("values/one.tfvars", "ami = \"ami-1\"\n")]);
    let mut workspace = Workspace::new();
    let var_files = vec![FilePath::new(directory.path("values/one.tfvars"))];
    workspace.set_options(ResolveOptions { var_files, ..ResolveOptions::default() });
    let snapshot = workspace.snapshot_of(&directory.path("root")).unwrap();
    assert!(format!("{:?}", snapshot.stacks).contains("ami-1"));
}

#[test]
fn what_is_there_and_cannot_be_read_is_said() {
    let directory = Directory::of(&[("main.tf", "")]);
    symlink("round.tf", directory.path("round.tf")).unwrap();
    let snapshot = Workspace::new().snapshot_of(&directory.path("")).unwrap();
    let [(file, why)] = snapshot.unreadable.as_slice() else { panic!("{:?}", snapshot.unreadable) };
    assert_eq!((file.as_path(), why.contains("can't be read")), (directory.path("round.tf").as_path(), true), "{why}");
    assert_eq!(messages(&snapshot), std::slice::from_ref(why));
}

#[test]
fn a_key_costs_the_settings_of_its_own_stack_only() {
    let root = |number: usize| {
        format!(
            "terraform {{\n  backend \"s3\" {{\n    bucket = \"b\"\n    key = \"k{number}\"\n  }}\n}}\nresource \"aws_instance\" \"a\" {{\n  ami = \"a\"\n}}\n"
        )
    };
    let directory = Directory::of(&[]);
    for number in 0..40 {
        let path = directory.path(&format!("r{number}/main.tf"));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, root(number)).unwrap();
    }
    let mut workspace = Workspace::new();
    workspace.set_folders(vec![directory.path("")]);
    let file = FilePath::new(directory.path("r0/main.tf"));
    let mut computed = |text: String| {
        let before = workspace.settings_computed();
        workspace.set_document(file.clone(), Arc::from(text));
        workspace.snapshot();
        workspace.settings_computed() - before
    };
    assert_eq!(computed(root(0)), 41, "all at first: whose state is where");
    assert_eq!(computed(root(0).replace("\"a\"\n", "\"b\"\n")), 1, "a key is nobody else's concern");
    assert_eq!(computed(root(99)), 41, "but where a state is kept is");
}

#[test]
fn a_single_file_that_somebody_names_is_read() {
    let directory = Directory::of(&[("infra.yaml", "components:\n  - id: db\n    type: database\n")]);
    let mut workspace = Workspace::new();
    workspace.set_options(ResolveOptions::default());
    let snapshot = workspace.snapshot_of(&directory.path("infra.yaml")).unwrap();
    assert_eq!(messages(&snapshot), [""; 0]);
    assert_eq!(snapshot.stacks[0].system().components.len(), 1);
}

#[test]
fn links_that_lead_round_end() {
    let text = "module \"a\" {\n  source = \"./l1\"\n}\nmodule \"b\" {\n  source = \"./l2\"\n}\n";
    let directory = Directory::of(&[("main.tf", text)]);
    symlink(".", directory.path("l1")).unwrap();
    symlink(".", directory.path("l2")).unwrap();
    let snapshot = Workspace::new().snapshot_of(&directory.path("")).unwrap();
    let too_many = |told: &String| told.contains("more modules than are followed");
    assert!(messages(&snapshot).iter().any(too_many), "{:?}", messages(&snapshot));
}
