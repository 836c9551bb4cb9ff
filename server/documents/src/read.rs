//! A tree of one text as nodes: aliases followed, merged maps merged, scalars decided.

use foreshock_resources::Kind;
use foreshock_syntax::yaml::{self, NodeKind, Style};
use foreshock_text::{FilePath, Place, Problem, Span};

use crate::number::number;
use crate::{Content, Entry, Node};

/// Parts of one document, with what its aliases stand for; more is not followed.
pub const MOST_NODES: usize = 200_000;

/// Maps and lists inside of each other.
const DEEPEST: usize = 200;

/// Which words are truth values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words {
    /// Those of YAML 1.1: `y`, `yes`, `on` and their opposites, too. So reads `kubectl` (sigs.k8s.io/yaml).
    Older,
    /// Those of YAML 1.2: `true` and `false`. So reads Compose (go-yaml 3, into values of no type).
    Newer,
}

/// One document of a text, and what of it was too much. Words are decided as in YAML 1.1. What is past a limit is not known.
/// O(parts).
pub fn read(document: yaml::Value<'_>, file: &FilePath) -> (Node, Vec<Problem>) {
    read_with(document, file, Words::Older)
}

/// The same with other words.
pub fn read_with(document: yaml::Value<'_>, file: &FilePath, words: Words) -> (Node, Vec<Problem>) {
    read_within(document, file, words, &mut Room::default())
}

/// The same for one document of several, which all have to fit in.
pub fn read_within(document: yaml::Value<'_>, file: &FilePath, words: Words, room: &mut Room) -> (Node, Vec<Problem>) {
    let own = MOST_NODES.min(room.0);
    let mut reading = Reading { file, words, left: own, problem: None };
    let node = reading.node(document, 0);
    room.0 -= own - reading.left;
    (node, reading.problem.into_iter().collect())
}

/// How many parts the documents of one text may still have. What is written takes no more than the text allows; aliases stand for
/// any number.
#[derive(Debug)]
pub struct Room(usize);

impl Default for Room {
    fn default() -> Room {
        Room(MOST_NODES * 4)
    }
}

struct Reading<'a> {
    file: &'a FilePath,
    words: Words,
    left: usize,
    problem: Option<Problem>,
}

impl Reading<'_> {
    fn node(&mut self, value: yaml::Value<'_>, depth: usize) -> Node {
        let place = self.place(value.span());
        if self.left == 0 {
            return self.too_much(place, format!("with its aliases this document has more than {MOST_NODES} parts"));
        }
        self.left -= 1;
        if depth > DEEPEST {
            return self.too_much(place, format!("more than {DEEPEST} maps and lists inside of each other"));
        }
        let content = match value.kind() {
            NodeKind::Scalar(scalar) => Content::Scalar(scalar_kind(scalar, self.words)),
            NodeKind::Sequence { .. } => {
                Content::List(value.items().into_iter().flatten().map(|item| self.node(item, depth + 1)).collect())
            }
            NodeKind::Mapping { .. } => {
                let entry = |pair: yaml::Pair<'_>| Entry {
                    name: pair.name.into(),
                    key: self.place(pair.key.span()),
                    value: self.node(pair.value, depth + 1),
                };
                Content::Map(value.pairs().unwrap_or_default().into_iter().map(entry).collect())
            }
            NodeKind::Alias(_) | NodeKind::Broken => Content::Scalar(Kind::Unknown("this alias leads nowhere".into())),
        };
        Node { place, content }
    }

    fn place(&self, span: Span) -> Place {
        Place::new(self.file.clone(), span)
    }

    fn too_much(&mut self, place: Place, why: String) -> Node {
        self.problem.get_or_insert_with(|| Problem::new(place.span, format!("{why}; what is beyond is not known")));
        Node::unknown(why, place)
    }
}

fn scalar_kind(scalar: &yaml::Scalar, words: Words) -> Kind {
    let text = || Kind::String(scalar.text().into());
    if scalar.style() != Style::Plain {
        return text();
    }
    match (scalar.is_null(), truth(scalar, words), number(scalar.text())) {
        (true, ..) => Kind::Null,
        (_, Some(truth), _) => Kind::Bool(truth),
        (_, _, Some(number)) => Kind::Number(number),
        _ => text(),
    }
}

fn truth(scalar: &yaml::Scalar, words: Words) -> Option<bool> {
    match (words, scalar.text()) {
        (Words::Older, "y" | "Y") => Some(true),
        (Words::Older, "n" | "N") => Some(false),
        (Words::Newer, text) if !text.eq_ignore_ascii_case("true") && !text.eq_ignore_ascii_case("false") => None,
        _ => scalar.flag(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(text: &str) -> (Node, Vec<Problem>) {
        let (tree, _) = yaml::parse(text);
        let document = tree.documents().next().expect("a document");
        read(document, &FilePath::new("/a.yaml"))
    }

    #[test]
    fn words_numbers_and_truth() {
        let (node, problems) = first("a: 3\nb: '3'\nc: yes\nd: ~\ne: x\nf: [1, {g: h}]\n");
        assert_eq!(problems, []);
        assert_eq!(node.get("a").and_then(Node::number), Some(3.0));
        assert_eq!(node.get("b").and_then(Node::text).map(|text| &**text), Some("3"));
        assert_eq!(node.get("c").map(|c| &c.content), Some(&Content::Scalar(Kind::Bool(true))));
        assert_eq!(node.get("d"), None);
        assert_eq!(node.get("f").map(|f| f.items().len()), Some(2));
        assert_eq!(node.entry("e").map(|e| (e.key.span.start, e.value.place.span.start)), Some((24, 27)));
    }

    #[test]
    fn words_of_both_versions() {
        for (word, older, newer) in [
            ("yes", Some(true), None),
            ("N", Some(false), None),
            ("Off", Some(false), None),
            ("True", Some(true), Some(true)),
            ("'true'", None, None),
            ("nope", None, None),
        ] {
            let (tree, _) = yaml::parse(word);
            for (words, expected) in [(Words::Older, older), (Words::Newer, newer)] {
                let node = read_with(tree.documents().next().expect("one"), &FilePath::new("/a.yaml"), words).0;
                let expected = expected.map_or(Kind::String(word.trim_matches('\'').into()), Kind::Bool);
                assert_eq!(node.content, Content::Scalar(expected), "{word} {words:?}");
            }
        }
    }

    #[test]
    fn merged_maps_and_aliases_keep_the_place_of_what_they_stand_for() {
        let (node, _) = first("a: &a {x: 1}\nb: {<<: *a, y: 2}\n");
        let x = node.at(&["b", "x"]).expect("merged in");
        assert_eq!((x.number(), x.place.span.start), (Some(1.0), 10));
    }

    #[test]
    fn an_alias_bomb_ends() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for n in 1..12 {
            let list = vec![format!("*a{}", n - 1); 10].join(", ");
            text += &format!("a{n}: &a{n} [{list}]\n");
        }
        let (_, problems) = first(&text);
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems.iter().all(|problem| problem.message.contains("more than 200000 parts")), "{problems:?}");
    }
}
