// Streaming turns: the events of each kind of turn, their shapes, and their order.
import { Client } from '../lib/client.mjs';
import { byName, calm, commandsOfBoth, duringRun } from '../lib/compare.mjs';

export async function turns(server, record) {
  const watcher = await Client.connect(server, { params: { caps: ['tool-events'] } });
  await watcher.call('sessions.subscribe', {});
  const plain = await Client.connect(server, { params: { caps: [] } });
  const context = { server, record, watcher, plain };
  await turn(context, 'warm up', 'agent:main:warm', '[text:warm]', { quiet: true });
  await turn(context, 'plain', 'main', 'say something [tokens:40] [tps:60] [id:plain]');
  await turn(context, 'second in the same session', 'main', 'again [tokens:10] [tps:60] [id:second]');
  await turn(context, 'reasoning', 'agent:main:think', 'think first [think:10] [tokens:10] [tps:60] [id:think]', { model: 'ollama/scripted:think' });
  await turn(context, 'tool read', 'agent:main:tool', 'read it [tool:read notes.txt] [text:It says alpha.] [id:tool]');
  await turn(context, 'tool that is not there', 'agent:main:notool', 'use it [tool:no_such_tool x] [text:Sorry.] [id:notool]');
  await turn(context, 'provider error', 'agent:main:fault', 'fail [fault:400] [id:fault]');
  await turn(context, 'empty answer', 'agent:main:empty', `say nothing [fault:empty*1] [tokens:64] [id:empty-${server.name}]`); // asked again, the model speaks
  await turn(context, 'slash command', 'main', '/status');
  await turn(context, 'slash command new', 'agent:main:slash', '/new');
  await abort(context);
  await queueing(context);
  await steering(context);
  await interrupting(context);
  await reconnecting(context);
  await idempotency(context);
  await agentMethod(context);
  await watching(context);
  await branching(context);
  await history(context);
  await heartbeat(context);
  for (const client of [watcher, plain]) await client.end();
}

const ends = new Set(['final', 'aborted', 'error']);

async function turn(context, name, sessionKey, message, { model, quiet } = {}) {
  const { watcher, record } = context;
  const runId = `run-${name.replaceAll(' ', '-')}`;
  const note = quiet ? async (_, act) => act() : record;
  if (model) {
    await watcher.call('sessions.patch', { key: sessionKey, model });
    await new Promise((resolve) => setTimeout(resolve, 700)); // the original tells of it a while after its answer
  }

  const from = watcher.frames.length;
  await note(`turn ${name}: answer`, async () => {
    const answer = await watcher.call('chat.send', { sessionKey, message, idempotencyKey: runId });
    return { ok: answer.ok, payload: answer.payload, error: answer.error };
  });
  await settle(watcher, from, runId);
  if (!quiet) await recordEvents(context, name, sessionKey, from, runId);
  await note(`turn ${name}: the row at rest`, async () => rowAtRest(watcher, sessionKey));
}

async function rowAtRest(client, key) {
  const { ok, payload, error } = await client.call('sessions.describe', { key, includeLastMessage: true }); // titles: see stored description
  return { ok, payload, error };
}

// A turn is over when its chat event came and nothing else did for a while.
async function settle(client, from, runId, quietMs = 1200) {
  await client.event(({ event, payload }) => event === 'chat' && payload.runId === runId && ends.has(payload.state), `the end of ${runId}`, 40_000).catch(() => {});
  for (let last = -1; last !== client.frames.length;) {
    last = client.frames.length;
    await new Promise((resolve) => setTimeout(resolve, quietMs));
  }
}

async function recordEvents({ watcher, record }, name, sessionKey, from, runId) {
  const own = sessionKey === 'main' ? 'agent:main:main' : sessionKey; // a slow run of another session may still be told of
  const frames = watcher.frames.slice(from).map(({ frame }) => frame).filter(({ type, event, payload }) => type === 'event' && event !== 'tick' && event !== 'health'
    && (payload?.sessionKey ?? own) === own);
  await record(`turn ${name}: order of chat`, () => ({ order: signatures(frames, 'chat') }));
  await record(`turn ${name}: order of agent`, () => ({ order: signatures(frames, 'agent') }));
  await record(`turn ${name}: order of session events`, () => ({ order: signatures(frames, 'session') }));
  await record(`turn ${name}: chat among agent`, () => ({ order: interleaved(frames, runId) }));
  for (const which of ['chat', 'agent', 'session']) {
    await record(`turn ${name}: shapes of ${which} events`, () => shapesOf(frames.filter(({ event }) => family[which].includes(event)), which === 'session'));
  }

  await record(`turn ${name}: counters`, () => counters(watcher.frames.slice(from).map(({ frame }) => frame).filter(({ type, event }) => type === 'event' && event !== 'tick' && event !== 'health'), runId));
}

