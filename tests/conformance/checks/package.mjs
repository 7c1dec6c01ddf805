// The third-party client openclaw-node, as it comes from npm: it connects, runs agents with streaming, reads sessions and history.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { token } from '../lib/servers.mjs';

export async function nodePackage(server, record, { packages, root }) {
  const { OpenClawClient } = createRequire(join(packages, 'package.json'))('openclaw-node');
  const options = (name) => ({ url: server.url, token, deviceIdentityPath: join(root, `${server.name}-${name}.json`), autoReconnect: false });
  const client = new OpenClawClient({ ...options('first'), autoReconnect: true, reconnectIntervalMs: 100 });
  client.on('error', () => {});
  const events = [];
  client.on('event', (event) => events.push(event));

  await record('package connects', async () => {
    const hello = await client.connect();
    return { type: hello.type, protocol: hello.protocol, auth: hello.auth, policy: hello.policy, value: [client.isConnected, client.hasMethod('agent'), client.hasMethod('chat.history')] };
  });
  const call = (name, act) => record(`package ${name}`, act);
  await call('health', async () => ({ value: [(await client.request('health', {})).ok ?? null] }));
  await call('chat streams', async () => {
    const chunks = [];
    for await (const chunk of client.chat('say it [tokens:12] [tps:40]', { sessionKey: 'agent:main:package' })) chunks.push(chunk);
    const text = chunks.filter(({ type }) => type === 'text').map(({ text: piece }) => piece).join('');
    return { order: chunks.map(({ type }) => type).filter((type, index, all) => type !== all[index - 1]), text, manyPieces: chunks.filter(({ type }) => type === 'text').length > 1, oneRun: new Set(chunks.map(({ runId }) => runId)).size === 1, value: [chunks.some(({ runId }) => !runId)] };
  });
  await call('chatSync', async () => ({ text: await client.chatSync('say [text:Hello there.]', { sessionKey: 'agent:main:package' }) }));
  await call('a failed chat', async () => {
    const chunks = [];
    try {
      for await (const chunk of client.chat('fail [fault:400]', { sessionKey: 'agent:main:package-fault' })) chunks.push(chunk.type);
    } catch (error) {
      return { value: ['threw', typeof error.message] };
    }

    return { order: chunks.filter((type, index) => type !== chunks[index - 1]) };
  });
  await call('sessions.list', async () => {
    const { sessions } = await client.sessions.list({ limit: 50 });
    return { value: [sessions.some(({ key }) => key === 'agent:main:package')] };
  });
  await call('sessions.describe', async () => ({ key: (await client.sessions.describe('agent:main:package')).session?.key ?? null }));
  await call('history', async () => {
    const { messages } = await client.sessions.history('agent:main:package', { limit: 20 });
    return { order: messages.map(({ role }) => role) };
  });
  await call('messages of a session', async () => {
    const pushed = [];
    const { unsubscribe } = await client.sessions.subscribeMessages('agent:main:package', (event) => pushed.push(event.payload.message.role));
    await client.chatSync('say [text:Again.]', { sessionKey: 'agent:main:package' });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await unsubscribe();
    return { order: pushed };
  });
  await call('agents.list', async () => ({ value: [(await client.agents.list()).agents.map(({ id }) => id).join()] }));
  await call('config.get', async () => ({ value: [typeof (await client.config.get()).hash] }));
  await call('channels.status', async () => ({ value: [typeof (await client.channels.status()).channelOrder] }));
  await call('chatAbort', async () => {
    const running = client.chat('go on [tokens:2000] [tps:40]', { sessionKey: 'agent:main:package-abort' });
    const order = [];
    for await (const { type } of running) {
      if (type === 'text' && !order.includes('text')) client.chatAbort('agent:main:package-abort');
      if (type !== order.at(-1)) order.push(type);
    }

    return { order };
  });
  await call('an unknown method', async () => client.request('no.such', {}).then(() => 'answered', (error) => ({ message: error.message })));
  await call('events', () => ({ value: [['agent', 'chat'].every((name) => events.some(({ event }) => event === name))] }));
  await call('two clients at once', async () => {
    const second = new OpenClawClient(options('second'));
    second.on('error', () => {});
    await second.connect();
    const texts = await Promise.all([client.chatSync('[text:one]', { sessionKey: 'agent:main:p1' }), second.chatSync('[text:two]', { sessionKey: 'agent:main:p2' })]);
    await second.disconnect();
    return { text: texts.join(' ') };
  });
  await call('connects again with what it was given', async () => {
    await client.disconnect();
    const again = new OpenClawClient(options('first'));
    again.on('error', () => {});
    const { type } = await again.connect();
    await again.disconnect();
    return { type };
  });
  await call('wrong token', async () => {
    const stranger = new OpenClawClient({ ...options('stranger'), token: 'wrong' });
    stranger.on('error', () => {});
    const result = await stranger.connect().then(() => 'connected', (error) => ({ message: error.message }));
    await stranger.disconnect();
    return result;
  });
}
