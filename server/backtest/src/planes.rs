//! Which edges of which incidents are not of the data plane, where their own file does not say it but its text or source
//! does: TOML, each with the sentence that says so.

use serde::Deserialize;
use std::sync::Arc;

use crate::graph::plane_named;
use crate::{IncidentFile, IncidentProblem};

/// Planes of edges, with their evidence.
#[derive(Clone, Debug, Default)]
pub struct PlaneNotes(Vec<PlaneNote>);

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlaneNote {
    incident: String,
    /// All edges to `to` where it is left out.
    from: Option<String>,
    to: String,
    plane: String,
    /// The sentence, or what it says.
    #[allow(dead_code)] // for whoever reads the file
    says: String,
    /// Where it stands.
    #[allow(dead_code)]
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    edge: Vec<PlaneNote>,
}

impl PlaneNotes {
    /// Reads a file of planes.
    ///
    /// # Errors
    /// When it is no TOML of that shape, or a plane is none; the message has line and column, or the entry.
    pub fn read(text: &str) -> Result<PlaneNotes, String> {
        const SHAPE: &str = "expected [[edge]] with incident, from (all edges when left out), to, plane, says, source";
        let raw: Raw = toml::from_str(text).map_err(|error| format!("{}; {SHAPE}", error.to_string().trim_end()))?;
        for note in &raw.edge {
            if plane_named(&note.plane).is_none() {
                let (incident, plane) = (&note.incident, &note.plane);
                return Err(format!("{incident}: the plane {plane} is not known; expected data, start or management"));
            }
        }
        Ok(PlaneNotes(raw.edge))
    }

    /// Puts the planes on the edges; how many there were, and what was named that is not there. Incidents that the file
    /// does not have are of another file.
    pub fn apply(&self, file: &mut IncidentFile) -> (usize, Vec<IncidentProblem>) {
        let mut changed = 0;
        let mut problems = Vec::new();
        for note in &self.0 {
            let Some(incident) = file.incidents.iter_mut().find(|it| it.id == note.incident) else { continue };
            let end = |id: &str| incident.system.find(id);
            let (from, to) = (note.from.as_deref().map(end), end(&note.to));
            let before = changed;
            for dependency in incident.system.dependencies.iter_mut().map(Arc::make_mut) {
                if Some(dependency.to) == to && from.is_none_or(|from| from == Some(dependency.from)) {
                    dependency.plane = plane_named(&note.plane).unwrap_or_default();
                    changed += 1;
                }
            }
            if changed == before {
                let from = note.from.as_deref().unwrap_or("any");
                let message = format!("there is no edge from {from} to {}; expected one of its edges", note.to);
                problems.push(IncidentProblem {
                    incident: note.incident.clone(),
                    place: None,
                    message,
                    left_out: false,
                });
            }
        }
        (changed, problems)
    }
}
