//! A template as a tree.

use std::sync::Arc;

use foreshock_text::Span;

/// Nodes one after the other.
pub(crate) type List = Vec<Node>;

/// A part of a template.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    /// Text that stands for itself.
    Text(Span),
    /// A pipeline whose value is written, unless it only sets a variable.
    Action(Pipe),
    /// `if`, with what comes when it is so and when it is not.
    If { pipe: Pipe, then: List, otherwise: List },
    /// `with`: the same, with another dot.
    With { pipe: Pipe, then: List, otherwise: List },
    /// `range`.
    Range { pipe: Pipe, body: List, otherwise: List },
    /// `template` and `block`.
    Template { name: Arc<str>, pipe: Option<Pipe>, span: Span },
    /// `break`.
    Break,
    /// `continue`.
    Continue,
}

/// Commands, each given the value of the one before as its last argument.
#[derive(Clone, Debug)]
pub(crate) struct Pipe {
    /// The variables that are given the value, with `$`.
    pub(crate) variables: Vec<Arc<str>>,
    /// Whether they are there already.
    pub(crate) is_assignment: bool,
    pub(crate) commands: Vec<Command>,
    pub(crate) span: Span,
}

/// A function, a method or a value, with its arguments.
#[derive(Clone, Debug)]
pub(crate) struct Command {
    pub(crate) operands: Vec<Operand>,
}

/// A value as it is written.
#[derive(Clone, Debug)]
pub(crate) struct Operand {
    pub(crate) kind: OperandKind,
    pub(crate) span: Span,
}

#[derive(Clone, Debug)]
pub(crate) enum OperandKind {
    Dot,
    Nil,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Arc<str>),
    /// `.a.b`
    Field(Vec<Arc<str>>),
    /// `$a.b`
    Variable(Arc<str>, Vec<Arc<str>>),
    Function(Arc<str>),
    Pipe(Box<Pipe>),
    /// `(...).a.b`
    Chain(Box<Operand>, Vec<Arc<str>>),
}
