#!/usr/bin/env node
// What `openclaw sessions export` wrote of a session with two branches is read by the original (`openclaw doctor --fix` takes old JSONL in):
// the same history and the same branches on both. By hand, because it starts the original twice (75 s).
//   node transcripts.mjs --packages DIR --ours COMMAND --model COMMAND
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Client } from './lib/client.mjs';
import { endAll, environmentOf, startGateway, startModel, token } from './lib/servers.mjs';

const { values: options } = parseArgs({ options: { packages: { type: 'string' }, ours: { type: 'string' }, model: { type: 'string' } } });
const entry = join(options.packages, 'node_modules', 'openclaw', 'openclaw.mjs');
const root = mkdtempSync(join(tmpdir(), 'transcripts-'));
const env = { PATH: process.env.PATH };
const sessionKey = 'agent:main:tree';
let same = false;
try {
  same = await run();
} finally {
  await endAll();
  rmSync(root, { recursive: true, force: true, maxRetries: 5 });
}

console.log(same ? '1 passed, 0 failed' : '0 passed, 1 failed');
process.exit(same ? 0 : 1);

async function run() {
  const model = await startModel(options.model.split(' '));
  const command = options.ours.split(' ');
  const ours = await startGateway({ name: 'edge', command, root, model, env });
  const client = await Client.connect(ours);
  for (const [runId, message] of [['1', 'one [text:first]'], ['2', 'two [text:second]']]) await say(client, runId, message);
  const entryId = (await messages(client)).find((message) => line(message).startsWith('user two')).__openclaw.id;
  await client.call('sessions.rewind', { sessionKey, entryId });
  await say(client, '3', 'three [text:third]');
  const { branches } = (await client.call('sessions.branches.list', { sessionKey })).payload;
  await client.call('sessions.branches.switch', { sessionKey, leafEntryId: branches.find(({ active }) => !active).leafEntryId });
  const here = await seen(client);
  const file = join(root, 'tree.jsonl');
  spawnSync(command[0], [...command.slice(1), 'sessions', 'export', sessionKey, '-o', file, '--url', ours.url, '--token', token], { env: { ...env, ...environmentOf(ours.home) } });
  const text = readFileSync(file, 'utf8');

  const home = join(root, 'original');
  const folder = join(home, 'state', 'agents', 'main', 'sessions');
  for (const path of [folder, join(home, 'home'), join(home, 'tmp'), join(home, 'workspace')]) mkdirSync(path, { recursive: true });
  const { id: sessionId } = JSON.parse(text.split('\n')[0]);
  const sessionFile = join(folder, `${sessionId}.jsonl`);
  writeFileSync(sessionFile, text);
  writeFileSync(join(folder, 'sessions.json'), JSON.stringify({ [sessionKey]: { sessionId, updatedAt: Date.now(), sessionFile } }));
  const config = join(home, 'openclaw.json');
  writeFileSync(config, readFileSync(join(ours.home, 'openclaw.json'), 'utf8').replaceAll(ours.home, home));
  spawnSync(process.execPath, [entry, 'doctor', '--fix', '--non-interactive'], { env: { ...env, ...environmentOf(home, config) }, timeout: 180_000 });
  const original = await startGateway({ name: 'original', command: [process.execPath, entry], root, model, env });
  const there = await seen(await Client.connect(original));
  console.log(JSON.stringify({ here, there }, null, 1));
  return JSON.stringify(here) === JSON.stringify(there);
}

async function say(client, runId, message) {
  await client.call('chat.send', { sessionKey, message, idempotencyKey: runId });
  await client.call('agent.wait', { runId, timeoutMs: 20_000 });
}

async function messages(client) {
  return (await client.call('chat.history', { sessionKey })).payload.messages;
}

async function seen(client) {
  const { branches } = (await client.call('sessions.branches.list', { sessionKey })).payload;
  return { history: (await messages(client)).map(line), branches: branches.map(({ headline, active, messageCount }) => `${headline}${active ? '*' : ''} ${messageCount}`).sort() };
}

function line({ role, content }) {
  return `${role} ${typeof content === 'string' ? content : content.map(({ text }) => text ?? '').join('')}`;
}
