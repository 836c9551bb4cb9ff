//! Templates out of their pieces. What is not one ends in a problem that says what was expected.

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_text::{Problem, Span};

use crate::ast::{Command, List, Node, Operand, OperandKind, Pipe};
use crate::lex::{Piece, Token, TokenKind, pieces};
use crate::number::{Literal, literal};

/// Actions inside of each other, and parentheses inside of each other, are followed so far.
const DEEPEST: usize = 100;

/// What a text defines.
#[derive(Debug, Default)]
pub(crate) struct Parsed {
    /// Its own nodes.
    pub(crate) body: List,
    /// What it defines by name.
    pub(crate) defined: BTreeMap<Arc<str>, List>,
    /// What is wrong with it; then the body is not to be used.
    pub(crate) problem: Option<Problem>,
}

/// Reads a template. O(text).
pub(crate) fn parse(text: &str) -> Parsed {
    let (pieces, broken) = pieces(text);
    let end = Span::empty(u32::try_from(text.len()).unwrap_or(u32::MAX));
    let mut parser = Parser { pieces: pieces.into_iter(), defined: BTreeMap::new(), end, depth: 0, loops: 0 };
    let mut parsed = Parsed::default();
    match parser.list(Around::Nothing) {
        Ok((body, _)) => parsed.body = body,
        Err(problem) => parsed.problem = Some(problem),
    }
    parsed.defined = parser.defined;
    // What could not be split is the cause of what could not be read.
    parsed.problem = broken.or(parsed.problem);
    parsed
}

/// What a list stands in.
#[derive(Clone, Copy, PartialEq)]
enum Around {
    Nothing,
    Branch,
    Otherwise,
    Define,
}

/// What ended a list.
enum Ended {
    Text,
    End,
    Else(Vec<Token>, Span),
}

struct Parser {
    pieces: std::vec::IntoIter<Piece>,
    defined: BTreeMap<Arc<str>, List>,
    end: Span,
    depth: usize,
    loops: usize,
}

type Answer<T> = Result<T, Problem>;

fn fail<T>(span: Span, message: impl Into<String>) -> Answer<T> {
    Err(Problem::new(span, message.into()))
}

