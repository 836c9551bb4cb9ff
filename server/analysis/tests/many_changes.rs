//! A comparison of stacks with many findings says what a look at each pair of them says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Arc;

use foreshock_analysis::{Base, Stack, Workspace};
use foreshock_text::FilePath;

/// So many databases; `with` says of each whether it has a standby, or that it is not there.
fn stack(count: usize, with: impl Fn(usize) -> Option<bool>) -> Arc<Stack> {
    let one = |number: usize, multi_az: bool| {
        format!("resource \"aws_db_instance\" \"d{number}\" {{\n  engine = \"mysql\"\n  multi_az = {multi_az}\n}}\n")
    };
    let text: String = (0..count).filter_map(|number| Some(one(number, with(number)?))).collect();
    let mut workspace = Workspace::new();
    workspace.set_document(FilePath::new("/many/main.tf"), text.into());
    workspace.snapshot().stacks[0].clone()
}

/// Whether it has a component or a resource of that name.
fn has(stack: &Stack, name: &str) -> bool {
    let instances = &stack.resources().unwrap().instances;
    stack.system().find(name).is_some() || instances.iter().any(|instance| *instance.address == *name)
}

#[test]
fn what_is_mended_is_what_nobody_finds_any_more() {
    let before = stack(60, |number| Some(number % 2 == 0));
    // Some are mended, some are worse, some are gone.
    let now = stack(60, |number| (number % 5 != 4).then_some(number % 3 == 0));
    let name = Base { id: "main".into(), words: "main".into() };
    let compared = (*now).clone().compared_with(name, Some(before.clone()));
    let is_mended = |finding: &&Arc<foreshock_analysis::Finding>| {
        let same = |other: &foreshock_analysis::Finding| {
            other.rule == finding.rule && other.component_id == finding.component_id
        };
        !now.all_findings().any(same) && has(&now, &finding.component_id)
    };
    let expected: Vec<_> = before.findings.iter().filter(is_mended).map(|finding| finding.key()).collect();
    let mended: Vec<_> = compared.comparison().unwrap().mended.iter().map(|finding| finding.key()).collect();
    assert!(expected.len() >= 8, "{expected:?}");
    assert_eq!(mended, expected);
}
