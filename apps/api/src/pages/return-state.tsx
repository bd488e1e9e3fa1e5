/** The state of a return, and the days of its way there: submitted, sent back, submitted again, accepted. */
import { todayAt, type FullDate } from '#clocks';
import { isLate, stateOfReturn, type ReturnInRound, type ReturnEvents } from '#rounds';
import { RETURN_STATE_WORDS } from './round-words.js';
import { counted, dateWords } from './words.js';

const EVENT_WORDS: { readonly [N in keyof ReturnEvents]?: string } = {
  Submitted: 'submitted',
  SentBack: 'sent back',
  Accepted: 'accepted',
  NilReported: 'a nil return submitted',
};

interface Step {
  readonly words: string;
  readonly on: FullDate;
}

/** Its history, in order. */
function stepsOf({ state: { said } }: Pick<ReturnInRound, 'state'>): Step[] {
  const before = new Set<string>();
  return [...said].flatMap(({ name, data }) => {
    const words = EVENT_WORDS[name as keyof ReturnEvents];
    if (!words) return [];
    const again = before.has(name) ? ' again' : '';
    before.add(name);
    return [{ words: words + again, on: (data as { readonly on: FullDate }).on }];
  });
}

export const StateOf = ({ known, agency, hasDraft }: { known: ReturnInRound; agency: string; hasDraft: boolean }) => {
  const today = todayAt(new Date());
  const state = stateOfReturn(known.round, agency, known.state, today, hasDraft);
  const steps = stepsOf(known);
  return (
    <>
      <span class={`return-state ${state}`}>{RETURN_STATE_WORDS[state]}</span>
      {isLate(known.round, agency, known.state.receivedOn ?? today) && <span class="alert"> late</span>}
      {steps.length > 0 && <small> {steps.map(({ words, on }) => `${words} on ${dateWords(on)}`).join(', ')}</small>}
    </>
  );
};

/** To those who write it: that it was sent back, and how much there is to see to. */
export const SentBack = ({ known }: { known: ReturnInRound }) => {
  const { state, said } = known.state;
  const last = [...said].findLast(({ name }) => name === 'SentBack');
  if (state !== 'returned' || !last) return null;
  const { on, comments } = last.data as ReturnEvents['SentBack'];
  return (
    <p class="callout">
      <strong>Sent back</strong> by the secretariat on {dateWords(on)}, with{' '}
      <a href="#comments">{counted(comments.length, 'comment')}</a>. Change what they are about, answer them, and submit
      it again.
    </p>
  );
};
