//! Which objects in a `.tf.json` resource are values of attributes. Only a provider's schema says it; these names are what
//! the schemas of the providers people use have in common. Everything else in braces is a nested block.

use foreshock_syntax::hcl::Attributes;

/// Maps of texts: the attributes of type map in the AWS provider 5.100, and those of Google, Azure, Kubernetes and Helm
/// that people write.
const MAPS: &[&str] = &[
    "additional_encryption_context",
    "additional_version_weights",
    "advanced_options",
    "airflow_configuration_options",
    "annotations",
    "app_settings",
    "arguments",
    "athena_properties",
    "attribute_mapping",
    "attributes",
    "binary_data",
    "build_environment_variables",
    "client_metadata",
    "client_properties",
    "command_line_arguments",
    "configuration",
    "connection_properties",
    "connector_configuration",
    "container_environment_variables",
    "context",
    "credentials_map",
    "custom_properties",
    "data",
    "default_arguments",
    "default_run_properties",
    "dimensions",
    "driver_opts",
    "encryption_context_equals",
    "encryption_context_subset",
    "endpoints",
    "env_vars",
    "environment",
    "environment_variables",
    "extra_params",
    "final_backup_tags",
    "global_settings",
    "header_parameters",
    "headers",
    "hyperparameters",
    "input_paths",
    "keepers",
    "labels",
    "limits",
    "match_labels",
    "metadata",
    "node_labels",
    "node_selector",
    "non_overridable_arguments",
    "options",
    "parameters",
    "permissions",
    "ports",
    "properties",
    "provider_details",
    "query_string_parameters",
    "regional_parameters",
    "request_headers",
    "request_models",
    "request_parameters",
    "request_templates",
    "requests",
    "required_claims",
    "response_models",
    "response_parameters",
    "response_templates",
    "runtime_environment_secrets",
    "runtime_environment_variables",
    "selector",
    "session_attributes",
    "stage_variables",
    "string_data",
    "supported_login_providers",
    "task_properties",
    "token_url_custom_properties",
    "triggers",
    "user_defined_fields",
    "variables",
    "vars",
    "volume_attributes",
    "weights",
];

/// Attributes of any type, by name and the type they belong to.
const ANYTHING: &[(&str, &str)] = &[
    ("terraform_data", "input"),
    ("terraform_data", "triggers_replace"),
    ("terraform_remote_state", "config"),
    ("terraform_remote_state", "defaults"),
    ("kubernetes_manifest", "manifest"),
    ("kubernetes_manifest", "object"),
    ("kubectl_manifest", "fields"),
    ("null_resource", "triggers"),
    ("azapi_resource", "body"),
    ("azapi_update_resource", "body"),
    ("external", "query"),
    ("template_file", "vars"),
];

/// The knowledge of provider schemas that the JSON form needs.
pub(crate) struct ProviderAttributes;

impl Attributes for ProviderAttributes {
    fn is_attribute(&self, resource_type: &str, name: &str, flat: bool) -> bool {
        if ANYTHING.contains(&(resource_type, name)) {
            return true;
        }
        // `metadata` of Kubernetes is a block.
        let is_block = name == "metadata" && resource_type.starts_with("kubernetes_");
        let tags = name.ends_with("tags") || name.ends_with("labels") || name.ends_with("tags_all");
        flat && !is_block && (tags && name != "default_tags" || MAPS.binary_search(&name).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::MAPS;

    #[test]
    fn the_names_are_sorted() {
        assert!(MAPS.is_sorted());
    }
}
