//! What is wrong with a file: typed, with its place, and a sentence for people.

use std::fmt;

use foreshock_text::Place;

/// Something that is wrong, and where.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Where: the key of an unknown key, the value of a wrong value.
    pub place: Place,
    /// What.
    pub kind: ProblemKind,
}

/// What is wrong. Fields are named with the block they are in: `capacity.max_connections`.
#[derive(Clone, Debug, PartialEq)]
pub enum ProblemKind {
    /// No document with a `components` list.
    NoComponents,
    /// More problems than are told.
    More {
        /// How many more.
        count: usize,
    },
    /// A second document in the same file; only the first is read.
    SecondDocument,
    /// The schema has no such key there.
    UnknownKey {
        /// The key as written.
        key: String,
        /// Where it stands: "a component", "capacity".
        of: String,
        /// The key that was probably meant.
        suggestion: Option<String>,
    },
    /// A key that must be there is not.
    Missing {
        /// Which.
        field: String,
        /// Of what: "a component".
        of: &'static str,
    },
    /// A value of another type.
    Type {
        /// Whose.
        field: String,
        /// What was expected: "a number".
        expected: &'static str,
        /// What is written, shortened.
        found: String,
    },
    /// A number outside its range; NaN and infinite numbers are in none.
    OutOfRange {
        /// Whose.
        field: String,
        /// The number as written.
        found: String,
        /// The range in words: "0 to 1".
        expected: String,
    },
    /// A word that is not one of those there are.
    UnknownWord {
        /// Whose.
        field: String,
        /// The word.
        found: String,
        /// The one that was probably meant.
        suggestion: Option<String>,
        /// All of them.
        known: Vec<&'static str>,
    },
    /// No component has that id.
    UnknownId {
        /// The field that names it.
        field: String,
        /// The id.
        id: String,
        /// The id that was probably meant.
        suggestion: Option<String>,
    },
    /// Another component above has the same id; this one is left out.
    DuplicateId {
        /// The id.
        id: String,
    },
    /// The same name twice in one list.
    Repeated {
        /// The list.
        field: String,
        /// The name.
        name: String,
    },
    /// More instances required than there are.
    RequiredAboveReplicas {
        /// k.
        required: u32,
        /// n.
        replicas: u32,
    },
    /// Two fields that exclude each other.
    Both {
        /// The one that counts.
        one: String,
        /// The one that does not.
        other: String,
    },
    /// A component that depends on itself.
    DependsOnItself {
        /// Its id.
        id: String,
    },
    /// A member of an alternatives group says something else than the first.
    GroupMismatch {
        /// The group.
        group: String,
        /// The field: "type", "required", "shares_load".
        field: &'static str,
        /// What the first member says.
        first: String,
    },
    /// An alternatives group needs more members than it has.
    GroupTooSmall {
        /// The group.
        group: String,
        /// k.
        required: u32,
        /// m.
        members: usize,
    },
    /// A field that means nothing without another.
    NeedsOther {
        /// The field.
        field: String,
        /// What it needs: "alternatives", "type: async".
        needs: &'static str,
    },
}

impl fmt::Display for ProblemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProblemKind::NoComponents => {
                write!(f, "expected a list of components: \"components:\", then \"- id: ...\"")
            }
            ProblemKind::More { count } => write!(f, "and {count} more problems below"),
            ProblemKind::SecondDocument => write!(f, "only the first document of a file is read"),
            ProblemKind::UnknownKey { key, of, suggestion } => {
                write!(f, "{of} has no key {key}")?;
                meant(f, suggestion.as_deref())
            }
            ProblemKind::Missing { field, of } => write!(f, "{of} needs {field}"),
            ProblemKind::Type { field, expected, found } => write!(f, "{field} is {found}; expected {expected}"),
            ProblemKind::OutOfRange { field, found, expected } => {
                write!(f, "{field} is {found}; expected {expected}")
            }
            ProblemKind::UnknownWord { field, found, suggestion, known } => {
                write!(f, "{field} is {found}")?;
                meant(f, suggestion.as_deref())?;
                if suggestion.is_none() {
                    write!(f, "; expected one of {}", known.join(", "))?;
                }
                Ok(())
            }
            ProblemKind::UnknownId { field, id, suggestion } => {
                write!(f, "{field}: there is no component {id}")?;
                meant(f, suggestion.as_deref())
            }
            ProblemKind::DuplicateId { id } => {
                write!(f, "another component above has the id {id}; this one is left out")
            }
            ProblemKind::Repeated { field, name } => write!(f, "{field} lists {name} twice"),
            ProblemKind::RequiredAboveReplicas { required, replicas } => {
                write!(f, "required is {required}, but there are only {replicas} replicas")
            }
            ProblemKind::Both { one, other } => write!(f, "{one} and {other} exclude each other; {one} counts"),
            ProblemKind::DependsOnItself { id } => write!(f, "{id} can't depend on itself"),
            ProblemKind::GroupMismatch { group, field, first } => {
                write!(f, "all alternatives {group} of one source share {field}; the first says {first}")
            }
            ProblemKind::GroupTooSmall { group, required, members } => {
                write!(f, "required is {required}, but there are only {members} alternatives {group}")
            }
            ProblemKind::NeedsOther { field, needs } => write!(f, "{field} means nothing without {needs}"),
        }
    }
}

fn meant(f: &mut fmt::Formatter<'_>, suggestion: Option<&str>) -> fmt::Result {
    suggestion.map_or(Ok(()), |suggestion| write!(f, "; did you mean {suggestion}?"))
}

impl From<&Problem> for foreshock_text::Problem {
    fn from(problem: &Problem) -> foreshock_text::Problem {
        foreshock_text::Problem::new(problem.place.span, problem.kind.to_string())
    }
}
