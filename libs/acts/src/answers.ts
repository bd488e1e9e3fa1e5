/** The answers to acts. */
import type { Type } from '@nestjs/common';
import { ActAnswer, RegisterAnswer, StageAnswer, type ReportStage } from '#bodies';
import { rankedOn, todayAnywhere } from '#clocks';
import { ACTS, headlineAsAt, partAsAt, agencyOfPart, statementAt, type ActName, type Commitment } from '#commitments';
import type { ActOn, CommitmentAct, ActResult } from './acts.js';
import type { Subject } from './owners.js';
import { actAddress } from './addresses.js';

/** The stage now, whether the act changed it, and the entry that outranks it if not (DESIGN.md §2, rule 2). */
function stageAnswer(done: ActResult, { effective, reportedOn }: ReportStage): Omit<StageAnswer, keyof ActAnswer> {
  const [c, own] = [done.state as Commitment, done.revision];
  const today = todayAnywhere(new Date());
  const headline = headlineAsAt(c, today)!;
  const agency = agencyOfPart(c, statementAt(c.said, own).data as ReportStage);
  const part = partAsAt(c, agency, today)!;
  const answer = {
    stage: headline.stage,
    headlineChanged: headline.revision === own,
    part: { agency, stage: part.stage, changed: part.revision === own },
  };
  if (part.revision === own) return answer;
  const { revision } = part;
  const hint =
    `Revision ${revision} says ${part.stage}, effective ${part.effective}, reported on ${part.reportedOn}; that is later than ` +
    `effective ${effective}, reported on ${reportedOn}. If it is wrong, correct it ` +
    `(POST ${actAddress('commitment', done.id, { act: 'correct', revision })}), or report the stage again ` +
    (rankedOn(part) === rankedOn({ effective, reportedOn })
      ? `with a source of ${part.reportedOn} or later: where the effective days are equal, the later report holds.`
      : `with the effective date on which it really came about, ${part.effective} or later.`);
  const outrankedBy = { revision, stage: part.stage, effective: part.effective, reportedOn: part.reportedOn, hint };
  return { ...answer, outrankedBy };
}

export const answerClass = (subject: Subject, act: string): Type<object> => {
  if (subject !== 'commitment') return RegisterAnswer;
  return answersWithStage(act) ? StageAnswer : ActAnswer;
};

const answersWithStage = (act: string): boolean => 'answers' in ACTS[act as ActName];

const withWarnings = ({ warnings = [] }: ActResult) => (warnings.length > 0 ? { warnings: [...warnings] } : {});

export function commitmentAnswer({ act, body }: CommitmentAct, done: ActResult): ActAnswer & Partial<StageAnswer> {
  const { id: reference, revision, position } = done;
  return {
    reference,
    revision,
    position,
    ...withWarnings(done),
    ...(answersWithStage(act) && stageAnswer(done, body as ReportStage)),
  };
}

export function answerOf(subject: Subject, act: ActOn<Subject>, done: ActResult): ActAnswer | RegisterAnswer {
  if (subject === 'commitment') return commitmentAnswer(act as CommitmentAct, done);
  const { id: code, revision, position } = done;
  return { code, revision, position, ...withWarnings(done) };
}
