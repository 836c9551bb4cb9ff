//! Values, and what they carry: the resource attributes they were made from, and where their literal stands.

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_text::Place;

/// A value, three-valued: known, null or unknown with the reason.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    /// The value itself.
    pub kind: Kind,
    /// The resource attributes it was made from; carried through functions, element by element where elements keep
    /// their own. The evidence of dependencies.
    pub provenance: Provenance,
    /// Where the literal stands that gives the value, when it was passed along unchanged: the attribute itself, a
    /// variable's default, a line of a tfvars file, an argument of a module call. What a fix has to edit.
    pub origin: Option<Arc<Place>>,
}

/// The forms of values.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// `null`.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A string.
    String(Arc<str>),
    /// A list or tuple.
    List(Arc<Vec<Value>>),
    /// A set, in the order Terraform iterates it (strings sorted), without duplicates.
    Set(Arc<Vec<Value>>),
    /// A map or object, by key.
    Map(Arc<BTreeMap<Arc<str>, Value>>),
    /// Not known from the text, with the reason in the user's words ("known after apply: aws_lb.web.arn").
    Unknown(Arc<str>),
}

/// One trace of a resource attribute inside a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Trace {
    /// Address of the instance referred to, keys included (`module.db.aws_db_instance.this[0]`), or of an opaque
    /// module (`module.vpc`).
    pub to: Arc<str>,
    /// Path of the attribute referred to (`arn`, `master_user_secret.secret_arn`); empty for the whole resource.
    pub attribute: Arc<str>,
    /// Where the reference is written.
    pub place: Place,
    /// What the value was called inside of a text that was made of a structure: the variable of a container
    /// (`DB_HOST`), a key of a chart's values.
    pub named: Option<Arc<str>>,
}

/// The provenance of a value: sorted, without duplicates, cheap to clone. Also remembers whether the value came from
/// something declared `sensitive`, which must never be shown.
///
/// At most [`Provenance::KEPT`] traces are held: of more, those that lead to instances of one block become one that leads
/// to all of the block (`aws_instance.a[*]`), and what is still too much is counted in [`Provenance::left_out`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Provenance {
    all: Option<Arc<Vec<Trace>>>,
    left_out: u32,
    sensitive: bool,
    spelling: Option<Arc<str>>,
}

impl Provenance {
    /// How many traces one value holds at most; the largest real ones have some dozens.
    pub const KEPT: usize = 1_000;

    /// None.
    pub fn none() -> Provenance {
        Provenance::default()
    }

    /// One trace.
    pub fn one(trace: Trace) -> Provenance {
        Provenance { all: Some(Arc::new(vec![trace])), ..Provenance::default() }
    }

    /// Both. Of many, use [`JoinedProvenance`], which sorts once.
    pub fn union(&self, other: &Provenance) -> Provenance {
        let sensitive = self.sensitive || other.sensitive;
        let mut left_out = self.left_out.max(other.left_out);
        let all = match (&self.all, &other.all) {
            (mine, None) => mine.clone(),
            (None, theirs) => theirs.clone(),
            (Some(mine), Some(theirs)) if Arc::ptr_eq(mine, theirs) => Some(mine.clone()),
            (Some(mine), Some(theirs)) => {
                let (more, dropped) = joined(&mut [mine, theirs]);
                left_out = left_out.saturating_add(dropped);
                Some(more)
            }
        };
        Provenance { all, left_out, sensitive, spelling: None }
    }

    /// The same, known by a name wherever there is none yet.
    pub fn named(&self, name: &Arc<str>) -> Provenance {
        let Some(all) = self.all.as_ref().filter(|all| all.iter().any(|trace| trace.named.is_none())) else {
            return self.clone();
        };
        let name_it = |trace: &Trace| Trace { named: trace.named.clone().or(Some(name.clone())), ..trace.clone() };
        let mut named: Vec<Trace> = all.iter().map(name_it).collect();
        named.sort();
        named.dedup();
        Provenance { all: Some(Arc::new(named)), ..self.clone() }
    }

