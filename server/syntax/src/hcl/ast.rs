//! The tree. Blocks and attributes carry spans of the file; an expression's spans count from the start of its
//! attribute's value, so that a parsed value can be kept while the text around it moves.

use std::sync::Arc;

use foreshock_text::Span;

/// The content of a file or of a block.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Body {
    /// Attributes, in the order written.
    pub attributes: Vec<Attribute>,
    /// Blocks, in the order written; shared between the versions of a file in which they are the same.
    pub blocks: Vec<Arc<Block>>,
    /// From after the opening brace to before the closing one; the whole text for a file.
    pub span: Span,
}

impl Body {
    /// The first attribute of that name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| &*attribute.name == name)
    }

    /// The blocks of that type.
    pub fn blocks_of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Block> {
        self.blocks.iter().map(|block| &**block).filter(move |block| &*block.kind == kind)
    }
}

/// `name = value`.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// The name.
    pub name: Arc<str>,
    /// Span of the name.
    pub name_span: Span,
    /// Span of the value, without surrounding white space and without a trailing comment. Empty when nothing is
    /// written after `=` yet.
    pub value_span: Span,
    /// The value. Its spans are relative to `value_span.start`.
    pub expr: Arc<Expr>,
}

impl Attribute {
    /// From the name to the end of the value.
    pub fn span(&self) -> Span {
        self.name_span.cover(self.value_span)
    }

    /// A span inside this attribute's expression, as a span of the file.
    pub fn in_file(&self, relative: Span) -> Span {
        relative.shifted(self.value_span.start)
    }
}

/// `type "label" "label" { ... }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// The block type, e.g. `resource`.
    pub kind: Arc<str>,
    /// Span of the block type.
    pub kind_span: Span,
    /// The labels, unquoted.
    pub labels: Vec<Label>,
    /// From the block type to the last label: what a diagnostic on "the block" underlines.
    pub header_span: Span,
    /// From the block type to the closing brace.
    pub span: Span,
    /// Whether the closing brace is there. Without it the block ends where the next item begins.
    pub closed: bool,
    /// What is inside.
    pub body: Body,
}

/// A block label.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// Unquoted text.
    pub text: Arc<str>,
    /// Span of the label, quotes included.
    pub span: Span,
}

/// An expression with its span, relative to the start of the attribute's value.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it is, relative.
    pub span: Span,
}

/// The forms of expressions.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// `null`.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// A number; infinite where a double does not hold it exactly (see [`super::decimal`]), and then the text alone says
    /// which it is.
    Number(f64),
    /// A string or heredoc without interpolation, unescaped (a `<<-` heredoc already without its indentation).
    String(Arc<str>),
    /// A string or heredoc with interpolations or directives.
    Template(Vec<TemplatePart>),
    /// `[a, b]`.
    Array(Vec<Expr>),
    /// `{ k = v }`. Duplicate keys are kept; the last one wins when evaluated.
    Object(Vec<(ObjectKey, Expr)>),
    /// A root name: `var`, `local`, `aws_instance`, or a `for` variable.
    Variable(Arc<str>),
    /// `operand` followed by operators: `.name`, `[index]`, `.*`, `[*]`.
    Traversal(Box<Expr>, Vec<TraversalStep>),
    /// A function call. `expand` is the `...` after the last argument. Namespaced names keep their `::`.
    Call {
        /// The function's name.
        name: Arc<str>,
        /// The arguments.
        args: Vec<Expr>,
        /// Whether the last argument is expanded with `...`.
        expand: bool,
    },
    /// `( a )`.
    Paren(Box<Expr>),
    /// `!a`, `-a`.
    Unary(UnaryOp, Box<Expr>),
    /// `a op b`.
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `condition ? yes : no`.
    Conditional(Box<Expr>, Box<Expr>, Box<Expr>),
    /// A `for` expression.
    For(Box<ForExpr>),
    /// Text that does not parse, or nothing at all. The references that could still be read from its tokens are kept
    /// (each a `Traversal` or `Variable`), so that the edges of the graph survive a broken expression.
    Broken(Vec<Expr>),
}

/// One step of a traversal.
#[derive(Clone, Debug, PartialEq)]
pub struct TraversalStep {
    /// What it does.
    pub kind: StepKind,
    /// Span of the step with its dot or brackets, relative.
    pub span: Span,
}

/// The steps.
#[derive(Clone, Debug, PartialEq)]
pub enum StepKind {
    /// `.name`.
    Attribute(Arc<str>),
    /// `[expression]`; the legacy `.0` is an index too.
    Index(Expr),
    /// `.*`.
    AttributeSplat,
    /// `[*]`.
    FullSplat,
}

/// A piece of a template.
#[derive(Clone, Debug, PartialEq)]
pub enum TemplatePart {
    /// Text, unescaped.
    Literal(Arc<str>),
    /// `${ expression }`.
    Interpolation(Expr),
    /// `%{ if condition }..%{ else }..%{ endif }`.
    If {
        /// The condition.
        condition: Expr,
        /// When true.
        yes: Vec<TemplatePart>,
        /// When false.
        no: Vec<TemplatePart>,
    },
    /// `%{ for key, value in collection }..%{ endfor }`.
    For {
        /// The name of the key or index.
        key: Option<Arc<str>>,
        /// The name of the value.
        value: Arc<str>,
        /// What is walked.
        collection: Expr,
        /// Repeated for each element.
        body: Vec<TemplatePart>,
    },
}

/// The key of an object element.
#[derive(Clone, Debug, PartialEq)]
pub enum ObjectKey {
    /// A bare word, which is a string.
    Name(Arc<str>, Span),
    /// Anything else, evaluated.
    Expression(Expr),
}

/// `[for k, v in c : value if cond]` or `{for k, v in c : key => value... if cond}`.
#[derive(Clone, Debug, PartialEq)]
pub struct ForExpr {
    /// The name of the key or index.
    pub key_name: Option<Arc<str>>,
    /// The name of the value.
    pub value_name: Arc<str>,
    /// What is walked.
    pub collection: Expr,
    /// The key of an object result; none for a list.
    pub key: Option<Expr>,
    /// The value.
    pub value: Expr,
    /// Whether `...` groups values by key.
    pub grouping: bool,
    /// The `if`.
    pub condition: Option<Expr>,
}

/// Unary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    /// `-`.
    Negate,
    /// `!`.
    Not,
}

/// Binary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the names are the documentation
pub enum BinaryOp {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    And,
    Or,
}
