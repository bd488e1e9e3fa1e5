import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core';
import { AccessStore } from '#access';
import { SignIn } from '#sign-in';
import { openBrowser } from './support/browser.js';
import { freePort } from './support/postgres.js';
import { TestServer } from './support/server.js';
import { LIMIT_MS } from './support/waiting.js';

let server: TestServer;
let home: string;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let device: CDPSession;
let account: string;

beforeAll(async () => {
  const port = await freePort();
  home = `http://localhost:${port}`;
  server = await TestServer.start([], { PORT: String(port), PUBLIC_URL: home });
  const { accounts } = server.app.get(AccessStore);
  account = await accounts.open({ kind: 'person', name: 'Ada' }, { role: 'secretariat', agency: null });
  browser = await openBrowser();
  context = await browser.newContext();
  context.setDefaultTimeout(LIMIT_MS);
  page = await context.newPage();
  // A device that keeps passkeys and knows its person: Chromium's own, which is made for tests.
  device = await context.newCDPSession(page);
  await device.send('WebAuthn.enable');
  await device.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      ...{ protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true },
      ...{ isUserVerified: true, automaticPresenceSimulation: true },
    },
  });
});
afterAll(async () => {
  await browser.close();
  await server.close();
});

const signsInByLink = async (): Promise<void> => {
  await page.goto(await server.app.get(SignIn).links.make(account, 'link', '/account'));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(/\/account$/);
};
const signsOut = async (): Promise<void> => {
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await page.getByText('This browser knows you no more').waitFor();
};
const usesPasskey = async (): Promise<void> => {
  await page.goto(`${home}/sign-in?to=/agencies`);
  await page.getByRole('button', { name: 'Use a passkey' }).click();
};

it('A passkey is added once signed in, signs in after that, shows when it was used, and is removed', async () => {
  await signsInByLink();
  // Its button can be pressed once the script is there, which comes late here.
  await page.route('**/*.js', async (route) => {
    await sleep(500);
    await route.continue();
  });
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByLabel('Its name').fill('My laptop');
  await page.getByRole('button', { name: 'Make it' }).click();
  await page.waitForURL(/#passkeys$/);
  expect(await page.locator('#passkeys').innerText()).toContain('never used');
  await signsOut();

  await usesPasskey();
  await page.waitForURL(/\/agencies$/);
  await page.goto(`${home}/account`);
  expect(await page.locator('#passkeys').innerText()).toMatch(/My laptop[^]*last used/);
  expect(await page.locator('#sessions').innerText()).toContain('with a passkey');

  await page.getByRole('button', { name: 'Remove the passkey My laptop' }).click();
  await page.waitForURL(/#passkeys$/);
  await signsOut();
  await usesPasskey();
  await page.getByText('The passkey was not taken').waitFor();
  expect((await context.cookies()).map(({ name }) => name)).not.toContain('session');
});

it('An answer of a passkey is taken once, and only from the browser that was asked', async () => {
  await signsInByLink();
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  const answers: (string | null)[] = [];
  page.on('request', (request) => {
    if (request.method() === 'POST' && /passkey/.test(request.url())) answers.push(request.postData());
  });
  await page.getByRole('button', { name: 'Make it' }).click();
  await page.waitForURL(/#passkeys$/);
  await signsOut();
  await usesPasskey();
  await page.waitForURL(/\/agencies$/);
  const answer = answers.at(-1)!;
  expect(answer).toContain('attempt=');
  const sends = async (cookie: string) =>
    fetch(`${home}/sign-in/passkey/answer`, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: home, cookie },
      body: answer,
    });
  expect((await sends(`signing-in=${'x'.repeat(32)}`)).status).toBe(403);
  expect((await sends('')).status).toBe(403);
});
