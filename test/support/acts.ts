/** Random acts on a few commitments, on few dates, so that ties, late reports and lost roles are frequent. */
import fc from 'fast-check';
import type { CommitmentAct } from '#commitments';
import type { Register } from '#registers';

/** One step of a history: a register is written, or an act is tried (it may be refused). */
export type Step =
  | { readonly register: Register; readonly entry: { code?: string; id?: string } }
  | { readonly reference: string; readonly act: CommitmentAct };

const enter = (register: Register, entry: { code?: string; id?: string }): Step => ({ register, entry });
const agency = (code: string, name = `Agency ${code}`): Step => enter('agency', { code, name, kind: 'igo' } as never);
const theme = (code: string, framework: string, parent?: string): Step =>
  enter('theme', { code, framework, label: `Theme ${code}`, ...(parent && { parent }) } as never);
const forum = (id: string, parent?: string): Step =>
  enter('forum', { id, name: `Forum ${id}`, kind: 'meeting', ...(parent && { parent }) } as never);

/** What every history begins with. */
export const REGISTERED: readonly Step[] = [
  ...['AAA', 'BBB', 'CCC'].map((code) => agency(code)),
  theme('T-1', 'T'),
  theme('T-1.a', 'T', 'T-1'),
  theme('T-1.a.i', 'T', 'T-1.a'),
  theme('T-2', 'T'),
  theme('U-1', 'U'),
  forum('F-1'),
  forum('F-1-RT', 'F-1'),
  forum('F-2'),
  enter('outcome', { id: 'R-1', forum: 'F-1-RT', document: 'D-1', locator: 'l', text: 't', addressees: [] } as never),
];

export const AGENCIES = ['AAA', 'BBB', 'CCC'];
export const THEMES = ['T-1', 'T-1.a', 'T-1.a.i', 'T-2', 'U-1'];
export const FOLLOWED = ['F-1', 'F-1-RT', 'F-2', 'R-1'];
const REFERENCES = ['AAA-2006-01', 'BBB-2006-01', 'X-2006-01'];
const STAGES = ['proposed', 'planned', 'in_progress', 'on_hold', 'completed', 'discontinued'] as const;
const ROLES = ['lead', 'co_lead', 'partner', 'observer', 'funder', 'host'] as const;

/** Month ends and leap days, where months are hard to count. */
export const DATES = [
  '2006-02-28',
  '2006-11-20',
  '2006-11-21',
  '2007-01-31',
  '2007-02-28',
  '2007-03-01',
  '2008-02-28',
  '2008-02-29',
  '2008-03-31',
  '2009-02-28',
];
export const date = fc.constantFrom(...DATES);
const period = fc.tuple(date, fc.constantFrom(4, 7, 10)).map(([on, length]) => on.slice(0, length));
const citation = fc.constantFrom({ document: 'D-1', locator: 'l' }, { document: 'D-2', locator: 'l' });
const some = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
const anAgency = fc.constantFrom(...AGENCIES);
const role = fc.constantFrom(...ROLES);
const themes = fc.uniqueArray(fc.constantFrom(...THEMES), { minLength: 1, maxLength: 3 });
const target = fc.record({ date: period });
/** A stage report whose period begins before it. */
const stage = fc
  .record({
    stage: fc.constantFrom(...STAGES),
    dates: fc.tuple(date, date).map((both) => both.sort()),
    length: fc.constantFrom(4, 7, 10),
    citation: fc.option(citation, { nil: undefined, freq: 9 }),
    note: fc.option(fc.constant('because'), { nil: undefined, freq: 9 }),
  })
  .map(({ dates: [effective, reportedOn], length, ...rest }) => ({
    ...rest,
    effective: effective!.slice(0, length),
    reportedOn: reportedOn!,
  }));

