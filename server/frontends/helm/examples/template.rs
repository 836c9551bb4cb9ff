//! What a chart comes to, as JSON: one object a line, `{"\u0000": "why"}` for what is not known. For comparing with Helm.
//!
//! ```text
//! cargo run -p foreshock-helm --example template -- DIRECTORY [VALUES.yaml...]
//! ```

#![allow(clippy::print_stdout, clippy::print_stderr)] // printing is what it is for

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_documents::{Content, Node};
use foreshock_fixture::Disk;
use foreshock_helm::{Given, Overrides, rendered};
use foreshock_resources::Kind;
use foreshock_text::FilePath;
use serde_json::{Map, Value, json};

fn below(directory: &Utf8Path, files: &mut Vec<FilePath>) {
    for entry in directory.read_dir_utf8().into_iter().flatten().flatten() {
        match entry.path().is_dir() {
            true => below(entry.path(), files),
            false => files.push(FilePath::new(entry.path())),
        }
    }
}

fn value(node: &Node) -> Value {
    match &node.content {
        Content::Scalar(Kind::Bool(truth)) => Value::from(*truth),
        Content::Scalar(Kind::Number(number)) if number.fract() == 0.0 && number.abs() < 1e15 => {
            Value::from(*number as i64)
        }
        Content::Scalar(Kind::Number(number)) => Value::from(*number),
        Content::Scalar(Kind::String(text)) => Value::from(&**text),
        Content::Scalar(Kind::Unknown(why)) => json!({"\u{0}": &**why}),
        Content::Scalar(_) => Value::Null,
        Content::List(items) => items.iter().map(value).collect(),
        Content::Map(entries) => {
            let pairs = entries.iter().map(|entry| (entry.name.to_string(), value(&entry.value)));
            Value::Object(pairs.collect::<Map<_, _>>())
        }
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1).filter_map(|path| Utf8PathBuf::from(path).canonicalize_utf8().ok());
    let Some(directory) = arguments.next() else {
        eprintln!("usage: template DIRECTORY [VALUES.yaml...]");
        return;
    };
    let mut files = Vec::new();
    below(&directory, &mut files);
    files.sort();
    let values = arguments.map(|file| Overrides::File(FilePath::new(file))).collect();
    let made = rendered(&directory, &files, &Given { values, ..Given::default() }, &Disk::default());
    for object in &made.objects {
        println!("{}", json!({"object": value(&object.node), "may_be_absent": object.may_be_absent.as_deref()}));
    }
    println!("{}", json!({"open": made.open.as_deref()}));
    for (file, problem) in made.problems.iter().chain(&made.notes) {
        eprintln!("{}: {}", file.as_path(), problem.message);
    }
}
