//! One session: which request is allowed when, and what it does.

use std::collections::BTreeMap;

use foreshock_model::ComponentIndex;
use foreshock_report::{Places, time_span};
use foreshock_text::PositionEncoding;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::breakpoints::{Breakpoints, FILTERS, Hit, source};
use super::launch::Launch;
use super::message::{Asked, Outbox};
use super::run::{Run, Step, Stop};
use super::{call_stack, evaluate, variables};

/// There is one thing that goes on.
const THREAD: i64 = 1;
/// Of one step so many changes are told in the output; the variables have the rest.
const MOST_TOLD: usize = 200;

/// How the client counts.
#[derive(Clone, Copy)]
pub(super) struct Client {
    /// The number of the first line.
    pub(super) first_line: u32,
    /// The number of the first column.
    pub(super) first_column: u32,
}

/// A session, from `initialize` to `disconnect`.
#[derive(Default)]
pub(super) struct Session {
    client: Option<Client>,
    launch: Option<Launch>,
    run: Option<Run>,
    breakpoints: Breakpoints,
    is_configured: bool,
    /// Whether `terminated` was said.
    is_ended: bool,
    is_over: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Initialize {
    #[serde(default = "yes", rename = "linesStartAt1")]
    lines_start_at_1: bool,
    #[serde(default = "yes", rename = "columnsStartAt1")]
    columns_start_at_1: bool,
    #[serde(default)]
    path_format: Option<String>,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
struct SetBreakpoints {
    source: Source,
    #[serde(default)]
    breakpoints: Vec<AtLine>,
}

#[derive(Deserialize)]
struct Source {
    path: String,
}

#[derive(Deserialize)]
struct AtLine {
    line: u32,
}

#[derive(Deserialize)]
struct SetFunctionBreakpoints {
    breakpoints: Vec<AtName>,
}

#[derive(Deserialize)]
struct AtName {
    name: String,
}

#[derive(Deserialize)]
struct SetExceptionBreakpoints {
    filters: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StackTrace {
    #[serde(default)]
    start_frame: usize,
    #[serde(default)]
    levels: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Scopes {
    frame_id: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Variables {
    variables_reference: i64,
    #[serde(default)]
    start: usize,
    #[serde(default)]
    count: usize,
    #[serde(default)]
    filter: Option<String>,
}

#[derive(Deserialize)]
struct Evaluate {
    expression: String,
}

#[derive(Deserialize)]
struct Completions {
    text: String,
}

#[derive(Deserialize)]
struct Restart {
    #[serde(default)]
    arguments: Option<Map<String, Value>>,
}

impl Session {
    /// Whether the client has taken its leave.
    pub(super) fn is_over(&self) -> bool {
        self.is_over
    }

    /// Answers a request.
    ///
    /// # Errors
    /// When it can't be done; the text says what was expected, and nothing has changed.
    pub(super) fn handle(&mut self, asked: &Asked, out: &mut Outbox) -> Result<(), String> {
        let command = asked.command.as_str();
        if self.client.is_none() && !matches!(command, "initialize" | "disconnect") {
            return Err(format!("{command}: expected initialize first"));
        }
        match command {
            "initialize" => self.initialize(asked, out),
            "launch" => self.launch(asked, out),
            "attach" => Err("attach: there is nothing to attach to; expected the request \"launch\"".to_owned()),
            "configurationDone" => self.begin(asked, out),
            "setBreakpoints" => self.set_breakpoints(asked, out),
            "setFunctionBreakpoints" => {
                let SetFunctionBreakpoints { breakpoints } = asked.arguments()?;
                self.breakpoints.set_names(breakpoints.into_iter().map(|it| it.name).collect());
                out.answer(asked, json!({"breakpoints": self.breakpoints.of_names(self.run.as_ref())}));
                Ok(())
            }
            "setExceptionBreakpoints" => {
                let SetExceptionBreakpoints { filters } = asked.arguments()?;
                self.breakpoints.set_filters(&filters);
                out.answer(asked, Value::Null);
                Ok(())
            }
            "threads" => {
                let name = self.run.as_ref().map(|run| format!("the outage: {}", run.outage.faults_in_words()));
                out.answer(
                    asked,
                    json!({"threads": [{"id": THREAD, "name": name.unwrap_or_else(|| "the outage".to_owned())}]}),
                );
                Ok(())
            }
            "stackTrace" => {
                let (run, client) = self.running()?;
                let StackTrace { start_frame, levels } = asked.arguments()?;
                out.answer(asked, call_stack::page(run, client, start_frame, levels));
                Ok(())
            }
            "scopes" => {
                let (run, _) = self.running()?;
                let Scopes { frame_id } = asked.arguments()?;
                let links = call_stack::links(run);
                let link = frame_id
                    .checked_sub(1)
                    .and_then(|index| usize::try_from(index).ok())
                    .and_then(|index| links.get(index));
                let link = link.ok_or_else(|| format!("scopes: there is no frame {frame_id}"))?;
                out.answer(asked, variables::scopes(run, link.component));
                Ok(())
            }
            "variables" => {
                let (run, _) = self.running()?;
                let Variables { variables_reference, start, count, filter } = asked.arguments()?;
                let all = variables::variables(run, variables_reference)?;
                // None of ours are numbered.
                let count = if filter.as_deref() == Some("indexed") {
                    0
                } else if count == 0 {
                    all.len()
                } else {
                    count
                };
                out.answer(asked, json!({"variables": all.into_iter().skip(start).take(count).collect::<Vec<_>>()}));
                Ok(())
            }
            "evaluate" => {
                let (run, _) = self.running()?;
                let Evaluate { expression } = asked.arguments()?;
                out.answer(asked, evaluate::evaluate(run, &expression)?);
                Ok(())
            }
            "completions" => {
                let (run, _) = self.running()?;
                let Completions { text } = asked.arguments()?;
                out.answer(asked, json!({"targets": evaluate::completions(&run.outage, &text)}));
                Ok(())
            }
            "next" => self.step(asked, Step::Moment, out),
            "stepIn" => self.step(asked, Step::Change, out),
            "stepOut" => self.step(asked, Step::Worst, out),
            "continue" => self.step(asked, Step::End, out),
            "stepBack" => self.step(asked, Step::Back, out),
            "reverseContinue" => self.step(asked, Step::Beginning, out),
            "pause" => {
                self.configured()?;
                out.answer(asked, Value::Null);
                self.stopped("pause", &[], out);
                Ok(())
            }
            "restart" => self.restart(asked, out),
            "terminate" => {
                out.answer(asked, Value::Null);
                self.end(out);
                Ok(())
            }
            "disconnect" => {
                out.answer(asked, Value::Null);
                self.end(out);
                self.is_over = true;
                Ok(())
            }
            _ => Err(format!("{command} is not supported")),
        }
    }

    fn initialize(&mut self, asked: &Asked, out: &mut Outbox) -> Result<(), String> {
        let Initialize { lines_start_at_1, columns_start_at_1, path_format } = asked.arguments()?;
        if self.client.is_some() {
            return Err("initialize: it was said already".to_owned());
        }
        if let Some(other) = path_format.filter(|format| format != "path") {
            return Err(format!("initialize: pathFormat: {other}: expected path"));
        }
        self.client =
            Some(Client { first_line: u32::from(lines_start_at_1), first_column: u32::from(columns_start_at_1) });
        let filters = FILTERS.map(|(filter, label, description)| {
            json!({"filter": filter, "label": label, "description": description, "default": false})
        });
        out.answer(
            asked,
            json!({
                "supportsConfigurationDoneRequest": true,
                "supportsFunctionBreakpoints": true,
                "supportsEvaluateForHovers": true,
                "supportsStepBack": true,
                "supportsRestartRequest": true,
                "supportsTerminateRequest": true,
                "supportsCompletionsRequest": true,
                "supportsDelayedStackTraceLoading": true,
                "exceptionBreakpointFilters": filters,
            }),
        );
        Ok(())
    }

    fn launch(&mut self, asked: &Asked, out: &mut Outbox) -> Result<(), String> {
        if self.run.is_some() {
            return Err("launch: an outage is played already; expected restart".to_owned());
        }
        let launch = Launch::read(&asked.arguments()?)?;
        self.play(launch, out)?;
        out.answer(asked, Value::Null);
        // Breakpoints can be looked up from now on.
        out.event("initialized", json!({}));
        Ok(())
    }

    /// Reads the stack and plays what fails in it; where that goes wrong, all is as it was.
    fn play(&mut self, launch: Launch, out: &mut Outbox) -> Result<(), String> {
        let (snapshot, outage) = launch.play()?;
        for warning in &launch.warnings {
            out.tell(&format!("warning: {warning}"));
        }
        for line in outage.introduction() {
            out.tell(&line);
        }
        let run = Run { snapshot, outage, position: None };
        for breakpoint in self.breakpoints.all(&run, self.first_line()) {
            out.event("breakpoint", json!({"reason": "changed", "breakpoint": breakpoint}));
        }
        self.run = Some(run);
        self.launch = Some(launch);
        self.is_ended = false;
        Ok(())
    }

    fn begin(&mut self, asked: &Asked, out: &mut Outbox) -> Result<(), String> {
        if self.run.is_none() {
            return Err("configurationDone: expected launch first".to_owned());
        }
        out.answer(asked, Value::Null);
        if !self.is_configured {
            self.is_configured = true;
            self.enter(out);
        }
        Ok(())
    }

    /// The first stop.
    fn enter(&mut self, out: &mut Outbox) {
        if self.launch.as_ref().is_none_or(|launch| launch.stops_on_entry) {
            self.stopped("entry", &[], out);
        } else {
            self.go(Step::End, out);
        }
    }

    fn restart(&mut self, asked: &Asked, out: &mut Outbox) -> Result<(), String> {
        let Restart { arguments } = asked.arguments()?;
        let launch = match (arguments, &self.launch) {
            (Some(given), _) => Launch::read(&given)?,
            (None, Some(launch)) => launch.clone(),
            (None, None) => return Err("restart: expected launch first".to_owned()),
        };
        // The text is read again: somebody has changed it.
        self.play(launch, out)?;
        out.answer(asked, Value::Null);
        if self.is_configured {
            self.enter(out);
        }
        Ok(())
    }

    fn set_breakpoints(&mut self, asked: &Asked, out: &mut Outbox) -> Result<(), String> {
        let SetBreakpoints { source: Source { path }, breakpoints } = asked.arguments()?;
        let first_line = self.first_line();
        let lines: Vec<u32> = breakpoints.iter().map(|it| it.line.saturating_sub(first_line)).collect();
        self.breakpoints.set_lines(&path, &lines);
        let said = self.breakpoints.of_file(&path, self.run.as_ref(), first_line);
        out.answer(asked, json!({"breakpoints": said}));
        Ok(())
    }

    fn step(&mut self, asked: &Asked, step: Step, out: &mut Outbox) -> Result<(), String> {
        self.configured()?;
        let body = match step {
            Step::End | Step::Beginning => json!({"allThreadsContinued": true}),
            _ => Value::Null,
        };
        out.answer(asked, body);
        self.go(step, out);
        Ok(())
    }

    fn go(&mut self, step: Step, out: &mut Outbox) {
        let Some(run) = &mut self.run else { return };
        let (breakpoints, components) = (&self.breakpoints, self.breakpoints.components(run));
        let before = run.position;
        let changes = run.outage.changes.iter();
        let wanted: Vec<bool> = changes.map(|change| breakpoints.hit(run, &components, change).is_some()).collect();
        let stop = run.go(step, &wanted);
        match stop {
            Stop::Over => self.end(out),
            Stop::Arrived | Stop::Wanted => {
                self.narrate(before, out);
                self.arrived(step, stop, &components, out);
            }
        }
    }

    fn arrived(&self, step: Step, stop: Stop, components: &BTreeMap<ComponentIndex, Vec<i64>>, out: &mut Outbox) {
        let Some(run) = &self.run else { return };
        let hit = run.change().and_then(|change| self.breakpoints.hit(run, components, change));
        match (stop, hit) {
            (Stop::Wanted, Some(Hit::Breakpoints(ids))) => self.stopped("breakpoint", &ids, out),
            (Stop::Wanted, Some(Hit::Filter)) => self.stopped("breakpoint", &[], out),
            _ if run.position.is_none() => self.stopped("entry", &[], out),
            _ if step == Step::End => self.stopped("end", &[], out),
            (_, Some(Hit::Breakpoints(ids))) => self.stopped("step", &ids, out),
            _ => self.stopped("step", &[], out),
        }
    }

    /// Tells in the output what has happened from a position on.
    fn narrate(&self, before: Option<usize>, out: &mut Outbox) {
        let Some(run) = &self.run else { return };
        if run.position <= before {
            return out.tell(&format!("back to {}", run.title()));
        }
        let (from, to) = (before.map_or(0, |before| before + 1), run.position.map_or(0, |position| position + 1));
        let places = Places::absolute(&run.snapshot, PositionEncoding::Utf16);
        let passed = run.outage.changes.get(from..to).unwrap_or_default();
        for change in passed.iter().take(MOST_TOLD) {
            let line = format!("+{}  {}\n", time_span(change.at), run.outage.sentence(change));
            let place = run.outage.stack.system().component(change.component).and_then(|it| it.place.clone());
            let mut body = json!({"category": "stdout", "output": line});
            if let (Some(place), Some(members)) = (place, body.as_object_mut()) {
                let at = places.position(&place.file, place.span.start).line;
                members.insert("source".to_owned(), source(place.file.as_path().as_str()));
                members.insert("line".to_owned(), at.saturating_add(self.first_line()).into());
            }
            out.event("output", body);
        }
        if let Some(more) = passed.len().checked_sub(MOST_TOLD).filter(|more| *more > 0) {
            out.tell(&format!("and {more} more; the variables show them all"));
        }
    }

    fn stopped(&self, reason: &str, hit: &[i64], out: &mut Outbox) {
        let Some(run) = &self.run else { return };
        let end = if run.is_at_end() { "; nothing more happens" } else { "" };
        let mut body = json!({"reason": reason, "description": format!("{}{end}", run.title()), "threadId": THREAD,
            "allThreadsStopped": true});
        if let (Some(members), false) = (body.as_object_mut(), hit.is_empty()) {
            members.insert("hitBreakpointIds".to_owned(), json!(hit));
        }
        out.event("stopped", body);
    }

    fn end(&mut self, out: &mut Outbox) {
        if !std::mem::replace(&mut self.is_ended, true) && self.run.is_some() {
            out.event("exited", json!({"exitCode": 0}));
            out.event("terminated", json!({}));
        }
    }

    fn configured(&self) -> Result<(), String> {
        self.running()?;
        match self.is_configured && !self.is_ended {
            true => Ok(()),
            false if self.is_ended => Err("the outage is over; expected restart".to_owned()),
            false => Err("expected configurationDone first".to_owned()),
        }
    }

    fn running(&self) -> Result<(&Run, Client), String> {
        let run = self.run.as_ref().zip(self.client);
        run.ok_or_else(|| "nothing is played; expected launch first".to_owned())
    }

    fn first_line(&self) -> u32 {
        self.client.map_or(1, |client| client.first_line)
    }
}
