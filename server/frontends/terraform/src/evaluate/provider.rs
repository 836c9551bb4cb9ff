//! Which provider configuration a resource uses, its region, and what it refers to.

use std::rc::Rc;
use std::sync::Arc;

use foreshock_resources as resources;
use foreshock_resources::{JoinedProvenance, Kind, Mode, Value};

use super::{Evaluator, ModuleInstance, Of, ResourceInstance, Scope};
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

/// What of the configuration of a provider a data source repeats.
enum Fact {
    Region,
    /// `aws`, `aws-cn`, by the region.
    Partition,
    Tags,
    Setting(&'static str),
}

/// By type and attribute.
const FACTS: &[(&str, &[(&str, Fact)])] = &[
    ("aws_default_tags", &[("tags", Fact::Tags)]),
    ("aws_partition", &[("partition", Fact::Partition), ("id", Fact::Partition)]),
    ("aws_region", &[("id", Fact::Region), ("name", Fact::Region), ("region", Fact::Region)]),
    (
        "google_client_config",
        &[("project", Fact::Setting("project")), ("region", Fact::Setting("region")), ("zone", Fact::Setting("zone"))],
    ),
    ("google_project", &[("project_id", Fact::Setting("project"))]),
];

impl<'a> Evaluator<'a> {
    /// The region a resource of this module is made in, where its provider says so.
    pub(crate) fn region(&self, module: &Rc<ModuleInstance>, provider: &Arc<str>) -> Option<Value> {
        let key = (module.address.clone(), provider.clone());
        let cell = self.recorder.number(provider).and_then(|number| module.cell(Of::Region(number)));
        self.recorder.read(cell, &self.budget);
        if let Some(region) = self.regions.borrow().get(&key) {
            return region.clone();
        }
        let written = || {
            let (module, provider) = provider_of(module, provider)?;
            let attribute = provider.block.attribute("region")?;
            Some(self.budget.of_its_own(|| self.attribute(attribute, Scope::of(module, attribute))))
        };
        let region = self.in_cell(cell, written);
        self.regions.borrow_mut().insert(key, region.clone());
        region
    }

    /// What a data source says that only repeats the configuration of its provider; `None` where it does not, or where that
    /// is not written.
    pub(crate) fn of_provider(&self, one: &ResourceInstance, name: &str) -> Option<Value> {
        let resource = one.module.config.resources.get(one.resource).filter(|of| of.mode == Mode::Data)?;
        let (_, facts) = FACTS.iter().find(|(type_name, _)| *type_name == &*resource.type_name)?;
        let (_, fact) = facts.iter().find(|(attribute, _)| *attribute == name)?;
        match fact {
            Fact::Region => self.region_of(one),
            Fact::Partition => {
                let region = self.region_of(one)?;
                let Kind::String(name) = &region.kind else { return None };
                let partition = match &**name {
                    name if name.starts_with("cn-") => "aws-cn",
                    name if name.starts_with("us-gov-") => "aws-us-gov",
                    name if name.starts_with("us-iso") || name.starts_with("eu-isoe") => return None,
                    _ => "aws",
                };
                Some(Value::string(partition))
            }
            Fact::Tags => {
                let (module, provider) = provider_of(&one.module, &resource.provider)?;
                let tags = provider.block.block("default_tags")?.attribute("tags")?;
                Some(self.budget.of_its_own(|| self.attribute(tags, Scope::of(module, tags))))
            }
            Fact::Setting(setting) => self.setting(&one.module, &resource.provider, setting),
        }
        .map(|value| Value { origin: None, ..value })
        .filter(|value| !matches!(value.kind, Kind::Null))
    }

    /// The attributes of a data source that [`Evaluator::of_provider`] may know.
    pub(crate) fn names_of_provider(&self, one: &ResourceInstance) -> impl Iterator<Item = &'static &'static str> {
        let resource = one.module.config.resources.get(one.resource).filter(|of| of.mode == Mode::Data);
        let facts = resource.and_then(|of| FACTS.iter().find(|(type_name, _)| *type_name == &*of.type_name));
        facts.into_iter().flat_map(|(_, facts)| facts.iter()).map(|(name, _)| name)
    }

    /// The region of an instance: its own, where the provider lets a resource have one, else the provider's.
    pub(crate) fn region_of(&self, one: &ResourceInstance) -> Option<Value> {
        let resource = one.module.config.resources.get(one.resource)?;
        let may_have_own = resource.type_name.starts_with("aws_") || resource.type_name.starts_with("google_");
        let number = resource.block.attributes.iter().position(|of| &*of.name == "region").filter(|_| may_have_own);
        let own = number.and_then(|number| {
            let cell = one.module.cell(Of::Attribute(one.resource as u32, number as u32));
            self.recorder.read(cell, &self.budget);
            let attribute = resource.block.attributes.get(number)?;
            let scope = Scope::of(&one.module, attribute).with_repetition(&one.repetition);
            Some(self.budget.of_its_own(|| self.attribute(attribute, scope)))
        });
        own.filter(|value| !matches!(value.kind, Kind::Null)).or_else(|| self.region(&one.module, &resource.provider))
    }

    fn setting(&self, module: &Rc<ModuleInstance>, provider: &str, name: &str) -> Option<Value> {
        let (module, provider) = provider_of(module, provider)?;
        let attribute = provider.block.attribute(name)?;
        Some(self.budget.of_its_own(|| self.attribute(attribute, Scope::of(module, attribute))))
    }

    /// The resources that a provider is configured with, where there are any: the cluster it talks to.
    pub(crate) fn provider(&self, module: &Rc<ModuleInstance>, provider: &Arc<str>) -> Option<resources::Attribute> {
        let key = (module.address.clone(), provider.clone());
        let cell = self.recorder.number(provider).and_then(|number| module.cell(Of::Provider(number)));
        self.recorder.read(cell, &self.budget);
        if let Some(known) = self.providers.borrow().get(&key) {
            return known.clone();
        }
        let configured = || {
            let (module, provider) = provider_of(module, provider)?;
            let body = self.configuration(&provider.block, module);
            let mut written = Vec::new();
            attributes(&body, &mut written);
            let place = written.iter().find(|attribute| !attribute.value.all_provenance().is_empty())?.place.clone();
            let mut provenance = JoinedProvenance::default();
            written.iter().for_each(|attribute| provenance.add_all_of(&attribute.value));
            let value =
                Value { provenance: provenance.provenance(), ..Value::unknown("the configuration of a provider") };
            Some(resources::Attribute { value, place })
        };
        let configured = self.in_cell(cell, configured);
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
