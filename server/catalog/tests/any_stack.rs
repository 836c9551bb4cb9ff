//! Laws on stacks that nobody would write: every row's attributes refer to anything at all.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, clippy::print_stderr)] // a test may

mod rendering;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use foreshock_catalog::{Catalog, assemble};
use rendering::resolve_text;
use toml::Value as Toml;

const FAMILIES: &[&str] = &[
    include_str!("../data/aws_compute.toml"),
    include_str!("../data/aws_data.toml"),
    include_str!("../data/aws_delivery.toml"),
    include_str!("../data/aws_identity.toml"),
    include_str!("../data/aws_messaging.toml"),
    include_str!("../data/aws_network.toml"),
    include_str!("../data/aws_operations.toml"),
    include_str!("../data/azure_compute.toml"),
    include_str!("../data/azure_data.toml"),
    include_str!("../data/azure_delivery.toml"),
    include_str!("../data/azure_messaging.toml"),
    include_str!("../data/azure_network.toml"),
    include_str!("../data/azure_operations.toml"),
];

/// Every type with the attribute paths that its row looks at.
fn paths() -> BTreeMap<String, Vec<String>> {
    let mut types = BTreeMap::new();
    for family in FAMILIES {
        for (name, row) in family.parse::<toml::Table>().unwrap() {
            let mut paths = Vec::new();
            collect(&row, &mut paths);
            types.insert(name, paths);
        }
    }
    types
}

fn collect(row: &Toml, paths: &mut Vec<String>) {
    let lists = ["paths", "zones", "subnets", "security_groups", "identity", "inherits", "carriers"];
    for (key, value) in row.as_table().into_iter().flatten() {
        match value {
            Toml::Array(items) if lists.contains(&key.as_str()) => {
                paths.extend(items.iter().filter_map(|item| item.as_str().map(str::to_owned)));
            }
            Toml::Array(items) => items.iter().for_each(|item| collect(item, paths)),
            Toml::String(path) if key == "path" => paths.push(path.clone()),
            Toml::Table(_) => collect(value, paths),
            _ => {}
        }
    }
}

/// Numbers that look random and are the same everywhere (Knuth's MMIX constants).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }
}

fn stack(dice: &mut Dice, types: &BTreeMap<String, Vec<String>>, size: usize) -> String {
    let names: Vec<&String> = types
        .iter()
        .filter(|(name, paths)| !name.starts_with("data.") && !paths.is_empty())
        .map(|(name, _)| name)
        .collect();
    // Few types, so that references meet the ones they are for.
    let names: Vec<&String> = (0..6).map(|_| names[dice.roll(names.len())]).collect();
    let names = [
        names,
        ["aws_lb", "aws_lb_listener", "aws_lb_target_group", "aws_autoscaling_group", "aws_db_instance"]
            .map(|name| types.get_key_value(name).unwrap().0)
            .to_vec(),
    ]
    .concat();
    let chosen: Vec<&String> = (0..size).map(|_| names[dice.roll(names.len())]).collect();
    let mut text = String::new();
    for (index, name) in chosen.iter().enumerate() {
        writeln!(text, "resource \"{name}\" \"r{index}\" {{").unwrap();
        match dice.roll(6) {
            0 => text.push_str("  count = 2\n"),
            1 => text.push_str("  for_each = toset([\"a\", \"b\"])\n"),
            2 => text.push_str("  count = var.unknown\n"),
            _ => {}
        }
        let mut written = Vec::new();
        for path in &types[*name] {
            let top = path.split('.').next().unwrap();
            if written.contains(&top) || dice.roll(4) == 0 {
                continue;
            }
            written.push(top);
            let other = dice.roll(chosen.len());
            let (kind, attribute) = (chosen[other], ["id", "arn", "name", "endpoint", "value"][dice.roll(5)]);
            let value = match dice.roll(8) {
                0 => "var.unknown".to_owned(),
                1 => "null".to_owned(),
                2 => "[\"\", 3, true]".to_owned(),
                3 => format!("{kind}.r{other}[*].{attribute}"),
                4 => format!("[{kind}.r{other}[0].{attribute}, \"us-east-1a\"]"),
                5 => format!("jsonencode({{ x = {kind}.r{other} }})"),
                _ => format!("{kind}.r{other}.{attribute}"),
            };
            let segments: Vec<&str> = path.split('.').filter(|segment| *segment != "*").collect();
            let (last, blocks) = segments.split_last().unwrap();
            for block in blocks {
                writeln!(text, "  {block} {{").unwrap();
            }
            writeln!(text, "  {last} = {value}").unwrap();
            text.push_str(&"  }\n".repeat(blocks.len()));
        }
        text.push_str("}\n");
    }
    text.push_str("variable \"unknown\" {}\n");
    text
}

