/** Queries that ask for a code that nothing has are refused: a typing error must not read as “nothing was reported”. */
import type { ArgumentMetadata, PipeTransform } from '@nestjs/common';
import type { ActivityId } from '#bodies';
import { refused, type Projector } from '#eventsourcing';
import { entryCode, unknownCode, Registers } from '#registers';
import type { Columns } from './columns.js';
import { codesOfField, fieldsWithoutEffect, type CodeKind } from './filters.js';
import { ProgressProjection } from './progress.projection.js';

/** The codes in use. A known code stays known: registers only grow. */
export class KnownCodes {
  readonly #registers: Registers;
  readonly #columns: Columns;

  constructor(projector: Projector) {
    this.#registers = new Registers(projector);
    this.#columns = projector.model(ProgressProjection).columns;
  }

  /**
   * @param at the pointer to the object with the fields
   * @throws Rejected `not_found`, naming the field, its value, and the code that differs by case only; `invalid` for
   * fields that would change nothing
   */
  async refuseUnknown(asked: object, at = ''): Promise<void> {
    const [idle] = fieldsWithoutEffect(asked);
    if (idle) throw refused('invalid', `/${at}${idle}`, `${idle} says how a crosswalk is read: name one in crosswalk.`);
    for (const [field, value] of Object.entries(asked) as [string, unknown][]) {
      const codes = codesOfField(field);
      if (!codes) continue;
      const given = typeof value === 'string' && codes.several ? value.split(',') : [value].flat();
      for (const code of given)
        if (typeof code === 'string' && code !== '') await this.#refuseUnknown(code, codes.of, `${at}${field}`);
    }
  }

  async #refuseUnknown(code: string, of: readonly CodeKind[], field: string): Promise<void> {
    for (const kind of of) if (await this.#has(kind, code)) return;
    const codes = await Promise.all(of.map((kind) => this.#codesOf(kind)));
    throw unknownCode(of, code, codes.flat(), field);
  }

  async #has(kind: CodeKind, code: string): Promise<boolean> {
    if (kind === 'commitment') return this.#columns.references.find(code) >= 0;
    if (kind === 'region') return this.#regions().includes(code);
    if (kind === 'activity') return this.#activities.some((all) => all.some(({ id }) => id === code));
    return (await this.#registers.one(kind, code)) !== null;
  }

  async #codesOf(kind: CodeKind): Promise<readonly string[]> {
    if (kind === 'commitment') return [...this.#columns.references.all()];
    if (kind === 'region') return this.#regions();
    if (kind === 'activity') return this.#activities.flatMap((all) => all.map(({ id }) => id));
    return (await this.#registers.all(kind)).map(entryCode);
  }

  get #activities(): readonly (readonly ActivityId[])[] {
    return this.#columns.dictionaries.activityIds.entries;
  }

  #regions(): string[] {
    return [...new Set(this.#columns.dictionaries.places.entries.flatMap(({ regions }) => regions))];
  }
}

/** Every query, of the API and of pages, by the table of filters. */
export class CodesAreKnown implements PipeTransform {
  constructor(private readonly codes: KnownCodes) {}

  /** @throws Rejected `not_found` | `invalid` */
  async transform(query: unknown, { type }: ArgumentMetadata): Promise<unknown> {
    if (type !== 'query' || typeof query !== 'object' || query === null) return query;
    await this.codes.refuseUnknown(query);
    return query;
  }
}
