//! What stands at the beginning of an item: `name =`, or `type "label" {`, or something else.

use std::sync::Arc;

use foreshock_text::{Problem, Span};

use super::ast::Label;
use super::lex::{Kind, Lexer, is_word, is_word_start};
use super::scanner::label;

/// Block types of the top level of a Terraform file, and whether labels follow.
const TOP_LEVEL: [(&str, bool); 14] = [
    ("resource", true),
    ("data", true),
    ("module", true),
    ("variable", true),
    ("output", true),
    ("provider", true),
    ("check", true),
    ("ephemeral", true),
    ("action", true),
    ("locals", false),
    ("terraform", false),
    ("moved", false),
    ("removed", false),
    ("import", false),
];

/// A block's header.
pub(crate) struct Header {
    /// The block type.
    pub(crate) kind: Arc<str>,
    pub(crate) kind_span: Span,
    pub(crate) labels: Vec<Label>,
    /// From the type to the last label.
    pub(crate) span: Span,
    /// Where the text goes on.
    pub(crate) resume: usize,
    /// How many problems were known before this header.
    pub(crate) problems_before: usize,
}

/// What an item turned out to be.
pub(crate) enum Item {
    /// `name =`.
    Attribute { name: Span, equals_end: usize },
    /// A header; `body` is the place of its `{`, if there is one.
    Block { header: Header, body: Option<usize> },
    /// Neither.
    Nothing { resume: usize },
}

/// Whether a block that belongs to the top level begins at `at`: nothing else begins with these words followed by a
/// label or brace, so whatever is still open before it lacks its closing brace.
pub(crate) fn begins_top_level(lexer: &mut Lexer<'_>, at: usize) -> bool {
    if !lexer.byte(at).is_ascii_lowercase() {
        return false;
    }
    let end = lexer.word_end(at);
    let word = lexer.slice(at, end);
    let Some(&(_, labelled)) = TOP_LEVEL.iter().find(|(name, _)| *name == word) else { return false };
    match lexer.byte(lexer.skip_blanks(end)) {
        b'"' => labelled,
        b'{' => !labelled,
        _ => false,
    }
}

/// Whether the line that begins at `at` (after its indentation) looks like an attribute or a block header.
pub(crate) fn looks_like_item(lexer: &mut Lexer<'_>, at: usize) -> bool {
    if !is_word_start(lexer.byte(at)) {
        return false;
    }
    let after = lexer.skip_blanks(lexer.word_end(at));
    match lexer.byte(after) {
        b'=' => !matches!(lexer.byte(after + 1), b'=' | b'>'),
        _ => {
            let mut position = after;
            let mut brace = false;
            loop {
                let token = lexer.next(position);
                position = token.end;
                match token.kind {
                    Kind::Word | Kind::String if !brace && token.closed => {}
                    Kind::Open(b'{') if !brace => brace = true,
                    Kind::Close(b'}') if brace => {}
                    Kind::Newline | Kind::Comment | Kind::End => return brace,
                    _ => return false,
                }
            }
        }
    }
}

/// The content of a quoted label, with what of its quotes there is taken off.
pub(crate) fn unquoted(written: &str) -> &str {
    let inside = written.strip_prefix('"').unwrap_or(written);
    inside.strip_suffix('"').unwrap_or(inside)
}

