#!/usr/bin/env node
// Runs the same scripted clients against the original gateway and ours and compares what they saw. Started by run.sh.
//   node compare.mjs --packages DIR --ours COMMAND… [--out DIR] [--only handshakes,methods,limits,turns,cli,package,stop] [--there FILE]
//   --there FILE   takes what the original said from an earlier report (conformance.json) and starts ours alone: the inner loop
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { handshakes } from './checks/handshake.mjs';
import { methods } from './checks/methods.mjs';
import { turns } from './checks/turns.mjs';
import { commandLine } from './checks/cli.mjs';
import { limits, stop } from './checks/limits.mjs';
import { nodePackage } from './checks/package.mjs';
import { differences, normalise } from './lib/compare.mjs';
import { Known } from './lib/known.mjs';
import { endAll, startGateway, startModel } from './lib/servers.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    packages: { type: 'string' }, ours: { type: 'string' }, model: { type: 'string' }, out: { type: 'string' },
    only: { type: 'string', default: 'handshakes,methods,limits,turns,cli,package,stop' }, keep: { type: 'boolean', default: false },
    there: { type: 'string' },
  },
});
// A part may hand back a promise of what takes its time: the next ones begin beside it.
const parts = { handshakes, methods, limits, turns, cli: commandLine, package: nodePackage, stop };
const only = options.only.split(',');
const family = new Map(); // check → the part it belongs to
const root = mkdtempSync(join(tmpdir(), 'conformance-'));
const entry = join(options.packages, 'node_modules', 'openclaw', 'openclaw.mjs');
const started = Date.now();
const hardEnd = setTimeout(() => {
  console.error('conformance: took more than 11 minutes');
  endAll().finally(() => process.exit(1));
}, 660_000);
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => endAll().finally(() => process.exit(1)));

let failed = 1;
try {
  failed = await run();
} catch (error) {
  console.error(`FAIL  conformance: ${error.stack}`);
  console.log('0 passed, 1 failed');
} finally {
  clearTimeout(hardEnd);
  await endAll();
  if (options.keep) console.log(`kept ${root}`);
  else rmSync(root, { recursive: true, force: true, maxRetries: 5 });
}

process.exit(failed === 0 ? 0 : 1);

async function run() {
  const model = await startModel(options.model.split(' '));
  const env = { PATH: process.env.PATH };
  const tools = { packages: options.packages, entry, root, env };
  const begin = async (name, command) => {
    const start = (home) => startGateway({ name: home, command, root, model, env });
    return Object.assign(await start(name), { another: () => start(`${name}-2`) });
  };
  if (options.there) {
    const ours = await begin('edge', options.ours.split(' '));
    const here = await record(ours, tools);
    const before = JSON.parse(readFileSync(options.there, 'utf8'));
    for (const [id, part] of Object.entries(before.family)) family.set(id, part);
    return report(new Map(Object.entries(before.there).filter(([id]) => only.includes(family.get(id)))), here, { startMs: 0 }, ours);
  }

  const [theirs, ours] = await Promise.all([
    begin('original', [process.execPath, entry]),
    begin('edge', options.ours.split(' ')),
  ]);
  console.log(`original ready in ${theirs.startMs} ms, ours in ${ours.startMs} ms`);
  const [there, here] = await Promise.all([record(theirs, tools), record(ours, tools)]);
  return report(there, here, theirs, ours);
}

async function record(server, tools) {
  const recording = new Map();
  const later = [];
  const noteOf = (part) => async (id, act) => {
    family.set(id, part);
    try {
      recording.set(id, normalise(JSON.parse(JSON.stringify((await act()) ?? null)), server));
    } catch (error) {
      recording.set(id, { failed: String(error.message) });
    }
  };
  for (const name of only) {
    const since = Date.now();
    try {
      const left = await parts[name](server, noteOf(name), { ...tools, another: server.another });
      if (left?.later) later.push(left.later);
    } catch (error) {
      family.set(`${name}: the whole part`, name);
      recording.set(`${name}: the whole part`, { failed: error.stack });
    }

    console.log(`${server.name}: ${name} took ${Date.now() - since} ms`);
  }

  await Promise.all(later);
  return recording;
}

