//! What is shown beside a block: what falls with it, what that costs, and where its figures come from.

use std::cmp::Ordering;
use std::sync::Arc;

use camino::Utf8PathBuf;
use foreshock_engine::{Fault, Scratch, own_unavailability};
use foreshock_model::{CommonCause, Component, ComponentIndex, Points, Reliability, Source};
use foreshock_text::Place;
use rustc_hash::FxHashMap;

use crate::findings::rules::merged;
use crate::findings::scope::Difference;
use crate::{Finding, Stack};

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

/// One summary for each component that a block declares, by place, given what is found.
pub(crate) fn summaries(stack: &Stack, findings: &[Arc<Finding>]) -> Vec<Arc<BlockSummary>> {
    let (single, mut scratch) = (single_points(findings), Scratch::default());
    let components = stack.system().iter().map(|(index, _)| index);
    let blocks = components.filter_map(|index| summary(stack, index, single.get(&index).copied(), &mut scratch));
    let mut blocks: Vec<Arc<BlockSummary>> = blocks.map(Arc::new).collect();
    sort(&mut blocks);
    blocks
}

/// The same, where they are known of another version: those of which nothing is different are the same.
pub(crate) fn summaries_again(
    stack: &Stack,
    findings: &[Arc<Finding>],
    known: &[Arc<BlockSummary>],
    difference: &Difference,
) -> Vec<Arc<BlockSummary>> {
    let (single, mut scratch) = (single_points(findings), Scratch::default());
    let kept = known.iter().filter(|block| !difference.components.contains(block.component.index()));
    let mut blocks: Vec<Arc<BlockSummary>> = Vec::with_capacity(known.len());
    for block in kept {
        let own = single.get(&block.component).copied();
        let (single_point, points) = (own.is_some(), own.unwrap_or(Points::ZERO));
        blocks.push(match block.single_point == single_point && block.points == points {
            true => block.clone(),
            false => Arc::new(BlockSummary { single_point, points, ..(**block).clone() }),
        });
    }
    let others = difference.components.ones().map(|index| ComponentIndex(index as u32));
    let others = others.filter_map(|index| summary(stack, index, single.get(&index).copied(), &mut scratch));
    let mut others: Vec<Arc<BlockSummary>> = others.map(Arc::new).collect();
    sort(&mut others);
    merged(blocks.into_iter(), others, order)
}

/// The components that are single points, with the points that they cost.
fn single_points(findings: &[Arc<Finding>]) -> FxHashMap<ComponentIndex, Points> {
    let single = findings.iter().filter(|finding| finding.is_single_point());
    single.filter_map(|finding| Some((finding.component?, finding.points))).collect()
}

fn sort(blocks: &mut [Arc<BlockSummary>]) {
    blocks.sort_by(order);
}

fn order(one: &Arc<BlockSummary>, other: &Arc<BlockSummary>) -> Ordering {
    (&one.header, &one.component_id).cmp(&(&other.header, &other.component_id))
}

/// What stands beside the block of a component, given the points it costs where it is a single point; `None` for what no block
/// declares.
fn summary(
    stack: &Stack,
    index: ComponentIndex,
    single: Option<Points>,
    scratch: &mut Scratch,
) -> Option<BlockSummary> {
    let component = stack.system().component(index)?;
    let (header, extent) = (component.place.clone()?, component.extent.clone()?);
    // Who gets worse is all that is asked here, and neither why nor how likely.
    stack.frozen().run(&[Fault::Component(index)], scratch);
    Some(BlockSummary {
        stack_root: stack.root.clone(),
        component: index,
        component_id: component.id.as_str().into(),
        header,
        extent,
        single_point: single.is_some(),
        ignored: false,
        since_base: false,
        affected: scratch.touched().filter(|(component, _)| *component != index).count(),
        others: stack.system().components.len().saturating_sub(1),
        points: single.unwrap_or(Points::ZERO),
        availability: own_unavailability(stack.system(), index).map(|down| 1.0 - down.get()),
        sources: sources(component),
    })
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
    use foreshock_engine::Fault;
    use foreshock_text::FilePath;

    use super::percent;
    use crate::Workspace;

    /// As many fall as the whole cascade tells of, one that reaches nothing, a circle and a gray one among them.
    #[test]
    fn as_many_fall_as_a_cascade_says() {
        let text = "components:\n  - {id: a, type: web_server}\n  - {id: b, type: app_server, replicas: 2}\n  - {id: c, type: cache}\n  \
                    - {id: d, type: database}\n  - {id: e, type: queue}\ndependencies:\n  - {source: a, target: b}\n  \
                    - {source: b, target: c, type: optional}\n  - {source: b, target: d}\n  - {source: d, target: b}\n  \
                    - {source: a, target: e, type: async}\n";
        let mut workspace = Workspace::new();
        workspace.set_document(FilePath::new("/w/infra.yaml"), text.into());
        let snapshot = workspace.snapshot();
        let stack = &snapshot.stacks[0];
        let counted: Vec<usize> = stack.blocks.iter().map(|block| block.affected).collect();
        let others = |block: &&std::sync::Arc<crate::BlockSummary>| {
            let cascade = stack.cascade(&[Fault::Component(block.component)]);
            cascade.effects.iter().filter(|effect| effect.component != block.component).count()
        };
        let expected: Vec<usize> = stack.blocks.iter().map(|block| others(&block)).collect();
        assert_eq!(counted, expected);
        assert_eq!(counted, [0, 2, 3, 2, 1]);
    }

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
