//! Templates, worked out.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use foreshock_text::{FilePath, Place, Problem, Span};

use crate::ast::{Command, List, Node, Operand, OperandKind, Pipe};
use crate::decisions::Decisions;
use crate::functions;
use crate::go_format::printed;
use crate::parse::parse;
use crate::scopes::Scopes;
use crate::text::Text;
use crate::value::{Kind, Map, Unknown, Value};

/// Nodes and commands that are worked out on one way.
const MOST_STEPS: usize = 400_000;
/// Bytes that one way may come to, and a text on the way.
const MOST_BYTES: usize = 4 << 20;
/// Templates, blocks and parentheses inside of each other.
const DEEPEST: usize = 120;
/// More ways than these are not taken.
const MOST_WAYS: usize = 64;
/// Steps of all ways together.
const MOST_STEPS_OF_ALL: usize = 2_000_000;

/// Templates by name, as one sees the others.
#[derive(Debug, Default)]
pub struct Templates {
    bodies: BTreeMap<Arc<str>, Rc<Body>>,
}

#[derive(Debug)]
struct Body {
    nodes: List,
    source: Source,
}

/// The text that a body is written in, and its file, where it is one.
#[derive(Clone, Debug)]
struct Source {
    text: Arc<str>,
    file: Option<FilePath>,
}

/// Something worth a word, at its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// Where.
    pub place: Place,
    /// What, for a person.
    pub message: String,
    /// Whether it is a bound of ours: who runs the template may come further.
    pub is_bound: bool,
}

/// A piece of a text with the piece of the template that has written it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// Its first byte.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
    /// The piece of the template.
    pub span: Span,
    /// Whether it stands there, char for char; else an action has written it.
    pub is_literal: bool,
}

/// What a template comes to on one way.
#[derive(Clone, Debug, Default)]
pub struct Output {
    /// The text.
    pub text: Text,
    /// Which piece of the template each piece of the text was written by, in order.
    pub written_by: Vec<Written>,
    /// Why what was decided on this way is not known; empty where nothing had to be.
    pub reasons: Vec<Arc<str>>,
    /// Why the template can't be worked out on this way.
    pub failure: Option<Note>,
}

/// What a template comes to.
#[derive(Clone, Debug)]
pub struct Rendered {
    /// Each way, at least one.
    pub ways: Vec<Output>,
    /// Whether there are no more ways.
    pub is_complete: bool,
    /// What the template was given, as it is afterwards.
    pub dot: Value,
}

impl Templates {
    /// Adds a template and what it defines; of two of a name the one that is added last counts. Answers what is wrong with it; then
    /// the template itself is not added, only what it defines before.
    pub fn add(&mut self, name: &str, file: &FilePath, text: &Arc<str>) -> Option<Problem> {
        let parsed = parse(text);
        let source = Source { text: text.clone(), file: Some(file.clone()) };
        let mut add = |name: Arc<str>, nodes: List| {
            // Go keeps what is there where a second one of a name has nothing in it.
            let is_empty = |node: &Node| matches!(node, Node::Text(span) if span.text(text).trim().is_empty());
            if nodes.iter().all(is_empty) && self.bodies.contains_key(&name) {
                return;
            }
            self.bodies.insert(name, Rc::new(Body { nodes, source: source.clone() }));
        };
        for (name, nodes) in parsed.defined {
            add(name, nodes);
        }
        if parsed.problem.is_none() {
            add(name.into(), parsed.body);
        }
        parsed.problem
    }

    /// Whether there is a template of that name.
    pub fn has(&self, name: &str) -> bool {
        self.bodies.contains_key(name)
    }
}

/// Works out a template on every way that there is, each with a copy of the dot. Never fails: what can't be worked out says so.
pub fn render(templates: &Templates, name: &str, dot: &Value) -> Rendered {
    let mut rendered = Rendered { ways: Vec::new(), is_complete: true, dot: dot.clone() };
    let mut decisions = Decisions::default();
    let mut steps = 0;
    loop {
        let given = dot.deep_copy();
        let mut run = Run { templates, decisions, steps: 0, bytes: 0, depth: 0, at: None, functions: 0 };
        let output = run.output(name, &given);
        steps += run.steps;
        let is_first = rendered.ways.is_empty();
        rendered.ways.push(output);
        rendered.dot = if is_first { given } else { agreed(&rendered.dot, &given, 0) };
        match run.decisions.next() {
            None => return rendered,
            Some(next) if rendered.ways.len() < MOST_WAYS && steps < MOST_STEPS_OF_ALL => decisions = next,
            Some(_) => {
                rendered.is_complete = false;
                return rendered;
            }
        }
    }
}

