//! Values of a plan or state into the content of a block.

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_resources::{Attribute, AttributePlace, Block, BlockPlace, Body, Kind, Provenance, Trace, Value};
use foreshock_text::{FilePath, Place, Span};
use rustc_hash::FxHashMap;

use crate::address::Address;
use crate::configuration::{Configuration, Scope, is_blocks};
use crate::equality::Identities;
use crate::source::{Hint, block_of, overlaid};
use crate::value::Planned;
use foreshock_syntax::json::Cursor;

/// What is said of the values on one side.
pub(crate) struct Facts<'t> {
    /// Before or after, by instance address.
    pub(crate) values: FxHashMap<Arc<str>, Planned<'t>>,
    /// Instance addresses by block address.
    pub(crate) blocks: FxHashMap<Arc<str>, Vec<Arc<str>>>,
    pub(crate) identities: Identities,
}

/// One instance on one side.
pub(crate) struct Reader<'r, 't> {
    pub(crate) file: &'r FilePath,
    pub(crate) address: &'r Address,
    /// Where it is said which resource this is: stands for what has no place of its own.
    pub(crate) header: Span,
    pub(crate) configuration: &'r Configuration<'t>,
    pub(crate) scope: Option<Scope<'r, 't>>,
    pub(crate) facts: &'r Facts<'t>,
    /// The other side, where a value is another one than here: on the side of before.
    pub(crate) later: Option<&'r Facts<'t>>,
    pub(crate) hint: Option<Hint<'r>>,
}

/// What is known of the things in a body besides their values.
#[derive(Clone, Copy)]
pub(crate) struct Beside<'r, 't> {
    /// What the configuration says: an object of expressions.
    expressions: Option<Cursor<'t>>,
    text: Option<&'r Body>,
    /// Whether the configuration or the text of this body is known, so that what is not in it is not written.
    is_written: bool,
    /// The same body after the change.
    later: Option<Planned<'t>>,
}

#[derive(Clone, Copy, Default)]
struct Named<'t> {
    planned: Planned<'t>,
    /// Whether the values speak of it at all.
    is_said: bool,
    key: Option<Span>,
    expression: Option<Cursor<'t>>,
}

impl<'r, 't> Reader<'r, 't> {
    /// The whole body, and the attributes of the configuration that the values know nothing of.
    pub(crate) fn body(
        &self,
        planned: Planned<'t>,
        expressions: Option<Cursor<'t>>,
        later: Option<Planned<'t>>,
    ) -> (Body, BTreeMap<Arc<str>, Attribute>) {
        let text = self.hint.filter(|hint| hint.exact).map(|hint| &hint.instance.body);
        let is_written = expressions.is_some() || text.is_some();
        let beside = Beside { expressions, text, is_written, later };
        let mut unplaced = BTreeMap::new();
        let body = self.read(planned, beside, &mut unplaced);
        (body, unplaced)
    }

    fn read(&self, planned: Planned<'t>, beside: Beside<'r, 't>, unplaced: &mut BTreeMap<Arc<str>, Attribute>) -> Body {
        let mut body = Body::default();
        let later = beside.later.map(Planned::entries).unwrap_or_default();
        for (name, named) in names(planned, beside.expressions) {
            let text = beside.text.and_then(|text| text.attributes.get(name));
            let blocks = beside.text.is_some_and(|text| text.blocks.iter().any(|block| block.kind == *name));
            let is_block = blocks
                || named.expression.is_some_and(is_blocks)
                || (text.is_none() && named.expression.is_none() && named.planned.is_list_of_objects());
            let later = later.get(name).copied();
            if is_block {
                self.blocks(name, named, beside, later, &mut body);
            } else if let Some(attribute) = self.attribute(name, named, beside, later) {
                if !named.is_said && text.is_none() {
                    let mut outside = attribute.clone();
                    outside.value.provenance = outside.value.provenance.union(&self.guesses(named.expression));
                    if !outside.value.provenance.is_empty() {
                        unplaced.insert(name.clone(), outside);
                    }
                }
                body.attributes.insert(name.clone(), attribute);
            }
        }
        // What a short plan leaves out.
        if let Some(text) = beside.text {
            let is_said = |name: &Arc<str>| planned.says(name) || beside.later.is_some_and(|later| later.says(name));
            for (name, attribute) in text.attributes.iter().filter(|(name, _)| !is_said(name)) {
                body.attributes.insert(name.clone(), attribute.clone());
            }
            body.blocks.extend(text.blocks.iter().filter(|block| !is_said(&block.kind)).cloned());
        }
        body
    }

