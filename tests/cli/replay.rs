//! Commits that change nothing that runs, replayed one by one: each has to be silent. And one that does, which is not.

use std::path::Path;
use std::process::Command;

/// A way to write one and the same system after the other.
struct Commit {
    subject: &'static str,
    /// Files as they are from now on; an empty text takes one away.
    files: &'static [(&'static str, &'static str)],
}

const FRONT: &str = r#"resource "aws_lb" "front" {
  subnets = ["subnet-a", "subnet-b"]
}

resource "aws_lb_target_group" "web" {
  port     = 80
  protocol = "HTTP"
  vpc_id   = "vpc-1"
}

resource "aws_lb_listener" "web" {
  load_balancer_arn = aws_lb.front.arn
  port              = 80
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}
"#;

const FRONT_IN_ANOTHER_ORDER: &str = r#"# What users reach.
# Copyright of nobody.

resource "aws_lb_listener" "web" {
  load_balancer_arn = aws_lb.front.arn
  port              = 80

  # Everything goes to the tasks.
  default_action {
    target_group_arn = aws_lb_target_group.web.arn
    type             = "forward"
  }
}

resource "aws_lb_target_group" "web" {
  vpc_id   = "vpc-1"
  port     = 80
  protocol = "HTTP"
}

resource "aws_lb" "front" {
  subnets = [
    "subnet-a",
    "subnet-b",
  ]
}
"#;

const SERVICE: &str = r#"locals {
  number = var.tasks
}

variable "tasks" {
  default = 1
}

resource "aws_ecs_service" "web" {
  name          = "web"
  desired_count = local.number
  load_balancer {
    target_group_arn = aws_lb_target_group.web.arn
    container_name   = "c"
    container_port   = 80
  }
}
"#;

const BUCKET: &str = r#"resource "aws_s3_bucket" "files" {
  bucket = "files-1"
  versioning {
    enabled = true
  }
}
"#;

const DATABASE: &str = r#"resource "aws_db_instance" "orders" {
  engine                  = "postgres"
  multi_az                = false
  backup_retention_period = 7
  deletion_protection     = true
}

resource "aws_instance" "app" {
  count     = 2
  ami       = "ami-1"
  user_data = aws_db_instance.orders.address
}
"#;

const COMMITS: &[Commit] = &[
    Commit {
        subject: "Everything",
        files: &[
            ("front.tf", FRONT),
            ("service.tf", SERVICE),
            ("terraform.tfvars", "tasks = 3\n"),
            ("bucket.tf", BUCKET),
            ("database.tf", DATABASE),
        ],
    },
    Commit {
        subject: "Rename a local",
        files: &[(
            "service.tf",
            r#"locals {
  number_of_tasks = var.tasks
}

variable "tasks" {
  default = 1
}

resource "aws_ecs_service" "web" {
  name          = "web"
  desired_count = local.number_of_tasks
  load_balancer {
    target_group_arn = aws_lb_target_group.web.arn
    container_name   = "c"
    container_port   = 80
  }
}
"#,
        )],
    },
    Commit {
        subject: "Rename a variable with its value",
        files: &[
            (
                "service.tf",
                r#"locals {
  number_of_tasks = var.task_count
}

variable "task_count" {
  default = 1
}

resource "aws_ecs_service" "web" {
  name          = "web"
  desired_count = local.number_of_tasks
  load_balancer {
    target_group_arn = aws_lb_target_group.web.arn
    container_name   = "c"
    container_port   = 80
  }
}
"#,
            ),
            ("terraform.tfvars", "task_count = 3\n"),
        ],
    },
    Commit {
        subject: "Write the number where it is used",
        files: &[
            (
                "service.tf",
                r#"resource "aws_ecs_service" "web" {
  name          = "web"
  desired_count = 3
  load_balancer {
    target_group_arn = aws_lb_target_group.web.arn
    container_name   = "c"
    container_port   = 80
  }
}
"#,
            ),
            ("terraform.tfvars", ""),
        ],
    },
    Commit { subject: "Reorder, format and comment", files: &[("front.tf", FRONT_IN_ANOTHER_ORDER)] },
    Commit {
        subject: "Versioning as a resource of its own",
        files: &[(
            "bucket.tf",
            r#"resource "aws_s3_bucket" "files" {
  bucket = "files-1"
}

resource "aws_s3_bucket_versioning" "files" {
  bucket = aws_s3_bucket.files.id
  versioning_configuration {
    status = "Enabled"
  }
}
"#,
        )],
    },
    Commit {
        subject: "Split a file",
        files: &[
            (
                "database.tf",
                r#"resource "aws_db_instance" "orders" {
  engine                  = "postgres"
  multi_az                = false
  backup_retention_period = 7
  deletion_protection     = true
}
"#,
            ),
            (
                "app.tf",
                r#"resource "aws_instance" "app" {
  count     = 2
  ami       = "ami-1"
  user_data = aws_db_instance.orders.address
}
"#,
            ),
        ],
    },
    Commit {
        subject: "Move the database into a module",
        files: &[
            (
                "database.tf",
                r#"module "orders" {
  source = "./database"
}

moved {
  from = aws_db_instance.orders
  to   = module.orders.aws_db_instance.this
}
"#,
            ),
            (
                "database/main.tf",
                r#"resource "aws_db_instance" "this" {
  engine                  = "postgres"
  multi_az                = false
  backup_retention_period = 7
  deletion_protection     = true
}

output "address" {
  value = aws_db_instance.this.address
}
"#,
            ),
            (
                "app.tf",
                r#"resource "aws_instance" "app" {
  count     = 2
  ami       = "ami-1"
  user_data = module.orders.address
}
"#,
            ),
        ],
    },
    Commit {
        subject: "Make the standby an argument",
        files: &[
            (
                "database.tf",
                r#"module "orders" {
  source  = "./database"
  standby = false
}

moved {
  from = aws_db_instance.orders
  to   = module.orders.aws_db_instance.this
}
"#,
            ),
            (
                "database/main.tf",
                r#"variable "standby" {
  type = bool
}

resource "aws_db_instance" "this" {
  engine                  = "postgres"
  multi_az                = var.standby
  backup_retention_period = 7
  deletion_protection     = true
}

output "address" {
  value = aws_db_instance.this.address
}
"#,
            ),
        ],
    },
    Commit {
        subject: "Rename the module, and move its directory",
        files: &[
            (
                "database.tf",
                r#"module "orders_database" {
  source  = "./modules/database"
  standby = false
}

moved {
  from = module.orders
  to   = module.orders_database
}

moved {
  from = aws_db_instance.orders
  to   = module.orders.aws_db_instance.this
}
"#,
            ),
            ("database/main.tf", ""),
            (
                "modules/database/main.tf",
                r#"variable "standby" {
  type = bool
}

resource "aws_db_instance" "this" {
  engine                  = "postgres"
  multi_az                = var.standby
  backup_retention_period = 7
  deletion_protection     = true
}

output "address" {
  value = aws_db_instance.this.address
}
"#,
            ),
            (
                "app.tf",
                r#"resource "aws_instance" "app" {
  count     = 2
  ami       = "ami-1"
  user_data = module.orders_database.address
}
"#,
            ),
        ],
    },
];

