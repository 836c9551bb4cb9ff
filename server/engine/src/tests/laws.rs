//! The laws of semantics, section 2 and 6, on random systems.

use foreshock_model::{ComponentIndex, DependencyIndex, Known, System};
use proptest::prelude::*;
use std::sync::Arc;

use super::fixture;
use super::naive::{How, naive};
use super::random::{self, PLAIN, SMALL, WIDE, existing};
use crate::cascade::frozen::Frozen;
use crate::cascade::scratch::Scratch;
use crate::{Basis, Cascade, Cause, Fault, Health, Method, assess, assess_with, cascade};

/// `PROPTEST_CASES=20000` looks harder.
fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, max_global_rejects: 1_000_000, ..ProptestConfig::default() }
}

fn healths(system: &System, cascade: &Cascade) -> Vec<Health> {
    system.iter().map(|(index, _)| cascade.health(index)).collect()
}

/// The same system with its tables turned around.
fn reversed(system: &System) -> System {
    let last = system.components.len() as u32 - 1;
    let turn = |index: ComponentIndex| ComponentIndex(last - index.0);
    let mut turned = system.clone();
    turned.components.reverse();
    turned.dependencies.reverse();
    for dependency in turned.dependencies.iter_mut().map(Arc::make_mut) {
        let (from, to) = (turn(dependency.from), turn(dependency.to));
        (dependency.from, dependency.to) = (from, to);
    }
    let dependencies = system.dependencies.len() as u32;
    for group in &mut turned.alternatives {
        for member in &mut group.members {
            *member = DependencyIndex(dependencies - 1 - member.0);
        }
        group.members.rotate_left(1);
    }
    turned.alternatives.reverse();
    turned
}

fn turn_fault(fault: Fault, system: &System) -> Fault {
    use crate::Unit;
    let last = system.components.len() as u32 - 1;
    let turn = |index: ComponentIndex| ComponentIndex(last - index.0);
    match fault {
        Fault::Cut(dependency) => Fault::Cut(DependencyIndex(system.dependencies.len() as u32 - 1 - dependency.0)),
        Fault::Exhausted { component, resource } => Fault::Exhausted { component: turn(component), resource },
        Fault::Component(component) => Fault::Component(turn(component)),
        Fault::Instances { component, lost } => Fault::Instances { component: turn(component), lost },
        Fault::Unit(Unit::Instance { component, index }) => {
            Fault::Unit(Unit::Instance { component: turn(component), index })
        }
        Fault::Unit(Unit::Failover(component)) => Fault::Unit(Unit::Failover(turn(component))),
        other => other,
    }
}

/// The components whose dependencies, however indirect, include one that a fault touches directly.
fn reached(system: &System, faults: &[Fault]) -> Vec<bool> {
    let frozen = Frozen::new(system);
    let hits = |fault: &Fault, index: ComponentIndex| match *fault {
        Fault::Component(component)
        | Fault::Instances { component, .. }
        | Fault::Exhausted { component, .. }
        | Fault::Impaired { component, .. }
        | Fault::Errors { component, .. } => component == index,
        Fault::Cut(dependency) => system.dependencies[dependency.index()].from == index,
        Fault::Latency { .. } | Fault::Traffic { .. } => unreachable!("the modes have laws of their own"),
        Fault::Unit(crate::Unit::Zone(zone)) => frozen.layout.zone_members[zone.index()].contains(&index),
        Fault::Unit(crate::Unit::Domain(domain)) => frozen.layout.domain_members[domain.index()].contains(&index),
        Fault::Unit(unit) => unit.component() == Some(index),
    };
    let mut reached: Vec<bool> =
        system.iter().map(|(index, _)| faults.iter().any(|fault| hits(fault, index))).collect();
    for _ in 0..system.components.len() {
        for dependency in &system.dependencies {
            reached[dependency.from.index()] |= reached[dependency.to.index()];
        }
    }
    reached
}

/// What a component depends on, however indirectly.
fn needed(system: &System, of: ComponentIndex) -> Vec<bool> {
    let mut needed = vec![false; system.components.len()];
    needed[of.index()] = true;
    for _ in 0..system.components.len() {
        for dependency in &system.dependencies {
            needed[dependency.to.index()] |= needed[dependency.from.index()];
        }
    }
    needed
}