    fn attribute(
        &self,
        name: &Arc<str>,
        named: Named<'t>,
        beside: Beside<'r, 't>,
        later: Option<Planned<'t>>,
    ) -> Option<Attribute> {
        let planned = named.planned;
        let text = beside.text.and_then(|text| text.attributes.get(name));
        let is_written = named.expression.is_some() || text.is_some();
        if named.is_said {
            let is_default = beside.is_written && !is_written;
            let nothing = planned.value.is_some_and(Cursor::is_empty) && planned.is_known();
            // What nobody wrote and nobody knows is what the provider does when it is not written.
            if planned.is_absent() || (is_default && planned.is_unknown()) || (nothing && !is_written) {
                return None;
            }
        }
        let place = text.map_or_else(|| self.place(named), |text| text.place.clone());
        let mut value = match named.expression {
            _ if named.is_said => planned.to_value(),
            Some(expression) => match expression.get("constant_value") {
                Some(constant) => Planned { value: Some(constant), ..Planned::default() }.to_value(),
                None => Value::unknown("its value is not in the plan"),
            },
            None => return None,
        };
        let changed = later.filter(|later| named.is_said && later.to_value().kind != value.kind);
        if let Some(text) = text {
            value = overlaid(value, &text.value);
            self.keep(&mut value, changed);
        }
        let leads_nowhere = |trace: &Trace| !self.facts.has(&trace.to);
        if text.is_none_or(|text| text.value.all_provenance().iter().any(leads_nowhere))
            && let Some(expression) = named.expression
        {
            let provenance = self.references(expression, &value, changed);
            value.provenance = value.provenance.union(&provenance);
        }
        let is_computed = beside.is_written && !is_written;
        if value.all_provenance().is_empty() && !is_computed && !Identities::is_own(name) {
            self.facts.identities.trace(&mut value, self.address, &place.place());
        }
        Some(Attribute { value, place })
    }

    /// What the locals of an expression may be, by their names: `local.table` where there is one table.
    fn guesses(&self, expression: Option<Cursor<'t>>) -> Provenance {
        let mut provenance = Provenance::none();
        for (local, span) in expression.map(|it| self.configuration.locals(it)).unwrap_or_default() {
            if let Some(to) = self.facts.called(&self.address.module, &local).filter(|to| *to != self.address.block) {
                let place = Place::new(self.file.clone(), span);
                provenance = provenance.union(&Provenance::one(Trace {
                    to,
                    attribute: Arc::from(format!("local.{local}")),
                    place,
                    named: None,
                }));
            }
        }
        provenance
    }

    /// The provenance of an expression.
    fn references(&self, expression: Cursor<'t>, value: &Value, changed: Option<Planned<'t>>) -> Provenance {
        let Some(scope) = &self.scope else { return Provenance::none() };
        self.provenance(expression, scope, value, changed)
    }

    /// The provenance of an expression that stands elsewhere, whose value is not told.
    pub(crate) fn provenance_of(&self, expression: Cursor<'t>, scope: &Scope<'_, 't>) -> Provenance {
        self.provenance(expression, scope, &Value::null(), None)
    }

    fn provenance(
        &self,
        expression: Cursor<'t>,
        scope: &Scope<'_, 't>,
        value: &Value,
        changed: Option<Planned<'t>>,
    ) -> Provenance {
        let mut provenance = Provenance::none();
        for target in self.configuration.targets(expression, scope) {
            let there = self.facts.has(&target.to);
            if there && self.holds(&target.to, &target.attribute, target.vague, value, changed) {
                let place = Place::new(self.file.clone(), target.span);
                provenance = provenance.union(&Provenance::one(Trace {
                    to: target.to,
                    attribute: target.attribute,
                    place,
                    named: None,
                }));
            }
        }
        provenance
    }

