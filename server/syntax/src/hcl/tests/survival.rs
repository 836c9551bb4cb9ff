//! How much of a file survives one random error, measured on real files.

use std::collections::BTreeMap;

use super::corpus;
use crate::hcl::*;

/// Damaged files tried.
const DAMAGES: usize = 1500;

/// A fixed sequence of pseudo-random numbers, so that the figures are the same on each run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((self.0 >> 33) as usize) % limit.max(1)
    }
}

/// Deletes or inserts one bracket-like character, or cuts off the rest of a line.
fn damage(text: &str, random: &mut Random) -> Option<String> {
    let signs: Vec<usize> = text.char_indices().filter(|(_, c)| "{}[]()\"=,".contains(*c)).map(|(at, _)| at).collect();
    let at = *signs.get(random.below(signs.len()))?;
    let mut damaged = text.to_owned();
    match random.below(3) {
        0 => drop(damaged.remove(at)),
        1 => damaged.insert(at, ['{', '}', '[', ']', '(', ')', '"', '='][random.below(8)]),
        _ => {
            let end = text[at..].find('\n').map_or(text.len(), |length| at + length);
            damaged.replace_range(at..end, "");
        }
    }
    Some(damaged)
}

/// How often each item occurs, by its path of names.
fn items(body: &Body, path: &str, found: &mut BTreeMap<String, usize>) {
    for attribute in &body.attributes {
        *found.entry(format!("{path}/{}", attribute.name)).or_default() += 1;
    }
    for block in &body.blocks {
        let labels: Vec<&str> = block.labels.iter().map(|label| &*label.text).collect();
        let path = format!("{path}/{} {}", block.kind, labels.join(" "));
        items(&block.body, &path, found);
        *found.entry(path).or_default() += 1;
    }
}

fn counted(text: &str) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    items(&parse(text).0, "", &mut found);
    found
}

/// How many of `wanted` are missing in `there`.
fn missing(wanted: &BTreeMap<String, usize>, there: &BTreeMap<String, usize>) -> usize {
    wanted.iter().map(|(path, count)| count.saturating_sub(there.get(path).copied().unwrap_or(0))).sum()
}

#[test]
fn one_error_costs_few_items() {
    let files: Vec<(_, String)> = corpus("tf").into_iter().filter(|(_, text)| text.len() > 200).collect();
    if files.is_empty() {
        eprintln!("skipped: no corpus beside the repository");
        return;
    }
    let mut random = Random(7);
    let (mut all, mut lost, mut invented, mut silent) = (0, 0, 0, 0);
    let mut costly: Vec<(usize, String)> = Vec::new();
    for _ in 0..DAMAGES {
        let (path, text) = &files[random.below(files.len())];
        let Some(damaged) = damage(text, &mut random) else { continue };
        let (before, after) = (counted(text), counted(&damaged));
        let lost_here = missing(&before, &after);
        all += before.values().sum::<usize>();
        lost += lost_here;
        invented += missing(&after, &before);
        silent += usize::from(lost_here > 0 && parse(&damaged).1.is_empty());
        if lost_here > 5 {
            let at = text.bytes().zip(damaged.bytes()).take_while(|(a, b)| a == b).count();
            let line = text[..at].matches('\n').count() + 1;
            let shown = damaged.lines().nth(line - 1).unwrap_or("");
            costly.push((lost_here, format!("{lost_here} items, {}:{line}: {shown}", path.display())));
        }
    }
    costly.sort();
    for (_, shown) in costly.iter().rev().take(12) {
        eprintln!("costly: {shown}");
    }
    let percent = 100.0 * lost as f64 / all as f64;
    eprintln!(
        "{DAMAGES} damaged files, {all} items: {percent:.2} % lost, {invented} invented, {silent} losses without a problem"
    );
    assert!(percent < 3.0, "{percent} % of the items are lost by one error");
}
