//! What the fields of the schema mean in the model.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod rendering;

use expect_test::{Expect, expect};
use foreshock_model::Known;
use rendering::{print, system};

/// A whole file.
fn check(text: &str, expect: Expect) {
    expect.assert_eq(&print(text, &system(text)));
}

/// One component with these fields, `type` and all.
fn component(fields: &str, expect: Expect) {
    check(&format!("components:\n  - {{id: a, {fields}}}\n"), expect);
}

/// A dependency of `a` on `b` with these fields.
fn dependency(fields: &str, expect: Expect) {
    let text = format!(
        "components: [{{id: a, availability: 1}}, {{id: b, availability: 1}}]\ndependencies:\n  - {{source: a, target: b, {fields}}}\n"
    );
    let printed = print(&text, &system(&text));
    let dependencies: String =
        printed.lines().filter(|line| line.contains("->")).map(|line| format!("{line}\n")).collect();
    expect.assert_eq(&dependencies);
}

#[test]
fn nothing_written_is_the_default_of_the_kind() {
    check(
        "components:\n- id: a\n- {id: b, type: app_server, name: Orders}\n- {id: c, type: external_api}\n- {id: d, type: database}\n",
        expect![[r#"
            a custom "a" (1 lines) 1 of 1 in ? (no zone is written)
              instance: 2.3143e-4 L2, 1800s (default custom)
            b app_server "Orders" (1 lines) 1 of 1 in ? (no zone is written)
              instance: 3.8579e-5 L2, 300s (default app_server)
              software: 1.4881e-4 L1, 1800s (default change_failure)
              response 975s (default response)
            c external_api "c" (1 lines) 1 of 1
              external: 1e-3 L5, 3600s (default external_api)
            d database "d" (1 lines) 1 of 1 in ? (no zone is written) primary None 120s 0.95
              instance: 1.1573e-4 L2, 1800s (default database)
              software: 3.4223e-5 L1, 1800s (default configuration_failure)
        "#]],
    );
}

#[test]
fn replicas_zones_and_what_is_required() {
    component(
        "type: web_server, replicas: 3, required: 2, zones: [z1, z2]",
        expect![[r#"
            a web_server "a" (1 lines) 2 of 3 in [z1, z2]
              instance: 3.8579e-5 L2, 300s (default web_server)
              software: 1.4881e-4 L1, 1800s (default change_failure)
              common cause: 0.1 of it, 0.02 to 0.2 (default common_cause)
              response 975s (default response)
            zone z1: 1e-4 L2, 14400s (default zone)
            zone z2: 1e-4 L2, 14400s (default zone)
        "#]],
    );
    component(
        "type: web_server, region: {region: eu, availability_zone: z1, is_primary: true}",
        expect![[r#"
            a web_server "a" (1 lines) 1 of 1 in [z1] region eu
              instance: 3.8579e-5 L2, 300s (default web_server)
              software: 1.4881e-4 L1, 1800s (default change_failure)
              response 975s (default response)
            zone z1: 1e-4 L2, 14400s (default zone)
            region eu: no figure
        "#]],
    );
    check(
        "components: [{id: a, zones: [z]}, {id: b}, {id: c, type: dns}]\n",
        expect![[r#"
            a custom "a" (1 lines) 1 of 1 in [z]
              instance: 2.3143e-4 L2, 1800s (default custom)
            b custom "b" (1 lines) 1 of 1 in ? (no zone is written)
              instance: 2.3143e-4 L2, 1800s (default custom)
            c dns "c" (1 lines) 1 of 1
              instance: 1.1415e-5 L2, 1800s (default dns)
              software: 3.4223e-5 L1, 1800s (default configuration_failure)
            zone z: 1e-4 L2, 14400s (default zone)
        "#]],
    );
}

/// An empty list is an answer, and so is an empty map for the whole file.
#[test]
fn zones_that_do_not_apply() {
    let zones = |text: &str| system(text).components.iter().map(|it| it.redundancy.zones.clone()).collect::<Vec<_>>();
    let none = || Known::Known(Vec::new());
    let open = Known::Unknown("no zone is written".into());
    assert_eq!(zones("components: [{id: a, replicas: 3, zones: []}, {id: b, replicas: 3}]"), [none(), open]);
    assert_eq!(zones("zones: {}\ncomponents: [{id: a, replicas: 3}, {id: b}]"), [none(), none()]);
    assert_eq!(zones("components: [{id: a, type: cdn, replicas: 3}, {id: b, availability: 0.9}]"), [none(), none()]);
}

/// What names the same host falls with it, with all of its replicas; of what nothing shares it is in its own figure.
#[test]
fn a_host_is_a_shared_domain() {
    let on = |text: &str| {
        let system = system(text);
        let names = |it: &std::sync::Arc<foreshock_model::Component>| {
            it.domains
                .iter()
                .map(|domain| system.domains[domain.index()].name.to_string())
                .collect::<Vec<_>>()
                .join(" ")
        };
        (system.components.iter().map(names).collect::<Vec<_>>().join(", "), system.domains.clone())
    };
    let (shared, domains) =
        on("components: [{id: a, host: h1}, {id: b, host: h1}, {id: c, host: h2}, {id: d, host: ''}]");
    assert_eq!(shared, "host h1, host h1, , ");
    let [host] = domains.as_slice() else { panic!("{domains:?}") };
    assert!((host.figure.unavailability.get() / 3.65e-5 - 1.0).abs() < 1e-3 && host.figure.source.is_default());
    assert_eq!(on("components: [{id: a, host: h1, replicas: 3, domains: [nat]}]").0, "nat host h1");
    assert_eq!(on("components: [{id: a, host: h1, replicas: 1}]").0, "");
}

#[test]
fn a_written_share_of_common_causes() {
    component(
        "replicas: 2, zones: [], instance_unavailability: 1e-3, common_cause: 0.03",
        expect![[r#"
            a custom "a" (1 lines) 1 of 2
              instance: 1e-3 L2 (instance_unavailability: 1e-3)
              common cause: 0.03 of it, 0.03 to 0.03 (common_cause: 0.03)
        "#]],
    );
}

#[test]
fn databases_and_caches_fail_over() {
    component(
        "type: database, replicas: 2",
        expect![[r#"
            a database "a" (1 lines) 1 of 2 in ? (no zone is written) primary Automatic 120s 0.95
              instance: 1.1573e-4 L2, 1800s (default database)
              software: 3.4223e-5 L1, 1800s (default configuration_failure)
              common cause: 0.1 of it, 0.02 to 0.2 (default common_cause)
        "#]],
    );
    component(
        "type: database, replicas: 2, failover: {enabled: false}",
        expect![[r#"
            a database "a" (1 lines) 1 of 2 in ? (no zone is written) primary Manual 120s 0.95
              instance: 1.1573e-4 L2, 1800s (default database)
              software: 3.4223e-5 L1, 1800s (default configuration_failure)
              common cause: 0.1 of it, 0.02 to 0.2 (default common_cause)
        "#]],
    );
    component(
        "type: database, replicas: 2, failover: {enabled: true, promotion_time_seconds: 5}",
        expect![[r#"
            a database "a" (1 lines) 1 of 2 in ? (no zone is written) primary Automatic 35s 0.95
              instance: 1.1573e-4 L2, 1800s (default database)
              software: 3.4223e-5 L1, 1800s (default configuration_failure)
              common cause: 0.1 of it, 0.02 to 0.2 (default common_cause)
        "#]],
    );
    component(
        "type: database, replicas: 2, failover: {enabled: true}",
        expect![[r#"
            a database "a" (1 lines) 1 of 2 in ? (no zone is written) primary Automatic 60s 0.95
              instance: 1.1573e-4 L2, 1800s (default database)
              software: 3.4223e-5 L1, 1800s (default configuration_failure)
              common cause: 0.1 of it, 0.02 to 0.2 (default common_cause)
        "#]],
    );
    component(
        "type: cache, replicas: 3, failover: {coverage: 0.5}",
        expect![[r#"
            a cache "a" (1 lines) 1 of 3 in ? (no zone is written) primary Automatic 120s 0.5
              instance: 5.7867e-5 L2, 300s (default cache)
              software: 3.4223e-5 L1, 1800s (default configuration_failure)
              common cause: 0.1 of it, 0.02 to 0.2 (default common_cause)
        "#]],
    );
    component(
        "type: database, replicas: 1, failover: {enabled: false}",
        expect![[r#"
            a database "a" (1 lines) 1 of 1 in ? (no zone is written) primary None 120s 0.95
              instance: 1.1573e-4 L2, 1800s (default database)
              software: 3.4223e-5 L1, 1800s (default configuration_failure)
        "#]],
    );
    component(
        "type: database, replicas: 3, required: 2",
        expect![[r#"
            a database "a" (1 lines) 2 of 3 in ? (no zone is written)
              instance: 1.1573e-4 L2, 1800s (default database)
              software: 3.4223e-5 L1, 1800s (default configuration_failure)
              common cause: 0.1 of it, 0.02 to 0.2 (default common_cause)
        "#]],
    );
    component(
        "type: queue, replicas: 3, failover: {enabled: false}",
        expect![[r#"
            a queue "a" (1 lines) 1 of 3 in ? (no zone is written)
              instance: 1.5430e-4 L2, 1200s (default queue)
              software: 3.4223e-5 L1, 1800s (default configuration_failure)
              common cause: 0.1 of it, 0.02 to 0.2 (default common_cause)
        "#]],
    );
}

#[test]
fn explicit_figures_are_the_only_units() {
    component(
        "availability: 0.9999, type: app_server, runtime_jitter: {gc_pause_ms: 1}",
        expect![[r#"
            a app_server "a" (1 lines) 1 of 1
              whole: 1e-4 L2 (availability: 0.9999)
        "#]],
    );
    component(
        "unavailability: 1e-9, type: app_server",
        expect![[r#"
            a app_server "a" (1 lines) 1 of 1
              whole: 1e-9 L2 (unavailability: 1e-9)
        "#]],
    );
    component(
        "availability: 1",
        expect![[r#"
        a custom "a" (1 lines) 1 of 1
          whole: 0e0 L2 (availability: 1)
    "#]],
    );
    component(
        "instance_unavailability: 1e-9, type: app_server",
        expect![[r#"
            a app_server "a" (1 lines) 1 of 1 in ? (no zone is written)
              instance: 1e-9 L2 (instance_unavailability: 1e-9)
        "#]],
    );
    component(
        "instance_availability: 0.99, type: external_api",
        expect![[r#"
        a external_api "a" (1 lines) 1 of 1
          instance: 1e-2 L5 (instance_availability: 0.99)
    "#]],
    );
}

#[test]
fn rates_repairs_and_upkeep() {
    component(
        "type: app_server, operational_profile: {mtbf_hours: 1000, mttr_minutes: 60}",
        expect![[r#"
            a app_server "a" (1 lines) 1 of 1 in ? (no zone is written)
              instance: 9.9900e-4 L2, 3600s (mtbf_hours: 1000)
              software: 1.4881e-4 L1, 1800s (default change_failure)
              response 975s (default response)
        "#]],
    );
    component(
        "type: database, operational_profile: {mtbf_hours: 1000}",
        expect![[r#"
            a database "a" (1 lines) 1 of 1 in ? (no zone is written) primary None 120s 0.95
              instance: 4.9975e-4 L2, 1800s (mtbf_hours: 1000)
              software: 3.4223e-5 L1, 1800s (default configuration_failure)
        "#]],
    );
    component(
        "type: database, operational_profile: {mtbf_hours: 0, mttr_minutes: 60}",
        expect![[r#"
            a database "a" (1 lines) 1 of 1 in ? (no zone is written) primary None 120s 0.95
              instance: 2.3143e-4 L2, 3600s (default database)
              software: 3.4223e-5 L1, 1800s (default configuration_failure)
        "#]],
    );
    component(
        "type: database, operational_profile: {deploy_downtime_seconds: 30}",
        expect![[r#"
            a database "a" (1 lines) 1 of 1 in ? (no zone is written) primary None 120s 0.95
              instance: 1.1573e-4 L2, 1800s (default database)
              software: 8.3828e-5 L1, 1800s (default configuration_failure), Deploy 52.18 x 30s (deploy_downtime_seconds: 30)
        "#]],
    );
    component(
        "type: app_server, operational_profile: {maintenance_downtime_minutes: 60}",
        expect![[r#"
            a app_server "a" (1 lines) 1 of 1 in ? (no zone is written)
              instance: 3.8579e-5 L2, 300s (default app_server)
              software: 1.5177e-3 L1, 1800s (default change_failure), Maintenance 12 x 3600s (maintenance_downtime_minutes: 60)
              response 975s (default response)
        "#]],
    );
}

/// 30 s a week are 26 minutes a year, however long people take to answer.
#[test]
fn a_planned_deploy_waits_for_nobody() {
    component(
        "type: database, operational_profile: {deploy_downtime_seconds: 30, maintenance_downtime_minutes: 10}, cause: configuration, team: {}",
        expect![[r#"
            a database "a" (1 lines) 1 of 1 in ? (no zone is written) primary None 120s 0.95
              instance: 1.1573e-4 L2, 1800s (default database)
              software: 3.1198e-4 L1, 1800s (default configuration_failure), Deploy 52.18 x 30s (deploy_downtime_seconds: 30), Maintenance 12 x 600s (maintenance_downtime_minutes: 10)
              response 975s (team: {})
              down by configuration (cause: configuration)
        "#]],
    );
}

#[test]
fn third_parties_and_pauses() {
    component(
        "type: external_api, external_sla: {provider_sla: 99.95}",
        expect![[r#"
        a external_api "a" (1 lines) 1 of 1
          external: 5e-4 L5 (provider_sla: 99.95)
    "#]],
    );
    component(
        "type: database, external_sla: {}",
        expect![[r#"
            a database "a" (1 lines) 1 of 1 in ? (no zone is written) primary None 120s 0.95
              software: 3.4223e-5 L1, 1800s (default configuration_failure)
              external: 1e-3 L5 (external_sla: {})
        "#]],
    );
    component(
        "type: database, external_sla: {provider_sla: 99.95}, operational_profile: {mtbf_hours: 999}",
        expect![[r#"
            a database "a" (1 lines) 1 of 1 in ? (no zone is written) primary None 120s 0.95
              instance: 5.0025e-4 L2, 1800s (mtbf_hours: 999)
              software: 3.4223e-5 L1, 1800s (default configuration_failure)
              external: 5e-4 L5 (provider_sla: 99.95)
        "#]],
    );
    component(
        "type: app_server, runtime_jitter: {gc_pause_ms: 10, gc_pause_frequency: 0.1}",
        expect![[r#"
            a app_server "a" (1 lines) 1 of 1 in ? (no zone is written)
              instance: 3.8579e-5 L2, 300s (default app_server)
              software: 1.4881e-4 L1, 1800s (default change_failure)
              theoretical: 1e-3 L3, 0.01s (runtime_jitter: {gc_pause_ms: 10, gc_pause_frequency: 0.1})
              response 975s (default response)
        "#]],
    );
}

#[test]
fn utilisation_is_of_what_is_written() {
    component(
        "metrics: {}",
        expect![[r#"
            a custom "a" (1 lines) 1 of 1 in ? (no zone is written)
              instance: 2.3143e-4 L2, 1800s (default custom)
        "#]],
    );
    component(
        "metrics: {cpu_percent: 0}",
        expect![[r#"
            a custom "a" (1 lines) 1 of 1 in ? (no zone is written)
              instance: 2.3143e-4 L2, 1800s (default custom)
              movable 0 Sequential
        "#]],
    );
    component(
        "metrics: {cpu_percent: 40, memory_percent: 50, disk_percent: 60}",
        expect![[r#"
            a custom "a" (1 lines) 1 of 1 in ? (no zone is written)
              instance: 2.3143e-4 L2, 1800s (default custom)
              movable 0.4, resident 0.6 Sequential
        "#]],
    );
    component(
        "metrics: {network_connections: 500}, replicas: 2",
        expect![[r#"
            a custom "a" (1 lines) 1 of 2 in ? (no zone is written)
              instance: 2.3143e-4 L2, 1800s (default custom)
              common cause: 0.1 of it, 0.02 to 0.2 (default common_cause)
              movable 0.5, in flight 1000, most in flight 2000 Sequential
        "#]],
    );
    component(
        "metrics: {network_connections: 600, cpu_percent: 5}, capacity: {max_connections: 1200}",
        expect![[r#"
            a custom "a" (1 lines) 1 of 1 in ? (no zone is written)
              instance: 2.3143e-4 L2, 1800s (default custom)
              movable 0.5, in flight 600, most in flight 1200 Sequential
        "#]],
    );
    component(
        "replicas: 3, capacity: {max_connections: 10, connection_pool_size: 20, max_rps: 30}",
        expect![[r#"
            a custom "a" (1 lines) 1 of 3 in ? (no zone is written)
              instance: 2.3143e-4 L2, 1800s (default custom)
              common cause: 0.1 of it, 0.02 to 0.2 (default common_cause)
              most in flight 30, pool 60, rps 90 Sequential
        "#]],
    );
    component(
        "network: {rtt_ms: 2}, autoscaling: {enabled: true, max_replicas: 6}",
        expect![[r#"
            a custom "a" (1 lines) 1 of 1 in ? (no zone is written)
              instance: 2.3143e-4 L2, 1800s (default custom)
              latency 0.002 Sequential
              up to 6 after 15s
        "#]],
    );
    component(
        "autoscaling: {enabled: false, max_replicas: 6}",
        expect![[r#"
            a custom "a" (1 lines) 1 of 1 in ? (no zone is written)
              instance: 2.3143e-4 L2, 1800s (default custom)
        "#]],
    );
}

#[test]
fn recovery_and_the_team() {
    check(
        "components:\n- id: a\n  recovery: {automatic_seconds: 30, restart_seconds: 20, needs: [b]}\n- {id: b, availability: 1}\n",
        expect![[r#"
            a custom "a" (2 lines) 1 of 1 in ? (no zone is written)
              instance: 2.3143e-4 L2, 1800s (default custom)
              automatic 30s (automatic_seconds: 30)
              restart 20s (restart_seconds: 20)
              needs [b]
            b custom "b" (1 lines) 1 of 1
              whole: 0e0 L2 (availability: 1)
        "#]],
    );
    component(
        "team: {}",
        expect![[r#"
            a custom "a" (1 lines) 1 of 1 in ? (no zone is written)
              instance: 2.3143e-4 L2, 1800s (default custom)
              response 975s (team: {})
        "#]],
    );
    component(
        "team: {mean_acknowledge_time_minutes: 2, mean_diagnosis_time_minutes: 10, oncall_coverage_hours: 12, runbook_coverage_percent: 100}",
        expect![[r#"
            a custom "a" (1 lines) 1 of 1 in ? (no zone is written)
              instance: 2.3143e-4 L2, 1800s (default custom)
              response 11220s (team: {mean_acknowledge_time_minutes: 2, mean_diagnosis_time_minutes: 10, oncall_coverage_hours: 12, runbook_coverage_percent: 100})
        "#]],
    );
}

#[test]
fn dependencies() {
    dependency(
        "type: optional",
        expect![[r#"
        a -> b Optional
    "#]],
    );
    dependency(
        "type: async, buffer_seconds: 60",
        expect![[r#"
        a -> b Async buffer 60s
    "#]],
    );
    dependency(
        "latency_ms: 5, weight: 0.4, protocol: tcp, port: 5432",
        expect![[r#"
        a -> b Requires weight 0.4 latency 0.005s
    "#]],
    );
    dependency(
        "circuit_breaker: {enabled: true}, fallback: true, plane: management",
        expect![[r#"
        a -> b Requires breaker fallback Management
    "#]],
    );
    dependency(
        "circuit_breaker: {failure_threshold: 3}",
        expect![[r#"
        a -> b Requires
    "#]],
    );
    dependency(
        "retry_strategy: {enabled: true}",
        expect![[r#"
        a -> b Requires 4 attempts
    "#]],
    );
    dependency(
        "retry_strategy: {enabled: true, max_retries: 1}",
        expect![[r#"
        a -> b Requires 2 attempts
    "#]],
    );
    dependency(
        "retry_strategy: {max_retries: 1}, attempts: 7, timeout_seconds: 2.5",
        expect![[r#"
        a -> b Requires timeout 2.5s 7 attempts
    "#]],
    );
}

#[test]
fn a_timeout_is_the_source_s_where_it_is_written() {
    check(
        "components: [{id: a, availability: 1, capacity: {timeout_seconds: 10}}, {id: b, availability: 1}]\n\
         dependencies: [{source_id: a, target_id: b}, {source: b, target: a}]\n",
        expect![[r#"
            a custom "a" (1 lines) 1 of 1
              whole: 0e0 L2 (availability: 1)
            b custom "b" (1 lines) 1 of 1
              whole: 0e0 L2 (availability: 1)
            a -> b Requires timeout 10s
            b -> a Requires
        "#]],
    );
}

#[test]
fn alternatives() {
    check(
        "components: [{id: a, availability: 1}, {id: b, availability: 1}, {id: c, availability: 1}]\n\
         dependencies:\n\
         - {source: a, target: c, alternatives: db, required: 2, shares_load: true}\n\
         - {source: a, target: b, alternatives: db, required: 2, shares_load: true}\n\
         - {source: b, target: c, alternatives: db}\n",
        expect![[r#"
            a custom "a" (1 lines) 1 of 1
              whole: 0e0 L2 (availability: 1)
            b custom "b" (1 lines) 1 of 1
              whole: 0e0 L2 (availability: 1)
            c custom "c" (1 lines) 1 of 1
              whole: 0e0 L2 (availability: 1)
            a -> b Requires
            a -> c Requires
            b -> c Requires
            alternatives db: 2 of [a -> b, a -> c], shares load
            alternatives db: 1 of [b -> c]
        "#]],
    );
}

#[test]
fn shared_units() {
    check(
        "zones: {z1: {unavailability: 2e-4}, z2: }\n\
         domains: {nat: {unavailability: 1e-5}}\n\
         regions: {eu: , us: {unavailability: 1e-6}}\n\
         components:\n\
         - {id: a, availability: 1, zones: [z2, z3], domains: [nat, key], region: {region: eu}}\n\
         - {id: b, availability: 1, region: {region: asia}}\n",
        expect![[r#"
            a custom "a" (1 lines) 1 of 1 in [z2, z3] region eu on nat on key
              whole: 0e0 L2 (availability: 1)
            b custom "b" (1 lines) 1 of 1 region asia
              whole: 0e0 L2 (availability: 1)
            zone z1: 2e-4 L2, 14400s (unavailability: 2e-4)
            zone z2: 1e-4 L2, 14400s (default zone)
            zone z3: 1e-4 L2, 14400s (default zone)
            domain nat: 1e-5 L2, 14400s (unavailability: 1e-5)
            domain key: 1e-4 L2, 14400s (default domain)
            region eu: 2e-5 L2, 14400s (default region)
            region us: 1e-6 L2, 14400s (unavailability: 1e-6)
            region asia: no figure
        "#]],
    );
}

#[test]
fn objectives_and_entries() {
    check(
        "slos: [{name: all, target: 99.95}, {metric: latency_p99, target: 300, unit: ms}]\n\
         components:\n\
         - {id: a, availability: 1, entry: true, slo_targets: [{metric: availability, target: 0.999, unit: ratio}]}\n\
         - {id: b, availability: 1, entry: true, entry_weight: 3}\n\
         - {id: c, availability: 1, entry_weight: 0.5}\n\
         - {id: d, availability: 1, entry: false, slo_targets: [{}]}\n",
        expect![[r#"
            a custom "a" (1 lines) 1 of 1 entry 1
              whole: 0e0 L2 (availability: 1)
            b custom "b" (1 lines) 1 of 1 entry 3
              whole: 0e0 L2 (availability: 1)
            c custom "c" (1 lines) 1 of 1 entry 0.5
              whole: 0e0 L2 (availability: 1)
            d custom "d" (1 lines) 1 of 1
              whole: 0e0 L2 (availability: 1)
            objective of the system: 0.0005 (target: 99.95)
            objective of a: 0.001 (target: 0.999)
            objective of d: 0.001 ()
        "#]],
    );
}

#[test]
fn agents() {
    check(
        "components:\n\
         - {id: a, type: ai_agent, availability: 1}\n\
         - id: b\n  type: ai_agent\n  availability: 1\n  agent_config:\n    framework: custom\n    base_hallucination_rate: 0.1\n\
         \x20   fail_mode: error\n    grounding:\n      - {source: db, weight: 0.4}\n      - {source: cache, weight: 0.2, fail_mode: empty}\n\
         - {id: c, type: ai_agent, availability: 1, agent_config: {h0: 0.2, grounding: {db: 0.3, cache: {weight: 0.1}}}}\n\
         - {id: d, type: ai_agent, availability: 1, parameters: {hallucination_risk: 0.3, data_source_weights: 'db:0.7,cache:0.1'}}\n\
         - {id: e, type: ai_agent, availability: 1, agent_config: {requires_grounding: true}}\n\
         - {id: llm, type: llm_endpoint, llm_config: {availability_sla: 99.5, provider: x, hallucination_rate: 0.01}}\n\
         - {id: o, type: agent_orchestrator, availability: 1, orchestrator_config: {pattern: parallel}, metrics: {cpu_percent: 1}}\n\
         - {id: t, type: tool_service, availability: 1, tool_config: {tool_type: api}}\n\
         - {id: db, type: database, availability: 1, parameters: {hallucination_risk: big}}\n\
         - {id: cache, type: cache, availability: 1}\n\
         dependencies:\n\
         - {source: e, target: db}\n\
         - {source: e, target: llm}\n",
        expect![[r#"
            a ai_agent "a" (1 lines) 1 of 1
              whole: 0e0 L2 (availability: 1)
              h0 0.05 (default hallucination)
            b ai_agent "b" (10 lines) 1 of 1
              whole: 0e0 L2 (availability: 1)
              h0 0.1 (base_hallucination_rate: 0.1)
              rests on db 0.4 Error
              rests on cache 0.2 Empty
            c ai_agent "c" (1 lines) 1 of 1
              whole: 0e0 L2 (availability: 1)
              h0 0.2 (h0: 0.2)
              rests on db 0.3 Stale
              rests on cache 0.1 Stale
            cache cache "cache" (1 lines) 1 of 1 primary None 120s 0.95
              whole: 0e0 L2 (availability: 1)
            d ai_agent "d" (1 lines) 1 of 1
              whole: 0e0 L2 (availability: 1)
              h0 0.3 (hallucination_risk: 0.3)
              rests on db 0.7 Stale
              rests on cache 0.1 Stale
            db database "db" (1 lines) 1 of 1 primary None 120s 0.95
              whole: 0e0 L2 (availability: 1)
            e ai_agent "e" (1 lines) 1 of 1
              whole: 0e0 L2 (availability: 1)
              h0 0.05 (default hallucination)
              rests on db 0.5 Stale
            llm llm_endpoint "llm" (1 lines) 1 of 1
              external: 5e-3 L5 (availability_sla: 99.5)
              h0 0.01 (hallucination_rate: 0.01)
            o agent_orchestrator "o" (1 lines) 1 of 1
              whole: 0e0 L2 (availability: 1)
              movable 0.01 Parallel
            t tool_service "t" (1 lines) 1 of 1
              whole: 0e0 L2 (availability: 1)
            e -> db Requires
            e -> llm Requires
        "#]],
    );
}

#[test]
fn anchors_and_merges_are_followed() {
    check(
        "x-web: &web {type: web_server, availability: 1, replicas: 2}\n\
         components:\n- {<<: *web, id: a}\n- {<<: *web, id: b, replicas: 3}\n",
        expect![[r#"
            a web_server "a" (1 lines) 1 of 2
              whole: 0e0 L2 (availability: 1)
            b web_server "b" (1 lines) 1 of 3
              whole: 0e0 L2 (availability: 1)
        "#]],
    );
}

#[test]
fn what_means_nothing_here_is_accepted() {
    check(
        "schema_version: \"4.0\"\n\
         operational_simulation: {days: 7, anything: [1]}\n\
         components:\n\
         - id: a\n  availability: 1\n  host: db.local\n  port: 5432\n  tags: [x]\n  parameters: {anything: {at: all}}\n\
         \x20 cost_profile: {revenue_per_minute: 5}\n  security: {backup_enabled: true, backup_frequency_hours: 24, x: 1}\n\
         \x20 compliance_tags: {pci_scope: true}\n  ownership: {team: payments}\n\
         \x20 cache_warming: {enabled: true, warming_curve: linear}\n  singleflight: {enabled: true, coalesce_ratio: 0.8}\n\
         dependencies:\n",
        expect![[r#"
            a custom "a" (12 lines) 1 of 1
              whole: 0e0 L2 (availability: 1)
        "#]],
    );
}