    /// Whether a reference of the configuration also made this value.
    fn holds(&self, to: &str, attribute: &str, vague: bool, value: &Value, changed: Option<Planned<'t>>) -> bool {
        if !vague && changed.is_none() {
            return true;
        }
        let is_here = self.facts.known(to, attribute).any(|known| has_text(value, &known));
        if vague || is_here {
            return is_here;
        }
        // The value was another one before. When it shows the reference only after the change, then that is new.
        let (Some(later), Some(after)) = (self.later, changed.map(Planned::to_value)) else { return true };
        let known_here = self.facts.known(to, attribute).next().is_some();
        let shows_later = later.known(to, attribute).any(|known| has_text(&after, &known));
        !(known_here && shows_later)
    }

    /// Leaves out the provenance that a value had no part in before the change.
    fn keep(&self, value: &mut Value, changed: Option<Planned<'t>>) {
        if changed.is_none() || value.all_provenance().is_empty() {
            return;
        }
        let whole = value.clone();
        let mut kept = Provenance::none().with_sensitive(value.provenance.is_sensitive());
        for trace in whole.all_provenance().iter() {
            if self.holds(&trace.to, &trace.attribute, false, &whole, changed) {
                kept = kept.union(&Provenance::one(trace.clone()));
            }
        }
        without_provenance(value);
        value.provenance = kept;
    }

    fn blocks(
        &self,
        kind: &Arc<str>,
        named: Named<'t>,
        beside: Beside<'r, 't>,
        later: Option<Planned<'t>>,
        body: &mut Body,
    ) {
        let configured: Vec<Cursor<'t>> = match named.expression {
            Some(list) if list.is_list() => list.items().collect(),
            Some(one) => vec![one],
            None => Vec::new(),
        };
        let planned = named.planned;
        if named.is_said && planned.is_unknown() {
            // The text knows more of it.
            if let Some(text) = beside.text.filter(|text| has_block(text, kind)) {
                body.blocks.extend(text.blocks.iter().filter(|block| block.kind == *kind).cloned());
                return;
            }
            if beside.is_written && configured.is_empty() {
                return;
            }
            let first = configured.first().copied();
            let mut block = self.block(kind, Planned::default(), first, None, None, planned.cursor());
            block.unknown = Some(Arc::from(crate::value::AFTER_APPLY));
            body.blocks.push(block);
            return;
        }
        let items = match planned.value.or(planned.unknown) {
            Some(value) if value.is_list() => planned.items(),
            Some(value) if value.is_object() => vec![planned],
            _ if named.is_said => return,
            // The values say nothing: what the configuration says is all there is.
            _ => vec![Planned::default(); configured.len()],
        };
        let later = later.map(Planned::items).unwrap_or_default();
        let count = items.len();
        for (at, item) in items.into_iter().enumerate() {
            let expressions = match configured.as_slice() {
                all if all.len() == count => all.get(at).copied(),
                [one] => Some(*one),
                all => all.iter().copied().find(|one| agrees(item, *one)),
            };
            let text = beside.text.and_then(|text| block_of(text, kind, at, count));
            let later = if later.len() == count { later.get(at).copied() } else { None };
            let place = item.cursor().or(planned.cursor()).or(expressions);
            body.blocks.push(self.block(kind, item, expressions, text, later, place));
        }
    }

    fn block(
        &self,
        kind: &Arc<str>,
        item: Planned<'t>,
        expressions: Option<Cursor<'t>>,
        text: Option<&'r Block>,
        later: Option<Planned<'t>>,
        place: Option<Cursor<'t>>,
    ) -> Block {
        let span = place.map_or(self.header, Cursor::span);
        let header = Span::new(span.start, span.end.min(span.start.saturating_add(1)));
        let own = BlockPlace { file: self.file.clone(), header, span, body: span };
        let is_written = expressions.is_some() || text.is_some();
        let beside = Beside { expressions, text: text.map(|text| &text.body), is_written, later };
        Block {
            kind: kind.clone(),
            labels: Vec::new(),
            block: text.map_or(own, |text| text.block.clone()),
            body: self.read(item, beside, &mut BTreeMap::new()),
            unknown: None,
        }
    }

    fn place(&self, named: Named<'t>) -> AttributePlace {
        let value = named.planned.cursor().or(named.expression).map_or(self.header, Cursor::span);
        AttributePlace { file: self.file.clone(), name: named.key.unwrap_or(value), value }
    }
}

