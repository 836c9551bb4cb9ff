//! Versions of a file share what they have in common.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::sync::Arc;

use foreshock_syntax::hcl::ExprCache;
use foreshock_terraform::ParsedFile;
use foreshock_text::FilePath;

fn file(name: &str, text: &str) -> ParsedFile {
    ParsedFile::parse_with_room(FilePath::new(name), Arc::from(text), &mut ExprCache::default())
}

#[test]
fn blocks_that_no_edit_touches_are_the_same_where_they_were() {
    let text = "locals {\n  a = 1\n}\n\nresource \"x\" \"y\" {\n}\n";
    let before = file("/w/main.tf", text);
    let now = before.reparsed(Arc::from(text.replace("a = 1", "a = 10\n  b = 2")), &mut ExprCache::default());
    assert!(!Arc::ptr_eq(&before.body.blocks[0], &now.body.blocks[0]));
    assert!(Arc::ptr_eq(&before.body.blocks[1], &now.body.blocks[1]));
    let block = &now.body.blocks[1];
    assert_eq!(now.text.slice(block.header_span), "resource \"x\" \"y\"");
    assert_eq!((before.text.line_of(block.span.start), now.text.line_of(block.span.start)), (4, 5));
}

#[test]
fn json_is_read_anew() {
    let before = file("/w/main.tf.json", r#"{"locals": {"a": 1}}"#);
    let text = r#"{"locals": {"abc": 1}, "output": {"o": {"value": 1}}}"#;
    let now = before.reparsed(Arc::from(text), &mut ExprCache::default());
    assert_eq!(now.body, file("/w/main.tf.json", text).body);
}
