/** What a thread does: writes one report, chunk by chunk. */
import { reportFormat } from './formats.js';
import type { Work } from './threads.js';

export async function write({ name, report, into }: Work): Promise<void> {
  const writer = into.getWriter();
  try {
    for await (const chunk of reportFormat(name).write(report)) {
      await writer.ready;
      await writer.write(chunk);
    }
    await writer.close();
  } catch (e) {
    await writer.abort(e).catch(() => undefined);
    throw e;
  }
}
