//! Which provider configuration a resource uses, and its region.

use std::rc::Rc;
use std::sync::Arc;

use super::{Evaluator, ModuleInstance, Scope};
use crate::config::Provider;
use crate::value::Value;

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
            Some(self.attribute(attribute, Scope::of(module, attribute)))
        });
        self.regions.borrow_mut().insert(key, region.clone());
        region
    }
}
