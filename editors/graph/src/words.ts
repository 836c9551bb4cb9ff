// How a component is described in the picture and the outline.

import { type Component, isUnknown } from './system';

/** `aws_db_instance` and `orders`: what it is, and what the user calls it. */
export function nameParts(id: string): { type: string; name: string } {
  // The last dot outside of an index: `module.a["x.y"].aws_lb.web["z.z"]`.
  const dot = id.replace(/\[[^\]]*\]/g, index => '_'.repeat(index.length)).lastIndexOf('.');
  return { type: id.slice(0, Math.max(0, dot)), name: id.slice(dot + 1) };
}

/** `3 instances, 2 needed · 2 zones`; empty when the server said nothing. */
export function redundancyText(component: Component): string {
  const redundancy = component.redundancy;
  if (!redundancy) {
    return '';
  }
  const { instances, required, zones } = redundancy;
  const parts: string[] = [];
  if (isUnknown(instances)) {
    parts.push('? instances');
  } else if (instances !== undefined) {
    const needs = !isUnknown(required) && required > 1 ? `, ${required} needed` : '';
    parts.push(plural(instances, 'instance') + needs);
  }
  if (isUnknown(zones)) {
    parts.push('? zones');
  } else if (zones && zones.length > 0) {
    parts.push(plural(zones.length, 'zone'));
  }
  return parts.join(' · ');
}

/** `automatic failover`; empty when there is none or it is unknown. */
export function failoverText(component: Component): string {
  const failover = component.redundancy?.failover;
  return typeof failover === 'string' && failover !== 'none' ? `${failover} failover` : '';
}

/** `99.95 %`, with as many digits as tell it from 100. Empty when unknown. */
export function availabilityText(component: Component): string {
  const value = component.availability?.value;
  if (value === undefined || isUnknown(value)) {
    return '';
  }
  const digits = value >= 1 ? 0 : Math.min(7, Math.max(1, Math.ceil(-Math.log10(1 - value)) - 1));
  return `${Number((value * 100).toFixed(digits))} %`;
}

function plural(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

/**
 * What people call it: the name, or the module's where the name says nothing: `this`, `main`, or what the type says already, as
 * `ecs_service` of an `aws_ecs_service`, which is the same in every call of the module.
 */
export function shortName(id: string): string {
  const { type, name } = nameParts(id);
  const module = type.match(/module\.([^.[]+(?:\[[^\]]*\])?)\.[^.]+$/)?.[1];
  const plain = name.replace(/\[.*$/, '');
  const saysNothing = /^(this|main|default)$/.test(plain) || `_${type.slice(type.lastIndexOf('.') + 1)}`.endsWith(`_${plain}`);
  return module !== undefined && saysNothing ? module : name;
}

/** `aws_db_instance` of `module.db.aws_db_instance.this`; what else has no type in its name has its kind. */
export function typeName(component: Component): string {
  const { type } = nameParts(component.id);
  return type.split('.').at(-1) || component.kind.replaceAll('_', ' ');
}

/** Signs that need no colour: `SPOF`, `1 zone`, `new`. */
export function signs(component: Component): string[] {
  const zones = component.redundancy?.zones;
  const instances = component.redundancy?.instances;
  const several = typeof instances === 'number' && instances > 1;
  return [
    component.single_point ? 'SPOF' : '',
    Array.isArray(zones) && zones.length === 1 && several ? '1 zone' : '',
    component.new ? 'new' : '',
  ].filter(Boolean);
}

/** All that the box says, in one sentence for whoever can't see it. */
export function spoken(component: Component): string {
  const points = component.points !== undefined && component.points >= 0.05 ? `costs ${component.points.toFixed(1)} points` : '';
  const parts = [
    shortName(component.id), typeName(component), component.entry ? 'entry point' : '', redundancyText(component), failoverText(component),
    ...signs(component).map(sign => (sign === 'SPOF' ? 'single point of failure' : sign)),
    component.severity === 'error' || component.severity === 'warning' ? component.severity : '', points,
  ];
  return parts.filter(Boolean).join(', ');
}
