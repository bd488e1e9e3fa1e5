/** Connects to every PostgreSQL database of ours, and interprets its errors. */
import pg from 'pg';
import { StoreUnavailable } from '#eventsourcing';

/** A pool whose lost connections are reported to their next user; unheard, they would end the process. */
export function openPool(config: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool({ application_name: 'followthrough', keepAlive: true, ...config });
  pool.on('error', () => {}).on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/** The classes of errors about a statement and its values: data, integrity, syntax, privileges. Every other error may pass. */
const REFUSAL_CODE = /^(?:22|23|42)/;
export const UNDEFINED_TABLE = '42P01';

export const errorCodeOf = (error: unknown): string => String((error as { code?: unknown }).code);

/** Whether the server has answered that it did nothing. */
export const wasRolledBack = (error: unknown): boolean => {
  const { severity, code } = error as { severity?: string; code?: string };
  return severity === 'ERROR' && !/^(?:08|57P|XX)/.test(code ?? 'XX');
};

/** An error as a store gives it: PostgreSQL's own refusal as it is, all else as a store that cannot be reached. */
export function asError(what: string, error: unknown): Error {
  if (error instanceof StoreUnavailable || REFUSAL_CODE.test(errorCodeOf(error))) return error as Error;
  return new StoreUnavailable(`${what} cannot be reached now: ${(error as Error).message}`, { cause: error });
}

/** A statement with `?` for its values as PostgreSQL takes it, with `$1`, `$2` … */
export function withNumberedParameters(sql: string): string {
  let n = 0;
  return sql.replace(/\?/g, () => `$${++n}`);
}
