// A phone on the LAN, in a real Chromium of a phone's size: opens the box's page, types the six digits, says hello, reads the answer.
// The page after the pairing is the original's, from its own npm package. Started by run.sh; prints "figure: …" lines. It knows nothing
// of the box but its address and the digits that a person has read.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname, join, normalize } from 'node:path';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: { packages: { type: 'string' }, playwright: { type: 'string' }, chromium: { type: 'string' }, address: { type: 'string' }, digits: { type: 'string' }, since: { type: 'string' } },
});
const { chromium, devices } = createRequire(join(options.playwright, 'package.json'))('playwright-core');
const files = join(options.packages, 'node_modules', 'openclaw', 'dist', 'control-ui');
const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.json': 'application/json', '.woff2': 'font/woff2', '.png': 'image/png', '.ico': 'image/x-icon', '.wasm': 'application/wasm' };
const tell = (what) => console.log(`figure: ${(Date.now() / 1000 - Number(options.since)).toFixed(1)} s: ${what}`);

const browser = await chromium.launch({
  executablePath: options.chromium,
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-features=LocalNetworkAccessChecks'],
});
try {
  const { defaultBrowserType: _, ...phone } = devices['Pixel 5'];
  const context = await browser.newContext({ ...phone, ignoreHTTPSErrors: true, serviceWorkers: 'block' });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  await page.goto(`http://${options.address}/`); // as a person types it
  if (!page.url().startsWith('https:')) throw new Error(`not sent to https: ${page.url()}`);
  await page.locator('#code').fill(options.digits);
  await page.locator('#code').press('Enter');
  await page.getByText('This browser is paired.', { exact: true }).waitFor();
  tell('the phone is paired');

  await context.route(`https://${options.address}/**`, serve);
  const answers = [];
  page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => {
    const frame = JSON.parse(payload);
    if (frame.event === 'chat' && frame.payload.state === 'final') answers.push(frame.payload.message.content.map((part) => part.text ?? '').join(''));
  }));
  await page.goto(`https://${options.address}/`);
  const composer = page.locator('textarea[placeholder^="Message"]:visible').first();
  await composer.fill('hello from a phone');
  await composer.press('Enter');
  const end = Date.now() + 30_000;
  while (answers.length === 0) {
    if (Date.now() > end) throw new Error('no answer on the phone');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  if (answers[0].trim().length === 0) throw new Error('an empty answer');
  tell('the first answer is on the phone');
} finally {
  await browser.close();
}

function serve(route) {
  const path = decodeURIComponent(new URL(route.request().url()).pathname);
  const file = normalize(join(files, path === '/' || /^\/(chat|dashboard|sessions|approve)(\/|$)/.test(path) ? 'index.html' : path));
  if (route.request().method() !== 'GET' || !file.startsWith(files) || !existsSync(file) || !statSync(file).isFile()) return route.continue();
  let body = readFileSync(file);
  if (file.endsWith('index.html')) {
    body = String(body).replace(/<html data-openclaw-control-ui-build-id="[^"]*"/, '<html data-openclaw-control-ui-base-path="" data-openclaw-terminal-enabled="false"').replaceAll('"./', '"/');
  }

  return route.fulfill({ status: 200, contentType: types[extname(file)] ?? 'application/octet-stream', body });
}
