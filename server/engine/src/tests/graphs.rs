//! What is asked of a system as a graph: what breaks a circle, and the paths by which one component comes to need another.

use std::collections::BTreeSet;

use foreshock_model::{ComponentIndex, DependencyIndex, System};
use proptest::prelude::*;

use super::fixture::{index, system};
use super::random::{self, WIDE};
use crate::{circular_dependencies, required_paths};

fn without(system: &System, gone: &[DependencyIndex]) -> System {
    let kept = (0u32..).zip(&system.dependencies).filter(|(at, _)| !gone.contains(&DependencyIndex(*at)));
    let dependencies = kept.map(|(_, dependency)| dependency.clone()).collect();
    System { dependencies, alternatives: Vec::new(), ..system.clone() }
}

/// Whole systems of plain requirements between seven components.
fn plain() -> impl Strategy<Value = System> {
    proptest::collection::vec((0..7_u8, 0..7_u8), 0..24).prop_map(|links| {
        let components: String = (0..7).map(|place| format!("c{place}\n")).collect();
        let links: BTreeSet<(u8, u8)> = links.into_iter().filter(|(from, to)| from != to).collect();
        let links: String = links.iter().map(|(from, to)| format!("c{from} -> c{to}\n")).collect();
        system(&(components + &links))
    })
}

fn names(system: &System, paths: &[Vec<DependencyIndex>]) -> Vec<String> {
    let name = |component: ComponentIndex| system.component(component).unwrap().id.to_string();
    let of = |path: &Vec<DependencyIndex>| {
        let steps: Vec<_> = path.iter().map(|step| &system.dependencies[step.index()]).collect();
        assert!(steps.windows(2).all(|pair| pair[0].to == pair[1].from));
        let first = name(steps[0].from);
        steps.iter().fold(first, |text, step| text + " " + &name(step.to))
    };
    paths.iter().map(of).collect()
}

/// Every path, by trying all.
fn all_paths(system: &System, path: &mut Vec<ComponentIndex>, to: ComponentIndex, found: &mut Vec<String>) {
    let at = *path.last().unwrap();
    if at == to {
        let ids: Vec<String> = path.iter().map(|it| system.component(*it).unwrap().id.to_string()).collect();
        found.push(ids.join(" "));
        return;
    }
    for dependency in system.dependencies.iter().filter(|dependency| dependency.from == at) {
        if !path.contains(&dependency.to) {
            path.push(dependency.to);
            all_paths(system, path, to, found);
            path.pop();
        }
    }
}

proptest! {
    #![proptest_config(random::config(200))]

    #[test]
    fn without_what_breaks_them_there_are_no_circles(text in random::circular(WIDE)) {
        let system = system(&text);
        let broken: Vec<DependencyIndex> =
            circular_dependencies(&system).into_iter().flat_map(|found| found.broken_without).collect();
        // Alternatives are no requirements: they must not become any.
        let grouped: BTreeSet<DependencyIndex> =
            system.alternatives.iter().flat_map(|group| group.members.iter().copied()).collect();
        let gone: Vec<DependencyIndex> = broken.iter().copied().chain(grouped).collect();
        prop_assert_eq!(circular_dependencies(&without(&system, &gone)), []);
    }

    #[test]
    fn the_shortest_paths_are_the_shortest_of_all(system in plain(), most in 1..6_usize) {
        let (from, to) = (index(&system, "c0"), index(&system, "c6"));
        let found = names(&system, &required_paths(&system, from, to, most, |_| true));
        let mut all = Vec::new();
        all_paths(&system, &mut vec![from], to, &mut all);
        prop_assert_eq!(found.len(), all.len().min(most));
        prop_assert!(found.iter().all(|path| all.contains(path)), "{:?} of {:?}", found, all);
        prop_assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), found.len());
        let mut lengths: Vec<usize> = all.iter().map(|path| path.len()).collect();
        lengths.sort_unstable();
        prop_assert_eq!(found.iter().map(String::len).collect::<Vec<_>>(), &lengths[..found.len()]);
    }
}

#[test]
fn one_dependency_breaks_a_ring() {
    let ring = system("a\nb\nc\na -> b\nb -> c\nc -> a\n");
    let found = circular_dependencies(&ring);
    assert_eq!((found.len(), found[0].circle.len(), found[0].broken_without.len()), (1, 3, 1));
}

/// An address handed over makes a dependency likely; that two of them make a circle is not worth a warning, and no guess
/// closes one.
#[test]
fn only_what_is_certain_makes_a_circle() {
    for link in ["likely", "guess", "async", "management", "weight=0.5"] {
        let ring = system(&format!("a\nb\nc\na -> b\nb -> c\nc -> a {link}\n"));
        assert_eq!(circular_dependencies(&ring), [], "{link}");
    }
}

#[test]
fn the_dependency_that_two_rings_share_breaks_both() {
    let rings = system("a\nb\nc\nd\na -> b\nb -> c\nc -> a\nb -> d\nd -> a\n");
    let found = circular_dependencies(&rings);
    assert_eq!(names(&rings, &[found[0].broken_without.clone()]), ["a b"]);
}

#[test]
fn a_path_leads_over_what_alone_takes_its_caller_down() {
    let system = system(
        "web\nshop\nmail\nqueue\ndb\nreplica\nweb -> shop\nweb -> mail\nweb -> queue async\nshop -> db\nmail -> db\n\
         queue -> db\nmail -> replica\ngroup data k=1: shop -> replica, shop -> queue\n",
    );
    let (web, db, replica) = (index(&system, "web"), index(&system, "db"), index(&system, "replica"));
    let all = |to| names(&system, &required_paths(&system, web, to, 9, |_| true));
    assert_eq!(all(db), ["web mail db", "web shop db"]);
    assert_eq!(all(replica), ["web mail replica"]);
    let mail = index(&system, "mail");
    assert_eq!(names(&system, &required_paths(&system, web, db, 9, |it| it != mail)), ["web shop db"]);
    assert_eq!(required_paths(&system, web, web, 9, |_| true), [] as [Vec<DependencyIndex>; 0]);
    assert_eq!(required_paths(&system, db, web, 9, |_| true), [] as [Vec<DependencyIndex>; 0]);
}
