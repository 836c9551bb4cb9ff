//! Units of Terragrunt: which directories are one, and which of them are one system. A unit is a stack of its own, and judged in
//! the system of everybody it reads from and everybody who reads from it, environment by environment.

mod group;
mod shared;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_terraform::terragrunt::{Group, Survey, UnitSource, UnitSpec, is_unit_file, survey, units_of};
use foreshock_text::FilePath;

use crate::configuration::StackSettings;
use crate::dialect::{Site, Texts, Understood};
use crate::workspace::freshness::top_of;
use crate::workspace::paths::directory_of;
use shared::Shared;

/// Units outside the workspace folders that are looked at because units inside read from them.
const MOST_OUTSIDE: usize = 200;

/// The units of a workspace.
#[derive(Default)]
pub(super) struct Units {
    /// Every unit there is, by its directory.
    located: BTreeMap<Utf8PathBuf, UnitSpec>,
    /// The directories of the files that make units.
    made_in: BTreeSet<Utf8PathBuf>,
    surveys: BTreeMap<Utf8PathBuf, Survey>,
    /// The units that one is judged with, itself among them.
    groups: BTreeMap<Utf8PathBuf, Arc<Group>>,
    /// What was evaluated last, group by group.
    shared: Vec<Arc<Shared>>,
}

impl Units {
    /// Looks at all units anew, or at those that something changed of. Whether they hang together otherwise now.
    pub(super) fn index(&mut self, site: &Site<'_>, changed: Option<&BTreeSet<Utf8PathBuf>>) -> bool {
        let before = self.surveys.clone();
        let texts = site.texts();
        let mut stale: BTreeSet<Utf8PathBuf> = BTreeSet::new();
        let looked_at: BTreeSet<Utf8PathBuf> = match changed {
            None => {
                *self = Units::default();
                let files = site.index.files().iter().filter(|file| is_unit_file(file));
                let found = files.filter_map(|file| file.parent().map(Utf8Path::to_owned));
                found.chain(site.sources.documents().iter().map(directory_of)).collect()
            }
            Some(changed) => {
                stale.extend(self.touched(changed));
                changed.clone()
            }
        };
        for directory in &looked_at {
            let made: Vec<UnitSpec> = match site.has(directory) {
                true => unit_files(directory, texts)
                    .iter()
                    .flat_map(|file| units_of(file, texts, top_of(directory).as_deref()))
                    .collect(),
                false => Vec::new(),
            };
            if made.is_empty() && !self.made_in.contains(directory) {
                continue;
            }
            let is_made_here = |spec: &UnitSpec| {
                spec.directory == *directory || spec.made_by.first().map(directory_of).as_ref() == Some(directory)
            };
            self.located.retain(|_, spec| !is_made_here(spec));
            match made.is_empty() {
                true => self.made_in.remove(directory),
                false => self.made_in.insert(directory.clone()),
            };
            for spec in made {
                stale.insert(spec.directory.clone());
                self.located.insert(spec.directory.clone(), spec);
            }
        }
        let (located, made_in) = (&self.located, &self.made_in);
        self.surveys.retain(|directory, _| located.contains_key(directory) && !made_in.is_empty());
        for directory in stale {
            self.survey(&directory, texts);
        }
        self.follow_outside(texts);
        let is_other = self.surveys != before;
        if is_other {
            self.groups = self.grouped(site.folders);
        }
        is_other
    }

    /// The units that read something in these directories, or whose module lies there.
    fn touched(&self, changed: &BTreeSet<Utf8PathBuf>) -> Vec<Utf8PathBuf> {
        let is_touched = |survey: &&Survey| {
            let module = match &survey.source {
                UnitSource::Here(directory) => changed.contains(directory),
                UnitSource::Unknown(_) => true,
                UnitSource::Elsewhere(_) | UnitSource::Nowhere => false,
            };
            module || survey.files.iter().any(|file| changed.contains(&directory_of(file)))
        };
        self.surveys.values().filter(is_touched).map(|survey| survey.directory.clone()).collect()
    }

    fn survey(&mut self, directory: &Utf8Path, texts: &dyn Texts) {
        let Some(spec) = self.located.get(directory) else { return };
        match survey(spec, &self.located, texts, top_of(directory).as_deref()) {
            Some(survey) => self.surveys.insert(directory.to_owned(), survey),
            None => self.surveys.remove(directory),
        };
    }

    /// Looks at units outside of what was asked for that others read from.
    fn follow_outside(&mut self, texts: &dyn Texts) {
        let mut outside = 0;
        loop {
            let read = self.surveys.values().flat_map(|survey| &survey.reads);
            let missing: Vec<Utf8PathBuf> = read.filter(|read| !self.located.contains_key(*read)).cloned().collect();
            let files: Vec<FilePath> = missing.iter().flat_map(|directory| unit_files(directory, texts)).collect();
            let made: Vec<UnitSpec> =
                files.iter().flat_map(|file| units_of(file, texts, top_of(&directory_of(file)).as_deref())).collect();
            outside += made.len();
            if made.is_empty() || outside > MOST_OUTSIDE {
                return;
            }
            for spec in made {
                let directory = spec.directory.clone();
                self.located.insert(directory.clone(), spec);
                self.survey(&directory, texts);
            }
        }
    }

