//! Agents: by hand, the laws, and against every state of the world.

use foreshock_model::{ComponentIndex, Probability, SourceFailure, System};
use proptest::prelude::*;
use std::sync::Arc;

use super::fixture::{self, faults, index, system};
use super::naive::{How, Times, naive};
use super::random::{self, SMALL, existing};
use crate::cascade::frozen::Frozen;
use crate::diagram::equations::Wanted;
use crate::diagram::service::Service;
use crate::layout::reading::{Purpose, Reading};
use crate::{AgentAnswers, Fault, Health, Method, Unit, agents_after, cascade, expected_answers};

fn after(text: &str, injected: &str, agent: &str) -> AgentAnswers {
    let system = system(text);
    let agents = agents_after(&system, &cascade(&system, &faults(&system, injected)));
    let agent = index(&system, agent);
    agents.into_iter().find(|it| it.component == agent).unwrap()
}

#[track_caller]
fn check(text: &str, injected: &str, agent: &str, expected: f64) {
    let found = after(text, injected, agent);
    assert_eq!(found.method, Method::Exact);
    assert!((found.index - expected).abs() < 1e-12, "{} instead of {expected}", found.index);
}

/// h0 + (1 - h0) w s: 0.1 + 0.9 x 0.5 = 0.55 DOWN, 0.1 + 0.9 x 0.5 x 0.25 = 0.2125 DEGRADED, 0.1 + 0.9 x 0.5 x 0.5 =
/// 0.325 OVERLOADED.
#[test]
fn one_source() {
    let text = "bot h0=0.1 rests=docs:0.5\n docs x4 util=0.24";
    check(text, "", "bot", 0.1);
    check(text, "docs", "bot", 0.55);
    // 0.96 on one survivor of four, which is over 90 %.
    check(text, "docs-3", "bot", 0.325);
    check("bot h0=0.1 rests=docs:0.5\n docs x2", "docs#0", "bot", 0.2125);
}

/// 1 - 0.9 (1 - 0.5) (1 - 0.4) = 0.73.
#[test]
fn several_sources_count_the_own_rate_once() {
    let text = "bot h0=0.1 rests=docs:0.5,web:0.4,news:0\n docs\n web\n news";
    check(text, "docs web news", "bot", 0.73);
    let found = after(text, "docs web news", "bot");
    let adds: Vec<f64> = found.causes.iter().map(|cause| cause.adds).collect();
    // Without docs 1 - 0.9 x 0.6 = 0.46; without web 0.55.
    assert_eq!(adds.len(), 2);
    assert!((adds[0] - 0.27).abs() < 1e-12 && (adds[1] - 0.18).abs() < 1e-12, "{adds:?}");
}

/// Three agents in a row: 1 - 0.9^3 = 0.271, asked by calls or rested on.
#[test]
fn a_chain_counts_each_own_rate_once() {
    check("a h0=0.1\n b h0=0.1\n c h0=0.1\n a -> b\n b -> c", "", "a", 0.271);
    check("a h0=0.1 rests=b:1\n b h0=0.1 rests=c:1\n c h0=0.1", "", "a", 0.271);
    // Two ways to the same agent are one: four agents.
    check(
        "a h0=0.1\n b h0=0.1\n c h0=0.1\n d h0=0.1\n a -> b\n a -> c\n b -> d\n c -> d",
        "",
        "a",
        1.0 - 0.9_f64.powi(4),
    );
    // And a circle is its members.
    check("a h0=0.1\n b h0=0.2\n a -> b\n b -> a", "", "a", 0.28);
    check("a h0=0.1\n b h0=0.2\n a -> b\n b -> a", "", "b", 0.28);
}

/// Half of a's truth rests on b: 1 - 0.9 (1 - 0.5 x 0.2) = 0.19; with b's own source gone b is wrong with 0.2 + 0.8 x 0.5
/// = 0.6, and a with 1 - 0.9 x 0.7 = 0.37; with b gone a is wrong with 1 - 0.9 x 0.5 = 0.55.
#[test]
fn part_of_another_agents_error() {
    let text = "a h0=0.1 rests=b:0.5\n b h0=0.2 rests=docs:0.5\n docs";
    check(text, "", "a", 0.19);
    check(text, "docs", "a", 0.37);
    check(text, "b", "a", 0.55);
    let found = after(text, "docs", "a");
    let system = system(text);
    assert_eq!(found.causes[0].source, index(&system, "docs"));
    assert_eq!(found.causes[0].failures, [(index(&system, "b"), SourceFailure::Stale)]);
}

