//! Expressions and functions against `terraform console`, where Terraform is installed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

mod memory;

use std::io::Write;
use std::process::{Command, Stdio};

use memory::Memory;
use serde_json::Value as Json;

/// What a failing expression gives on both sides.
const ERROR: &str = "!error";

fn wrapped(expression: &str) -> String {
    format!("try(jsonencode({expression}), \"{ERROR}\")")
}

/// What Terraform says of each expression; `None` when it is not installed.
fn console(expressions: &[&str]) -> Option<Vec<String>> {
    let elements: Vec<String> = expressions.iter().map(|expression| wrapped(expression)).collect();
    let directory = std::env::temp_dir().join(format!("foreshock-console-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let mut child = Command::new("terraform")
        .arg("console")
        .current_dir(&directory)
        .env_remove("TF_CLI_CONFIG_FILE")
        .env("CHECKPOINT_DISABLE", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .ok()?;
    writeln!(child.stdin.take()?, "[{}]", elements.join(", ")).unwrap();
    let output = child.wait_with_output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = printed.lines().filter(|line| line.starts_with("  ")).collect();
    assert_eq!(lines.len(), expressions.len(), "{printed}{errors}\n{expressions:#?}");
    Some(lines.into_iter().map(|line| unquoted(line.trim().trim_end_matches(','))).collect())
}

/// A string as the console prints it; what is unknown to Terraform stays as it is.
fn unquoted(line: &str) -> String {
    let json = line.replace("$${", "${").replace("%%{", "%{");
    serde_json::from_str(&json).unwrap_or_else(|_| line.to_owned())
}

/// What we say: the value, or why it is not known.
fn ours(expressions: &[&str]) -> Vec<Result<String, String>> {
    let lines: Vec<String> =
        expressions.iter().enumerate().map(|(index, of)| format!("  a{index} = {}\n", wrapped(of))).collect();
    let files = Memory::new(&[("main.tf", &format!("resource \"a\" \"b\" {{\n{}}}\n", lines.concat()))]);
    let json = files.resolve();
    let values = &json["instances"][0]["values"];
    (0..expressions.len())
        .map(|index| match &values[format!("a{index}")] {
            Json::Object(value) if value.contains_key("known") => Ok(value["known"].as_str().unwrap_or("").to_owned()),
            other => Err(other["unknown"].as_str().unwrap_or("nothing").to_owned()),
        })
        .collect()
}

#[test]
fn expressions_are_what_terraform_says() {
    // Another list can be given, for trying things out.
    let given = std::env::var("EXPRESSIONS").ok().map(|path| std::fs::read_to_string(path).unwrap());
    let listed = given.as_deref().unwrap_or(include_str!("console/expressions.txt"));
    let expressions: Vec<&str> = listed.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let (mut compared, mut unknown, mut different) = (0, Vec::new(), Vec::new());
    for chunk in expressions.chunks(100) {
        let Some(wanted) = console(chunk) else {
            println!("skipped: terraform is not installed");
            return;
        };
        for ((expression, wanted), ours) in chunk.iter().zip(wanted).zip(ours(chunk)) {
            // Some errors in `try` leave the console without a value.
            if wanted == "(known after apply)" {
                println!("terraform does not know {expression}");
                continue;
            }
            compared += 1;
            match ours {
                Ok(ours) if ours == wanted => {}
                Ok(ours) => different.push(format!("{expression}\n    terraform: {wanted}\n    ours:      {ours}")),
                Err(why) => unknown.push(format!("{expression}\n    terraform: {wanted}\n    unknown:   {why}")),
            }
        }
    }
    println!("{compared} expressions compared, {} unknown to us, {} different", unknown.len(), different.len());
    println!("{}", unknown.join("\n"));
    assert!(different.is_empty(), "{}", different.join("\n"));
    assert!(unknown.len() * 50 <= compared, "more than 2 % are unknown");
}
