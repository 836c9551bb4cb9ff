//! Stacks that nobody would write.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::indexing_slicing)] // a test may

use std::collections::BTreeMap;
use std::fmt::Write as _;

use toml::Value as Toml;

const FAMILIES: &[&str] = &[
    include_str!("../../data/aws_compute.toml"),
    include_str!("../../data/aws_data.toml"),
    include_str!("../../data/aws_delivery.toml"),
    include_str!("../../data/aws_identity.toml"),
    include_str!("../../data/aws_messaging.toml"),
    include_str!("../../data/aws_network.toml"),
    include_str!("../../data/aws_operations.toml"),
    include_str!("../../data/azure_compute.toml"),
    include_str!("../../data/azure_data.toml"),
    include_str!("../../data/azure_delivery.toml"),
    include_str!("../../data/azure_messaging.toml"),
    include_str!("../../data/azure_network.toml"),
    include_str!("../../data/azure_operations.toml"),
];

/// Every type with the attribute paths that its row looks at.
pub fn paths() -> BTreeMap<String, Vec<String>> {
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
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }
}

pub fn stack(dice: &mut Dice, types: &BTreeMap<String, Vec<String>>, size: usize) -> String {
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