function report(there, ours, theirServer, ourServer) {
  const known = new Known(JSON.parse(readFileSync(join(here, 'differences.json'), 'utf8')));
  const rows = [];
  let [identical, accepted, failed] = [0, 0, 0];
  const open = []; // parts of the checks with a difference that nobody has explained
  const rates = Object.fromEntries(only.map((name) => [name, { total: 0, identical: 0 }]));
  for (const id of new Set([...there.keys(), ...ours.keys()])) {
    const found = !there.has(id) ? ['missing check: only here'] : !ours.has(id) ? ['missing check: only there'] : differencesOf(there.get(id), ours.get(id));
    const judged = found.map((row) => ({ check: id, row, reason: known.reasonFor(id, row) }));
    rows.push(...judged);
    const fresh = judged.filter(({ reason }) => !reason);
    if (fresh.length > 0) open.push(family.get(id));
    else if (judged.length > 0) accepted++;
    else identical++;
    const rate = rates[family.get(id)];
    rate.total++;
    if (judged.length === 0) rate.identical++;
    for (const { row } of fresh) console.log(`FAIL  ${id}: ${row}`);
  }

  // On a machine that is busy beyond measure the original gives turns up by itself: what follows in that part says nothing of ours.
  const gaveUp = new Set([...there].filter(([, seen]) => JSON.stringify(seen ?? null).includes('worker task timed out')).map(([id]) => family.get(id)));
  for (const part of gaveUp) console.log(`note  ${part}: the original gave up a turn (worker task timed out), this machine is too busy; the part is told and not judged`);
  failed = open.filter((part) => !gaveUp.has(part)).length;
  accepted += open.length - failed;
  const total = identical + accepted + failed;
  // What was the same once must not drift apart, with a reason or without: floor.json has the least number of checks of each family.
  const floor = JSON.parse(readFileSync(join(here, 'floor.json'), 'utf8'));
  const fallen = Object.entries(rates).filter(([name, rate]) => rate.identical < floor[name] && !gaveUp.has(name));
  for (const [name, rate] of fallen) console.log(`FAIL  ${name}: ${rate.identical} checks are the same on both, fewer than the ${floor[name]} of floor.json`);
  failed += fallen.length;
  const percent = (part) => `${((100 * part) / total).toFixed(1)} %`;
  const stale = options.only.split(',').length === Object.keys(parts).length ? known.unused() : [];
  for (const entry of stale) console.log(`note  no difference any more: ${entry.check} | ${entry.row} (${entry.reason})`);
  if (options.out) {
    mkdirSync(options.out, { recursive: true });
    writeFileSync(join(options.out, 'conformance.json'), JSON.stringify({ total, identical, accepted, failed, rates, rows, family: Object.fromEntries(family), there: Object.fromEntries(there), ours: Object.fromEntries(ours) }, null, 1));
    writeFileSync(join(options.out, 'conformance.md'), page({ total, identical, accepted, failed, rows, theirServer, ourServer }));
  }

  console.log(`identical by family: ${Object.entries(rates).map(([name, rate]) => `${name} ${rate.identical}/${rate.total}`).join(', ')}`);
  console.log(`pass rate: ${percent(identical)} of ${total} checks are the same on both (${identical}), ${percent(accepted)} differ with a written reason (${accepted}); ${Math.round((Date.now() - started) / 1000)} s`);
  console.log(`${identical + accepted} passed, ${failed} failed`);
  return failed;
}

function differencesOf(theirs, ours) {
  if (theirs?.unknownMethod && ours?.unknownMethod) return [];
  if (ours?.unknownMethod && !theirs?.unknownMethod) return [`absent ${ours.unknownMethod}`];
  if (theirs?.failed && ours?.failed) return [`failed on both: ${theirs.failed}`];
  if (ours?.failed) return [`failed here: ${ours.failed}`];
  if (theirs?.failed) return [`failed there: ${theirs.failed}`];
  return differences(theirs, ours);
}

function page({ total, identical, accepted, failed, rows, theirServer, ourServer }) {
  const table = rows.map(({ check, row, reason }) => `| ${check} | ${row.replaceAll('|', '\\|')} | ${reason ?? '**new**'} |`);
  return [
    '# Differences from the original gateway', '',
    `${total} checks: ${identical} the same, ${accepted} with known differences, ${failed} with new ones. Ready after ${theirServer.startMs} ms (original), ${ourServer.startMs} ms (ours).`, '',
    '| check | difference | reason |', '| --- | --- | --- |', ...table, '',
  ].join('\n');
}
