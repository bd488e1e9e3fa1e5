import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { cookieOf, Reader, signedIn } from './support/browser.js';
import { Visitor } from './support/visitor.js';
import { HLD, TestServer } from './support/server.js';

const TITLE = 'Handbook for municipalities';
const title = (page: Page) => page.locator('[name=title]');
const kept = (page: Page) => page.locator('.kept');
const storage = (page: Page) => page.evaluate(() => JSON.stringify({ ...sessionStorage }));

describe('A form of an act', () => {
  const server = TestServer.forAll([HLD]);
  const reader = Reader.forAll(server);
  let [iom, colleague] = [] as unknown as [Visitor, Visitor];
  beforeAll(async () => {
    [iom, colleague] = [await Visitor.signedIn(server, 'IOM'), await Visitor.signedIn(server, 'IOM')];
  });

  /** Types a title and the titles of two milestones, and leaves. */
  async function typesAndLeaves(page: Page) {
    await title(page).fill(TITLE);
    const milestones = page.locator('#in-milestones');
    await milestones.locator('summary').click();
    await page.locator('[name="milestones.0.title"]').fill('A draft');
    await milestones.getByRole('button', { name: 'Add another' }).click();
    await page.locator('[name="milestones.1.title"]').fill('A proof');
    await page.goto(`${server.url}/home`);
  }

  it('gives back what was typed, with as many rows, and says so; it forgets it when asked', async () => {
    const seen = await reader.on(
      '/record',
      async (page) => {
        // given
        await typesAndLeaves(page);
        const inStorage = await storage(page);
        // when
        await page.goto(`${server.url}/record`);
        await kept(page).waitFor();
        const back = [await title(page).inputValue(), await page.locator('[name="milestones.1.title"]').inputValue()];
        const words = await kept(page).innerText();
        await kept(page).getByRole('button').click();
        await page.waitForFunction(() => !document.querySelector('.kept'));
        return { inStorage, back, words, after: [await title(page).inputValue(), await storage(page)] };
      },
      signedIn(iom),
    );
    // then
    expect(seen.back).toEqual([TITLE, 'A proof']);
    expect(seen.words).toMatch(/^What you typed here until .*, and did not send, is back/);
    expect(seen.inStorage).toContain(TITLE);
    expect(seen.inStorage).not.toMatch(/csrf|_key/);
    expect(seen.after).toEqual(['', '{}']);
  });

  it('gives nothing back without its script, nor to somebody else in the same window (the controls)', async () => {
    const [still, elses] = await Promise.all([
      reader.on(
        '/record',
        async (page) => {
          await title(page).fill(TITLE);
          await page.goto(`${server.url}/record`);
          return title(page).inputValue();
        },
        { ...signedIn(iom), javaScriptEnabled: false },
      ),
      reader.on(
        '/record',
        async (page) => {
          await typesAndLeaves(page);
          await page.context().addCookies([cookieOf(colleague)]);
          await page.goto(`${server.url}/record`);
          return [await title(page).inputValue(), await storage(page)];
        },
        signedIn(iom),
      ),
    ]);
    expect(still).toBe('');
    expect(elses).toEqual(['', '{}']);
  });

  it('shows faults on the page that it is on, keeps what was typed while one is signed out, and forgets it once taken', async () => {
    const seen = await reader.on(
      '/record',
      async (page) => {
        // given: refused for its fields, without leaving the page
        await page.evaluate(() => Object.assign(window, { isSamePage: true }));
        const send = () => page.getByRole('button', { name: 'Record it' }).click();
        await title(page).fill(TITLE);
        await send();
        await page.locator('.faults').waitFor();
        const refused = [
          await title(page).inputValue(),
          await page.evaluate(() => [document.activeElement!.className, 'isSamePage' in window]),
        ];
        await page.locator('[name=summary]').fill('A handbook.');
        for (const [name, value] of [
          ['kind', 'publication'],
          ['nature', 'one_off'],
          ['strength', 'undertaken'],
          ['stage', 'planned'],
        ] as const) {
          const field = page.locator(`[name="${name}"]`);
          if ((await field.evaluate((one) => one.tagName)) === 'SELECT') await field.selectOption(value);
          else await field.fill(value);
        }
        await page.locator('[name=effective]').fill('2013-05');
        await page.locator('[name=themes]').first().fill('HLD06-04');
        // when: signed out
        await page.context().clearCookies();
        await send();
        await kept(page).waitFor();
        const out = [await kept(page).innerText(), await title(page).inputValue()];
        // and signed in again
        await page.context().addCookies([cookieOf(iom)]);
        await send();
        await page.waitForURL(/\/commitments\/.*done=/);
        const done = await page.locator('h1').innerText();
        await page.goto(`${server.url}/record`);
        return { refused, out, done, after: [await title(page).inputValue(), await storage(page)] };
      },
      signedIn(iom),
    );
    // then
    expect(seen.refused).toEqual([TITLE, ['callout faults', true]]);
    expect(seen.out).toEqual([expect.stringMatching(/^Not sent: you are signed out/), TITLE]);
    expect(seen.done).toBe(TITLE);
    expect(seen.after).toEqual(['', '{}']);
  });
});
