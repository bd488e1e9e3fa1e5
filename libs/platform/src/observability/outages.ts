/** The outages of stores, as their users found them; and whether the clock can be believed. */
import { StoreUnavailable } from '#eventsourcing';
import { storeUnavailable } from './metrics.js';

/** A store that could not be used, and its last error. */
export interface Outage {
  readonly since: string;
  readonly error: string;
}

const outages = new WeakMap<object, Outage>();

/** The fault of a store, `null` if its last use succeeded. */
export const outageOf = (store: object): Outage | null => outages.get(store) ?? null;

/** Notes how the use of a store ended. */
export function noteUse(store: object, error?: unknown): void {
  if (!(error instanceof StoreUnavailable)) outages.delete(store);
  else outages.set(store, { since: outageOf(store)?.since ?? new Date().toISOString(), error: error.message });
}

/** Watches methods of a store: it stays the same store. Its failures are counted under `system`, and noted. */
export function watchOutages<S extends object>(store: S, system: string, ...methods: readonly (keyof S)[]): S {
  const counter = storeUnavailable.labels({ store: system });
  counter.inc(0);
  for (const method of methods) {
    const use = (store[method] as (...args: unknown[]) => Promise<unknown>).bind(store);
    const watching = async (...args: unknown[]): Promise<unknown> => {
      try {
        const result = await use(...args);
        noteUse(store);
        return result;
      } catch (error) {
        noteUse(store, error);
        if (error instanceof StoreUnavailable) counter.inc();
        throw error;
      }
    };
    store[method] = watching as S[keyof S];
  }
  return store;
}