/// What is the same in two values; what is not is not known.
fn agreed(one: &Value, other: &Value, depth: usize) -> Value {
    let differs = || {
        Value::unknown(Unknown::named("it is set where it is not known whether it is", &format!("{one:?}{other:?}")))
    };
    match (&one.kind, &other.kind) {
        _ if depth > crate::value::DEEPEST => one.clone(),
        (Kind::Map(mine), Kind::Map(theirs)) => {
            let (mine, theirs) = (mine.borrow(), theirs.borrow());
            let keys = mine.keys().chain(theirs.keys());
            let entry = |key: &Arc<str>| {
                let value = match (mine.get(key), theirs.get(key)) {
                    (Some(one), Some(other)) => agreed(one, other, depth + 1),
                    _ => differs(),
                };
                (key.clone(), value)
            };
            Value::map(keys.map(entry).collect::<Map>()).at(one.origin.clone())
        }
        (Kind::List(mine), Kind::List(theirs)) if mine.len() == theirs.len() => {
            let items = mine.iter().zip(theirs.iter()).map(|(one, other)| agreed(one, other, depth + 1));
            Value::list(items.collect()).at(one.origin.clone())
        }
        (Kind::List(_), _) | (_, Kind::List(_)) | (Kind::Map(_), _) | (_, Kind::Map(_)) => differs(),
        (Kind::Host(_), Kind::Host(_)) => one.clone(),
        _ if printed(one) == printed(other) && one.kind_name() == other.kind_name() => one.clone(),
        _ => differs(),
    }
}

/// Why something is not worked out further.
#[derive(Debug)]
pub(crate) enum Stop {
    /// It can't be: what is wrong, and where.
    Error(String),
    /// A bound was reached.
    TooMuch(String),
    /// A loop is left.
    Break,
    /// A loop goes on with its next item.
    Continue,
}

impl From<String> for Stop {
    fn from(message: String) -> Stop {
        Stop::Error(message)
    }
}

/// One way through a template.
pub(crate) struct Run<'t> {
    templates: &'t Templates,
    pub(crate) decisions: Decisions,
    steps: usize,
    bytes: usize,
    depth: usize,
    /// The action that is being worked out.
    at: Option<Place>,
    /// How many functions were asked whose answer is another one each time.
    pub(crate) functions: u64,
}

/// A body while it is worked out.
struct Frame<'b> {
    source: &'b Source,
    scopes: Scopes,
}

/// Where a body is written to.
#[derive(Default)]
struct Sink {
    text: Text,
    /// Only of the template that was asked for.
    written_by: Option<Vec<Written>>,
}

impl Sink {
    fn push(&mut self, text: &Text, span: Span, is_literal: bool) {
        let start = self.text.len();
        self.text.push(text);
        if let Some(written_by) = self.written_by.as_mut().filter(|_| !text.is_empty()) {
            written_by.push(Written { start, end: start + text.len(), span, is_literal });
        }
    }
}

impl<'t> Run<'t> {
    fn output(&mut self, name: &str, dot: &Value) -> Output {
        let mut sink = Sink { written_by: Some(Vec::new()), ..Sink::default() };
        let body = self.templates.bodies.get(name).cloned();
        let mut failure = None;
        if let Some(body) = body {
            let ended = self.body(&body, dot, &mut sink);
            let is_bound = matches!(ended, Err(Stop::TooMuch(_)));
            if let Err(Stop::Error(message) | Stop::TooMuch(message)) = ended {
                let file = body.source.file.clone().unwrap_or_else(|| FilePath::new(name));
                let place = self.at.take().unwrap_or_else(|| Place::new(file, Span::empty(0)));
                failure = Some(Note { place, message, is_bound });
            }
        }
        let written_by = sink.written_by.unwrap_or_default();
        Output { text: sink.text, written_by, reasons: self.decisions.reasons.clone(), failure }
    }

    fn body(&mut self, body: &Body, dot: &Value, sink: &mut Sink) -> Result<(), Stop> {
        let mut frame = Frame { source: &body.source, scopes: Scopes::of(dot.clone()) };
        match self.list(&body.nodes, dot, &mut frame, sink) {
            Err(Stop::Break | Stop::Continue) => Ok(()),
            other => other,
        }
    }

