//! How files and ranges are written, the same in every rendering.

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_analysis::{Snapshot, Stack};
use foreshock_text::{AnchoredText, FilePath, Place, Position, PositionEncoding, visible};
use serde_json::{Map, Value, json};

/// A path as it is seen from a directory; whole where the two have nothing in common.
fn relative(path: &Utf8Path, base: &Utf8Path) -> String {
    let (mut here, mut there) = (base.components().peekable(), path.components().peekable());
    let mut common = 0;
    while let (Some(one), Some(other)) = (here.peek(), there.peek())
        && one == other
    {
        here.next();
        there.next();
        common += 1;
    }
    let is_apart = path.is_absolute() && common <= 1;
    if path.is_absolute() != base.is_absolute() || (is_apart && base.components().count() > 1) {
        return path.to_string();
    }
    let up = here.map(|_| "..");
    let relative: Vec<&str> = up.chain(there.map(|part| part.as_str())).collect();
    if relative.is_empty() { ".".to_owned() } else { relative.join("/") }
}

/// How files and ranges are written: relative to something or absolute, and in which column units.
pub struct Places<'a> {
    snapshot: &'a Snapshot,
    base: Option<Utf8PathBuf>,
    /// Whether people read it: names of files are one line that does nothing to a terminal.
    is_shown: bool,
    encoding: PositionEncoding,
}

impl<'a> Places<'a> {
    /// Paths relative to `base`, columns in UTF-16: what programs get.
    pub fn relative_to(snapshot: &'a Snapshot, base: Utf8PathBuf) -> Places<'a> {
        Places { snapshot, base: Some(base), is_shown: false, encoding: PositionEncoding::Utf16 }
    }

    /// The same for people: control characters in names of files become pictures.
    pub fn for_people(snapshot: &'a Snapshot, base: Utf8PathBuf) -> Places<'a> {
        Places { is_shown: true, ..Places::relative_to(snapshot, base) }
    }

    /// Whole paths, columns as the editor counts them.
    pub fn absolute(snapshot: &'a Snapshot, encoding: PositionEncoding) -> Places<'a> {
        Places { snapshot, base: None, is_shown: false, encoding }
    }

    /// The text of a file that was read.
    pub(super) fn text(&self, file: &FilePath) -> Option<&'a AnchoredText> {
        self.snapshot.file(file).map(|parsed| parsed.text)
    }

    /// A path: `.` for the base itself, `../x` for what stands beside it.
    pub fn path(&self, path: &Utf8Path) -> String {
        let path = self.base.as_ref().map_or_else(|| path.to_string(), |base| relative(path, base));
        if self.is_shown { visible(&path).into_owned() } else { path }
    }

    /// What a stack is called: its root, and what tells it from others of that root.
    pub fn title(&self, stack: &Stack) -> String {
        stack.title(&self.path(&stack.root))
    }

    /// What a person calls it: its title, and where that would be `.`, the name of its directory.
    pub fn name(&self, stack: &Stack) -> String {
        match (self.path(&stack.root).as_str(), stack.root.file_name()) {
            (".", Some(name)) => stack.title(name),
            _ => self.title(stack),
        }
    }

    /// What tells a stack from others of its root, to be added to its object: only where there is something.
    pub fn variant(&self, stack: &Stack, object: &mut Value) {
        if let (Some(variant), Some(members)) = (stack.variant(), object.as_object_mut()) {
            let files: Vec<String> = stack.var_files().iter().map(|file| self.path(file.as_path())).collect();
            members.insert("name".to_owned(), variant.into());
            members.insert("var_files".to_owned(), files.into());
        }
    }

    /// `foreshock.toml:3:8`
    pub fn line_and_column(&self, place: &Place) -> String {
        let Position { line, column } = self.position(&place.file, place.span.start);
        format!("{}:{}:{}", self.path(place.file.as_path()), line + 1, column + 1)
    }

    /// Byte to position; the beginning where the text is not at hand.
    pub fn position(&self, file: &FilePath, offset: u32) -> Position {
        let parsed = self.snapshot.file(file);
        parsed.map(|parsed| parsed.text.position(offset, self.encoding)).unwrap_or_default()
    }

    /// `rds.tf:12`
    pub fn line(&self, place: &Place) -> String {
        format!("{}:{}", self.path(place.file.as_path()), self.position(&place.file, place.span.start).line + 1)
    }

    /// `{"file": .., "range": ..}`, to be added to.
    pub(crate) fn json(&self, place: &Place) -> Map<String, Value> {
        let mut object = Map::new();
        object.insert("file".to_owned(), self.path(place.file.as_path()).into());
        object.insert("range".to_owned(), self.range(place));
        object
    }

    /// `{"start": {"line": .., "character": ..}, "end": ..}`
    pub(super) fn range(&self, place: &Place) -> Value {
        let at = |offset| {
            let Position { line, column } = self.position(&place.file, offset);
            json!({"line": line, "character": column})
        };
        json!({"start": at(place.span.start), "end": at(place.span.end)})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_seen_from_one_root() {
        for (path, base, seen) in [
            ("/a/b/c.tf", "/a/b", "c.tf"),
            ("/a/b", "/a/b", "."),
            ("/a/modules/x/c.tf", "/a/envs/prod", "../../modules/x/c.tf"),
            ("/a", "/a/b", ".."),
            ("/z/c.tf", "/a/b", "/z/c.tf"),
            ("/c.tf", "/", "c.tf"),
            ("c.tf", "/a", "c.tf"),
        ] {
            assert_eq!(relative(Utf8Path::new(path), Utf8Path::new(base)), seen, "{path} from {base}");
        }
    }
}
