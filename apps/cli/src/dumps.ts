/** The verbs of dumps: write everything to a folder, and take it over into an empty log. */
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { checkDump, DumpedLog, writeDump } from '#open';
import { clocksOf, LOG } from '#platform';
import { Progress } from '#progress';
import { Registers } from '#registers';
import { codec } from '../../api/src/app.module.js';
import type { Settings } from '../../api/src/settings.js';
import { softwareVersion } from '../../api/src/software.js';
import { whenWhole } from './arriving.js';
import { countedWords } from './counted.js';
import { copyWithBar, withLog } from './logs.js';
import { mustBeThere, withApp } from './opened.js';
import { progressBar } from './progress-bar.js';

const DOI = /^10\.\d{4,9}\/\S+$/;

/** Writes everything to a folder that is not there yet, or is empty; it is there when it is whole. */
export async function exportDump(
  settings: Settings,
  folder: string,
  { asAt, doi = null }: { readonly asAt?: string; readonly doi?: string | null },
): Promise<void> {
  if (existsSync(folder) && readdirSync(folder).length > 0)
    throw new Error(`${folder} is there already, and not empty.`);
  if (doi !== null && !DOI.test(doi))
    throw new Error(`--doi takes an identifier such as 10.5281/zenodo.1234, not ${doi}.`);
  await mustBeThere(settings);
  let now: { what: string; bar: ReturnType<typeof progressBar> } | undefined;
  await whenWhole(folder, (arriving) =>
    withApp(settings, async (get) => {
      const from = { log: get(LOG), registers: get(Registers), progress: get(Progress) };
      const { asOf } = await clocksOf({ asOf: asAt }, from.log.store);
      const at = await from.progress.pin({ asOf });
      const imprint = {
        ...{ publisher: settings.publisher, publicUrl: settings.publicUrl, licence: settings.dataLicence },
        ...{ software: softwareVersion(), doi },
      };
      const release = await writeDump(arriving, from, at, imprint, (what, done, total) => {
        if (now?.what !== what) {
          now?.bar.stop();
          now = { what, bar: progressBar(what, total) };
        }
        now.bar.update(done);
      });
      now?.bar.stop();
      rmSync(folder, { recursive: true, force: true });
      renameSync(arriving, folder);
      console.log(`${folder}: as at ${release.asOf}, as known at position ${release.position}`);
    }),
  ).finally(() => now?.bar.stop());
}

/** Takes over the log of a dump, checked, into a log that is empty, or a beginning of it. @returns true */
export async function importDump(settings: Settings, folder: string, dryRun: boolean): Promise<boolean> {
  await checkDump(folder);
  const source = await DumpedLog.open(folder, codec());
  try {
    if (dryRun) {
      console.log(
        `${folder} holds a whole log, to position ${(await source.head()) ?? '(none)'}. Dry run: nothing was imported.`,
      );
      return true;
    }
    const { copied, anchor } = await withLog(settings.logUrl, 'serve', (target) => copyWithBar(source, target));
    console.log(
      `${countedWords(copied, 'event')} taken over, ${anchor.events} in all, to position ${anchor.position ?? '(none)'}.`,
    );
    return true;
  } finally {
    await source.close();
  }
}
