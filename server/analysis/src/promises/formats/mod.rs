//! The YAML in which teams keep objectives: OpenSLO, Sloth, Pyrra. Any text gives what is sound in it, and problems for the
//! rest; what is not availability is passed over without a word.

mod openslo;
mod pyrra;
mod reading;
mod sloth;

use std::sync::Arc;

use foreshock_syntax::yaml::Value;
use foreshock_text::Problem;

use super::written::WrittenPromise;
use crate::YamlFile;
use reading::Reading;

/// A file of promises, understood.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct PromiseFile {
    /// What is promised, in the order of the text.
    pub(crate) promises: Vec<WrittenPromise>,
    /// What could not be understood, by place; the grammar's own problems among them.
    pub(crate) problems: Vec<Problem>,
}

/// What a document of YAML is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    OpenSlo,
    Sloth,
    SlothOfKubernetes,
    Pyrra,
}

impl Format {
    fn of(document: Value<'_>) -> Option<Format> {
        let text = |key: &str| document.get(key).and_then(Value::scalar).map_or("", |scalar| scalar.text());
        let (version, kind) = (text("apiVersion"), text("kind"));
        if version.starts_with("openslo/") || version.starts_with("openslo.com/") {
            return Some(Format::OpenSlo);
        }
        match kind {
            "PrometheusServiceLevel" if version.starts_with("sloth.slok.dev/") => Some(Format::SlothOfKubernetes),
            "ServiceLevelObjective" if version.starts_with("pyrra.dev/") => Some(Format::Pyrra),
            _ if text("version") == "prometheus/v1" => Some(Format::Sloth),
            _ => None,
        }
    }
}

/// Whether a text may hold promises: a cheap look, before anything is parsed. Never false for a text that
/// [`PromiseFile::read`] finds any in.
pub(crate) fn may_be_promises(text: &str) -> bool {
    let has_version =
        ["openslo", "sloth.slok.dev/", "prometheus/v1", "pyrra.dev/"].iter().any(|word| text.contains(word));
    has_version && !is_template(text)
}

/// Whether a text is made into YAML by something else first: an action stands where a key or a value begins. Inside of a
/// quoted query one is the tool's own.
fn is_template(text: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim_start().trim_start_matches("- ").trim_start();
        let value = line.split_once(": ").map_or("", |(_, value)| value.trim_start());
        line.starts_with("{{") || value.starts_with("{{")
    })
}

impl PromiseFile {
    /// Reads a file; `None` where it holds no promises in a format that is known.
    pub(crate) fn read(yaml: &YamlFile) -> Option<PromiseFile> {
        let documents: Vec<(Format, Value<'_>)> =
            yaml.tree.documents().filter_map(|document| Some((Format::of(document)?, document))).collect();
        if documents.is_empty() {
            return None;
        }
        let mut reading = Reading::of(yaml.path.clone());
        let indicators = openslo::Indicators::among(documents.iter().map(|(_, document)| *document));
        for (format, document) in documents {
            match format {
                Format::OpenSlo => openslo::read(document, &indicators, &mut reading),
                Format::Sloth => sloth::read(document, &mut reading),
                Format::SlothOfKubernetes => sloth::read_resource(document, &mut reading),
                Format::Pyrra => pyrra::read(document, &mut reading),
            }
        }
        let mut file = reading.finish();
        file.problems.extend(yaml.problems.iter().cloned());
        file.problems.sort_by(|one, other| (one.span, &one.message).cmp(&(other.span, &other.message)));
        Some(file)
    }
}

/// The name of a format, as people write it.
fn name(format: &'static str) -> Arc<str> {
    Arc::from(format)
}

#[cfg(test)]
mod tests {
    use foreshock_text::FilePath;

    use super::*;

    /// What is read of a text: each promise with what it allows, its line and what it speaks of; then the problems.
    fn read(text: &str) -> String {
        let yaml = YamlFile::parse(FilePath::new("/slo.yaml"), Arc::from(text));
        let Some(file) = PromiseFile::read(&yaml) else { return "no promises".to_owned() };
        assert!(may_be_promises(text), "{text}");
        let line = |span: foreshock_text::Span| text.get(..span.start as usize).unwrap_or(text).lines().count();
        let mut said = String::new();
        for promise in &file.promises {
            let WrittenPromise { name, kept_in, allowed, window_days, place, of } = promise;
            let target = place.span.text(text);
            let line = line(place.span);
            said += &format!(
                "{line}: {target} allows {} of {window_days} days: {name} of {of:?} ({kept_in})\n",
                allowed.get()
            );
        }
        for problem in &file.problems {
            said += &format!("{}: {}\n", line(problem.span), problem.message);
        }
        said
    }

