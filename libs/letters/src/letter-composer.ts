/** The writing of letters: the text of a row of the outbox on the day it is sent, in the language of its recipient. */
import { Inject, Injectable } from '@nestjs/common';
import { AccessStore } from '#access';
import { daysBetween, todayAt } from '#clocks';
import { load, type Log } from '#eventsourcing';
import type { Letter } from '#mail';
import { LOG, PUBLIC_URL } from '#platform';
import { Progress } from '#progress';
import { Registers } from '#registers';
import {
  aReturn,
  deadlineFor,
  dueOn,
  inQuestionOf,
  returnId,
  round as rounds,
  unansweredIn,
  type OpenedRound,
} from '#rounds';
import { path } from '#words';
import { LetterClock } from './clock.js';
import { deadlineFile } from './deadline-file.js';
import { DigestWriter } from './digest-writer.js';
import { reachable } from './letter-decisions.js';
import { isAboutWhatIsOwed, stillHolds, type RoundLetterKind } from './occasions.js';
import type { LetterRow } from './outbox.js';
import { letterWords, type RoundLetter, type LetterWords } from './words/index.js';
import { button, inHtml, inText, link, paragraph, type WrittenLetter } from './written.js';

/** A letter with its content, apart from its form. */
interface Composed {
  readonly letter: Letter;
  readonly written: WrittenLetter;
}

@Injectable()
export class LetterComposer {
  constructor(
    @Inject(LOG) private readonly log: Log,
    @Inject(PUBLIC_URL) private readonly publicUrl: string,
    private readonly access: AccessStore,
    private readonly progress: Progress,
    private readonly registers: Registers,
    private readonly digestWriter: DigestWriter,
    private readonly clock: LetterClock,
  ) {}

  /** @returns `null`: it is of no use any more, or its recipient can no longer be written to */
  async compose(row: LetterRow): Promise<Composed | null> {
    const draft = row.follower === null ? await this.#ofRound(row) : await this.digestWriter.write(row);
    if (!draft) return null;
    const { to, written, ...more } = draft;
    const messageId = `<${row.id}@${new URL(this.publicUrl).hostname}>`;
    const letter = { to, subject: written.subject, text: inText(written), html: inHtml(written), messageId, ...more };
    return { letter, written };
  }

  async #ofRound({ kind, account, round: code, agency }: LetterRow) {
    const [now, of] = [this.clock.now(), agency!];
    const today = todayAt(now);
    const whose = account === null ? null : await this.access.accounts.one(account);
    const round = (await load(this.log, rounds, code!)).state;
    const { state } = await load(this.log, aReturn, returnId(code!, of));
    const holds = stillHolds(kind as RoundLetterKind, round, of, state, today);
    // A person who has left the agency since is not told of its returns.
    if (!whose || !holds || reachable([whose], of, now).length === 0) return null;
    const language = whose.language ?? 'en';
    const due = dueOn(round, of);
    const asked = round.round!;
    const questions = asked.questions ?? [];
    const ofAgency = questions.filter((one) => one.of === 'agency');
    const about: RoundLetter = {
      ...{ round: asked.name, agency: of, asOf: asked.asOf, due, days: daysBetween(today, due) },
      agencyName: (await this.registers.names('agency')).get(of) ?? of,
      commitments: (await this.progress.commitments({ asOf: today }, inQuestionOf(of, asked.inQuestion), { limit: 1 }))
        .total,
      questions: ofAgency.length,
      questionsOnEach: questions.length - ofAgency.length,
      comments: unansweredIn(state.comments),
      publication: round.published?.publication ?? null,
    };
    const page = path('rounds', asked.code, ...(kind === 'published' ? [] : ['returns', of]));
    // A person who is signed in is led on; all others sign in first.
    const address = `${this.publicUrl}/sign-in?to=${encodeURIComponent(page)}`;
    const words = letterWords(language);
    const isOwed = isAboutWhatIsOwed(kind as RoundLetterKind) && about.days >= 0;
    return {
      to: whose.email!,
      written: { language, ...this.#written(kind as RoundLetterKind, words, about, whose.name, address) },
      attachments: isOwed ? [this.#deadline(round, about, address, words, now)] : [],
    };
  }

  #written(
    kind: RoundLetterKind,
    words: LetterWords,
    about: RoundLetter,
    name: string | null,
    address: string,
  ): Omit<WrittenLetter, 'language'> {
    const isOwed = isAboutWhatIsOwed(kind);
    const late = kind === 'reminder' && about.days < 0;
    const paragraphs = [
      words.greeting(name || null),
      late ? words.reminder.saysLate(about) : words[kind].says(about),
      ...(isOwed && kind !== 'returned' ? [words.owed(about)] : []),
      ...(isOwed ? [words.daysLeft(about.days)] : []),
      ...(kind === 'invitation' ? [words.known] : []),
      ...(isOwed && about.days >= 0 ? [words.calendarFile] : []),
    ];
    const { publication } = about;
    const report = this.publicUrl + path('publications', publication ?? '');
    const links =
      kind === 'published'
        ? [...(publication ? [button(words.openReport, report)] : []), link(words.openRound, address)]
        : [button(words.openReturn, address)];
    return {
      subject: words[kind].subject(about),
      parts: [...paragraphs.map(paragraph), ...links],
      small: [paragraph(words.whyRound(about)), link(words.account, `${this.publicUrl}/account`)],
    };
  }

  #deadline(round: OpenedRound, about: RoundLetter, address: string, words: LetterWords, at: Date) {
    const { code } = round.round!;
    const { agency, due } = about;
    const moved = round.deadlines.filter((one) => one.agency === null || one.agency === agency).length - 1;
    return deadlineFile({
      id: `deadline-${code}-${agency}@${new URL(this.publicUrl).hostname}`,
      day: due,
      moved: moved + (due === deadlineFor(round, agency) ? 0 : 1),
      ...{ at, summary: words.deadlineEntry(about), says: words.owed(about), address },
    });
  }
}