    /// What a template of that name comes to: `include`.
    pub(crate) fn include(&mut self, name: &str, dot: &Value) -> Result<Text, Stop> {
        let Some(body) = self.templates.bodies.get(name).cloned() else {
            return Err(Stop::Error(format!("there is no template {name:?}")));
        };
        self.deeper()?;
        let at = self.at.clone();
        let mut sink = Sink::default();
        self.body(&body, dot, &mut sink)?;
        self.at = at;
        self.depth -= 1;
        self.sized(sink.text)
    }

    /// What a text comes to as a template: `tpl`.
    pub(crate) fn template_of(&mut self, text: &Text, dot: &Value) -> Result<Text, Stop> {
        if !text.as_str().contains("{{") {
            return Ok(text.clone());
        }
        if let Some(unknown) = text.first_unknown() {
            return Ok(Text::hole(unknown.derived(&("tpl", text.as_str()))));
        }
        let written: Arc<str> = text.as_str().into();
        let parsed = parse(&written);
        if let Some(problem) = parsed.problem {
            return Err(Stop::Error(format!("{written:?} is no template: {}", problem.message)));
        }
        if !parsed.defined.is_empty() {
            return Err(Stop::TooMuch(
                "a template that is made of a text defines others, which is not read".to_owned(),
            ));
        }
        self.deeper()?;
        let body = Body { nodes: parsed.body, source: Source { text: written, file: None } };
        let mut sink = Sink::default();
        self.body(&body, dot, &mut sink)?;
        self.depth -= 1;
        self.sized(sink.text)
    }

    /// A text, unless there is too much of it by now.
    pub(crate) fn sized(&mut self, text: Text) -> Result<Text, Stop> {
        self.bytes += text.len();
        match self.bytes > MOST_BYTES {
            true => Err(Stop::TooMuch(format!("it comes to more than {} MiB of text", MOST_BYTES >> 20))),
            false => Ok(text),
        }
    }

    fn deeper(&mut self) -> Result<(), Stop> {
        self.depth += 1;
        match self.depth > DEEPEST {
            true => Err(Stop::TooMuch(format!("more than {DEEPEST} templates and blocks inside of each other"))),
            false => Ok(()),
        }
    }

    pub(crate) fn step(&mut self, count: usize) -> Result<(), Stop> {
        self.steps = self.steps.saturating_add(count);
        match self.steps > MOST_STEPS {
            true => Err(Stop::TooMuch(format!("it takes more than {MOST_STEPS} steps"))),
            false => Ok(()),
        }
    }

    /// Whether a value counts as true; where that is not known, on this way.
    pub(crate) fn truth(&mut self, value: &Value) -> bool {
        value.truth().unwrap_or_else(|unknown| self.decisions.choose(&unknown))
    }

    fn list(&mut self, list: &List, dot: &Value, frame: &mut Frame<'_>, sink: &mut Sink) -> Result<(), Stop> {
        self.deeper()?;
        for node in list {
            self.step(1)?;
            self.node(node, dot, frame, sink)?;
        }
        self.depth -= 1;
        Ok(())
    }

    fn node(&mut self, node: &Node, dot: &Value, frame: &mut Frame<'_>, sink: &mut Sink) -> Result<(), Stop> {
        match node {
            Node::Text(span) => {
                let text = match &frame.source.file {
                    Some(file) => Text::literal(&frame.source.text, file, *span),
                    None => Text::made(span.text(&frame.source.text)),
                };
                sink.push(&self.sized(text)?, *span, true);
            }
            Node::Action(pipe) => {
                let value = self.pipe(pipe, dot, frame)?;
                if pipe.variables.is_empty() {
                    let text = self.sized(printed(&value))?;
                    sink.push(&text, pipe.span, false);
                }
            }
            Node::If { pipe, then, otherwise } => {
                let mark = frame.scopes.mark();
                let value = self.pipe(pipe, dot, frame)?;
                let taken = if self.truth(&value) { then } else { otherwise };
                self.list(taken, dot, frame, sink)?;
                frame.scopes.release(mark);
            }
            Node::With { pipe, then, otherwise } => {
                let mark = frame.scopes.mark();
                let value = self.pipe(pipe, dot, frame)?;
                match self.truth(&value) {
                    true => self.list(then, &value, frame, sink)?,
                    false => self.list(otherwise, dot, frame, sink)?,
                }
                frame.scopes.release(mark);
            }
            Node::Range { pipe, body, otherwise } => {
                let mark = frame.scopes.mark();
                self.range(pipe, body, otherwise, dot, frame, sink)?;
                frame.scopes.release(mark);
            }
            Node::Template { name, pipe, span } => {
                self.at_span(*span, frame);
                let given = match pipe {
                    Some(pipe) => self.pipe(pipe, dot, frame)?,
                    None => Value::nil(),
                };
                let text = self.include(name, &given)?;
                sink.push(&text, *span, false);
            }
            Node::Break => return Err(Stop::Break),
            Node::Continue => return Err(Stop::Continue),
        }
        Ok(())
    }

