// Every method that clients must find (§8.1 of the reference) and those that they should (§8.2), with good and bad params.
import { Client } from '../lib/client.mjs';

const key = 'agent:main:shapes';
const refused = 'agent:main:refused'; // ours takes some that the original refuses: they must not show in other checks
const bogus = { colour: 'red' };

// [name of the check, method, params or a function of what came before]
const calls = [
  ['health', 'health', {}],
  ['health without params', 'health', undefined],
  ['health probe', 'health', { probe: true }],
  ['status', 'status', {}],
  ['status without channels', 'status', { includeChannelSummary: false }],
  ['system-presence', 'system-presence', {}],
  ['system-presence, unknown member', 'system-presence', bogus],
  ['system.info', 'system.info', {}],
  ['last-heartbeat', 'last-heartbeat', {}],
  ['gateway.identity.get', 'gateway.identity.get', {}],
  ['logs.tail', 'logs.tail', { limit: 5 }],
  ['logs.tail, limit too large', 'logs.tail', { limit: 50_000 }],
  ['logs.tail, unknown member', 'logs.tail', bogus],
  ['config.get', 'config.get', {}],
  ['config.get, unknown member', 'config.get', bogus],
  ['config.schema.lookup', 'config.schema.lookup', { path: 'gateway.port' }],
  ['config.schema.lookup, unknown path', 'config.schema.lookup', { path: 'gateway.nope' }],
  ['config.set, no hash', 'config.set', { raw: '{}' }],
  ['config.patch, no hash', 'config.patch', { raw: '{}' }],
  ['config.patch, stale hash', 'config.patch', { raw: '{}', baseHash: 'hmac-sha256:v1:stale' }],
  ['config.patch, nothing to do', 'config.patch', (seen) => ({ raw: '{}', baseHash: seen['config.get']?.payload?.hash ?? 'none' })],
  ['config.patch, invalid value', 'config.patch', (seen) => ({ raw: '{"gateway":{"port":"many"}}', baseHash: seen['config.get']?.payload?.hash ?? 'none' })],
  ['agents.list', 'agents.list', {}],
  ['agents.list, unknown member', 'agents.list', bogus],
  ['agent.identity.get', 'agent.identity.get', {}],
  ['agent.identity.get, unknown agent', 'agent.identity.get', { agentId: 'ghost' }],
  ['agents.files.list', 'agents.files.list', { agentId: 'main' }],
  ['agents.files.get', 'agents.files.get', { agentId: 'main', name: 'AGENTS.md' }],
  ['agents.files.get, no name', 'agents.files.get', { agentId: 'main' }],
  ['models.list', 'models.list', {}],
  ['models.list configured', 'models.list', { view: 'configured' }],
  ['models.list, unknown view', 'models.list', { view: 'nope' }],
  ['models.authStatus', 'models.authStatus', {}],
  ['commands.list', 'commands.list', {}],
  ['tools.catalog', 'tools.catalog', {}],
  ['tools.effective', 'tools.effective', { sessionKey: 'main' }],
  ['tools.invoke, unknown tool', 'tools.invoke', { name: 'nope' }],
  ['tools.invoke, no name', 'tools.invoke', {}],
  ['skills.status', 'skills.status', {}],
  ['channels.status', 'channels.status', { probe: false }],
  ['channels.status, wrong type', 'channels.status', { probe: 'yes' }],
  ['wake', 'wake', { mode: 'next-heartbeat', text: 'note' }],
  ['wake, no text', 'wake', { mode: 'now' }],
  ['system-event', 'system-event', { text: 'hello' }],
  ['system-event, no text', 'system-event', {}],
  ['set-heartbeats', 'set-heartbeats', { enabled: false }],
  ['set-heartbeats, wrong type', 'set-heartbeats', { enabled: 'no' }],
  ['update.status', 'update.status', {}],
  ['usage.cost', 'usage.cost', { days: 1 }],
  ['usage.status', 'usage.status', {}],
  ['gateway.restart.preflight', 'gateway.restart.preflight', {}],
  ['chat.history of a session that is not there', 'chat.history', { sessionKey: 'agent:main:nowhere' }],
  ['chat.history, no key', 'chat.history', {}],
  ['chat.history, limit too large', 'chat.history', { sessionKey: 'main', limit: 5000 }],
  ['chat.history, unknown member', 'chat.history', { sessionKey: 'main', ...bogus }],
  ['chat.history, unknown agent', 'chat.history', { sessionKey: 'agent:ghost:main' }],
  ['chat.startup of a session that is not there', 'chat.startup', { sessionKey: 'main', limit: 80, maxBytes: 262144 }],
  ['chat.metadata', 'chat.metadata', {}],
  ['chat.metadata of a session', 'chat.metadata', { sessionKey: 'main' }],
  ['chat.message.get, unknown', 'chat.message.get', { sessionKey: 'main', messageId: 'nope' }],
  ['chat.send, nothing', 'chat.send', {}],
  ['chat.send, no message', 'chat.send', { sessionKey: refused, idempotencyKey: 'b1' }],
  ['chat.send, empty message', 'chat.send', { sessionKey: refused, message: '', idempotencyKey: 'b2' }],
  ['chat.send, no idempotency key', 'chat.send', { sessionKey: refused, message: 'x' }],
  ['chat.send, unknown member', 'chat.send', { sessionKey: refused, message: 'x', idempotencyKey: 'b3', ...bogus }],
  ['chat.send, message is a number', 'chat.send', { sessionKey: refused, message: 5, idempotencyKey: 'b4' }],
  ['chat.send, unknown agent', 'chat.send', { sessionKey: 'agent:ghost:main', message: 'x', idempotencyKey: 'b5' }],
  ['chat.send, another window', 'chat.send', { sessionKey: 'agent:main:window', sessionId: 'not-this-one', message: 'x', idempotencyKey: 'b6' }],
  ['chat.send, unknown queue mode', 'chat.send', { sessionKey: refused, message: 'x', idempotencyKey: 'b7', queueMode: 'nope' }],
  ['chat.abort, nothing', 'chat.abort', {}],
  ['chat.abort, nothing runs', 'chat.abort', { sessionKey: 'main' }],
  ['chat.abort, unknown run', 'chat.abort', { sessionKey: 'main', runId: 'nope' }],
  ['agent, nothing', 'agent', {}],
  ['agent, empty message', 'agent', { message: '', idempotencyKey: 'a1' }],
  ['agent, no idempotency key', 'agent', { message: 'x' }],
  ['agent, unknown agent', 'agent', { message: 'x', idempotencyKey: 'a2', agentId: 'ghost' }],
  ['agent, unknown member', 'agent', { message: 'x', sessionKey: refused, idempotencyKey: 'a3', ...bogus }],
  ['agent.wait, no run', 'agent.wait', {}],
  ['agent.wait, unknown run', 'agent.wait', { runId: 'nope', timeoutMs: 100 }],
  ['sessions.subscribe', 'sessions.subscribe', {}],
  ['sessions.subscribe with a list', 'sessions.subscribe', { limit: 5 }],
  ['sessions.messages.subscribe', 'sessions.messages.subscribe', { key: 'main' }],
  ['sessions.messages.subscribe, no key', 'sessions.messages.subscribe', {}],
  ['sessions.messages.unsubscribe', 'sessions.messages.unsubscribe', { key: 'main' }],
  ['sessions.list', 'sessions.list', { limit: 10 }],
  ['sessions.list as the web page asks', 'sessions.list', { includeGlobal: true, includeUnknown: true, configuredAgentsOnly: true, limit: 200, includeDerivedTitles: true, includeLastMessage: true, ownerFirst: true, agentId: 'main' }],
  ['sessions.list, limit 0', 'sessions.list', { limit: 0 }],
  ['sessions.list, unknown member', 'sessions.list', bogus],
  ['sessions.create', 'sessions.create', { key, label: 'Shapes' }],
  ['sessions.create, unknown member', 'sessions.create', bogus],
  ['sessions.patch makes a row', 'sessions.patch', { key: 'agent:main:patched', label: 'Patched' }],
  ['sessions.patch, null clears', 'sessions.patch', { key: 'agent:main:patched', label: null }],
  ['sessions.patch, no key', 'sessions.patch', { label: 'x' }],
  ['sessions.patch, unknown member', 'sessions.patch', { key: 'agent:main:patched', ...bogus }],
  ['sessions.patch, bad model', 'sessions.patch', { key: 'agent:main:patched', model: 'nope/nope' }],
  ['sessions.patch, thinking', 'sessions.patch', { key: 'agent:main:patched', thinkingLevel: 'nonsense' }],
  ['sessions.describe', 'sessions.describe', { key: 'agent:main:patched' }],
  ['sessions.describe, unknown', 'sessions.describe', { key: 'agent:main:nowhere' }],
  ['sessions.get, unknown', 'sessions.get', { key: 'agent:main:nowhere' }],
  ['sessions.resolve by key', 'sessions.resolve', { key: 'agent:main:patched' }],
  ['sessions.resolve, unknown', 'sessions.resolve', { key: 'agent:main:nowhere' }],
  ['sessions.resolve, allowed to be missing', 'sessions.resolve', { key: 'agent:main:nowhere', allowMissing: true }],
  ['sessions.resolve, nothing', 'sessions.resolve', {}],
  ['sessions.preview', 'sessions.preview', { keys: ['agent:main:patched', 'agent:main:nowhere'] }],
  ['sessions.preview, no keys', 'sessions.preview', { keys: [] }],
  ['sessions.abort, nothing runs', 'sessions.abort', { key: 'agent:main:patched' }],
  ['sessions.abort, nothing', 'sessions.abort', {}],
  ['sessions.send, no message', 'sessions.send', { key: 'agent:main:patched' }],
  ['sessions.send, unknown session', 'sessions.send', { key: 'agent:main:nowhere', message: '[text:x]' }],
  ['sessions.reset', 'sessions.reset', { key: 'agent:main:patched' }],
  ['sessions.reset, unknown reason', 'sessions.reset', { key: 'agent:main:patched', reason: 'nope' }],
  ['sessions.reset, no key', 'sessions.reset', {}],
  ['sessions.compact', 'sessions.compact', { key: 'agent:main:patched' }],
  ['sessions.usage', 'sessions.usage', {}],
  ['sessions.groups.list', 'sessions.groups.list', {}],
  ['sessions.delete', 'sessions.delete', { key: 'agent:main:patched' }],
  ['sessions.delete again', 'sessions.delete', { key: 'agent:main:patched' }],
  ['sessions.delete, main session', 'sessions.delete', { key: 'main' }],
  ['chat.inject', 'chat.inject', { sessionKey: 'main', message: 'a note', label: 'Note' }],
  ['chat.inject, no message', 'chat.inject', { sessionKey: 'main' }],
  ['cron.list', 'cron.list', { includeDisabled: true, limit: 200, offset: 0 }],
  ['cron.status', 'cron.status', {}],
  ['cron.add', 'cron.add', { name: 'nightly', schedule: { kind: 'every', everyMs: 86_400_000 }, sessionTarget: 'main', wakeMode: 'next-heartbeat', payload: { kind: 'systemEvent', text: 'night' } }],
  ['cron.add, no schedule', 'cron.add', { name: 'nightly' }],
  ['cron.list with a job', 'cron.list', { includeDisabled: true, limit: 200, offset: 0 }],
  ['cron.remove, unknown', 'cron.remove', { id: 'nope' }],
  ['cron.runs', 'cron.runs', { scope: 'all' }],
  ['device.pair.list', 'device.pair.list', {}],
  ['device.pair.approve, unknown', 'device.pair.approve', { requestId: 'nope' }],
  ['device.pair.remove, unknown', 'device.pair.remove', { deviceId: 'nope' }],
  ['device.token.rotate, unknown', 'device.token.rotate', { deviceId: 'nope', role: 'operator' }],
  ['node.list', 'node.list', {}],
  ['node.describe, unknown', 'node.describe', { nodeId: 'nope' }],
  ['node.invoke, unknown', 'node.invoke', { nodeId: 'nope', command: 'x', idempotencyKey: 'n1' }],
  ['node.pair.list', 'node.pair.list', {}],
  ['exec.approval.list', 'exec.approval.list', {}],
  ['exec.approval.get, unknown', 'exec.approval.get', { id: 'nope' }],
  ['exec.approvals.get', 'exec.approvals.get', {}],
  ['plugin.approval.list', 'plugin.approval.list', {}],
  ['question.list', 'question.list', {}],
  ['talk.config', 'talk.config', {}],
  ['tts.status', 'tts.status', {}],
  ['voicewake.get', 'voicewake.get', {}],
];

export async function methods(server, record) {
  const client = await Client.connect(server, { params: { caps: ['tool-events', 'approvals'] } });
  const seen = {};
  for (const [name, method, params] of calls) {
    await record(`method ${name}`, async () => {
      const answer = await client.call(method, typeof params === 'function' ? params(seen) : params, { timeoutMs: 20_000 });
      seen[name] = answer;
      if (!answer) return { answer: 'none', closeCode: client.closed?.code };
      if (answer.error?.message === `unknown method: ${method}`) return { unknownMethod: method };
      const { id, type, ...rest } = answer;
      return rest;
    });
  }

  await record('events of changes', () => {
    // Which of the changes above were told, and in which shape.
    const told = {};
    for (const { event, payload } of client.events(({ event: name }) => name === 'sessions.changed')) {
      told[`${event} ${payload.reason ?? payload.phase ?? 'refetch'}`] ??= payload;
    }

    return told;
  });
  await client.end();
}
