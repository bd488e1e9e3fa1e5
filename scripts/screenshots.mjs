// Takes the pictures of the README from a running server that holds the demo data.
//   npm run demo, and beside it: node scripts/screenshots.mjs [http://127.0.0.1:3000]
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium as playwright } from 'playwright-core';

// Read when the package is loaded: with it Chromium comes with fonts of its own, the same everywhere.
process.env.AWS_EXECUTION_ENV ??= `AWS_Lambda_nodejs${process.versions.node.split('.')[0]}.x`;
const { default: chromium } = await import('@sparticuz/chromium');

const server = process.argv[2] ?? 'http://127.0.0.1:3000';
const PICTURES = {
  'overview.png': '/?asOf=2012-11-02',
  'agency.png': '/agencies/DESA?asOf=2012-11-02',
};

const browser = await playwright.launch({
  executablePath: await chromium.executablePath(),
  args: ['--no-sandbox', '--no-zygote', '--disable-gpu', '--font-render-hinting=none'],
});
const page = await browser.newPage({ viewport: { width: 1440, height: 1400 }, locale: 'en-GB' });
for (const [name, address] of Object.entries(PICTURES)) {
  await page.goto(server + address);
  const path = fileURLToPath(new URL(`../docs/images/${name}`, import.meta.url));
  await page.screenshot({ path });
  console.log(`docs/images/${name}: ${Math.ceil(statSync(path).size / 1000)} kB`);
}
await browser.close();
