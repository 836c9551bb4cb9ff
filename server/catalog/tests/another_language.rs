//! The catalog reads resources, whoever declared them: here a language of one line for each resource, which nobody else
//! speaks.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // a test may

mod rendering;

use std::collections::BTreeMap;
use std::sync::Arc;

use expect_test::{Expect, expect};
use foreshock_catalog::{Catalog, assemble};
use foreshock_resources::{
    Attribute, AttributePlace, BlockPlace, Body, Instance, Key, Kind, Lifecycle, Mode, Provenance, Resources, Trace,
    Value,
};
use foreshock_text::{FilePath, Place, Span};

/// `TYPE NAME ATTRIBUTE=VALUE ...`, a value being true, a number, `@TYPE.NAME.ATTRIBUTE` of another resource, or a text.
fn declared(text: &str) -> Resources {
    let file = FilePath::new("/stack.lines");
    let mut instances = Vec::new();
    for line in text.lines() {
        let span = |part: &str| {
            let start = part.as_ptr() as usize - text.as_ptr() as usize;
            Span::new(start as u32, (start + part.len()) as u32)
        };
        let mut words = line.split(' ');
        let (type_name, name) = (words.next().unwrap(), words.next().unwrap());
        let attributes = words.map(|word| {
            let (attribute, written) = word.split_once('=').unwrap();
            let place = AttributePlace { file: file.clone(), name: span(attribute), value: span(written) };
            (Arc::from(attribute), Attribute { value: value(written, place.place()), place })
        });
        let attributes: BTreeMap<Arc<str>, Attribute> = attributes.collect();
        let address: Arc<str> = Arc::from(format!("{type_name}.{name}"));
        instances.push(Arc::new(Instance {
            resource: address.clone(),
            address,
            mode: Mode::Managed,
            type_name: Arc::from(type_name),
            name: Arc::from(name),
            module: Arc::from(""),
            key: Key::None,
            block: BlockPlace { file: file.clone(), header: span(name), span: span(line), body: span(line) },
            body: Body { attributes, blocks: Vec::new() },
            unplaced: BTreeMap::new(),
            may_be_absent: None,
            repetition: None,
            region: None,
            provider: None,
            depends_on: Vec::new(),
            lifecycle: Lifecycle::default(),
        }));
    }
    instances.sort_by(|one: &Arc<Instance>, other| one.address.cmp(&other.address));
    Resources { instances, ..Resources::default() }
}

fn value(written: &str, place: Place) -> Value {
    let value = match written.strip_prefix('@') {
        Some(other) => {
            let (to, attribute) = other.rsplit_once('.').unwrap();
            let trace = Trace { to: Arc::from(to), attribute: Arc::from(attribute), place: place.clone(), named: None };
            Value { provenance: Provenance::one(trace), ..Value::unknown(format!("known after apply: {other}")) }
        }
        None if written == "true" => Value::new(Kind::Bool(true)),
        None => written.parse().map_or_else(|_| Value::string(written), |number| Value::new(Kind::Number(number))),
    };
    value.with_origin(|| place)
}

fn check(text: &str, expect: Expect) {
    expect.assert_eq(&rendering::render(&assemble(&declared(text), Catalog::bundled())));
}

#[test]
fn resources_mean_the_same_in_any_language() {
    let text = "aws_db_instance orders multi_az=true\naws_instance web user_data=@aws_db_instance.orders.endpoint";
    check(
        text,
        expect![[r#"
        aws_db_instance.orders database 1/2 zones?(no zone is written) failover automatic
        aws_instance.web app_server 1/1 zones?(no zone is written)
        aws_instance.web -requires/likely-> aws_db_instance.orders
            user_data of aws_instance.web refers to aws_db_instance.orders.endpoint
    "#]],
    );
    let terraform = "resource \"aws_db_instance\" \"orders\" {\n  multi_az = true\n}\nresource \"aws_instance\" \"web\" {\n  \
                     user_data = aws_db_instance.orders.endpoint\n}\n";
    let resolved = rendering::resolve_text(terraform);
    let of_text = rendering::render(&assemble(&resolved.resources, Catalog::bundled()));
    assert_eq!(of_text, rendering::render(&assemble(&declared(text), Catalog::bundled())));
}

#[test]
fn evidence_stands_in_the_text_of_that_language() {
    let text = "aws_db_instance orders\naws_instance web user_data=@aws_db_instance.orders.endpoint";
    let system = assemble(&declared(text), Catalog::bundled()).system;
    let place = &system.dependencies[0].evidence[0].place;
    assert_eq!(
        (place.file.to_string().as_str(), place.span.text(text)),
        ("/stack.lines", "user_data=@aws_db_instance.orders.endpoint")
    );
}
