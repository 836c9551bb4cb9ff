//! The intrinsic functions.

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_resources::{JoinedProvenance, Kind, NAMELESS, Provenance, Value};
use foreshock_syntax::hcl;
use foreshock_syntax::yaml::Value as Node;
use foreshock_text::Span;

use crate::evaluate::{Call, Reduced, Scope, Shared, call, long_call, text_of, truth_of};

impl<'t> Scope<'t, '_> {
    /// What a function gives; `None` for `AWS::NoValue`.
    pub(crate) fn function(&self, call: &Call<'t>) -> Option<Value> {
        Some(match call.name {
            "Ref" => return self.reference(call),
            "GetAtt" => self.attribute(call),
            "Sub" => self.substitute(call),
            "Join" => self.join(call),
            "Select" => self.select(call),
            "Split" => self.split(call),
            "FindInMap" => self.find_in_map(call),
            "ImportValue" => self.import(call),
            "GetAZs" => Value::unknown("which zones a region has is only known when it is deployed"),
            "Base64" => self.argument(call).unwrap_or_else(Value::null),
            "ToJsonString" => json(&self.argument(call).unwrap_or_else(Value::null)),
            "Length" => self.length(call),
            "Cidr" => self.unknown_of(call, "Fn::Cidr is not followed"),
            "GetStackOutput" => self.unknown_of(call, "what another stack gives is only known when it is deployed"),
            "Transform" => self.unknown_of(call, "what a macro makes is only known when it is deployed"),
            "Equals" | "And" | "Or" | "Not" | "Condition" => self.condition_call(call),
            // Those of rules, which say nothing of resources.
            "Contains" | "EachMemberEquals" | "EachMemberIn" | "RefAll" | "ValueOf" | "ValueOfAll" | "Implies" => {
                self.unknown_of(call, "a function of rules")
            }
            name => {
                let expected = "expected Ref, GetAtt, Sub, Join, If, FindInMap or another function of CloudFormation";
                self.tell(call.span, format!("there is no function {name}; {expected}"));
                self.unknown_of(call, &format!("there is no function {name}"))
            }
        })
    }

    /// Something that is not followed, with everything that it was made from.
    fn unknown_of(&self, call: &Call<'t>, why: &str) -> Value {
        let made_from = self.argument(call);
        let mut provenance = JoinedProvenance::default();
        made_from.iter().for_each(|value| provenance.add_all_of(value));
        Value { kind: Kind::Unknown(Arc::from(why)), provenance: provenance.provenance(), origin: None }
    }

    /// `Fn::If`: what it chooses.
    pub(crate) fn choose(&self, call: &Call<'t>) -> Reduced<'t> {
        let [condition, yes, no] = self.arguments(call)[..] else {
            self.tell(call.span, "expected a condition and two values: [Condition, value if true, value if false]");
            return Reduced::Value(Value::unknown("Fn::If needs a condition and two values"));
        };
        let Some(name) = condition.scalar().map(|name| name.text()) else {
            self.tell(condition.span(), "expected the name of a condition");
            return Reduced::Value(Value::unknown("Fn::If needs the name of a condition"));
        };
        let value = self.condition(name, condition.span());
        let reduced = self.deeper(call.span, || match truth_of(&value) {
            Some(truth) => self.reduce(if truth { yes } else { no }),
            None => {
                let why = value.first_reason().unwrap_or_else(|| Arc::from("not known"));
                let mut provenance = JoinedProvenance::default();
                for branch in [yes, no] {
                    self.value(branch).iter().for_each(|value| provenance.add_all_of(value));
                }
                let either = Value { kind: Kind::Unknown(why), provenance: provenance.provenance(), origin: None };
                Reduced::Either(either, vec![yes, no])
            }
        });
        reduced.unwrap_or_else(Reduced::Value)
    }

    fn join(&self, call: &Call<'t>) -> Value {
        let [separator, list] = self.arguments(call)[..] else {
            self.tell(call.span, "expected a separator and a list: [separator, [values]]");
            return Value::unknown("Fn::Join needs a separator and a list");
        };
        let separator = self.value(separator).and_then(|separator| text_of(&separator)).unwrap_or_default();
        let Some(list) = self.value(list) else { return Value::string("") };
        let Kind::List(items) = &list.kind else {
            return unknown_with(&list, list.first_reason());
        };
        let mut parts = Parts::default();
        for (at, item) in items.iter().enumerate() {
            if at > 0 && self.shared.spend(separator.len()) {
                parts.text.push_str(&separator);
            }
            parts.add(self.shared, item);
        }
        parts.value()
    }

    fn select(&self, call: &Call<'t>) -> Value {
        let [index, list] = self.arguments(call)[..] else {
            self.tell(call.span, "expected a number and a list: [0, [values]]");
            return Value::unknown("Fn::Select needs a number and a list");
        };
        let at = self.value(index);
        let number = at.as_ref().and_then(text_of).and_then(|text| text.parse::<usize>().ok());
        // One of a list that is written here keeps the provenance of that one alone.
        let items = call_free(list).and_then(|list| list.items());
        if let (Some(number), Some(mut items)) = (number, items)
            && let Some(item) = items.nth(number)
        {
            return self.value(item).unwrap_or_else(Value::null);
        }
        if let (Some(number), Some(zones)) = (number, of_function(list, "GetAZs")) {
            return self.zone(&zones, number);
        }
        let list = self.value(list).unwrap_or_else(Value::null);
        match (&list.kind, number) {
            (Kind::List(items), Some(number)) => match items.get(number) {
                Some(item) => item.clone().with_provenance(&list.provenance),
                None => {
                    self.tell(call.span, format!("the list has no item {number}: it has {} items", items.len()));
                    Value::unknown(format!("a list of {} has no item {number}", items.len()))
                }
            },
            (_, None) if at.as_ref().is_none_or(Value::is_known) => {
                self.tell(index.span(), "expected the number of an item, from 0");
                Value::unknown("Fn::Select needs the number of an item")
            }
            _ => {
                let why = at.as_ref().and_then(Value::first_reason).or_else(|| list.first_reason());
                unknown_with(&list, why)
            }
        }
    }

    /// One of the zones of a region. What it is called is only known when it is deployed, but that another number is another zone
    /// is known before.
    fn zone(&self, zones: &Call<'t>, number: usize) -> Value {
        let region = self.argument(zones).unwrap_or_else(Value::null);
        let here = |region: &Arc<str>| region.is_empty() || &**region == "${AWS::Region}";
        match region.legible() {
            None if region.kind == Kind::Null => Value::string(format!("zone {number} of AWS::Region")),
            Some(region) if here(region) => Value::string(format!("zone {number} of AWS::Region")),
            Some(region) if !region.contains("${") => Value::string(format!("zone {number} of {region}")),
            _ => unknown_with(&region, region.first_reason()),
        }
    }

    fn split(&self, call: &Call<'t>) -> Value {
        let [separator, text] = self.arguments(call)[..] else {
            self.tell(call.span, "expected a separator and a text: [separator, text]");
            return Value::unknown("Fn::Split needs a separator and a text");
        };
        let separator = self.value(separator).and_then(|separator| text_of(&separator));
        let whole = self.value(text).unwrap_or_else(Value::null);
        match (separator.filter(|separator| !separator.is_empty()), text_of(&whole)) {
            (Some(separator), Some(text)) => {
                let parts = text.split(&*separator).map(|part| Value::string(part).with_provenance(&whole.provenance));
                Value::new(Kind::List(Arc::new(parts.collect())))
            }
            _ => unknown_with(&whole, whole.first_reason()),
        }
    }

    fn length(&self, call: &Call<'t>) -> Value {
        let list = self.argument(call).unwrap_or_else(Value::null);
        match &list.kind {
            Kind::List(items) => Value::new(Kind::Number(items.len() as f64)),
            _ => unknown_with(&list, list.first_reason()),
        }
    }

    fn find_in_map(&self, call: &Call<'t>) -> Value {
        let arguments = self.arguments(call);
        let [map, top, second, ..] = arguments[..] else {
            self.tell(call.span, "expected a map and two keys: [Map, first key, second key]");
            return Value::unknown("Fn::FindInMap needs a map and two keys");
        };
        let fallback = || arguments.get(3).and_then(|more| self.value(more.get("DefaultValue")?));
        let keys: Vec<Value> =
            [map, top, second].into_iter().map(|key| self.value(key).unwrap_or_else(Value::null)).collect();
        let mut texts = keys.iter().map(text_of);
        let (Some(Some(name)), Some(top_key), Some(second_key)) = (texts.next(), texts.next(), texts.next()) else {
            return Value::unknown_from(&keys);
        };
        let Some(all) = self.template.mappings.and_then(|mappings| mappings.get(&name)) else {
            if let Some(value) = fallback() {
                return value;
            }
            self.tell(map.span(), format!("there is no map {name} in Mappings"));
            return Value::unknown(format!("there is no map {name}"));
        };
        // What all entries agree on needs no key.
        let candidates: Vec<Node<'t>> = match &top_key {
            Some(key) => all.get(key).into_iter().collect(),
            None => all.pairs().into_iter().flatten().map(|pair| pair.value).collect(),
        };
        let found: Vec<Node<'t>> =
            second_key.iter().flat_map(|key| candidates.iter().filter_map(|entry| entry.get(key))).collect();
        match (&found[..], &top_key, &second_key) {
            ([only], Some(_), _) => self.value(*only).unwrap_or_else(Value::null),
            ([], Some(key), Some(second)) => match fallback() {
                Some(value) => value,
                None => Value::unknown(format!("the map {name} has no {key}.{second}")),
            },
            ([first, rest @ ..], None, Some(_)) if found.len() == candidates.len() => {
                let value = self.value(*first).unwrap_or_else(Value::null);
                let same = |other: &Node<'t>| self.value(*other).is_some_and(|other| other.kind == value.kind);
                if value.is_wholly_known() && rest.iter().all(same) { value } else { Value::unknown_from(&keys) }
            }
            _ => Value::unknown_from(&keys),
        }
    }

    fn import(&self, call: &Call<'t>) -> Value {
        let name = self.argument(call).unwrap_or_else(Value::null);
        let Some(spelled) = text_of(&name) else {
            return unknown_with(&name, name.first_reason());
        };
        match self.shared.files.export(&spelled) {
            Some((value, file)) => {
                self.shared.collected.borrow_mut().exporters.insert(file.clone());
                let value = Value { provenance: Provenance::none(), ..value };
                match &value.kind {
                    Kind::Unknown(_) => {
                        let from = file.as_path().file_name().unwrap_or_default();
                        Value::unknown(format!("{spelled} is exported by {from}, and only known once it is deployed"))
                            .spelled(format!("${{import {spelled}}}"))
                    }
                    _ => value,
                }
            }
            None => Value::unknown(format!("{spelled} is exported by another stack"))
                .spelled(format!("${{import {spelled}}}")),
        }
    }

    fn substitute(&self, call: &Call<'t>) -> Value {
        let (text, own) = match call.argument.items() {
            Some(mut items) => (items.next(), items.next()),
            None => (Some(call.argument), None),
        };
        let Some((node, scalar)) = text.and_then(|node| Some((node, node.scalar()?))) else {
            if text.is_some_and(|node| long_call(node).is_some()) {
                return self.unknown_of(call, "a text that another function makes is not followed");
            }
            self.tell(call.span, "expected a text: !Sub \"...${Name}...\"");
            return Value::unknown("Fn::Sub needs a text");
        };
        let own: BTreeMap<&str, Node<'t>> =
            own.and_then(Node::pairs).into_iter().flatten().map(|pair| (pair.name, pair.value)).collect();
        let mut parts = Parts::default();
        let mut rest = scalar.text();
        let mut searched = node.span().start;
        while let Some(at) = rest.find("${") {
            parts.text.push_str(rest.get(..at).unwrap_or_default());
            rest = rest.get(at + 2..).unwrap_or_default();
            let Some(end) = rest.find('}') else {
                self.tell(node.span(), "this text has ${ without a }");
                parts.text.push_str("${");
                break;
            };
            let name = rest.get(..end).unwrap_or_default();
            rest = rest.get(end + 1..).unwrap_or_default();
            if let Some(literal) = name.strip_prefix('!') {
                parts.text.push_str(&format!("${{{literal}}}"));
                continue;
            }
            let span = self.part_of_text(node, name, &mut searched);
            let name = name.trim();
            match own.get(name) {
                Some(node) => parts.add(self.shared, &self.value(*node).unwrap_or_else(Value::null)),
                None => parts.add(self.shared, &self.named(name, span)),
            }
        }
        parts.text.push_str(rest);
        parts.value()
    }

    /// Where `${name}` stands in a text; the whole text where it can't be found in it.
    fn part_of_text(&self, node: Node<'t>, name: &str, searched: &mut u32) -> Span {
        let whole = node.span();
        let written = format!("${{{name}}}");
        let text = self.template.text.get(*searched as usize..whole.end as usize).unwrap_or_default();
        match text.find(&written) {
            Some(at) => {
                let start = *searched + at as u32;
                *searched = start + written.len() as u32;
                Span::new(start, *searched)
            }
            None => whole,
        }
    }

    /// `${Name}` or `${Name.Attribute}`.
    fn named(&self, name: &str, span: Span) -> Value {
        match name.split_once('.') {
            Some((resource, attribute)) if !self.is_parameter(name) => {
                self.of_resource(resource, Some(attribute), span)
            }
            _ => self.by_name(name, span).unwrap_or_else(Value::null),
        }
    }
}

