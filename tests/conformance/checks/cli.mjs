// The original's command line over the wire. It runs against both gateways; the exit code and what it understood are compared.
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { environmentOf, token } from '../lib/servers.mjs';

// [name, arguments, what of its output is compared]
const json = (pick) => (text) => pick(JSON.parse(text.slice(text.search(/^[[{]/m))));
const commands = [
  ['gateway health', ['gateway', 'health', '--json'], json(({ ok }) => ({ ok }))],
  ['gateway call health', ['gateway', 'call', 'health', '--json'], json(({ ok, agents }) => ({ ok, agents: agents.length > 0 }))],
  ['gateway call status', ['gateway', 'call', 'status', '--json'], json(({ sessions }) => ({ sessions: typeof sessions.count }))],
  ['gateway probe', ['gateway', 'probe', '--json'], json(({ ok, targets }) => ({ ok, reachable: targets.some((target) => target.connect?.ok) }))],
  ['agent', ['agent', '--agent', 'main', '--message', 'say [text:Hello from the model.]', '--json'], json((answer) => ({ status: answer.status, text: (answer.result ?? answer).payloads?.map(({ text }) => text).join('') }))],
  ['models list', ['models', 'list', '--json'], json(({ models }) => ({ models: models.length > 0 }))],
  ['logs', ['logs', '--limit', '5', '--plain', '--timeout', '10000'], (text) => ({ lines: text.trim().length > 0 })],
  ['gateway call chat.history', ['gateway', 'call', 'chat.history', '--json', '--params', '{"sessionKey":"main"}'], json(({ messages }) => ({ messages: messages.length > 0 }))],
  ['gateway call with bad params', ['gateway', 'call', 'chat.history', '--json', '--params', '{}'], () => ({})],
  ['gateway call of an unknown method', ['gateway', 'call', 'no.such', '--json'], () => ({})],
  ['gateway health, wrong token', ['gateway', 'health', '--json', '--token', 'wrong'], () => ({})],
];

export async function commandLine(server, record, { entry, root, env }) {
  const home = join(root, `${server.name}-cli`);
  for (const part of ['state', 'home', 'tmp']) mkdirSync(join(home, part), { recursive: true });
  for (const [name, args, read] of commands) {
    await record(`cli ${name}`, async () => {
      const takesUrl = !['agent', 'models'].includes(args[0]);
      const target = takesUrl ? ['--url', server.url, ...(args.includes('--token') ? [] : ['--token', token])] : [];
      const settings = {
        ...env, ...environmentOf(home), OPENCLAW_CONFIG_PATH: join(server.home, 'openclaw.json'), OPENCLAW_GATEWAY_TOKEN: token,
        ...(takesUrl ? {} : { OPENCLAW_GATEWAY_URL: server.url, OPENCLAW_GATEWAY_PORT: String(server.port) }),
      };
      const { code, stdout, stderr } = await run(process.execPath, [entry, ...args, ...target], settings, home);
      if (code !== 0) return { exitCode: code, value: [code], said: lastLine(stderr || stdout) };
      return { value: [code], understood: { value: [JSON.stringify(read(stdout))] } };
    });
  }
}

const lastLine = (text) => text.trim().split('\n').at(-1) ?? '';

function run(program, args, env, cwd) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr']) child[name].on('data', (part) => (output[name] += part));
    const timer = setTimeout(() => child.kill('SIGKILL'), 45_000);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code: code ?? signal, ...output });
    });
  });
}