fn not_worse(better: &System, worse: &System, faults: &[Fault]) -> Result<(), TestCaseError> {
    let (better, worse) = (healths(better, &cascade(better, faults)), healths(worse, &cascade(worse, faults)));
    for (better, worse) in better.iter().zip(&worse) {
        prop_assert!(better <= worse, "{better:?} became {worse:?}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(config())]

    /// Existence, uniqueness, times, and the meaning of every row: the engine gives what the table says.
    #[test]
    fn the_cascade_is_what_the_table_says(text in random::any_system(WIDE), injected in random::faults(9)) {
        let system = fixture::system(&text);
        let injected = fixture::faults(&system, &existing(&system, &injected));
        let found = cascade(&system, &injected);
        let expected = naive(&system, &injected, How::default());
        let before = naive(&system, &[], How::default());
        for (index, component) in system.iter() {
            let (expected, before) = (expected[index.index()], before[index.index()]);
            prop_assert_eq!(found.health(index), expected.health(), "{}", component.id);
            let worse = expected.health() > before.health() || (expected.function_lost() && !before.function_lost());
            prop_assert_eq!(found.effect(index).is_some(), worse, "{}", component.id);
            if let Some(effect) = found.effect(index) {
                prop_assert_eq!(effect.function_lost, expected.function_lost());
                let level = effect.health as usize - 1;
                let at = expected.at_least[level].max(if effect.function_lost { expected.lost } else { 0.0 });
                prop_assert!((effect.at.get() - at.max(0.0)).abs() < 1e-6, "{}: {} not {at}", component.id, effect.at.get());
            }
        }
    }

    #[test]
    fn the_order_of_the_tables_does_not_matter(text in random::any_system(WIDE), injected in random::faults(9)) {
        let system = fixture::system(&text);
        let injected = fixture::faults(&system, &existing(&system, &injected));
        let turned = reversed(&system);
        let last = system.components.len() as u32 - 1;
        let mut other: Vec<Fault> = injected.iter().map(|&fault| turn_fault(fault, &system)).collect();
        other.reverse();
        let (one, two) = (cascade(&system, &injected), cascade(&turned, &other));
        for (index, _) in system.iter() {
            let counterpart = ComponentIndex(last - index.0);
            prop_assert_eq!(one.health(index), two.health(counterpart));
            let facts = |cascade: &Cascade, index| cascade.effect(index).map(|effect| (effect.at, effect.function_lost));
            prop_assert_eq!(facts(&one, index), facts(&two, counterpart));
        }
    }

    #[test]
    fn more_faults_never_heal(text in random::any_system(WIDE), some in random::faults(9), more in random::faults(9)) {
        let system = fixture::system(&text);
        let some = fixture::faults(&system, &existing(&system, &some));
        let mut all = some.clone();
        all.extend(fixture::faults(&system, &existing(&system, &more)));
        let (few, many) = (cascade(&system, &some), cascade(&system, &all));
        for (index, _) in system.iter() {
            prop_assert!(few.health(index) <= many.health(index));
            if let (Some(few), Some(many)) = (few.effect(index), many.effect(index)) {
                prop_assert!(few.function_lost <= many.function_lost);
                if few.health == many.health && few.function_lost == many.function_lost {
                    prop_assert!(many.at <= few.at);
                }
            }
        }
    }

    #[test]
    fn a_dependency_never_heals_and_neither_does_removing_a_breaker(
        text in random::any_system(WIDE), injected in random::faults(9), which in any::<prop::sample::Index>(),
    ) {
        let with = fixture::system(&text);
        let injected = fixture::faults(&with, &existing(&with, &injected));
        prop_assume!(!with.dependencies.is_empty());
        let which = which.index(with.dependencies.len());
        let mut unprotected = with.clone();
        Arc::make_mut(&mut unprotected.dependencies[which]).breaker = false;
        not_worse(&with, &unprotected, &injected)?;
        let grouped = with.alternatives.iter().any(|group| group.members.iter().any(|member| member.index() == which));
        if !grouped {
            let mut without = with.clone();
            Arc::make_mut(&mut without.dependencies[which]).weight = Some(0.0);
            not_worse(&without, &with, &injected)?;
        }
    }

    #[test]
    fn what_no_fault_reaches_stays_and_every_effect_has_a_chain(text in random::any_system(WIDE), injected in random::faults(9)) {
        let system = fixture::system(&text);
        let injected = fixture::faults(&system, &existing(&system, &injected));
        let found = cascade(&system, &injected);
        let reached = reached(&system, &injected);
        for effect in &found.effects {
            prop_assert!(reached[effect.component.index()], "{effect:?}");
            let chain = found.chain(effect.component);
            prop_assert_eq!(chain.first(), Some(effect));
            for (link, next) in chain.iter().zip(chain.iter().skip(1)) {
                prop_assert!(next.at <= link.at);
                let (from, tos): (_, Vec<_>) = match link.because {
                    Cause::Dependency(dependency) => {
                        let dependency = &system.dependencies[dependency.index()];
                        (dependency.from, vec![dependency.to])
                    }
                    Cause::Alternatives(group) => {
                        let members = &system.alternatives[group].members;
                        let of = |member: &DependencyIndex| &system.dependencies[member.index()];
                        (of(&members[0]).from, members.iter().map(|member| of(member).to).collect())
                    }
                    // Its support was lost to any of those that it leans on.
                    Cause::CircularFallback(group) => {
                        let from = system.dependencies[system.alternatives[group].members[0].index()].from;
                        (from, system.iter().map(|(index, _)| index).collect())
                    }
                    Cause::Fault(_) | Cause::Timeout(_) | Cause::Slow(_) | Cause::Traffic(_) | Cause::Errors(_) => return Err(TestCaseError::fail("a fault in the middle of a chain")),
                };
                prop_assert_eq!(from, link.component);
                prop_assert!(tos.contains(&next.component));
            }
            let fault = match chain.last().map(|link| link.because) {
                Some(Cause::Fault(fault)) => fault,
                other => return Err(TestCaseError::fail(format!("ends in {other:?}"))),
            };
            prop_assert!(fault < injected.len());
        }
        prop_assert!(found.effects.windows(2).all(|pair| (pair[0].at.get(), pair[0].component) < (pair[1].at.get(), pair[1].component)));
    }

    #[test]
    fn nothing_worse_than_degraded_crosses_an_open_breaker(text in random::any_system(WIDE), injected in random::faults(9)) {
        let mut system = fixture::system(&text);
        for dependency in system.dependencies.iter_mut().map(Arc::make_mut) {
            dependency.breaker = true;
        }
        let injected = fixture::faults(&system, &existing(&system, &injected));
        let found = cascade(&system, &injected);
        system.dependencies.clear();
        system.alternatives.clear();
        let alone = cascade(&system, &injected);
        for (index, _) in system.iter() {
            prop_assert!(found.health(index) <= alone.health(index).max(Health::Degraded));
        }
    }

    #[test]
    fn at_most_three_raises_and_a_scratch_can_be_used_again(text in random::any_system(WIDE), one in random::faults(9), two in random::faults(9)) {
        let system = fixture::system(&text);
        let (one, two) = (fixture::faults(&system, &existing(&system, &one)), fixture::faults(&system, &existing(&system, &two)));
        let frozen = Frozen::new(&system);
        let mut scratch = Scratch::default();
        for injected in [&one, &two, &one] {
            prop_assert_eq!(frozen.cascade(injected, &mut scratch), cascade(&system, injected));
            let mut seen = vec![Vec::new(); system.components.len()];
            for step in scratch.steps() {
                seen[step.component as usize].push(step.health);
            }
            for mut healths in seen {
                prop_assert!(healths.windows(2).all(|pair| pair[0] <= pair[1]));
                healths.dedup();
                prop_assert!(healths.len() <= 3);
            }
        }
    }
}

/// Loss of the changed system at the base's basis, which must not be greater.
fn gains(base: &System, changed: &System) -> Result<(), TestCaseError> {
    let before = assess(base);
    let after = assess_with(changed, &before.basis.carried_to(base, changed));
    prop_assert!(after.loss <= before.loss * (1.0 + 1e-9) + 1e-15, "{} became {}", before.loss, after.loss);
    prop_assert!(after.score >= before.score.map(|score| score - 1e-6));
    Ok(())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn an_instance_never_lowers_the_score(text in random::system(PLAIN), which in any::<prop::sample::Index>()) {
        let base = fixture::system(&text);
        let mut changed = base.clone();
        let which = which.index(base.components.len());
        let redundancy = &mut Arc::make_mut(&mut changed.components[which]).redundancy;
        let more = redundancy.instances.known().unwrap() + 1;
        redundancy.instances = Known::Known(more);
        gains(&base, &changed)?;
    }

    #[test]
    fn an_alternative_never_lowers_the_score(text in random::any_system(PLAIN), to in any::<prop::sample::Index>()) {
        let mut base = fixture::system(&text);
        prop_assume!(!base.alternatives.is_empty());
        let first = base.alternatives[0].members[0];
        // A member that can carry nothing worse than what the others can: a copy of one of them, to another target.
        let mut copy = foreshock_model::Dependency::clone(&base.dependencies[first.index()]);
        copy.to = ComponentIndex(to.index(base.components.len()) as u32);
        prop_assume!(copy.to != copy.from);
        // A group that was up by mutual support alone is the exception, see `an_alternative_to_mutual_support`.
        let members = &base.alternatives[0].members;
        prop_assume!(members.iter().all(|member| !needed(&base, base.dependencies[member.index()].to)[copy.from.index()]));
        // Whoever the new member is, something depended on it before: the basis is fixed.
        let mut changed = base.clone();
        let index = DependencyIndex(changed.dependencies.len() as u32);
        changed.dependencies.push(Arc::new(copy));
        changed.alternatives[0].members.push(index);
        base.alternatives[0].members.rotate_left(1);
        gains(&base, &changed)?;
    }

    #[test]
    fn a_required_dependency_never_raises_the_score(
        text in random::any_system(PLAIN), from in any::<prop::sample::Index>(), to in any::<prop::sample::Index>(),
    ) {
        use foreshock_model::{Confidence, Dependency, DependencyKind};
        let base = fixture::system(&text);
        let index = |which: prop::sample::Index| ComponentIndex(which.index(base.components.len()) as u32);
        let mut changed = base.clone();
        changed.dependencies.push(Arc::new(Dependency::new(index(from), index(to), DependencyKind::Requires, Confidence::Certain, Vec::new())));
        let before = assess(&base);
        let after = assess_with(&changed, &before.basis);
        prop_assert!(after.loss >= before.loss * (1.0 - 1e-9), "{} became {}", before.loss, after.loss);
    }

    #[test]
    fn a_copy_of_the_whole_leaves_the_score_equal(text in random::system(SMALL)) {
        // What is nowhere may be where its copy is.
        let text = random::known(&text);
        let system = fixture::system(&text);
        let copied = |line: &str| {
            let line = line.replace("group g", "group h");
            line.split_inclusive([' ', ',']).map(|word| match word.strip_prefix('c') {
                Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit()) => format!("d{rest}"),
                _ => word.to_owned(),
            }).collect::<String>()
        };
        let copy: String = text.lines().skip(3).map(|line| copied(line) + "\n").collect();
        let twice = fixture::system(&format!("{text}{copy}"));
        prop_assert_eq!(twice.components.len(), 2 * system.components.len());
        let (one, two) = (assess(&system), assess(&twice));
        prop_assert!((one.loss - two.loss).abs() <= 1e-12 + 1e-9 * one.loss, "{} became {}", one.loss, two.loss);
        prop_assert_eq!(one.score.is_some(), two.score.is_some());
    }

    #[test]
    fn points_are_the_score_with_the_unit_perfect_minus_the_score(text in random::system(SMALL)) {
        use foreshock_model::Probability;
        // What is nowhere may be somewhere else once a zone is perfect.
        let system = fixture::system(&random::known(&text));
        let assessment = assess(&system);
        // Of what is switched off there is none.
        prop_assume!(assessment.score.is_some());
        for point in &assessment.single_points {
            let mut perfect = system.clone();
            let zero = |figure: &mut foreshock_model::Figure| figure.unavailability = Probability::ZERO;
            match point.unit {
                crate::Unit::Zone(zone) => zero(&mut perfect.zones[zone.index()].figure),
                crate::Unit::Domain(domain) => zero(&mut perfect.domains[domain.index()].figure),
                crate::Unit::Whole(component) => zero(Arc::make_mut(&mut perfect.components[component.index()]).reliability.whole.as_mut().unwrap()),
                // A primary alone can't be made perfect by a figure.
                crate::Unit::Instance { component, .. } if point.count == system.components[component.index()].redundancy.instances.known().copied().unwrap_or(0) => {
                    zero(Arc::make_mut(&mut perfect.components[component.index()]).reliability.instance.as_mut().unwrap());
                }
                _ => continue,
            }
            let better = assess_with(&perfect, &assessment.basis);
            let expected = better.score.unwrap() - assessment.score.unwrap();
            prop_assert!((point.points.get() - expected).abs() < 1e-6, "{:?}: {} not {expected}", point.unit, point.points);
        }
    }

    #[test]
    fn the_ceiling_is_not_below_what_is_expected(text in random::system(WIDE)) {
        let system = fixture::system(&text);
        let assessment = assess(&system);
        prop_assert_eq!(assessment.method, Method::Exact);
        if let Some(ceiling) = assessment.ceiling {
            prop_assert!(ceiling.unavailability <= assessment.expected_unavailability + 1e-15);
        }
        if let (Some(score), Some((low, high))) = (assessment.score, assessment.score_range) {
            prop_assert!(low <= score && score <= high);
        }
    }

    #[test]
    fn a_basis_carried_to_the_same_system_is_the_same(text in random::system(WIDE)) {
        let system = fixture::system(&text);
        let basis = Basis::of(&system);
        prop_assert_eq!(basis.carried_to(&system, &system), basis.clone());
        prop_assert_eq!(assess_with(&system, &basis), assess(&system));
    }
}