// One shape of each kind of event. The rows of sessions that are told before the end of the run are without what moves during it.
function shapesOf(frames, ofSessions) {
  const [shapes, seen] = [{}, {}];
  for (const frame of frames) {
    const { seq, ...rest } = frame;
    const kind = signature(frame);
    const payload = trimmed(frame.payload);
    shapes[kind] ??= { ...rest, payload: ofSessions && !kind.endsWith(' end') && !kind.endsWith(' error') ? duringRun(payload, seen) : payload, seq: typeof seq };
  }

  return ofSessions ? { ...shapes, seen: { value: Object.keys(seen).filter((name) => seen[name]).sort() } } : shapes;
}

// Delta texts depend on how the model's pieces meet the pacing; the sum is compared by counters.
function trimmed(payload) {
  const copy = structuredClone(payload);
  if (copy.state === 'delta') [copy.deltaText, copy.message] = ['…', { ...copy.message, content: copy.message?.content?.map((part) => ({ ...part, text: '…' })) }];
  if (copy.data && typeof copy.data.text === 'string') copy.data.text = '…';
  delete copy.seq;
  return copy;
}

function signature({ event, payload: { state, phase, stream, data, reason, message } }) {
  const parts = event === 'chat' ? [state, phase]
    : event === 'agent' ? [stream, data?.kind, data?.phase]
    : event === 'session.message' ? [message?.role]
    : event === 'sessions.changed' ? [reason ?? phase]
    : event === 'session.tool' ? [data?.phase] : [];
  return [event, ...parts.filter(Boolean)].join(' ');
}

const family = { chat: ['chat'], agent: ['agent'], session: ['session.message', 'session.tool', 'sessions.changed'] };

// The original merges "sessions.changed model" into its neighbours by chance: that the model is told is a matter of the agent events.
function signatures(frames, which) {
  return collapse(frames.filter(({ event }) => family[which].includes(event)).map(signature).filter((text) => text !== 'sessions.changed model'));
}

function interleaved(frames, runId) {
  const milestones = frames.filter(({ event, payload }) => payload.runId === runId
    && (event === 'chat' ? payload.state !== 'status' : event === 'agent' && ['lifecycle', 'assistant', 'tool'].includes(payload.stream) && payload.data.phase !== 'model'));
  // A delta goes with its assistant event; only which of the two comes first in a pair counts.
  return collapse(milestones.map(signature).map((text) => (text === 'agent assistant' || text === 'chat delta' ? 'text' : text)));
}

// How many pieces a text has is chance; how often a turn ends is not.
const collapse = (items) => items.filter((item, index) => item !== items[index - 1] || item === 'chat error');

// Promises about numbers; true on both sides or a difference.
function counters(frames, runId) {
  const seqs = frames.map(({ seq }) => seq).filter((seq) => seq !== undefined);
  const ofRun = frames.filter(({ event, payload }) => ['chat', 'agent'].includes(event) && payload.runId === runId);
  const runSeqs = ofRun.map(({ payload }) => payload.seq);
  const deltas = frames.filter(({ event, payload }) => event === 'chat' && payload.runId === runId && payload.state === 'delta').map(({ payload }) => payload);
  const last = frames.find(({ event, payload }) => event === 'chat' && payload.runId === runId && ends.has(payload.state))?.payload;
  const text = (payload) => payload?.message?.content?.map?.((part) => part.text ?? '').join('') ?? null;
  return {
    frameSeqWithoutGap: seqs.every((seq, index) => index === 0 || seq === seqs[index - 1] + 1),
    runSeqNeverFalls: runSeqs.every((seq, index) => index === 0 || last?.state === 'error' || seq >= runSeqs[index - 1]),
    chatTextIsCumulative: deltas.every((delta, index) => index === 0 || delta.replace || text(delta) === text(deltas[index - 1]) + delta.deltaText),
    lastDeltaIsTheFinalText: deltas.length === 0 ? 'no delta' : text(deltas.at(-1)).trim() === (text(last) ?? '').trim(),
    agentAndChatShareSeq: deltas.every((delta) => ofRun.some(({ event, payload }) => event === 'agent' && payload.stream === 'assistant' && payload.seq === delta.seq)),
    canonicalKey: frames.every(({ payload }) => payload.sessionKey === undefined || payload.sessionKey.startsWith('agent:')),
    noNullInEnvelope: frames.every((frame) => Object.values(frame).every((value) => value !== null)),
    value: [text(last)],
  };
}

