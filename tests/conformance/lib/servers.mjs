// Starts what a run needs, on 127.0.0.1 only: the scripted model server, the original gateway, ours. Ends each by its own process id.
import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export const token = 'conformance-token-0123456789abcdef0123456789abcdef';
const running = [];

/** Ends everything that was started here, and waits for it. */
export async function endAll() {
  await Promise.all(running.splice(0).map(async (child) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const killed = setTimeout(() => child.kill('SIGKILL'), 8000);
    await ended;
    clearTimeout(killed);
  }));
}

/** The model server of bench/load: answers follow the orders in the prompt, like [text:hi] or [tool:read notes.txt]. */
export async function startModel(program) {
  const child = spawn(program[0], [...program.slice(1), '--serve-model'], { stdio: ['pipe', 'pipe', 'inherit'] });
  running.push(child);
  return new Promise((resolve, reject) => {
    child.stdout.once('data', (text) => resolve(String(text).trim()));
    child.once('exit', () => reject(new Error('the model server ended')));
  });
}

/** Starts a gateway on a state directory of its own and waits until it is ready for turns. */
export async function startGateway({ name, command, root, model, env, gateway = {} }) {
  const home = join(root, name);
  for (const part of ['state', 'workspace', 'home', 'tmp']) mkdirSync(join(home, part), { recursive: true });
  writeFileSync(join(home, 'workspace', 'notes.txt'), 'alpha\nbeta\n');
  mkdirSync(join(home, 'workspace', 'skills', 'tea'), { recursive: true });
  writeFileSync(join(home, 'workspace', 'skills', 'tea', 'SKILL.md'), '---\nname: tea\ndescription: How tea is made here.\nhomepage: https://example.org/tea\nmetadata: {"openclaw":{"emoji":"🍵","requires":{"bins":["sh","no-such-kettle"],"env":["TEA_POT"]}}}\n---\nBoil water.\n');
  const port = await freePort();
  const config = join(home, 'openclaw.json');
  writeFileSync(config, JSON.stringify(configOf(home, port, model, gateway), null, 2), { mode: 0o600 });
  const log = createWriteStream(join(home, 'output.log'));
  const child = spawn(command[0], [...command.slice(1), 'gateway', 'run', '--port', String(port)], {
    cwd: home, stdio: ['ignore', 'pipe', 'pipe'], env: { ...env, ...environmentOf(home, config) },
  });
  running.push(child);
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const server = { name, home, port, url: `ws://127.0.0.1:${port}/`, http: `http://127.0.0.1:${port}`, workspace: join(home, 'workspace'), stop: () => child.kill('SIGTERM') };
  const since = Date.now();
  for (;;) {
    const ready = await fetch(`${server.http}/readyz`).then((answer) => answer.status === 200, () => false);
    if (ready) break;
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}; see ${home}/output.log`);
    if (Date.now() - since > 120_000) throw new Error(`${name} was not ready within 120 s; see ${home}/output.log`);
    await sleep(100);
  }
  server.startMs = Date.now() - since;
  return server;
}

/** What a client process of a run may see: a home of its own and no settings of the machine. */
export function environmentOf(home, config) {
  return {
    HOME: join(home, 'home'), TMPDIR: join(home, 'tmp'),
    OPENCLAW_HOME: join(home, 'home'), OPENCLAW_STATE_DIR: join(home, 'state'), ...(config ? { OPENCLAW_CONFIG_PATH: config } : {}),
    OPENCLAW_DISABLE_BONJOUR: '1', OPENCLAW_SKIP_CHANNELS: '1', OPENCLAW_NO_RESPAWN: '1', OPENCLAW_NO_AUTO_UPDATE: '1',
    OPENCLAW_OFFLINE: '1', OPENCLAW_EXEC_SHELL_SNAPSHOT: '0', NODE_ENV: 'production', NO_COLOR: '1', LANG: 'C.UTF-8',
  };
}

function configOf(home, port, model, gateway) {
  const entry = (id, reasoning) => ({
    id, name: id, reasoning, input: ['text'], cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
    contextWindow: 131072, maxTokens: 8192,
  });
  return {
    gateway: { mode: 'local', port, bind: 'loopback', auth: { mode: 'token', token }, tailscale: { mode: 'off' }, ...gateway },
    logging: { file: join(home, 'gateway.log') },
    discovery: { mdns: { mode: 'off' } },
    models: {
      mode: 'replace',
      providers: {
        ollama: {
          baseUrl: model, apiKey: 'ollama-local', api: 'ollama', timeoutSeconds: 60,
          models: [entry('scripted:8b', false), entry('scripted:think', true)],
        },
      },
    },
    agents: {
      defaults: {
        workspace: join(home, 'workspace'), skipBootstrap: true, model: { primary: 'ollama/scripted:8b' },
        maxConcurrent: 4, heartbeat: { every: '0m' },
      },
    },
  };
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
