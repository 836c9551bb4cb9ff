//! Every error is told at its place, all at once, and the rest is read.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod rendering;

use expect_test::{Expect, expect};
use foreshock_infra::ProblemKind;
use rendering::{messages, reading};

fn check(text: &str, expect: Expect) {
    expect.assert_eq(&messages(text, &reading(text).1));
}

/// One component with these fields.
fn component(fields: &str, expect: Expect) {
    check(&format!("components:\n  - {{id: a, {fields}}}\n"), expect);
}

/// A dependency of `a` on `b` with these fields.
fn dependency(fields: &str, expect: Expect) {
    check(
        &format!("components: [{{id: a}}, {{id: b}}]\ndependencies:\n  - {{source: a, target: b, {fields}}}\n"),
        expect,
    );
}

#[test]
fn the_top_of_the_file() {
    check(
        "",
        expect![[r#"
        "": expected a list of components: "components:", then "- id: ..."
    "#]],
    );
    check(
        "schema_version: 1\n",
        expect![[r#"
        "": expected a list of components: "components:", then "- id: ..."
    "#]],
    );
    check(
        "components: 5\n",
        expect![[r#"
        "5": components is 5; expected a list of components
    "#]],
    );
    check(
        "components: [a, 5, [b], ~]\n",
        expect![[r#"
        "a": a component is "a"; expected a map with an id
        "5": a component is 5; expected a map with an id
        "[b]": a component is a list; expected a map with an id
    "#]],
    );
    check(
        "- id: a\n",
        expect![[r#"
        "- id: a": the file is a list; expected a map
    "#]],
    );
    check(
        "components: []\ncomponent: []\nx-anchors: []\n",
        expect![[r#"
        "component": the file has no key component; did you mean components?
    "#]],
    );
    check(
        "components: []\n---\ncomponents: []\n",
        expect![[r#"
        "components: []": only the first document of a file is read
    "#]],
    );
    check(
        "components: []\nzones: [a]\nslos: 5\ndependencies: {}\n",
        expect![[r#"
        "[a]": zones is a list; expected a map from names to their figures
        "5": slos is 5; expected a list of targets
        "{}": dependencies is a map; expected a list of dependencies
    "#]],
    );
    check(
        "components: []\nzones: {a: {unavailability: 2, figure: 1}, b: 5}\n",
        expect![[r#"
        "2": unavailability is 2; expected 0 to 1
        "figure": a zone has no key figure
        "5": a zone is 5; expected a map
    "#]],
    );
}

#[test]
fn ids() {
    check(
        "components:\n  - {id: a}\n  - {id: a, replicas: 2}\n  - name: x\n  - {id: }\n  - {id: [b]}\n",
        expect![[r#"
            "id: a": another component above has the id a; this one is left out
            "name": a component needs an id
            "id": a component needs an id
            "[b]": id is a list; expected a name
        "#]],
    );
    check(
        "components: [{id: orders}]\ndependencies: [{source: orders, target: oders}, {source: x, target: y}]\n",
        expect![[r#"
            "oders": target: there is no component oders; did you mean orders?
            "x": source: there is no component x
            "y": target: there is no component y
        "#]],
    );
    check(
        "components: [{id: a}]\ndependencies: [{source: a, target: a}, {source: a}, {}, 5]\n",
        expect![[r#"
        "target: a": a can't depend on itself
        "source": a dependency needs target
        "{}": a dependency needs source
        "{}": a dependency needs target
        "5": a dependency is 5; expected a map
    "#]],
    );
    check(
        "components: [{id: a, recovery: {needs: [b, 5]}}]\n",
        expect![[r#"
            "b": recovery.needs: there is no component b
            "5": recovery.needs: there is no component 5
        "#]],
    );
}

#[test]
fn unknown_keys() {
    component(
        "replica: 2",
        expect![[r#"
        "replica": a component has no key replica; did you mean replicas?
    "#]],
    );
    component(
        "capacity: {max_connection: 2, other: 1}",
        expect![[r#"
        "max_connection": capacity has no key max_connection; did you mean max_connections?
        "other": capacity has no key other
    "#]],
    );
    component("tags: {any: thing}, parameters: {any: thing}", expect![[""]]);
    component(
        "operational_profile: {degradation: {leak: 1}}",
        expect![[r#"
        "leak": degradation has no key leak
    "#]],
    );
    component(
        "? [x]\n  : 1",
        expect![[r#"
        "[x]": a key is a list; expected a name
    "#]],
    );
    dependency(
        "kind: requires",
        expect![[r#"
        "kind": a dependency has no key kind
    "#]],
    );
}

#[test]
fn numbers() {
    component(
        "replicas: 0",
        expect![[r#"
        "0": replicas is 0; expected a whole number from 1 to 1000000
    "#]],
    );
    component(
        "replicas: -1",
        expect![[r#"
        "-1": replicas is -1; expected a whole number from 1 to 1000000
    "#]],
    );
    component(
        "replicas: 2.5",
        expect![[r#"
        "2.5": replicas is 2.5; expected a whole number
    "#]],
    );
    component(
        "replicas: two",
        expect![[r#"
        "two": replicas is "two"; expected a whole number
    "#]],
    );
    component(
        "replicas: 1e12",
        expect![[r#"
        "1e12": replicas is 1e12; expected a whole number from 1 to 1000000
    "#]],
    );
    component(
        "replicas: [1]",
        expect![[r#"
        "[1]": replicas is a list; expected a whole number
    "#]],
    );
    component(
        "replicas: 2, required: 3",
        expect![[r#"
        "required: 3": required is 3, but there are only 2 replicas
    "#]],
    );
    component(
        "availability: 1.5",
        expect![[r#"
        "1.5": availability is 1.5; expected 0 to 1
    "#]],
    );
    component(
        "unavailability: .nan",
        expect![[r#"
        ".nan": unavailability is .nan; expected a finite number, 0 to 1
    "#]],
    );
    component(
        "unavailability: .inf",
        expect![[r#"
        ".inf": unavailability is .inf; expected a finite number, 0 to 1
    "#]],
    );
    component(
        "unavailability: -1e-9",
        expect![[r#"
        "-1e-9": unavailability is -1e-9; expected 0 to 1
    "#]],
    );
    component(
        "capacity: {max_connections: 0, timeout_seconds: 1e30}",
        expect![[r#"
        "0": capacity.max_connections is 0; expected more than 0
        "1e30": capacity.timeout_seconds is 1e30; expected at most 1e15
    "#]],
    );
    component(
        "metrics: {cpu_percent: 101}",
        expect![[r#"
        "101": metrics.cpu_percent is 101; expected 0 to 100
    "#]],
    );
    component(
        "external_sla: {provider_sla: 999}",
        expect![[r#"
        "999": external_sla.provider_sla is 999; expected 0 to 100
    "#]],
    );
    component(
        "team: {oncall_coverage_hours: 25}",
        expect![[r#"
        "25": team.oncall_coverage_hours is 25; expected 0 to 24
    "#]],
    );
    component(
        "runtime_jitter: {gc_pause_ms: 500, gc_pause_frequency: 3}",
        expect![[r#"
        "runtime_jitter: {gc_pause_ms: 500, gc_pause_frequency: 3}": runtime_jitter.gc_pause_ms x gc_pause_frequency is 1.5 seconds a second; expected at most 1
    "#]],
    );
    component(
        "port: 70000",
        expect![[r#"
        "70000": port is 70000; expected a whole number from 0 to 65535
    "#]],
    );
    component(
        "slo_targets: [{target: 150}, {target: 2, unit: ratio}, {metric: speed}]",
        expect![[r#"
        "150": target is 150; expected 0 to 100
        "2": target is 2; expected 0 to 1
        "speed": metric is "speed"; expected one of availability, latency_p99, error_rate
    "#]],
    );
    dependency(
        "weight: 1.1",
        expect![[r#"
        "1.1": weight is 1.1; expected 0 to 1
    "#]],
    );
    dependency(
        "attempts: 0, timeout_seconds: 0",
        expect![[r#"
        "0": attempts is 0; expected a whole number from 1 to 1000000
        "0": timeout_seconds is 0; expected more than 0
    "#]],
    );
}

#[test]
fn words_and_flags() {
    component(
        "type: databse",
        expect![[r#"
        "databse": type is "databse"; did you mean database?
    "#]],
    );
    component(
        "type: quantum",
        expect![[r#"
        "quantum": type is "quantum"; expected one of load_balancer, cdn, api_gateway, dns, web_server, app_server, serverless, scheduled_job, database, cache, queue, storage, network, identity, control_plane, secret_store, monitoring, external_api, ai_agent, llm_endpoint, tool_service, agent_orchestrator, automation, custom
    "#]],
    );
    component(
        "entry: maybe",
        expect![[r#"
        "maybe": entry is "maybe"; expected true or false
    "#]],
    );
    component(
        "name: {a: 1}",
        expect![[r#"
        "{a: 1}": name is a map; expected a text
    "#]],
    );
    component(
        "zones: a",
        expect![[r#"
        "a": zones is "a"; expected a list of names
    "#]],
    );
    component(
        "zones: [a, a, {b: 1}]",
        expect![[r#"
        "a": zones lists a twice
        "{b: 1}": zones is a map; expected a name
    "#]],
    );
    component(
        "capacity: 5",
        expect![[r#"
        "5": capacity is 5; expected a map
    "#]],
    );
    dependency(
        "type: require",
        expect![[r#"
        "require": type is "require"; did you mean requires?
    "#]],
    );
    dependency(
        "plane: control",
        expect![[r#"
        "control": plane is "control"; expected one of data, start, management
    "#]],
    );
}

#[test]
fn fields_that_contradict_each_other() {
    component(
        "availability: 0.99, unavailability: 0.01",
        expect![[r#"
        "availability": unavailability and availability exclude each other; unavailability counts
    "#]],
    );
    component(
        "availability: 0.99, instance_availability: 0.99",
        expect![[r#"
        "instance_availability": availability and instance_availability exclude each other; availability counts
    "#]],
    );
    component(
        "entry: false, entry_weight: 2",
        expect![[r#"
        "entry_weight: 2": entry_weight means nothing without entry: true
    "#]],
    );
    dependency(
        "source_id: b",
        expect![[r#"
        "source_id": source and source_id exclude each other; source counts
    "#]],
    );
    dependency(
        "buffer_seconds: 5",
        expect![[r#"
        "buffer_seconds: 5": buffer_seconds means nothing without type: async
    "#]],
    );
    dependency(
        "required: 2, shares_load: true",
        expect![[r#"
        "required: 2": required means nothing without alternatives
        "shares_load: true": shares_load means nothing without alternatives
    "#]],
    );
}

#[test]
fn groups() {
    check(
        "components: [{id: a}, {id: b}, {id: c}]\n\
         dependencies:\n\
         - {source: a, target: b, alternatives: g, required: 1, shares_load: true}\n\
         - {source: a, target: c, alternatives: g, required: 2, type: optional}\n",
        expect![[r#"
            "alternatives: g": all alternatives g of one source share type; the first says requires
            "alternatives: g": all alternatives g of one source share shares_load; the first says true
            "required: 2": all alternatives g of one source share required; the first says 1
        "#]],
    );
    check(
        "components: [{id: a}, {id: b}]\ndependencies:\n- {source: a, target: b, alternatives: g, required: 2}\n",
        expect![[r#"
            "required: 2": required is 2, but there are only 1 alternatives g
        "#]],
    );
}

#[test]
fn agents() {
    component(
        "type: ai_agent, agent_config: {h0: 2, grounding: [{weight: 0.5}, {source: b, wieght: 1}]}",
        expect![[r#"
            "2": h0 is 2; expected 0 to 1
            "{weight: 0.5}": a source of an agent needs source
            "b": source: there is no component b
            "wieght": a source has no key wieght; did you mean weight?
        "#]],
    );
    component(
        "type: ai_agent, agent_config: {grounding: 'b:0.5', fail_mode: loudly}",
        expect![[r#"
            "'b:0.5'": grounding: there is no component b
            "loudly": fail_mode is "loudly"; expected one of error, stale, empty
        "#]],
    );
    check(
        "components: [{id: a, type: ai_agent, agent_config: {grounding: [b, b]}}, {id: b}]\n",
        expect![[r#"
        "b": grounding lists b twice
    "#]],
    );
}

#[test]
fn a_bad_value_costs_nothing_else() {
    let text = "components:\n\
                - {id: a, type: databse, replicas: x, zones: [z], capacity: {max_rps: -1, connection_pool_size: 5}}\n\
                - {id: b, type: cache, replicas: 2}\n\
                dependencies:\n\
                - {source: a, target: nobody}\n\
                - {source: a, target: b, weight: 7, timeout_seconds: 3}\n";
    let (infra, problems) = reading(text);
    assert_eq!(problems.len(), 5);
    let system = infra.system;
    assert_eq!(system.components.len(), 2);
    assert_eq!(system.components[0].redundancy.instances.known(), Some(&1));
    assert_eq!(system.components[0].capacity.pool, Some(5.0));
    assert_eq!(system.components[1].redundancy.instances.known(), Some(&2));
    assert_eq!(system.dependencies.len(), 1);
    assert_eq!(system.dependencies[0].weight, None);
    assert_eq!(system.dependencies[0].timeout.map(|timeout| timeout.get()), Some(3.0));
}

#[test]
fn errors_are_typed() {
    let (_, problems) = reading("components: [{id: a, replicas: -1, colour: red}]\n");
    assert!(matches!(&problems[0].kind, ProblemKind::OutOfRange { field, .. } if field == "replicas"));
    assert!(matches!(&problems[1].kind, ProblemKind::UnknownKey { key, .. } if key == "colour"));
}

#[test]
fn there_is_an_end_to_problems() {
    let text = format!("components:\n{}", "  - {name: x}\n".repeat(5000));
    let (_, problems) = reading(&text);
    assert_eq!(problems.len(), 1001);
    assert_eq!(problems.last().unwrap().kind.to_string(), "and 4000 more problems below");
}
