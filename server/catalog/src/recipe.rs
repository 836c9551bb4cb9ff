//! Repairs as data: which attribute to set for which rule.

use serde::Deserialize;

use crate::expression::Expression;

/// A repair of a resource type, as data. [`crate::changes`] makes it concrete
/// for a component.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// What a person reads: "Enable Multi-AZ".
    pub title: String,
    /// Codes of the rules whose findings it may repair: "single-point-of-failure".
    pub rules: Vec<String>,
    /// Terraform expression over the declaring instance's attributes (as in a row): only where it is true.
    #[serde(default)]
    pub(crate) when: Option<Expression>,
    /// The edits; all of them, or none.
    pub(crate) steps: Vec<Step>,
}

impl Recipe {
    /// One that writes an attribute, for the findings of a rule.
    pub(crate) fn setting(title: &str, rule: &str, when: &str, path: &str, value: &str) -> Result<Recipe, String> {
        Ok(Recipe {
            title: title.to_owned(),
            rules: vec![rule.to_owned()],
            when: Some(Expression::parse(when)?),
            steps: vec![Step::Set { of: None, path: path.to_owned(), value: Expression::parse(value)? }],
        })
    }
}

/// One edit of a recipe.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Step {
    /// Write an attribute of a block; a null value writes nothing.
    Set {
        /// Whose: a relation of the row, or what it refers to (`scaled_by`); none = the component's declaring block.
        #[serde(default)]
        of: Option<String>,
        /// The attribute, through nested blocks of which the first one is meant: `cluster_config.instance_count`.
        path: String,
        /// Terraform expression for the new value; `current` is the value now, null when it is not written:
        /// `true`, `max(current + 1, 2)`.
        value: Expression,
    },
    /// Write `count` of a block, or add a key to its `for_each`, so that there are more of it.
    Repeat {
        /// Type of the member block (`aws_rds_cluster_instance`); none = the declaring block itself.
        #[serde(default)]
        member: Option<String>,
        /// Terraform expression for the new count; `current` is the number of instances now.
        count: Expression,
    },
    /// Write a new block into each block at a path.
    Add {
        /// The blocks that get one, through nested blocks: `spec.template.spec.container`.
        to: String,
        /// What the new block is called: `readiness_probe`.
        block: String,
        /// Terraform expression for what it says, an object: a list of objects in it is nested blocks, an object a map with
        /// words of the user's own. `it` is the block that gets it; null writes nothing there.
        value: Expression,
    },
    /// Declare something behind the declaring block: Terraform text in which `${name}` and `${address}` stand for the
    /// block's name and address. Nothing happens where a resource of that type and name is there.
    Declare(String),
}
