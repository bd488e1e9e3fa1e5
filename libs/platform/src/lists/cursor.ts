/** Cursors: where a list goes on, so that its pages show one log however much is written meanwhile. */
import { createHash } from 'node:crypto';
import { isFullDate } from '#clocks';
import { canonicalJson, refused } from '#eventsourcing';
import { isWholeNumber } from '#text';
import { QueryNumber, QueryText } from '../fields/query-fields.js';

/** The greatest `staleAfter`. */
export const MAX_STALE_MONTHS = 1_200;

/** The field of a query that says how many entries a page has at most. */
export const PageSize = (usual: number, most = 1000, description?: string): PropertyDecorator =>
  QueryNumber(1, most, { default: usual, description });

/** The field of a query that says where to go on. */
export const CursorField = (): PropertyDecorator =>
  QueryText('`nextCursor` of the answer before, to the same question', { max: 1000 });

/** The place in a list: the clocks of its first page, its total, and the last entry given. */
interface ListPlace {
  readonly asOf?: string;
  readonly knownAt: string;
  readonly staleAfter?: number;
  readonly total: number;
  readonly after: string;
}

const CURSOR_FORMAT = 1;

const fingerprintOf = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 16);

/** An opaque cursor; `asked` is the rest of the question, with which alone it goes on. */
export function writeCursor(place: ListPlace, asked: object): string {
  const text = JSON.stringify([CURSOR_FORMAT, fingerprintOf(canonicalJson(asked)), place]);
  return Buffer.from(fingerprintOf(text) + text).toString('base64url');
}

/**
 * The place that a cursor names. The rest of the query must equal that of the first page; clocks may be omitted.
 * @throws Rejected `invalid` | `cursor_of_another_list`
 */
export function readCursor(cursor: string, asked: object, clocks: Partial<ListPlace> = {}): ListPlace {
  const { digest, place } = decodedCursor(cursor);
  const others = (['asOf', 'knownAt', 'staleAfter'] as const).filter(
    (clock) => clocks[clock] !== undefined && clocks[clock] !== place[clock],
  );
  if (others.length > 0 || digest !== fingerprintOf(canonicalJson(asked))) {
    const by = others[0] ? `${others[0]} ${place[others[0]]}` : 'other filters or another order';
    const message = `The cursor is of a list with ${by}. Ask as for the first page, or leave the cursor away.`;
    throw refused('cursor_of_another_list', '/cursor', message);
  }
  return place;
}

/**
 * The page of a list that a cursor asks for, the first one without it.
 * @throws Rejected as `readCursor`
 */
export class Page<At extends Partial<Pick<ListPlace, 'asOf' | 'knownAt' | 'staleAfter'>>> {
  /** The clocks of the first page. */
  readonly at: At & { readonly staleAfter: number };
  /** The last entry of the page before. */
  readonly after: string | undefined;
  readonly #asked: object;
  readonly #total: number | undefined;

  constructor(at: At, asked: object, cursor: string | undefined) {
    const place = cursor === undefined ? undefined : readCursor(cursor, asked, at);
    const { asOf = at.asOf, knownAt = at.knownAt, staleAfter = at.staleAfter ?? 12 } = place ?? {};
    this.at = { ...at, asOf, knownAt, staleAfter };
    this.after = place?.after;
    this.#asked = asked;
    this.#total = place?.total;
  }

  /** The entries of the whole list: as the first page counted them, else `now`. */
  total(now: number): number {
    return this.#total ?? now;
  }

  /** The last entry of the page before, where entries have numbers. @throws Rejected `invalid` */
  get afterNumber(): number | undefined {
    if (this.after === undefined) return undefined;
    if (!isWholeNumber(this.after)) throw badCursor('is not one that an answer gave');
    return Number(this.after);
  }

  /** The entries of this page, of a list whose place is a number, and the cursor of the next page. */
  slice<E>(all: readonly E[], limit: number | null, knownAt: string): { entries: E[]; nextCursor: string | null } {
    const first = this.afterNumber ?? 0;
    const last = first + (limit ?? all.length);
    const nextCursor = last < all.length ? this.next(String(last), all.length, knownAt) : null;
    return { entries: all.slice(first, last), nextCursor };
  }

  /** The cursor of the page after an entry, of the log as known at a position. */
  next(after: string, total: number, knownAt: string): string {
    const { asOf, staleAfter } = this.at;
    return writeCursor({ asOf, knownAt, staleAfter, total: this.total(total), after }, this.#asked);
  }
}

/** A query with the clocks of its cursor, where it names none itself. */
export function withClocksOfCursor<
  Q extends Partial<Record<'asOf' | 'knownAt' | 'cursor', string>> & { staleAfter?: number },
>(query: Q): Q {
  if (query.cursor === undefined) return query;
  const { asOf, knownAt, staleAfter } = decodedCursor(query.cursor).place;
  return {
    ...query,
    asOf: query.asOf ?? asOf,
    knownAt: query.knownAt ?? knownAt,
    staleAfter: query.staleAfter ?? staleAfter,
  };
}

function decodedCursor(cursor: string): { digest: string; place: ListPlace } {
  const bytes = Buffer.from(cursor, 'base64url');
  const [check, text] = [bytes.toString().slice(0, 16), bytes.toString().slice(16)];
  if (bytes.toString('base64url') !== cursor || fingerprintOf(text) !== check)
    throw badCursor('is not one that an answer gave');
  const [form, digest, place] = contentsOf(text);
  if (form !== CURSOR_FORMAT) throw badCursor('was given by another version of this software: start again without it');
  if (typeof digest !== 'string' || !isPlace(place)) throw badCursor('is not one that an answer gave');
  return { digest, place };
}

function contentsOf(text: string): unknown[] {
  try {
    const contents: unknown = JSON.parse(text);
    if (Array.isArray(contents)) return contents;
  } catch {
    // A check sum can be made by anyone, of anything.
  }
  throw badCursor('is not one that an answer gave');
}

const isPlace = (place: unknown): place is ListPlace => {
  if (typeof place !== 'object' || place === null) return false;
  const { asOf, knownAt, staleAfter = 0, total, after } = place as Partial<Record<keyof ListPlace, unknown>>;
  return (
    (asOf === undefined || (typeof asOf === 'string' && isFullDate(asOf))) &&
    isWholeNumber(knownAt) &&
    typeof after === 'string' &&
    isWithin(staleAfter, MAX_STALE_MONTHS) &&
    isWithin(total, Number.MAX_SAFE_INTEGER)
  );
};

const isWithin = (value: unknown, most: number): boolean =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) <= most;

const badCursor = (what: string) => refused('invalid', '/cursor', `cursor ${what}`);
