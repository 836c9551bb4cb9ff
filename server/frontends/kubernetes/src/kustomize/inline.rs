//! Patches that are written inside of a kustomization: a text in a block, whose lines are lines of the file.

use foreshock_documents::{Content, Node, Room, Sources, Words, read_within};
use foreshock_syntax::yaml;
use foreshock_text::{FilePath, Place, Span};

/// The documents that a text holds, with the places of the file that it is written in.
pub(super) fn documents(written: &Node, sources: &dyn Sources) -> Vec<Node> {
    let Some(text) = written.text() else {
        // Some write the patch as it is, and not as a text.
        return if written.is_map() || !written.items().is_empty() { vec![written.clone()] } else { Vec::new() };
    };
    let file = &written.place.file;
    let lines = sources.text(file).map(|whole| Lines::of(&whole, written.place.span, text)).unwrap_or_default();
    let (tree, _) = yaml::parse(text);
    let inside = FilePath::new(file.as_path());
    let mut room = Room::default();
    let mut documents: Vec<Node> =
        tree.documents().map(|document| read_within(document, &inside, Words::Older, &mut room).0).collect();
    documents.iter_mut().for_each(|document| lines.place(document, &written.place));
    documents.retain(|document| !document.is_null());
    documents
}

/// For each line of the text, where it begins in the text, where in the file, and how long it is.
#[derive(Default)]
struct Lines(Vec<(u32, u32, u32)>);

impl Lines {
    /// The lines of a block of the file. Nothing where they are not the same: a folded text, or one in quotes.
    fn of(whole: &str, block: Span, text: &str) -> Lines {
        let written = block.text(whole);
        let mut lines = Vec::new();
        let mut in_file = block.start;
        let mut rest = written.split_inclusive('\n');
        let is_header = |line: &str| line.trim_start().starts_with('|');
        let mut next = rest.next();
        if next.is_some_and(is_header) {
            in_file += next.map_or(0, str::len) as u32;
            next = rest.next();
        }
        let mut in_text = 0u32;
        for line in text.split_inclusive('\n') {
            let bare = line.trim_end_matches(['\n', '\r']);
            let Some(of_file) = next else { return Lines::default() };
            let here = of_file.trim_end_matches(['\n', '\r']);
            if !here.ends_with(bare) {
                return Lines::default();
            }
            lines.push((in_text, in_file + (here.len() - bare.len()) as u32, bare.len() as u32));
            in_text += line.len() as u32;
            in_file += of_file.len() as u32;
            next = rest.next();
        }
        Lines(lines)
    }

    fn at(&self, offset: u32) -> Option<u32> {
        let after = self.0.partition_point(|(start, ..)| *start <= offset);
        let (start, in_file, length) = self.0.get(after.checked_sub(1)?)?;
        Some(in_file + (offset - start).min(*length))
    }

    fn place(&self, node: &mut Node, whole: &Place) {
        self.moved(&mut node.place, whole);
        match &mut node.content {
            Content::Map(entries) => {
                for entry in entries {
                    self.moved(&mut entry.key, whole);
                    self.place(&mut entry.value, whole);
                }
            }
            Content::List(items) => items.iter_mut().for_each(|item| self.place(item, whole)),
            Content::Scalar(_) => {}
        }
    }

    fn moved(&self, place: &mut Place, whole: &Place) {
        let span = self.at(place.span.start).zip(self.at(place.span.end)).map(|(start, end)| Span::new(start, end));
        *place = Place::new(whole.file.clone(), span.unwrap_or(whole.span));
    }
}
