//! The page `docs/infra-yaml.md`: its examples are what it says, and every field it names is known.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod rendering;

use foreshock_infra::ProblemKind;
use rendering::reading;

const PAGE: &str = include_str!("../../../../docs/infra-yaml.md");

/// The text of the first fenced block with these words.
fn fenced(words: &str) -> &'static str {
    let from = PAGE.find(&format!("```{words}\n")).unwrap() + words.len() + 4;
    &PAGE[from..from + PAGE[from..].find("```").unwrap()]
}

#[test]
fn the_example_is_right() {
    let (infra, problems) = reading(fenced("yaml"));
    assert_eq!(problems, []);
    assert_eq!((infra.system.components.len(), infra.system.dependencies.len()), (4, 3));
}

#[test]
fn the_wrong_example_is_told_as_the_page_says() {
    let text = fenced("yaml wrong");
    let line = |offset: u32| text[..offset as usize].matches('\n').count() + 1;
    let told: String = reading(text)
        .1
        .iter()
        .map(|problem| format!("{}: {}\n", line(problem.place.span.start), problem.kind))
        .collect();
    assert_eq!(told, fenced("text"));
}

/// The rows of the tables below a heading, up to the next one, by cells.
fn rows(heading: &str) -> Vec<Vec<&'static str>> {
    let from = PAGE.find(&format!("\n{heading}\n")).unwrap() + heading.len() + 2;
    let section = &PAGE[from..];
    let end = ["\n## ", "\n### "].iter().filter_map(|next| section.find(next)).min();
    let section = &section[..end.unwrap_or(section.len())];
    let is_row = |line: &&str| line.starts_with('|') && !line.starts_with("|---") && !line.starts_with("| field");
    let lines = section.lines().filter(is_row).filter(|line| !line.starts_with("| block"));
    lines.map(|line| line.trim_matches('|').split('|').map(str::trim).collect()).collect()
}

/// The names in backticks of a cell.
fn names(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

fn unknown_keys(text: &str) -> Vec<String> {
    let unknown = |problem: foreshock_infra::Problem| match problem.kind {
        ProblemKind::UnknownKey { key, .. } => Some(key),
        _ => None,
    };
    reading(text).1.into_iter().filter_map(unknown).collect()
}

#[test]
fn every_field_of_the_page_is_known() {
    let mut fields = 0;
    let mut check = |text: &str| {
        fields += 1;
        assert_eq!(unknown_keys(text), Vec::<String>::new(), "{text}");
    };
    for row in rows("## Top level") {
        names(row[0]).iter().for_each(|name| {
            check(&format!("components: [{{id: a}}]\n\"{name}\": 1\n").replace("\"components\": 1\n", ""))
        });
    }
    let mut block = "";
    for row in rows("## Component") {
        match row.len() {
            // A field of the component itself.
            3 => names(row[0])
                .iter()
                .filter(|name| **name != "id")
                .for_each(|name| check(&format!("components: [{{id: a, {name}: 1}}]\n"))),
            // A field of a block.
            4 => {
                block = names(row[0]).first().copied().unwrap_or(block);
                names(row[1])
                    .iter()
                    .for_each(|name| check(&format!("components: [{{id: a, {block}: {{{name}: 1}}}}]\n")));
            }
            _ => {}
        }
    }
    for row in rows("## Dependency") {
        names(row[0]).iter().for_each(|name| {
            let text =
                format!("components: [{{id: a}}, {{id: b}}]\ndependencies: [{{source: a, target: b, {name}: 1}}]\n");
            check(
                &text
                    .replace("source: a, target: b, source: 1", "source: a, target: b")
                    .replace("target: b, target: 1", "target: b"),
            );
        });
    }
    assert!(fields > 100, "{fields}");
}

#[test]
fn every_type_is_on_the_page() {
    for (_, name) in foreshock_model::ComponentKind::ALL {
        assert!(PAGE.contains(name), "{name}");
    }
}