#[test]
fn any_stack_makes_a_sound_system() {
    let types = paths();
    let mut dice = Dice(36);
    let (mut components, mut dependencies, mut groups) = (0, 0, 0);
    for round in 0..150 {
        let text = stack(&mut dice, &types, 3 + round % 40);
        let resolved = resolve_text(&text);
        let assembled = assemble(&resolved.resources, Catalog::bundled());
        let system = &assembled.system;
        assert_eq!(system.check(), Vec::new(), "{text}");
        assert_eq!(assembled, assemble(&resolved.resources, Catalog::bundled()), "{text}");
        assert!(system.dependencies.is_sorted_by_key(|dependency| (dependency.from, dependency.to)), "{text}");
        for dependency in &system.dependencies {
            assert_ne!(dependency.from, dependency.to, "{text}");
            assert!(!dependency.evidence.is_empty(), "{text}");
            for evidence in &dependency.evidence {
                assert!(!evidence.place.span.text(&format!("{text}\n")).is_empty(), "{text}");
            }
        }
        let mut grouped: Vec<_> = system.alternatives.iter().flat_map(|group| &group.members).collect();
        let before = grouped.len();
        grouped.sort();
        grouped.dedup();
        assert_eq!(grouped.len(), before, "a dependency in two groups: {text}");
        let mut parts: Vec<usize> = assembled.members.iter().flatten().copied().collect();
        let all = parts.len();
        parts.sort_unstable();
        parts.dedup();
        assert_eq!(parts.len(), all, "an instance in two components: {text}");
        components += system.components.len();
        dependencies += system.dependencies.len();
        groups += system.alternatives.len();
    }
    println!("{components} components, {dependencies} dependencies, {groups} groups");
    assert!(dependencies > 500 && groups > 5, "the stacks say too little");
}

#[test]
fn what_means_nothing_changes_nothing() {
    let types = paths();
    let mut dice = Dice(7);
    for _ in 0..40 {
        let text = stack(&mut dice, &types, 20);
        let more = format!("{text}\nresource \"random_id\" \"z\" {{ keepers = {{ x = 1 }} }}\n");
        let (before, after) = (resolve_text(&text), resolve_text(&more));
        let (before, after) = (
            assemble(&before.resources, Catalog::bundled()).system,
            assemble(&after.resources, Catalog::bundled()).system,
        );
        assert_eq!(before, after, "{text}");
    }
}

/// Work stays near linear where one thing has very many others: rules of a listener, names of a zone, members of a group.
#[test]
fn hundreds_of_everything() {
    let text = r#"
        locals { n = 600 }
        resource "aws_security_group" "app" {}
        resource "aws_security_group" "db" {
          ingress { security_groups = [aws_security_group.app.id] }
        }
        resource "aws_lb" "l" { internal = true }
        resource "aws_lb_listener" "l" {
          load_balancer_arn = aws_lb.l.arn
          default_action { type = "fixed-response" }
        }
        resource "aws_lb_listener_rule" "r" {
          count        = local.n
          listener_arn = aws_lb_listener.l.arn
          action {
            type             = "forward"
            target_group_arn = aws_lb_target_group.t[count.index].arn
          }
        }
        resource "aws_lb_target_group" "t" { count = local.n }
        resource "aws_ecs_service" "s" {
          count = local.n
          load_balancer { target_group_arn = aws_lb_target_group.t[count.index].arn }
          network_configuration { security_groups = [aws_security_group.app.id] }
        }
        resource "aws_db_instance" "d" {
          count                  = 10
          vpc_security_group_ids = [aws_security_group.db.id]
        }
        resource "aws_route53_zone" "z" {}
        resource "aws_route53_record" "r" {
          count   = local.n
          zone_id = aws_route53_zone.z.zone_id
          name    = "n${count.index}"
          type    = "A"
          alias { name = aws_lb.l.dns_name }
        }
        "#;
    let started = std::time::Instant::now();
    let resolved = resolve_text(text);
    let resolving = started.elapsed();
    let started = std::time::Instant::now();
    let assembled = assemble(&resolved.resources, Catalog::bundled());
    println!(
        "{} instances resolved in {:.0} ms; {} components, {} dependencies assembled in {:.0} ms",
        resolved.resources.instances.len(),
        resolving.as_secs_f64() * 1e3,
        assembled.system.components.len(),
        assembled.system.dependencies.len(),
        started.elapsed().as_secs_f64() * 1e3,
    );
    assert_eq!(assembled.system.check(), Vec::new());
}
