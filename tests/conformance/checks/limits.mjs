// Limits, timers and close codes: what of the original's two tables can be seen within a minute. docs/protocol.md names the tests of the others.
import { createHash, randomBytes } from 'node:crypto';
import net from 'node:net';
import { Client, Device, connectParams } from '../lib/client.mjs';
import { token } from '../lib/servers.mjs';

const page = { origin: 'http://127.0.0.1:3000' };

export async function limits(server, record) {
  await record('limit: 25 MiB and a byte after hello', async () => {
    const client = await Client.connect(server);
    client.send(`{"type":"req","id":"big","method":"health","params":{"pad":"${'x'.repeat(25 * 1024 * 1024)}"}}`);
    await client.until(() => client.closed, 'the close', 20_000);
    return { closeCode: client.closed.code, closeReason: client.closed.reason };
  });
  await record('limit: 24 MiB after hello', async () => {
    const client = await Client.connect(server);
    const answer = await client.call('gateway.nope', { pad: 'x'.repeat(24 * 1024 * 1024) });
    await client.end();
    return { ok: answer.ok, error: answer.error };
  });
  for (const behind of [15, 16]) {
    await record(`limit: ${behind} frames behind a connect that is refused`, async () => {
      const client = await Client.open(server);
      await client.until(() => client.challenge, 'the challenge');
      client.send({ type: 'req', id: 'c', method: 'connect', params: connectParams({ params: { auth: { token: 'not-the-token' } } }, client.challenge) });
      for (let n = 0; n < behind; n++) client.send({ type: 'req', id: `h${n}`, method: 'health' });
      await client.until(() => client.closed, 'the close', 20_000);
      const answers = client.frames.map(({ frame }) => frame).filter(({ type }) => type === 'res').map(({ id, ok, error }) => ({ id, ok, error }));
      return { answers, closeCode: client.closed.code, closeReason: client.closed.reason, value: [answers.length] };
    });
  }

  await record('limit: calls of a role that one has not', async () => {
    const client = await Client.connect(server);
    const wrong = (id) => client.send({ type: 'req', id, method: 'node.event', params: { event: 'x' } });
    for (let n = 0; n < 10; n++) wrong(`a${n}`);
    await client.answer('a9');
    const between = await client.call('health', {});
    for (let n = 0; n < 14; n++) wrong(`b${n}`);
    await client.until(() => client.closed, 'the close', 5000).catch(() => {});
    const answers = client.frames.map(({ frame }) => frame).filter(({ type, id }) => type === 'res' && /^[ab]\d/.test(id));
    await client.end();
    return { between: between?.ok ?? null, first: answers[0]?.error, value: [answers.length], closeCode: client.closed?.code ?? 0, closeReason: client.closed?.reason ?? 'open' };
  });
  await record('limit: writes of the configuration', async () => {
    const client = await Client.connect(server);
    const answers = [];
    for (let n = 0; n < 32; n++) answers.push(await client.call('config.apply', { raw: '{}' }));
    await client.end();
    const slowed = answers.filter(({ error }) => error?.code === 'UNAVAILABLE');
    return { error: slowed[0]?.error, value: [slowed.length > 0, slowed[0]?.error.retryAfterMs > 0 && slowed[0].error.retryAfterMs <= 60_000] };
  });
  await record('close: a device that is removed', async () => {
    const admin = await Client.connect(server);
    const device = new Device();
    const client = await Client.connect(server, { device, params: { scopes: ['operator.read'] } });
    const answer = await admin.call('device.pair.remove', { deviceId: device.id });
    await client.until(() => client.closed, 'the close', 5000).catch(() => {});
    await admin.end();
    return { removed: answer.ok, closeCode: client.closed?.code ?? 0, closeReason: client.closed?.reason ?? 'open' };
  });
  await record('close: a token that is revoked', async () => {
    const admin = await Client.connect(server);
    const device = new Device();
    const client = await Client.connect(server, { device, params: { scopes: ['operator.read'] } });
    const answer = await admin.call('device.token.revoke', { deviceId: device.id, role: 'operator' });
    await client.until(() => client.closed, 'the close', 5000).catch(() => {});
    await admin.end();
    return { revoked: answer.ok, closeCode: client.closed?.code ?? 0, closeReason: client.closed?.reason ?? 'open' };
  });
  await record('close: a reason that is too long', async () => {
    const client = await Client.connect(server, { device: new Device(), headers: page, client: { displayName: 'ä'.repeat(200) }, params: { scopes: ['operator.read'] } });
    await client.until(() => client.closed, 'the close', 5000).catch(() => {});
    return { closeCode: client.closed?.code ?? 0, value: [Buffer.byteLength(client.closed?.reason ?? '') <= 123] };
  });
  await record('limit: wrong secrets are answered later and later', async () => {
    const waits = [];
    for (let n = 0; n < 3; n++) {
      const since = performance.now();
      const client = await Client.connect(server, { params: { auth: { token: `wrong-${n}` } } });
      await client.until(() => client.closed, 'the close', 20_000);
      waits.push(performance.now() - since);
    }

    return { value: [waits[2] > 200] };
  });
  return { later: silence(server, record) };
}

