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
        <dt>As recorded by a time</dt>
        <dd>
          Nothing that was recorded is ever changed or taken out. What had been recorded by a time can be shown again
          exactly, even after corrections. “Cite this page” gives the address that does so.
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
        <dt>No update</dt>
        <dd>
          Open, and nothing at all was reported about it for {counted(staleAfter, 'month')}. No news is not progress.
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
        <dt>Crosswalks</dt>
        <dd>
          A crosswalk says which themes of one framework stand for which of another. Read through it, what was filed
          under the topics of one year counts under the agenda of another, and what has no equivalent is shown as such.
        </dd>
      </div>
      <div>
        <dt>What agencies say, and what is read in it</dt>
        <dd>
          Stages are what the agencies reported, with the document and place where it can be read. The secretariat’s
          reading (documented, corroborated, no evidence found, contested) and the agency’s reply stand beside them;
          neither overwrites the other.
        </dd>
      </div>
      <div>
        <dt>Parts of joint work</dt>
        <dd>
          Lead, co-leads and partners each report their own part. The stage of a commitment is the lead’s part. An
          agency that another one named counts like any other, and is marked until it accepts.
        </dd>
      </div>
      <div>
        <dt>Corrections</dt>
        <dd>
          Nothing is edited or taken out. What was corrected or retracted is struck through in the history, with the
          reason; a view as known before says which of its figures were corrected later.
        </dd>
      </div>
      <div>
        <dt>Ended records</dt>
        <dd>
          A record that was merged, split, superseded or withdrawn is counted in no total from then on. Such records are
          listed apart.
        </dd>
      </div>
    </dl>
  </section>
);
