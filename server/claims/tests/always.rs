//! The claims on mutated fixtures: what a fuzzer does for hours, some seconds long and the same every time.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

use std::path::Path;

use foreshock_claims::CLAIMS;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// The texts that are mutated for a claim: those of the fixtures in its language.
fn seeds(claim: &str) -> Vec<Vec<u8>> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let files: &[&str] = match claim {
        "hcl" | "terraform" | "edits" => &["fixtures/shop/rds.tf", "fixtures/shop/web.tf", "fixtures/apply/main.tf"],
        "hcl_json" | "plan" => &["fixtures/incidents.json"],
        "yaml" | "infra" => &["fixtures/checkout.yaml"],
        _ => &["fixtures/kubernetes/shop.yaml", "fixtures/checkout.yaml"],
    };
    let mut seeds: Vec<Vec<u8>> = files.iter().map(|file| std::fs::read(home.join(file)).unwrap()).collect();
    seeds.extend(match claim {
        "plan" => vec![include_bytes!("plan.json").to_vec()],
        "compose" => vec![
            b"services:\n  web: {image: nginx, depends_on: [db], deploy: {replicas: 2}}\n  db: {image: postgres}\n"
                .to_vec(),
        ],
        "cloudformation" => vec![
            b"Resources:\n  Db:\n    Type: AWS::RDS::DBInstance\n    Properties: {Engine: mysql, MultiAZ: !Ref Both}\n"
                .to_vec(),
        ],
        _ => Vec::new(),
    });
    seeds
}

/// Pieces that break readers: ends, brackets, half characters, things that nest and things that repeat.
const PIECES: [&[u8]; 16] = [
    b"\0",
    b"[",
    b"{",
    b"}",
    b"\"",
    b"${",
    b"<<EOT\n",
    b"\xff",
    b"\xe2\x82",
    b"&a [*a, *a]",
    b"!!binary ",
    b"- - - ",
    b"\r",
    b"99999999999999999999",
    b"*",
    b": ",
];

fn mutated(seed: &[u8], steps: &[(u16, u8, u8)]) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for &(at, length, what) in steps {
        let at = usize::from(at) % (bytes.len() + 1);
        let end = (at + usize::from(length)).min(bytes.len());
        match what % 4 {
            0 => drop(bytes.splice(at..end, [])),
            1 => drop(bytes.splice(at..at, PIECES[usize::from(what / 4) % PIECES.len()].iter().copied())),
            2 => drop(bytes.splice(at..at, bytes[at..end].to_vec())),
            _ => bytes[at..end].iter_mut().for_each(|byte| *byte = byte.wrapping_add(what)),
        }
    }
    bytes
}

#[test]
fn every_claim_holds_of_mutated_fixtures() {
    let cases = std::env::var("FORESHOCK_CLAIMS").ok().and_then(|cases| cases.parse().ok()).unwrap_or(24);
    for (name, claim) in CLAIMS {
        let seeds = seeds(name);
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
        let config = Config { cases, failure_persistence: None, ..Config::default() };
        let steps = prop::collection::vec((any::<u16>(), any::<u8>(), any::<u8>()), 0..6);
        let strategy = (0..seeds.len(), steps);
        TestRunner::new_with_rng(config, rng)
            .run(&strategy, |(seed, steps)| {
                claim(&mutated(&seeds[seed], &steps));
                Ok(())
            })
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        claim(b"");
        println!("{name}: {cases} mutations of {} texts", seeds.len());
    }
}
