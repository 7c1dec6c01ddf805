// Handshakes, good and bad: every row of the original's error and close tables that can be had on loopback.
import http from 'node:http';
import { Client, Device, connectParams, fullScopes } from '../lib/client.mjs';
import { token } from '../lib/servers.mjs';

const wrong = { token: 'not-the-token' };
const browser = { id: 'openclaw-control-ui', mode: 'ui' };
const read = ['operator.read', 'operator.write'];

const good = [
  ['cli', {}],
  ['password field', { params: { auth: { password: token } } }],
  ['backend', { client: { id: 'gateway-client', mode: 'backend' } }],
  ['client test gets no scopes', { client: { id: 'test', mode: 'test' } }],
  ['no scopes asked', { params: { scopes: undefined } }],
  ['unknown scope', { params: { scopes: ['operator.read', 'operator.nope'] } }],
  ['range 1..10', { params: { minProtocol: 1, maxProtocol: 10 } }],
  ['probe 3..4', { client: { mode: 'probe' }, params: { minProtocol: 3, maxProtocol: 4, scopes: ['operator.read'] } }],
  ['probe 3..3', { client: { mode: 'probe' }, params: { minProtocol: 3, maxProtocol: 3, scopes: ['operator.read'] } }],
  ['optional members', {
    client: { displayName: 'Box', deviceFamily: 'Linux', modelIdentifier: 'x1', instanceId: 'inst-1', timeZone: 'Europe/Vienna' },
    params: { caps: ['tool-events', 'approvals', 'something-new'], locale: 'de-AT' },
  }],
  ['model catalog asked for', { params: { modelCatalog: { sessionKey: 'main' } } }],
  ['device v3', { device: true, params: { scopes: read } }],
  ['device v2', { device: true, proof: { version: 'v2' }, params: { scopes: read }, client: { id: 'gateway-client', mode: 'backend' } }],
  ['node 3..3', { device: true, client: { id: 'node-host', mode: 'node' }, params: { role: 'node', scopes: undefined, minProtocol: 3, maxProtocol: 3, caps: ['camera'], commands: ['camera.snap'] } }],
  ['web page on loopback', { device: true, client: browser, headers: { origin: 'http://127.0.0.1:3000' } }],
];

const bad = [
  ['protocol 5..6', { params: { minProtocol: 5, maxProtocol: 6 } }],
  ['protocol 3..3', { params: { minProtocol: 3, maxProtocol: 3 } }],
  ['protocol 0', { params: { minProtocol: 0 } }],
  ['no minProtocol', { params: { minProtocol: undefined } }],
  ['unknown client id', { client: { id: 'toaster' } }],
  ['unknown client mode', { client: { mode: 'operator' } }],
  ['empty version', { client: { version: '' } }],
  ['no client', { params: { client: undefined } }],
  ['unknown role', { params: { role: 'emperor' } }],
  ['scopes not a list', { params: { scopes: 'operator.read' } }],
  ['unknown member', { params: { colour: 'red' } }],
  ['wrong token', { params: { auth: wrong } }],
  ['wrong password', { params: { auth: { password: 'nope' } } }],
  ['nothing at all', { params: { auth: undefined } }],
  ['device, no credential', { device: true, params: { auth: undefined } }],
  ['device, wrong token', { device: true, params: { auth: wrong } }],
  ['device, wrong device token', { device: true, params: { auth: { deviceToken: 'A'.repeat(43) } } }],
  ['device, wrong bootstrap token', { device: true, params: { role: 'node', scopes: undefined, auth: { bootstrapToken: 'A'.repeat(43) } }, client: { id: 'node-host', mode: 'node' } }],
  ['node without device', { client: { id: 'node-host', mode: 'node' }, params: { role: 'node', scopes: undefined } }],
  ['web page without device', { client: browser, headers: { origin: 'http://127.0.0.1:3000' } }],
  ['web page of elsewhere', { device: true, client: browser, headers: { origin: 'https://evil.example' } }],
  ['web page without origin', { device: true, client: browser }],
  ['terminal UI without device', { client: { id: 'openclaw-tui', mode: 'ui' } }],
  ['origin of elsewhere, cli', { headers: { origin: 'https://evil.example' } }],
  ['device id mismatch', { device: true, proof: { bad: { id: '0'.repeat(64) } } }],
  ['device signature expired', { device: true, proof: { signedAt: 1_700_000_000_000 } }],
  ['device nonce empty', { device: true, proof: { bad: { nonce: '' } } }],
  ['device nonce of another socket', { device: true, proof: { nonce: '8e691c2f-1783-4288-bbbd-5bf53946fccb' } }],
  ['device signature invalid', { device: true, proof: { bad: { signature: 'A'.repeat(86) } } }],
  ['device public key invalid', { device: true, proof: { bad: { publicKey: 'AAAA' } } }],
];

