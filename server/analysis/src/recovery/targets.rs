//! What is promised of recovery, wherever that is written: `foreshock.toml`, infrastructure YAML, and the resiliency policies of
//! AWS Resilience Hub.

use foreshock_model::{ComponentIndex, FaultClass, RecoveryTarget};
use foreshock_resources::{Body, Instance, Kind, Mode};
use foreshock_text::Place;

use crate::Stack;
use crate::configuration::targets::RecoveryGoal;
use crate::findings::suppression::address::covers;

/// The resource whose blocks promise recovery for each sort of fault.
const POLICY: &str = "aws_resiliencehub_resiliency_policy";
/// Its blocks, with the fault that each is about.
const BLOCKS: [(&str, FaultClass); 4] = [
    ("az", FaultClass::Zone),
    ("hardware", FaultClass::Instance),
    ("software", FaultClass::Software),
    ("region", FaultClass::Region),
];

/// What is promised of a stack. Cheap where nothing is.
pub(crate) fn targets(stack: &Stack) -> Vec<RecoveryTarget> {
    let mut found = stack.system().recovery_targets.clone();
    found.extend(stack.settings().goals.iter().flat_map(|goal| of_goal(stack, goal)));
    let instances = stack.resources().map_or(&[][..], |resources| &resources.instances);
    let policies = instances.iter().filter(|one| one.mode == Mode::Managed && &*one.type_name == POLICY);
    found.extend(policies.flat_map(|policy| of_policy(policy)));
    found
}

fn of_goal(stack: &Stack, goal: &RecoveryGoal) -> Vec<RecoveryTarget> {
    let target = |component| RecoveryTarget {
        component,
        classes: goal.classes.clone(),
        rto: goal.rto.clone(),
        rpo: goal.rpo.clone(),
    };
    if goal.address.is_none() && goal.tag.is_none() {
        return vec![target(None)];
    }
    let is_meant = |index: ComponentIndex, id: &str| {
        goal.address.as_ref().is_none_or(|address| covers(address, id))
            && goal
                .tag
                .as_ref()
                .is_none_or(|tag| stack.declaring_instance(index).is_some_and(|instance| carries(instance, tag)))
    };
    let components = stack.system().iter().filter(|(index, component)| is_meant(*index, component.id.as_str()));
    components.map(|(index, _)| target(Some(index))).collect()
}

/// Whether a resource has a tag or label: `tier`, `tier=gold`.
fn carries(instance: &Instance, tag: &str) -> bool {
    let (key, wanted) = tag.split_once('=').map_or((tag, None), |(key, value)| (key.trim(), Some(value.trim())));
    ["tags", "tags_all", "labels", "user_labels"].iter().any(|name| {
        let Some(attribute) = instance.body.attributes.get(*name) else { return false };
        let Kind::Map(tags) = &attribute.value.kind else { return false };
        let Some(value) = tags.get(key) else { return false };
        wanted.is_none_or(|wanted| matches!(&value.kind, Kind::String(text) if **text == *wanted))
    })
}

/// `policy { az { rto_in_secs = 300 } }`, or `rto = "5m"`.
fn of_policy(policy: &Instance) -> Vec<RecoveryTarget> {
    let outer = policy.body.blocks.iter().filter(|block| &*block.kind == "policy");
    let all = outer.flat_map(|block| &block.body.blocks).chain(&policy.body.blocks);
    all.filter_map(|block| {
        let (_, class) = BLOCKS.iter().find(|(name, _)| **name == *block.kind)?;
        let rto = written(&block.body, ["rto_in_secs", "rto"]);
        let rpo = written(&block.body, ["rpo_in_secs", "rpo"]);
        let is_any = rto.is_some() || rpo.is_some();
        is_any.then(|| RecoveryTarget { component: None, classes: vec![*class], rto, rpo })
    })
    .collect()
}

fn written(body: &Body, names: [&str; 2]) -> Option<(f64, Place)> {
    names.iter().find_map(|name| {
        let attribute = body.attributes.get(*name)?;
        let seconds = match &attribute.value.kind {
            Kind::Number(seconds) => *seconds,
            Kind::String(text) => go_duration(text)?,
            _ => return None,
        };
        Some((seconds, attribute.place.place()))
    })
}

/// `1h30m`, `45s`, `300`: seconds.
fn go_duration(text: &str) -> Option<f64> {
    if let Ok(seconds) = text.trim().parse::<f64>() {
        return Some(seconds);
    }
    let (mut sum, mut number) = (0.0, String::new());
    for c in text.trim().chars() {
        match c {
            '0'..='9' | '.' => number.push(c),
            unit => {
                let unit = match unit {
                    'h' => 3_600.0,
                    'm' => 60.0,
                    's' => 1.0,
                    _ => return None,
                };
                sum += std::mem::take(&mut number).parse::<f64>().ok()? * unit;
            }
        }
    }
    number.is_empty().then_some(sum)
}

#[cfg(test)]
mod tests {
    use super::go_duration;

    #[test]
    fn durations_of_go_are_read() {
        for (text, seconds) in
            [("1h30m", Some(5_400.0)), ("45s", Some(45.0)), ("300", Some(300.0)), ("1x", None), ("5", Some(5.0))]
        {
            assert_eq!(go_duration(text), seconds, "{text}");
        }
    }
}
