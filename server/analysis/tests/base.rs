//! Stacks beside what they were at a revision, in real git repositories.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

use std::ops::Deref;
use std::sync::Arc;

use camino::Utf8Path;
use expect_test::{Expect, expect};
use foreshock_analysis::{BaseChoice, Finding, Snapshot, Stack, Workspace};
use foreshock_fixture::GitDirectory;
use foreshock_text::FilePath;

const DATABASE: &str = r#"resource "aws_db_instance" "orders" {
  engine   = "postgres"
  multi_az = true

  backup_retention_period = 7
  deletion_protection     = true
}
"#;

const APP: &str = r#"resource "aws_instance" "app" {
  count         = 2
  ami           = "ami-1"
  instance_type = "m6g.large"
  user_data     = aws_db_instance.orders.endpoint
}
"#;

/// What tests ask of a repository that a script has made.
struct Place(GitDirectory);

impl Deref for Place {
    type Target = GitDirectory;

    fn deref(&self) -> &GitDirectory {
        &self.0
    }
}

impl Place {
    /// `$DATABASE` and `$APP` are texts of two resources; with `$SINGLE` the database has no standby.
    fn after(script: &str) -> Option<Place> {
        let single = DATABASE.replace("true\n\n", "false\n\n");
        GitDirectory::after(script, &[("DATABASE", DATABASE), ("APP", APP), ("SINGLE", &single)]).map(Place)
    }

    fn check(&self, below: &str, choice: BaseChoice) -> Arc<Snapshot> {
        let mut workspace = Workspace::new();
        workspace.set_base(choice);
        workspace.snapshot_of(&self.root().join(below)).unwrap()
    }
}

/// What the change did, a line for each stack.
fn told(snapshot: &Snapshot, root: &Utf8Path) -> String {
    let mut text = String::new();
    for stack in &snapshot.stacks {
        text += stack.title(stack.root.strip_prefix(root).unwrap_or(&stack.root).as_str()).as_str();
        let Some(comparison) = stack.comparison() else {
            text += ": no base\n";
            continue;
        };
        text += &format!(": {}", comparison.base.words);
        match (&comparison.before, comparison.points) {
            (None, _) => text += ", was not there",
            (Some(_), Some(points)) => text += &format!(", {points:+.1}"),
            (Some(_), None) => text += ", no score",
        }
        let names = |findings: &mut dyn Iterator<Item = &Arc<Finding>>| {
            findings
                .map(|finding| format!("{} {}", finding.rule.as_str(), finding.component_id))
                .collect::<Vec<_>>()
                .join(", ")
        };
        let of_rules = |finding: &&Arc<Finding>| finding.rule.as_str() != "score-regression";
        let new = names(&mut stack.findings.iter().filter(|finding| finding.new).filter(of_rules));
        let mended = names(&mut comparison.mended.iter().filter(of_rules));
        if !new.is_empty() && comparison.before.is_some() {
            text += &format!("; new: {new}");
        }
        if !mended.is_empty() {
            text += &format!("; mended: {mended}");
        }
        text += "\n";
    }
    if let Some(problem) = &snapshot.base_problem {
        text += &format!("problem: {problem}\n");
    }
    text.replace(root.as_str(), "ROOT")
}

/// One root with a database that has a standby, and an app that needs it: committed on main.
const COMMITTED: &str = r#"git init -q -b main .; mkdir -p envs/prod; cd envs/prod; echo "$DATABASE" > db.tf; echo "$APP" > app.tf
    git add .; git commit -qm one; "#;

fn check(script: &str, base: &str, expected: Expect) {
    let Some(place) = Place::after(&format!("{COMMITTED} {script}")) else { return };
    let choice = match base {
        "auto" => BaseChoice::Automatic,
        revision => BaseChoice::Revision(revision.to_owned()),
    };
    expected.assert_eq(&told(&place.check(".", choice), place.root()));
}

