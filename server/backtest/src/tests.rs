// Says what was compared, and with what.
#![allow(clippy::print_stdout)]

use expect_test::{Expect, expect};

use crate::{Confusion, IncidentFile, Predictor, backtest};

fn check(text: &str, expected: Expect) {
    let (file, problems) = IncidentFile::read(text).unwrap();
    let mut lines: Vec<String> = problems.iter().map(|problem| format!("left out {problem}")).collect();
    let report = backtest(&file);
    for replay in &report.replays {
        lines.push(format!("{} ({} outside)", replay.id, replay.outside));
        for row in &replay.rows {
            lines.push(format!("  {}: {}", row.predictor.name(), cells(row.confusion)));
        }
        let classes = replay.classes.map(|(predicted, actual)| format!("{} for {}", predicted.name(), actual.name()));
        lines.push(format!("  severity {:?}, {}", replay.severity, classes.unwrap_or_default()));
    }
    for total in &report.totals {
        lines.push(format!("all {}: {}", total.predictor.name(), cells(total.confusion)));
    }
    expected.assert_eq(&(lines.join("\n") + "\n"));
}

fn cells(confusion: Confusion) -> String {
    let Confusion { true_positives, false_positives, false_negatives, true_negatives } = confusion;
    format!("tp {true_positives} fp {false_positives} fn {false_negatives} tn {true_negatives}")
}

const TWO: &str = r#"{ "incidents": [
  { "id": "one", "severity": "critical", "fault": {"component": "db"}, "affected": ["db", "web", "billing"],
    "components": [{"id": "web", "type": "load_balancer"}, {"id": "db", "type": "database"}, {"id": "mail"},
                   {"id": "logs"}],
    "edges": [{"from": "web", "to": "db"}, {"from": "mail", "to": "logs"}, {"from": "web", "to": "mail", "kind": "optional"}] },
  { "id": "two", "fault": {"component": "b"}, "affected": ["b"],
    "components": [{"id": "a"}, {"id": "b"}], "edges": [{"from": "a", "to": "b", "weight": 0}] },
  { "id": "three", "fault": {"component": "c"}, "affected": ["b"],
    "components": [{"id": "a"}, {"id": "b"}], "edges": [] },
  { "id": "four", "fault": {"component": "a"}, "affected": [],
    "components": [{"id": "a"}, {"id": "b"}], "edges": [{"from": "a", "to": "x"}] },
  { "id": "five", "fault": {"component": "a"}, "affected": [],
    "components": [{"id": "a"}, {"id": "a"}] },
  { "id": "six", "fault": {"component": "a"}, "affected": [],
    "components": [{"id": "a"}, {"id": "b"}], "edges": [{"from": "a", "to": "b", "weight": 1.5}] }
] }"#;

#[test]
fn the_engine_is_never_alone() {
    check(
        TWO,
        expect![[r#"
            left out three: there is no component c; expected one of its components
            left out four: there is no component x; expected one of its components
            left out five: two components have the id a
            left out six: a: weight is 1.5, outside its range
            one (1 outside)
              foreshock: tp 2 fp 0 fn 1 tn 2
              everything_reachable: tp 2 fp 0 fn 1 tn 2
              everything: tp 2 fp 2 fn 1 tn 0
              only_the_root: tp 1 fp 0 fn 2 tn 2
              severity Some(10.0), critical for critical
            two (0 outside)
              foreshock: tp 1 fp 0 fn 0 tn 1
              everything_reachable: tp 1 fp 1 fn 0 tn 0
              everything: tp 1 fp 1 fn 0 tn 0
              only_the_root: tp 1 fp 0 fn 0 tn 1
              severity Some(5.0), 
            all foreshock: tp 3 fp 0 fn 1 tn 3
            all everything_reachable: tp 3 fp 1 fn 1 tn 2
            all everything: tp 3 fp 3 fn 1 tn 0
            all only_the_root: tp 2 fp 0 fn 2 tn 3
        "#]],
    );
}

#[test]
fn what_is_no_incident_file_says_where() {
    for (text, place) in
        [("{", "line 1 column 1"), ("{\"incidents\": [\n {\"id\": 5}]}", "line 2 column 9"), ("[]", "line 1")]
    {
        let error = IncidentFile::read(text).unwrap_err();
        assert!(error.contains(place) && error.contains("expected {\"incidents\""), "{error}");
    }
}

/// The public incidents kept outside of the repository: what is asserted is what their own file warns of.
#[test]
fn public_incidents_say_nothing_without_the_trivial_predictors() {
    for (name, count) in [("incidents-18.json", 18), ("incidents-36.json", 36)] {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(name);
        let Ok(text) = std::fs::read_to_string(&path) else {
            println!("skipped: {} is not there", path.display());
            continue;
        };
        let (file, problems) = IncidentFile::read(&text).unwrap();
        assert_eq!((file.incidents.len(), problems.len()), (count, 0), "{problems:?}");
        let report = backtest(&file);
        assert!(report.warning.is_some());
        for total in &report.totals {
            println!("{name} {}: {} f1 {:?}", total.predictor.name(), cells(total.confusion), total.confusion.f1());
        }
        println!("{name} classes {:?}, downtime {:?}", report.classes_met, report.downtime);
        // The cascade never leaves what can be reached.
        for replay in &report.replays {
            let predicted = |predictor| {
                let row = replay.rows.iter().find(|row| row.predictor == predictor).unwrap();
                row.confusion.true_positives + row.confusion.false_positives
            };
            assert!(predicted(Predictor::Cascade) <= predicted(Predictor::Reachable), "{}", replay.id);
        }
    }
}
