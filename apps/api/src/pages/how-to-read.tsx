/** The rules behind every figure, in plain words. */
import { Fact } from './fact.js';
import { counted } from './words.js';

export const HowToRead = ({ staleAfter }: { staleAfter: number }) => (
  <section class="how" id="how">
    <h2>How to read the figures</h2>
    <dl>
      <Fact name="As at a date">
        Only what had been reported by that date counts. Each statement keeps three dates: when it happened, when it was
        reported, and when it was recorded here. So a past date shows what could be known then.
      </Fact>
      <Fact name="As recorded by a time">
        Nothing that was recorded is ever changed or taken out. What had been recorded by a time can be shown again
        exactly, even after corrections. “Cite this page” gives the address that does so.
      </Fact>
      <Fact name="Overdue">
        The target date has passed and the commitment is neither completed nor discontinued. Standing commitments have
        no end: they are kept up or not, and never overdue.
      </Fact>
      <Fact name="No update">
        Open, and nothing at all was reported about it for {counted(staleAfter, 'month')}. No news is not progress.
      </Fact>
      <Fact name="Rows and totals">
        A commitment of two agencies counts once in the total and once under each. Rows therefore do not add up to the
        total. There are no averages of percentages.
      </Fact>
      <Fact name="Crosswalks">
        A crosswalk says which themes of one framework stand for which of another. Read through it, what was filed under
        the topics of one year counts under the agenda of another, and what has no equivalent is shown as such.
      </Fact>
      <Fact name="What agencies say, and what is read in it">
        Stages are what the agencies reported, with the document and place where it can be read. The secretariat’s
        reading (documented, corroborated, no evidence found, contested) and the agency’s reply stand beside them;
        neither overwrites the other.
      </Fact>
      <Fact name="Parts of joint work">
        Lead, co-leads and partners each report their own part. The stage of a commitment is the lead’s part. An agency
        that another one named counts like any other, and is marked until it accepts.
      </Fact>
      <Fact name="Corrections">
        Nothing is edited or taken out. What was corrected or retracted is struck through in the history, with the
        reason; a view as known before says which of its figures were corrected later.
      </Fact>
      <Fact name="Ended records">
        A record that was merged, split, superseded or withdrawn is counted in no total from then on. Such records are
        listed apart.
      </Fact>
    </dl>
  </section>
);