impl Parser {
    fn list(&mut self, around: Around) -> Answer<(List, Ended)> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return fail(self.end, format!("more than {DEEPEST} blocks inside of each other"));
        }
        let mut list = List::new();
        while let Some(piece) = self.pieces.next() {
            let (tokens, span) = match piece {
                Piece::Text(span) => {
                    list.push(Node::Text(span));
                    continue;
                }
                Piece::Comment(_) => continue,
                Piece::Action(tokens, span) => (tokens, span),
            };
            let word = match tokens.first().map(|first| &first.kind) {
                Some(TokenKind::Word(word)) => word.as_str(),
                None => return fail(span, "an action without a value"),
                _ => "",
            };
            match word {
                "end" if around == Around::Nothing => return fail(span, "`end` of nothing: no block is open here"),
                "end" => {
                    self.depth -= 1;
                    return Ok((list, Ended::End));
                }
                "else" if around == Around::Branch => {
                    self.depth -= 1;
                    return Ok((list, Ended::Else(tokens, span)));
                }
                "else" => return fail(span, "`else` without an `if`, `with` or `range` around it"),
                "define" => self.define(&tokens, span, around)?,
                _ => list.push(self.node(tokens, span)?),
            }
        }
        self.depth -= 1;
        match around {
            Around::Nothing => Ok((list, Ended::Text)),
            _ => fail(self.end, "the text ends inside of a block; expected `{{ end }}`"),
        }
    }

    fn define(&mut self, tokens: &[Token], span: Span, around: Around) -> Answer<()> {
        let [_, Token { kind: TokenKind::Text(name), .. }] = tokens else {
            return fail(span, "expected `define \"NAME\"`");
        };
        if around != Around::Nothing {
            return fail(span, "`define` inside of another block");
        }
        let (body, _) = self.list(Around::Define)?;
        self.defined.insert(name.as_str().into(), body);
        Ok(())
    }

    fn node(&mut self, tokens: Vec<Token>, span: Span) -> Answer<Node> {
        let word = match tokens.first().map(|first| &first.kind) {
            Some(TokenKind::Word(word)) => word.clone(),
            _ => String::new(),
        };
        let rest = tokens.get(1..).unwrap_or_default();
        match word.as_str() {
            "if" | "with" => self.branch(&word, rest, span),
            "range" => {
                let pipe = pipe(rest, span)?;
                self.loops += 1;
                let (body, ended) = self.list(Around::Branch)?;
                self.loops -= 1;
                let otherwise = match ended {
                    Ended::Else(tokens, span) if tokens.len() > 1 => return fail(span, "expected `{{ else }}`"),
                    Ended::Else(..) => self.list(Around::Otherwise)?.0,
                    _ => List::new(),
                };
                Ok(Node::Range { pipe, body, otherwise })
            }
            "break" | "continue" if self.loops == 0 || !rest.is_empty() => {
                fail(span, format!("`{word}` outside of a `range`"))
            }
            "break" => Ok(Node::Break),
            "continue" => Ok(Node::Continue),
            "template" | "block" => {
                let [Token { kind: TokenKind::Text(name), .. }, rest @ ..] = rest else {
                    return fail(span, format!("expected `{word} \"NAME\"`"));
                };
                let name: Arc<str> = name.as_str().into();
                let given = if rest.is_empty() { None } else { Some(pipe(rest, span)?) };
                if word == "block" {
                    let (body, _) = self.list(Around::Define)?;
                    self.defined.insert(name.clone(), body);
                }
                Ok(Node::Template { name, pipe: given, span })
            }
            _ => Ok(Node::Action(pipe(&tokens, span)?)),
        }
    }

    fn branch(&mut self, word: &str, tokens: &[Token], span: Span) -> Answer<Node> {
        let pipe = pipe(tokens, span)?;
        let (then, ended) = self.list(Around::Branch)?;
        let otherwise = match ended {
            Ended::Else(tokens, span) => match tokens.get(1) {
                None => self.list(Around::Otherwise)?.0,
                Some(Token { kind: TokenKind::Word(again), .. }) if matches!(again.as_str(), "if" | "with") => {
                    self.depth += 1;
                    let inner = match self.depth > DEEPEST {
                        true => return fail(span, format!("more than {DEEPEST} blocks inside of each other")),
                        false => self.branch(again, tokens.get(2..).unwrap_or_default(), span)?,
                    };
                    self.depth -= 1;
                    vec![inner]
                }
                Some(_) => return fail(span, "expected `{{ else }}` or `{{ else if VALUE }}`"),
            },
            _ => List::new(),
        };
        Ok(match word {
            "if" => Node::If { pipe, then, otherwise },
            _ => Node::With { pipe, then, otherwise },
        })
    }
}

fn pipe(tokens: &[Token], span: Span) -> Answer<Pipe> {
    let mut words = Words { tokens, at: 0, span, depth: 0 };
    let pipe = words.pipe()?;
    match words.peek() {
        None => Ok(pipe),
        Some(token) => fail(token.span, "expected `|` or the end of the action"),
    }
}

struct Words<'a> {
    tokens: &'a [Token],
    at: usize,
    span: Span,
    depth: usize,
}

