// The first visit: a browser that is not on the gateway's machine opens the landing page, types the six digits and is in. Steps of page.mjs.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { networkInterfaces } from 'node:os';

/** Whoever comes by the machine's own address on the LAN is from elsewhere; null where there is none. */
export function lanAddress() {
  return Object.values(networkInterfaces()).flat().find(({ internal, family }) => !internal && family === 'IPv4')?.address ?? null;
}

const digitsOf = (server) => readFileSync(join(server.home, 'output.log'), 'utf8').match(/type (\d{6})/)?.[1];
const said = (page) => page.locator('#say').innerText();

export async function firstVisit({ browser, server, step, watch, until, serve }) {
  const strange = { ignoreHTTPSErrors: true }; // the authority is new to this browser, too
  const visitor = await watch(browser, server, 'visitor', strange, { bare: true });
  const digits = await until(() => digitsOf(server), 'six digits in the log');
  await step(visitor, 'first visit: plain http leads to https, and a form asks for six digits', async ({ page }) => {
    await page.goto(server.http.replace('https:', 'http:'));
    if (!page.url().startsWith('https:')) throw new Error(`the page is ${page.url()}`);
    await page.locator('#code').waitFor();
    if (await page.locator('#home').isVisible()) throw new Error('somebody is in already');
  });
  await step(visitor, 'first visit: wrong digits are refused', async ({ page }) => {
    await page.locator('#code').fill(digits === '111111' ? '222222' : '111111');
    await page.getByRole('button', { name: 'Pair', exact: true }).click();
    await until(async () => (await said(page)).includes('wrong'), 'a word about the digits');
  });
  await step(visitor, 'first visit: the right ones pair this browser', async ({ page }) => {
    await page.locator('#code').fill(`${digits.slice(0, 3)} ${digits.slice(3)}`);
    await page.locator('#code').press('Enter');
    await until(async () => (await said(page)) === 'This browser is paired.', 'the pairing');
    if (await page.locator('#enter').isVisible()) throw new Error('the form is still there');
  });
  await step(visitor, 'first visit: it is known after a reload', async ({ page }) => {
    await page.reload();
    await until(async () => (await said(page)) === 'This browser is paired.', 'the greeting');
    await page.locator('#enter').waitFor({ state: 'hidden' });
  });

  const second = await watch(browser, server, 'second', strange, { bare: true });
  await step(second, 'first visit: a paired browser gives the next one a code', async ({ page }) => {
    await visitor.page.locator('#more').click();
    const code = await until(async () => (await said(visitor.page)).match(/Type (\d{6})/)?.[1], 'a code for another browser');
    await page.goto(server.http);
    await page.locator('#code').fill(code);
    await page.getByRole('button', { name: 'Pair', exact: true }).click();
    await until(async () => (await said(page)) === 'This browser is paired.', 'the second pairing');
  });

  await step(visitor, 'first visit: the web page takes it from there: no token, no question, an answer', async ({ page, context, calls }) => {
    await context.route(`${server.http}/**`, (route) => serve(route, server));
    const before = calls.get('connect')?.length ?? 0;
    await page.goto(`${server.http}/`);
    const hello = await until(() => calls.get('connect')?.slice(before).find(({ ok }) => ok), 'a connection of the web page');
    if (hello.payload.auth.method !== 'device-token') throw new Error(`auth.method is ${hello.payload.auth.method}`);
    const composer = page.locator('textarea[placeholder^="Message"]:visible').first();
    await composer.fill('say [text:Good to see you here.] [id:visit1]');
    await composer.press('Enter');
    await page.getByText('Good to see you here.', { exact: true }).first().waitFor({ timeout: 20_000 });
  });
  await step(visitor, 'first visit: nothing broke the page\'s own rules', async () => {
    const broken = [...visitor.console, ...second.console].filter((line) => line.includes('Content Security Policy'));
    const refused = [...visitor.failures, ...second.failures].filter((line) => /page error|HTTP [45]/.test(line) && !/POST \/pair$|favicon|workspace-icon|avatar/.test(line));
    if (broken.length + refused.length > 0) throw new Error([...broken, ...refused].join('; '));
  });
}
