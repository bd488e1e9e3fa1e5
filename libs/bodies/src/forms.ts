/** The questions of the domain about bodies, which it knows only by name. */
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { freeTextOf, invalid, searchedIn, VALIDATION_OPTIONS } from '#platform';
import * as all from './all.js';

type AllBodies = typeof all;
export type BodyName = { [N in keyof AllBodies]: AllBodies[N] extends new () => object ? N : never }[keyof AllBodies];
export type Body<N extends BodyName> = InstanceType<AllBodies[N]>;

export const classOf = <N extends BodyName>(name: N): new () => Body<N> => all[name] as new () => Body<N>;

export interface Forms {
  /** Whether the fields of this name hold free text, that a person may have written. */
  isFreeText(field: string): boolean;
  /** The texts by which a body is found. */
  searchedIn(body: BodyName, content: object): string[];
  /**
   * Checks that some fields are as a body has them, and that the body is `whole` with them. Fields that were recorded
   * before today's rules stay as they are.
   * @param at where the fields stand, for the pointers of faults
   * @throws Rejected `invalid`
   */
  check(body: BodyName, fields: object, whole: object, at: string): void;
}

const freeText = freeTextOf(Object.values(all).filter((one) => typeof one === 'function') as (new () => object)[]);

export const forms: Forms = {
  isFreeText: (field) => freeText.has(field),
  searchedIn: (body, content) => searchedIn(classOf(body), content),
  check(body, fields, whole, at) {
    const Body = classOf(body);
    const faults = validateSync(plainToInstance(Body, fields), { ...VALIDATION_OPTIONS, skipMissingProperties: true });
    if (faults.length > 0) throw invalid(faults, at);
    const missing = validateSync(plainToInstance(Body, whole), {
      ...VALIDATION_OPTIONS,
      whitelist: false,
      forbidNonWhitelisted: false,
    }).filter(({ property }) => property in fields);
    if (missing.length > 0) throw invalid(missing, at);
  },
};
