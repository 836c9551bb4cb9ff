//! What the comments of a Terraform file are about: the block or attribute that begins beside or below them.

use foreshock_syntax::hcl::Body;
use foreshock_terraform::ParsedFile;
use foreshock_text::Span;

use crate::findings::suppression::Annotations;

/// What the comments of a file say to tools. JSON has no comments.
pub(crate) fn comments_of(file: &ParsedFile) -> Annotations {
    let body = &file.body;
    Annotations::read(&file.text, &file.comments, &|line| item_at(body, line), &|at| block_around(body, at))
}

/// The outermost block or attribute that begins on a line.
fn item_at(body: &Body, line: Span) -> Option<Span> {
    let begins = |span: Span| line.touches(span.start);
    // Both are in the order of the text.
    let attribute = body.attributes.partition_point(|attribute| attribute.name_span.start < line.start);
    if let Some(attribute) = body.attributes.get(attribute).filter(|attribute| begins(attribute.name_span)) {
        return Some(attribute.span());
    }
    let block = body.blocks.get(body.blocks.partition_point(|block| block.span.end <= line.start))?;
    if begins(block.kind_span) {
        return Some(block.span);
    }
    if block.span.contains(line) { item_at(&block.body, line) } else { None }
}

/// The outermost block that an address is in.
fn block_around(body: &Body, at: u32) -> Option<Span> {
    body.blocks.iter().map(|block| block.span).find(|span| span.start <= at && at < span.end)
}
