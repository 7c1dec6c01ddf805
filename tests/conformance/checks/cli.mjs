// The original's command line over the wire. It runs against both gateways; the exit code and what it understood are compared.
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Device } from '../lib/client.mjs';
import { environmentOf, token } from '../lib/servers.mjs';

// [name, arguments, what of its output is compared]; an argument may be a function of what came before
const json = (pick) => (text) => pick(JSON.parse(text.slice(text.search(/^[[{]/m))));
const keep = (seen, name, value) => {
  seen[name] = value;
  return value;
};
const job = ['--name', 'hourly', '--every', '1h', '--session', 'main', '--system-event', 'look around', '--json'];
const commands = [
  ['gateway health', ['gateway', 'health', '--json'], json(({ ok, agents }) => ({ ok, agents: agents?.map(({ agentId }) => agentId) }))],
  ['gateway health, for people', ['gateway', 'health'], (text) => ({ says: /Gateway Health|OK|ok/.test(text) })],
  ['gateway status', ['gateway', 'status', '--json', '--no-probe'], json((answer) => ({ gateway: typeof answer.gateway, service: typeof answer.service }))],
  ['gateway status with a probe', ['gateway', 'status', '--json'], json(({ rpc, gateway }) => ({ ok: rpc?.ok, port: typeof gateway?.port, url: typeof rpc?.url }))],
  ['gateway call health', ['gateway', 'call', 'health', '--json'], json(({ ok, agents }) => ({ ok, agents: agents.length > 0 }))],
  ['gateway call status', ['gateway', 'call', 'status', '--json'], json(({ sessions, runtimeVersion }) => ({ sessions: typeof sessions.count, version: runtimeVersion }))],
  ['gateway probe', ['gateway', 'probe', '--json'], json(({ ok, degraded, capability, targets }) => ({ ok, degraded, capability, reachable: targets.some((target) => target.connect?.ok) }))],
  ['gateway probe, for people', ['gateway', 'probe'], (text) => ({ text: text.split('\n').map((line) => line.replace(/\d+ ?ms/g, '<ms>').trim()).filter((line) => line && !/^Found \d+ gateway/.test(line)) })],
  ['health', ['health', '--json'], json(({ ok, defaultAgentId, channelOrder }) => ({ ok, defaultAgentId, channelOrder }))],
  ['status', ['status', '--json'], json(({ gateway, sessions, agents }) => ({ reachable: gateway?.reachable, mode: gateway?.mode, sessions: typeof sessions?.count, agents: agents?.agents?.map(({ id }) => id) }))],
  ['agent', ['agent', '--agent', 'main', '--message', 'say [text:Hello from the model.]', '--json'], json((answer) => ({ status: answer.status, text: (answer.result ?? answer).payloads?.map(({ text }) => text).join('') }))],
  ['agent, for people', ['agent', '--agent', 'main', '--message', 'say [text:Hello again.]'], (text) => ({ text: text.trim().split('\n').at(-1) })],
  ['agent that fails', ['agent', '--agent', 'main', '--message', 'fail [fault:400]', '--json'], () => ({})],
  ['sessions', ['sessions', '--json'], json(({ sessions }) => ({ list: Array.isArray(sessions) }))],
  ['models list', ['models', 'list', '--json'], json(({ models }) => ({ models: models.map(({ key, name, available, missing }) => ({ key, name, available, missing })) }))],
  ['models list, for people', ['models', 'list', '--plain'], (text) => ({ text: text.trim().split('\n') })],
  ['devices list', ['devices', 'list', '--json'], json(({ pending, paired }) => ({ pending: pending.length > 0, clients: [...new Set(paired.map(({ clientId }) => clientId))].sort() }))],
  ['devices approve', ['devices', 'approve', ({ requestId }) => requestId, '--json'], json(({ device, requestId }) => ({ role: device?.role, same: typeof requestId }))],
  ['devices approve, unknown', ['devices', 'approve', '00000000-0000-4000-8000-000000000000', '--json'], () => ({})],
  ['cron add', ['cron', 'add', ...job], (text, seen) => json(({ id, name, enabled, schedule, payload, sessionTarget }) => {
    keep(seen, 'job', id);
    return { name, enabled, kind: schedule.kind, everyMs: schedule.everyMs, payload: payload.kind, sessionTarget };
  })(text)],
  ['cron list', ['cron', 'list', '--json'], (text, seen) => json(({ jobs }) => ({ name: jobs.find(({ id }) => id === seen.job)?.name }))(text)],
  ['cron list, for people', ['cron', 'list'], (text) => ({ listed: text.includes('hourly') })],
  ['cron run', ['cron', 'run', ({ job: id }) => id], json(({ ok, enqueued, ran }) => ({ ok, started: enqueued ?? ran }))],
  ['cron rm', ['cron', 'rm', ({ job: id }) => id, '--json'], json(({ ok, removed }) => ({ ok, removed }))],
  ['cron rm again', ['cron', 'rm', ({ job: id }) => id, '--json'], () => ({})],
  ['logs', ['logs', '--limit', '5', '--plain', '--timeout', '10000'], (text) => ({ lines: text.trim().length > 0 })],
  ['logs as JSON', ['logs', '--limit', '5', '--json', '--timeout', '10000'], (text) => ({ types: [...new Set(text.trim().split('\n').map((line) => JSON.parse(line).type))].sort() })],
  ['config get', ['config', 'get', 'gateway.auth.mode', '--json'], (text) => ({ text: text.trim() })],
  ['gateway call chat.history', ['gateway', 'call', 'chat.history', '--json', '--params', '{"sessionKey":"main"}'], json(({ messages }) => ({ messages: messages.length > 0, last: messages.at(-1)?.role }))],
  ['gateway call sessions.list', ['gateway', 'call', 'sessions.list', '--json', '--params', '{}'], json(({ sessions }) => ({ main: sessions.some(({ key }) => key === 'agent:main:main') }))],
  ['gateway call with bad params', ['gateway', 'call', 'chat.history', '--json', '--params', '{}'], () => ({})],
  ['gateway call of an unknown method', ['gateway', 'call', 'no.such', '--json'], () => ({})],
  ['gateway health, wrong token', ['gateway', 'health', '--json', '--token', 'wrong'], () => ({})],
];

// Commands that take the gateway's address from the environment.
const addressed = ['agent', 'models', 'health', 'status', 'sessions', 'config'];

export async function commandLine(server, record, { entry, root, env }) {
  const home = join(root, `${server.name}-cli`);
  for (const part of ['state', 'home', 'tmp']) mkdirSync(join(home, part), { recursive: true });
  // A stranger's page from this machine: it is not paired silently.
  const stranger = await Client.connect(server, { device: new Device(), headers: { origin: 'http://127.0.0.1:3000' } });
  const seen = { requestId: stranger.hello?.error?.details?.requestId ?? 'none' };
  await stranger.end();
  for (const [name, given, read] of commands) {
    await record(`cli ${name}`, async () => {
      const args = given.map((argument) => (typeof argument === 'function' ? argument(seen) ?? 'none' : argument));
      const takesUrl = !addressed.includes(args[0]) && !(args[0] === 'gateway' && args[1] === 'status' && args.includes('--no-probe'));
      const target = takesUrl ? ['--url', server.url, ...(args.includes('--token') ? [] : ['--token', token])] : [];
      const settings = {
        ...env, ...environmentOf(home), OPENCLAW_CONFIG_PATH: join(server.home, 'openclaw.json'), OPENCLAW_GATEWAY_TOKEN: token,
        ...(takesUrl ? {} : { OPENCLAW_GATEWAY_URL: server.url, OPENCLAW_GATEWAY_PORT: String(server.port) }),
      };
      const { code, stdout, stderr } = await run(process.execPath, [entry, ...args, ...target], settings, home);
      if (code !== 0) return { exitCode: code, value: [code], said: lastLine(stderr || stdout), all: `${stdout}\n${stderr}`.slice(-2000) };
      return { value: [code], understood: { value: [JSON.stringify(read(stdout, seen))] } };
    });
  }
}

const lastLine = (text) => text.trim().split('\n').at(-1) ?? '';

function run(program, args, env, cwd) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr']) child[name].on('data', (part) => (output[name] += part));
    const timer = setTimeout(() => child.kill('SIGKILL'), 120_000);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code: code ?? signal, ...output });
    });
  });
}