/// Two agents that rest on the same source: given that it is down, each is misled by itself.
#[test]
fn a_shared_source() {
    let text = "a h0=0.1 rests=docs:0.5\n b h0=0.2 rests=docs:0.4\n docs\n a -> b";
    check(text, "docs", "a", 1.0 - 0.9 * 0.8 * 0.5 * 0.6);
}

#[test]
fn an_error_is_safer() {
    let text = "bot h0=0.1 rests=docs:0.5:error,web:0.4:empty\n docs\n web";
    let found = after(text, "docs web", "bot");
    assert!((found.index - 0.46).abs() < 1e-12 && (found.declined - 0.5).abs() < 1e-12, "{found:?}");
    let found = after(text, "docs", "bot");
    assert!((found.index - 0.1).abs() < 1e-12 && (found.declined - 0.5).abs() < 1e-12);
    assert_eq!(found.causes.len(), 1);
    assert!((found.causes[0].declines - 0.5).abs() < 1e-12);
}

#[test]
fn an_agent_that_is_down_is_shown_as_such() {
    let found = after("bot h0=0.1\n model\n bot -> model", "model", "bot");
    assert_eq!((found.health, found.index), (Health::Down, 0.1));
}

/// A source with U = 0.02: 0.1 + 0.9 x 0.5 x 0.02 = 0.109. Behind a gateway that both share, not less.
#[test]
fn expected_by_hand() {
    let expect = |text: &str, agent: &str| {
        let system = system(text);
        let agent = index(&system, agent);
        expected_answers(&system).unwrap().into_iter().find(|it| it.component == agent).unwrap()
    };
    let found = expect("bot h0=0.1 rests=docs:0.5\n docs q=0.02", "bot");
    assert!((found.index - 0.109).abs() < 1e-15 && found.down == 0.0 && found.complete, "{found:?}");
    // Two sources that fall together: 0.98 x 0.1 + 0.02 (1 - 0.9 x 0.25).
    let found = expect("bot h0=0.1 rests=a:0.5,b:0.5\n a q=0\n b q=0\n net q=0.02\n a -> net\n b -> net", "bot");
    assert!((found.index - (0.098 + 0.02 * 0.775)).abs() < 1e-15, "{found:?}");
    // What the agent itself needs makes it silent, not wrong.
    let found = expect("bot h0=0.1 rests=docs:0.5\n docs q=0.02\n bot -> docs", "bot");
    assert!((found.wrong - 0.098).abs() < 1e-15 && (found.down - 0.02).abs() < 1e-15, "{found:?}");
    assert_eq!(expected_answers(&system("a\n b\n a -> b")), Some(Vec::new()));
}

/// An agent: which component, its own rate, and its sources with their weights and ways to fail.
type Drawn = (usize, f64, Vec<(usize, f64, usize)>);

/// Agents for some of the components of a random system.
fn agents() -> impl Strategy<Value = Vec<Drawn>> {
    let weight = prop::sample::select(vec![0.0, 0.2, 0.5, 1.0]);
    let rate = prop::sample::select(vec![0.0, 0.1, 0.3]);
    let sources = prop::collection::vec((0usize..9, weight, 0usize..3), 0..=2);
    prop::collection::vec((0usize..9, rate, sources), 1..=3)
}

fn with_agents(mut system: System, agents: &[Drawn]) -> System {
    use foreshock_model::{Agent, Grounding, Sourced};
    let count = system.components.len();
    for (at, rate, sources) in agents {
        let mut grounding: Vec<Grounding> = Vec::new();
        for &(source, weight, failure) in sources {
            let failure = [SourceFailure::Error, SourceFailure::Stale, SourceFailure::Empty][failure];
            let source = ComponentIndex((source % count) as u32);
            if source.index() != at % count && grounding.iter().all(|it| it.source != source) {
                grounding.push(Grounding { source, weight: Probability::new(weight).unwrap(), failure });
            }
        }
        let base_rate = Sourced { value: Probability::new(*rate).unwrap(), source: fixture::written() };
        Arc::make_mut(&mut system.components[at % count]).agent = Some(Agent { base_rate, grounding });
    }
    system
}