async function abort(context) {
  const { watcher, record } = context;
  const runId = 'run-abort';
  const from = watcher.frames.length;
  await watcher.call('chat.send', { sessionKey: 'agent:main:abort', message: 'go on [tokens:2000] [tps:40] [id:abort]', idempotencyKey: runId });
  await watcher.event(({ event, payload }) => event === 'chat' && payload.runId === runId && payload.state === 'delta', 'the first text', 40_000);
  await record('turn abort: answer', async () => {
    const { ok, payload, error } = await watcher.call('chat.abort', { sessionKey: 'agent:main:abort', runId });
    return { ok, payload, error };
  });
  await settle(watcher, from, runId, 2000);
  await record('turn abort: event comes before the answer', () => {
    const frames = watcher.frames.slice(from).map(({ frame }) => frame);
    const event = frames.findIndex((frame) => frame.event === 'chat' && frame.payload.state === 'aborted');
    return { value: [event >= 0 && event < frames.findIndex((frame) => frame.type === 'res' && frame.payload?.runIds)] };
  });
  await recordEventsButText(context, 'abort', 'agent:main:abort', from, runId);
  await record('turn abort: the row at rest', () => rowAtRest(watcher, 'agent:main:abort'));
  await record('turn abort: the same key again', async () => {
    const { ok, payload, error } = await watcher.call('chat.send', { sessionKey: 'agent:main:abort', message: 'x', idempotencyKey: runId });
    return { ok, payload, error };
  });
}

// How much text came before the abort is chance.
async function recordEventsButText(context, name, sessionKey, from, runId) {
  const { record } = context;
  const without = (id, act) => record(id, async () => {
    const value = await act();
    const { value: _, lastDeltaIsTheFinalText, ...rest } = value;
    const aborted = rest['chat aborted']?.payload.message?.content;
    for (const part of aborted ?? []) part.text = '…';
    for (const shape of Object.values(rest)) for (const part of shape?.payload?.message?.content ?? []) if (part.text) part.text = '…';
    return rest;
  });
  await recordEvents({ ...context, record: without }, name, sessionKey, from, runId);
}

// Three messages while the first one runs.
async function queueing(context) {
  const { watcher, record } = context;
  const sessionKey = 'agent:main:queue';
  const from = watcher.frames.length;
  const send = (id, message) => watcher.call('chat.send', { sessionKey, message, idempotencyKey: id, queueMode: 'followup' });
  const first = await send('run-q1', 'first [tokens:150] [tps:30] [id:q1]');
  await watcher.event(({ event, payload }) => event === 'chat' && payload.runId === 'run-q1' && payload.state === 'delta', 'the first text', 40_000);
  const second = await send('run-q2', 'second [text:two] [id:q2]');
  const third = await send('run-q3', 'third [text:three] [id:q3]');
  const waiting = async (params) => {
    const { payload } = await watcher.call('chat.history', { sessionKey, ...params });
    return { roles: payload.messages.map(({ role }) => role), pendingInputs: payload.pendingInputs, inputReceipts: payload.inputReceipts, inputConsumptions: payload.inputConsumptions };
  };
  await new Promise((resolve) => setTimeout(resolve, 300));
  await record('queueing: the history while they wait', () => waiting({ inputRunIds: ['run-q1', 'run-q2', 'nope'] }));
  await record('queueing: the history while they wait, before the first', () => waiting({ pendingBefore: 1 }));
  await settle(watcher, from, 'run-q3', 2000);
  await record('queueing: the history when all is said', () => waiting({ inputRunIds: ['run-q1', 'run-q2', 'run-q3'] }));
  await record('queueing: answers', () => [first, second, third].map(({ ok, payload, error }) => ({ ok, payload, error })));
  await record('queueing: ends in order', () => ({
    order: watcher.frames.slice(from).map(({ frame }) => frame)
      .filter(({ event, payload }) => event === 'chat' && ends.has(payload.state))
      .map(({ payload }) => `${payload.runId} ${payload.state}`),
  }));
  await record('queueing: what is said, in order', () => ({ value: saidIn(watcher, from, sessionKey) }));
  await record('queueing: the first run', () => ({ order: signatures(ofRun(watcher, from, 'run-q1'), 'agent'), chat: { order: signatures(ofRun(watcher, from, 'run-q1'), 'chat') } }));
  await record('queueing: rows are told in order', () => ({ order: rowsToldIn(watcher, from, sessionKey) }));
  await record('queueing: stored', () => storedIn(watcher, sessionKey));
}

// Texts of the ends of runs; those that end without one wait for another run's.
const saidIn = (client, from, key) => client.frames.slice(from).map(({ frame }) => frame)
  .filter(({ event, payload }) => event === 'chat' && payload.sessionKey === key && ends.has(payload.state) && payload.message)
  .map(({ payload }) => payload.message.content.map(({ text }) => text).join(''));