#[test]
fn a_change_is_what_the_base_does_not_have() {
    check(
        "",
        "auto",
        expect![[r#"
        envs/prod: HEAD, +0.0
    "#]],
    );
    check(
        r#"echo "$SINGLE" > db.tf"#,
        "auto",
        expect![[r#"
            envs/prod: HEAD, -14.0; new: single-point-of-failure aws_db_instance.orders, postponed aws_db_instance.orders
        "#]],
    );
    check(
        r#"echo "$SINGLE" > db.tf; git commit -qam two"#,
        "auto",
        expect![[r#"
        envs/prod: HEAD, +0.0
    "#]],
    );
    check(
        r#"echo "$SINGLE" > db.tf; git commit -qam two"#,
        "HEAD~1",
        expect![[r#"
            envs/prod: HEAD~1, -14.0; new: single-point-of-failure aws_db_instance.orders, postponed aws_db_instance.orders
        "#]],
    );
    check(
        r#"git checkout -qb feature; echo "$SINGLE" > db.tf; git commit -qam two"#,
        "auto",
        expect![[r#"
            envs/prod: merge base with main, -14.0; new: single-point-of-failure aws_db_instance.orders, postponed aws_db_instance.orders
        "#]],
    );
    // The other branch made it worse, this one has not got that yet.
    check(
        r#"git checkout -qb feature; git checkout -q main; echo "$SINGLE" > db.tf; git commit -qam two; git checkout -q feature"#,
        "auto",
        expect![[r#"
            envs/prod: merge base with main, +0.0
        "#]],
    );
    check(
        r#"git checkout -qb feature; git checkout -q main; echo "$SINGLE" > db.tf; git commit -qam two; git checkout -q feature"#,
        "main",
        expect![[r#"
            envs/prod: main, +14.0; new: postponed aws_db_instance.orders; mended: single-point-of-failure aws_db_instance.orders
        "#]],
    );
}

#[test]
fn what_only_moved_is_the_same() {
    check(
        "git mv db.tf data.tf",
        "auto",
        expect![[r#"
        envs/prod: HEAD, +0.0
    "#]],
    );
    check(
        "cat app.tf >> db.tf; rm app.tf",
        "auto",
        expect![[r#"
        envs/prod: HEAD, +0.0
    "#]],
    );
    check(
        "cd ..; git mv prod live",
        "auto",
        expect![[r#"
        envs/live: HEAD, +0.0
    "#]],
    );
    check(
        "cd ..; git mv prod live; echo >> live/db.tf",
        "auto",
        expect![[r#"
            envs/live: HEAD, +0.0
        "#]],
    );
    check(
        r#"cd ..; git mv prod live; echo "$SINGLE" > live/db.tf"#,
        "auto",
        expect![[r#"
            envs/live: HEAD, -14.0; new: single-point-of-failure aws_db_instance.orders, postponed aws_db_instance.orders
        "#]],
    );
    check(
        r#"cd ..; rm -r prod; mkdir other; echo "$APP" > other/db.tf"#,
        "auto",
        expect![[r#"
        envs/other: HEAD, was not there
    "#]],
    );
    // Two that could be it: neither is taken.
    check(
        "cd ..; cp -r prod eu; git add .; git commit -qm two; rm -r eu; git mv prod live",
        "auto",
        expect![[r#"
        envs/live: HEAD, was not there
    "#]],
    );
    check(
        "sed -i 's/$/\\r/' *.tf",
        "auto",
        expect![[r#"
        envs/prod: HEAD, +0.0
    "#]],
    );
    check(
        "echo '# a note' >> db.tf; echo notes > README",
        "auto",
        expect![[r#"
        envs/prod: HEAD, +0.0
    "#]],
    );
}

#[test]
fn what_is_new_or_gone_is_told_apart() {
    check(
        "mkdir ../dev; cp *.tf ../dev",
        "auto",
        expect![[r#"
        envs/dev: HEAD, was not there
        envs/prod: HEAD, +0.0
    "#]],
    );
    check(
        "mkdir ../dev; cp db.tf ../dev; git add ..; git commit -qm two; rm -r ../dev",
        "auto",
        expect![[r#"
        envs/prod: HEAD, +0.0
    "#]],
    );
    check(
        "",
        "HEAD~1",
        expect![[r#"
        envs/prod: no base
        problem: git knows no revision `HEAD~1` here
    "#]],
    );
    check(
        "",
        "mian",
        expect![[r#"
        envs/prod: no base
        problem: git knows no revision `mian` here; did you mean `main`?
    "#]],
    );
    check(
        "rm -rf ../../.git",
        "auto",
        expect![[r#"
        envs/prod: no base
    "#]],
    );
    check(
        "rm -rf ../../.git",
        "main",
        expect![[r#"
            envs/prod: no base
            problem: no git repository is at or above ROOT
        "#]],
    );
    check(
        "rm -rf ../../.git; git -C ../.. init -q",
        "auto",
        expect![[r#"
        envs/prod: no base
        problem: nothing is committed yet
    "#]],
    );
    check(
        "rm -rf ../../.git; git -C ../.. init -q",
        "HEAD",
        expect![[r#"
            envs/prod: no base
            problem: nothing is committed yet
        "#]],
    );
}

/// Values: those of the base for the base, but for what git does not know.
#[test]
fn values_are_those_of_the_revision() {
    let script = |values: &str| {
        format!(r#"echo 'variable "ha" {{ default = true }}' > v.tf; sed -i 's/= true$/= var.ha/' db.tf; {values}"#)
    };
    check(
        &script(
            "echo 'ha = true' > terraform.tfvars; git add .; git commit -qm two; echo 'ha = false' > terraform.tfvars",
        ),
        "auto",
        expect![[r#"
            envs/prod: HEAD, -14.0; new: single-point-of-failure aws_db_instance.orders, deletion-unprotected aws_db_instance.orders, postponed aws_db_instance.orders
        "#]],
    );
    check(
        &script("echo '*.tfvars' > .gitignore; git add .; git commit -qm two; echo 'ha = false' > terraform.tfvars"),
        "auto",
        expect![[r#"
            envs/prod: HEAD, +0.0
        "#]],
    );
    check(
        &script("git add .; git commit -qm two; echo 'ha = false' > new.auto.tfvars"),
        "auto",
        expect![[r#"
            envs/prod: HEAD, -14.0; new: single-point-of-failure aws_db_instance.orders, deletion-unprotected aws_db_instance.orders, postponed aws_db_instance.orders
        "#]],
    );
    // foreshock.toml of today counts for both sides.
    check(
        &script(
            "echo 'ha = true' > p.tfvars; git add .; git commit -qm two; echo 'ha = false' > p.tfvars
             printf '[[stack]]\npath = \"envs/prod\"\nvar_files = [\"p.tfvars\"]\n' > ../../foreshock.toml",
        ),
        "auto",
        expect![[r#"
            envs/prod (p.tfvars): HEAD, -14.0; new: single-point-of-failure aws_db_instance.orders, deletion-unprotected aws_db_instance.orders, postponed aws_db_instance.orders
        "#]],
    );
}

#[test]
fn other_work_trees_and_submodules_have_their_own() {
    let Some(place) = Place::after(&format!(
        r#"mkdir main; cd main; {COMMITTED} git worktree add -q ../../../linked -b feature; cd ../../../linked/envs/prod
           echo "$SINGLE" > db.tf; git commit -qam two; cd ../../..
           git init -q -b main lib; cd lib; echo "$DATABASE" > db.tf; git add .; git commit -qm lib; cd ..
           git init -q -b main top; cd top; git -c protocol.file.allow=always submodule --quiet add ../lib modules
           echo 'module "db" {{ source = "./modules" }}' > main.tf; git add .; git commit -qm top
           cd modules; echo "$SINGLE" > db.tf; git -c user.name=a commit -qam worse"#
    )) else {
        return;
    };
    let told_of = |below: &str, choice| told(&place.check(below, choice), place.root());
    expect![[r#"
        linked/envs/prod: merge base with main, -14.0; new: single-point-of-failure aws_db_instance.orders, postponed aws_db_instance.orders
    "#]]
    .assert_eq(&told_of("linked", BaseChoice::Automatic));
    expect![[r#"
        main/envs/prod: HEAD, +0.0
    "#]]
    .assert_eq(&told_of("main", BaseChoice::Automatic));
    // The commit of the submodule that the base has, not the one that is checked out.
    expect![[r#"
        top: HEAD, -15.6; new: no-redundancy module.db.aws_db_instance.orders, postponed module.db.aws_db_instance.orders
    "#]]
    .assert_eq(&told_of("top", BaseChoice::Automatic));
    expect![[r#"
        lib: HEAD, +0.0
        linked/envs/prod: merge base with main, -14.0; new: single-point-of-failure aws_db_instance.orders, postponed aws_db_instance.orders
        main/envs/prod: HEAD, +0.0
        top: HEAD, -15.6; new: no-redundancy module.db.aws_db_instance.orders, postponed module.db.aws_db_instance.orders
    "#]]
    .assert_eq(&told_of(".", BaseChoice::Automatic));
}

/// What a stack takes from the state of another is what that one said at the base.
#[test]
fn the_state_of_another_stack_is_that_of_the_revision() {
    let script = r#"mkdir ../net; printf 'terraform {\n  backend "local" {}\n}\noutput "ha" {\n  value = true\n}\n' > ../net/main.tf
        printf 'data "terraform_remote_state" "net" {\n  backend = "local"\n  config = { path = "../net/terraform.tfstate" }\n}\n' > net.tf
        sed -i 's/multi_az = true/multi_az = data.terraform_remote_state.net.outputs.ha/' db.tf; git add ..; git commit -qm two"#;
    check(
        script,
        "auto",
        expect![[r#"
        envs/net: HEAD, no score
        envs/prod: HEAD, +0.0
    "#]],
    );
    check(
        &format!("{script}; sed -i 's/true/false/' ../net/main.tf"),
        "auto",
        expect![[r#"
            envs/net: HEAD, no score
            envs/prod: HEAD, -14.0; new: single-point-of-failure aws_db_instance.orders, postponed aws_db_instance.orders
        "#]],
    );
}

#[test]
fn infrastructure_yaml_has_a_base_too() {
    let fixture = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/checkout.yaml");
    let Some(place) =
        Place::after(&format!("git init -q -b main .; cp {fixture} a.yaml; git add .; git commit -qm one"))
    else {
        return;
    };
    let of = |file: &str| told(&place.check(file, BaseChoice::Automatic), place.root());
    expect![[r#"
        a.yaml: HEAD, +0.0
    "#]]
    .assert_eq(&of("a.yaml"));
    place.run("sed 's/replicas: [2-9]/replicas: 1/' a.yaml > b.yaml; cp b.yaml a.yaml");
    expect![[r#"
        a.yaml: HEAD, -2.9; new: single-point-of-failure lb, single-point-of-failure app, no-redundancy sessions
    "#]]
    .assert_eq(&of("a.yaml"));
    expect![[r#"
        b.yaml: HEAD, was not there
    "#]]
    .assert_eq(&of("b.yaml"));
}

/// In the editor: documents are of the present only, and a base that moves is followed without being told.
#[test]
fn an_editor_follows_the_base() {
    let Some(place) = Place::after(&format!("{COMMITTED} git checkout -qb feature")) else { return };
    let file = FilePath::new(place.root().join("envs/prod/db.tf"));
    let mut workspace = Workspace::new();
    workspace.set_folders(vec![place.root().to_owned()]);
    workspace.set_base(BaseChoice::Automatic);
    workspace.set_document(file.clone(), DATABASE.into());
    let first = workspace.snapshot();
    let worse: Arc<str> = DATABASE.replace("multi_az = true", "multi_az = false").into();
    workspace.set_document(file.clone(), worse.clone());
    let second = workspace.snapshot();
    let before = |snapshot: &Snapshot| snapshot.stacks[0].comparison().unwrap().before.clone().unwrap();
    workspace.set_document(file.clone(), format!("{worse}# more\n").into());
    let third = workspace.snapshot();
    assert!(Arc::ptr_eq(&before(&second), &before(&third)), "the base is analysed once");
    // Saved, committed, and merged into main.
    place.run("cd envs/prod; echo \"$SINGLE\" > db.tf; git commit -qam two; git branch -f main HEAD");
    let fourth = workspace.snapshot();
    place.run("git branch -f main HEAD~1");
    let fifth = workspace.snapshot();
    workspace.set_base(BaseChoice::None);
    let sixth = workspace.snapshot();
    let all = [first, second, third, fourth, fifth, sixth].map(|snapshot| told(&snapshot, place.root()));
    expect![[r#"
        envs/prod: merge base with main, +0.0
        envs/prod: merge base with main, -14.0; new: single-point-of-failure aws_db_instance.orders, postponed aws_db_instance.orders
        envs/prod: merge base with main, -14.0; new: single-point-of-failure aws_db_instance.orders, postponed aws_db_instance.orders
        envs/prod: merge base with main, +0.0
        envs/prod: merge base with main, -14.0; new: single-point-of-failure aws_db_instance.orders, postponed aws_db_instance.orders
        envs/prod: no base
    "#]]
    .assert_eq(&all.concat());
}

/// The stacks of a revision as git has them are those of a checkout of it.
#[test]
fn a_base_is_what_a_checkout_of_it_would_be() {
    let shop = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/shop");
    let Some(place) = Place::after(&format!(
        r#"mkdir r; cd r; git init -q -b main .; mkdir -p modules/db shop envs/prod envs/dev; cp {shop}/*.tf shop
           echo "$DATABASE" > modules/db/main.tf; for e in prod dev; do echo 'module "db" {{ source = "../../modules/db" }}' > envs/$e/main.tf; done
           git add .; git commit -qm one
           echo "$SINGLE" > modules/db/main.tf; git add .; git commit -qm two
           echo "$APP" | sed 's/aws_db_instance.orders.endpoint/"x"/' > envs/prod/app.tf; sed -i 's/multi_az.*/multi_az = true/' shop/rds.tf; git add .; git commit -qm three
           git mv envs/dev/main.tf envs/dev/all.tf; rm shop/cache.tf; git add .; git commit -qm four
           echo '# a note' >> shop/main.tf; echo 'broken {{' >> envs/prod/app.tf; git commit -qam five
           for n in 1 2 3 4; do git worktree add -q --detach ../at-$n HEAD~$n; done"#
    )) else {
        return;
    };
    let mut compared = 0;
    for number in 1..=4 {
        let from_git = place.check("r", BaseChoice::Revision(format!("HEAD~{number}")));
        let checked_out = place.check(&format!("at-{number}"), BaseChoice::None);
        for stack in &from_git.stacks {
            let Some(before) = &stack.comparison().unwrap().before else { panic!("{} was not there", stack.root) };
            let root = place
                .root()
                .join(format!("at-{number}"))
                .join(stack.root.strip_prefix(place.root().join("r")).unwrap());
            let same = checked_out.stacks.iter().find(|stack| stack.root == root).unwrap();
            let place_of = |text: String, number: &str| text.replace(&format!("{}/{number}/", place.root()), "");
            assert_eq!(place_of(described(before), "r"), place_of(described(same), &format!("at-{number}")));
            compared += 1;
        }
    }
    println!("compared {compared} stacks of 4 revisions with their checkouts");
    assert_eq!(compared, 12);
}

/// Everything of a stack that its text decides.
fn described(stack: &Stack) -> String {
    let mut text = format!("{:?} {:?}\n", stack.assessment.score, stack.assessment.structural_nines);
    for component in &stack.system().components {
        text += &format!("{component:?}\n");
    }
    for finding in &stack.findings {
        text += &format!("{:?}\n", Finding { new: true, ..(**finding).clone() });
    }
    for problem in &stack.problems {
        text += &format!("{problem:?}\n");
    }
    for instance in stack.terraform().iter().flat_map(|terraform| &terraform.resolved.resources.instances) {
        text += &format!("{}\n", instance.address);
    }
    text
}

/// It would be the same at every revision: the file as it is on the disk.
#[test]
fn what_git_ignores_has_no_base() {
    let script = r#"git init -q -b main .; echo scratch > .gitignore; git add .; git commit -qm one
        mkdir scratch; echo "$SINGLE" > scratch/db.tf; echo 'ha = true' > scratch/terraform.tfvars"#;
    let Some(place) = Place::after(script) else { return };
    expect!["scratch: no base\n"].assert_eq(&told(&place.check("scratch", BaseChoice::Automatic), place.root()));
}

/// Two environments of two units each, and one unit that stands alone and comes first by name.
const UNITS: &str = r#"git init -q -b main .; mkdir -p modules/data modules/web
    echo "$DATABASE" > modules/data/main.tf
    echo 'output "host" { value = aws_db_instance.orders.endpoint }' > modules/data/outputs.tf
    echo 'variable "host" {}' > modules/web/variables.tf
    echo "$APP" | sed 's/aws_db_instance.orders.endpoint/var.host/' > modules/web/main.tf
    unit() { mkdir -p "$1"; { echo "terraform { source = \"\${get_repo_root()}/modules//$2\" }"; cat; } > "$1/terragrunt.hcl"; }
    web() { unit "$1" web <<END
dependency "data" { config_path = "../$2" }
inputs = { host = dependency.data.outputs.host }
END
    }
    unit alone data < /dev/null
    for env in dev prod; do unit live/$env/data data < /dev/null; web live/$env/web data; done
    git add .; git commit -qm one; "#;

#[test]
fn every_unit_has_a_base() {
    let Some(place) = Place::after(UNITS) else { return };
    let all = |below: &str| told(&place.check(below, BaseChoice::Revision("HEAD".to_owned())), place.root());
    expect![[r#"
        alone: HEAD, +0.0
        live/dev/data: HEAD, +0.0
        live/dev/web: HEAD, +0.0
        live/prod/data: HEAD, +0.0
        live/prod/web: HEAD, +0.0
    "#]]
    .assert_eq(&all("."));
    expect![[r#"
        alone: HEAD, +0.0
        live/prod/web: HEAD, +0.0
        live/prod/web: HEAD, +0.0
    "#]]
    .assert_eq(&["alone", "live/prod/web", "live/prod/web/terragrunt.hcl"].map(all).concat());
}

#[test]
fn who_reads_no_more_from_a_unit_deletes_nothing_of_it() {
    let after = |script: &str| {
        let place = Place::after(&format!("{UNITS} {script}"))?;
        Some(told(&place.check("live/prod", BaseChoice::Revision("HEAD".to_owned())), place.root()))
    };
    let constant =
        r#"sed -i '/^dependency/d; s/dependency.data.outputs.host/"db.example.com"/' live/prod/web/terragrunt.hcl"#;
    let Some(dropped) = after(constant) else { return };
    expect![[r#"
        live/prod/data: HEAD, +2.0
        live/prod/web: HEAD, +13.6
    "#]]
    .assert_eq(&dropped);
    let gone = after("rm -r live/prod/data").unwrap_or_default();
    expect![[r#"
        live/prod/web: HEAD, -59.4; new: deletes-stateful unit.data.aws_db_instance.orders
    "#]]
    .assert_eq(&gone);
    let renamed = "git mv live/prod/data live/prod/store; sed -i 's|../data|../store|' live/prod/web/terragrunt.hcl";
    expect![[r#"
        live/prod/store: HEAD, was not there
        live/prod/web: HEAD, +0.0
    "#]]
    .assert_eq(&after(renamed).unwrap_or_default());
}
