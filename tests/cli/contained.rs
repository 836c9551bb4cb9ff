//! A panic on one stack is told, with exit code 2, and the others are answered. The faults are those of a debug build.
#![cfg(debug_assertions)]

use std::process::{Command, Output};

const SYSTEM: &str = "\
components:
  - {id: app, type: app_server, replicas: 2}
  - {id: db, type: database}
dependencies:
  - {source: app, target: db, type: requires}
";

fn check_with(fault: &str) -> (Output, String) {
    let directory = tempfile::tempdir().unwrap();
    for name in ["good.yaml", "bad.yaml", "other.yaml"] {
        std::fs::write(directory.path().join(name), SYSTEM).unwrap();
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_foreshock"));
    command.args(["check", ".", "--fail-on", "never"]).current_dir(directory.path()).env("FORESHOCK_FAULT", fault);
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output, text.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[test]
fn a_panic_on_one_stack_is_told_and_the_others_are_answered() {
    let (fine, text) = check_with("");
    assert_eq!(fine.status.code(), Some(0), "{text}");
    for fault in ["panic stack bad.yaml", "panic roots bad.yaml"] {
        let (output, text) = check_with(fault);
        assert_eq!(output.status.code(), Some(2), "{fault}: {text}");
        assert!(text.contains("Foreshock failed on this stack: as asked"), "{fault}: {text}");
        assert_eq!(text.matches("[single-point-of-failure]").count(), 2, "{fault}: {text}");
    }
}

#[test]
fn no_gate_passes_over_a_panic() {
    for fault in ["panic index kubernetes", "panic roots /", "panic command any"] {
        let (output, text) = check_with(fault);
        assert_eq!(output.status.code(), Some(2), "{fault}: {text}");
        assert!(text.contains("as asked") && text.contains("please report it"), "{fault}: {text}");
    }
}