    fn range(
        &mut self,
        pipe: &Pipe,
        body: &List,
        otherwise: &List,
        dot: &Value,
        frame: &mut Frame<'_>,
        sink: &mut Sink,
    ) -> Result<(), Stop> {
        self.at_span(pipe.span, frame);
        // The variables of a range are its items', not the whole's.
        let bare = Pipe { variables: Vec::new(), ..pipe.clone() };
        let value = self.pipe(&bare, dot, frame)?;
        let entries = |map: &Map| -> Vec<(Value, Value)> {
            map.iter().map(|(key, value)| (Value::made(&**key), value.clone())).collect()
        };
        let items: Vec<(Value, Value)> = match &value.kind {
            Kind::Nil => Vec::new(),
            Kind::List(items) => {
                items.iter().enumerate().map(|(at, item)| (Kind::Int(at as i64).into(), item.clone())).collect()
            }
            Kind::Map(map) => entries(&map.borrow()),
            Kind::Int(count) | Kind::Long(count) => {
                self.step(usize::try_from(*count).unwrap_or(0))?;
                let number = |at: i64| (Value::from(Kind::Int(at)), Value::from(Kind::Int(at)));
                (0..*count).map(number).collect()
            }
            Kind::Host(host) => match host.call("", &[])?.kind {
                Kind::Map(map) => entries(&map.borrow()),
                _ => return Err(Stop::Error(format!("range can't go through a {}", host.type_name()))),
            },
            _ => match value.as_unknown() {
                Some(unknown) => return self.unknown_range(unknown, pipe.span, body, frame, sink),
                None => return Err(Stop::Error(format!("range can't go through a {}", value.type_name()))),
            },
        };
        if items.is_empty() {
            return self.list(otherwise, dot, frame, sink);
        }
        let mark = frame.scopes.mark();
        for (key, item) in items {
            self.step(1)?;
            let mut give = |name: &Arc<str>, value: Value| match pipe.is_assignment {
                true => drop(frame.scopes.assign(name, value)),
                false => frame.scopes.declare(name, value),
            };
            match pipe.variables.as_slice() {
                [only] => give(only, item.clone()),
                [first, second] => {
                    give(first, key);
                    give(second, item.clone());
                }
                _ => {}
            }
            let depth = self.depth;
            let ended = self.list(body, &item, frame, sink);
            frame.scopes.release(mark);
            match ended {
                Err(Stop::Break) => {
                    self.depth = depth;
                    break;
                }
                Err(Stop::Continue) => self.depth = depth,
                other => other?,
            }
        }
        Ok(())
    }

    /// A loop over what is not known: nobody knows what it writes, nor what its variables are afterwards.
    fn unknown_range(
        &mut self,
        unknown: &Unknown,
        span: Span,
        body: &List,
        frame: &mut Frame<'_>,
        sink: &mut Sink,
    ) -> Result<(), Stop> {
        let mut assigned = Vec::new();
        let is_changing = changes(body, &mut assigned);
        if is_changing {
            return Err(Stop::TooMuch(format!("a loop changes a map, and how often is not known: {}", unknown.why)));
        }
        let hole = unknown.derived(&("range", span.start));
        for name in assigned {
            frame.scopes.assign(&name, Value::unknown(hole.derived(&name)));
        }
        if !writes(body, &frame.source.text) {
            return Ok(());
        }
        let mut text = Text::default();
        if let Some(indent) = indentation(body, &frame.source.text) {
            text.push_str("\n");
            text.push_str(&" ".repeat(indent));
        }
        text.push(&Text::hole(hole));
        sink.push(&text, span, false);
        Ok(())
    }

    fn at_span(&mut self, span: Span, frame: &Frame<'_>) {
        if let Some(file) = &frame.source.file {
            self.at = Some(Place::new(file.clone(), span));
        }
    }

