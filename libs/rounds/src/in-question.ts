/**
 * The commitments that a round asks an agency about, with the register's facts on each: the beginning of its return;
 * the progress of its draft, and the commitments that it newly recorded.
 */
import { Inject, Injectable } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { MilestoneAsAt, StageEntry, type InQuestion } from '#bodies';
import { todayAt, type FullDate } from '#clocks';
import { allowedActs, commitment, isOpen, isOverdue, stagesOf, viewAsAt } from '#commitments';
import { load, type Log } from '#eventsourcing';
import { Integer, OneWord, OrNull, Shown, ShownList, Count, Day, LOG } from '#platform';
import { Progress, type Filter } from '#progress';
import {
  ACTS_OF_RETURNS,
  NATURES,
  RESPONSIBLE_ROLES,
  STAGES,
  type ActOfReturn,
  type Nature,
  type Role,
  type Stage,
} from '#words';

class MayBeSame {
  @ApiProperty() readonly reference: string;
  @ApiProperty() readonly title: string;
}

/** A commitment that a return newly recorded. */
export class NewlyRecorded {
  @ApiProperty() readonly reference: string;
  @ApiProperty() readonly title: string;
  @ApiProperty({ type: () => [MayBeSame], description: 'Recorded commitments that may be the same' })
  readonly likelyDuplicates: readonly MayBeSame[];
}

/** How far the draft of a return is. */
export class Drafted {
  @Integer('The commitments of which it says something') readonly said: number;
  @Integer('Those in question') readonly of: number;
}

/** An act that the agency may do on a commitment as it stands: on which milestone, if on one. */
export class ActInQuestion {
  @ApiProperty({ enum: ACTS_OF_RETURNS }) readonly act: ActOfReturn;
  @ApiProperty({ type: 'integer', required: false }) readonly milestone?: number;
}

/** A commitment as the register has it today, for the agency that reports on it. */
export class CommitmentInQuestion {
  @ApiProperty() readonly reference: string;
  @ApiProperty() readonly title: string;
  @Shown('Of the agency that leads') readonly lead: string;
  @OneWord(RESPONSIBLE_ROLES, 'Of the agency that reports') readonly role: Role;
  @Shown('Whether the agency has yet to accept this role') readonly asked: boolean;
  @ApiProperty({ enum: NATURES }) readonly nature: Nature;
  @ShownList(String, 'Its themes, by their codes') readonly themes: readonly string[];
  @OneWord(STAGES, 'The lead’s part') readonly stage: Stage;
  @ApiProperty({ enum: STAGES, isArray: true, description: 'The stages that can be said of it' })
  readonly stages: readonly Stage[];
  @ShownList(ActInQuestion, 'The statements on it that the return may hold') readonly acts: readonly ActInQuestion[];
  @Shown('Whether it is neither completed nor discontinued') readonly open: boolean;
  @OrNull(() => StageEntry, 'The agency’s last statement on its part') readonly own: StageEntry | null;
  @ApiProperty({ type: String, nullable: true, example: '2012-06' }) readonly target: string | null;
  @ApiProperty() readonly overdue: boolean;
  @Day('When anybody last mentioned it') readonly lastReportedOn: FullDate;
  @ShownList(MilestoneAsAt, 'Those that were not dropped') readonly milestones: readonly MilestoneAsAt[];
  @Count('How much evidence is attached') readonly evidence: number;
  @Integer('Of its last event') readonly revision: number;
}

/** The commitments that a round asks an agency about, as a filter. */
export const inQuestionOf = (agency: string, asked: InQuestion | null | undefined): Filter => {
  const { followsUp, theme, ledOnly, openOnly } = asked ?? {};
  return {
    ...{ agency, role: ledOnly ? 'lead' : 'any' },
    ...(followsUp && { followsUp }),
    ...(theme && { theme }),
    ...(openOnly && { stage: STAGES.filter(isOpen).join() }),
  };
};

export abstract class FindsInQuestion {
  /** By reference. */
  abstract of(agency: string, asked: InQuestion | null | undefined): Promise<CommitmentInQuestion[]>;
  /** How many there are. */
  abstract count(agency: string, asked: InQuestion | null | undefined): Promise<number>;
}

@Injectable()
export class InQuestionToday extends FindsInQuestion {
  constructor(
    @Inject(LOG) private readonly log: Log,
    private readonly progress: Progress,
  ) {
    super();
  }

  async of(agency: string, asked: InQuestion | null | undefined): Promise<CommitmentInQuestion[]> {
    const today = todayAt(new Date());
    const at = await this.progress.pin({ asOf: today });
    const found: CommitmentInQuestion[] = [];
    for await (const items of this.progress.allCommitments(at, inQuestionOf(agency, asked)))
      for (const { reference } of items) {
        const known = await inQuestion(this.log, reference, agency, today);
        if (known && (known.open || !asked?.openOnly)) found.push(known);
      }
    return found;
  }

  async count(agency: string, asked: InQuestion | null | undefined): Promise<number> {
    return (await this.progress.total({ asOf: todayAt(new Date()) }, inQuestionOf(agency, asked))).total;
  }
}

/** A commitment in which an agency has a part; `null`: it has none. */
export async function inQuestion(
  log: Log,
  reference: string,
  agency: string,
  today: FullDate,
): Promise<CommitmentInQuestion | null> {
  const { state, revision } = await load(log, commitment, reference);
  const view = viewAsAt(state, today);
  const part = view?.parts.find((one) => one.agency === agency);
  if (!view || view.end || !part) return null;
  const { title, nature, themes, stage, target, milestones, lastReportedOn, agencies, evidence } = view;
  const acts = allowedActs(state, { role: 'focal_point', agency, today }, ACTS_OF_RETURNS, view);
  return {
    ...{ reference, title, lead: agencies[0]!.agency, role: part.role, nature, themes, stage, open: isOpen(stage) },
    ...{ stages: stagesOf(nature), acts: acts as readonly ActInQuestion[] },
    asked: agencies.some((one) => one.agency === agency && one.role === part.role && one.asked === true),
    own: part.entry,
    target: target?.date ?? null,
    overdue: isOverdue(view, today),
    lastReportedOn,
    milestones: milestones.filter(({ dropped }) => dropped === null),
    evidence: evidence.length,
    revision,
  };
}
