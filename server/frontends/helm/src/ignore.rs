//! What `.helmignore` leaves out of a chart.

use globset::{GlobBuilder, GlobMatcher};

/// The rules of a chart.
pub(crate) struct Ignored {
    rules: Vec<Rule>,
}

struct Rule {
    pattern: GlobMatcher,
    is_negated: bool,
    /// Whether it means directories alone.
    of_directories: bool,
    /// Whether it is compared with the whole path, and not with a name.
    of_paths: bool,
}

impl Ignored {
    /// The rules of a text, and those that count always.
    pub(crate) fn of(text: Option<&str>) -> Ignored {
        let lines = text.unwrap_or_default().lines().map(str::trim);
        let rules = lines.filter(|line| !line.is_empty() && !line.starts_with('#')).filter_map(rule);
        Ignored { rules: rules.chain(rule("templates/.?*")).collect() }
    }

    /// Whether a file of the chart is left out: it or a directory that it is in.
    pub(crate) fn holds(&self, path: &str) -> bool {
        let ends = path.match_indices('/').map(|(at, _)| (at, true)).chain([(path.len(), false)]);
        ends.into_iter().any(|(end, is_directory)| {
            path.get(..end).is_some_and(|part| self.rules.iter().any(|rule| rule.holds(part, is_directory)))
        })
    }
}

impl Rule {
    fn holds(&self, path: &str, is_directory: bool) -> bool {
        let compared = if self.of_paths { path } else { path.rsplit('/').next().unwrap_or(path) };
        (!self.of_directories || is_directory) && self.pattern.is_match(compared) != self.is_negated
    }
}

fn rule(line: &str) -> Option<Rule> {
    let (line, is_negated) = match line.strip_prefix('!') {
        Some(rest) => (rest, true),
        None => (line, false),
    };
    let (line, of_directories) = match line.strip_suffix('/') {
        Some(rest) => (rest, true),
        None => (line, false),
    };
    let of_paths = line.contains('/');
    let written = line.strip_prefix('/').unwrap_or(line);
    // Helm refuses two stars.
    if written.contains("**") {
        return None;
    }
    let pattern = GlobBuilder::new(written).literal_separator(true).build().ok()?.compile_matcher();
    Some(Rule { pattern, is_negated, of_directories, of_paths })
}
