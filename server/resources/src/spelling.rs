//! What a language calls the types and attributes that the catalog knows by other names.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The names of a text for its resources, by their addresses. Empty where the text has the names of the catalog.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spelling {
    by_address: BTreeMap<Arc<str>, Arc<Words>>,
}

/// The names of one type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// The type: `AWS::RDS::DBInstance`.
    pub type_name: Arc<str>,
    /// The attributes, by their paths in the catalog: `multi_az` is `MultiAZ`.
    pub attributes: BTreeMap<Arc<str>, Arc<str>>,
}

impl Spelling {
    /// With the names of each resource.
    pub fn new(by_address: BTreeMap<Arc<str>, Arc<Words>>) -> Spelling {
        Spelling { by_address }
    }

    /// The names that the resource at an address has.
    pub fn of(&self, address: &str) -> Option<&Words> {
        self.by_address.get(address).map(|words| &**words)
    }

    /// A sentence of the catalog about the resource at an address, in the names of its text.
    pub fn said<'t>(&self, address: &str, text: &'t str) -> Cow<'t, str> {
        match self.of(address) {
            Some(words) => words.said(text),
            None => Cow::Borrowed(text),
        }
    }
}

impl Words {
    /// The path of a value with the names of the text as far as it has some: a key further in is the text's own.
    pub fn path(&self, path: &str) -> String {
        let mut end = path.len();
        loop {
            let known = path.get(..end).and_then(|known| self.attributes.get(known));
            if let Some(name) = known {
                return format!("{name}{}", path.get(end..).unwrap_or_default());
            }
            match path.get(..end).and_then(|known| known.rfind('.')) {
                Some(dot) => end = dot,
                None => return path.to_owned(),
            }
        }
    }

    /// A sentence with the names of the text in place of those of the catalog. A name is known by its `_` or its dots: what
    /// could be a word of the language stays.
    pub fn said<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '.');
        let mut said = String::new();
        let mut rest = text;
        let mut changed = false;
        while let Some(start) = rest.find(is_part) {
            said.push_str(rest.get(..start).unwrap_or_default());
            rest = rest.get(start..).unwrap_or_default();
            let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
            let whole = rest.get(..end).unwrap_or_default();
            let token = whole.trim_end_matches('.');
            match self.name_of(token) {
                Some(name) => {
                    said.push_str(&name);
                    said.push_str(whole.get(token.len()..).unwrap_or_default());
                    changed = true;
                }
                None => said.push_str(whole),
            }
            rest = rest.get(end..).unwrap_or_default();
        }
        if !changed {
            return Cow::Borrowed(text);
        }
        said.push_str(rest);
        Cow::Owned(said)
    }

    fn name_of(&self, token: &str) -> Option<Arc<str>> {
        if !token.contains(['_', '.']) {
            return None;
        }
        if let Some(name) = self.attributes.get(token) {
            return Some(name.clone());
        }
        // Of a nested attribute people say the end.
        let ends =
            |(path, _): &(&Arc<str>, &Arc<str>)| path.strip_suffix(token).is_some_and(|rest| rest.ends_with('.'));
        let (_, name) = self.attributes.iter().find(ends)?;
        Some(Arc::from(name.rsplit('.').next().unwrap_or(name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_with_keys_of_the_text() {
        let attributes = BTreeMap::from([(Arc::from("environment.variables"), Arc::from("Environment.Variables"))]);
        let words = Words { type_name: Arc::default(), attributes };
        assert_eq!(words.path("environment.variables.DB_HOST"), "Environment.Variables.DB_HOST");
        assert_eq!(words.path("other.path"), "other.path");
    }

    #[test]
    fn names_of_the_text_in_sentences_of_the_catalog() {
        let names = [
            ("multi_az", "MultiAZ"),
            ("engine", "Engine"),
            ("cluster_config.instance_count", "ClusterConfig.InstanceCount"),
        ];
        let attributes = names.map(|(path, name)| (Arc::from(path), Arc::from(name)));
        let words = Words { type_name: Arc::from("AWS::RDS::DBInstance"), attributes: attributes.into() };
        for (text, expected) in [
            (
                "one instance in one zone when multi_az is not written",
                "one instance in one zone when MultiAZ is not written",
            ),
            ("its engine is old (multi_az = false).", "its engine is old (MultiAZ = false)."),
            ("one node when instance_count is not written", "one node when InstanceCount is not written"),
            ("multi_azs stays, as é does", "multi_azs stays, as é does"),
        ] {
            assert_eq!(words.said(text), expected);
        }
    }
}
