//! What users of FaultRay bring along: their files in both spellings, and the names they know.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::plans::{PLAN, STATE, folder};
use crate::{complaint, foreshock_in};

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/faultray")
}

/// Without what says where something is written.
fn bare(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(bare),
        Value::Object(members) => {
            for place in ["root", "file", "range", "evidence", "source", "place", "fixes", "header", "extent"] {
                members.remove(place);
            }
            members.values_mut().for_each(bare);
        }
        _ => {}
    }
}

/// The JSON of a command about a file, every digit of it.
fn figures(directory: &Path, command: &[&str], file: &str) -> String {
    let mut arguments = command.to_vec();
    arguments.extend([file, "--format", "json"]);
    let output = foreshock_in(directory, &arguments);
    assert!(matches!(output.status.code(), Some(0 | 1)), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    let mut value: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(value["stacks"].as_array().unwrap().len(), 1, "{arguments:?}");
    bare(&mut value);
    serde_json::to_string_pretty(&value).unwrap()
}

const COMMANDS: [&[&str]; 4] = [&["availability"], &["check"], &["simulate", "--all"], &["graph"]];

#[test]
fn the_export_gives_the_figures_of_the_text() {
    for command in COMMANDS {
        let text = figures(&directory(), command, "bookshop.yaml");
        assert!(text.len() > 1000, "{text}");
        assert_eq!(text, figures(&directory(), command, "bookshop.model.json"), "{command:?}");
    }
}

/// Files of FaultRay itself, where somebody has put them (`server/frontends/infra/tests/faultray.rs` says how).
#[test]
fn its_own_files_give_figures_and_their_exports_the_same() {
    let Some(outside) = std::env::var_os("FORESHOCK_FAULTRAY").map(PathBuf::from) else {
        println!("skipped: FORESHOCK_FAULTRAY names no directory of FaultRay's files");
        return;
    };
    let (mut pairs, mut same) = (0, [0; 4]);
    for folder in std::fs::read_dir(&outside).unwrap().flatten().filter(|entry| entry.path().is_dir()) {
        for file in std::fs::read_dir(folder.path()).unwrap().flatten() {
            let name = format!("{}-{}", folder.file_name().display(), file.file_name().display());
            let model = outside.join("models").join(&name).with_extension("json");
            if !model.exists() || file.path() == model {
                continue;
            }
            pairs += 1;
            for (command, same) in COMMANDS.iter().zip(&mut same) {
                let one = figures(&outside, command, file.path().to_str().unwrap());
                let other = figures(&outside, command, model.to_str().unwrap());
                *same += u32::from(one == other);
                // An export has lost every dependency_type of its text; what else differs is a default that somebody chose.
                let is_lost = std::fs::read_to_string(file.path()).unwrap().contains("dependency_type");
                assert!(one == other || is_lost || command[0] != "availability", "{name}: other figures");
                if one != other {
                    let differs = one.lines().zip(other.lines()).find(|(one, other)| one != other);
                    println!("{name} {command:?}: {differs:?}");
                }
            }
        }
    }
    println!("{pairs} exports; the same figures as their text: {same:?} of {COMMANDS:?}");
}

/// What an old name prints is what the new one does, and one line on standard error says which that is.
fn renamed(directory: &Path, old: &[&str], line: &str, new: &[&str]) {
    let before = foreshock_in(directory, old);
    let told = String::from_utf8(before.stderr).unwrap();
    let after = foreshock_in(directory, new);
    let said = String::from_utf8(after.stderr).unwrap();
    assert_eq!(told, format!("note: {line}\n{said}"), "{old:?}");
    assert_eq!(before.status.code(), after.status.code(), "{old:?}: {told}");
    assert_eq!(String::from_utf8(before.stdout).unwrap(), String::from_utf8(after.stdout).unwrap(), "{old:?}");
}

#[test]
fn old_names_do_the_new_thing_and_say_its_name() {
    let folder = folder(&[("plan.json", PLAN), ("terraform.tfstate", STATE)]);
    let shop = std::fs::read_to_string(directory().join("bookshop.yaml")).unwrap();
    std::fs::write(folder.path().join("shop.yaml"), shop).unwrap();
    let check = |old: &[&str], line: &str, new: &[&str]| renamed(folder.path(), old, line, new);

    let new = ["check", "--plan", "plan.json"];
    check(&["tf-check", "plan.json"], "tf-check is now: foreshock check --plan plan.json", &new);
    check(
        &["tf-check", "plan.json", "--json", "--min-score", "40", "--fail-on-regression", "--financial"],
        "tf-check is now: foreshock check --plan plan.json --fail-on-regression --min-score 40 --format json (money is not counted: --financial has no counterpart)",
        &["check", "--plan", "plan.json", "--fail-on-regression", "--min-score", "40", "--format", "json"],
    );

    let line = "tf-import is now: foreshock import terraform.tfstate";
    check(&["tf-import", "--state", "terraform.tfstate"], line, &["import", "terraform.tfstate"]);
    check(&["tf-import"], "tf-import is now: foreshock import ./terraform.tfstate", &["import", "terraform.tfstate"]);
    let elsewhere = complaint(folder.path(), &["tf-import", "--dir", "/proc"]);
    assert!(
        elsewhere.contains("there is no terraform.tfstate") && elsewhere.contains("foreshock import"),
        "{elsewhere}"
    );

    let new = ["check", "shop.yaml", "--fail-on", "never"];
    let line = "load is now: foreshock check shop.yaml --fail-on never (every command reads the file itself)";
    check(&["load", "shop.yaml"], line, &new);

    let new = ["evidence", "shop.yaml", "-o", "pack"];
    let line = "dora evidence is now: foreshock evidence shop.yaml -o pack";
    check(&["dora", "evidence", "shop.yaml", "-o", "pack"], line, &new);
    let line = format!("{line} (one pack, illustrative, for no article and no entity)");
    check(&["dora", "evidence", "shop.yaml", "--output", "pack", "--signed", "--entity", "A Bank"], &line, &new);

    for (command, flag) in [("simulate", "--model"), ("availability", "-m"), ("graph", "--model"), ("check", "--model")]
    {
        let line = format!("--model FILE is now: foreshock {command} shop.yaml");
        check(&[command, flag, "shop.yaml"], &line, &[command, "shop.yaml"]);
    }
    let line = "--json is now: foreshock simulate --format json";
    check(&["simulate", "shop.yaml", "--json"], line, &["simulate", "shop.yaml", "--format", "json"]);
    assert!(
        complaint(folder.path(), &["simulate", "shop.yaml", "--model", "shop.yaml"]).contains("cannot be used with")
    );
}

#[test]
fn what_load_writes_is_the_same_file_in_json() {
    let folder = folder(&[]);
    let shop = directory().join("bookshop.yaml");
    let written = folder.path().join("model.json");
    let output = foreshock_in(folder.path(), &["load", shop.to_str().unwrap(), "--output", written.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0));
    for command in COMMANDS {
        let text = figures(&directory(), command, "bookshop.yaml");
        assert_eq!(text, figures(folder.path(), command, "model.json"), "{command:?}");
    }
    assert!(complaint(folder.path(), &["load", "nowhere.yaml"]).contains("nowhere.yaml"));
}

#[test]
fn nobody_is_shown_the_old_names() {
    let help = |arguments: &[&str]| String::from_utf8(foreshock_in(&directory(), arguments).stdout).unwrap();
    let shown = help(&["--help"]) + &help(&["simulate", "--help"]);
    for old in ["tf-check", "tf-import", "  load", "  dora", "--model", "--json"] {
        assert!(!shown.contains(old), "{old}: {shown}");
    }
}
