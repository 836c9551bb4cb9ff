// What this client and the server say to each other beyond LSP. The server's contract owns these shapes; fields it
// adds later are simply not read here.

import type { Component as GraphComponent, Dependency, Severity, Unknown } from '../../graph/src/system';

export type { Dependency, Severity, Unknown };

export interface Position {
  line: number;
  character: number;
}

export interface Range {
  start: Position;
  end: Position;
}

export interface Component extends GraphComponent {
  file?: string;
  /** The whole block, and its first line. */
  range?: Range;
  header?: Range;
}

export interface GraphDependency extends Dependency {
  evidence?: { file: string; range: Range; why: string }[];
}

export interface StackGraph {
  root: string;
  name?: string;
  components: Component[];
  dependencies: GraphDependency[];
  zones?: string[];
  regions?: string[];
  domains?: string[];
  /** As it was, where it is compared. */
  base?: { compared: Base | null; components: Component[]; dependencies: Dependency[] };
}

/** Answer to `foreshock/graph` `{uri, base?}`. */
export interface GraphResult {
  version: number;
  stacks: StackGraph[];
}

export interface Effect {
  component: string;
  health: 'DEGRADED' | 'OVERLOADED' | 'DOWN';
  at_seconds: number;
  latency_ms?: number | null;
  /** Share of its requests that it fails, where a fault makes requests fail. */
  errors?: number | null;
  /** What is likely, beside the worst. */
  likely?: { health: 'HEALTHY' | 'DEGRADED' | 'OVERLOADED' | 'DOWN'; down: number };
  because?: { component: string } | null;
  reason?: string;
}

export interface FaultResult {
  id: string;
  severity: number | null;
  entry_loss: number | null;
  effects: Effect[];
  /** What latency or traffic mode could not tell. */
  unsettled?: { component?: string | null; why: string }[];
  recovery?: { components: { component: string; serves: { p50_seconds: number | null }; whole: { p50_seconds: number | null } }[] } | null;
}

/** Answer to `foreshock/simulate` `{uri, fault}`. */
export interface SimulateResult {
  version: number;
  stacks: { root: string; results: FaultResult[] }[];
}

/** Notification `foreshock/status`, one per stack whenever its figures change. */
export interface Status {
  root: string;
  /** What tells it from other stacks of that root. */
  name?: string | null;
  /** Files with values that were chosen for it. */
  varFiles?: string[];
  /** The stack is gone, and what was said of it is void. */
  removed?: boolean;
  score: number | null;
  /** The score with everything unknown at its worst and at its best, where that is not the same. */
  range?: [number, number] | null;
  /** Why there is no score, or what was not judged. */
  understood?: string | null;
  /** The variables without a value that the score hangs on. */
  open?: string[];
  structuralNines: number | null;
  base: Base | null;
  newFindings: number;
}

/** What a stack is compared with. Both scores are measured at the entry points of the base. */
export interface Base {
  rev: string;
  /** "merge base with main" */
  words: string;
  score: number | null;
  score_after: number | null;
  /** `score_after` minus `score`. */
  points: number | null;
}

/** A single failure that takes more away than at the base. */
export interface NewFailure {
  fault: string;
  /** Shares of the requests, 0 to 1. */
  loss: number | null;
  loss_before: number | null;
  /** What goes down with it and did not. */
  down: string[];
}

/** Answer to `foreshock/newlyFailing` `{uri}`. */
export interface NewlyFailingResult {
  stacks: { root: string; name: string | null; base: Base | null; failures: NewFailure[] }[];
}

/** Argument of the client commands in the server's code lenses. */
export interface BlockArgument {
  uri: string;
  component?: string;
  fault?: string;
  /** Null: the results of all callers. */
  caller?: null;
}

/** Somebody who makes a system of a file. */
export interface Caller {
  id: string;
  label: string;
  /** How the file fares there: "fine", "single point of failure". */
  summary: string;
  chosen: boolean;
  /** Its stack, as in `Status`. */
  root: string | null;
  name: string | null;
}

/** Answer to `foreshock/callers` `{uri}` and `foreshock/chooseCaller` `{uri, caller}`. */
export interface CallersResult {
  callers: Caller[];
  summary: string | null;
}

/** A root module with the files with values it can be read with. */
export interface VariableRoot {
  root: string;
  label: string;
  /** Its name in `foreshock.varFiles` and `foreshock.workspaces`. */
  setting: string;
  /** foreshock.toml has given it its values. */
  configured: boolean;
  stacks: string[];
  chosen: string[];
  workspace: string | null;
  /** The workspaces that maps of the text have values for. */
  workspaces?: string[];
  always: string[];
  others: string[];
}

/** Answer to `foreshock/variableFiles` `{uri}`. */
export interface VariableFilesResult {
  roots: VariableRoot[];
}

/** One stack of `foreshock/stacks` `{}`. */
export interface ListedStack {
  root: string;
  title: string;
  kind: string;
  /** An open document belongs to it: then its figures are here. */
  open: boolean;
  name?: string | null;
  score?: number | null;
  range?: [number, number] | null;
  base?: Base | null;
  findings?: number;
  new?: number;
}

/** Answer to `foreshock/stacks` `{}`. */
export interface StacksResult {
  stacks: ListedStack[];
}

/** Notification `foreshock/stacksChanged`. */
export interface StacksChanged {
  /** Roots of open stacks of which something else is to be said now. */
  changed: string[];
  /** Which stacks there are, or what those are that are not open, may be another answer too. */
  listed: boolean;
}

export interface TextReplacement {
  file: string;
  range: Range;
  text: string;
}

/** What takes a change back. */
export interface Revert {
  title: string;
  edits: TextReplacement[];
}

/** Answer to `foreshock/repairs` `{uri, most}`: made at once they hold what they promise. */
export interface RepairsResult {
  repairs: { title: string; rule: string; component: string; points: number; file: string; range: Range }[];
  edits: TextReplacement[];
}

/** A proven repair. */
export interface FoundFix {
  title: string;
  points: number;
  minutes_per_year: number;
  edits: TextReplacement[];
}

export interface FoundFinding {
  rule: string;
  /** How loud it is told. */
  severity: Severity;
  /** How severe it is, whether it is new or not. */
  grade: Severity;
  new: boolean;
  accepted: boolean;
  component: string;
  message: string;
  file: string;
  range: Range;
  affected: string[];
  points: number;
  minutes_per_year: number;
  evidence: { file: string; range: Range; why: string }[];
  fixes: FoundFix[];
  /** False where the repairs were not tried. */
  fixes_tried?: boolean;
  revert?: Revert;
}

export interface SuppressedFinding {
  rule: string;
  severity: Severity;
  component: string;
  message: string;
  file: string;
  range: Range;
  points: number;
  reason: string | null;
  until: string | null;
}

/** One stack of `foreshock/findings` `{root, fixes}`. */
export interface FoundStack {
  root: string;
  title: string;
  kind: string;
  name?: string | null;
  score: number | null;
  range?: [number, number] | null;
  structural_nines: number | null;
  availability: { expected: number } | null;
  understood?: { judged: number; of: number; unknown_types: Record<string, number>; open_variables: string[] };
  base: Base | null;
  findings: FoundFinding[];
  suppressed?: SuppressedFinding[];
  problems: { file: string; range: Range; message: string }[];
}

/** Answer to `foreshock/findings`. */
export interface FindingsResult {
  stacks: FoundStack[];
}
