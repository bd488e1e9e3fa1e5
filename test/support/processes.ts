/** The common part of the specs of processes: requests to servers, and the judgement of the logs that they leave. */
import { verify, type Envelope, type EventStore } from '#eventsourcing';
import type { Answer } from './server.js';

/** Posts JSON to a server, wherever it runs. */
export async function posted(
  { url }: { readonly url: string },
  path: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const all = { ...headers, 'content-type': 'application/json' };
  const answer = await fetch(url + path, { method: 'POST', body: JSON.stringify(body), headers: all });
  return { status: answer.status, headers: answer.headers, body: await answer.json() };
}

/** Every event of a log. */
export async function allEventsOf(store: EventStore): Promise<Envelope[]> {
  const all: Envelope[] = [];
  for (let page; (page = await store.readAll(all.at(-1)?.position ?? null, 5_000)).length > 0;) all.push(...page);
  return all;
}

/** The faults that are found, the first twenty. */
export class Faults {
  readonly found: string[] = [];

  blame(is: boolean, fault: string): void {
    if (is && this.found.length < 20) this.found.push(fault);
  }

  /** Of a log by itself, written by any process. @returns its events */
  async ofLog(store: EventStore): Promise<Envelope[]> {
    const events = await allEventsOf(store);
    const verdict = await verify(store);
    this.blame(!verdict.ok, `the log does not verify: ${JSON.stringify(verdict)}`);
    const falls = events.some((e, n) => n > 0 && BigInt(e.position) <= BigInt(events[n - 1]!.position));
    this.blame(falls, 'positions do not rise');
    for (const [stream, own] of Map.groupBy(events, (e) => e.stream)) {
      const isOther = own.some(({ revision }, n) => revision !== n);
      this.blame(isOther, `${stream} has other revisions than 0, 1, 2 …`);
    }
    return events;
  }
}
