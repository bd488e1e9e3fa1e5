/** The rules behind every figure, in plain words. */
import { counted } from './words.js';

export const HowToRead = ({ staleAfter }: { staleAfter: number }) => (
  <section class="how" id="how">
    <h2>How to read the figures</h2>
    <dl>
      <div>
        <dt>As at a date</dt>
        <dd>
          Only what had been reported by that date counts. Each statement keeps three dates: when it happened, when it
          was reported, and when it was recorded here. So a past date shows what could be known then.
        </dd>
      </div>
      <div>
        <dt>As known at a position</dt>
        <dd>
          Everything is kept in a log that only grows. A figure together with its position in the log can be shown again
          exactly, even after corrections. “Cite this view” gives that address.
        </dd>
      </div>
      <div>
        <dt>Overdue</dt>
        <dd>
          The target date has passed and the commitment is neither completed nor discontinued. Standing commitments have
          no end: they are kept up or not, and never overdue.
        </dd>
      </div>
      <div>
        <dt>Not heard of</dt>
        <dd>
          Open, and nothing at all was reported about it for {counted(staleAfter, 'month')}. Silence is not progress.
        </dd>
      </div>
      <div>
        <dt>Rows and totals</dt>
        <dd>
          A commitment of two agencies counts once in the total and once under each. Rows therefore do not add up to the
          total. There are no averages of percentages.
        </dd>
      </div>
      <div>
        <dt>What agencies say</dt>
        <dd>Stages are what the agencies reported, with the document and place where it can be read.</dd>
      </div>
    </dl>
  </section>
);
