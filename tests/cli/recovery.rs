//! `foreshock recovery`: recovery time and data loss, with the lines that decide.

use serde_json::Value;

use crate::{check_json, stdout};

#[test]
fn as_json() {
    let report = check_json("recovery", &["recovery", "--format", "json"], 0);
    let stack = &report["stacks"][0];
    let database = stack["components"].as_array().unwrap().iter().find(|it| it["id"] == "aws_db_instance.orders");
    let bad_data = &database.unwrap()["faults"]["software"];
    assert_eq!(bad_data["rpo"]["high_seconds"], 300.0);
    assert_eq!(bad_data["rto"]["place"]["file"], "rds.tf");
    assert_eq!(stack["entries"][0]["faults"]["region"]["rto"]["low_seconds"], Value::from("unrecoverable"));
}

/// Every time says where it is from: a page, a reason, or the text.
#[test]
fn every_time_has_a_source() {
    let report: Value = serde_json::from_str(&stdout(&["recovery", "--format", "json"], 0)).unwrap();
    let mut ways = 0;
    for component in report["stacks"][0]["components"].as_array().unwrap() {
        for fault in component["faults"].as_object().unwrap().values() {
            for way in [&fault["rto"]["way"], &fault["rpo"]["way"]].into_iter().filter(|way| way.is_object()) {
                assert!(!way["sources"].as_array().unwrap().is_empty(), "{component}");
                ways += 1;
            }
        }
    }
    assert!(ways > 20, "{ways}");
}

#[test]
fn for_people() {
    insta::with_settings!({prepend_module_to_snapshot => false, snapshot_path => "snapshots"}, {
        insta::assert_snapshot!("recovery-human", stdout(&["recovery"], 0));
    });
}
