/** The common part of the measures of every log: the appended event, the callers, and the table of results. */
import { v7 as uuidv7 } from 'uuid';
import { canonicalJson, NO_STREAM, type EventStore, type Meta } from '#eventsourcing';
import { load, row, MEASURED_ROUNDS, SECONDS_PER_ROUND, type Measured } from './measure.js';

export const EVENT_TYPE = 'commitment.StageReported';
export const fields = {
  stage: 'in_progress',
  effective: '2012-11',
  reportedOn: '2012-11-02',
  agency: 'IOM',
  note: 'Research projects being set up with the partners of the consortium',
  citation: { document: 'D-2012-MC2353', locator: 'para 26' },
};
export const data = canonicalJson(fields);
export function meta(): Meta {
  const commandId = uuidv7();
  return {
    ...{ actor: 'account-1', agency: 'IOM', role: 'focal_point' },
    ...{ commandId, correlationId: commandId, causationId: null },
  };
}

/** Appends to a store by so many callers at once, one event each, and reads the result. */
export interface AppendedAndRead {
  readonly appended: Measured;
  readonly read: Measured;
}

export async function appendAndRead(store: EventStore, callers: number): Promise<AppendedAndRead> {
  const revisions = new Map<string, number>();
  const appended = await load(callers, SECONDS_PER_ROUND, async (caller, turn) => {
    const stream = `commitment-${caller}-${turn % 100}`;
    const event = { type: EVENT_TYPE, version: 1, data };
    const { revision } = await store.append(stream, revisions.get(stream) ?? NO_STREAM, [event], meta());
    revisions.set(stream, revision);
  });
  return { appended, read: await paging<string>((after) => store.readAll(after, EVENTS_PER_PAGE)) };
}

export const EVENTS_PER_PAGE = 1000;

/** Reads page by page to the end: how many events a second, and how long a page takes. */
export async function paging<P>(
  page: (after: P | null) => Promise<readonly { readonly position: P }[]>,
): Promise<Measured> {
  const [latencies, start] = [[] as number[], performance.now()];
  let read = 0;
  for (let after: P | null = null, some; ; after = some.at(-1)!.position) {
    const asked = performance.now();
    some = await page(after);
    if (some.length === 0) break;
    latencies.push(performance.now() - asked);
    read += some.length;
  }
  return { rate: (read * 1000) / (performance.now() - start), latencies };
}

/** Rounds of the raw baseline and of ours in turn, for each number of callers; the largest round is read, too. */
export async function compare(
  targets: readonly (readonly [callers: number, target: string])[],
  raw: (callers: number) => Promise<AppendedAndRead>,
  ours: (callers: number) => Promise<AppendedAndRead>,
): Promise<void> {
  const table = [];
  for (const [callers, target] of targets) {
    const [oursRounds, rawRounds]: [AppendedAndRead[], AppendedAndRead[]] = [[], []];
    for (let round = 0; round < MEASURED_ROUNDS; round++) {
      rawRounds.push(await raw(callers));
      oursRounds.push(await ours(callers));
    }
    const side = (rounds: readonly AppendedAndRead[], of: keyof AppendedAndRead) => rounds.map((both) => both[of]);
    table.push(
      row(`${callers} callers append`, side(oursRounds, 'appended'), side(rawRounds, 'appended'), target),
      ...(callers === targets.at(-1)![0]
        ? [row(`reading in pages of ${EVENTS_PER_PAGE}`, side(oursRounds, 'read'), side(rawRounds, 'read'), '')]
        : []),
    );
  }
  console.table(table);
}
