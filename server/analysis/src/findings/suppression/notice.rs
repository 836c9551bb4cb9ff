//! What is said of those who ask for silence: that they do not say why, that their time is over, that there is nothing to
//! silence any more.

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_text::{FilePath, Place, Problem};

use super::{Annotations, Date, IgnoreUse, Outcome};
use crate::{ProblemCode, RuleId, Severity, Stack};

/// Something to be said beside what is found: of a suppression, of a value, of a promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Where.
    pub place: Place,
    /// How loud.
    pub severity: Severity,
    /// What it is about.
    pub code: ProblemCode,
    /// One sentence.
    pub message: String,
}

/// What is to be said, by place: of what is wrong with the comments of these files, and of what became of each in these
/// stacks. Of what silences nothing only where `is_whole` says that every stack which reads the file is among them.
pub(crate) fn notices(
    stacks: &[Arc<Stack>],
    annotations: &BTreeMap<FilePath, Arc<Annotations>>,
    is_whole: &mut dyn FnMut(&FilePath) -> bool,
    line: &dyn Fn(&Place) -> u32,
) -> Vec<Notice> {
    let mut notices = Vec::new();
    for (file, annotations) in annotations {
        let problems = annotations.ignores.iter().flat_map(|ignore| &ignore.directive.problems);
        notices.extend(problems.map(|(severity, problem)| of_problem(file, *severity, problem)));
    }
    let mut fates: BTreeMap<(&Place, RuleId), Fate> = BTreeMap::new();
    for stack in stacks {
        // What can't be read may be what is ignored.
        let is_understood = !stack.problems.iter().any(|problem| problem.code == ProblemCode::Syntax);
        for one in &stack.ignore_uses {
            fates.entry((&one.named, one.rule)).or_default().add(one, is_understood);
        }
    }
    for ((named, rule), fate) in fates {
        let (severity, message) = match fate {
            Fate { over: Some(until), .. } => {
                (Severity::Warning, format!("`{rule}` was ignored here until {until}: it is shown again"))
            }
            Fate { silences: true, .. } | Fate { unsure: true, .. } | Fate { nothing: false, .. } => continue,
            Fate { elsewhere: Some(place), .. } => {
                let line = line(&place) + 1;
                (
                    Severity::Hint,
                    format!("nothing is ignored here: `{rule}` is found at line {line}; write this above it"),
                )
            }
            Fate { .. } if is_whole(&named.file) => {
                (Severity::Hint, format!("nothing is ignored here any more: no `{rule}` is found"))
            }
            Fate { .. } => continue,
        };
        notices.push(Notice { place: named.clone(), severity, code: ProblemCode::Suppression, message });
    }
    notices.sort_by(|one, other| (&one.place, &one.message).cmp(&(&other.place, &other.message)));
    notices
}

pub(crate) fn of_problem(file: &FilePath, severity: Severity, problem: &Problem) -> Notice {
    let (place, message) = (Place::new(file.clone(), problem.span), problem.message.clone());
    Notice { place, severity, code: ProblemCode::Suppression, message }
}

/// What became of one rule of one comment in all stacks together.
#[derive(Default)]
struct Fate {
    silences: bool,
    over: Option<Date>,
    nothing: bool,
    unsure: bool,
    elsewhere: Option<Place>,
}

impl Fate {
    fn add(&mut self, one: &IgnoreUse, is_understood: bool) {
        match &one.outcome {
            Outcome::Silences => self.silences = true,
            Outcome::Over(until) => self.over = Some(*until),
            Outcome::Off => {}
            Outcome::Nothing(elsewhere) => {
                self.nothing = true;
                self.unsure |= !is_understood;
                self.elsewhere = self.elsewhere.take().or_else(|| elsewhere.clone());
            }
        }
    }
}
