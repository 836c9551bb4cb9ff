//! What a change deletes, replaces or lets go of. Found by comparison, or told by a plan: what holds data and what serves.

mod planned;
mod safeguards;

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_engine::{EntryReason, Fault, Health};
use foreshock_model::{Component, ComponentIndex, ComponentKind, Evidence, MinutesPerYear, Points};
use foreshock_plan::RemovalForm;
use foreshock_text::{FilePath, Place, Span};

use self::planned::Planned;
use crate::change::apply::Apply;
use crate::change::gone::{Gone, GoneComponent, declaring};
use crate::findings::rules::{RuleId, severity_of, some_of};
use crate::show::lasting::lasting;
use crate::{Base, Finding, Severity, Stack};

/// Lines of evidence.
const MOST_LINES: usize = 10;

/// What a component is there for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    /// It holds data.
    Stateful,
    /// Others, or users, are served by it.
    Serving,
}

/// The findings of what goes. `before` is the side of the base as it is compared and as it is, `now` the stack itself.
pub(crate) fn find(
    (before, base_stack): (&Stack, &Stack),
    now: &Stack,
    held: &Stack,
    gone: &Gone,
    apply: &Apply,
    base: &Base,
) -> Vec<Arc<Finding>> {
    let planned = match now.is_record() {
        true => planned::by_a_plan(now),
        false => planned::by_text(base_stack, now, apply),
    };
    let search = Search { before, now, held, gone, base, planned };
    let mut findings: Vec<Finding> = gone.components.iter().filter_map(|one| search.deleted(one)).collect();
    findings.extend(before.system().iter().filter_map(|(index, component)| search.planned(index, component)));
    let mut pieces: Vec<usize> = gone.cuts.iter().filter_map(|cut| cut.piece).collect();
    pieces.sort_unstable();
    pieces.dedup();
    findings.extend(pieces.into_iter().filter_map(|piece| search.cut(piece)));
    let mut detached: Vec<ComponentIndex> =
        gone.cuts.iter().filter(|cut| cut.piece.is_none()).map(|cut| cut.from).collect();
    detached.sort_unstable();
    detached.dedup();
    findings.extend(detached.into_iter().filter_map(|from| search.detached(from)));
    let mut findings = findings.into_iter().map(Arc::new).collect();
    now.settings().levels.apply(&mut findings);
    findings
}

struct Search<'a> {
    before: &'a Stack,
    now: &'a Stack,
    /// The present as it is compared.
    held: &'a Stack,
    gone: &'a Gone,
    base: &'a Base,
    planned: BTreeMap<Arc<str>, Planned>,
}

/// What goes, in one place.
struct Going<'a> {
    index: ComponentIndex,
    component: &'a Component,
    purpose: Use,
    form: RemovalForm,
    /// Why, for a person: ` (engine can't be changed where it is)`.
    because: String,
    /// What else is known of that; none for what is deleted.
    planned: Option<&'a Planned>,
    /// Who is still there and needs it, by what they are called now.
    needed_by: Vec<Arc<str>>,
    /// Those of them that go down.
    down: Vec<Arc<str>>,
    is_entry: bool,
    place: Place,
    evidence: Vec<Evidence>,
    now: Option<ComponentIndex>,
    /// What needed it and is gone as well.
    users: Vec<Arc<str>>,
}