/// Reads the item at `start`, which is neither blank nor a closing brace.
/// `indentation` is that of its line. `stretch` is where the last problem with lines that are no item stands.
pub(crate) fn read(
    lexer: &mut Lexer<'_>,
    start: usize,
    indentation: usize,
    problems: &mut Vec<Problem>,
    stretch: &mut Option<Span>,
) -> Item {
    let problems_before = problems.len();
    // The common case first: a word, then `=`.
    if is_word_start(lexer.byte(start)) {
        let end = lexer.word_end(start);
        let sign = lexer.skip_blanks(end);
        if lexer.byte(sign) == b'=' && lexer.byte(sign + 1) != b'=' {
            return Item::Attribute { name: Span::from_range(start..end), equals_end: sign + 1 };
        }
    }
    let mut words: Vec<Label> = Vec::new();
    let mut position = start;
    let mut strange: Option<Span> = None;
    let brace = loop {
        let token = lexer.next(position);
        let place = Span::from_range(token.start..token.end);
        match token.kind {
            Kind::Word => words.push(label(lexer, token.start, token.end)),
            // A quote right after a word is one too many.
            Kind::String
                if words.last().is_some_and(|word| {
                    word.span.end as usize == token.start && is_word(lexer.byte(token.start.saturating_sub(1)))
                }) =>
            {
                let place = Span::from_range(token.start..token.start + 1);
                problems.push(Problem::new(place, "unexpected `\"` in this header"));
                position = token.start + 1;
                continue;
            }
            Kind::String if token.closed => {
                let written = lexer.slice(token.start, token.end);
                if words.is_empty() {
                    problems.push(Problem::new(place, "names are written without quotes here"));
                } else if written.replace("$${", "").contains("${") {
                    problems.push(Problem::new(place, "a block label is a fixed text; `${ }` is not evaluated here"));
                }
                let mut label = label(lexer, token.start, token.end);
                if is_word_start(lexer.byte(token.end)) {
                    // `""name"` is a name with a quote too many, `"name "other"` one with a quote too few.
                    label.text = Arc::from(label.text.trim_end());
                }
                if written != "\"\"" || !is_word_start(lexer.byte(token.end)) {
                    words.push(label);
                }
            }
            Kind::String => {
                let line_end = token.end;
                let line = lexer.slice(token.start, line_end).trim_end();
                let brace = line.strip_suffix('{').map(|before| token.start + before.len());
                let content = line.strip_suffix('{').unwrap_or(line).trim_end();
                let place = Span::from_range(token.start..token.start + content.len());
                problems.push(Problem::new(place, "this label is not closed; expected `\"`"));
                // A quote too many before the brace is no label; one at the end of a line is a label being typed.
                if content != "\"" || brace.is_none() {
                    words.push(label(lexer, token.start, token.start + content.len()));
                }
                position = line_end;
                break brace;
            }
            Kind::Open(b'{') => {
                position = token.end;
                break Some(token.start);
            }
            Kind::Other(b'=' | b':') if !words.is_empty() && lexer.byte(token.end) != b'=' => {
                return broken_attribute(lexer, words, strange, token.start, problems);
            }
            Kind::Comment if lexer.byte(token.start + 1) == b'*' && token.closed => {}
            Kind::Newline | Kind::Comment | Kind::End | Kind::Close(b'}') => {
                position = token.start;
                break if token.kind == Kind::Newline && !words.is_empty() {
                    brace_on_next_line(lexer, token.start, problems)
                } else {
                    None
                };
            }
            _ => {
                let end = char_end(lexer, token.start).max(token.end);
                let place = Span::from_range(token.start..end);
                strange = Some(strange.map_or(place, |before| before.cover(place)));
                position = end;
                continue;
            }
        }
        position = token.end;
    };
    let end = Found { strange, brace, resume: position, problems_before, indentation };
    finish(lexer, words, end, problems, stretch)
}

/// What followed the words of a header.
struct Found {
    /// What does not belong there.
    strange: Option<Span>,
    brace: Option<usize>,
    resume: usize,
    problems_before: usize,
    indentation: usize,
}

/// After the words of a header: a block, or nothing that could be kept.
fn finish(
    lexer: &mut Lexer<'_>,
    mut words: Vec<Label>,
    found: Found,
    problems: &mut Vec<Problem>,
    stretch: &mut Option<Span>,
) -> Item {
    let Found { strange, mut brace, resume, problems_before, indentation } = found;
    if let Some(place) = strange {
        // One problem for a stretch of such lines, not one per line.
        let of_stretch = problems.last_mut().filter(|last| *stretch == Some(last.span));
        match of_stretch.filter(|last| is_continued(lexer, last.span, place)) {
            Some(last) => last.span = last.span.cover(place),
            None => {
                let found = place.text(lexer.text);
                let message =
                    format!("unexpected `{found}`; expected an attribute `name = value` or a block `type {{ }}`");
                problems.push(Problem::new(place, message));
            }
        }
        *stretch = problems.last().map(|last| last.span);
    }
    if words.is_empty() {
        let Some(at) = brace else { return Item::Nothing { resume } };
        let header = nameless(at, problems_before);
        if strange.is_none() {
            problems.push(Problem::new(header.span, "expected a block type before `{`"));
        }
        return Item::Block { header, body: brace };
    }
    if brace.is_none() {
        brace = body_without_brace(lexer, resume, indentation, &words);
        let is_body = brace.is_some();
        let span = words.first().zip(words.last()).map_or(Span::empty(0), |(first, last)| first.span.cover(last.span));
        if problems.len() == problems_before {
            let kind = words.first().map_or("", |kind| &*kind.text);
            let message = if words.len() == 1 && !is_body {
                format!("expected `=` and a value, or a block `{{ }}`, after `{kind}`")
            } else {
                format!("expected `{{` after this {kind} header")
            };
            problems.push(Problem::new(span, message));
        }
        if !is_body && (words.len() == 1 || strange.is_some()) {
            return Item::Nothing { resume };
        }
    }
    let labels = words.split_off(1);
    let Some(kind) = words.pop() else { return Item::Nothing { resume } };
    let span = labels.last().map_or(kind.span, |last| kind.span.cover(last.span));
    let header = Header { kind: kind.text, kind_span: kind.span, labels, span, resume, problems_before };
    Item::Block { header, body: brace }
}

