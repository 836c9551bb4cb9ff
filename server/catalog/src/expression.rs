//! Expressions of rows: Terraform's own language over an instance's attributes, three-valued.

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_model::Known;
use foreshock_resources::{Kind, Value};
use foreshock_syntax::hcl::{self, Expr, ExprKind, ObjectKey, StepKind, TemplatePart};
use serde::Deserialize;

/// The variables of an expression; what is missing is null.
pub(crate) type Variables = BTreeMap<Arc<str>, Value>;

/// What the variables of an expression stand for.
pub(crate) trait Names {
    /// The value of one.
    fn named(&self, name: &str) -> Option<&Value>;
}

impl Names for Variables {
    fn named(&self, name: &str) -> Option<&Value> {
        self.get(name)
    }
}

/// Variables that are shared, and some of one's own before them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scope {
    shared: Arc<Variables>,
    own: Vec<(Arc<str>, Value)>,
}

impl Scope {
    pub(crate) fn new(shared: Arc<Variables>) -> Scope {
        Scope { shared, own: Vec::new() }
    }

    /// Gives a variable another value.
    pub(crate) fn insert(&mut self, name: impl Into<Arc<str>> + AsRef<str>, value: Value) {
        match self.own.iter_mut().find(|(known, _)| **known == *name.as_ref()) {
            Some((_, known)) => *known = value,
            None => self.own.push((name.into(), value)),
        }
    }

    /// All of them.
    pub(crate) fn flattened(&self) -> Variables {
        let mut all = Variables::clone(&self.shared);
        all.extend(self.own.iter().cloned());
        all
    }
}

impl Names for Scope {
    fn named(&self, name: &str) -> Option<&Value> {
        let own = self.own.iter().find(|(known, _)| **known == *name);
        own.map(|(_, value)| value).or_else(|| self.shared.get(name))
    }
}

/// A parsed expression with the names it reads.
#[derive(Clone, Debug)]
pub(crate) struct Expression {
    expr: Arc<Expr>,
    /// `desired_count`, `cluster_config.instance_count`; in the order written, indexes left out.
    reads: Vec<String>,
    /// The variables that these begin with, each once.
    roots: Vec<Arc<str>>,
    /// Attributes read from the elements of its lists: `min_capacity` of `[for t in targets : t.min_capacity]`.
    inner: Vec<String>,
}

impl<'de> Deserialize<'de> for Expression {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Expression, D::Error> {
        let text = String::deserialize(deserializer)?;
        Expression::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// More instances of one thing are a mistake, and each has a place in some computations. As in infrastructure YAML.
const MOST_INSTANCES: u32 = 1_000_000;

impl Expression {
    /// Parses one expression.
    pub(crate) fn parse(text: &str) -> Result<Expression, String> {
        // In parentheses a line break means nothing.
        let (expr, problems) = hcl::parse_expression(&format!("({text})"));
        if let Some(problem) = problems.first() {
            return Err(format!("{text}: {}", problem.message));
        }
        let (mut reads, mut inner) = (Vec::new(), Vec::new());
        names(&expr, &mut reads, &mut inner, 0);
        let mut roots: Vec<Arc<str>> = reads.iter().map(|read| read.split('.').next().unwrap_or(read).into()).collect();
        roots.sort_unstable();
        roots.dedup();
        Ok(Expression { expr: Arc::new(expr), reads, roots, inner })
    }

    /// The attribute paths it reads, in the order written.
    pub(crate) fn reads(&self) -> impl Iterator<Item = &str> {
        self.reads.iter().map(String::as_str)
    }

    /// The attributes it reads from the elements of its lists.
    pub(crate) fn reads_inside(&self) -> impl Iterator<Item = &str> {
        self.inner.iter().map(String::as_str)
    }

    /// Its value; unknown, with the reason, where it reads something unknown or makes no sense.
    pub(crate) fn value(&self, variables: &impl Names) -> Value {
        let value = |root: &Arc<str>| (root.clone(), variables.named(root).cloned().unwrap_or_else(Value::null));
        let bound: Variables = self.roots.iter().map(value).collect();
        foreshock_expressions::evaluate(&self.expr, &bound)
    }

