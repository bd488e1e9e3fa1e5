import { chromium as playwright, type Browser } from 'playwright-core';

/** A real, headless Chromium; it brings the shared libraries and fonts that a bare machine lacks. */
export async function openBrowser(): Promise<Browser> {
  // Read when the package is loaded: it unpacks its libraries and fonts only where it takes the machine for a bare one.
  process.env['AWS_EXECUTION_ENV'] ??= `AWS_Lambda_nodejs${process.versions.node.split('.')[0]}.x`;
  const { default: chromium } = await import('@sparticuz/chromium');
  return playwright.launch({
    executablePath: await chromium.executablePath(),
    args: ['--no-sandbox', '--no-zygote', '--disable-gpu', '--font-render-hinting=none'],
  });
}