const beside = fc.record({ agency: anAgency, role: fc.constantFrom(...ROLES).filter((role) => role !== 'lead') });
const wording = fc.record({
  title: fc.constantFrom('Remittances handbook', 'Métis survey', 'Diaspora fund'),
  summary: fc.constantFrom('A handbook', 'A fund for the diaspora'),
  kind: fc.constantFrom('research', 'funding'),
  nature: fc.constantFrom('one_off', 'recurring', 'standing'),
  strength: fc.constantFrom('undertaken', 'offered'),
  agencies: fc
    .tuple(anAgency, fc.uniqueArray(beside, { maxLength: 4, selector: ({ agency }) => agency }))
    .map(([lead, others]) => [
      { agency: lead, role: 'lead' },
      ...others.filter(({ agency, role }) => agency !== lead || role === 'host'),
    ]),
  themes,
  regions: fc.subarray(['africa', 'europe']),
  countries: fc.subarray(['SEN', 'CHE']),
  followsUp: fc.subarray(FOLLOWED),
  target: some(target),
});
const record = fc
  .tuple(wording, stage)
  .filter(([{ nature }, { stage }]) => nature !== 'standing' || stage !== 'completed')
  .map(([said, first]) => ({ ...said, ...first, citation: { document: 'D-1', locator: 'l' }, note: 'because' }));

/** An act on a date, with what it says and what of the commitment it is about. */
const act = <A extends CommitmentAct['act']>(
  act: A,
  body: Record<string, fc.Arbitrary<unknown>>,
  what: Record<string, fc.Arbitrary<unknown>> = {},
) =>
  fc.record({
    act: fc.constant(act),
    body: fc.record({ reportedOn: date, ...body }),
    ...what,
  }) as fc.Arbitrary<unknown> as fc.Arbitrary<CommitmentAct>;

const milestone = { milestone: fc.integer({ min: 1, max: 2 }) };
const onAgency = { agency: anAgency };
const anAct = fc.oneof(
  { weight: 5, arbitrary: stage.map((body) => ({ act: 'reportStage', body }) as CommitmentAct) },
  { weight: 2, arbitrary: act('addAgency', { agency: anAgency, role }) },
  {
    weight: 8,
    arbitrary: act(
      'changeRole',
      { role, formerLeadBecomes: some(fc.constantFrom('co_lead', 'partner', 'none')) },
      onAgency,
    ),
  },
  { weight: 2, arbitrary: act('removeAgency', { role: some(role) }, onAgency) },
  { weight: 2, arbitrary: act('setThemes', { themes }) },
  { weight: 2, arbitrary: act('setTarget', { date: some(period) }) },
  { weight: 1, arbitrary: act('addMilestone', { title: fc.constant('M'), due: some(period) }) },
  { weight: 1, arbitrary: act('reachMilestone', { reachedOn: some(period) }, milestone) },
  { weight: 1, arbitrary: act('rescheduleMilestone', { due: period }, milestone) },
  { weight: 1, arbitrary: act('dropMilestone', { note: fc.constant('because') }, milestone) },
  { weight: 2, arbitrary: act('attachEvidence', { title: fc.constant('E'), citation: some(citation) }) },
  { weight: 1, arbitrary: act('relate', { type: fc.constant('part_of'), to: fc.constant('Y-2006-01') }) },
  {
    weight: 2,
    arbitrary: act('amendWording', {
      title: some(fc.constantFrom('New title', 'Ñandú')),
      condition: some(fc.constant('if paid')),
    }),
  },
);
const onCommitment = fc.record({ reference: fc.constantFrom(...REFERENCES), act: anAct });
const amendment = fc.constantFrom(
  agency('AAA', 'Renamed'),
  theme('T-1.a', 'T', 'T-2'),
  theme('T-1.a', 'T'),
  forum('F-1-RT', 'F-2'),
);

/** The registers, the commitments, and then whatever happens to them. */
export const histories: fc.Arbitrary<Step[]> = fc
  .tuple(
    fc.tuple(record, record, record),
    fc.array(fc.oneof({ weight: 12, arbitrary: onCommitment }, { weight: 1, arbitrary: amendment }), {
      minLength: 10,
      maxLength: 60,
      size: 'max',
    }),
  )
  .map(([records, steps]) => [
    ...REGISTERED,
    ...records.map((body, i) => ({
      reference: REFERENCES[i]!,
      act: { act: 'record', body } as unknown as CommitmentAct,
    })),
    ...steps,
  ]);