/// A node that is a call of this function.
fn of_function<'t>(node: Node<'t>, name: &str) -> Option<Call<'t>> {
    call(node).filter(|call| call.name == name)
}

/// A node that is no function.
fn call_free(node: Node<'_>) -> Option<Node<'_>> {
    call(node).is_none().then_some(node)
}

/// A text that is put together from parts that may not be known.
#[derive(Default)]
struct Parts {
    text: String,
    provenance: JoinedProvenance,
    unknown: Option<Arc<str>>,
}

impl Parts {
    fn add(&mut self, shared: &Shared<'_>, value: &Value) {
        self.provenance.add_all_of(value);
        match text_of(value) {
            Some(text) if shared.spend(text.len()) => self.text.push_str(&text),
            Some(_) => {
                self.unknown.get_or_insert_with(|| Arc::from("it comes to more than is followed"));
            }
            None if value.kind == Kind::Null => {}
            None => {
                self.unknown = self.unknown.take().or_else(|| value.first_reason());
                let spelling = value.legible().map(|text| text.to_string());
                let spelling = spelling.as_deref().filter(|text| shared.spend(text.len()));
                self.text.push_str(spelling.unwrap_or(NAMELESS));
                self.unknown.get_or_insert_with(|| Arc::from("this is no text"));
            }
        }
    }

    fn value(self) -> Value {
        let provenance = self.provenance.provenance();
        match self.unknown {
            Some(why) => Value { kind: Kind::Unknown(why), provenance, origin: None }.spelled(self.text),
            None => Value { kind: Kind::String(Arc::from(self.text)), provenance, origin: None },
        }
    }
}

fn unknown_with(made_from: &Value, why: Option<Arc<str>>) -> Value {
    let why = why.unwrap_or_else(|| Arc::from("not known"));
    Value { kind: Kind::Unknown(why), provenance: made_from.all_provenance(), origin: None }
}

/// A structure as a text of JSON; each reference in it is known by the name that its value is under.
pub(crate) fn json(value: &Value) -> Value {
    if let Kind::String(_) | Kind::Unknown(_) = value.kind {
        return value.clone();
    }
    let (expression, _) = hcl::parse_expression("jsonencode(value)");
    foreshock_expressions::evaluate(&expression, &BTreeMap::from([(Arc::from("value"), value.clone())]))
}