    #[test]
    fn openslo_of_version_1() {
        let text = "apiVersion: openslo/v1
kind: SLO
metadata: {name: checkout-availability}
spec:
  service: checkout
  indicator:
    metadata: {name: requests}
    spec:
      ratioMetric:
        good: {metricSource: {spec: {query: 'http_requests_total{code!~\"5..\"}'}}}
        total: {metricSource: {spec: {query: http_requests_total}}}
  timeWindow: [{duration: 28d, isRolling: true}]
  budgetingMethod: Occurrences
  objectives:
    - target: 0.999
    - targetPercent: 99.5
---
apiVersion: openslo/v1
kind: SLI
metadata: {name: slow}
spec: {thresholdMetric: {metricSource: {spec: {query: latency}}}}
---
apiVersion: openslo/v1
kind: SLO
metadata: {name: availability-by-reference}
spec:
  service: checkout
  indicatorRef: slow
  objectives: [{target: 0.9999, op: lte, value: 1}]
";
        assert_eq!(
            read(text),
            "15: target: 0.999 allows 0.001 of 28 days: checkout-availability of [\"checkout\"] (OpenSLO)\n\
             16: targetPercent: 99.5 allows 0.005 of 28 days: checkout-availability of [\"checkout\"] (OpenSLO)\n"
        );
    }

    #[test]
    fn openslo_of_version_1_alpha() {
        let text = "apiVersion: openslo/v1alpha
kind: SLO
metadata: {name: uptime, displayName: Uptime of the shop}
spec:
  service: shop
  timeWindows: [{unit: Week, count: 2, isRolling: true}]
  budgetingMethod: Occurrences
  objectives:
    - displayName: good
      ratioMetrics: {good: {query: a}, total: {query: b}}
      target: 0.99
---
apiVersion: openslo/v1alpha
kind: Service
metadata: {name: shop}
spec: {}
";
        assert_eq!(read(text), "11: target: 0.99 allows 0.01 of 14 days: uptime of [\"shop\"] (OpenSLO)\n");
    }

    #[test]
    fn slices_count_as_time_where_they_are_short() {
        for (window, read_as) in [("1m", true), ("5m", true), ("1h", false), ("", false)] {
            let text = format!(
                "apiVersion: openslo/v1\nkind: SLO\nmetadata: {{name: availability}}\nspec:\n  service: a\n  \
                 budgetingMethod: Timeslices\n  indicator: {{spec: {{ratioMetric: {{good: {{}}, total: {{}}}}}}}}\n  \
                 objectives: [{{target: 0.9, timeSliceTarget: 0.9, timeSliceWindow: {window}}}]\n"
            );
            assert_eq!(read(&text).contains("allows"), read_as, "{window}");
        }
    }

