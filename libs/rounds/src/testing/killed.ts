/** The stores of a process that is killed in the middle of its work, for tests of who goes on with it. */
import { StoreUnavailable } from '#eventsourcing';

const WRITES: ReadonlySet<PropertyKey> = new Set(['append', 'create', 'put', 'delete']);

/**
 * Stores of one process that is killed before, or right after, its so-manieth write; from then on they do nothing.
 * @param meanwhile the work of others after its first write
 */
export function killedAt(write: number, when: 'before' | 'after', died = (): void => {}, meanwhile = async () => {}) {
  let [writes, dead] = [0, false];
  const die = (): never => {
    dead = true;
    died();
    throw new StoreUnavailable('killed');
  };
  return <S extends object>(store: S): S =>
    new Proxy(store, {
      get(target, name) {
        const method = Reflect.get(target, name) as unknown;
        if (typeof method !== 'function') return method;
        return async (...args: unknown[]) => {
          if (dead) die();
          const run = () => (method as (...args: unknown[]) => Promise<unknown>).apply(target, args);
          if (!WRITES.has(name)) return run();
          const last = ++writes === write;
          if (last && when === 'before') die();
          const done = await run();
          if (writes === 1) await meanwhile();
          return last ? die() : done;
        };
      },
    });
}
