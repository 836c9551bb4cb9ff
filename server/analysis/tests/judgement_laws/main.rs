//! What a verdict must never do, whatever the stack: laws over stacks that are made at random.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod shop;

use std::collections::BTreeSet;
use std::sync::Arc;

use foreshock_analysis::{Base, Severity, Stack, Workspace};
use foreshock_text::FilePath;
use proptest::prelude::*;
use proptest::sample::Index;

use shop::{Cloud, Shop, shops};

/// The stack of the root directory of some files.
fn stack(files: &[(&str, &str)]) -> Arc<Stack> {
    let mut workspace = Workspace::new();
    for (name, text) in files {
        workspace.set_document(FilePath::new(format!("/laws/{name}")), Arc::from(*text));
    }
    let snapshot = workspace.snapshot();
    let root = snapshot.stacks.iter().find(|stack| stack.root.as_str() == "/laws");
    root.unwrap_or_else(|| panic!("no stack in the root")).clone()
}

fn one(text: &str) -> Arc<Stack> {
    stack(&[("main.tf", text)])
}

/// Score after minus score before, as a comparison tells it; nothing where one of them has no score.
fn points(before: &str, after: &str) -> f64 {
    let base = Base { id: "3f2a91c".into(), words: "HEAD".into() };
    let compared = (*one(after)).clone().compared_with(base, Some(one(before)));
    compared.comparison().unwrap().points.map_or(0.0, |points| points.get())
}

/// What is said aloud: rule and component.
fn loud(stack: &Stack) -> BTreeSet<(String, String)> {
    let findings =
        stack.findings.iter().filter(|finding| matches!(finding.severity, Severity::Error | Severity::Warning));
    findings.map(|finding| (finding.rule.to_string(), finding.component_id.to_string())).collect()
}

/// Everything that is said, without places.
fn said(stack: &Stack) -> BTreeSet<(String, String, String)> {
    let findings = stack.findings.iter();
    findings
        .map(|finding| (finding.rule.to_string(), finding.component_id.to_string(), format!("{:?}", finding.severity)))
        .collect()
}

fn score(stack: &Stack) -> f64 {
    stack.assessment.score.unwrap_or(0.0)
}

const SLACK: f64 = 1e-6;

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// A store that somebody was given the address of goes, and the address stays as a text: never a gain.
    #[test]
    fn removing_what_is_needed_never_gains(shop in shops(), which in any::<Index>()) {
        prop_assume!(!shop.stores.is_empty());
        let gone = which.index(shop.stores.len());
        let before = shop.text();
        let after = shop.without_store(gone).text();
        prop_assert!(points(&before, &after) <= SLACK, "{before}\n--- without store {gone}\n{after}");
    }

    /// A service goes whose target group stays behind the load balancer: never a gain.
    #[test]
    fn removing_what_serves_never_gains(shop in shops(), which in any::<Index>()) {
        let gone = which.index(shop.services.len());
        let before = shop.text();
        let after = shop.without_service(gone).text();
        prop_assert!(points(&before, &after) <= SLACK, "{before}\n--- without service {gone}\n{after}");
    }

    /// What nothing connects, a reader that nobody reads, a grant, a comment, a description: not a point, nothing loud.
    #[test]
    fn bystanders_move_nothing(shop in shops(), which in any::<Index>()) {
        let before = shop.text();
        let beside = shop.beside();
        let (name, more) = &beside[which.index(beside.len())];
        let after = format!("{before}\n{more}");
        let (one_before, one_after) = (one(&before), one(&after));
        let moved = (score(&one_after) - score(&one_before)).abs();
        prop_assert!(moved <= 1.0, "{name} moves the score by {moved}\n{after}");
        prop_assert!(points(&before, &after).abs() <= 1.0, "{name}\n{after}");
        let new: Vec<_> = loud(&one_after).difference(&loud(&one_before)).cloned().collect();
        prop_assert!(new.is_empty(), "{name}: {new:?}\n{after}");
    }

    /// A value that is not known is an interval: whatever it turns out to be, the score lies inside, and not knowing never
    /// looks better than the worst that it may be.
    #[test]
    fn every_value_of_an_unknown_is_inside(shop in shops(), which in any::<Index>(), value in 1_u32..5) {
        let service = which.index(shop.services.len());
        let open = one(&shop.with_count(service, "var.open").text());
        let known = one(&shop.with_count(service, &value.to_string()).text());
        let (low, high) = open.assessment.score_range.unwrap_or((score(&open), score(&open)));
        let score_known = score(&known);
        prop_assert!(low - SLACK <= score_known && score_known <= high + SLACK, "{low} <= {score_known} <= {high}");
        prop_assert!(score(&open) <= score_known + SLACK, "not knowing says {}, knowing {score_known}", score(&open));
    }

    /// What became known is no news: no points in either direction.
    #[test]
    fn knowing_is_no_change(shop in shops(), which in any::<Index>(), value in 1_u32..4) {
        let service = which.index(shop.services.len());
        let open = shop.with_count(service, "var.open").text();
        let known = shop.with_count(service, &value.to_string()).text();
        prop_assert!(points(&open, &known).abs() <= SLACK, "{}", points(&open, &known));
        prop_assert!(points(&known, &open).abs() <= SLACK, "{}", points(&known, &open));
    }

    /// The same stack in a module says the same of the same things, by their longer names.
    #[test]
    fn a_module_says_the_same(shop in shops()) {
        let text = shop.text();
        let inlined = one(&text);
        let called = stack(&[("main.tf", "module \"shop\" {\n  source = \"./shop\"\n}\n"), ("shop/main.tf", &text)]);
        let expected: BTreeSet<_> = said(&inlined)
            .into_iter()
            .map(|(rule, component, severity)| (rule, format!("module.shop.{component}"), severity))
            .collect();
        prop_assert_eq!(said(&called), expected);
        prop_assert!((score(&called) - score(&inlined)).abs() < SLACK);
    }
}

/// A registry source whose text terraform has put beside it says what a call of the same text says.
#[test]
fn a_module_of_a_registry_with_its_text_says_the_same() {
    let shop = Shop::small(Cloud::Aws);
    let text = shop.text();
    let called = stack(&[("main.tf", "module \"shop\" {\n  source = \"./shop\"\n}\n"), ("shop/main.tf", &text)]);
    let manifest = r#"{"Modules":[{"Key":"","Source":"","Dir":"."},{"Key":"shop","Source":"registry.terraform.io/acme/shop/aws","Version":"1.0.0","Dir":".terraform/modules/shop"}]}"#;
    let fetched = stack(&[
        ("main.tf", "module \"shop\" {\n  source  = \"acme/shop/aws\"\n  version = \"1.0.0\"\n}\n"),
        (".terraform/modules/modules.json", manifest),
        (".terraform/modules/shop/main.tf", &text),
    ]);
    assert!(!said(&called).is_empty());
    assert_eq!(said(&fetched), said(&called));
    assert!((score(&fetched) - score(&called)).abs() < SLACK);
}

/// The same setting, inside its resource or in one of its own.
#[test]
fn a_setting_moved_out_of_its_resource_changes_nothing() {
    for (name, inline, apart) in shop::FORMS {
        let (inline, apart) = (one(inline), one(apart));
        assert_eq!(said(&inline), said(&apart), "{name}");
        assert!((score(&inline) - score(&apart)).abs() < SLACK, "{name}: {} and {}", score(&inline), score(&apart));
    }
}
