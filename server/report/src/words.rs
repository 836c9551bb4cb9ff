//! Numbers and names in words, the same in every rendering and in the editor.

use foreshock_analysis::{Fix, Severity};
use foreshock_engine::Health;
use foreshock_model::{Confidence, DependencyKind, Layer, MinutesPerYear, Plane, Points};

/// Where the pages are.
const PAGES: &str = "https://github.com/foreshock/foreshock/blob/main/docs";

/// Address of a page.
pub fn page_address(page: &str) -> String {
    format!("{PAGES}/{page}")
}

/// Address of a rule's page.
pub fn rule_page_address(rule: &str) -> String {
    format!("{PAGES}/rules/{rule}.md")
}

/// A name as inline code of Markdown.
pub fn code(name: &str) -> String {
    // A backtick can only be inside a for_each key; nothing is lost by showing a quote.
    format!("`{}`", name.replace('`', "'"))
}

/// The name in JSON and in sentences.
pub fn health_name(health: Health) -> &'static str {
    match health {
        Health::Healthy => "HEALTHY",
        Health::Degraded => "DEGRADED",
        Health::Overloaded => "OVERLOADED",
        Health::Down => "DOWN",
    }
}

/// The name in JSON.
pub(super) fn dependency_name(kind: DependencyKind) -> &'static str {
    match kind {
        DependencyKind::Requires => "requires",
        DependencyKind::Optional => "optional",
        DependencyKind::Async => "async",
    }
}

/// The name in JSON.
pub fn layer_name(layer: Layer) -> &'static str {
    match layer {
        Layer::Software => "software",
        Layer::Hardware => "hardware",
        Layer::Theoretical => "theoretical",
        Layer::Operational => "operational",
        Layer::External => "external",
    }
}

/// The name in JSON.
pub(super) fn plane_name(plane: Plane) -> &'static str {
    match plane {
        Plane::Data => "data",
        Plane::Start => "start",
        Plane::Management => "management",
    }
}

pub(super) fn confidence_name(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Certain => "certain",
        Confidence::Likely => "likely",
        Confidence::Guess => "guess",
    }
}

/// `30 s`, `5 min`, `2.5 h`.
pub fn duration(seconds: f64) -> String {
    let (value, unit) = match seconds {
        s if s < 90.0 => (s, "s"),
        s if s < 5400.0 => (s / 60.0, "min"),
        s => (s / 3600.0, "h"),
    };
    let text = format!("{value:.1}");
    format!("{} {unit}", text.strip_suffix(".0").unwrap_or(&text))
}

/// `20 %`, `0.8 %`: two digits.
pub(super) fn share(share: f64) -> String {
    let percent = format!("{:.1}", 100.0 * share);
    format!("{} %", percent.strip_suffix(".0").unwrap_or(&percent))
}

/// A repair as it is offered: `Enable Multi-AZ (+18 points, 40 h a year less)`; without a gain where the score is no
/// matter (`Keep backups`).
pub fn offer(fix: &Fix) -> String {
    if fix.points <= 0.0 && fix.minutes_per_year <= 0.0 {
        fix.title.clone()
    } else {
        format!("{} ({})", fix.title, gain(fix))
    }
}

/// `+18 points, 40 h a year less`
pub(super) fn gain(fix: &Fix) -> String {
    let mut gain = points(fix.points);
    gain.insert(0, '+');
    if let Some(less) = yearly(fix.minutes_per_year) {
        gain.push_str(&format!(", {less} less"));
    }
    gain
}

/// `2 errors`, `1 hint`, `2 info`: the word that stands before each of them.
pub(super) fn counted(severity: Severity, count: usize) -> String {
    let plural = if count == 1 || severity == Severity::Info { "" } else { "s" };
    format!("{count} {}{plural}", severity.name())
}

