// axe-core in a page or a frame: what of its rules is broken seriously.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A line for each serious or critical violation: the rule and the first elements. */
export async function serious(frame, editors) {
  await frame.evaluate(`(() => { ${readFileSync(join(editors, 'node/node_modules/axe-core/axe.min.js'), 'utf8')} })()`);
  const violations = await frame.evaluate(async () => (await window.axe.run(document, { resultTypes: ['violations'] })).violations);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(node => node.html.slice(0, 120)).join(' | ')}`);
}
