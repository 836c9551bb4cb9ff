//! `.Capabilities` of a template: what is known of a cluster that nobody has asked.

use foreshock_templates::{Host, Kind, Map, Unknown, Value};

const WHY: &str = "it depends on the cluster";

/// Versions of the API that every cluster in use has. Which others there are nobody knows.
const EVERYWHERE: &[&str] = &[
    "v1",
    "apps/v1",
    "batch/v1",
    "autoscaling/v1",
    "autoscaling/v2",
    "policy/v1",
    "networking.k8s.io/v1",
    "rbac.authorization.k8s.io/v1",
    "storage.k8s.io/v1",
    "apiextensions.k8s.io/v1",
    "admissionregistration.k8s.io/v1",
    "apiregistration.k8s.io/v1",
    "authentication.k8s.io/v1",
    "authorization.k8s.io/v1",
    "certificates.k8s.io/v1",
    "coordination.k8s.io/v1",
    "discovery.k8s.io/v1",
    "events.k8s.io/v1",
    "node.k8s.io/v1",
    "scheduling.k8s.io/v1",
];

/// What `.Capabilities` is.
pub(crate) fn capabilities() -> Value {
    let unknown = |name: &str| Value::unknown(Unknown::named(WHY, name));
    let version =
        || Value::unknown(Unknown { is_cluster: true, ..Unknown::named(WHY, "KubeVersion") }.with_truth(Some(true)));
    let kubernetes: Map = [
        ("Version", version()),
        ("GitVersion", version()),
        ("Major", Value::made("1")),
        ("Minor", unknown("KubeVersion.Minor")),
    ]
    .into_iter()
    .map(|(name, value)| (name.into(), value))
    .collect();
    let helm: Map = ["Version", "GitCommit", "GitTreeState", "GoVersion"]
        .into_iter()
        .map(|name| (name.into(), Value::unknown(Unknown::named("it depends on the version of Helm", name))))
        .collect();
    let entries: Map = [
        ("KubeVersion", Value::map(kubernetes)),
        ("HelmVersion", Value::map(helm)),
        ("APIVersions", Kind::Host(std::rc::Rc::new(Versions)).into()),
    ]
    .into_iter()
    .map(|(name, value)| (name.into(), value))
    .collect();
    Value::map(entries)
}

/// The versions of the API that a cluster has.
#[derive(Debug)]
struct Versions;

impl Host for Versions {
    fn type_name(&self) -> &str {
        "common.VersionSet"
    }

    fn call(&self, name: &str, args: &[Value]) -> Result<Value, String> {
        let (true, [Value { kind: Kind::Text(text), .. }]) = (name == "Has", args) else {
            return match args {
                [] => Ok(Value::unknown(Unknown::named(WHY, "APIVersions"))),
                [arg] if matches!(arg.kind, Kind::Unknown(_)) => {
                    Ok(Value::unknown(Unknown::named(WHY, "APIVersions.Has")))
                }
                _ => Err(format!("APIVersions has no {name} with this argument")),
            };
        };
        if EVERYWHERE.contains(&text.as_str()) {
            return Ok(Kind::Bool(true).into());
        }
        Ok(Value::unknown(Unknown::named(WHY, &format!("APIVersions.Has {}", text.as_str()))))
    }
}
