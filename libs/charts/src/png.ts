/** SVG as PNG, the same on every machine. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const files = createRequire(import.meta.url);

/** The package lives as long as the process, and starts once: tests that are run again after a change load this module again. */
const STARTED_KEY = Symbol.for('followthrough.resvg');
const started = (): Promise<void> =>
  ((globalThis as { [STARTED_KEY]?: Promise<void> })[STARTED_KEY] ??= (async () => {
    const { initWasm } = await import('@resvg/resvg-wasm');
    await initWasm(await readFile(files.resolve('@resvg/resvg-wasm/index_bg.wasm')));
  })());

/** Loaded when the first picture is asked for. */
let engine: Promise<Uint8Array[]> | undefined;
const loadedFonts = (): Promise<Uint8Array[]> =>
  (engine ??= (async () => {
    await started();
    const fonts = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'];
    return Promise.all(fonts.map((name) => readFile(files.resolve(`dejavu-fonts-ttf/ttf/${name}`))));
  })());

/** @param width in pixels */
export async function pngOf(svg: string, width: number): Promise<Uint8Array> {
  const fontBuffers = await loadedFonts();
  const { Resvg } = await import('@resvg/resvg-wasm');
  const drawing = new Resvg(svg, {
    fitTo: { mode: 'width', value: width },
    font: { fontBuffers, defaultFontFamily: 'DejaVu Sans' },
  });
  try {
    return drawing.render().asPng();
  } finally {
    drawing.free();
  }
}