impl<'a> Words<'a> {
    fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.at)
    }

    fn kind(&self, ahead: usize) -> Option<&'a TokenKind> {
        self.tokens.get(self.at + ahead).map(|token| &token.kind)
    }

    fn pipe(&mut self) -> Answer<Pipe> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return fail(self.span, format!("more than {DEEPEST} parentheses inside of each other"));
        }
        let (variables, is_assignment) = self.variables();
        let mut commands = vec![self.command()?];
        while let Some(TokenKind::Pipe) = self.kind(0) {
            self.at += 1;
            commands.push(self.command()?);
        }
        self.depth -= 1;
        let is_value = |operand: &Operand| {
            matches!(
                operand.kind,
                OperandKind::Bool(_)
                    | OperandKind::Int(_)
                    | OperandKind::Float(_)
                    | OperandKind::Text(_)
                    | OperandKind::Nil
            )
        };
        if let Some(first) = commands.first().and_then(|command| command.operands.first())
            && matches!(first.kind, OperandKind::Nil)
        {
            return fail(first.span, "`nil` by itself is no value of an action");
        }
        for command in commands.iter().skip(1) {
            if let Some(first) = command.operands.first().filter(|first| is_value(first)) {
                return fail(first.span, "a value can't be given anything; expected a function after `|`");
            }
        }
        Ok(Pipe { variables, is_assignment, commands, span: self.span })
    }

    fn variables(&mut self) -> (Vec<Arc<str>>, bool) {
        let name = |kind: Option<&TokenKind>| match kind {
            Some(TokenKind::Variable(name)) => Some(Arc::from(name.as_str())),
            _ => None,
        };
        let Some(first) = name(self.kind(0)) else { return (Vec::new(), false) };
        match (self.kind(1), name(self.kind(2)), self.kind(3)) {
            (Some(TokenKind::Declare), ..) => {
                self.at += 2;
                (vec![first], false)
            }
            (Some(TokenKind::Assign), ..) => {
                self.at += 2;
                (vec![first], true)
            }
            (Some(TokenKind::Comma), Some(second), Some(how @ (TokenKind::Declare | TokenKind::Assign))) => {
                self.at += 4;
                (vec![first, second], *how == TokenKind::Assign)
            }
            _ => (Vec::new(), false),
        }
    }

    fn command(&mut self) -> Answer<Command> {
        let mut operands: Vec<Operand> = Vec::new();
        while let Some(token) = self.peek() {
            if matches!(token.kind, TokenKind::Pipe | TokenKind::Close) {
                break;
            }
            if !operands.is_empty() && !token.is_apart && !matches!(token.kind, TokenKind::Open) {
                return fail(token.span, "expected white space between two values");
            }
            operands.push(self.operand()?);
        }
        if operands.is_empty() {
            let span = self.peek().map_or(self.span, |token| token.span);
            return fail(span, "expected a value or a function");
        }
        Ok(Command { operands })
    }

    fn operand(&mut self) -> Answer<Operand> {
        let Some(token) = self.peek() else { return fail(self.span, "expected a value") };
        self.at += 1;
        let span = token.span;
        let kind = match &token.kind {
            TokenKind::Dot => OperandKind::Dot,
            TokenKind::Word(word) => match word.as_str() {
                "nil" => OperandKind::Nil,
                "true" => OperandKind::Bool(true),
                "false" => OperandKind::Bool(false),
                "if" | "else" | "end" | "range" | "with" | "define" | "template" | "block" | "break" | "continue" => {
                    return fail(span, format!("`{word}` stands at the beginning of an action"));
                }
                name => OperandKind::Function(name.into()),
            },
            TokenKind::Number(written) => match literal(written) {
                Some(Literal::Int(number)) => OperandKind::Int(number),
                Some(Literal::Float(number)) => OperandKind::Float(number),
                None => return fail(span, format!("{written} is no number")),
            },
            TokenKind::Letter(letter) => OperandKind::Int(i64::from(u32::from(*letter))),
            TokenKind::Text(text) => OperandKind::Text(text.as_str().into()),
            TokenKind::Field(name) => {
                let mut path: Vec<Arc<str>> = vec![name.as_str().into()];
                path.extend(self.fields());
                OperandKind::Field(path)
            }
            TokenKind::Variable(name) => OperandKind::Variable(name.as_str().into(), self.fields()),
            TokenKind::Open => {
                let pipe = self.pipe()?;
                match self.peek() {
                    Some(Token { kind: TokenKind::Close, .. }) => self.at += 1,
                    _ => return fail(span, "this parenthesis is not closed; expected `)`"),
                }
                OperandKind::Pipe(Box::new(pipe))
            }
            _ => return fail(span, "expected a value"),
        };
        let span =
            Span::new(span.start, self.tokens.get(self.at.saturating_sub(1)).map_or(span.end, |last| last.span.end));
        let operand = Operand { kind, span };
        let steps = self.fields();
        if steps.is_empty() {
            return Ok(operand);
        }
        match operand.kind {
            OperandKind::Bool(_)
            | OperandKind::Int(_)
            | OperandKind::Float(_)
            | OperandKind::Text(_)
            | OperandKind::Nil => fail(span, "a plain value has no fields"),
            _ => Ok(Operand { kind: OperandKind::Chain(Box::new(operand), steps), span }),
        }
    }

    /// The fields that follow without white space.
    fn fields(&mut self) -> Vec<Arc<str>> {
        let mut steps = Vec::new();
        while let Some(Token { kind: TokenKind::Field(name), is_apart: false, .. }) = self.peek() {
            steps.push(name.as_str().into());
            self.at += 1;
        }
        steps
    }
}