const ofRun = (client, from, runId) => client.frames.slice(from).map(({ frame }) => frame)
  .filter(({ event, payload }) => ['chat', 'agent'].includes(event) && payload.runId === runId);

// The original tells some rows twice.
const rowsToldIn = (client, from, key) => collapse(client.frames.slice(from).map(({ frame }) => frame)
  .filter(({ event, payload }) => event === 'session.message' && payload.sessionKey === key)
  .map(({ payload }) => `${payload.messageSeq} ${payload.message.role}`));

async function storedIn(client, sessionKey) {
  const { payload } = await client.call('chat.history', { sessionKey });
  return { order: payload.messages.map(({ role, __openclaw }) => `${__openclaw.seq} ${role}`), value: payload.messages.map(({ content }) => (typeof content === 'string' ? content : content.map(({ text }) => text ?? '').join(''))) };
}

// A second message while the first runs a tool.
async function steering(context) {
  const { watcher, record } = context;
  const sessionKey = 'agent:main:steer';
  const from = watcher.frames.length;
  const send = (id, message) => watcher.call('chat.send', { sessionKey, message, idempotencyKey: id, queueMode: 'steer' });
  const first = await send('run-s1', 'first [tokens:120] [tps:30] [id:s1]');
  await watcher.event(({ event, payload }) => event === 'chat' && payload.runId === 'run-s1' && payload.state === 'delta', 'the first text', 40_000);
  const { payload: { deltaCursor } } = await watcher.call('chat.history', { sessionKey });
  const second = await send('run-s2', 'turn left [text:Turned left.] [id:s2]');
  await settle(watcher, from, 'run-s1', 3000);
  await record('steering: answers', () => [first, second].map(({ ok, payload, error }) => ({ ok, payload, error })));
  await record('steering: stored', async () => {
    const { payload } = await watcher.call('chat.history', { sessionKey });
    return { order: payload.messages.map(({ role }) => role), value: [payload.messages.filter(({ role }) => role === 'user').length] };
  });
  await record('steering: what is said', () => ({ value: saidIn(watcher, from, sessionKey) }));
  await record('steering: the run that is joined', () => ({ order: signatures(ofRun(watcher, from, 'run-s1'), 'agent'), chat: { order: signatures(ofRun(watcher, from, 'run-s1'), 'chat') } }));
  await record('steering: the run that joins', () => ofRun(watcher, from, 'run-s2').map(({ event, payload: { seq, ...rest } }) => ({ event, ...rest })));
  await record('steering: rows are told in order', () => ({ order: [...new Set(rowsToldIn(watcher, from, sessionKey))] }));
  await record('steering: a page reads the whole history again', async () => (await watcher.call('chat.history', { sessionKey, cursor: deltaCursor })).payload);
  await record('steering: nothing is active afterwards', async () => {
    const { payload } = await watcher.call('sessions.describe', { key: sessionKey });
    return { row: payload.session };
  });
}

// A second message ends the turn that runs.
async function interrupting(context) {
  const { watcher, record } = context;
  const sessionKey = 'agent:main:interrupt';
  const from = watcher.frames.length;
  const send = (id, message) => watcher.call('chat.send', { sessionKey, message, idempotencyKey: id, queueMode: 'interrupt' });
  const first = await send('run-i1', 'first [tokens:2000] [tps:40] [id:i1]');
  await watcher.event(({ event, payload }) => event === 'chat' && payload.runId === 'run-i1' && payload.state === 'delta', 'the first text', 40_000);
  const second = await send('run-i2', 'second [text:two] [id:i2]');
  await settle(watcher, from, 'run-i2', 2000);
  await record('interrupting: answers', () => [first, second].map(({ ok, payload, error }) => ({ ok, payload, error })));
  for (const [name, runId] of [['first', 'run-i1'], ['second', 'run-i2']]) {
    const frames = ofRun(watcher, from, runId);
    await record(`interrupting: the ${name} run`, () => ({ order: signatures(frames, 'agent'), chat: { order: signatures(frames, 'chat') } }));
    await record(`interrupting: the ${name} run ends`, () => frames.filter(({ event, payload }) => (event === 'chat' ? ends.has(payload.state) : ['end', 'error'].includes(payload.data?.phase)))
      .map(({ event, payload }) => ({ event, ...trimmed(payload), ...(payload.message ? { message: { ...payload.message, content: '…' } } : {}) })));
  }

  await record('interrupting: stored', async () => {
    const { payload } = await watcher.call('chat.history', { sessionKey });
    return { order: payload.messages.map(({ role }) => role) };
  });
}