    fn pipe(&mut self, pipe: &Pipe, dot: &Value, frame: &mut Frame<'_>) -> Result<Value, Stop> {
        self.deeper()?;
        self.at_span(pipe.span, frame);
        let mut last: Option<Value> = None;
        for command in &pipe.commands {
            self.step(1)?;
            last = Some(self.command(command, last, dot, frame)?);
        }
        self.depth -= 1;
        let value = last.unwrap_or_else(Value::nil);
        if let [name] = pipe.variables.as_slice() {
            match pipe.is_assignment {
                false => frame.scopes.declare(name, value.clone()),
                true if frame.scopes.assign(name, value.clone()) => {}
                true => return Err(Stop::Error(format!("there is no variable {name}"))),
            }
        }
        Ok(value)
    }

    fn command(
        &mut self,
        command: &Command,
        piped: Option<Value>,
        dot: &Value,
        frame: &mut Frame<'_>,
    ) -> Result<Value, Stop> {
        let Some((first, rest)) = command.operands.split_first() else { return Ok(Value::nil()) };
        if let OperandKind::Function(name) = &first.kind {
            if matches!(&**name, "and" | "or") {
                return self.shortcut(name == &"and".into(), rest, piped, dot, frame);
            }
            let args = self.arguments(rest, piped, dot, frame)?;
            self.at_operand(first, frame);
            return functions::call(self, name, args);
        }
        if rest.is_empty() && piped.is_none() {
            return self.operand(first, dot, frame);
        }
        let (start, path): (Value, &[Arc<str>]) = match &first.kind {
            OperandKind::Field(path) => (dot.clone(), path),
            OperandKind::Variable(name, path) if !path.is_empty() => (self.variable(name, frame)?, path),
            OperandKind::Chain(inner, path) => (self.operand(inner, dot, frame)?, path),
            _ => return Err(Stop::Error("this value is no function and can't be given arguments".to_owned())),
        };
        let Some((method, steps)) = path.split_last() else { return Ok(start) };
        let receiver = self.fields(start, steps)?;
        let args = self.arguments(rest, piped, dot, frame)?;
        match &receiver.kind {
            Kind::Host(host) => Ok(host.call(method, &args)?),
            _ => match receiver.as_unknown() {
                Some(unknown) => Ok(Value::unknown(unknown.derived(&(&**method, args.len())))),
                None => Err(Stop::Error(format!(".{method} is no function and can't be given arguments"))),
            },
        }
    }

    fn at_operand(&mut self, operand: &Operand, frame: &Frame<'_>) {
        self.at_span(operand.span, frame);
    }

    /// `and` and `or`: the first that decides, and nothing behind it is looked at.
    fn shortcut(
        &mut self,
        is_and: bool,
        operands: &[Operand],
        piped: Option<Value>,
        dot: &Value,
        frame: &mut Frame<'_>,
    ) -> Result<Value, Stop> {
        let mut last = None;
        for operand in operands {
            let value = self.operand(operand, dot, frame)?;
            if self.truth(&value) != is_and {
                return Ok(value);
            }
            last = Some(value);
        }
        piped.or(last).ok_or_else(|| Stop::Error("`and` and `or` need an argument".to_owned()))
    }

    fn arguments(
        &mut self,
        operands: &[Operand],
        piped: Option<Value>,
        dot: &Value,
        frame: &mut Frame<'_>,
    ) -> Result<Vec<Value>, Stop> {
        let mut args = Vec::with_capacity(operands.len() + 1);
        for operand in operands {
            args.push(self.operand(operand, dot, frame)?);
        }
        args.extend(piped);
        Ok(args)
    }

    fn operand(&mut self, operand: &Operand, dot: &Value, frame: &mut Frame<'_>) -> Result<Value, Stop> {
        let origin = || frame.source.file.as_ref().map(|file| Arc::new(Place::new(file.clone(), operand.span)));
        Ok(match &operand.kind {
            OperandKind::Dot => dot.clone(),
            OperandKind::Nil => Value::nil(),
            OperandKind::Bool(truth) => Value::from(Kind::Bool(*truth)).at(origin()),
            OperandKind::Int(number) => Value::from(Kind::Int(*number)).at(origin()),
            OperandKind::Float(number) => Value::from(Kind::Float(*number)).at(origin()),
            OperandKind::Text(text) => Value::text(Text::value(text, origin())).at(origin()),
            OperandKind::Field(path) => self.fields(dot.clone(), path)?,
            OperandKind::Variable(name, path) => {
                let value = self.variable(name, frame)?;
                self.fields(value, path)?
            }
            OperandKind::Function(name) => functions::call(self, name, Vec::new())?,
            OperandKind::Pipe(pipe) => {
                let mark = frame.scopes.mark();
                let value = self.pipe(pipe, dot, frame)?;
                frame.scopes.release(mark);
                self.at_operand(operand, frame);
                value
            }
            OperandKind::Chain(inner, path) => {
                let value = self.operand(inner, dot, frame)?;
                self.fields(value, path)?
            }
        })
    }

