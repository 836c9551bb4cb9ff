//! Names of things in clouds that can be written in more than one form: `West Europe` and `westeurope`, a network of Google by its name
//! or by its URL, a function of AWS by its name or by its ARN.

use foreshock_resources::{Kind, Trace, Value};

/// Attributes of Google in which a name and a link are the same to the provider, by the last part of their path.
const LINKED: [&str; 20] = [
    "backend_service",
    "default_service",
    "disk_type",
    "group",
    "health_checks",
    "instance_group",
    "machine_type",
    "network",
    "region",
    "router",
    "service",
    "ssl_certificates",
    "ssl_policy",
    "subnetwork",
    "target",
    "target_pools",
    "type",
    "url_map",
    "vpn_gateway",
    "zone",
];

/// What names of things of Google begin with, if they are more than the name.
const GOOGLE_ROOTS: [&str; 4] = ["projects/", "global/", "regions/", "zones/"];

/// Attributes of Google by which others refer to a resource where a name and a link are the same.
const REFERRED_BY: [&str; 3] = ["id", "name", "self_link"];

/// What the `id` of a resource of AWS is as well, in the words of the provider's documentation.
const IDS: [(&str, &[&str]); 11] = [
    ("allocation_id", &["aws_eip"]),
    (
        "arn",
        &[
            "aws_acm_certificate",
            "aws_alb",
            "aws_alb_listener",
            "aws_alb_target_group",
            "aws_ecs_cluster",
            "aws_iam_policy",
            "aws_kinesis_stream",
            "aws_lb",
            "aws_lb_listener",
            "aws_lb_target_group",
            "aws_secretsmanager_secret",
            "aws_sfn_state_machine",
            "aws_sns_topic",
        ],
    ),
    ("bucket", &["aws_s3_bucket"]),
    ("cluster_identifier", &["aws_docdb_cluster", "aws_neptune_cluster", "aws_rds_cluster"]),
    ("function_name", &["aws_lambda_function"]),
    ("key_id", &["aws_kms_key"]),
    ("key_name", &["aws_key_pair"]),
    (
        "name",
        &[
            "aws_autoscaling_group",
            "aws_cloudwatch_log_group",
            "aws_db_parameter_group",
            "aws_db_subnet_group",
            "aws_dynamodb_table",
            "aws_ecr_repository",
            "aws_eks_cluster",
            "aws_elasticache_parameter_group",
            "aws_elasticache_subnet_group",
            "aws_iam_group",
            "aws_iam_instance_profile",
            "aws_iam_role",
            "aws_iam_user",
            "aws_launch_configuration",
            "aws_rds_cluster_parameter_group",
        ],
    ),
    ("replication_group_id", &["aws_elasticache_replication_group"]),
    ("url", &["aws_sqs_queue"]),
    ("zone_id", &["aws_route53_zone"]),
];

/// Whether two values, of which one is not known, refer to one resource by attributes that are the same: its name and its link, its
/// id and what that is.
pub(super) fn are_one_reference(type_name: &str, path: &str, was: &Value, is: &Value) -> bool {
    let (Some(one), Some(other)) = (reference(was), reference(is)) else { return false };
    if was.is_known() && is.is_known() || one.to != other.to {
        return false;
    }
    let last = path.rsplit('.').next().unwrap_or(path);
    if type_name.starts_with("google_") {
        return LINKED.contains(&last)
            && REFERRED_BY.contains(&&*one.attribute)
            && REFERRED_BY.contains(&&*other.attribute);
    }
    let of_type = type_of(&one.to);
    let is_id = |attribute: &str| {
        let is_same = |(name, types): &(&str, &[&str])| *name == attribute && types.contains(&of_type.as_str());
        attribute == "id" || IDS.iter().any(is_same)
    };
    is_id(&one.attribute) && is_id(&other.attribute)
}

/// The attribute that a value is, whole.
fn reference(value: &Value) -> Option<&Trace> {
    let only = value.provenance.iter().next().filter(|_| value.provenance.len() == 1)?;
    match &value.kind {
        Kind::String(_) => Some(only),
        Kind::Unknown(_) => {
            let whole = format!("${{{}.{}}}", only.to, only.attribute);
            value.spelling().is_some_and(|spelling| **spelling == *whole).then_some(only)
        }
        _ => None,
    }
}