// The socket goes while the answer streams; another one of the same client sees the rest.
async function reconnecting({ server, record }) {
  const sessionKey = 'agent:main:again';
  const lost = await Client.connect(server, { params: { caps: [] } });
  await lost.call('chat.send', { sessionKey, message: 'long [tokens:80] [tps:30] [id:again]', idempotencyKey: 'run-again' });
  await lost.event(({ event, payload }) => event === 'chat' && payload.runId === 'run-again' && payload.state === 'delta', 'the first text', 40_000);
  await lost.end();
  const client = await Client.connect(server, { params: { caps: [] } });
  await record('reconnect: the running turn is in the history', async () => {
    const { payload } = await client.call('chat.history', { sessionKey });
    return { roles: payload.messages.map(({ role }) => role), inFlightRun: payload.inFlightRun ? { runId: payload.inFlightRun.runId, text: typeof payload.inFlightRun.text } : null, value: [payload.inFlightRun?.runId] };
  });
  await record('reconnect: the rest of the turn comes', async () => {
    const end = await client.event(({ event, payload }) => event === 'chat' && payload.runId === 'run-again' && ends.has(payload.state), 'the end', 40_000);
    const delta = client.events(({ event, payload }) => event === 'chat' && payload.state === 'delta')[0]?.payload;
    return { state: end?.payload.state, firstDeltaIsWhole: delta ? delta.message.content[0].text.startsWith('Rain moves') : 'no delta', value: [end?.payload.message?.content?.[0]?.text.startsWith('Rain moves')] };
  });
  await record('reconnect: the same key again', async () => {
    const { ok, payload, error } = await client.call('chat.send', { sessionKey, message: 'long [tokens:80] [tps:30] [id:again]', idempotencyKey: 'run-again' });
    return { ok, payload, error };
  });
  await client.end();
}

async function idempotency({ watcher, record }) {
  await record('the same key twice, after the end', async () => {
    const again = await watcher.call('chat.send', { sessionKey: 'main', message: 'x', idempotencyKey: 'run-plain' });
    return { ok: again.ok, payload: again.payload, error: again.error };
  });
  await record('the same key twice, while it runs', async () => {
    const params = { sessionKey: 'agent:main:twice', message: 'slow [tokens:30] [tps:30] [id:twice]', idempotencyKey: 'run-twice' };
    const first = await watcher.call('chat.send', params);
    const again = await watcher.call('chat.send', params);
    await settle(watcher, 0, 'run-twice');
    return [first, again].map(({ ok, payload, error }) => ({ ok, payload, error }));
  });
}

async function agentMethod(context) {
  const { watcher, record } = context;
  const from = watcher.frames.length;
  await record('agent: both answers', async () => {
    const answers = await watcher.callTwice('agent', { message: 'say [text:Hello.] [id:a1]', sessionKey: 'agent:main:rpc', idempotencyKey: 'agent-1' }, 40_000);
    return { count: answers.length, value: [answers.length], first: answers[0]?.payload, last: answers.at(-1)?.payload };
  });
  await settle(watcher, from, 'agent-1');
  await recordEvents(context, 'agent call', 'agent:main:rpc', from, 'agent-1');
  await record('agent: the same key again', async () => {
    const answers = await watcher.callTwice('agent', { message: 'say [text:Hello.] [id:a1]', sessionKey: 'agent:main:rpc', idempotencyKey: 'agent-1' }, 20_000);
    return { value: [answers.length], last: answers.at(-1)?.payload };
  });
  await record('agent: without a session', async () => {
    const answers = await watcher.callTwice('agent', { message: 'say [text:Hello.] [id:a2]', idempotencyKey: 'agent-2' }, 40_000);
    return { value: [answers.length], first: answers[0]?.payload ?? answers[0]?.error, last: answers.at(-1)?.payload ?? answers.at(-1)?.error };
  });
  await record('agent: provider error', async () => {
    const answers = await watcher.callTwice('agent', { message: 'fail [fault:400] [id:a3]', sessionKey: 'agent:main:rpc2', idempotencyKey: 'agent-3' }, 40_000);
    const { id, ...last } = answers.at(-1) ?? {};
    return { value: [answers.length], last };
  });
  const wishes = [
    ['deliver without a channel', { deliver: true }], ['deliver to the page', { deliver: true, channel: 'webchat' }],
    ['an unknown channel', { channel: 'nope' }], ['a channel that is only named', { channel: 'last' }],
    ['deliver at best', { deliver: true, bestEffortDeliver: true }], ['a messenger at best', { deliver: true, bestEffortDeliver: true, channel: 'telegram' }],
    ['a lane', { lane: 'nested' }], ['a lane of its own', { lane: 'mine' }], ['a lane that is no text', { lane: 5 }],
  ];
  for (const [at, [name, wish]] of wishes.entries()) {
    await record(`agent: ${name}`, async () => {
      const answers = await watcher.callTwice('agent', { message: `say [text:Yes.] [id:w${at}]`, sessionKey: `agent:main:wish${at}`, idempotencyKey: `wish-${at}`, ...wish }, 40_000);
      const { meta, ...result } = answers.at(-1)?.payload?.result ?? {};
      const waited = answers.at(-1)?.ok ? (await watcher.call('agent.wait', { runId: `wish-${at}`, timeoutMs: 10_000 })).payload : null;
      return { value: [answers.length], ok: answers.at(-1)?.ok, error: answers.at(-1)?.error, status: answers.at(-1)?.payload?.status, result, delivery: waited?.terminalDelivery };
    });
  }
  await record('agent.wait after the end', async () => (await watcher.call('agent.wait', { runId: 'agent-1', timeoutMs: 1000 })).payload);
  await record('agent.wait times out', async () => {
    await watcher.call('agent', { message: 'slow [tokens:60] [tps:30] [id:a4]', sessionKey: 'agent:main:rpc3', idempotencyKey: 'agent-4' });
    const early = await watcher.call('agent.wait', { runId: 'agent-4', timeoutMs: 200 });
    await watcher.call('agent.wait', { runId: 'agent-4', timeoutMs: 30_000 });
    return early.payload;
  });
}

