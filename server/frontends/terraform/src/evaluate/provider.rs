//! Which provider configuration a resource uses, its region, and what it refers to.

use std::rc::Rc;
use std::sync::Arc;

use foreshock_resources as resources;
use foreshock_resources::{JoinedProvenance, Value};

use super::{Evaluator, ModuleInstance, Scope};
use crate::config::Provider;

/// The configuration of a provider that `key` (`aws`, `aws.west`) means in a module: its own, one handed down with
/// `providers = {}`, or the caller's default.
pub(crate) fn provider_of<'m>(
    module: &'m Rc<ModuleInstance>,
    key: &str,
) -> Option<(&'m Rc<ModuleInstance>, &'m Provider)> {
    let mut module = module;
    let mut key: Arc<str> = Arc::from(key);
    loop {
        if let Some(provider) = module.config.providers.find(&key) {
            return Some((module, provider));
        }
        let caller = module.call.as_ref()?;
        let call = caller.module.config.calls.get(caller.number)?;
        key = crate::references::handed_down(&call.block, &key)?;
        module = &caller.module;
    }
}

impl<'a> Evaluator<'a> {
    /// The region a resource of this module is made in, where its provider says so.
    pub(crate) fn region(&self, module: &Rc<ModuleInstance>, provider: &Arc<str>) -> Option<Value> {
        let key = (module.address.clone(), provider.clone());
        if let Some(region) = self.regions.borrow().get(&key) {
            return region.clone();
        }
        let region = provider_of(module, provider).and_then(|(module, provider)| {
            let attribute = provider.block.attribute("region")?;
            Some(self.budget.of_its_own(|| self.attribute(attribute, Scope::of(module, attribute))))
        });
        self.regions.borrow_mut().insert(key, region.clone());
        region
    }

    /// The resources that a provider is configured with, where there are any: the cluster it talks to.
    pub(crate) fn provider(&self, module: &Rc<ModuleInstance>, provider: &Arc<str>) -> Option<resources::Attribute> {
        let key = (module.address.clone(), provider.clone());
        if let Some(known) = self.providers.borrow().get(&key) {
            return known.clone();
        }
        let configured = provider_of(module, provider).and_then(|(module, provider)| {
            let body = self.configuration(&provider.block, module);
            let mut written = Vec::new();
            attributes(&body, &mut written);
            let place = written.iter().find(|attribute| !attribute.value.all_provenance().is_empty())?.place.clone();
            let mut provenance = JoinedProvenance::default();
            written.iter().for_each(|attribute| provenance.add_all_of(&attribute.value));
            let value =
                Value { provenance: provenance.provenance(), ..Value::unknown("the configuration of a provider") };
            Some(resources::Attribute { value, place })
        });
        self.providers.borrow_mut().insert(key, configured.clone());
        configured
    }
}

/// Every attribute of a body. Its depth is that of the text, which evaluation has bounded.
fn attributes<'b>(body: &'b resources::Body, into: &mut Vec<&'b resources::Attribute>) {
    into.extend(body.attributes.values());
    for resources::Block { body, .. } in &body.blocks {
        attributes(body, into);
    }
}
