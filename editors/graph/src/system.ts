// A system as the picture reads it: what `foreshock graph --format json` says of it, and what a failure does to it.

/** A value that could not be known, with the reason. */
export interface Unknown {
  unknown: string;
}

export type Severity = 'error' | 'warning' | 'info' | 'hint';

export interface Redundancy {
  instances: number | Unknown;
  required: number | Unknown;
  zones: string[] | Unknown;
  failover: 'automatic' | 'manual' | 'none' | Unknown;
}

export interface Component {
  id: string;
  kind: string;
  label: string;
  /** Where requests come in. */
  entry: boolean;
  redundancy?: Redundancy;
  availability?: { value: number | Unknown; source: string };
  /** Of the severest finding about it, new or not. */
  severity?: Severity;
  /** What the finding that costs most costs, 0 to 100. */
  points?: number;
  /** Whether a finding about it came since the base. */
  new?: boolean;
  single_point?: boolean;
  /** Where it is declared, for people: `rds.tf:6`. */
  place?: string;
}

/** `from` depends on `to`. */
export interface Dependency {
  from: string;
  to: string;
  kind: string;
  /** `certain`, `likely`, `guess`, perhaps with more words behind a comma. */
  confidence: string;
}

export interface Parts {
  components: Component[];
  dependencies: Dependency[];
}

export interface System extends Parts {
  title: string;
  /** The same at the base, and what to call that. */
  base?: Parts & { words: string; /** What takes a part of the change back, in words. */ reverts?: string[] };
}

export type Health = 'DEGRADED' | 'OVERLOADED' | 'DOWN';

/** What a failure does to one component. */
export interface Effect {
  component: string;
  health: Health;
  /** Seconds after the failure. */
  at: number;
  /** Seconds until that is over, where it is known; null where it never is by itself. */
  back?: number | null;
  /** Who took it down. */
  because?: string;
  /** Why, in words, without that name. */
  why?: string;
  /** The line that proves it: `web.tf:59`. */
  place?: string;
  /** What is likely, where that is less than the worst. */
  likely?: string;
  /** What it needs is repaired before it would fall, see `sparing`. */
  spared?: boolean;
}

/** A failure, played. */
export interface Cascade {
  title: string;
  effects: Effect[];
  /** What could not be told, in words. */
  unsettled?: string[];
}

/** A failure that can be asked for. */
export interface FaultChoice {
  label: string;
  fault: string;
  /** In a word or two, where it is one of the component itself: a button beside its name. */
  short?: string;
}

export function isUnknown(value: unknown): value is Unknown {
  return typeof value === 'object' && value !== null && 'unknown' in value;
}

/** The zones that a component is known to stand in. */
export function zonesOf(component: Component): string[] {
  const zones = component.redundancy?.zones;
  return Array.isArray(zones) ? zones : [];
}