// Back to before a message, another answer, the first line again, and a session beside it.
async function branching({ watcher, record }) {
  const sessionKey = 'agent:main:branch';
  const pick = ({ ok, payload, error }) => ({ ok, payload, error });
  const say = async (id, message) => {
    const from = watcher.frames.length;
    await watcher.call('chat.send', { sessionKey, message, idempotencyKey: `run-${id}` });
    await settle(watcher, from, `run-${id}`);
  };
  const messages = async (key = sessionKey) => (await watcher.call('chat.history', { sessionKey: key })).payload?.messages ?? [];
  const line = ({ role, content }) => `${role} ${typeof content === 'string' ? content : content.map(({ text }) => text ?? '').join('')}`;
  const idOf = async (text) => (await messages()).find((message) => line(message).startsWith(`user ${text}`))?.__openclaw?.id ?? 'none';
  const told = async (from, reason) => {
    const find = ({ event, payload }) => event === 'sessions.changed' && payload.reason === reason;
    await watcher.until(() => watcher.frames.slice(from).some(({ frame }) => find(frame)), `the event ${reason}`, 5000).catch(() => {});
    const { session, ancestorSessions = [], ...rest } = watcher.frames.slice(from).map(({ frame }) => frame).find((frame) => frame.type === 'event' && find(frame))?.payload ?? {};
    const still = ({ lastMessagePreview, ...row }) => row; // the original looks it up beside the event: it is there by chance
    return { ...rest, session: session && still(session), ancestorSessions: ancestorSessions.map(still) };
  };
  const branches = async () => pick(await watcher.call('sessions.branches.list', { sessionKey }));
  const headlines = ({ payload }) => ({ value: payload?.branches.map(({ headline, active, messageCount }) => `${headline}${active ? '*' : ''} ${messageCount}`) });
  await say('b1', 'walrus one [text:first] [id:b1]');
  await say('b2', 'walrus two [text:second] [id:b2]');
  await record('branch: one line', async () => ({ ...(await branches()), ...headlines(await branches()) }));
  const second = await idOf('walrus two');
  const before = (await watcher.call('sessions.describe', { key: sessionKey })).payload?.session;
  let from = watcher.frames.length;
  await record('branch: rewind', async () => pick(await watcher.call('sessions.rewind', { sessionKey, entryId: second })));
  await record('branch: rewind is told', () => told(from, 'rewind'));
  await record('branch: the row after a rewind', async () => {
    const { payload } = await watcher.call('sessions.describe', { key: sessionKey });
    return { row: payload.session, value: [payload.session.sessionId !== before?.sessionId, typeof payload.session.status] };
  });
  await record('branch: rewind to what is gone', async () => pick(await watcher.call('sessions.rewind', { sessionKey, entryId: second })));
  await record('branch: lines after a rewind', async () => headlines(await branches()));
  await say('b3', 'walrus three [text:third] [id:b3]');
  await record('branch: history of the new line', async () => ({ value: (await messages()).map(line) }));
  await record('branch: two lines', async () => ({ ...(await branches()), ...headlines(await branches()) }));
  await record('branch: switch to what is no tip', async () => pick(await watcher.call('sessions.branches.switch', { sessionKey, leafEntryId: await idOf('walrus one') })));
  const [active, other] = (await branches()).payload?.branches ?? [];
  await record('branch: switch to the active one', async () => pick(await watcher.call('sessions.branches.switch', { sessionKey, leafEntryId: active?.leafEntryId ?? 'none' })));
  from = watcher.frames.length;
  await record('branch: switch', async () => pick(await watcher.call('sessions.branches.switch', { sessionKey, leafEntryId: other?.leafEntryId ?? 'none' })));
  await record('branch: switch is told', () => told(from, 'branch-switch'));
  await record('branch: history of the old line', async () => ({ value: (await messages()).map(line) }));
  from = watcher.frames.length;
  let fork;
  await record('branch: fork', async () => {
    fork = await watcher.call('sessions.fork', { sessionKey, entryId: await idOf('walrus two') });
    return pick(fork);
  });
  await record('branch: fork is told', () => told(from, 'fork'));
  await record('branch: the row of a fork', async () => (await watcher.call('sessions.describe', { key: fork?.payload?.sessionKey ?? 'none' })).payload);
  await record('branch: history of a fork', async () => ({ value: (await messages(fork?.payload?.sessionKey ?? 'none')).map(line) }));
  await record('branch: rewind to the first message', async () => pick(await watcher.call('sessions.rewind', { sessionKey, entryId: await idOf('walrus one') })));
  await record('branch: nothing is left', async () => ({ value: (await messages()).map(line), ...headlines(await branches()) }));
  await record('search what was said', async () => {
    // The index of the original follows its writes.
    for (let left = 20; left > 0; left--) {
      const answer = await watcher.call('sessions.search', { query: 'walrus ONE', sessionKeys: [fork?.payload?.sessionKey ?? 'agent:main:none'] });
      if (answer.payload?.results.length > 0 || left === 1) return { ...pick(answer), value: [answer.payload?.results.length] };
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  });
  await record('search in a scope', async () => {
    const { ok, payload, error } = await watcher.call('sessions.search', { query: 'walrus three', scope: { agentId: 'main' }, limit: 1 });
    return { ok, payload, error };
  });
  await record('usage as a series', async () => pick(await watcher.call('sessions.usage.timeseries', { key: 'agent:main:tool' })));
  await record('usage as lines', async () => {
    const answer = pick(await watcher.call('sessions.usage.logs', { key: 'agent:main:tool' }));
    return { ...answer, value: answer.payload?.logs.map(({ role, content }) => `${role} ${content.split('\n')[0]}`) };
  });
}

// A wake: what is told of the heartbeat, and which rows it leaves in the conversation.
async function heartbeat({ watcher, record }) {
  const pick = ({ ok, payload, error }) => ({ ok, payload, error });
  const rows = async () => (await watcher.call('chat.history', { sessionKey: 'main', limit: 200 })).payload?.messages ?? [];
  const known = new Set((await rows()).map((message) => message.__openclaw?.id));
  await record('heartbeat: switched on', async () => pick(await watcher.call('set-heartbeats', { enabled: true })));
  const from = watcher.frames.length;
  await record('heartbeat: wake now', async () => pick(await watcher.call('wake', { mode: 'now', text: 'look around' })));
  const told = () => watcher.frames.slice(from).map(({ frame }) => frame).filter(({ event }) => event === 'heartbeat').map(({ payload }) => payload);
  await watcher.until(() => told().length > 0, 'a heartbeat', 15_000).catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 2000));
  await record('heartbeat: what is told', () => ({ events: told(), value: [told().length > 0, told()[0]?.status, told()[0]?.reason ?? 'no reason'] }));
  await record('heartbeat: the last one', async () => pick(await watcher.call('last-heartbeat', {})));
  await record('heartbeat: marker rows', async () => {
    const fresh = (await rows()).filter((message) => !known.has(message.__openclaw?.id));
    return { rows: fresh, value: fresh.map(({ role, __openclaw }) => `${role} ${__openclaw?.kind ?? ''}`) };
  });
  await record('heartbeat: which events', () => {
    const frames = watcher.frames.slice(from).map(({ frame }) => frame).filter(({ type, event }) => type === 'event' && !['tick', 'health', 'presence'].includes(event));
    return { value: [...new Set(frames.map((frame) => (frame.payload?.stream || frame.payload?.state || frame.payload?.message ? signature(frame) : frame.event)))].sort() };
  });
  await record('heartbeat: switched off', async () => pick(await watcher.call('set-heartbeats', { enabled: false })));
}

