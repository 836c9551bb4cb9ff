//! Stacks that nobody runs: what tests are made on, and examples of how a module is called.

use camino::Utf8Path;

use super::Roots;

/// What a test reads.
const FIXTURES: [&str; 3] = ["fixtures", "testdata", "__fixtures__"];
/// What lies below one of these is for tests, or for readers; `test` itself may be an environment.
const BELOW: [&str; 3] = ["test", "tests", "examples"];

/// The roots without samples, and how many samples were passed over. Where nothing else is there, they stay.
pub(super) fn without_samples(roots: Roots, asked: &Utf8Path) -> (Roots, usize) {
    let all = roots.len();
    let kept: Roots =
        roots.iter().filter(|(_, root)| !is_sample(root.strip_prefix(asked).unwrap_or(root))).cloned().collect();
    if kept.is_empty() {
        return (roots, 0);
    }
    let passed_over = all - kept.len();
    (kept, passed_over)
}

/// By the way from what was asked for, so that who names one gets it.
fn is_sample(below: &Utf8Path) -> bool {
    let above = below.parent().into_iter().flat_map(Utf8Path::iter);
    below.iter().any(|name| FIXTURES.contains(&name)) || above.into_iter().any(|name| BELOW.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_runs_is_passed_over() {
        let roots =
            |names: &[&str]| -> Roots { names.iter().map(|name| (0, Utf8Path::new("/w").join(name))).collect() };
        let asked = Utf8Path::new("/w");
        for (names, kept) in [
            (
                vec!["prod", "tests/fixtures/x", "modules/v/examples/e", "envs/test", "test"],
                vec!["prod", "envs/test", "test"],
            ),
            (vec!["", "examples/complete", "testdata"], vec![""]),
            (vec!["examples/complete", "tests/one"], vec!["examples/complete", "tests/one"]),
        ] {
            let (found, passed_over) = without_samples(roots(&names), asked);
            assert_eq!(found, roots(&kept));
            assert_eq!(passed_over, names.len() - kept.len());
        }
        let named = without_samples(roots(&["examples/complete", "examples/other"]), Utf8Path::new("/w/examples"));
        assert_eq!(named.1, 0);
    }
}