// Whoever is connected is told, and closed; at a gateway that had no turns, because the original waits up to 315 s behind many of them.
export async function stop(_, record, { another }) {
  const server = await another();
  const client = await Client.connect(server);
  const from = client.frames.length;
  server.stop();
  await client.until(() => client.closed, 'the close', 15_000).catch(() => {});
  await record('stop: told and closed', () => ({
    events: client.events(({ event }) => event === 'shutdown').map(({ payload }) => payload),
    value: [client.frames.slice(from).at(-1)?.frame.event],
    closeCode: client.closed?.code ?? 0, closeReason: client.closed?.reason ?? 'open',
  }));
}

// A peer that answers no ping: a ping at 25 s, a tick within 30 s, then the end.
async function silence(server, record) {
  const peer = new Mute(server);
  await record('timer: ping, tick, and no pong', async () => {
    await peer.ended;
    const pings = peer.seen.filter(({ opcode }) => opcode === 9);
    const closing = peer.seen.find(({ opcode }) => opcode === 8)?.at ?? peer.at;
    const ticks = peer.seen.filter(({ text }) => text?.includes('"event":"tick"'));
    // The original looks at 50 s or, when it is busy, at 75 s.
    return { value: [near(pings[0]?.at, 25), closing > 45_000 && closing < 79_000 ? 'then cut' : `cut after ${Math.round(closing)} ms`, pings.length, ticks.length > 0 && ticks[0].at < 32_000] };
  });
}

const near = (ms, seconds) => (ms && Math.abs(ms / 1000 - seconds) < 4 ? `after ${seconds} s` : `after ${ms ? Math.round(ms / 100) / 10 : 'no'} s`);

// A WebSocket by hand, because others answer pings by themselves.
class Mute {
  seen = [];
  #rest = Buffer.alloc(0);
  #open = false;

  constructor(server) {
    this.since = performance.now();
    this.socket = net.connect(server.port, '127.0.0.1');
    const key = randomBytes(16).toString('base64');
    this.socket.write(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`);
    this.accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    this.ended = new Promise((resolve) => {
      const timer = setTimeout(() => this.socket.destroy(), 80_000);
      this.socket.once('close', () => {
        clearTimeout(timer);
        this.at = performance.now() - this.since;
        resolve();
      });
    });
    this.socket.on('error', () => {});
    this.socket.on('data', (data) => this.#take(Buffer.concat([this.#rest, data])));
  }

  #take(data) {
    if (!this.#open) {
      const end = data.indexOf('\r\n\r\n');
      if (end < 0) return void (this.#rest = data);
      this.#open = true;
      data = data.subarray(end + 4);
    }

    for (;;) {
      const small = data[1] & 127;
      const head = small === 126 ? 4 : small === 127 ? 10 : 2;
      if (data.length < head) break;
      const length = small === 126 ? data.readUInt16BE(2) : small === 127 ? Number(data.readBigUInt64BE(2)) : small;
      if (data.length < head + length) break;
      this.#frame(data[0] & 15, data.subarray(head, head + length));
      data = data.subarray(head + length);
    }

    this.#rest = data;
  }

  #frame(opcode, payload) {
    const text = opcode === 1 ? payload.toString() : null;
    this.seen.push({ opcode, text, at: performance.now() - this.since });
    if (text?.includes('"connect.challenge"')) this.#say({ type: 'req', id: '1', method: 'connect', params: connectParams({ params: { auth: { token } } }) });
  }

  #say(frame) {
    const payload = Buffer.from(JSON.stringify(frame));
    const mask = randomBytes(4);
    const head = payload.length < 126 ? Buffer.from([0x81, 0x80 | payload.length]) : Buffer.from([0x81, 0xfe, payload.length >> 8, payload.length & 255]);
    this.socket.write(Buffer.concat([head, mask, payload.map((byte, index) => byte ^ mask[index % 4])]));
  }
}