// Two clients at once: who gets what of one turn.
async function watching({ server, record, watcher, plain }) {
  const scoped = await Client.connect(server, { params: { caps: ['session-scoped-events', 'tool-events'] } });
  const messages = await Client.connect(server, {});
  await messages.call('sessions.messages.subscribe', { key: 'agent:main:watch' });
  const clients = { requester: plain, sessions: watcher, messages, scoped };
  const from = Object.fromEntries(Object.entries(clients).map(([name, client]) => [name, client.frames.length]));
  await plain.call('chat.send', { sessionKey: 'agent:main:watch', message: 'read it [tool:read notes.txt] [text:done] [id:watch]', idempotencyKey: 'run-watch' });
  await settle(plain, 0, 'run-watch', 1200);
  for (const [name, client] of Object.entries(clients)) {
    await record(`two clients: ${name} without its own capability sees`, () => {
      const kinds = client.frames.slice(from[name]).map(({ frame }) => frame).filter(({ event }) => ['chat', 'agent', 'session.tool', 'session.message', 'sessions.changed'].includes(event))
        .map(({ event, payload }) => (event === 'agent' && payload.stream === 'tool' ? 'agent tool' : event));
      return { order: [...new Set(kinds)].sort() };
    });
  }

  const nulls = Object.values(clients).flatMap((client) => client.events()).filter((frame) => Object.values(frame).includes(null));
  await record('two clients: no null in any envelope', () => ({ value: [nulls.length] }));
  await record('two clients: the same text for both', () => {
    const text = (client) => client.events(({ event, payload }) => event === 'chat' && payload.runId === 'run-watch' && payload.state === 'final').map(({ payload }) => payload.message?.content?.[0]?.text);
    return { value: [JSON.stringify(text(plain)) === JSON.stringify(text(watcher)), ...text(plain)] };
  });
  await scoped.end();
  await messages.end();
}