    /// Each trace, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Trace> {
        self.all.iter().flat_map(|provenance| provenance.iter())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.as_ref().map_or(0, |provenance| provenance.len())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_none()
    }

    /// How many more there were than are kept; 0 where none was left out.
    pub fn left_out(&self) -> u32 {
        self.left_out
    }

    /// Whether the two are held once: neither costs anything beside the other.
    pub fn is_shared_with(&self, other: &Provenance) -> bool {
        match (&self.all, &other.all) {
            (Some(mine), Some(theirs)) => Arc::ptr_eq(mine, theirs),
            (None, _) => true,
            (Some(_), None) => false,
        }
    }

    /// Whether the value came from something declared `sensitive`.
    pub fn is_sensitive(&self) -> bool {
        self.sensitive
    }

    /// The same, sensitive or not.
    pub fn with_sensitive(&self, sensitive: bool) -> Provenance {
        Provenance { sensitive, ..self.clone() }
    }
}

/// What stands in a spelling for a part that can't be named.
pub const NAMELESS: &str = "${}";

/// What the name of a part begins with that is not legible any more, as a digest: `${#sha1:...}`.
pub const HASHED: &str = "#";

/// The provenance of many values, put together once at the end.
#[derive(Debug, Default)]
pub struct JoinedProvenance {
    parts: Vec<Arc<Vec<Trace>>>,
    left_out: u32,
    sensitive: bool,
}

impl JoinedProvenance {
    /// Takes over some provenance.
    pub fn add(&mut self, provenance: &Provenance) {
        self.sensitive |= provenance.sensitive;
        self.left_out = self.left_out.max(provenance.left_out);
        let Some(part) = &provenance.all else { return };
        // Nearly always many in a row are the very same.
        if self.parts.last().is_some_and(|last| Arc::ptr_eq(last, part)) {
            return;
        }
        if self.parts.len() == self.parts.capacity() {
            self.forget_doubles();
        }
        self.parts.push(part.clone());
    }

    /// Takes over the provenance of a value and of everything inside it.
    pub fn add_all_of(&mut self, value: &Value) {
        self.add(&value.provenance);
        match &value.kind {
            Kind::List(items) | Kind::Set(items) => items.iter().for_each(|item| self.add_all_of(item)),
            Kind::Map(items) => items.values().for_each(|item| self.add_all_of(item)),
            _ => {}
        }
    }

    /// All of them.
    pub fn provenance(mut self) -> Provenance {
        self.forget_doubles();
        let JoinedProvenance { parts, mut left_out, sensitive } = self;
        let all = match parts.as_slice() {
            [] => None,
            [only] => Some(only.clone()),
            parts => {
                let (all, dropped) = joined(&mut parts.iter().collect::<Vec<_>>());
                left_out = left_out.saturating_add(dropped);
                Some(all)
            }
        };
        Provenance { all, left_out, sensitive, spelling: None }
    }

    fn forget_doubles(&mut self) {
        self.parts.sort_unstable_by_key(|part| Arc::as_ptr(part) as usize);
        self.parts.dedup_by(|one, other| Arc::ptr_eq(one, other));
    }
}

/// Several sorted lists as one, bounded, with how many were left out. Where one list has all of them, it is that one.
fn joined(parts: &mut [&Arc<Vec<Trace>>]) -> (Arc<Vec<Trace>>, u32) {
    // The longest first: the sort finds the runs, and nothing is copied twice.
    parts.sort_by_key(|part| std::cmp::Reverse(part.len()));
    let longest = parts.first().copied();
    if let [longest, rest @ ..] = parts
        && rest.iter().flat_map(|part| part.iter()).all(|trace| longest.binary_search(trace).is_ok())
    {
        return ((*longest).clone(), 0);
    }
    let mut all: Vec<Trace> = parts.iter().flat_map(|part| part.iter()).cloned().collect();
    all.sort();
    all.dedup();
    if all.len() <= Provenance::KEPT {
        return (Arc::new(all), 0);
    }
    let all = by_block(all);
    let dropped = all.len().saturating_sub(Provenance::KEPT);
    let all: Vec<Trace> = all.into_iter().take(Provenance::KEPT).collect();
    match longest {
        Some(longest) if **longest == all => (longest.clone(), u32::try_from(dropped).unwrap_or(u32::MAX)),
        _ => (Arc::new(all), u32::try_from(dropped).unwrap_or(u32::MAX)),
    }
}