    fn variable(&self, name: &str, frame: &Frame<'_>) -> Result<Value, Stop> {
        frame.scopes.get(name).cloned().ok_or_else(|| Stop::Error(format!("there is no variable {name}")))
    }

    fn fields(&mut self, start: Value, path: &[Arc<str>]) -> Result<Value, Stop> {
        // Of what is nothing by itself, `(.a).b`, every field is nothing; only within one path Go insists.
        let is_nothing = matches!(start.kind, Kind::Nil);
        let mut value = start;
        for name in path {
            self.step(1)?;
            value = match &value.kind {
                Kind::Map(map) => match map.borrow().get(name) {
                    Some(value) => value.clone(),
                    // A method that the values of a chart have.
                    None if &**name == "AsMap" => value.clone(),
                    None => Value::nil(),
                },
                Kind::Host(host) => host.call(name, &[])?,
                Kind::Nil if is_nothing => Value::nil(),
                Kind::Nil => return Err(Stop::Error(format!("there is no .{name} of nothing"))),
                _ => match value.as_unknown() {
                    Some(unknown) => Value::unknown(unknown.derived(&&**name)),
                    None => return Err(Stop::Error(format!("a {} has no field {name}", value.type_name()))),
                },
            };
        }
        Ok(value)
    }
}

/// The variables that nodes give another value; answers whether they change maps, too.
fn changes(list: &List, assigned: &mut Vec<Arc<str>>) -> bool {
    const CHANGING: &[&str] = &["set", "unset", "merge", "mergeOverwrite", "mustMerge", "mustMergeOverwrite"];
    fn of_pipe(pipe: &Pipe, assigned: &mut Vec<Arc<str>>) -> bool {
        if pipe.is_assignment {
            assigned.extend(pipe.variables.iter().cloned());
        }
        pipe.commands.iter().any(|command| {
            command.operands.iter().any(|operand| match &operand.kind {
                OperandKind::Function(name) => CHANGING.contains(&&**name),
                OperandKind::Pipe(pipe) => of_pipe(pipe, assigned),
                _ => false,
            })
        })
    }
    let mut is_changing = false;
    for node in list {
        is_changing |= match node {
            Node::Action(pipe) => of_pipe(pipe, assigned),
            Node::If { pipe, then, otherwise } | Node::With { pipe, then, otherwise } => {
                let of_pipe = of_pipe(pipe, assigned);
                let of_then = changes(then, assigned);
                changes(otherwise, assigned) || of_then || of_pipe
            }
            Node::Range { pipe, body, otherwise } => {
                let of_pipe = of_pipe(pipe, assigned);
                let of_body = changes(body, assigned);
                changes(otherwise, assigned) || of_body || of_pipe
            }
            _ => false,
        };
    }
    is_changing
}

/// Whether nodes may write anything but white space.
fn writes(list: &List, source: &str) -> bool {
    list.iter().any(|node| match node {
        Node::Text(span) => !span.text(source).trim().is_empty(),
        Node::Action(pipe) => pipe.variables.is_empty(),
        Node::If { then, otherwise, .. } | Node::With { then, otherwise, .. } => {
            writes(then, source) || writes(otherwise, source)
        }
        Node::Range { body, otherwise, .. } => writes(body, source) || writes(otherwise, source),
        Node::Template { .. } => true,
        Node::Break | Node::Continue => false,
    })
}

/// How far the first line of nodes is indented, where they begin with one.
fn indentation(list: &List, source: &str) -> Option<usize> {
    let Some(Node::Text(span)) = list.iter().find(|node| matches!(node, Node::Text(_))) else { return None };
    let text = span.text(source);
    let line = text.rfind('\n').filter(|_| text.trim().is_empty()).map(|at| at + 1).or_else(|| {
        let first = text.find(|c: char| !c.is_whitespace())?;
        text.get(..first)?.rfind('\n').map(|at| at + 1)
    })?;
    let rest = text.get(line..)?;
    Some(rest.len() - rest.trim_start_matches(' ').len())
}
