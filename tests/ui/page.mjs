#!/usr/bin/env node
// The original's web page against our gateway, in Chromium. Started by run.sh. The page's files come from the original's npm package and
// are put in front of our gateway's address, so everything else (socket, HTTP) is a request of that page to our gateway.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { parseArgs } from 'node:util';
import { endAll, startGateway, startModel, token } from '../conformance/lib/servers.mjs';
import { Client } from '../conformance/lib/client.mjs';
import { firstVisit, lanAddress } from './first-visit.mjs';

const { values: options } = parseArgs({
  options: {
    packages: { type: 'string' }, playwright: { type: 'string' }, chromium: { type: 'string' }, ours: { type: 'string' },
    model: { type: 'string' }, original: { type: 'boolean', default: false }, out: { type: 'string' }, keep: { type: 'boolean', default: false }, show: { type: 'boolean', default: false },
  },
});
const { chromium } = createRequire(join(options.playwright, 'package.json'))('playwright-core');
const files = join(options.packages, 'node_modules', 'openclaw', 'dist', 'control-ui');
const root = mkdtempSync(join(tmpdir(), 'ui-'));
const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.json': 'application/json', '.webmanifest': 'application/manifest+json', '.woff2': 'font/woff2', '.png': 'image/png', '.ico': 'image/x-icon', '.wasm': 'application/wasm' };
let [passed, failed] = [0, 0];
const cleanups = [];
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => end().finally(() => process.exit(1)));

async function end() {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup().catch(() => {});
  await endAll();
  if (options.keep) console.log(`kept ${root}`);
  else rmSync(root, { recursive: true, force: true, maxRetries: 5 });
}

async function run() {
  mkdirSync(options.out, { recursive: true });
  const model = await startModel(options.model.split(' '));
  const command = options.original ? [process.execPath, join(options.packages, 'node_modules', 'openclaw', 'openclaw.mjs')] : options.ours.split(' ');
  const server = await startGateway({ name: options.original ? 'original' : 'edge', command, root, model, env: { PATH: process.env.PATH } });
  const browser = await chromium.launch({
    executablePath: options.chromium,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
      // A page that the test answered itself has no address of its own, so Chromium would keep it from the loopback socket.
      '--disable-features=LocalNetworkAccessChecks',
      // What mDNS does on a LAN.
      `--host-resolver-rules=MAP kitchen.local ${lanAddress() ?? '127.0.0.1'}`],
  });
  cleanups.push(() => browser.close());
  const ours = await watch(browser, server, 'first');
  await step(ours, 'connects with the token in the fragment', connects);
  await step(ours, 'is a paired device afterwards', paired);
  await step(ours, 'draws the answer while it streams', streams);
  await step(ours, 'shows the reply of a tool turn', usesTool);
  await step(ours, 'stops a running answer', stops);
  await step(ours, 'answers what is typed while an answer streams, in turn', speaksOver);
  await step(ours, 'lists the sessions', listsSessions);
  await step(ours, 'shows the history again after a reload, without a token', reloads);
  await step(ours, 'sees what another client sends', seesOthers);
  await step(ours, 'has no errors: console, page, requests, answers of known methods', noErrors);
  if (options.original) return;
  if (!lanAddress()) return console.log('note  ui: this machine has no address but loopback: the first visit was not tried');
  const auth = { mode: 'token', token: randomBytes(32).toString('hex') }; // one that everybody can read in a test is refused on a LAN
  const visited = await startGateway({ name: 'visited', command, root, model, env: { PATH: process.env.PATH }, gateway: { bind: 'lan', auth } });
  await firstVisit({ browser, server: { ...visited, http: `https://kitchen.local:${visited.port}` }, step, watch, until, serve });
}

async function step(page, name, act) {
  try {
    await act(page);
    passed++;
    console.log(`ok    ui: ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAIL  ui: ${name}: ${error.message.split('\n')[0]}`);
    await page.page.screenshot({ path: join(options.out, `failed-${failed}.png`) }).catch(() => {});
  }
}

/** A page of its own browser profile whose traffic is written down. */
async function watch(browser, server, name, more = {}, { bare } = { bare: options.original }) {
  const context = await browser.newContext({ serviceWorkers: 'block', viewport: { width: 1280, height: 800 }, ...more });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const seen = { name, server, context, page, console: [], failures: [], calls: new Map(), errors: [], events: new Map() };
  if (!bare) await context.route(`${server.http}/**`, (route) => serve(route, server));
  page.on('console', (message) => {
    if (/^Service Worker registration blocked by Playwright/.test(message.text())) return;
    if (['error', 'warning'].includes(message.type())) seen.console.push(`${message.type()}: ${message.text()} ${message.location().url}`);
    if (options.show) console.log(`  console ${message.type()}: ${message.text().slice(0, 300)}`);
  });
  page.on('pageerror', (error) => seen.failures.push(`page error: ${error.message}`));
  page.on('requestfailed', (request) => seen.failures.push(`request failed: ${request.url()} ${request.failure()?.errorText}`));
  page.on('response', (response) => {
    if (response.status() >= 400) seen.failures.push(`HTTP ${response.status()}: ${response.request().method()} ${response.url().replace(server.http, '')}`);
  });
  page.on('websocket', (socket) => listen(socket, seen));
  return seen;
}

