/** The routes of letters: who was written to and who waits, the text of a letter, and sending one again. */
import { Controller, Get, Param, Post as PostTo, Query } from '@nestjs/common';
import { ApiConflictResponse, ApiProperty, ApiTags, OmitType } from '@nestjs/swagger';
import { Conflict } from '#eventsourcing';
import {
  Answers,
  Code,
  Count,
  Instant,
  InstantOrNull,
  OneWord,
  OrNull,
  PageSize,
  Rights,
  Shown,
  ShownList,
  TextOrNull,
} from '#platform';
import { RoundViews } from '#rounds';
import { REPORT_LANGUAGES, type ReportLanguage } from '#words';
import { Letters, type ShownLetter } from './letters.js';
import { LETTER_KINDS, LETTER_STATES, type LetterKind, type LetterState } from './outbox.js';
import { Post } from './post.js';

class LetterText {
  @ApiProperty({ format: 'email' }) readonly to: string;
  @ApiProperty({ enum: REPORT_LANGUAGES }) readonly language: ReportLanguage;
  @ApiProperty() readonly subject: string;
  @Shown('As plain text') readonly text: string;
}

export class LetterView {
  @ApiProperty({ format: 'uuid' }) readonly id: string;
  @OneWord(LETTER_KINDS, 'The occasion') readonly kind: LetterKind;
  @TextOrNull(undefined, 'CM-2012') readonly round: string | null;
  @TextOrNull(undefined, 'IOM') readonly agency: string | null;
  @TextOrNull('To whom, by pseudonym; null: the agency has nobody with an address')
  readonly account: string | null;
  @TextOrNull('null: it was erased, or there is nobody') readonly name: string | null;
  @OneWord(
    LETTER_STATES,
    'sent: handed over to the mail server, or laid in the folder. not_needed: of no use any more when it was its turn. given_up: the mail server refused it. nobody: there is nobody to write to',
  )
  readonly state: LetterState;
  @Instant('When it was decided on') readonly decided: string;
  @InstantOrNull('When it was sent, or ended otherwise')
  readonly settled: string | null;
  @Count() readonly attempts: number;
  @TextOrNull('Why the last attempt failed') readonly error: string | null;
  @OrNull(() => LetterText, 'As it would be written now; null: it would not be any more')
  readonly letter: LetterText | null;
}

class LetterInShort extends OmitType(LetterView, ['letter']) {}

class LetterList {
  @ShownList(LetterInShort, 'The last ones first') readonly items: LetterInShort[];
}

class LettersQuery {
  @Code({ optional: true, description: 'Only those of one round', example: 'CM-2012' }) round?: string;
  @PageSize(100, 1000) limit?: number;
}

const OfSecretariat = (scope: 'read' | 'publish') => Rights({ scope, roles: ['secretariat'] });

@ApiTags('Rounds')
@Controller('v1/letters')
export class LettersController {
  constructor(
    private readonly letters: Letters,
    private readonly post: Post,
    private readonly rounds: RoundViews,
  ) {}

  @Get()
  @OfSecretariat('read')
  @Answers(
    LetterList,
    'Letters of rounds: who was written to, and who waits',
    'Invitations, reminders and other letters of rounds and returns. Digests are not among them.',
  )
  async listLetters(@Query() { round, limit = 100 }: LettersQuery): Promise<LetterList> {
    if (round) await this.rounds.one(round, undefined, 'round');
    return { items: await this.letters.latest(limit, round) };
  }

  @Get(':id')
  @OfSecretariat('read')
  @Answers(LetterView, 'One letter, with its text', 'Written anew: the outbox keeps neither words nor addresses.')
  getLetter(@Param('id') id: string): Promise<LetterView> {
    return this.letters.one(id);
  }

  @PostTo(':id/send')
  @OfSecretariat('publish')
  @Answers(
    LetterView,
    'Send a letter that was given up, or waits to be tried again, at once',
    'A letter that was sent is not sent again.',
  )
  @ApiConflictResponse({ description: 'It was sent, or there is nobody to write to' })
  async sendLetter(@Param('id') id: string): Promise<ShownLetter> {
    const known = await this.letters.one(id);
    if (!(await this.letters.again(id))) throw new Conflict('not_waiting', `The letter is ${known.state}.`);
    this.post.look();
    return this.letters.one(id);
  }
}