/// A commit that takes something away.
const LOSS: Commit = Commit {
    subject: "One task is enough",
    files: &[(
        "service.tf",
        r#"resource "aws_ecs_service" "web" {
  name          = "web"
  desired_count = 1
  load_balancer {
    target_group_arn = aws_lb_target_group.web.arn
    container_name   = "c"
    container_port   = 80
  }
}
"#,
    )],
};

fn git(directory: &Path, arguments: &[&str]) -> bool {
    let mut git = Command::new("git");
    git.args(arguments).current_dir(directory).env("GIT_CONFIG_GLOBAL", "/dev/null");
    for who in ["AUTHOR", "COMMITTER"] {
        git.env(format!("GIT_{who}_NAME"), "a").env(format!("GIT_{who}_EMAIL"), "a@example.com");
    }
    git.output().is_ok_and(|output| output.status.success())
}

fn commit(directory: &Path, commit: &Commit) {
    for (path, text) in commit.files {
        let path = directory.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        match text.is_empty() {
            true => std::fs::remove_file(path).unwrap(),
            false => std::fs::write(path, text).unwrap(),
        }
    }
    assert!(git(directory, &["add", "-A"]) && git(directory, &["commit", "-qm", commit.subject]), "{}", commit.subject);
}

/// What the tool prints, and its exit code.
fn replayed(directory: &Path, number: usize) -> (String, Option<i32>) {
    let tool = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/replay");
    let mut replay = Command::new("python3");
    replay.arg(tool).arg(directory).arg(number.to_string()).env("FORESHOCK", env!("CARGO_BIN_EXE_foreshock"));
    let output = replay.output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    (said, output.status.code())
}

#[test]
fn what_changes_nothing_that_runs_is_silent() {
    let directory = std::env::temp_dir().join(format!("foreshock-cli-replay-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&directory);
    std::fs::create_dir_all(&directory).unwrap();
    if !git(&directory, &["init", "-q", "-b", "main", "."]) || Command::new("python3").arg("-V").output().is_err() {
        println!("skipped: there is no git or no Python here");
        return;
    }
    for one in COMMITS {
        commit(&directory, one);
    }
    // A hook of the repository would leave a file behind.
    let hook = directory.join(".git/hooks/post-checkout");
    std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
    std::fs::write(&hook, format!("#!/bin/sh\ntouch {}\n", directory.join("executed").display())).unwrap();
    let (said, code) = replayed(&directory, COMMITS.len());
    assert_eq!((said.as_str(), code), (format!("0 of {} commits speak\n", COMMITS.len()).as_str(), Some(0)));
    assert!(!directory.join("executed").exists());

    commit(&directory, &LOSS);
    let (said, code) = replayed(&directory, 2);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("One task is enough") && said.contains("single-point-of-failure"), "{said}");
    assert!(said.ends_with("1 of 2 commits speak\n"), "{said}");
    let _ = std::fs::remove_dir_all(&directory);
}