/// The provenance with all instances of a block as one.
fn by_block(all: Vec<Trace>) -> Vec<Trace> {
    let mut blocks: BTreeMap<String, Arc<str>> = BTreeMap::new();
    let mut whole: Vec<Trace> = Vec::new();
    for trace in all {
        let to = match without_key(&trace.to) {
            Some(block) => match blocks.get(block) {
                Some(to) => to.clone(),
                None => {
                    let to: Arc<str> = Arc::from(format!("{block}[*]"));
                    blocks.insert(block.to_owned(), to.clone());
                    to
                }
            },
            None => trace.to,
        };
        whole.push(Trace { to, ..trace });
    }
    whole.sort();
    whole.dedup();
    whole
}

/// An address without the key at its end: `module.a["x"].aws_x.y` of `module.a["x"].aws_x.y[0]`; `None` without a key.
fn without_key(address: &str) -> Option<&str> {
    if !address.ends_with(']') {
        return None;
    }
    let mut open = None;
    let mut is_quoted = false;
    let mut is_escaped = false;
    for (at, byte) in address.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_quoted => is_escaped = true,
            b'"' => is_quoted = !is_quoted,
            b'[' if !is_quoted => open = Some(at),
            _ => {}
        }
    }
    address.get(..open?)
}

impl Value {
    /// A value without provenance or origin.
    pub fn new(kind: Kind) -> Value {
        Value { kind, provenance: Provenance::none(), origin: None }
    }

    /// `null`.
    pub fn null() -> Value {
        Value::new(Kind::Null)
    }

    /// A string.
    pub fn string(text: impl Into<Arc<str>>) -> Value {
        Value::new(Kind::String(text.into()))
    }

    /// A value that is not known, with the reason.
    pub fn unknown(why: impl Into<Arc<str>>) -> Value {
        Value::new(Kind::Unknown(why.into()))
    }

    /// Whether the value itself is known (its elements may still be unknown).
    pub fn is_known(&self) -> bool {
        !matches!(self.kind, Kind::Unknown(_))
    }

    /// Whether the value and every element inside are known.
    pub fn is_wholly_known(&self) -> bool {
        match &self.kind {
            Kind::Unknown(_) => false,
            Kind::List(items) | Kind::Set(items) => items.iter().all(Value::is_wholly_known),
            Kind::Map(items) => items.values().all(Value::is_wholly_known),
            _ => true,
        }
    }

    /// The provenance of the value and of everything inside it.
    pub fn all_provenance(&self) -> Provenance {
        if !matches!(self.kind, Kind::List(_) | Kind::Set(_) | Kind::Map(_)) {
            return self.provenance.clone();
        }
        let mut joined = JoinedProvenance::default();
        joined.add_all_of(self);
        joined.provenance()
    }
}

impl Value {
    /// The value with this provenance besides its own.
    pub fn with_provenance(mut self, provenance: &Provenance) -> Value {
        if !provenance.is_empty() || provenance.is_sensitive() {
            let spelling = self.provenance.spelling.take();
            self.provenance = self.provenance.union(provenance);
            self.provenance.spelling = spelling;
        }
        self
    }

    /// A value that is not known, as it would be spelled with the names of what is not known: `${var.env}-orders`. Two
    /// that are spelled alike are the same, whatever they are.
    pub fn spelled(mut self, spelling: impl Into<Arc<str>>) -> Value {
        self.provenance.spelling = Some(spelling.into());
        self
    }

    /// The text, or how it is spelled where it is not known. `None` of anything that is no text, or where a part can't even
    /// be named.
    pub fn spelling(&self) -> Option<&Arc<str>> {
        self.legible().filter(|text| !text.contains(NAMELESS))
    }

