//! Orders of variables are orders: each has the same components, once.

use proptest::prelude::*;

use super::fixture;
use super::random::{self, WIDE};
use crate::cascade::readings::Readings;
use crate::diagram::order::{Order, drawn_together};

const ALL: [Order; 6] =
    [Order::Topological, Order::Layered, Order::DepthFirst, Order::SmallFirst, Order::LargeFirst, Order::SharedFirst];

fn sorted(mut components: Vec<u32>) -> Vec<u32> {
    components.sort_unstable();
    components
}

/// Two pairs that have nothing to do with each other, and whoever needs each: no pair is left apart.
#[test]
fn what_is_needed_together_is_drawn_together() {
    let text = "a q=0.1\n b q=0.1\n c q=0.1\n d q=0.1\n x entry=1\n y\n z
         group x k=1: x -> y, x -> z\n y -> a\n y -> d\n z -> b\n z -> c";
    let system = fixture::system(text);
    let readings = Readings::of(&system);
    let at = |id: &str| system.find(id).unwrap().0;
    let start = ["x", "y", "z", "a", "b", "c", "d"].map(at);
    let drawn = drawn_together(readings.service(), &start);
    let place = |id: &str| drawn.iter().position(|&component| component == at(id)).unwrap();
    for (one, other, apart) in [("a", "d", "b"), ("b", "c", "a")] {
        let between = place(one).min(place(other))..place(one).max(place(other));
        assert!(!between.contains(&place(apart)), "{drawn:?}");
    }
}

proptest! {
    #![proptest_config(random::config(128))]

    #[test]
    fn each_has_the_same_components_once(text in random::any_system(WIDE)) {
        let system = fixture::system(&text);
        let readings = Readings::of(&system);
        let layout = readings.service();
        let all: Vec<u32> = (0..layout.own.len() as u32).collect();
        for order in ALL {
            let components = order.of(layout, &all);
            prop_assert_eq!(sorted(components.clone()), all.clone());
            prop_assert_eq!(sorted(drawn_together(layout, &components)), all.clone());
        }
    }
}
