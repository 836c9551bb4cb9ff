//! What a kustomization comes to, as JSON: one object a line. For comparing with `kustomize build`.
//!
//! ```text
//! cargo run -p foreshock-kubernetes --example build -- DIRECTORY
//! ```

#![allow(clippy::print_stdout, clippy::print_stderr)] // printing is what it is for

use camino::Utf8PathBuf;
use foreshock_documents::{Content, Node};
use foreshock_fixture::Disk;
use foreshock_kubernetes::kustomize::build;
use foreshock_resources::Kind;
use serde_json::{Map, Value};

fn json(node: &Node) -> Value {
    match &node.content {
        Content::Scalar(Kind::Bool(truth)) => Value::from(*truth),
        Content::Scalar(Kind::Number(number)) if number.fract() == 0.0 && number.abs() < 1e15 => {
            Value::from(*number as i64)
        }
        Content::Scalar(Kind::Number(number)) => Value::from(*number),
        Content::Scalar(Kind::String(text)) => Value::from(&**text),
        Content::Scalar(_) => Value::Null,
        Content::List(items) => items.iter().map(json).collect(),
        Content::Map(entries) => {
            let pairs = entries.iter().map(|entry| (entry.name.to_string(), json(&entry.value)));
            Value::Object(pairs.collect::<Map<_, _>>())
        }
    }
}

fn main() {
    let Some(directory) = std::env::args().nth(1).and_then(|path| Utf8PathBuf::from(path).canonicalize_utf8().ok())
    else {
        eprintln!("usage: build DIRECTORY");
        return;
    };
    let built = build(&directory, &Disk::default());
    for object in &built.objects {
        println!("{}", json(&object.node));
    }
    for (file, problem) in built.problems.iter().chain(&built.notes) {
        eprintln!("{}: {}", file.as_path(), problem.message);
    }
}