/// Every combination of what can go wrong: each agent errs or not, each source misleads at DEGRADED, at OVERLOADED, at
/// DOWN or not at all; in each, who is wrong is found by following who asks whom.
fn enumerated(system: &System, healths: &[Health]) -> Vec<(f64, f64)> {
    struct Link {
        from: usize,
        to: usize,
        weight: f64,
        error: bool,
        by_health: bool,
    }
    let agent = |index: usize| system.components[index].agent.as_ref();
    let mut links: Vec<Link> = Vec::new();
    for (index, component) in system.components.iter().enumerate() {
        for grounding in component.agent.iter().flat_map(|agent| &agent.grounding) {
            let error = grounding.failure == SourceFailure::Error;
            let (to, weight) = (grounding.source.index(), grounding.weight.get());
            links.push(Link { from: index, to, weight, error, by_health: true });
        }
    }
    for dependency in &system.dependencies {
        let (from, to) = (dependency.from.index(), dependency.to.index());
        let counts = dependency.confidence != foreshock_model::Confidence::Guess;
        let calls = counts && dependency.plane == foreshock_model::Plane::Data && from != to;
        if !calls || agent(from).is_none() || agent(to).is_none() {
            continue;
        }
        match links.iter_mut().find(|link| link.from == from && link.to == to) {
            Some(link) if link.by_health => {}
            Some(link) => link.weight = link.weight.max(dependency.share()),
            None => links.push(Link { from, to, weight: dependency.share(), error: false, by_health: false }),
        }
    }
    let own: Vec<usize> = (0..system.components.len()).filter(|&index| agent(index).is_some()).collect();
    let mut out = vec![(0.0, 0.0); system.components.len()];
    for errs in 0..1u32 << own.len() {
        for mut state in 0..4u32.pow(links.len() as u32) {
            let mut probability = 1.0;
            let mut wrong = vec![false; system.components.len()];
            let mut declined = wrong.clone();
            for (bit, &index) in own.iter().enumerate() {
                let rate = agent(index).unwrap().base_rate.value.get();
                wrong[index] = errs >> bit & 1 == 1;
                probability *= if wrong[index] { rate } else { 1.0 - rate };
            }
            let mut misled = Vec::new();
            for link in &links {
                let at = state % 4;
                state /= 4;
                let weight = link.weight;
                probability *= [1.0 - weight, weight * 0.5, weight * 0.25, weight * 0.25][at as usize];
                misled.push(at > 0);
                let enough = [Health::Down, Health::Down, Health::Overloaded, Health::Degraded][at as usize];
                if link.by_health && at > 0 && healths[link.to] >= enough {
                    if link.error { declined[link.from] = true } else { wrong[link.from] = true }
                }
            }
            for _ in 0..own.len() {
                for (link, _) in links.iter().zip(&misled).filter(|(_, misled)| **misled) {
                    wrong[link.from] |= wrong[link.to] && agent(link.to).is_some();
                    declined[link.from] |= declined[link.to] && agent(link.to).is_some();
                }
            }
            for (index, out) in out.iter_mut().enumerate() {
                out.0 += if wrong[index] { probability } else { 0.0 };
                out.1 += if declined[index] { probability } else { 0.0 };
            }
        }
    }
    out
}

fn healths(times: &[Times]) -> Vec<Health> {
    times.iter().map(Times::health).collect()
}

fn config(cases: u32) -> ProptestConfig {
    let config =
        ProptestConfig { failure_persistence: None, max_global_rejects: 1_000_000, ..ProptestConfig::default() };
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { config.cases } else { cases };
    ProptestConfig { cases, ..config }
}