/// `18 points`; small gains keep a digit, so that nothing gained is never shown as `0 points`.
pub fn points(points: Points) -> String {
    match points.get() {
        p if p >= 9.95 => format!("{p:.0} points"),
        p if p >= 0.05 => {
            let text = format!("{p:.1}");
            let text = text.strip_suffix(".0").unwrap_or(&text);
            format!("{text} {}", if text == "1" { "point" } else { "points" })
        }
        _ => "less than 0.1 points".to_owned(),
    }
}

/// `72`, `41.6`
pub fn score(score: f64) -> String {
    let text = format!("{score:.1}");
    text.strip_suffix(".0").unwrap_or(&text).to_owned()
}

/// What the ceiling of the external layer is.
pub(crate) const A_PROMISE: &str = "An SLA says when money is paid back, it is no physical limit";

/// What a score of 100 leaves unsaid: it ends there, and what it is made of goes on. None below.
pub(crate) fn capped(score: Option<f64>, structural_nines: Option<f64>) -> Option<String> {
    score.filter(|score| *score >= 100.0)?;
    Some(match structural_nines {
        Some(nines) => format!("capped: {nines:.1} structural nines"),
        None => "nothing in the text can take it down by hardware or third parties".to_owned(),
    })
}

/// How the score moved: `-27`, `+6.2`, `-0.004`, `0`.
pub fn moved(points: Points) -> String {
    let size = points.get().abs();
    if size == 0.0 {
        return "0".to_owned();
    }
    let digits = if size >= 0.05 { 1 } else { (-size.log10()).ceil().clamp(1.0, 12.0) as usize };
    let text = format!("{points:+.digits$}");
    text.strip_suffix(".0").unwrap_or(&text).to_owned()
}

/// An availability, from what it lacks: `99.19 %`.
pub fn up(unavailability: f64) -> String {
    // Close to 1 the difference from it is what matters: its digits are lost in a percentage.
    match unavailability {
        u if u > 0.0 && u < 1e-11 => format!("100 % less {:.2e} %", 100.0 * u),
        u => {
            let digits = if u > 0.0 { (-u.log10()).ceil().clamp(0.0, 12.0) as usize } else { 0 };
            let text = format!("{:.digits$}", 100.0 * (1.0 - u));
            format!("{text} %")
        }
    }
}

/// `40 h a year`; none below a second.
pub fn yearly(minutes: MinutesPerYear) -> Option<String> {
    let (value, unit) = match minutes.get() {
        m if m >= 60.0 => (m / 60.0, "h"),
        m if m >= 1.0 => (m, "min"),
        m if m * 60.0 >= 1.0 => (m * 60.0, "s"),
        _ => return None,
    };
    let text = if value < 9.95 { format!("{value:.1}") } else { format!("{value:.0}") };
    Some(format!("{} {unit} a year", text.strip_suffix(".0").unwrap_or(&text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_short() {
        for (seconds, text) in [(0.0, "0 s"), (2.31, "2.3 s"), (30.0, "30 s"), (120.0, "2 min"), (9000.0, "2.5 h")] {
            assert_eq!(duration(seconds), text);
        }
        let check = |points, minutes_per_year, text: &str| {
            let (points, minutes_per_year) = (Points::new(points), MinutesPerYear::new(minutes_per_year));
            let fix = Fix { title: String::new(), points, minutes_per_year, edits: Vec::new() };
            assert_eq!(gain(&fix), text);
        };
        for (points, text) in [(-27.0, "-27"), (6.18, "+6.2"), (-0.004, "-0.004"), (0.0, "0"), (-0.02, "-0.02")] {
            assert_eq!(moved(Points::new(points)), text);
        }
        check(18.2, 2411.0, "+18 points, 40 h a year less");
        check(1.0, 90.0, "+1 point, 1.5 h a year less");
        check(0.34, 0.5, "+0.3 points, 30 s a year less");
        check(0.01, 0.0, "+less than 0.1 points");
    }
}