function listen(socket, seen) {
  const waiting = new Map();
  socket.on('framesent', ({ payload }) => {
    const frame = JSON.parse(payload);
    waiting.set(frame.id, frame);
    if (options.show) console.log(`  > ${payload.slice(0, 400)}`);
  });
  socket.on('framereceived', ({ payload }) => {
    const frame = JSON.parse(payload);
    if (frame.type === 'event') {
      seen.events.set(frame.event, [...(seen.events.get(frame.event) ?? []), frame.payload]);
      return;
    }

    const request = waiting.get(frame.id);
    seen.calls.set(request?.method, [...(seen.calls.get(request?.method) ?? []), frame]);
    if (frame.ok) return;
    seen.errors.push(`${request?.method}: ${frame.error.code} ${frame.error.message}`);
    if (options.show) console.log(`  < ${request?.method}: ${frame.error.message}`);
  });
  socket.on('close', () => seen.closed?.());
}

async function serve(route, server) {
  const url = new URL(route.request().url());
  const path = decodeURIComponent(url.pathname);
  const file = normalize(join(files, path === '/' || /^\/(chat|dashboard|sessions|approve)(\/|$)/.test(path) ? 'index.html' : path));
  if (route.request().method() !== 'GET' || !file.startsWith(files) || !existsSync(file) || !statSync(file).isFile()) return route.continue();
  let body = readFileSync(file);
  // As the original's gateway writes it into the page; its build id stays out, because our hello has none.
  if (file.endsWith('index.html')) {
    body = String(body).replace(/<html data-openclaw-control-ui-build-id="[^"]*"/, '<html data-openclaw-control-ui-base-path="" data-openclaw-terminal-enabled="false"')
      .replaceAll('"./', '"/');
  }

  return route.fulfill({ status: 200, contentType: types[extname(file)] ?? 'application/octet-stream', body });
}

async function connects(ours) {
  const { page, server } = ours;
  await page.goto(`${server.http}/#token=${token}`);
  await until(() => ours.calls.get('connect')?.at(-1), 'an answer to connect');
  const answer = ours.calls.get('connect').at(-1);
  if (!answer.ok) throw new Error(answer.error.message);
  if (answer.payload.auth.method !== 'token') throw new Error(`auth.method is ${answer.payload.auth.method}`);
  await until(() => ours.calls.get('chat.startup')?.some(({ ok }) => ok), 'chat.startup');
  await composer(page).waitFor();
  if (page.url().includes(token)) throw new Error('the token is still in the address bar');
}

async function paired(ours) {
  const { auth } = ours.calls.get('connect').at(-1).payload;
  if (!auth.deviceToken) throw new Error('hello-ok has no device token');
  const client = await Client.connect(ours.server);
  const { payload } = await client.call('device.pair.list', {});
  await client.end();
  if (payload.paired.length !== 1 || payload.paired[0].clientId !== 'openclaw-control-ui') throw new Error(`paired: ${JSON.stringify(payload.paired)}`);
}

const composer = (page) => page.locator('textarea[placeholder^="Message"]:visible').first();

async function send(page, text) {
  await composer(page).fill(text);
  await composer(page).press('Enter');
}

async function streams(ours) {
  const { page } = ours;
  await send(page, 'count [tokens:150] [tps:30] [id:ui1]');
  const growing = new Set();
  await until(() => (ours.events.get('chat') ?? []).some(({ state }) => state === 'delta'), 'the first delta');
  const thread = page.locator('.chat-thread, [class*=chat-thread], main').first();
  await until(async () => {
    growing.add((await thread.innerText()).length);
    return ours.events.get('chat').some(({ state }) => state === 'final');
  }, 'the final event', 30_000);
  const final = ours.events.get('chat').find(({ state }) => state === 'final');
  const text = final.message.content.map((part) => part.text ?? '').join('');
  await until(async () => squeeze(await thread.innerText()).includes(squeeze(text)), 'the whole answer on the page');
  if (growing.size < 5) throw new Error(`the page drew only ${growing.size} different states while the answer streamed`);
}

