//! A tree of one text as nodes: aliases followed, merged maps merged, scalars decided.

use foreshock_resources::Kind;
use foreshock_syntax::yaml::{self, NodeKind, Number, Style};
use foreshock_text::{FilePath, Place, Problem, Span};

use crate::{Content, Entry, Node};

/// Parts of one document, with what its aliases stand for; more is not followed.
pub const MOST_NODES: usize = 200_000;

/// Maps and lists inside of each other.
const DEEPEST: usize = 200;

/// One document of a text, and what of it was too much. Words are decided as most programs that read YAML do: `yes` and `on` are
/// truth values. What is past a limit is not known. O(parts).
pub fn read(document: yaml::Value<'_>, file: &FilePath) -> (Node, Vec<Problem>) {
    let mut reading = Reading { file, left: MOST_NODES, problem: None };
    let node = reading.node(document, 0);
    (node, reading.problem.into_iter().collect())
}

struct Reading<'a> {
    file: &'a FilePath,
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
            NodeKind::Scalar(scalar) => Content::Scalar(scalar_kind(scalar)),
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

fn scalar_kind(scalar: &yaml::Scalar) -> Kind {
    let text = || Kind::String(scalar.text().into());
    if scalar.style() != Style::Plain {
        return text();
    }
    match (scalar.is_null(), scalar.flag(), scalar.number()) {
        (true, ..) => Kind::Null,
        (_, Some(truth), _) => Kind::Bool(truth),
        (_, _, Some(Number::Finite(number))) => Kind::Number(number),
        _ => text(),
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
