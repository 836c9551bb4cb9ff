//! What fails, in words.

use foreshock_analysis::Stack;
use foreshock_engine::{Fault, Health, Resource, Unit};
use foreshock_model::ComponentIndex;

/// `aws_db_instance.orders`, `zone eu-west-1a`, `aws_lb.web can't reach aws_ecs_service.api`: of a whole component its name
/// alone, of two at once both.
pub(super) fn scenario_words(stack: &Stack, faults: &[Fault]) -> String {
    let words: Vec<String> = faults.iter().map(|fault| fault_words(stack, *fault)).collect();
    words.join(" + ")
}

fn fault_words(stack: &Stack, fault: Fault) -> String {
    let system = stack.system();
    let of = |component: ComponentIndex| stack.id_of(component);
    match fault {
        Fault::Component(component) => of(component),
        Fault::Unit(unit) => unit_words(stack, unit),
        Fault::Instances { component, lost } => format!("{lost} instances of {}", of(component)),
        Fault::Cut(dependency) => match system.dependencies.get(dependency.index()) {
            Some(cut) => format!("{} can't reach {}", of(cut.from), of(cut.to)),
            None => fault.id(system),
        },
        Fault::Exhausted { component, resource } => {
            let what = match resource {
                Resource::Cpu => "processor time",
                Resource::Connections => "connections",
                Resource::Memory => "memory",
                Resource::Disk => "disk",
            };
            format!("{} out of {what}", of(component))
        }
        Fault::Latency { component, factor } => format!("{} {factor} times as slow", of(component)),
        Fault::Traffic { entry: None, factor } => format!("{factor} times the traffic"),
        Fault::Traffic { entry: Some(entry), factor } => format!("{factor} times the traffic at {}", of(entry)),
        Fault::Impaired { component, health: Health::Overloaded } => format!("{} overloaded", of(component)),
        Fault::Impaired { component, .. } => format!("{} degraded", of(component)),
        Fault::Errors { component, share } => format!("{share} of the requests to {} fail", of(component)),
    }
}

fn unit_words(stack: &Stack, unit: Unit) -> String {
    let system = stack.system();
    let of = |component: ComponentIndex| stack.id_of(component);
    match unit {
        Unit::Instance { component, .. } => {
            let count = system.component(component).and_then(|component| component.redundancy.instances.known());
            match count {
                Some(1) => format!("the one instance of {}", of(component)),
                _ => format!("one instance of {}", of(component)),
            }
        }
        Unit::Zone(_) | Unit::Region(_) | Unit::Domain(_) => unit.name(system).replacen(':', " ", 1),
        Unit::Failover(component) => format!("the failover of {}", of(component)),
        Unit::CommonCause(component) => format!("all instances of {} at once", of(component)),
        Unit::Service(component) => format!("the provider's service behind {}", of(component)),
        Unit::Software(component) => format!("a mistake in {}", of(component)),
        Unit::Theoretical(component) => format!("what nobody can prevent at {}", of(component)),
        Unit::External(component) | Unit::Whole(component) => of(component),
    }
}