/// The header of a brace without anything before it.
fn nameless(brace: usize, problems_before: usize) -> Header {
    let place = Span::from_range(brace..brace + 1);
    let kind_span = Span::empty(place.start);
    Header { kind: Arc::from(""), kind_span, labels: Vec::new(), span: place, resume: brace + 1, problems_before }
}

/// `"name" =`, `name :` or `na me =`: an attribute all the same, named by the last word.
fn broken_attribute(
    lexer: &Lexer<'_>,
    words: Vec<Label>,
    strange: Option<Span>,
    sign: usize,
    problems: &mut Vec<Problem>,
) -> Item {
    let whole = match (words.first(), words.last()) {
        (Some(first), Some(last)) => first.span.cover(last.span),
        _ => Span::from_range(sign..sign),
    };
    let name = words.last().map_or(whole, |last| last.span);
    if words.len() > 1 || strange.is_some() {
        let place = strange.map_or(whole, |strange| strange.cover(whole));
        problems.push(Problem::new(
            place,
            format!("`{}` is not a name; expected one word before `=`", place.text(lexer.text)),
        ));
    } else if lexer.byte(sign) == b':' {
        problems.push(Problem::new(Span::from_range(sign..sign + 1), "expected `=` instead of `:`"));
    }
    Item::Attribute { name, equals_end: sign + 1 }
}

/// A brace that stands alone on the line after a header, which is not allowed but means what it means.
fn brace_on_next_line(lexer: &Lexer<'_>, at: usize, problems: &mut Vec<Problem>) -> Option<usize> {
    let brace = lexer.skip_blanks(at + 1);
    if lexer.byte(brace) != b'{' {
        return None;
    }
    problems.push(Problem::new(Span::from_range(brace..brace + 1), "`{` belongs on the line of the block's header"));
    Some(brace)
}

/// The end of the line of a header without a brace, when the next line with text in it is indented deeper than the
/// header and looks like an item: then a body follows all the same.
fn body_without_brace(lexer: &mut Lexer<'_>, at: usize, indentation: usize, words: &[Label]) -> Option<usize> {
    let top_level = |word: &Label| TOP_LEVEL.iter().any(|(name, labelled)| *name == &*word.text && !labelled);
    match words {
        [] => return None,
        [word] if indentation == 0 && !top_level(word) => return None,
        _ => {}
    }
    let line_end = lexer.line_end(at);
    let mut line = line_end + 1;
    // Looking over a few blank lines is enough.
    for _ in 0..4 {
        let first = lexer.skip_blanks(line);
        if lexer.byte(first) != b'\n' {
            return (first - line > indentation && looks_like_item(lexer, first)).then_some(line_end);
        }
        line = first + 1;
    }
    None
}

/// Whether only white space is between the end of a stretch and `place`.
fn is_continued(lexer: &Lexer<'_>, stretch: Span, place: Span) -> bool {
    let between = lexer.slice(stretch.end as usize, place.start as usize);
    stretch.end <= place.start && between.len() < 256 && between.bytes().all(|byte| byte.is_ascii_whitespace())
}

/// The end of the character that begins at `at`.
fn char_end(lexer: &Lexer<'_>, at: usize) -> usize {
    let mut end = at + 1;
    while end < lexer.len() && !lexer.text.is_char_boundary(end) {
        end += 1;
    }
    end
}
