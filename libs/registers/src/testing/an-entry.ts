/** The acts on entries of registers as tests tell them: the body, and the day; then a decision on a state. */
import type { Blank } from '#bodies';
import type { EventMap } from '#eventsourcing';
import { formsAtHand } from '../../../bodies/src/testing/forms-at-hand.js';
import type { DecideEntry, OnEntry } from '../act.js';
import * as agencies from '../agency.js';
import * as crosswalks from '../crosswalk.js';
import * as registers from '../register.js';
import { entryCode, type Entry, type Register } from '../register.js';

type Circumstances = Partial<Pick<OnEntry, 'today' | 'frameworkOf'>>;

const decided =
  <S, A, M extends EventMap>(decide: DecideEntry<S, A, M>) =>
  (act: A & { readonly revision?: number }, known: string | Circumstances = {}, id = '') => {
    const { revision, ...said } = act;
    const { today = '2026-11-21', frameworkOf = () => undefined } =
      typeof known === 'string' ? { today: known } : known;
    return (state: S) => decide(state, said as A, { id, revision, today, frameworkOf, forms: formsAtHand });
  };

export const rename = decided(agencies.rename);
export const merge = decided(agencies.merge);
export const dissolve = decided(agencies.dissolve);
export const join = decided(agencies.join);
export const leave = decided(agencies.leave);
export const chair = decided(agencies.chair);
export const retract = decided(agencies.retract);
export const setUp = decided(crosswalks.setUp);
export const publish = decided(crosswalks.publish);
export const retractVersion = decided(crosswalks.retractVersion);
export const retitle = (entry: crosswalks.CrosswalkState['entry'] & object) =>
  decided(crosswalks.retitle)(entry, {}, entry.code);

/** Decisions on an entry of any register. */
type OnAny = (state: object) => never[];
export const enter = <E extends Entry>(entry: E) => decided(registers.enter)(entry) as unknown as OnAny;
export const amend = <E extends Entry>(entry: E, code = entryCode(entry)) =>
  decided(registers.amend)(entry, {}, code) as unknown as OnAny;
export const blank = (kind: Register, revision: number, { reason, fields }: Blank) =>
  decided(registers.blank(kind))({ revision, reason, fields }) as unknown as OnAny;
