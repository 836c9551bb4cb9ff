//! Laws for any text: nothing panics, and what comes out can be analysed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use foreshock_infra::{Infra, Problem, is_infra, may_be_infra, read};
use foreshock_syntax::yaml::parse;
use foreshock_text::FilePath;
use proptest::prelude::*;

const FILE: &str = "\
zones: {z1: {unavailability: 1e-4}, z2: }
components:
  - id: lb
    type: load_balancer
    replicas: 2
    required: 1
    zones: [z1, z2]
    entry: true
  - id: web
    type: web_server
    metrics: {cpu_percent: 40, network_connections: 10}
    capacity: {max_connections: 500, timeout_seconds: 5}
    failover: {enabled: false, coverage: 0.9}
    operational_profile: {mtbf_hours: 1000, mttr_minutes: 5}
    recovery: {needs: [db], restart_seconds: 5}
    slo_targets: [{target: 99.9}]
  - {id: db, type: database, replicas: 1, unavailability: 1e-9, domains: [nat]}
  - {id: bot, type: ai_agent, agent_config: {h0: 0.1, grounding: {db: 0.5}}}
dependencies:
  - {source: lb, target: web, weight: 0.5, latency_ms: 1}
  - {source: web, target: db, alternatives: x, required: 1, shares_load: true}
  - {source: bot, target: db, type: async, buffer_seconds: 5, retry_strategy: {enabled: true}}
";

fn reading(text: &str) -> (Infra, Vec<Problem>) {
    let (tree, _) = parse(text);
    let (infra, problems) = read(&tree, &FilePath::new("/w/infra.yaml"));
    assert_eq!(infra.system.check(), [], "{text}");
    assert_eq!(infra.declarations.len(), infra.system.components.len());
    assert!(problems.windows(2).all(|pair| pair[0].place <= pair[1].place));
    for problem in &problems {
        let span = problem.place.span;
        assert!(text.get(span.start as usize..span.end as usize).is_some(), "{problem:?}");
    }
    if is_infra(&tree) {
        assert!(may_be_infra(text), "{text:?}");
    }
    (infra, problems)
}

#[test]
fn the_file_is_sound() {
    assert_eq!(reading(FILE).1, []);
}

#[test]
fn a_component_above_the_cut_is_read_as_it_is() {
    let (whole, _) = reading(FILE);
    for cut in 0..=FILE.len() {
        let (prefix, _) = reading(&FILE[..cut]);
        let complete = FILE[..cut].rfind('\n').unwrap_or(0);
        for (component, declaration) in whole.system.components.iter().zip(&whole.declarations) {
            if (declaration.extent.span.end as usize) < complete {
                let kept = prefix.system.find(component.id.as_str()).and_then(|index| prefix.system.component(index));
                let kept = kept.unwrap_or_else(|| panic!("{} is lost at {cut}", component.id));
                assert_eq!(kept.redundancy.instances, component.redundancy.instances, "{cut}");
                assert_eq!(kept.reliability, component.reliability, "{} at {cut}", component.id);
            }
        }
    }
}

/// A value to put in place of another.
fn value() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        Just("-1"),
        Just("0"),
        Just("1e999"),
        Just(".nan"),
        Just("two"),
        Just("true"),
        Just("[a]"),
        Just("{a: 1}"),
        Just("~"),
        Just(""),
        Just("*nobody"),
        Just("999999999999"),
        Just("0.5"),
        Just("db"),
        Just("[db, db, nobody]"),
        Just("{db: 2, nobody: 1}"),
        Just("'web:0.5,x:y'"),
        Just("[{}]"),
        Just("\""),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn any_value_anywhere(changes in proptest::collection::vec((0usize..64, value()), 1..4)) {
        let mut text = FILE.to_owned();
        for (nth, value) in changes {
            let colons: Vec<usize> = text.match_indices(": ").map(|(at, _)| at + 2).collect();
            let start = colons[nth % colons.len()];
            let length = text[start..].find([',', '}', ']', '\n']).unwrap_or(0);
            text.replace_range(start..start + length, value);
        }
        reading(&text);
    }

    #[test]
    fn any_cut_and_paste(from in 0usize..FILE.len(), length in 0usize..200, to in 0usize..FILE.len()) {
        let piece = FILE[from..(from + length).min(FILE.len())].to_owned();
        let mut text = FILE.to_owned();
        text.insert_str(to, &piece);
        reading(&text);
    }

    #[test]
    fn any_text_at_all(text in "(components:\n)?( *- (id|type|a): [a-z0-9{}\\[\\]\":&*]{0,6}\n){0,9}(dependencies: )?.{0,20}") {
        reading(&text);
    }
}

#[test]
fn many_wrong_names_end_soon() {
    let mut text = "components:\n".to_owned();
    for number in 0..5_000 {
        text += &format!("  - {{id: component-{number}}}\n");
    }
    text += "dependencies:\n";
    for number in 0..5_000 {
        text += &format!("  - {{source: komponent-{number}, target: nobody-{number}}}\n");
    }
    let (infra, problems) = reading(&text);
    assert_eq!(infra.system.components.len(), 5_000);
    assert_eq!(problems.len(), 1001);
}
