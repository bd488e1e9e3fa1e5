/** The form that was refused without a fault of its own: it keeps its entries, and can be sent again. */
import type { FormFields, Problem } from '#platform';
import { pairsIn } from '#platform';
import { labelOf } from '#words';
import { PostForm } from './signed-in.js';
import { textWords } from './words.js';

export interface SentForm {
  readonly to: string;
  readonly fields: FormFields;
}

/** Refusals that may be over by the next time: somebody signs in, the server has come back. */
const PASSING_STATUSES: readonly number[] = [401, 429, 500, 503];

/** Whether it is worth keeping: the page of a form shows the form's faults. */
export const isKept = ({ status, code }: Problem): boolean =>
  PASSING_STATUSES.includes(status) || status === 409 || code === 'earlier_sign_in';

interface SentParts {
  readonly sent: SentForm;
  readonly problem: Problem;
}

export const SentAgain = ({ sent: { to, fields }, problem: { status, code } }: SentParts) => {
  const all = pairsIn(fields);
  const own = all.filter(([name]) => !/^_|\.(?:act|reference|question)$/.test(name));
  return (
    <section>
      <p>
        What you filled in is kept on this page.{' '}
        {status === 401 && (
          <>
            <a href="/sign-in" target="_blank" rel="noopener">
              Sign in in another window
            </a>
            , come back to this one, and send it again.
          </>
        )}
        {code === 'earlier_sign_in' && 'Send it again, if it is yours.'}
      </p>
      {status !== 409 && (
        <PostForm action={to}>
          {all.map(([name, value], i) => (
            <input key={i} type="hidden" name={name} value={value} />
          ))}
          <button>Send it again</button>
        </PostForm>
      )}
      {own.length > 0 && (
        <details open={own.length < 12 || status === 409}>
          <summary>Its content</summary>
          <dl class="answers-read">
            {own.map(([name, value], i) => (
              <div key={i}>
                <dt>
                  {labelOf(name.split('.').findLast((step) => !/^\d+$/.test(step)) ?? name)}{' '}
                  <small class="code">{name}</small>
                </dt>
                <dd dir="auto">{textWords(value)}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </section>
  );
};
