//! A directory of stacks is read by as many threads as there are processors; how many these are shows in nothing that is said.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::shop;

/// Terragrunt, where two units are one system.
const UNITS: [(&str, &str); 4] = [
    ("units/root.hcl", ""),
    ("units/db/terragrunt.hcl", "terraform {\n  source = \"../../modules/db\"\n}\ninputs = {\n  zones = false\n}\n"),
    (
        "units/app/terragrunt.hcl",
        "terraform {\n  source = \"../../modules/app\"\n}\ndependency \"db\" {\n  config_path = \"../db\"\n}\ninputs = {\n  address = dependency.db.outputs.address\n}\n",
    ),
    (
        "modules/app/main.tf",
        "variable \"address\" {}\nresource \"aws_instance\" \"app\" {\n  ami       = \"a\"\n  user_data = var.address\n}\n",
    ),
];

const DATABASE: &str = r#"variable "zones" {
  default = false
}
# foreshock:ignore no-backup reason: it is a copy
resource "aws_db_instance" "db" {
  engine   = "postgres"
  multi_az = var.zones
}
output "address" {
  value = aws_db_instance.db.address
}
"#;

const INFRA: &str = "components:\n  - id: web\n    type: web_server\n    replicas: 2\n  - id: db\n    type: database\n    replicas: 1\ndependencies:\n  - source: web\n    target: db\n    type: requires\n";

/// Several roots, a shared module, infrastructure YAML, units, a root with two stacks, a broken text, a baseline and comments.
fn stacks(name: &str) -> PathBuf {
    let directory = std::env::temp_dir().join(format!("foreshock-cli-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&directory);
    let write = |path: &str, text: &str| {
        let file = directory.join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    };
    for root in ["shop-one", "shop-two", "shop-three"] {
        for entry in shop().read_dir().unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if name.ends_with(".tf") {
                let comment = "# foreshock:ignore single-point-of-failure reason: cheap\nresource \"aws_db_instance\"";
                let text = std::fs::read_to_string(&path).unwrap();
                write(&format!("{root}/{name}"), &text.replace("resource \"aws_db_instance\"", comment));
            }
        }
    }
    for environment in ["dev", "prod"] {
        let call = "module \"db\" {\n  source = \"../../modules/db\"\n}\nvariable \"size\" {\n  default = 1\n}\nresource \"aws_instance\" \"a\" {\n  count     = var.size\n  ami       = \"a\"\n  user_data = module.db.address\n}\n";
        write(&format!("envs/{environment}/main.tf"), call);
    }
    write("envs/dev/two.tfvars", "size = 2\nsise = 3\n");
    write("modules/db/main.tf", DATABASE);
    write("system.yaml", INFRA);
    write(
        "broken/main.tf",
        "resource \"aws_instance\" \"a\" {\n  ami = \n}\nresource \"aws_instance\" \"b\" {\n  count = 2\n",
    );
    write(
        "foreshock.toml",
        "[[stack]]\npath = \"envs/dev\"\nname = \"one\"\n[[stack]]\npath = \"envs/dev\"\nname = \"two\"\nvar_files = [\"two.tfvars\"]\n",
    );
    UNITS.iter().for_each(|(path, text)| write(path, text));
    directory
}

fn run(directory: &Path, arguments: &[&str], threads: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_foreshock"));
    command.args(arguments).current_dir(directory).env("RAYON_NUM_THREADS", threads).env("NO_COLOR", "1");
    command.output().unwrap()
}

/// What is said by one thread, which several say as well.
fn the_same(directory: &Path, arguments: &[&str]) -> String {
    let (one, several) = (run(directory, arguments, "1"), run(directory, arguments, "4"));
    let text = |output: &Output| {
        let (out, told) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        format!("{:?}\n{told}\n{out}", output.status.code())
    };
    assert!(text(&one) == text(&several), "{arguments:?}:\n{}\n{}", text(&one), text(&several));
    String::from_utf8(one.stdout).unwrap()
}

#[test]
fn the_number_of_threads_does_not_show() {
    let directory = stacks("at-once");
    let git = |script: &str| {
        let mut git = Command::new("sh");
        git.args(["-c", script]).current_dir(&directory).env("GIT_CONFIG_GLOBAL", "/dev/null");
        for who in ["AUTHOR", "COMMITTER"] {
            git.env(format!("GIT_{who}_NAME"), "a").env(format!("GIT_{who}_EMAIL"), "a@example.com");
        }
        git.output().is_ok_and(|output| output.status.success())
    };
    // Without a repository first: then modules let more be read.
    let text = the_same(&directory, &["check", "--format", "json", "--fail-on", "never"]);
    for expected in ["shop-three", "\"two\"", "system.yaml", "units/app", "broken", "suppressed"] {
        assert!(text.contains(expected), "{expected} is not told:\n{text}");
    }
    the_same(&directory, &["check", "--hints", "--suppressed", "--fail-on", "never"]);
    the_same(&directory.join("envs"), &["check", "--format", "json", "--fail-on", "never"]);
    run(&directory, &["check", "--write-baseline", "foreshock-baseline.json"], "3");
    the_same(&directory, &["check", "--hints", "--fail-on", "never"]);
    std::fs::remove_file(directory.join("foreshock-baseline.json")).unwrap();
    if !git("git init -q -b main . && git add . && git commit -qm one") {
        println!("the rest is skipped: there is no git here");
        return;
    }
    let database = directory.join("modules/db/main.tf");
    std::fs::write(&database, DATABASE.replace("no-backup reason: it is a copy", "single-zone reason: x")).unwrap();
    std::fs::write(directory.join("system.yaml"), INFRA.replace("replicas: 2", "replicas: 1")).unwrap();
    std::fs::create_dir_all(directory.join("inner")).unwrap();
    std::fs::write(directory.join("inner/main.tf"), DATABASE).unwrap();
    the_same(&directory, &["check", "--base", "HEAD", "--format", "json", "--fail-on", "never"]);
    assert!(git("cd inner && git init -q -b main ."));
    the_same(&directory, &["check", "--base", "HEAD", "--fail-on", "never"]);
    let _ = std::fs::remove_dir_all(&directory);
}