export async function handshakes(server, record) {
  await warm(server);
  const deadline = silent(server, record); // 15 s on its own, while the others run
  for (const [name, options] of good) {
    await record(`hello ${name}`, async () => {
      const client = await Client.connect(server, fresh(options));
      const answer = client.hello;
      await client.end();
      return hello(answer) ?? refusal(client, answer);
    });
  }

  for (const [name, options] of bad) {
    await record(`refused ${name}`, async () => {
      const client = await Client.connect(server, fresh(options));
      await client.until(() => client.closed, 'the close', 5000).catch(() => {});
      const answer = refusal(client, client.hello);
      await client.end();
      return answer;
    });
  }

  await record('hello of an administrator: build and plugins', async () => {
    const client = await Client.connect(server);
    const { server: { buildId }, controlUiWidgetKinds, controlUiLinkReaders, pluginSurfaceUrls } = client.hello.payload;
    await client.end();
    return { buildId, controlUiWidgetKinds, controlUiLinkReaders, pluginSurfaceUrls };
  });
  await record('challenge', async () => {
    const client = await Client.open(server);
    await client.until(() => client.challenge, 'the challenge');
    const [{ frame }] = client.frames;
    await client.end();
    return frame;
  });
  await firstFrames(server, record);
  await afterHello(server, record);
  await devices(server, record);
  await pairing(server, record);
  await upgrades(server, record);
  await deadline;
}