    /// The units that are deployed: what others only include, and what is left out of every run, is none.
    fn deployed(&self) -> BTreeMap<Utf8PathBuf, &Survey> {
        let included: BTreeSet<&FilePath> = self.surveys.values().flat_map(|survey| &survey.includes).collect();
        // What a stack of units writes out is no unit where it is taken from.
        let written_out = self.located.values().filter(|spec| !spec.made_by.is_empty());
        let templates: BTreeSet<Utf8PathBuf> = written_out.map(|spec| directory_of(&spec.file)).collect();
        let is_deployed = |survey: &&Survey| {
            let file = self.located.get(&survey.directory).map(|spec| &spec.file);
            !survey.is_excluded
                && !templates.contains(&survey.directory)
                && survey.source != UnitSource::Nowhere
                && file.is_some_and(|file| !included.contains(file))
        };
        let deployed = self.surveys.values().filter(is_deployed);
        deployed.map(|survey| (survey.directory.clone(), survey)).collect()
    }

    /// For each unit the directories whose configuration is part of it, so that these are no stacks by themselves.
    pub(super) fn calls(&self) -> BTreeMap<Utf8PathBuf, Vec<Utf8PathBuf>> {
        let part = |survey: &Survey| {
            let module = match &survey.source {
                UnitSource::Here(directory) => Some(directory.clone()),
                _ => None,
            };
            let parents = survey.includes.iter().map(directory_of);
            let mut parts: Vec<Utf8PathBuf> = module.into_iter().chain(parents).collect();
            parts.retain(|part| *part != survey.directory);
            parts.sort();
            parts.dedup();
            parts
        };
        // Others that are read from lie outside of what was asked for.
        let inside = |directory: &Utf8PathBuf| {
            self.located.get(directory).is_some_and(|spec| {
                let made_in = spec.made_by.first().map_or_else(|| directory.clone(), directory_of);
                self.made_in.contains(&made_in)
            })
        };
        let deployed = self.deployed();
        deployed
            .into_iter()
            .filter(|(directory, _)| inside(directory))
            .map(|(unit, survey)| (unit, part(survey)))
            .collect()
    }

    /// Whether a directory is a unit, as far as these texts go.
    pub(super) fn is_there(&self, root: &Utf8Path, texts: &dyn Texts) -> bool {
        self.groups.contains_key(root) && self.located.get(root).is_some_and(|spec| texts.text(&spec.file).is_some())
    }

    /// The same units, none of which was evaluated.
    pub(super) fn apart(&self) -> Units {
        Units {
            located: self.located.clone(),
            made_in: self.made_in.clone(),
            surveys: self.surveys.clone(),
            groups: self.groups.clone(),
            shared: Vec::new(),
        }
    }

    /// The units that one is judged with.
    pub(super) fn group_of(&self, root: &Utf8Path) -> Option<Arc<Group>> {
        self.groups.get(root).cloned()
    }

    /// For each unit those that it is judged with. Who is judged with the same holds the same.
    fn grouped(&self, folders: &[Utf8PathBuf]) -> BTreeMap<Utf8PathBuf, Arc<Group>> {
        let mut known: BTreeMap<Arc<[Utf8PathBuf]>, Arc<Group>> = BTreeMap::new();
        let group = |units: &Arc<[Utf8PathBuf]>| {
            let spec = |unit: &Utf8PathBuf| Some((unit.clone(), self.located.get(unit)?.clone()));
            Arc::new(Group { units: units.to_vec(), located: units.iter().filter_map(spec).collect() })
        };
        let grouped = group::groups(&self.deployed(), folders).into_iter();
        grouped
            .map(|(unit, units)| (unit, known.entry(units.clone()).or_insert_with(|| group(&units)).clone()))
            .collect()
    }

    /// The units that read a file of Terragrunt.
    pub(super) fn reading(&self, file: &FilePath) -> BTreeSet<Utf8PathBuf> {
        let made_by = |unit: &Utf8PathBuf| self.located.get(unit).is_some_and(|spec| spec.made_by.contains(file));
        let reads = |unit: &Utf8PathBuf| self.surveys.get(unit).is_some_and(|survey| survey.files.contains(file));
        self.groups.keys().filter(|unit| reads(unit) || made_by(unit)).cloned().collect()
    }

    /// Understands a unit, in the system that it is part of. `None` for a directory that is none.
    pub(super) fn understand(
        &mut self,
        root: &Utf8Path,
        texts: &dyn Texts,
        settings: &StackSettings,
        cache: &mut foreshock_terraform::ResolveCache,
    ) -> Option<Understood> {
        let group = match &settings.options.units {
            Some(group) => group.clone(),
            None => self.found_alone(root, texts)?,
        };
        let known = self.shared.iter().find(|shared| shared.is_of(&group, settings) && shared.still_stands(texts));
        let shared = match known {
            Some(known) => known.clone(),
            None => {
                let evaluated = Shared::evaluated(cache, root, &group, texts, settings);
                let shared = Arc::new(evaluated);
                self.shared.retain(|other| !other.is_of(&group, settings));
                self.shared.push(shared.clone());
                shared
            }
        };
        shared.understood(root, settings)
    }

    /// A unit that somebody asks for by its file, where nobody has looked for units.
    fn found_alone(&mut self, root: &Utf8Path, texts: &dyn Texts) -> Option<Arc<Group>> {
        let files = unit_files(root, texts);
        if files.is_empty() || self.located.contains_key(root) {
            return None;
        }
        let made: Vec<UnitSpec> = files
            .iter()
            .flat_map(|file| units_of(file, texts, top_of(root).as_deref()))
            .filter(|spec| spec.directory == root)
            .collect();
        for spec in made {
            self.located.insert(spec.directory.clone(), spec);
        }
        self.survey(root, texts);
        self.follow_outside(texts);
        self.groups = self.grouped(&[]);
        self.groups.get(root).cloned()
    }
}

/// The files of a directory that make units.
fn unit_files(directory: &Utf8Path, texts: &dyn Texts) -> Vec<FilePath> {
    texts.list(directory).into_iter().filter(|file| is_unit_file(file.as_path())).collect()
}
