//! Writes stacks with many findings into a directory: what `check` is measured on (docs/performance.md).
//!
//! ```text
//! cargo run --release -p foreshock-analysis --example many_findings -- singles 500 DIRECTORY
//! cargo run --release -p foreshock-analysis --example many_findings -- services 400 DIRECTORY
//! cargo run --release -p foreshock-analysis --example many_findings -- stacks 2000 DIRECTORY
//! time target/release/foreshock check DIRECTORY --fail-on never >/dev/null
//! ```
#![allow(clippy::print_stderr)]

use std::fmt::Write;
use std::process::ExitCode;
use std::{env, fs, io, path::Path};

/// Instances that have nothing to do with each other.
fn singles(count: usize) -> String {
    (0..count).fold(String::new(), |mut text, number| {
        let _ = writeln!(text, "resource \"aws_instance\" \"x{number}\" {{\n  ami = \"a\"\n}}");
        text
    })
}

/// Services, each with a database that it reads the address of.
fn services(count: usize) -> String {
    (0..count).fold(String::new(), |mut text, number| {
        let _ = writeln!(
            text,
            r#"resource "aws_db_instance" "db{number}" {{
  engine   = "postgres"
  multi_az = false
}}

resource "aws_ecs_task_definition" "task{number}" {{
  family                = "task{number}"
  container_definitions = jsonencode([{{ name = "app", environment = [{{ name = "DB", value = aws_db_instance.db{number}.address }}] }}])
}}

resource "aws_ecs_service" "service{number}" {{
  name            = "service{number}"
  desired_count   = 2
  task_definition = aws_ecs_task_definition.task{number}.arn
}}
"#
        );
        text
    })
}

const PAIR: &str = "resource \"aws_instance\" \"app\" {\n  ami = \"a\"\n}\n\nresource \"aws_db_instance\" \"db\" {\n  engine = \"postgres\"\n}\n";

fn written(directory: &Path, text: &str) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    fs::write(directory.join("main.tf"), text)
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [what, count, directory] = arguments.as_slice() else {
        eprintln!("expected: singles|services|stacks COUNT DIRECTORY");
        return ExitCode::from(2);
    };
    let (Ok(count), directory) = (count.parse::<usize>(), Path::new(directory)) else {
        eprintln!("{count}: expected a number");
        return ExitCode::from(2);
    };
    let done = match what.as_str() {
        "singles" => written(directory, &singles(count)),
        "services" => written(directory, &services(count)),
        "stacks" => (0..count).try_for_each(|number| written(&directory.join(format!("stack{number:05}")), PAIR)),
        _ => Err(io::Error::other("expected singles, services or stacks")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}