proptest! {
    #![proptest_config(config(48))]

    #[test]
    fn the_index_is_the_mean_over_everything_that_can_go_wrong(
        text in random::system(SMALL), agents in agents(), injected in random::faults(5),
    ) {
        let system = with_agents(fixture::system(&text), &agents);
        let faults = fixture::faults(&system, &existing(&system, &injected));
        let expected = enumerated(&system, &healths(&naive(&system, &faults, How::default())));
        for found in agents_after(&system, &cascade(&system, &faults)) {
            let (wrong, declined) = expected[found.component.index()];
            prop_assert!((found.index - wrong).abs() < 1e-12, "{} instead of {wrong}", found.index);
            prop_assert!((found.declined - declined).abs() < 1e-12, "{} instead of {declined}", found.declined);
            prop_assert!(found.base_rate <= found.index && found.index <= 1.0);
        }
    }

    #[test]
    fn what_is_expected_is_the_mean_over_all_states(text in random::system(SMALL), agents in agents()) {
        let system = with_agents(fixture::system(&text), &agents);
        let frozen = Frozen::read(&system, Reading::of(Purpose::Service));
        let roots: Vec<u32> = (0..system.components.len() as u32).collect();
        let service = Service::at(&system, &frozen.layout, &roots, Wanted::DOWN);
        let units: Option<Vec<Unit>> = service.variables.list.iter().map(|variable| variable.unit).collect();
        let Some(units) = units.filter(|units| units.len() <= 8) else { return Err(TestCaseError::reject("too many units")) };
        let mut means = vec![(0.0, 0.0, 0.0, 0.0); system.components.len()];
        for mask in 0..1u32 << units.len() {
            let holds = |bit: usize| mask >> bit & 1 == 1;
            let faults: Vec<Fault> = units.iter().enumerate().filter(|(bit, _)| holds(*bit)).map(|(_, unit)| Fault::Unit(*unit)).collect();
            let healths = healths(&naive(&system, &faults, How { strict: true, ..How::default() }));
            let probability: f64 = service.variables.list.iter().enumerate()
                .map(|(bit, variable)| if holds(bit) { variable.probability } else { 1.0 - variable.probability }).product();
            for ((mean, (wrong, declined)), health) in means.iter_mut().zip(enumerated(&system, &healths)).zip(&healths) {
                mean.0 += probability * wrong;
                mean.1 += probability * declined;
                mean.2 += if *health == Health::Down { probability } else { 0.0 };
                mean.3 += if *health == Health::Down { 0.0 } else { probability * wrong };
            }
        }
        for found in expected_answers(&system).unwrap() {
            let (index, declined, down, wrong) = means[found.component.index()];
            for (found, expected) in [(found.index, index), (found.declined, declined), (found.down, down), (found.wrong, wrong)] {
                prop_assert!((found - expected).abs() < 1e-12, "{found} instead of {expected}");
            }
        }
    }

    #[test]
    fn worse_sources_never_help(
        text in random::system(SMALL), agents in agents(), some in random::faults(5), more in random::faults(5),
    ) {
        let system = with_agents(fixture::system(&text), &agents);
        let some = fixture::faults(&system, &existing(&system, &some));
        let mut all = some.clone();
        all.extend(fixture::faults(&system, &existing(&system, &more)));
        let (before, after) = (agents_after(&system, &cascade(&system, &some)), agents_after(&system, &cascade(&system, &all)));
        for (before, after) in before.iter().zip(&after) {
            prop_assert!(before.index <= after.index + 1e-12 && before.declined <= after.declined + 1e-12);
        }
    }

    #[test]
    fn a_source_of_weight_zero_changes_nothing(
        text in random::system(SMALL), agents in agents(), injected in random::faults(5), to in any::<prop::sample::Index>(),
    ) {
        let system = with_agents(fixture::system(&text), &agents);
        let faults = fixture::faults(&system, &existing(&system, &injected));
        let mut with = system.clone();
        let source = ComponentIndex(to.index(system.components.len()) as u32);
        for component in with.components.iter_mut().map(Arc::make_mut) {
            if let Some(agent) = component.agent.as_mut().filter(|agent| agent.grounding.iter().all(|it| it.source != source)) {
                agent.grounding.push(foreshock_model::Grounding { source, weight: Probability::ZERO, failure: SourceFailure::Stale });
            }
        }
        // An agent that is called is asked, whatever is said about resting on it.
        prop_assume!(with.component(source).unwrap().agent.is_none());
        let cascade = cascade(&system, &faults);
        prop_assert_eq!(agents_after(&system, &cascade), agents_after(&with, &cascade));
        prop_assert_eq!(expected_answers(&system), expected_answers(&with));
    }
}

/// What is given when a system is too large: not below the exact figure, and within 0..1.
#[test]
fn bounds_are_upper_bounds() {
    use crate::agents::agent_net::Net;
    for (text, injected) in [
        ("a h0=0.1 rests=docs:0.5\n b h0=0.2 rests=docs:0.4\n docs\n a -> b", "docs"),
        ("a h0=0.1\n b h0=0.1\n c h0=0.1\n d h0=0.1\n a -> b\n a -> c\n b -> d\n c -> d", ""),
        ("a h0=0.1\n b h0=0.2\n a -> b\n b -> a", ""),
        ("a h0=0.1 rests=x:0.5:error\n b h0=0.2 rests=x:0.4:error\n x\n a -> b", "x"),
    ] {
        let system = system(text);
        let cascade = cascade(&system, &faults(&system, injected));
        let bounds = Net::of(&system, 0).bounds(&|component| cascade.health(component));
        for (exact, (wrong, declined)) in agents_after(&system, &cascade).iter().zip(bounds) {
            assert!(
                exact.index <= wrong + 1e-12 && wrong <= 1.0 && exact.declined <= declined + 1e-12 && declined <= 1.0
            );
        }
    }
}
