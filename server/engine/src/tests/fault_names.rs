use expect_test::{Expect, expect};
use proptest::prelude::*;
use std::sync::Arc;

use super::fixture::system;
use super::random::{self, SMALL};
use crate::{Factor, Fault};

const SHOP: &str = "
    zone a 1e-4
    zone b 1e-4
    domain nat 1e-3
    api x3 zones=a,b
    aws_db.orders
    api -> aws_db.orders
    api -> aws_db.orders optional
";

fn check(name: &str, expected: Expect) {
    let system = system(SHOP);
    let answer = match Fault::named(&system, name) {
        Ok(fault) => fault.id(&system),
        Err(error) => error.to_string(),
    };
    expected.assert_eq(&answer);
}

#[test]
fn names_are_read_as_they_are_written() {
    for name in [
        "component:api",
        "instance:api#2",
        "instances:api=2",
        "zone:b",
        "domain:nat",
        "common-cause:api",
        "service:api",
        "software:api",
        "theoretical:api",
        "external:api",
        "whole:api",
        "failover:api",
        "cut:api->aws_db.orders",
        "cut:api->aws_db.orders#2",
        "exhausted:aws_db.orders:disk",
        "latency:api:x10",
        "latency:api:x1.5",
        "traffic:x3",
        "traffic:api:x3",
        "degraded:api",
        "overloaded:aws_db.orders",
        "errors:api:20%",
        "errors:api:0.5%",
    ] {
        let system = system(SHOP);
        assert_eq!(Fault::named(&system, name).unwrap().id(&system), name);
    }
}

#[test]
fn short_forms() {
    check("api", expect!["component:api"]);
    check("latency:api:10x", expect!["latency:api:x10"]);
    check("traffic:2.5", expect!["traffic:x2.5"]);
    check("api=degraded", expect!["degraded:api"]);
    check("api=overloaded", expect!["overloaded:api"]);
    check("api=down", expect!["component:api"]);
    check("errors:api:0.2", expect!["errors:api:20%"]);
    check("errors:api=20 %", expect!["errors:api:20%"]);
}

#[test]
fn what_is_not_there_says_what_is() {
    check("orders", expect!["orders: expected the id of a component; did you mean aws_db.orders?"]);
    check("component:apy", expect!["component:apy: expected the id of a component; did you mean api?"]);
    check("zone:c", expect!["zone:c: expected one of the zones a, b"]);
    check("region:eu", expect!["region:eu: expected a region, but this system has none"]);
    check("cut:aws_db.orders->api", expect!["cut:aws_db.orders->api: expected a dependency as cut:api->aws_db.orders"]);
    check("exhausted:api:luck", expect!["exhausted:api:luck: expected exhausted:ID:cpu, connections, memory or disk"]);
    check("latency:api", expect!["latency:api: expected latency:ID:x10"]);
    check("latency:api:x-3", expect!["latency:api:x-3: expected latency:ID:x10"]);
    check("traffic:x", expect!["traffic:x: expected traffic:x3"]);
    check("api=grey", expect!["api=grey: expected api=down, api=degraded or api=overloaded"]);
    check(
        "errors:api:120%",
        expect!["errors:api:120%: expected a share of requests from 0 % to 100 %, as errors:api:20%"],
    );
    check("errors:api", expect!["errors:api: expected errors:ID:20%"]);
    check("errors:apy:20%", expect!["errors:apy:20%: expected the id of a component; did you mean api?"]);
    check("instance:api#two", expect!["instance:api#two: expected instance:ID#N, N from 0"]);
}

proptest! {
    /// Whatever a system's things are called.
    #[test]
    fn every_name_finds_its_fault(ids in proptest::collection::btree_set("[a-c:#=>x0-9\\-]{1,6}", 2..5), factor in 0u32..9000) {
        let mut system = system("a\n b\n c\n d\n a -> b\n c -> d");
        system.components.truncate(ids.len());
        for (component, id) in system.components.iter_mut().map(Arc::make_mut).zip(&ids) {
            component.id = foreshock_model::ComponentId::new(id.as_str());
        }
        system.dependencies.retain(|dependency| dependency.from.index() < ids.len() && dependency.to.index() < ids.len());
        let factor = Factor::thousandths(factor);
        for (component, _) in system.iter() {
            for fault in [Fault::Component(component), Fault::Instances { component, lost: 2 }, Fault::Latency { component, factor }] {
                let name = fault.id(&system);
                // A component may be called like a fault; then it is meant.
                if system.find(&name).is_none() {
                    prop_assert_eq!(Fault::named(&system, &name), Ok(fault));
                }
            }
        }
        prop_assert!(Fault::named(&system, "traffic:x").is_err());
    }

    #[test]
    fn no_name_is_too_strange(name in ".{0,30}", text in random::system(SMALL)) {
        let _ = Fault::named(&system(&text), &name);
    }
}