    #[test]
    fn sloth_and_its_resource() {
        let text = "version: prometheus/v1
service: checkout
slos:
  - name: requests-availability
    objective: 99.95
    sli:
      events:
        error_query: sum(rate(http_requests_total{code=~\"5..\"}[{{.window}}]))
        total_query: sum(rate(http_requests_total[{{.window}}]))
  - name: requests-latency
    objective: 99
    sli: {raw: {error_ratio_query: 'x'}}
---
apiVersion: sloth.slok.dev/v1
kind: PrometheusServiceLevel
metadata: {name: m}
spec:
  service: billing
  slos:
    - name: availability
      objective: 99.9
      sli: {events: {errorQuery: 'a', totalQuery: 'b'}}
";
        assert_eq!(
            read(text),
            "5: objective: 99.95 allows 0.0005 of 30 days: requests-availability of [\"checkout\"] (Sloth)\n\
             21: objective: 99.9 allows 0.001 of 30 days: availability of [\"billing\"] (Sloth)\n"
        );
    }

    #[test]
    fn pyrra() {
        let text = "apiVersion: pyrra.dev/v1alpha1
kind: ServiceLevelObjective
metadata:
  name: shop-errors
  labels: {pyrra.dev/team: a, pyrra.dev/service: shop}
spec:
  target: '99.5'
  window: 4w
  indicator:
    ratio:
      errors: {metric: 'http_requests_total{job=\"front\",code=~\"5..\"}'}
      total: {metric: 'http_requests_total{job=\"front\"}'}
---
apiVersion: pyrra.dev/v1alpha1
kind: ServiceLevelObjective
metadata: {name: shop-success}
spec:
  target: '99.9'
  window: 2w
  indicator:
    latency: {success: {metric: 'a_bucket{le=\"1\"}'}, total: {metric: a_count}}
---
apiVersion: pyrra.dev/v1alpha1
kind: ServiceLevelObjective
metadata: {name: probe}
spec:
  target: '99'
  window: 2w
  indicator: {boolGauge: {metric: 'probe_success{job=\"blackbox\"}'}}
";
        assert_eq!(
            read(text),
            "7: target: '99.5' allows 0.005 of 28 days: shop-errors of [\"shop\", \"shop-errors\", \"front\"] (Pyrra)\n\
             27: target: '99' allows 0.01 of 14 days: probe of [\"probe\", \"blackbox\"] (Pyrra)\n"
        );
    }

    #[test]
    fn what_is_no_target_is_told() {
        let sloth = |objective: &str| {
            format!(
                "version: prometheus/v1\nservice: a\nslos:\n  - name: availability\n    objective: {objective}\n    sli: {{raw: {{error_ratio_query: q}}}}\n"
            )
        };
        assert_eq!(
            read(&sloth("high")),
            "5: `high` is no target; expected a percentage above 0 and up to 100, such as 99.9\n"
        );
        assert_eq!(read(&sloth("")), "5: expected a percentage above 0 and up to 100, such as 99.9\n");
        assert_eq!(read("version: prometheus/v1\nservice: a\nslos: none\n"), "3: expected a list of objectives\n");
        assert_eq!(
            read(
                "version: prometheus/v1\nservice: a\nslos:\n  - name: availability\n    sli: {raw: {error_ratio_query: q}}\n"
            ),
            "4: an objective without a target; expected `objective`, a percentage above 0 and up to 100, such as 99.9\n"
        );
        assert_eq!(
            read("apiVersion: openslo/v1\nkind: SLO\nspec:\n  objectives:\n    - target: 99.9\n"),
            "5: `99.9` is no target; expected a share above 0 and up to 1, such as 0.999; `targetPercent` takes percentages\n"
        );
        assert_eq!(
            read("apiVersion: openslo/v2alpha\nkind: SLO\n"),
            "1: objectives of openslo/v2alpha are not read; expected openslo/v1 or openslo/v1alpha\n"
        );
        assert_eq!(read("a: 1\n"), "no promises");
        assert_eq!(read("apiVersion: apps/v1\nkind: Deployment\n"), "no promises");
    }

    #[test]
    fn templates_are_no_promises_yet() {
        assert!(!may_be_promises("apiVersion: pyrra.dev/v1alpha1\nmetadata:\n  name: {{ .Release.Name }}\n"));
        assert!(!may_be_promises("{{- if .Values.slo }}\napiVersion: sloth.slok.dev/v1\n"));
        assert!(may_be_promises(
            "version: prometheus/v1\nslos:\n - sli: {raw: {error_ratio_query: 'x[{{.window}}]'}}\n"
        ));
    }

    #[test]
    fn whatever_is_typed_is_read() {
        let text = "apiVersion: openslo/v1\nkind: SLO\nmetadata: {name: a}\nspec:\n  service: [a]\n  objectives:\n    - {target: 0.9}\n---\nversion: prometheus/v1\nslos:\n  - [1, 2]\n  - {objective: {a: b}}\n  - *nowhere\n---\napiVersion: pyrra.dev/v1alpha1\nkind: ServiceLevelObjective\nspec: {target: [1], indicator: {ratio: 3}}\n";
        for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
            for written in [text.get(..end).unwrap(), text.get(end..).unwrap()] {
                let yaml = YamlFile::parse(FilePath::new("/slo.yaml"), Arc::from(written));
                if let Some(file) = PromiseFile::read(&yaml) {
                    let is_inside = |span: foreshock_text::Span| span.end as usize <= written.len();
                    assert!(file.promises.iter().all(|promise| is_inside(promise.place.span)), "{written}");
                    assert!(file.problems.iter().all(|problem| is_inside(problem.span)), "{written}");
                }
            }
        }
    }
}
