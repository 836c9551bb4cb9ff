//! What a project comes to, as JSON: of each service its image, variables, whom it depends on, networks and restarts. For comparing
//! with `docker-compose config`.
//!
//! ```text
//! cargo run -p foreshock-compose --example config -- FILE
//! ```

#![allow(clippy::print_stdout, clippy::print_stderr)] // printing is what it is for

use camino::Utf8PathBuf;
use foreshock_compose::project;
use foreshock_fixture::Disk;
use foreshock_resources::{Instance, Kind, Value};
use foreshock_text::FilePath;
use serde_json::{Map, Value as Json, json};

/// As text, which is what the other program makes of everything in an environment.
fn value(value: &Value) -> Json {
    match &value.kind {
        Kind::Bool(truth) => truth.to_string().into(),
        Kind::Number(number) => number.to_string().into(),
        Kind::String(text) => text.to_string().into(),
        Kind::List(items) => items.iter().map(self::value).collect(),
        Kind::Unknown(why) => json!({ "unknown": why.to_string() }),
        _ => Json::Null,
    }
}

fn service(instance: &Instance) -> Json {
    let attribute = |name: &str| instance.body.attributes.get(name).map(|attribute| value(&attribute.value));
    let named = |kind: &str| {
        let blocks = instance.body.blocks.iter().filter(|block| &*block.kind == kind);
        let pair = |block: &foreshock_resources::Block| {
            let at = |name: &str| block.body.attributes.get(name).map(|attribute| value(&attribute.value));
            let name = at("name")?.as_str()?.to_owned();
            Some((name, at("value").or_else(|| at("condition")).unwrap_or(Json::Null)))
        };
        Json::Object(blocks.filter_map(pair).collect::<Map<_, _>>())
    };
    json!({
        "image": attribute("image"),
        "restart": attribute("restart"),
        "networks": attribute("joins"),
        "environment": named("environment"),
        "depends_on": named("depends_on"),
    })
}

fn main() {
    let Some(file) = std::env::args().nth(1).and_then(|path| Utf8PathBuf::from(path).canonicalize_utf8().ok()) else {
        eprintln!("usage: config FILE");
        return;
    };
    let project = project(&FilePath::new(file), &Disk::default());
    let services = project.resources.instances.iter().filter(|instance| &*instance.type_name == "compose_service");
    let services: Map<String, Json> = services.map(|one| (one.address.to_string(), service(one))).collect();
    println!("{}", Json::Object(services));
    for (file, problem) in &project.problems {
        eprintln!("{}: {}", file.as_path(), problem.message);
    }
}
