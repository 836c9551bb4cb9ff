//! Objects of Kubernetes that a module hands over as they are: to a row they are what they describe.

use std::sync::Arc;

use foreshock_catalog::Catalog;
use foreshock_kubernetes::handed_over;
use foreshock_resources::Resources;

/// The same resources, each object as what it describes. Where there are none they are the same ones.
pub(super) fn with_objects(resources: Arc<Resources>, catalog: &Catalog) -> Arc<Resources> {
    let has_row = |type_name: &str| catalog.rows().any(|(name, _)| name == type_name);
    let described = |(at, instance)| Some((at, Arc::new(handed_over(instance, &has_row)?)));
    let objects: Vec<_> = resources.instances.iter().map(|one| &**one).enumerate().filter_map(described).collect();
    if objects.is_empty() {
        return resources;
    }
    let mut resources = Resources::clone(&resources);
    for (at, object) in objects {
        if let Some(instance) = resources.instances.get_mut(at) {
            *instance = object;
        }
    }
    Arc::new(resources)
}
