// Infrastructure YAML with so many components: load balancers, services that call each other, what they store.
const count = Number(process.argv[2]);
let state = 3;
const random = most => (state = (state * 1103515245 + 12345) % 2147483648) % most;

const share = [['load_balancer', 0.02], ['app_server', 0.48], ['database', 0.2], ['cache', 0.2], ['queue', 0.1]];
const kinds = share.flatMap(([kind, part]) => Array(Math.round(count * part)).fill(kind));
const ids = kinds.map((kind, index) => `team${index % 25}-${kind}-${index}`);
const fronts = kinds.lastIndexOf('load_balancer') + 1;
const services = kinds.lastIndexOf('app_server') + 1;

console.log('schema_version: "4.0"\nzones:\n  a: {unavailability: 1e-4}\n  b: {unavailability: 1e-4}\n  c: {unavailability: 1e-4}\ncomponents:');
ids.forEach((id, index) => {
  const replicas = 1 + random(3);
  console.log(`  - {id: ${id}, type: ${kinds[index]}, replicas: ${replicas}, zones: [${['a', 'b', 'c'].slice(0, replicas).join(', ')}]}`);
});
console.log('dependencies:');
for (let index = 0; index < services; index++) {
  const targets = new Set();
  for (let wish = 0; wish < (index < fronts ? 5 : 2); wish++) {
    const from = index < fronts ? fronts : index + 1;
    const inner = index < fronts || (random(10) < 4 && from < services);
    targets.add(inner ? from + random(services - from) : services + random(kinds.length - services));
  }
  for (const target of targets) {
    console.log(`  - {source: ${ids[index]}, target: ${ids[target]}, type: ${['requires', 'requires', 'optional', 'async'][random(4)]}}`);
  }
}