// After the turns: what is stored, from a connection that was not there (a reconnect).
async function history({ server, record }) {
  const client = await Client.connect(server);
  const get = (name, method, params, of = (whole) => whole) => record(`stored ${name}`, async () => {
    const { ok, payload, error } = await client.call(method, params);
    return calm({ ok, payload: of(payload), error });
  });
  await get('history', 'chat.history', { sessionKey: 'main', limit: 50 });
  await get('history of the tool turn', 'chat.history', { sessionKey: 'agent:main:tool' });
  await get('history of the reasoning turn', 'chat.history', { sessionKey: 'agent:main:think' });
  await get('history of the failed turn', 'chat.history', { sessionKey: 'agent:main:fault' });
  await record('stored history of the aborted turn', async () => {
    const { ok, payload, error } = await client.call('chat.history', { sessionKey: 'agent:main:abort' });
    for (const message of payload?.messages ?? []) if (message.role === 'assistant') for (const part of message.content ?? []) if (part.text) part.text = '…'; // how much came is chance
    return { ok, payload, error };
  });
  await get('history, two rows', 'chat.history', { sessionKey: 'main', limit: 2 });
  await get('startup', 'chat.startup', { sessionKey: 'main', limit: 80, maxBytes: 262144 }, ({ metadata, ...rest }) => ({ ...rest, metadata: { ...metadata, commands: commandsOfBoth(metadata.commands) } }));
  await record('stored list', async () => {
    // Which sessions stand first is chance: titles and heartbeats touch others.
    const { ok, payload, error } = await client.call('sessions.list', { limit: 100, includeDerivedTitles: true, includeLastMessage: true });
    const { sessions = [], count, totalCount, ...rest } = payload ?? {};
    return { ok, ...rest, rows: Object.fromEntries(['main', 'tool', 'think', 'rpc'].map((name) => [name, sessions.find(({ key }) => key === `agent:main:${name}`)])), error };
  });
  await get('description', 'sessions.describe', { key: 'main', includeDerivedTitles: true, includeLastMessage: true });
  await get('preview', 'sessions.preview', { keys: ['main'] });
  await get('messages', 'sessions.get', { key: 'agent:main:rpc' });
  // Of the last ten sessions those that had no turn, a plain one and one with a tool: which stand first is chance.
  const some = ({ recent, ...rest }) => ({ ...rest, recent: byName(recent, ['agent:main:branch', 'agent:main:watch', 'agent:main:rpc3'], 'key') });
  await get('health', 'health', { probe: true }, ({ agents, sessions, ...rest }) => ({ ...rest, agents: agents.map((agent) => ({ ...agent, sessions: some(agent.sessions) })), sessions: some(sessions) }));
  await get('status', 'status', {}, ({ sessions, ...rest }) => ({ ...rest, sessions: { ...some(sessions), byAgent: sessions.byAgent.map(some) } }));
  await record('stored message', async () => {
    const { payload } = await client.call('chat.history', { sessionKey: 'main' });
    const messageId = payload.messages.at(-1)?.__openclaw?.id;
    const { ok, payload: one, error } = await client.call('chat.message.get', { sessionKey: 'main', messageId });
    return { ok, payload: one, error };
  });
  await client.call('sessions.reset', { key: 'agent:main:tool' });
  await get('history after a reset', 'chat.history', { sessionKey: 'agent:main:tool' });
  await client.end();
}