    /// The same with [`NAMELESS`] for what can't be named: enough to read in, not to compare with.
    pub fn legible(&self) -> Option<&Arc<str>> {
        match &self.kind {
            Kind::String(text) => Some(text),
            Kind::Unknown(_) => self.provenance.spelling.as_ref(),
            _ => None,
        }
    }

    /// The value as it is written there.
    pub fn with_origin(mut self, place: impl FnOnce() -> Place) -> Value {
        self.origin = Some(Arc::new(place()));
        self
    }

    /// An unknown value made from these: the reason of the first that is unknown, the provenance of all.
    pub fn unknown_from<'v>(values: impl IntoIterator<Item = &'v Value>) -> Value {
        let mut why = None;
        let mut provenance = JoinedProvenance::default();
        for value in values {
            if why.is_none() {
                why = value.first_reason();
            }
            provenance.add_all_of(value);
        }
        let why = why.unwrap_or_else(|| Arc::from("not known"));
        Value { kind: Kind::Unknown(why), provenance: provenance.provenance(), origin: None }
    }

    /// Why the value or something inside it is unknown.
    pub fn first_reason(&self) -> Option<Arc<str>> {
        match &self.kind {
            Kind::Unknown(why) => Some(why.clone()),
            Kind::List(items) | Kind::Set(items) => items.iter().find_map(Value::first_reason),
            Kind::Map(items) => items.values().find_map(Value::first_reason),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use foreshock_text::{FilePath, Span};

    use super::*;

    fn trace(to: &str, at: u32) -> Trace {
        let place = Place::new(FilePath::new("/main.tf"), Span::new(at, at + 1));
        Trace { to: Arc::from(to), attribute: Arc::from("id"), place, named: None }
    }

    #[test]
    fn joining_shares_what_is_the_same() {
        let one = Provenance::one(trace("a.a", 0));
        let both = one.union(&Provenance::one(trace("a.b", 0)));
        assert!(both.union(&one).is_shared_with(&both));
        assert!(one.union(&both).is_shared_with(&both));
        let mut joined = JoinedProvenance::default();
        for provenance in [&one, &both, &one, &both] {
            joined.add(provenance);
        }
        assert!(joined.provenance().is_shared_with(&both));
        assert_eq!(both.iter().map(|trace| &*trace.to).collect::<Vec<_>>(), ["a.a", "a.b"]);
    }

    #[test]
    fn many_instances_become_their_block() {
        let instances = |count: usize| {
            let mut joined = JoinedProvenance::default();
            for index in 0..count {
                joined.add(&Provenance::one(trace(&format!("module.m[\"a[0\\\"]\"].aws_x.y[{index}]"), 0)));
            }
            joined.provenance()
        };
        assert_eq!(instances(Provenance::KEPT).len(), Provenance::KEPT);
        let more = instances(Provenance::KEPT + 1);
        assert_eq!(more.iter().map(|trace| &*trace.to).collect::<Vec<_>>(), ["module.m[\"a[0\\\"]\"].aws_x.y[*]"]);
        assert_eq!(more.left_out(), 0);
    }

    #[test]
    fn what_is_left_out_is_counted() {
        let mut joined = JoinedProvenance::default();
        for number in 0..Provenance::KEPT + 7 {
            joined.add(&Provenance::one(trace(&format!("aws_x.y{number}"), 0)));
        }
        let provenance = joined.provenance();
        assert_eq!((provenance.len(), provenance.left_out()), (Provenance::KEPT, 7));
        assert_eq!(provenance.union(&Provenance::one(trace("aws_w.w", 0))).left_out(), 8);
    }

    #[test]
    fn keys_at_the_end_of_addresses() {
        assert_eq!(without_key("aws_x.y"), None);
        assert_eq!(without_key("aws_x.y[0]"), Some("aws_x.y"));
        assert_eq!(without_key("module.a[\"]\"].aws_x.y[\"b[c\"]"), Some("module.a[\"]\"].aws_x.y"));
    }
}
