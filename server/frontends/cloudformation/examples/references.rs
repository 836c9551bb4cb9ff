//! Prints who refers to whom in templates, a line of JSON for each: what `tests/cloudformation/against_cfn_lint.py` compares.
#![allow(clippy::print_stdout)]

use foreshock_cloudformation::references;
use foreshock_syntax::yaml;

fn main() {
    for path in std::env::args().skip(1) {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let (tree, problems) = yaml::parse(&text);
        let pairs: Vec<String> =
            references(&tree, &text).iter().map(|(from, to)| format!("[{from:?}, {to:?}]")).collect();
        println!("{{\"file\": {path:?}, \"problems\": {}, \"references\": [{}]}}", problems.len(), pairs.join(", "));
    }
}