    /// As a count.
    pub(crate) fn count(&self, variables: &impl Names) -> Known<u32> {
        match self.value(variables).kind {
            Kind::Number(number) if (0.0..=f64::from(MOST_INSTANCES)).contains(&number) => Known::Known(number as u32),
            Kind::Number(number) if number > 0.0 => Known::Unknown("more than a million".into()),
            Kind::String(text) => match text.parse() {
                Ok(number) if number <= MOST_INSTANCES => Known::Known(number),
                Ok(_) => Known::Unknown("more than a million".into()),
                // A row says why there is no number by giving the reason instead.
                Err(_) => Known::Unknown(text),
            },
            Kind::Unknown(why) => Known::Unknown(why),
            Kind::Null => Known::Unknown("not written".into()),
            _ => Known::Unknown("not a number".into()),
        }
    }

    /// As a number.
    pub(crate) fn number(&self, variables: &impl Names) -> Option<f64> {
        match self.value(variables).kind {
            Kind::Number(number) => Some(number),
            _ => None,
        }
    }

    /// As a text; null and everything else is none.
    pub(crate) fn text(&self, variables: &impl Names) -> Known<Option<Arc<str>>> {
        match self.value(variables).kind {
            Kind::String(text) => Known::Known(Some(text)),
            Kind::Unknown(why) => Known::Unknown(why),
            _ => Known::Known(None),
        }
    }

    /// Whether it is true; none when that can't be known.
    pub(crate) fn holds(&self, variables: &impl Names) -> Option<bool> {
        match self.value(variables).kind {
            Kind::Bool(truth) => Some(truth),
            Kind::String(text) => text.parse().ok(),
            _ => None,
        }
    }
}

/// Nesting of an expression of a row; ours are flat.
const DEEPEST: usize = 64;

fn names(expr: &Expr, found: &mut Vec<String>, bound: &mut Vec<String>, depth: usize) {
    if depth > DEEPEST {
        return;
    }
    let mut go = |inner: &Expr| names(inner, found, bound, depth + 1);
    match &expr.kind {
        ExprKind::Variable(name) => found.push(name.to_string()),
        ExprKind::Traversal(operand, steps) => {
            if let ExprKind::Variable(name) = &operand.kind {
                let mut path = name.to_string();
                for step in steps {
                    match &step.kind {
                        StepKind::Attribute(attribute) => {
                            path.push('.');
                            path.push_str(attribute);
                        }
                        StepKind::Index(_) | StepKind::AttributeSplat | StepKind::FullSplat => {}
                    }
                }
                found.push(path);
            } else {
                go(operand);
            }
            for step in steps {
                if let StepKind::Index(index) = &step.kind {
                    names(index, found, bound, depth + 1);
                }
            }
        }
        ExprKind::Template(parts) => {
            for part in parts {
                if let TemplatePart::Interpolation(inner) = part {
                    go(inner);
                }
            }
        }
        ExprKind::Array(items) => items.iter().for_each(go),
        ExprKind::Object(items) => {
            for (key, value) in items {
                if let ObjectKey::Expression(key) = key {
                    go(key);
                }
                go(value);
            }
        }
        ExprKind::Call { args, .. } => args.iter().for_each(go),
        ExprKind::Paren(inner) | ExprKind::Unary(_, inner) => go(inner),
        ExprKind::Binary(_, left, right) => {
            go(left);
            go(right);
        }
        ExprKind::Conditional(condition, yes, no) => {
            go(condition);
            go(yes);
            go(no);
        }
        ExprKind::For(inner) => {
            go(&inner.collection);
            // The names it binds are no attributes.
            let mut inside = Vec::new();
            for part in [inner.key.as_ref(), Some(&inner.value), inner.condition.as_ref()].into_iter().flatten() {
                names(part, &mut inside, bound, depth + 1);
            }
            for path in inside {
                let (root, rest) = path.split_once('.').unwrap_or((&path, ""));
                if root == &*inner.value_name || inner.key_name.as_deref() == Some(root) {
                    bound.push(rest.to_owned());
                } else {
                    found.push(path);
                }
            }
        }
        _ => {}
    }
}
