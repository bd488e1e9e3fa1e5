/** The correlation id of a request, in headers, log lines and events. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { newCommandId } from '#eventsourcing';

/** The name under which a request's answer, its events and its log lines are found: the caller's, or one of ours. */
export class Correlation {
  #id: string | undefined;

  /** @param given the header `X-Correlation-Id`; a value that is no name is ignored */
  constructor(given?: string | string[]) {
    if (typeof given === 'string' && /^[\w.:-]{1,100}$/.test(given)) this.#id = given;
  }

  /** Absent as long as nobody needed one. */
  get known(): string | undefined {
    return this.#id;
  }

  get id(): string {
    return (this.#id ??= newCommandId());
  }

  /** The name it takes, unless it has one already. */
  is(id: string): void {
    this.#id ??= id;
  }
}

/** Of the request that is being answered. */
export const correlation = new AsyncLocalStorage<Correlation>();