async function usesTool(ours) {
  const { page } = ours;
  await send(page, 'read it [tool:read notes.txt] [text:The notes were read.] [id:ui2]');
  await page.getByText('The notes were read.', { exact: true }).first().waitFor({ timeout: 20_000 });
  if (!(ours.events.get('agent') ?? []).some(({ stream }) => stream === 'tool')) throw new Error('no tool event came');
}

async function stops(ours) {
  const { page } = ours;
  const before = ours.events.get('chat').length;
  await send(page, 'go on [tokens:2000] [tps:40] [id:ui3]');
  await until(() => ours.events.get('chat').slice(before).some(({ state }) => state === 'delta'), 'the first delta');
  await page.getByRole('button', { name: /stop/i }).first().click();
  await until(() => ours.events.get('chat').slice(before).some(({ state }) => state === 'aborted'), 'the aborted event');
}

async function speaksOver(ours) {
  const { page } = ours;
  const before = ours.events.get('chat').length;
  await send(page, 'the earlier question [tokens:120] [tps:30] [id:ui4]');
  await until(() => ours.events.get('chat').slice(before).some(({ state }) => state === 'delta'), 'the first delta');
  await send(page, 'the later question [text:The later answer.] [id:ui5]');
  const thread = page.locator('.chat-thread, [class*=chat-thread], main').first();
  const shown = async () => {
    const text = squeeze(await thread.innerText());
    const from = text.lastIndexOf(squeeze('the earlier question'));
    return ['the earlier question', 'Rain moves over', 'the later question', 'The later answer.'].map((part) => text.indexOf(squeeze(part), from));
  };
  await page.getByText('The later answer.', { exact: true }).first().waitFor({ timeout: 30_000 });
  await until(async () => (await shown()).every((place) => place >= 0), 'both questions and both answers');
  await until(async () => (await shown()).every((place, index, all) => index === 0 || place > all[index - 1]), 'questions and answers in turn', 15_000);
  await page.reload();
  await until(async () => (await shown()).every((place, index, all) => place >= 0 && (index === 0 || place > all[index - 1])), 'questions and answers in turn after a reload', 15_000);
}

async function listsSessions(ours) {
  const { page, server } = ours;
  const client = await Client.connect(server);
  await client.call('sessions.patch', { key: 'agent:main:listed', label: 'A session to be listed' });
  await client.call('chat.send', { sessionKey: 'agent:main:listed', message: 'say [text:Listed.] [id:ui4]', idempotencyKey: 'ui-listed' });
  await client.event(({ event, payload }) => event === 'chat' && payload.state === 'final', 'the other turn');
  await client.end();
  await page.getByText('A session to be listed').first().waitFor();
}

async function reloads(ours) {
  const { page, server } = ours;
  const before = ours.calls.get('connect').length;
  await page.goto(`${server.http}/`);
  await page.reload();
  await until(() => ours.calls.get('connect').length > before, 'a second connect');
  await page.getByText('The notes were read.', { exact: true }).first().waitFor({ timeout: 20_000 });
}

async function seesOthers(ours) {
  const { page, server } = ours;
  const client = await Client.connect(server);
  await client.call('chat.send', { sessionKey: 'main', message: 'say [text:Greetings from next door.] [id:ui5]', idempotencyKey: 'ui-other' });
  await page.getByText('Greetings from next door.', { exact: true }).first().waitFor({ timeout: 20_000 });
  await client.end();
}

// What the original's own gateway gives this page too: pictures that nobody has, and requests that the page itself takes back.
const usual = [/\/__openclaw__\/workspace-icon\//, /\/api\/users\/[^/]+\/avatar/, /net::ERR_ABORTED/];

async function noErrors(ours) {
  const unknown = [...new Set(ours.errors.filter((line) => line.includes('unknown method')))].map((line) => line.split(':')[0]);
  if (unknown.length > 0) console.log(`note  ui: the page asks for ${unknown.length} methods that we do not have: ${unknown.join(' ')}`);
  const lines = [...ours.console, ...ours.failures, ...ours.errors.filter((line) => !line.includes('unknown method'))];
  const found = [...new Set(lines)].filter((line) => !usual.some((pattern) => pattern.test(line)));
  for (const line of found) console.log(`note  ui: ${line}`);
  if (found.length > 0) throw new Error(`${found.length} errors, see above`);
}

const squeeze = (text) => text.replace(/\s+/g, ' ').trim();

async function until(condition, what, timeoutMs = 15_000) {
  const since = Date.now();
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() - since > timeoutMs) throw new Error(`waited ${timeoutMs} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

try {
  await run();
} catch (error) {
  failed++;
  console.error(`FAIL  ui: ${error.stack}`);
} finally {
  await end();
}

console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
