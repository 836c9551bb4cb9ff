//! One sentence for each thing that an article can be illustrated with.

use std::collections::BTreeMap;

use foreshock_analysis::RuleId;
use foreshock_engine::{Fault, recover, recovery_deadlocks};
use foreshock_model::{Known, Layer, System};

use crate::StackMatter;
use crate::availability_human::lost;
use crate::html::SourceKind;
use crate::outage_words::chance;
use crate::words::{A_PROMISE, duration, layer_name, up};

/// Every fact of a stack, by name.
pub(super) fn facts(matter: &StackMatter) -> BTreeMap<&'static str, String> {
    let stack = &matter.stack;
    let system = stack.system();
    let availability = &matter.availability;
    let found = |rules: &[RuleId]| stack.findings.iter().filter(|it| rules.contains(&it.rule)).count();
    let mut facts = BTreeMap::new();
    facts.insert("objectives", objectives(matter));
    facts.insert(
        "score",
        match availability.score {
            Some(score) => format!(
                "The score of the design is {score:.0} of 100, expected availability {}.",
                up(availability.unavailability.1)
            ),
            None => matter.stack.unscored().map_or_else(
                || "The stack has no score.".to_owned(),
                |why| format!("The stack has no score ({}).", why.trim_start_matches("no score: ")),
            ),
        },
    );
    facts.insert("gaps", format!("{} were found; each names its line.", plural(stack.findings.len(), "gap")));
    facts.insert(
        "capacity",
        format!(
            "{} where one loss leaves too little capacity.",
            plural(found(&[RuleId::CapacityAfterLoss]), "finding")
        ),
    );
    facts.insert(
        "ceiling",
        match availability.ceiling {
            Some(ceiling) if ceiling.layer == Layer::External => format!(
                "Third parties promise no more than {}, {} may be lost. {A_PROMISE}.",
                up(ceiling.unavailability),
                lost(ceiling.unavailability)
            ),
            Some(ceiling) => format!(
                "Availability can't exceed {}: the {} layer alone takes {}.",
                up(ceiling.unavailability),
                layer_name(ceiling.layer),
                lost(ceiling.unavailability)
            ),
            None => "No layer of availability has a figure.".to_owned(),
        },
    );
    facts.insert(
        "components",
        format!(
            "{} and {} were read from {}.",
            plural(system.components.len(), "component"),
            plural_of(system.dependencies.len(), "dependency", "dependencies"),
            plural(stack.files.len(), "file")
        ),
    );
    let proven = system.dependencies.iter().filter(|dependency| !dependency.evidence.is_empty()).count();
    facts.insert(
        "evidence",
        format!(
            "{proven} of {} name the line that proves them.",
            plural_of(system.dependencies.len(), "dependency", "dependencies")
        ),
    );
    facts.insert("unknowns", unknowns(matter));
    facts.insert(
        "single_points",
        format!(
            "{} whose loss alone takes the system down.",
            plural_of(found(&[RuleId::SinglePointOfFailure]), "single point of failure", "single points of failure")
        ),
    );
    facts.insert("redundancy", redundancy(system));
    facts.insert(
        "detection",
        format!(
            "{} about health checks; times until somebody begins to repair are {}.",
            plural(found(&[RuleId::NoHealthCheck, RuleId::NoLoadBalancerHealth]), "finding"),
            operational(matter)
        ),
    );
    facts.insert("recovery", recovery(matter));
    facts.insert(
        "deadlocks",
        match recovery_deadlocks(system).len() {
            0 => "No circle was found in which repairs wait for each other.".to_owned(),
            count => format!("{} in which repairs wait for each other.", plural(count, "circle")),
        },
    );
    facts.insert(
        "backups",
        format!(
            "{} about backups, point-in-time recovery, versions and protection from deletion.",
            plural(
                found(&[
                    RuleId::NoBackup,
                    RuleId::NoPointInTimeRecovery,
                    RuleId::NoVersioning,
                    RuleId::DeletionUnprotected
                ]),
                "finding"
            )
        ),
    );
    facts.insert("change", change(matter));
    let fixes: usize = matter.fixes.iter().flatten().map(Vec::len).sum();
    facts.insert(
        "remediation",
        format!(
            "{} found, each applied to a copy and simulated before it is named.",
            if fixes == 1 { "1 repair was".to_owned() } else { format!("{fixes} repairs were") }
        ),
    );
    facts.insert("scenarios", scenarios(matter));
    facts.insert(
        "severest",
        format!(
            "{} of them take away the whole service.",
            matter.sweep.results.iter().filter(|it| it.entry_loss >= 1.0 - 1e-12).count()
        ),
    );
    facts.insert("third_parties", third_parties(matter));
    facts.insert(
        "external",
        match availability.layers.iter().find(|layer| layer.layer == Layer::External) {
            Some(layer) if layer.unavailability > 0.0 => {
                format!("Third parties alone take {}.", lost(layer.unavailability))
            }
            _ => "No third party beyond the provider has a figure.".to_owned(),
        },
    );
    facts.insert("concentration", concentration(system));
    facts
}

fn plural(count: usize, noun: &str) -> String {
    plural_of(count, noun, &format!("{noun}s"))
}

