// The test suite of YAML (https://github.com/yaml/yaml-test-suite) against our reader: which share of the valid documents is read
// without a problem, which share of those that have a form in JSON comes to the same, and which share of the invalid ones is told,
// with a place.
//
//     tests/yaml/run.sh                                    # fetches the suite and does the rest
//     node tests/yaml/suite.mjs SUITE PROGRAM              # PROGRAM: server/syntax/examples/yaml_values.rs
//
// Ends with 1 where a share is smaller than it was when this was written (see LEAST).

import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

// What is missing: 2JQS has two keys of nothing, which we tell; `!!str` and `!` before a word are not followed (LE5A, S4JQ, WZ62); the
// lines of a flow list that stand too far left are taken (9C9N).
const LEAST = { valid: 307 / 308, same: 268 / 271, invalid: 93 / 94 };

const [suite, program] = process.argv.slice(2);
const { default: files } = await import(pathToFileURL(resolve(suite, "index.js")));
const cases = new Map();
for (const file of files) {
  file.cases.forEach((one, at) => cases.set(`${file.id}/${at}`, one));
}

const texts = Object.fromEntries([...cases].map(([name, one]) => [name, one.yaml]));
const run = spawnSync(program, { input: JSON.stringify(texts), encoding: "utf8", maxBuffer: 1 << 28 });
if (run.status !== 0) {
  console.error(run.stderr);
  process.exit(2);
}
const read = JSON.parse(run.stdout);

// Several documents stand one after the other.
function documents(text) {
  const found = [];
  let rest = text.trim();
  while (rest !== "") {
    let end = rest.length;
    for (; end > 0; end -= 1) {
      try {
        found.push(JSON.parse(rest.slice(0, end)));
        break;
      } catch {
        // Not yet a whole document.
      }
    }
    if (end === 0) return undefined;
    rest = rest.slice(end).trim();
  }
  return found;
}

const sorted = (value) =>
  Array.isArray(value)
    ? value.map(sorted)
    : value !== null && typeof value === "object"
      ? Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]))
      : value;

const shares = { valid: [0, 0], same: [0, 0], invalid: [0, 0] };
const count = (share, holds, name, why) => {
  shares[share][1] += 1;
  if (holds) shares[share][0] += 1;
  else console.log(`${share}: ${name}: ${why}`);
};
for (const [name, one] of cases) {
  const { documents: ours, problems } = read[name];
  if (one.fail) {
    count("invalid", problems.length > 0 && problems.every((problem) => problem.is_placed), name, "is read without a word");
    continue;
  }
  count("valid", problems.length === 0, name, problems[0]?.message);
  if (one.json === undefined || one.json === null || problems.length > 0) continue;
  const theirs = documents(one.json);
  if (theirs === undefined) continue;
  const [left, right] = [JSON.stringify(sorted(ours)), JSON.stringify(sorted(theirs))];
  count("same", left === right, name, `${left} and not ${right}`);
}
let ends = 0;
for (const [share, [held, all]] of Object.entries(shares)) {
  const part = held / all;
  console.log(`${share}: ${held} of ${all}, ${(part * 100).toFixed(1)} %`);
  if (part < LEAST[share]) ends = 1;
}
process.exit(ends);