impl Planned<'_> {
    /// Whether a key is there, be it `null`.
    fn says(self, name: &str) -> bool {
        [self.value, self.unknown].into_iter().flatten().any(|side| side.get(name).is_some())
    }

    /// Nothing of it comes later.
    fn is_known(self) -> bool {
        self.unknown.is_none()
    }
}

impl Facts<'_> {
    fn has(&self, address: &str) -> bool {
        let block = address.strip_suffix("[*]").unwrap_or(address);
        self.values.contains_key(address) || self.blocks.contains_key(block)
    }

    /// The one managed resource of a module whose name, or whose type's last word, is this.
    fn called(&self, module: &str, name: &str) -> Option<Arc<str>> {
        let last = |text: &str| text.rsplit('_').next().unwrap_or("").to_owned();
        let word = last(name);
        let mut found = self.blocks.keys().filter(|block| {
            let own = block.strip_prefix(module).unwrap_or(block).trim_start_matches('.');
            let parts =
                own.split_once('.').filter(|(kind, rest)| *kind != "module" && *kind != "data" && !rest.contains('.'));
            parts.is_some_and(|(kind, own)| own == name || last(kind) == word)
        });
        let first = found.next()?;
        found.next().is_none().then(|| first.clone())
    }

    /// The texts that an attribute of an instance, or of all instances of a block, is known to have.
    fn known<'f>(&'f self, address: &'f str, attribute: &'f str) -> impl Iterator<Item = String> + 'f {
        let block = self.blocks.get(address.strip_suffix("[*]").unwrap_or(address));
        let own = self.values.get(address);
        let of_block = block.into_iter().flatten().filter_map(|one| self.values.get(one));
        let first = attribute.split(['.', '[']).next().unwrap_or("");
        let all = own.into_iter().chain(of_block.filter(move |_| own.is_none()));
        all.filter_map(move |planned| Some(planned.value?.get(first)?.string()?.into_owned()))
            .filter(|text| text.len() > 2)
    }
}

fn has_block(body: &Body, kind: &str) -> bool {
    body.blocks.iter().any(|block| &*block.kind == kind)
}

fn names<'t>(planned: Planned<'t>, expressions: Option<Cursor<'t>>) -> BTreeMap<&'t Arc<str>, Named<'t>> {
    let mut names: BTreeMap<&'t Arc<str>, Named<'t>> = BTreeMap::new();
    for (name, planned) in planned.entries() {
        names.insert(name, Named { planned, is_said: true, ..Named::default() });
    }
    for side in [planned.unknown, planned.value].into_iter().flatten() {
        for entry in side.entries() {
            if let Some(named) = names.get_mut(&entry.key.text) {
                named.key = Some(entry.quoted());
            }
        }
    }
    for entry in expressions.into_iter().flat_map(Cursor::entries) {
        let named = names.entry(&entry.key.text).or_default();
        named.expression = Some(entry.value);
        named.key = named.key.or(Some(entry.quoted()));
    }
    names
}

/// Whether the constants of a configured block are the values of this one.
fn agrees(item: Planned<'_>, expressions: Cursor<'_>) -> bool {
    let Some(values) = item.value else { return false };
    expressions.entries().all(|entry| {
        let constant = entry.value.get("constant_value");
        constant.is_none_or(|constant| {
            let kind = |value| Planned { value: Some(value), ..Planned::default() }.to_value().kind;
            values.get(&entry.key.text).is_some_and(|value| kind(value) == kind(constant))
        })
    })
}

fn has_text(value: &Value, wanted: &str) -> bool {
    match &value.kind {
        Kind::String(text) => text.contains(wanted),
        Kind::List(items) | Kind::Set(items) => items.iter().any(|item| has_text(item, wanted)),
        Kind::Map(items) => items.values().any(|item| has_text(item, wanted)),
        _ => false,
    }
}

fn without_provenance(value: &mut Value) {
    value.provenance = Provenance::none().with_sensitive(value.provenance.is_sensitive());
    match &mut value.kind {
        Kind::List(items) | Kind::Set(items) => Arc::make_mut(items).iter_mut().for_each(without_provenance),
        Kind::Map(items) => Arc::make_mut(items).values_mut().for_each(without_provenance),
        _ => {}
    }
}
