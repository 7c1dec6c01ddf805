// A client of the gateway protocol that sends exactly what a script says and keeps every frame it gets.
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { token } from './servers.mjs';

export const fullScopes = ['operator.admin', 'operator.read', 'operator.write', 'operator.approvals', 'operator.pairing', 'operator.questions'];

export class Client {
  frames = [];
  closed = null;
  #waiters = new Set();
  #ids = 0;

  /** Opens a socket; does not say hello. */
  static async open(server, headers = {}) {
    const client = new Client();
    client.socket = new WebSocket(server.url, { headers });
    client.socket.binaryType = 'arraybuffer';
    client.socket.onmessage = ({ data }) => client.#take({ frame: JSON.parse(data), at: performance.now() });
    client.socket.onclose = ({ code, reason }) => {
      client.closed = { code, reason };
      client.#wake();
    };
    client.socket.onopen = () => client.#wake();
    client.socket.onerror = () => {};
    await client.until(() => client.closed || client.socket.readyState === 1, 'the socket to open');
    return client;
  }

  /** Opens a socket and says hello; the answer is in `hello`. */
  static async connect(server, options = {}) {
    const client = await Client.open(server, options.headers);
    await client.until(() => client.closed || client.challenge, 'the challenge');
    client.hello = await client.call('connect', connectParams(options, client.challenge));
    return client;
  }

  get challenge() {
    return this.frames.find(({ frame }) => frame.event === 'connect.challenge')?.frame.payload;
  }

  events(filter = () => true) {
    return this.frames.map(({ frame }) => frame).filter((frame) => frame.type === 'event' && filter(frame));
  }

  send(frame) {
    this.socket.send(typeof frame === 'string' || frame instanceof Uint8Array ? frame : JSON.stringify(frame));
  }

  /** Sends a request; its first answer, or null when the socket closed first. */
  async call(method, params, { timeoutMs = 30_000, final = false } = {}) {
    const id = String(++this.#ids);
    this.send(params === undefined ? { type: 'req', id, method } : { type: 'req', id, method, params });
    return this.answer(id, timeoutMs, final, method);
  }

  /** Both answers of a two-phase request, or the one that it got. */
  async callTwice(method, params, timeoutMs = 30_000) {
    const last = await this.call(method, params, { timeoutMs, final: true });
    return this.frames.map(({ frame }) => frame).filter((frame) => frame.type === 'res' && frame.id === last?.id);
  }

  async answer(id, timeoutMs = 30_000, final = false, what = id) {
    const find = () => this.frames.find(({ frame }) => frame.type === 'res' && frame.id === id
      && !(final && frame.ok && frame.payload?.status === 'accepted'))?.frame;
    await this.until(() => find() || this.closed, `an answer to ${what}`, timeoutMs);
    return find() ?? null;
  }

  async event(filter, what, timeoutMs = 30_000) {
    await this.until(() => this.closed || this.events(filter).length > 0, what, timeoutMs);
    return this.events(filter)[0];
  }

  until(condition, what, timeoutMs = 15_000) {
    return new Promise((resolve, reject) => {
      const look = () => {
        const value = condition();
        if (!value) return;
        this.#waiters.delete(look);
        clearTimeout(timer);
        resolve(value);
      };
      const timer = setTimeout(() => {
        this.#waiters.delete(look);
        reject(new Error(`waited ${timeoutMs} ms for ${what}`));
      }, timeoutMs);
      this.#waiters.add(look);
      look();
    });
  }

  async end() {
    if (this.closed) return;
    this.socket.close();
    await this.until(() => this.closed, 'the close').catch(() => {});
  }

  #take(entry) {
    this.frames.push(entry);
    this.#wake();
  }

  #wake() {
    for (const look of [...this.#waiters]) look();
  }
}

/** Connect params as the command line sends them; every part can be replaced. */
export function connectParams(options = {}, challenge = {}) {
  const params = {
    minProtocol: 4, maxProtocol: 4,
    client: { id: 'cli', version: '2026.9.6', platform: 'linux', mode: 'cli', ...options.client },
    role: 'operator', scopes: fullScopes, caps: ['tool-events'], auth: { token }, locale: 'en-US', userAgent: 'conformance',
    ...options.params,
  };
  for (const [name, value] of Object.entries(params)) {
    if (value === undefined) delete params[name];
  }

  if (options.device) params.device = options.device.prove(params, challenge, options.proof);
  return params;
}

/** A device with an Ed25519 key, as phones and the web page have one. */
export class Device {
  constructor() {
    const { privateKey } = generateKeyPairSync('ed25519');
    this.key = createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const raw = createPublicKey(this.key).export({ type: 'spki', format: 'der' }).subarray(-32);
    this.publicKey = raw.toString('base64url');
    this.id = createHash('sha256').update(raw).digest('hex');
  }

  /** The `device` member; `proof` replaces parts of it, after (`bad`) or before the line is signed. */
  prove(params, challenge, { version = 'v3', bad = {}, signedAt = challenge.ts, nonce = challenge.nonce } = {}) {
    const { client, auth = {} } = params;
    const lower = (text) => (text ?? '').trim().toLowerCase();
    const line = [
      version, this.id, client.id, client.mode, params.role ?? 'operator', (params.scopes ?? []).join(','), signedAt,
      auth.token ?? auth.deviceToken ?? auth.bootstrapToken ?? '', nonce,
      ...(version === 'v3' ? [lower(client.platform), lower(client.deviceFamily)] : []),
    ].join('|');
    return { id: this.id, publicKey: this.publicKey, signature: sign(null, Buffer.from(line), this.key).toString('base64url'), signedAt, nonce, ...bad };
  }
}
