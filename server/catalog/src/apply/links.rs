//! Names of things in clouds that can be written in more than one form: `West Europe` and `westeurope`, a network of Google by its name
//! or by its URL, a function of AWS by its name or by its ARN.

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
