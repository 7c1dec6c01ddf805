#!/usr/bin/env node
// Writes the names of the original's methods and events, read from its own package, to coverage/original.json.
//   node tests/conformance/coverage.mjs --packages DIR     DIR is the folder that holds node_modules/openclaw (see install.sh)
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({ options: { packages: { type: 'string' } } });
const dist = join(options.packages, 'node_modules', 'openclaw', 'dist');
const { version } = JSON.parse(readFileSync(join(dist, '..', 'package.json'), 'utf8'));

const methods = {};
const specs = section('method-scopes-', /const CORE_GATEWAY_METHOD_SPECS = \[([^]*?)\n\];/);
for (const [, name, scope] of specs.matchAll(/\[\s*"([^"]+)",\s*(?:"[^"]+"|null),\s*"([^"]+)"/g)) methods[name] = scope;

const list = section('server-methods-list-', /const GATEWAY_EVENTS = \[([^]*?)\n\];/);
// Three names stand there as constants, and six are sent without being in the list.
const constants = ['node.runnerInventory.changed', 'device.pair.changed', 'update.available', 'update.run.changed'];
const unlisted = ['board.changed', 'board.command', 'chat.send_timing', 'chat.side_result', 'config.changed', 'sessions.catalog.host'];
const events = [...new Set([...[...list.matchAll(/"([^"]+)"/g)].map(([, name]) => name), ...constants, ...unlisted])].sort();

const target = join(dirname(fileURLToPath(import.meta.url)), 'coverage', 'original.json');
const sorted = Object.fromEntries(Object.entries(methods).sort(([left], [right]) => (left < right ? -1 : 1)));
writeFileSync(target, `${JSON.stringify({ version, methods: sorted, events }, null, 1)}\n`);
console.log(`${Object.keys(methods).length} methods, ${events.length} events of ${version} → ${target}`);

function section(prefix, pattern) {
  for (const file of readdirSync(dist).filter((name) => name.startsWith(prefix) && name.endsWith('.mjs'))) {
    const found = readFileSync(join(dist, file), 'utf8').match(pattern);
    if (found) return found[1];
  }

  throw new Error(`${dist}: no file ${prefix}*.mjs has ${pattern}`);
}
