use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_text::Place;

/// A value of the configuration language, three-valued: known, null or unknown with the reason.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    /// The value itself.
    pub kind: Kind,
    /// The resource attributes it was made from; carried through functions, element by element where elements keep
    /// their own. The evidence of dependencies.
    pub marks: Marks,
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
pub struct Mark {
    /// Address of the instance referred to, keys included (`module.db.aws_db_instance.this[0]`), or of an opaque
    /// module (`module.vpc`).
    pub to: Arc<str>,
    /// Path of the attribute referred to (`arn`, `master_user_secret.secret_arn`); empty for the whole resource.
    pub attribute: Arc<str>,
    /// Where the reference is written.
    pub place: Place,
}

/// The marks of a value: sorted, without duplicates, cheap to clone. Also remembers whether the value came from
/// something declared `sensitive`, which must never be shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Marks {
    all: Option<Arc<Vec<Mark>>>,
    sensitive: bool,
}

impl Marks {
    /// No marks.
    pub fn none() -> Marks {
        Marks::default()
    }

    /// One mark.
    pub fn one(mark: Mark) -> Marks {
        Marks { all: Some(Arc::new(vec![mark])), sensitive: false }
    }

    /// Both.
    pub fn union(&self, other: &Marks) -> Marks {
        let sensitive = self.sensitive || other.sensitive;
        let all = match (&self.all, &other.all) {
            (mine, None) => mine.clone(),
            (None, theirs) => theirs.clone(),
            (Some(mine), Some(theirs)) if Arc::ptr_eq(mine, theirs) => Some(mine.clone()),
            (Some(mine), Some(theirs)) => {
                let mut all: Vec<Mark> = mine.iter().chain(theirs.iter()).cloned().collect();
                all.sort();
                all.dedup();
                Some(Arc::new(all))
            }
        };
        Marks { all, sensitive }
    }

    /// Each mark, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Mark> {
        self.all.iter().flat_map(|marks| marks.iter())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_none()
    }

    /// Whether the value came from something declared `sensitive`.
    pub fn is_sensitive(&self) -> bool {
        self.sensitive
    }

    /// The same marks, sensitive or not.
    pub fn with_sensitive(&self, sensitive: bool) -> Marks {
        Marks { all: self.all.clone(), sensitive }
    }
}

impl Value {
    /// A value without marks or origin.
    pub fn new(kind: Kind) -> Value {
        Value { kind, marks: Marks::none(), origin: None }
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

    /// The marks of the value and of everything inside it.
    pub fn all_marks(&self) -> Marks {
        match &self.kind {
            Kind::List(items) | Kind::Set(items) => {
                items.iter().fold(self.marks.clone(), |marks, item| marks.union(&item.all_marks()))
            }
            Kind::Map(items) => items.values().fold(self.marks.clone(), |marks, item| marks.union(&item.all_marks())),
            _ => self.marks.clone(),
        }
    }
}