/// `aws_s3_bucket` of `module.a["x.y"].aws_s3_bucket.b[0]`.
fn type_of(address: &str) -> String {
    let mut depth = 0_usize;
    let plain = address.chars().filter(|letter| match letter {
        '[' => {
            depth += 1;
            false
        }
        ']' => {
            depth = depth.saturating_sub(1);
            false
        }
        _ => depth == 0,
    });
    let plain: String = plain.collect();
    plain.rsplit('.').nth(1).unwrap_or_default().to_owned()
}

/// Whether two texts of an attribute are the same to its provider; none when nobody knows.
pub(super) fn is_same(type_name: &str, path: &str, was: &str, is: &str) -> Option<bool> {
    let last = path.rsplit('.').next().unwrap_or(path);
    if type_name.starts_with("azurerm_") {
        return azure(last, was, is);
    }
    if type_name.starts_with("google_") {
        return google(last, was, is);
    }
    Some(false)
}

/// Locations have neither spaces nor capitals; of ids that differ in capitals only it depends on the attribute.
fn azure(last: &str, was: &str, is: &str) -> Option<bool> {
    let plain = |text: &str| text.replace(' ', "").to_lowercase();
    if (last == "location" || last.ends_with("_location")) && plain(was) == plain(is) {
        return Some(true);
    }
    let is_id = was.starts_with("/subscriptions/") || last == "resource_group_name";
    if is_id && was.eq_ignore_ascii_case(is) { None } else { Some(false) }
}

fn google(last: &str, was: &str, is: &str) -> Option<bool> {
    let (one, other) = (relative(was), relative(is));
    let (long, short) = if one.len() < other.len() { (other, one) } else { (one, other) };
    let is_rooted = GOOGLE_ROOTS.iter().any(|root| long.starts_with(root));
    let is_end = long == short || long.strip_suffix(short).is_some_and(|rest| rest.ends_with('/'));
    if !is_rooted || !is_end {
        return Some(false);
    }
    // Of a name in part it depends on the project that the provider has.
    let is_whole = long == short || !short.contains('/');
    (is_whole && LINKED.contains(&last)).then_some(true)
}

/// A link without the service that it leads to.
fn relative(link: &str) -> &str {
    let Some((_, path)) =
        link.split_once("googleapis.com/").filter(|_| link.starts_with("http") || link.starts_with("//"))
    else {
        return link;
    };
    path.find("projects/").and_then(|at| path.get(at..)).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_of_azure_have_no_spaces() {
        let same = |path: &str, was: &str, is: &str| is_same("azurerm_storage_account", path, was, is);
        assert_eq!(same("location", "West Europe", "westeurope"), Some(true));
        assert_eq!(same("failover_location", "North Europe", "northeurope"), Some(true));
        assert_eq!(same("location", "West Europe", "northeurope"), Some(false));
        assert_eq!(same("name", "West Europe", "westeurope"), Some(false));
        assert_eq!(same("resource_group_name", "Main", "main"), None);
    }

    #[test]
    fn names_and_links_of_google() {
        let same = |path: &str, was: &str, is: &str| is_same("google_compute_instance", path, was, is);
        let (whole, url) =
            ("projects/p/global/networks/n", "https://www.googleapis.com/compute/v1/projects/p/global/networks/n");
        assert_eq!(same("network_interface.network", "n", whole), Some(true));
        assert_eq!(same("network_interface.network", url, "n"), Some(true));
        assert_eq!(same("network_interface.network", url, whole), Some(true));
        assert_eq!(same("network_interface.network", url, "m"), Some(false));
        assert_eq!(same("network_interface.network", whole, "projects/q/global/networks/n"), Some(false));
        assert_eq!(same("network_interface.network", whole, "global/networks/n"), None);
        assert_eq!(same("image", "gcr.io/p/app", "app"), Some(false));
        assert_eq!(same("kms_key_self_link", "k", "projects/p/locations/global/keyRings/r/cryptoKeys/k"), None);
        assert_eq!(
            same("zone", "https://www.googleapis.com/compute/v1/projects/p/zones/europe-west1-b", "europe-west1-b"),
            Some(true)
        );
    }
}
