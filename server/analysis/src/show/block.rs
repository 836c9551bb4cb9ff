//! What is shown beside a block: what falls with it, what that costs, and where its figures come from.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::Utf8PathBuf;
use foreshock_engine::{Fault, Scratch, own_unavailability};
use foreshock_model::{CommonCause, Component, ComponentIndex, Points, Reliability, Source};
use foreshock_text::Place;

use crate::Stack;

/// What is shown beside a block that makes up a component.
#[derive(Clone, Debug, PartialEq)]
pub struct BlockSummary {
    /// Root directory of the stack.
    pub stack_root: Utf8PathBuf,
    /// Which component of that stack.
    pub component: ComponentIndex,
    /// Its id.
    pub component_id: Arc<str>,
    /// The block's header.
    pub header: Place,
    /// All of the block.
    pub extent: Place,
    /// Whether an instance of it is a single point of failure (with visible dependents).
    pub single_point: bool,
    /// Whether it is one that somebody has decided to live with.
    pub ignored: bool,
    /// Whether it is one that the base does not have.
    pub since_base: bool,
    /// How many other components do not stay healthy when the whole component is down.
    pub affected: usize,
    /// How many other components there are in the stack.
    pub others: usize,
    /// Points of the score lost by it being single; 0 where it is not.
    pub points: Points,
    /// Its own availability, 0..1, where figures are known: instances combined, dependencies left out.
    pub availability: Option<f64>,
    /// Where the availability's figures come from, one line each.
    pub sources: Vec<String>,
}

/// One summary for each component that a block declares, by place.
pub(crate) fn summaries(stack: &Stack) -> Vec<Arc<BlockSummary>> {
    let system = stack.system();
    let others = system.components.len().saturating_sub(1);
    let single: BTreeMap<ComponentIndex, Points> = stack
        .findings
        .iter()
        .filter(|finding| finding.is_single_point())
        .filter_map(|finding| Some((finding.component?, finding.points)))
        .collect();
    let mut scratch = Scratch::default();
    let mut blocks: Vec<Arc<BlockSummary>> = Vec::new();
    for (index, component) in system.iter() {
        let (Some(header), Some(extent)) = (&component.place, &component.extent) else { continue };
        let cascade = stack.frozen().cascade(&[Fault::Component(index)], &mut scratch);
        blocks.push(Arc::new(BlockSummary {
            stack_root: stack.root.clone(),
            component: index,
            component_id: component.id.as_str().into(),
            header: header.clone(),
            extent: extent.clone(),
            single_point: single.contains_key(&index),
            ignored: false,
            since_base: false,
            affected: cascade.effects.iter().filter(|effect| effect.component != index).count(),
            others,
            points: single.get(&index).copied().unwrap_or(Points::ZERO),
            availability: own_unavailability(system, index).map(|down| 1.0 - down.get()),
            sources: sources(component),
        }));
    }
    blocks.sort_by(|one, other| (&one.header, &one.component_id).cmp(&(&other.header, &other.component_id)));
    blocks
}

/// Each figure of a component with its source, one line each.
fn sources(component: &Component) -> Vec<String> {
    let Reliability { instance, common_cause, service, software, theoretical, external, whole } =
        &component.reliability;
    let named = [
        ("whole", whole),
        ("each instance", instance),
        ("the service", service),
        ("changes and maintenance", software),
        ("what nobody can engineer away", theoretical),
        ("third party", external),
    ];
    let mut lines = Vec::new();
    for (what, figure) in named {
        let Some(figure) = figure else { continue };
        let percent = percent((1.0 - figure.unavailability.get()) * 100.0);
        lines.push(format!("{what} {percent} % ({})", source_words(&figure.source)));
    }
    let several = component.redundancy.instances.known().is_none_or(|&count| count > 1);
    if let Some(CommonCause { share, interval: (low, high), source }) = common_cause.as_ref().filter(|_| several) {
        let [share, low, high] = [*share, *low, *high].map(|share| percent(share.get() * 100.0));
        let ends = if low == high { String::new() } else { format!(", {low} to {high} %") };
        lines.push(format!("{share} % of what an instance is down takes all of them{ends} ({})", source_words(source)));
    }
    lines
}

/// A source in words.
pub fn source_words(source: &Source) -> String {
    match source {
        Source::Attribute(_) => "written in the text".to_owned(),
        Source::Sla { row, title, verified: true } => format!("{row}: {title}"),
        Source::Sla { row, title, verified: false } => format!("{row}: {title}, not checked"),
        Source::Default { name, reason } => format!("default {name}: {reason}"),
        Source::ProviderDefault(fact) => format!("provider default: {fact}"),
        Source::Configuration(_) => "foreshock.toml".to_owned(),
    }
}

/// A percentage with two digits of its distance to 100: 99.5, 99.95, 99.9972.
pub fn percent(value: f64) -> String {
    let distance = (100.0 - value).abs();
    let digits = if distance <= 0.0 { 0 } else { (1.0 - distance.log10().floor()).clamp(1.0, 9.0) as usize };
    let text = format!("{value:.digits$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn percentages_show_the_digits_that_matter() {
        for (value, text) in [
            (99.5, "99.5"),
            (99.95, "99.95"),
            (100.0, "100"),
            (99.99, "99.99"),
            (99.997_23, "99.9972"),
            (99.9256, "99.926"),
            (95.0, "95"),
        ] {
            assert_eq!(percent(value), text);
        }
    }
}