impl Search<'_> {
    /// Of a component that is no more.
    fn deleted(&self, gone: &GoneComponent) -> Option<Finding> {
        if gone.is_in_doubt {
            return None;
        }
        if gone.is_declared {
            return self.closed(gone.index);
        }
        let component = self.before.system().component(gone.index)?;
        let removal = self.removal(gone.index);
        let block = self.before.terraform().and(self.now.terraform()).and_then(|module| {
            let address = declaring(self.before, gone.index).next()?.address.clone();
            module.resolved.moves.removed(&address)
        });
        let form = match (removal, block) {
            (Some(removal), _) => removal.form,
            (None, Some(block)) if !block.destroys => RemovalForm::Forget,
            _ => RemovalForm::Delete,
        };
        let (mut needed_by, mut down) = (Vec::new(), Vec::new());
        if gone.is_missed {
            (needed_by, down) = self.fallen(gone.index);
        }
        let evidence = gone.losers.iter().take(MOST_LINES).filter_map(|(number, loser)| {
            let why = &self.before.system().dependencies.get(number.index())?.call()?.why;
            let loser = self.held.system().component(*loser)?;
            let why = format!("{} needs {}: {why}", loser.id, component.id);
            Some(Evidence { place: loser.place.clone()?, why: why.into() })
        });
        let place = match (removal, block) {
            (Some(_), _) => component.place.clone(),
            (None, Some(block)) => Some(block.place.clone()),
            (None, None) => self.place(gone, component),
        };
        self.finding(Going {
            index: gone.index,
            component,
            purpose: self.purpose(gone.index, component)?,
            form,
            because: removal.map(|removal| removal.because.clone()).unwrap_or_default(),
            planned: None,
            needed_by,
            down,
            is_entry: self.is_entry(gone.index),
            place: place?,
            evidence: evidence.collect(),
            now: None,
            users: gone.users.iter().map(|user| self.before.id_of(*user).into()).collect(),
        })
    }

    /// Of a piece of a way on which users came: a listener, a rule, an attachment.
    fn cut(&self, piece: usize) -> Option<Finding> {
        let instance = self.before.resources()?.instances.get(piece)?;
        let of_it = self.gone.cuts.iter().filter(|cut| cut.piece == Some(piece));
        let (mut froms, mut tos): (Vec<Arc<str>>, Vec<Arc<str>>) = (Vec::new(), Vec::new());
        let mut evidence = Vec::new();
        for cut in of_it {
            let from = self.held.system().component(cut.from)?;
            let to = self.before.system().dependencies.get(cut.number.index())?.to;
            froms.push(from.id.as_str().into());
            tos.push(self.before.id_of(to).into());
            let why = format!("{} led to {} through {}", from.id, self.before.id_of(to), instance.address);
            evidence.extend(from.place.clone().map(|place| Evidence { place, why: why.into() }));
        }
        for names in [&mut froms, &mut tos] {
            names.sort();
            names.dedup();
        }
        let is_planned = self.planned.contains_key(&*instance.address);
        let own = if is_planned { Some(instance.block.header_place()) } else { None };
        let file = Some(&instance.block.file).filter(|file| self.now.files.contains(file));
        let beginning = || file.map(|file| Place::new(file.clone(), first_line(self.now, file)));
        let beside = evidence.iter().find(|line| Some(&line.place.file) == file).map(|line| line.place.clone());
        let place = own.or(beside).or_else(beginning).or_else(|| evidence.first().map(|line| line.place.clone()))?;
        let verb = if froms.len() == 1 { "leads" } else { "lead" };
        let message =
            format!("{} is deleted; {} {verb} to {} no more.", instance.address, some_of(&froms), some_of(&tos));
        Some(Finding {
            rule: RuleId::DeletesServing,
            severity: severity_of(RuleId::DeletesServing),
            new: true,
            component: None,
            component_id: self.now.name_now(&instance.address).into(),
            also: Vec::new(),
            message,
            block: place.clone(),
            place,
            affected: froms,
            points: Points::ZERO,
            minutes_per_year: MinutesPerYear::ZERO,
            scored: false,
            evidence,
            cause: None,
        })
    }

    /// Of a way in whose block is still there while users have none left.
    fn closed(&self, index: ComponentIndex) -> Option<Finding> {
        let faces_users = self.now.assessment.basis.entries.iter().any(|entry| entry.reason != EntryReason::Source);
        if faces_users || !self.gone.was_way_in(self.before, index) {
            return None;
        }
        let id: Arc<str> = self.now.name_now(&self.before.id_of(index)).into();
        let declared = self.now.resources()?.instances.iter().find(|instance| instance.address == id)?;
        let message = match self.now.is_record() {
            true => format!("Users reach the system through {id} no more."),
            false => format!("Users reach the system through {id} no more, as they did at {}.", self.base.id),
        };
        Some(Self::serving(id, None, message, declared.block.header_place(), Vec::new()))
    }

    /// Of a way in that leads nowhere any more although no block of it is gone.
    fn detached(&self, from: ComponentIndex) -> Option<Finding> {
        let component = self.held.system().component(from)?;
        let of_it = self.gone.cuts.iter().filter(|cut| cut.piece.is_none() && cut.from == from);
        let mut tos: Vec<Arc<str>> = of_it
            .filter_map(|cut| self.before.system().dependencies.get(cut.number.index()))
            .map(|dependency| self.now.name_now(&self.before.id_of(dependency.to)).into())
            .collect();
        tos.sort();
        tos.dedup();
        let place = component.place.clone()?;
        let id: Arc<str> = component.id.as_str().into();
        let when = match self.now.is_record() {
            true => String::new(),
            false => format!(", as it did at {}", self.base.id),
        };
        let message = format!("{id} leads to {} no more{when}.", some_of(&tos));
        let now = self.now.system().find(&id);
        Some(Self::serving(id, now, message, place, tos))
    }

    /// A finding of a way in that is as good as gone.
    fn serving(
        component_id: Arc<str>,
        component: Option<ComponentIndex>,
        message: String,
        place: Place,
        affected: Vec<Arc<str>>,
    ) -> Finding {
        Finding {
            rule: RuleId::DeletesServing,
            severity: severity_of(RuleId::DeletesServing),
            new: true,
            component,
            component_id,
            also: Vec::new(),
            message,
            block: place.clone(),
            place,
            affected,
            points: Points::ZERO,
            minutes_per_year: MinutesPerYear::ZERO,
            scored: false,
            evidence: Vec::new(),
            cause: None,
        }
    }

    /// Of a component that a plan replaces or lets go of, while something of its address is there afterwards.
    fn planned(&self, index: ComponentIndex, component: &Component) -> Option<Finding> {
        if self.gone.components.binary_search_by_key(&index, |gone| gone.index).is_ok() {
            return None;
        }
        let removal = self.removal(index).filter(|removal| removal.form != RemovalForm::Delete)?;
        let (needed_by, down) = self.fallen(index);
        let now = self.gone.find(self.now, component.id.as_str());
        let own = now.and_then(|now| self.now.system().component(now)?.place.clone());
        let place = removal.place.clone().or(own);
        self.finding(Going {
            index,
            component,
            purpose: self.purpose(index, component)?,
            form: removal.form,
            because: removal.because.clone(),
            planned: Some(removal),
            needed_by,
            down,
            is_entry: self.is_entry(index),
            place: place.or_else(|| component.place.clone())?,
            evidence: Vec::new(),
            now,
            users: Vec::new(),
        })
    }

    /// What a plan does to every instance of a component's own block; of several the mildest.
    fn removal(&self, index: ComponentIndex) -> Option<&Planned> {
        let mut all = declaring(self.before, index).map(|instance| self.planned.get(&instance.address));
        let first = all.next()??;
        all.try_fold(first, |mildest, next| {
            let next = next?;
            Some(if rank(next.form) > rank(mildest.form) { next } else { mildest })
        })
    }

    fn purpose(&self, index: ComponentIndex, component: &Component) -> Option<Use> {
        use ComponentKind::{Database, Monitoring, Storage};
        let row = self.before.settings().catalog.row(&component.type_name);
        let is_stateful = match row {
            Some(row) => row.stateful,
            None => matches!(component.kind, Database | Storage),
        };
        if is_stateful {
            return Some(Use::Stateful);
        }
        let is_needed = self.before.system().dependencies.iter().any(|dependency| dependency.to == index);
        let serves = component.kind != Monitoring && (is_needed || !component.kind.is_supporting());
        serves.then_some(Use::Serving)
    }

    fn is_entry(&self, index: ComponentIndex) -> bool {
        self.gone.was_way_in(self.before, index)
    }

    /// Who does not stay healthy without a component and is still there, and who of them goes down.
    fn fallen(&self, index: ComponentIndex) -> (Vec<Arc<str>>, Vec<Arc<str>>) {
        let cascade = self.before.cascade(&[Fault::Component(index)]);
        let (mut all, mut down) = (Vec::new(), Vec::new());
        for effect in cascade.effects.iter().filter(|effect| effect.component != index) {
            let now = self.gone.find(self.held, &self.before.id_of(effect.component));
            let Some(now) = now.and_then(|now| self.held.system().component(now)) else { continue };
            let name: Arc<str> = now.id.as_str().into();
            if effect.health == Health::Down {
                down.push(name.clone());
            }
            all.push(name);
        }
        all.sort();
        down.sort();
        (all, down)
    }

    /// Where somebody who looks at the present sees it: where its number is written, in the file that had it, where the
    /// reference was.
    fn place(&self, gone: &GoneComponent, component: &Component) -> Option<Place> {
        let number = self.number_of(gone.index);
        let here = |file: &FilePath| self.now.files.contains(file);
        let losers = gone.losers.iter().filter_map(|(_, loser)| self.held.system().component(*loser)?.place.clone());
        let losers: Vec<Place> = losers.filter(|place| here(&place.file)).collect();
        let own = component.place.as_ref().map(|place| &place.file).filter(|file| here(file));
        let beside = losers.iter().find(|place| Some(&place.file) == own).cloned();
        let beginning = |file: &FilePath| Place::new(file.clone(), first_line(self.now, file));
        number
            .or(beside)
            .or_else(|| own.map(&beginning))
            .or_else(|| losers.first().cloned())
            .or_else(|| self.now.files.first().map(&beginning))
    }

    /// The `count` or `for_each` of a block that is still declared.
    fn number_of(&self, index: ComponentIndex) -> Option<Place> {
        let instance = declaring(self.before, index).next()?;
        let resolved = &self.now.terraform()?.resolved;
        let block = format!("{}.{}", instance.type_name, instance.name);
        let named = resolved.named.iter().filter(|named| named.module == instance.module);
        let mut own =
            named.filter(|named| matches!(named.name.strip_prefix(block.as_str()), Some(".count" | ".for_each")));
        let place = own.find_map(|named| named.place.as_ref())?;
        Some(Place::new(place.file.clone(), place.value))
    }

    /// How many instances of a component that go on without each other are replaced at once; 1 where it is one.
    fn replaced_at_once(&self, index: ComponentIndex) -> usize {
        let replaced = declaring(self.before, index).filter(|instance| self.planned.contains_key(&instance.address));
        let row = |component: &Component| self.before.settings().catalog.row(&component.type_name);
        let replicas = self.before.system().component(index).and_then(row).is_some_and(|row| row.replicas);
        if replicas { replaced.count() } else { 1 }
    }

    fn finding(&self, going: Going<'_>) -> Option<Finding> {
        let Going { index, component, purpose, form, needed_by, is_entry, place, evidence, now, .. } = &going;
        let (rule, quieter) = match (form, purpose) {
            (RemovalForm::Delete, Use::Stateful) => (RuleId::DeletesStateful, 0),
            (RemovalForm::Delete, Use::Serving) => (RuleId::DeletesServing, 0),
            (RemovalForm::Forget, Use::Stateful) => (RuleId::DeletesStateful, 2),
            (RemovalForm::Forget, Use::Serving) => (RuleId::DeletesServing, 2),
            (RemovalForm::Replace { .. }, Use::Stateful) => (RuleId::ReplacesStateful, 0),
            (RemovalForm::Replace { create_first: false }, Use::Serving) if self.replaced_at_once(*index) > 1 => {
                (RuleId::ReplacedTogether, 0)
            }
            (RemovalForm::Replace { create_first }, Use::Serving) => {
                (RuleId::ReplacesServing, usize::from(*create_first))
            }
        };
        let quieter = quieter + usize::from(going.planned.is_some_and(|planned| planned.stopped));
        let is_needed = !needed_by.is_empty() || *is_entry;
        let mut severity = severity_of(rule);
        for _ in 0..quieter + usize::from(!is_needed) {
            severity = match severity {
                Severity::Error => Severity::Warning,
                Severity::Warning => Severity::Info,
                Severity::Info | Severity::Hint => Severity::Hint,
            };
        }
        let block = place.clone();
        Some(Finding {
            rule,
            severity,
            new: true,
            component: *now,
            component_id: match now.filter(|_| going.planned.is_some_and(|planned| planned.successor.is_some())) {
                Some(now) => self.now.id_of(now).into(),
                None => self.now.name_now(component.id.as_str()).into(),
            },
            also: Vec::new(),
            message: self
                .before
                .said(component.id.as_str(), &self.message(&going, declaring(self.before, *index).next())),
            place: place.clone(),
            block,
            affected: needed_by.clone(),
            points: Points::ZERO,
            minutes_per_year: MinutesPerYear::ZERO,
            scored: false,
            evidence: evidence.clone(),
            cause: None,
        })
    }

    fn message(&self, going: &Going<'_>, instance: Option<&foreshock_resources::Instance>) -> String {
        let Going { component, form, because, needed_by, down, is_entry, purpose, users, planned, .. } = going;
        let id = &component.id;
        let seconds = planned.and_then(|planned| planned.seconds);
        let successor = planned.and_then(|planned| planned.successor.as_ref());
        let names = |names: &[Arc<str>]| some_of(names);
        // Only Terraform has a way to say so.
        let unsaid = if self.now.terraform().is_some() { ": no moved block says that they are the same" } else { "" };
        let what = match form {
            RemovalForm::Delete if self.now.is_record() => format!("{id} is deleted{because}"),
            RemovalForm::Delete => format!("{id} is deleted: at {} it was there", self.base.id),
            RemovalForm::Replace { .. } => match (successor, self.replaced_at_once(going.index)) {
                (Some(now), count) if count > 1 => {
                    format!("All {count} instances of {id} are destroyed and made anew, as {now} and so on{unsaid}")
                }
                (Some(now), _) => format!("{id} is destroyed and {now} made anew{unsaid}"),
                (None, count) if count > 1 => format!("All {count} instances of {id} are replaced at once{because}"),
                (None, _) => format!("{id} is replaced{because}"),
            },
            RemovalForm::Forget => format!("{id} is let go of{because}: it goes on running, and nobody manages it"),
        };
        let are_many = matches!(form, RemovalForm::Replace { .. }) && self.replaced_at_once(going.index) > 1;
        let while_gone = match (form, seconds) {
            (RemovalForm::Replace { create_first: false }, Some(seconds)) => {
                format!(" while it is gone, {}", lasting(seconds))
            }
            (RemovalForm::Replace { create_first: false }, None) => " while it is gone".to_owned(),
            (RemovalForm::Replace { create_first: true }, _) => " when the new one is not ready".to_owned(),
            (RemovalForm::Delete, _) => " without it".to_owned(),
            (RemovalForm::Forget, _) => String::new(),
        };
        let while_gone = if are_many { while_gone.replace("it is gone", "they are gone") } else { while_gone };
        let consequence = match (form, down.as_slice(), needed_by.as_slice()) {
            (RemovalForm::Forget, _, []) => String::new(),
            (RemovalForm::Forget, _, some) => format!("; {} go on with it", names(some)),
            (_, [], []) if *is_entry => {
                format!("; users reach the system through it{while_gone}").replace(" without it", "")
            }
            (_, [], []) if !users.is_empty() => match users.as_slice() {
                [one] => format!("; {one}, which needs it, goes, too"),
                some => format!("; {}, which need it, go, too", names(some)),
            },
            (_, [], []) => "; nothing in this stack is known to need it".to_owned(),
            (_, [], some) => format!("; {} lose something{while_gone}", names(some)),
            (_, some, _) => format!("; {} go down{while_gone}", names(some)),
        };
        let consequence = match (down.len().max(usize::from(down.is_empty()) * needed_by.len()), form) {
            (1, _) => {
                consequence.replace(" go down", " goes down").replace(" lose ", " loses ").replace(" go on", " goes on")
            }
            _ => consequence,
        };
        let mut second = match purpose {
            Use::Stateful if *form != RemovalForm::Forget => {
                safeguards::words(instance, matches!(form, RemovalForm::Replace { .. }))
            }
            _ => String::new(),
        };
        if let RemovalForm::Replace { create_first } = form {
            let order = match (create_first, purpose) {
                (true, Use::Stateful) => "The new one is made first (create_before_destroy), and is empty.",
                (true, Use::Serving) => "The new one is made first (create_before_destroy).",
                (false, Use::Stateful) => "The new one is empty.",
                (false, Use::Serving) if are_many => {
                    "They are destroyed before the new ones are made (no create_before_destroy)."
                }
                (false, Use::Serving) => "It is destroyed before the new one is made (no create_before_destroy).",
            };
            let stopped = match planned {
                Some(planned) if planned.stopped => "prevent_destroy makes Terraform refuse to apply this. ".to_owned(),
                Some(Planned { name_in_the_way: Some(name), .. }) if *create_first => {
                    format!("The new one can't be made while the old one has its {name}. ")
                }
                _ => String::new(),
            };
            second = format!("{stopped}{order} {second}").trim_end().to_owned();
        }
        [format!("{what}{consequence}."), second].join("\n").trim_end().to_owned()
    }
}

fn rank(form: RemovalForm) -> u8 {
    match form {
        RemovalForm::Delete => 0,
        RemovalForm::Replace { create_first: false } => 1,
        RemovalForm::Replace { create_first: true } => 2,
        RemovalForm::Forget => 3,
    }
}

/// The first line of a file on which something is written.
fn first_line(stack: &Stack, file: &FilePath) -> Span {
    let texts = &stack.understood().texts;
    let Some((_, source)) = texts.iter().find(|(path, _)| path == file) else { return Span::empty(0) };
    let text: &str = source.text().whole();
    let start = text.len() - text.trim_start().len();
    let line = text.get(start..).unwrap_or_default().lines().next().unwrap_or_default();
    source.text().anchored_span(Span::from_range(start..start + line.trim_end().len()))
}
