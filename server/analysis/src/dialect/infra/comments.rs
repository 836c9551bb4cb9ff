//! What the comments of an infrastructure YAML file are about: what is indented below the line beside or below them.

use foreshock_syntax::yaml;
use foreshock_text::{PositionEncoding, Span};

use crate::dialect::yaml_file::YamlFile;
use crate::findings::suppression::{Annotations, is_worth_reading};

/// What the comments of a file say to tools. JSON has none.
pub(crate) fn comments_of(file: &YamlFile) -> Annotations {
    comments_with(file, |_| Vec::new())
}

/// The same of a file in which there are comments that are none of YAML, too.
pub(crate) fn comments_with(file: &YamlFile, more: impl FnOnce(&str) -> Vec<Span>) -> Annotations {
    if file.path.as_path().extension() == Some("json") {
        return Annotations::default();
    }
    if !is_worth_reading(file.text.whole()) {
        return Annotations::default();
    }
    let mut comments = yaml::comments(file.text.whole(), &file.tree);
    let is_apart = |span: &Span| comments.iter().all(|known| known.end <= span.start || span.end <= known.start);
    let more: Vec<Span> = more(file.text.whole()).into_iter().filter(is_apart).collect();
    comments.extend(more);
    comments.sort_unstable_by_key(|comment| comment.start);
    Annotations::read(&file.text, &comments, &|line| Some(indented_below(file, line)), &|_| None)
}

/// From a line to the end of what is indented below it.
fn indented_below(file: &YamlFile, line: Span) -> Span {
    let (text, lines) = (&**file.text.whole(), file.text.lines());
    let start = lines.position(text, line.start, PositionEncoding::Utf8).line;
    let indentation = line.start - lines.line_span(text, start).start;
    let mut end = line.end;
    for below in start + 1..lines.line_count() {
        let span = lines.line_span(text, below);
        let written = span.text(text);
        let content = written.trim_start();
        if content.is_empty() {
            continue;
        }
        if (written.len() - content.len()) as u32 <= indentation {
            break;
        }
        end = span.end;
    }
    Span::new(line.start, end)
}