fn plural_of(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn objectives(matter: &StackMatter) -> String {
    let verdicts = &matter.availability.verdicts;
    if verdicts.is_empty() {
        return "No availability objective is written down.".to_owned();
    }
    let met = verdicts.iter().filter(|verdict| verdict.met).count();
    let unreachable = verdicts.iter().filter(|verdict| verdict.unreachable).count();
    let words = plural(verdicts.len(), "availability objective");
    let least = verdicts.iter().map(|verdict| verdict.holds.0).fold(1.0, f64::min);
    format!(
        "{words} written down: {met} expected to be met, {unreachable} out of reach of the design; each holds in {} of its \
         windows or more.",
        chance(least)
    )
}

fn unknowns(matter: &StackMatter) -> String {
    let unknowns = crate::html::unknowns(&matter.stack);
    let facts: usize = unknowns.iter().map(|unknown| unknown.of.len()).sum();
    format!(
        "{} not known from the text; each is listed with the reason.",
        if facts == 1 { "1 fact is".to_owned() } else { format!("{facts} facts are") }
    )
}

fn redundancy(system: &System) -> String {
    let (mut redundant, mut single, mut unknown) = (0, 0, 0);
    for component in &system.components {
        match component.redundancy.instances {
            Known::Known(instances) if instances > component.redundancy.required => redundant += 1,
            Known::Known(_) => single += 1,
            Known::Unknown(_) => unknown += 1,
        }
    }
    format!("{redundant} components have an instance to spare, {single} have none, {unknown} are not known.")
}

fn operational(matter: &StackMatter) -> &'static str {
    let inputs = &matter.availability.inputs;
    let response: Vec<_> =
        inputs.iter().filter(|input| input.quantity == foreshock_engine::Quantity::ResponseSeconds).collect();
    match response.iter().any(|input| input.source.is_default()) {
        _ if response.is_empty() => "not given",
        true => "defaults, in part at least",
        false => "as written",
    }
}

/// Of the losses of one component that take something down: how long until the users are served again.
fn recovery(matter: &StackMatter) -> String {
    /// Each costs a cascade and its repair.
    const MOST: usize = 200;
    let system = matter.stack.system();
    let mut slowest: Option<(f64, String)> = None;
    let mut never = 0;
    for (index, _) in system.iter().take(MOST) {
        let Some(service) = recover(system, &[Fault::Component(index)]).service else { continue };
        match service.p90 {
            Some(p90) if slowest.as_ref().is_none_or(|(known, _)| *known < p90.get()) => {
                slowest = Some((p90.get(), matter.stack.id_of(index)));
            }
            Some(_) => {}
            None => never += 1,
        }
    }
    let of = if system.components.len() > MOST { format!(" (of the first {MOST} components)") } else { String::new() };
    match (slowest, never) {
        (None, 0) => format!("No loss of one component stops the service{of}."),
        (Some((seconds, id)), 0) => {
            format!(
                "After the loss of one component service is back within {} in 9 of 10 cases; {id} takes longest{of}.",
                duration(seconds)
            )
        }
        (_, never) => {
            format!("After the loss of {} service does not come back by itself{of}.", plural(never, "component"))
        }
    }
}

fn change(matter: &StackMatter) -> String {
    match matter.stack.comparison() {
        None => "There was nothing to compare with.".to_owned(),
        Some(comparison) => {
            let new = matter.stack.findings.iter().filter(|finding| finding.new).count();
            let mended = comparison.mended.len();
            format!("Against {} ({}): {new} new findings, {mended} mended.", comparison.base.words, comparison.base.id)
        }
    }
}

fn scenarios(matter: &StackMatter) -> String {
    let not_run: u64 = matter.sweep.not_run.values().sum();
    let run = matter.sweep.run;
    let left = if not_run > 0 { format!("; {not_run} were not run, the budget was too small") } else { String::new() };
    format!("{run} scenarios of one or two faults were simulated{left}.")
}

fn third_parties(matter: &StackMatter) -> String {
    let count = |wanted: SourceKind| {
        matter.availability.inputs.iter().filter(|input| SourceKind::of(&input.source) == wanted).count()
    };
    format!(
        "{} rest on service levels of providers, {} of them not checked against a public page.",
        plural(count(SourceKind::Sla) + count(SourceKind::UncheckedSla), "number"),
        count(SourceKind::UncheckedSla)
    )
}

fn concentration(system: &System) -> String {
    let mut regions: BTreeMap<&str, usize> = BTreeMap::new();
    for component in &system.components {
        if let Some(region) = component.region.and_then(|region| system.regions.get(region.index())) {
            *regions.entry(&region.name).or_default() += 1;
        }
    }
    let Some((name, most)) = regions.iter().max_by_key(|(_, count)| **count) else {
        return "No region is written down.".to_owned();
    };
    let all: usize = regions.values().sum();
    format!("{most} of {all} components with a region are in {name}; {} in use.", plural(regions.len(), "region"))
}

#[cfg(test)]
mod tests {
    use camino::Utf8Path;
    use foreshock_analysis::Workspace;
    use foreshock_engine::SweepOptions;

    use super::super::articles::table;
    use super::*;

    #[test]
    fn every_fact_of_the_table_is_there_and_every_fact_is_used() {
        let shop = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/shop");
        let snapshot = Workspace::new().snapshot_of(&shop).unwrap();
        let stack = snapshot.stacks.first().unwrap();
        let sweep = stack.sweep(&SweepOptions::default(), &|_| {});
        let facts = facts(&StackMatter::of(&snapshot, 0, stack, sweep, Vec::new()));
        let table = table().unwrap();
        let mut used: Vec<&str> = table.article.iter().flat_map(|it| &it.facts).map(String::as_str).collect();
        used.sort_unstable();
        used.dedup();
        assert_eq!(used, facts.keys().copied().collect::<Vec<_>>());
        assert!(table.article.iter().all(|article| !article.does_not_show.is_empty()));
    }
}
