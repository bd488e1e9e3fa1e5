import chromium from '@sparticuz/chromium'; import { chromium as pw } from 'playwright-core'; import { readFileSync } from 'node:fs'; import { createRequire } from 'node:module';
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'),'utf8');
const browser = await pw.launch({ executablePath: await chromium.executablePath(), args: ['--no-sandbox','--disable-dev-shm-usage','--headless=old'] });
for (const colorScheme of ['light','dark']) for (const width of [1280,390]) {
  const page = await browser.newPage({ colorScheme, viewport: { width, height: 900 }, bypassCSP: true });
  await page.goto(process.argv[2]); await page.waitForTimeout(Number(process.argv[4] ?? 3000));
  await page.evaluate(axe); const { violations } = await page.evaluate(() => axe.run(document));
  console.log(colorScheme, width, violations.map(v => `${v.id}×${v.nodes.length}`).join(' ') || 'none');
  if (process.argv[3]) { await page.screenshot({ path: `${process.argv[3]}-${colorScheme}-${width}.png` }); for (const v of violations) console.log('  ', v.id, v.nodes.slice(0,3).map(n => n.html.slice(0,160)+' | '+(n.any[0]?.message??n.all[0]?.message??'').slice(0,140)).join('\n      ')); }
  await page.close();
}
await browser.close();
