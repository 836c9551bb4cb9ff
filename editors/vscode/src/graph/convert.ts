// From what the server says to what the picture reads.

import type { Effect, FaultResult, GraphDependency, StackGraph } from '../protocol';

/** The system of a stack; `shorten` makes a path one for people. `reverts`: what takes the change back, in words. */
export function systemOf(stack: StackGraph, shorten: (file: string) => string, reverts: string[] = []) {
  const calls = new Map<string, string[]>();
  stack.dependencies.forEach(({ from, to }) => calls.set(from, [...(calls.get(from) ?? []), to]));
  return {
    title: shorten(stack.root),
    components: stack.components.map(component => ({
      ...component,
      // What it can lose alone.
      dependencies: [...new Set(calls.get(component.id) ?? [])],
      place: component.file === undefined ? undefined : `${shorten(component.file)}:${(component.header ?? component.range)?.start.line === undefined ? 1 : (component.header ?? component.range)!.start.line + 1}`,
    })),
    dependencies: stack.dependencies.map(({ from, to, kind, confidence }) => ({ from, to, kind, confidence })),
    base: stack.base && { words: stack.base.compared?.words || stack.base.compared?.rev || 'the base', components: stack.base.components, dependencies: stack.base.dependencies, reverts },
    zones: stack.zones,
    regions: stack.regions,
    domains: stack.domains,
  };
}

/** A failure as it is played. */
export function cascadeOf(fault: string, result: FaultResult, stack: StackGraph, shorten: (file: string) => string) {
  // What has never stopped serving is over when it is as before.
  const back = new Map((result.recovery?.components ?? []).map(({ component, serves, whole }) => [component, { serves: serves.p50_seconds, whole: whole.p50_seconds }]));
  return {
    title: fault.replace(/\bcomponent:/g, ''),
    effects: result.effects.map(effect => ({
      component: effect.component,
      health: effect.health,
      at: effect.at_seconds,
      back: back.get(effect.component)?.[effect.health === 'DOWN' ? 'serves' : 'whole'],
      because: effect.because?.component,
      why: because(effect),
      place: proof(stack.dependencies, effect, shorten),
      likely: effect.likely?.health,
    })),
    unsettled: (result.unsettled ?? []).map(({ component, why }) => (component ? `${component}: ${why}` : why)),
  };
}

/** The words of the reason without the name at its end, which is shown as a name. */
function because({ reason = '', because }: Effect): string | undefined {
  const name = because?.component;
  const words = reason.replace(/^it /, '');
  return name !== undefined && words.endsWith(name) ? words.slice(0, -name.length).trim() : words || undefined;
}

function proof(dependencies: GraphDependency[], effect: Effect, shorten: (file: string) => string): string | undefined {
  const edge = dependencies.find(({ from, to }) => from === effect.component && to === effect.because?.component);
  const [first] = edge?.evidence ?? [];
  return first && `${shorten(first.file)}:${first.range.start.line + 1}`;
}
