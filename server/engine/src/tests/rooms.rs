//! The rooms of the engine and their arrows, read from the `use` lines and paths of its own files: a room may know those
//! below it, and no file may know, by whatever way round, one that knows it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The files of the crate but for the tests, by module path: `layout`, `layout::own`.
fn files() -> BTreeMap<String, String> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = BTreeMap::new();
    let mut open: Vec<PathBuf> = vec![src.clone()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("tests") {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let inside = path.strip_prefix(&src).unwrap().with_extension("");
                let parts: Vec<&str> = inside.iter().map(|part| part.to_str().unwrap()).collect();
                let module = parts.join("::");
                let module = module.strip_suffix("::mod").unwrap_or(&module).to_owned();
                files.insert(module, code(&fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files
}

/// The text without comments and without the tests at its end.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).map(|line| format!("{line}\n")).collect()
}

/// The paths of one `use` tree: `a::{b, c::d as e}` is `a::b` and `a::c::d`.
fn paths(tree: &str) -> Vec<String> {
    let tree = tree.trim();
    let Some((before, rest)) = tree.split_once('{') else {
        return vec![tree.split(" as ").next().unwrap_or_default().trim().to_owned()];
    };
    let inside = rest.strip_suffix('}').unwrap_or(rest);
    let (mut depth, mut parts, mut part) = (0, Vec::new(), String::new());
    for letter in inside.chars() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(std::mem::take(&mut part));
                continue;
            }
            _ => {}
        }
        part.push(letter);
    }
    parts.push(part);
    let parts = parts.iter().filter(|part| !part.trim().is_empty());
    parts.flat_map(|part| paths(part)).map(|path| format!("{before}{path}")).collect()
}

/// The `use` lines of a file: whether others see them, and their paths.
fn uses(text: &str) -> Vec<(bool, String)> {
    let mut found = Vec::new();
    for statement in text.split(';') {
        let Some(at) = statement.rfind("use ").filter(|&at| !statement[at..].contains("fn ")) else { continue };
        let line = statement[..at].rsplit('\n').next().unwrap_or_default().trim();
        if !line.is_empty() && !line.starts_with("pub") {
            continue;
        }
        found.extend(paths(&statement[at + 4..]).into_iter().map(|path| (!line.is_empty(), path)));
    }
    found
}

/// Paths that are written out where they are needed: `crate::layout::own::NEVER`.
fn written_out(text: &str) -> impl Iterator<Item = String> {
    text.split("crate::").skip(1).filter(|rest| !rest.starts_with('{')).map(|rest| {
        let end = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_' && letter != ':');
        format!("crate::{}", rest[..end.unwrap_or(rest.len())].trim_end_matches(':'))
    })
}

/// Which file a path leads to, re-exports of the crate and of the rooms followed.
fn target(path: &str, files: &BTreeMap<String, String>, exported: &BTreeMap<String, String>) -> Option<String> {
    let mut path = path.strip_prefix("crate::")?.to_owned();
    while let Some(real) = exported.get(&path) {
        path.clone_from(real);
    }
    let mut module = path.as_str();
    loop {
        if files.contains_key(module) {
            return Some(module.to_owned());
        }
        module = module.rsplit_once("::")?.0;
    }
}

/// For each file those that it knows.
fn arrows() -> BTreeMap<String, BTreeSet<String>> {
    let files = files();
    let mut exported = BTreeMap::new();
    for (module, text) in &files {
        let name = |inside: &str| if module == "lib" { inside.to_owned() } else { format!("{module}::{inside}") };
        for (_, path) in uses(text).into_iter().filter(|(public, path)| *public && !path.starts_with("crate")) {
            let last = path.rsplit("::").next().unwrap_or_default();
            exported.insert(name(last), name(&path));
        }
    }
    let mut arrows = BTreeMap::new();
    for (module, text) in files.iter().filter(|(module, _)| *module != "lib") {
        let inside = |path: String| match path.split("::").next() {
            Some(first) if files.contains_key(&format!("{module}::{first}")) => format!("crate::{module}::{path}"),
            _ => path,
        };
        let private = uses(text).into_iter().filter(|(public, _)| !public).map(|(_, path)| inside(path));
        let known = private.chain(written_out(text)).filter_map(|path| target(&path, &files, &exported));
        arrows.insert(module.clone(), known.filter(|known| known != module).collect::<BTreeSet<String>>());
    }
    arrows
}

/// Those that can't be put below or above each other: taken away are, again and again, those that know none of the rest,
/// and those that none of the rest knows.
fn rings(arrows: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let mut left = arrows.clone();
    loop {
        let known: BTreeSet<String> = left.values().flatten().cloned().collect();
        let ends = |(name, knows): (&String, &BTreeSet<String>)| {
            (knows.iter().all(|known| !left.contains_key(known)) || !known.contains(name)).then(|| name.clone())
        };
        let ends: Vec<String> = left.iter().filter_map(ends).collect();
        if ends.is_empty() {
            return left.into_keys().collect();
        }
        left.retain(|name, _| !ends.contains(name));
    }
}

fn room(module: &str) -> &str {
    module.split("::").next().unwrap_or(module)
}

#[test]
fn files_know_each_other_in_one_direction_only() {
    let arrows = arrows();
    assert!(
        arrows.len() > 60 && arrows.values().map(BTreeSet::len).sum::<usize>() > 200,
        "too few to be all: {arrows:?}"
    );
    assert_eq!(rings(&arrows), Vec::<String>::new());
}

#[test]
fn a_ring_is_seen() {
    let arrow = |from: &str, to: &str| (from.to_owned(), BTreeSet::from([to.to_owned()]));
    let arrows = BTreeMap::from([arrow("a", "b"), arrow("b", "c"), arrow("c", "b"), arrow("d", "a")]);
    assert_eq!(rings(&arrows), ["b", "c"]);
}

/// For each room those that its files know.
fn rooms() -> BTreeMap<String, BTreeSet<String>> {
    let mut rooms: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (from, known) in arrows() {
        let others = known.iter().map(|known| room(known)).filter(|&known| known != room(&from)).map(str::to_owned);
        rooms.entry(room(&from).to_owned()).or_default().extend(others);
    }
    rooms
}

#[test]
fn rooms_know_each_other_in_one_direction_only() {
    assert_eq!(rings(&rooms()), Vec::<String>::new());
}

/// The cascade and the diagrams say the same, each by itself: that is a law of the tests, and worth nothing if one asks
/// the other. How long failures last, which behind a buffer decides what is down, is the same law for diagrams and recovery.
#[test]
fn cascade_and_diagram_know_only_the_layout() {
    let rooms = rooms();
    let layout = || "layout".to_owned();
    assert_eq!(rooms["cascade"], BTreeSet::from([layout()]));
    assert_eq!(rooms["diagram"], BTreeSet::from([layout(), "durations".to_owned()]));
    assert_eq!(rooms["durations"], BTreeSet::from([layout()]));
    assert_eq!(rooms["layout"], BTreeSet::new());
}