// Some facts of hello-ok are known only a while after the start.
async function warm(server) {
  for (let left = 20; left > 0; left--) {
    const client = await Client.connect(server);
    const known = client.hello.payload?.snapshot.updateSchedule;
    await client.end();
    if (known) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

const fresh = (options) => (options.device ? { ...options, device: new Device() } : options);

function hello(answer) {
  if (!answer?.ok) return null;
  // health, presence and what plugins bring have checks of their own; a build id would make the original's page reload for ever
  const { features, snapshot, controlUiWidgetKinds, controlUiLinkReaders, pluginSurfaceUrls, ...rest } = answer.payload;
  const { health, presence, ...facts } = snapshot;
  delete rest.server.buildId;
  return { ...rest, features: { methods: 'list', events: 'list', capabilities: typeof features.capabilities }, snapshot: { ...facts, health: typeof health, presence: presence.length > 0 } };
}

function refusal(client, answer) {
  return { answer: answer ? { ok: answer.ok, error: answer.error } : 'none', closeCode: client.closed?.code ?? 0, closeReason: client.closed?.reason ?? 'open' };
}

async function firstFrames(server, record) {
  const frames = [
    ['not connect', { type: 'req', id: 'f1', method: 'health' }],
    ['not JSON', 'hello there'],
    ['not a request', { type: 'event', event: 'x' }],
    ['an array', [1, 2]],
    ['connect without params', { type: 'req', id: 'f1', method: 'connect' }],
    ['connect without id', { type: 'req', method: 'connect', params: connectParams() }],
    ['64 KiB and one', `{"type":"req","id":"f1","method":"connect","params":{"pad":"${'x'.repeat(64 * 1024)}"}}`],
    ['binary', new TextEncoder().encode('{"type":"req","id":"f1","method":"health"}')],
  ];
  for (const [name, frame] of frames) {
    await record(`first frame ${name}`, async () => {
      const client = await Client.open(server);
      await client.until(() => client.challenge, 'the challenge');
      client.send(frame);
      await client.until(() => client.closed, 'the close', 4000).catch(() => {});
      const answer = client.frames.map((entry) => entry.frame).find((entry) => entry.type === 'res') ?? null;
      const result = { ...refusal(client, answer), id: answer?.id ?? null };
      await client.end();
      return result;
    });
  }
}

async function afterHello(server, record) {
  const probe = async (name, act) => record(`after hello ${name}`, async () => {
    const client = await Client.connect(server);
    await act(client);
    const alive = client.closed ? null : await client.call('health', {}).then((answer) => answer?.ok ?? null, () => null);
    const answers = client.frames.map(({ frame }) => frame).filter((frame) => frame.type === 'res' && frame.id !== '1' && frame.id !== client.lastId && !frame.payload?.channels);
    await client.end();
    return { alive, answers, ...(alive ? {} : { closeCode: client.closed?.code, closeReason: client.closed?.reason }) };
  });
  await probe('garbage', (client) => client.send('}{'));
  await probe('no method', async (client) => {
    client.send({ type: 'req', id: 'm1' });
    await client.answer('m1', 3000).catch(() => {});
  });
  await probe('method is a number', async (client) => {
    client.send({ type: 'req', id: 'm2', method: 5 });
    await client.answer('m2', 3000).catch(() => {});
  });
  await probe('unknown member in the frame', async (client) => {
    client.send({ type: 'req', id: 'm3', method: 'gateway.nope', colour: 'red' });
    await client.answer('m3', 3000).catch(() => {});
  });
  await probe('second connect', async (client) => {
    client.send({ type: 'req', id: 'm4', method: 'connect', params: connectParams({}, client.challenge) });
    await client.answer('m4', 3000).catch(() => {});
  });
  await probe('unknown method', async (client) => {
    client.send({ type: 'req', id: 'm5', method: 'gateway.nope' });
    await client.answer('m5', 3000).catch(() => {});
  });
  await probe('a method of nodes', async (client) => {
    client.send({ type: 'req', id: 'm6', method: 'node.event', params: { event: 'x' } });
    await client.answer('m6', 3000).catch(() => {});
  });
  await record('after hello missing scope', async () => {
    const client = await Client.connect(server, { params: { scopes: ['operator.read'] } });
    const answers = [await client.call('chat.send', { sessionKey: 'main', message: 'x', idempotencyKey: 'x' }), await client.call('sessions.reset', { key: 'main' })];
    await client.end();
    return answers.map(({ ok, error }) => ({ ok, error }));
  });
}

// The same device connects again: the same token comes back, and the token alone is a credential.
async function devices(server, record) {
  await record('device reconnects with its token', async () => {
    const device = new Device();
    const options = { device, params: { scopes: read } };
    const first = await Client.connect(server, options);
    await first.end();
    const second = await Client.connect(server, options);
    await second.end();
    const deviceToken = first.hello.payload?.auth?.deviceToken;
    const third = await Client.connect(server, { device, params: { scopes: read, auth: { deviceToken: deviceToken ?? 'none' } } });
    await third.end();
    return {
      issued: typeof deviceToken, value: [deviceToken === second.hello.payload?.auth?.deviceToken],
      byToken: third.hello.ok ? third.hello.payload.auth : third.hello.error,
    };
  });
}

// A stranger asks, an operator decides, the stranger comes back; then its token is taken away.
async function pairing(server, record) {
  const admin = await Client.connect(server);
  const pick = ({ ok, payload, error }) => ({ ok, payload, error });
  const told = (name) => admin.events(({ event }) => event === name).map(({ payload }) => payload);
  const stranger = (device, params = {}) => Client.connect(server, { device, headers: { origin: 'http://127.0.0.1:3000' }, params: { scopes: ['operator.read'], ...params } });
  const device = new Device();
  const first = await stranger(device);
  await first.until(() => first.closed, 'the close', 5000).catch(() => {});
  await record('pairing asked for', () => refusal(first, first.hello));
  const { requestId } = first.hello.error?.details ?? {};
  await record('pairing asked for again', async () => {
    const again = await stranger(device);
    await again.until(() => again.closed, 'the close', 5000).catch(() => {});
    return { value: [again.hello.error?.details?.requestId === requestId], closeCode: again.closed?.code };
  });
  await record('pairing requested is told', () => ({ events: told('device.pair.requested').slice(0, 1) }));
  await record('pairing list while it waits', async () => {
    const { payload } = await admin.call('device.pair.list', {});
    return { pending: payload.pending.filter((row) => row.requestId === requestId) };
  });
  await record('pairing approved', async () => pick(await admin.call('device.pair.approve', { requestId })));
  await record('pairing approved twice', async () => pick(await admin.call('device.pair.approve', { requestId })));
  await record('pairing resolved is told', () => ({ events: told('device.pair.resolved').slice(0, 1) }));
  const paired = await stranger(device);
  await record('pairing then hello', () => ({ ok: paired.hello.ok, auth: paired.hello.payload?.auth }));
  const deviceToken = paired.hello.payload?.auth?.deviceToken;
  await record('pairing more scopes are asked for', async () => {
    const wider = await stranger(device, { scopes: ['operator.read', 'operator.admin'] });
    await wider.until(() => wider.closed, 'the close', 5000).catch(() => {});
    return refusal(wider, wider.hello);
  });
  await record('pairing token rotated', async () => {
    const answer = pick(await admin.call('device.token.rotate', { deviceId: device.id, role: 'operator' }));
    await paired.until(() => paired.closed, 'the close', 5000).catch(() => {});
    return { answer, closeCode: paired.closed?.code, closeReason: paired.closed?.reason };
  });
  await record('pairing old token', async () => {
    const late = await stranger(device, { auth: { deviceToken: deviceToken ?? 'none' } });
    await late.until(() => late.closed, 'the close', 5000).catch(() => {});
    return refusal(late, late.hello);
  });
  await record('pairing token revoked', async () => pick(await admin.call('device.token.revoke', { deviceId: device.id, role: 'operator' })));
  await record('pairing device removed', async () => pick(await admin.call('device.pair.remove', { deviceId: device.id })));
  await record('pairing rejected', async () => {
    const other = new Device();
    const asking = await stranger(other);
    return pick(await admin.call('device.pair.reject', { requestId: asking.hello.error?.details?.requestId }));
  });
  await admin.end();
}

async function upgrades(server, record) {
  const cases = [
    ['forwarding header of an unknown proxy', { 'x-forwarded-for': '192.0.2.1' }],
    ['bad upgrade', { 'sec-websocket-key': 'short' }],
    ['old version', { 'sec-websocket-version': '8' }],
    ['compression is not negotiated', { 'sec-websocket-extensions': 'permessage-deflate' }],
  ];
  for (const [name, headers] of cases) {
    await record(`upgrade ${name}`, () => upgrade(server, headers));
  }
}

function upgrade(server, headers) {
  return new Promise((resolve, reject) => {
    const request = http.get(server.http, {
      headers: {
        connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', ...headers,
      },
      timeout: 5000,
    });
    request.once('upgrade', (answer, socket) => {
      socket.destroy();
      resolve({ httpStatus: answer.statusCode, value: answer.headers['sec-websocket-extensions'] ?? 'none' });
    });
    request.once('response', (answer) => {
      let body = '';
      answer.on('data', (part) => (body += part));
      answer.on('end', () => resolve({ httpStatus: answer.statusCode, value: answer.headers['content-type']?.split(';')[0] ?? 'none', body: jsonOr(body) }));
    });
    request.once('timeout', () => request.destroy(new Error('no answer to the upgrade')));
    request.once('error', (error) => (error.code === 'ECONNRESET' ? resolve({ httpStatus: 0, value: 'reset' }) : reject(error)));
  });
}

function jsonOr(text) {
  try {
    return JSON.parse(text);
  } catch {
    return 'text';
  }
}

function silent(server, record) {
  return record('silence after the challenge', async () => {
    const since = performance.now();
    const client = await Client.open(server);
    await client.until(() => client.closed, 'the close', 20_000);
    return { ...refusal(client, null), value: [Math.abs((performance.now() - since) / 1000 - 15) < 2 ? 'after 15 s' : 'not after 15 s'] };
  });
}

export { fullScopes };
