/** The secretariat's pages of letters: who was written to, who waits, and each letter to read and copy. */
import { Controller, Get, Param, Query, Req } from '@nestjs/common';
import { Rejected } from '#eventsourcing';
import { Letters, Post, type LetterInList, type LetterKind, type LetterState, type ShownLetter } from '#letters';
import { SignIn } from '#sign-in';
import { Code, ForSignedIn, PostsForm, SeeOther, type ApiRequest } from '#platform';
import { PlainPage } from './layout.js';
import { Instant } from './links.js';
import { RendersPages } from './rendering.js';
import { REPORT_LANGUAGE_WORDS } from './report-form.js';
import { ButtonForm } from './signed-in.js';
import { RecordTable } from './take-away.js';
import { path } from './view.js';
import { counted } from './words.js';

const MAX_LETTERS_SHOWN = 500;

const LETTER_KIND_WORDS: Readonly<Record<LetterKind, string>> = {
  invitation: 'Invitation',
  reminder: 'Reminder',
  extended: 'Deadline extended',
  reopened: 'Reopened',
  returned: 'Sent back',
  accepted: 'Accepted',
  closed: 'Closed without a return',
  published: 'Report published',
  confirmation: 'To confirm',
  digest: 'Digest',
};

const LETTER_STATE_WORDS: Readonly<Record<LetterState, string>> = {
  waiting: 'Waits',
  sent: 'Sent',
  not_needed: 'Not needed any more',
  given_up: 'Given up',
  nobody: 'Nobody to write to',
};

class OfRound {
  @Code({ optional: true }) readonly round?: string;
}

@RendersPages()
@ForSignedIn()
@Controller('letters')
export class LetterPages {
  constructor(
    private readonly letters: Letters,
    private readonly post: Post,
    private readonly signIn: SignIn,
  ) {}

  @Get()
  async list(@Query() { round }: OfRound, @Req() request: ApiRequest) {
    needsSecretariat(request);
    return (
      <LetterList
        round={round ?? null}
        letters={await this.letters.latest(MAX_LETTERS_SHOWN, round)}
        sends={this.signIn.sendsLetters}
      />
    );
  }

  @Get(':id')
  async one(@Param('id') id: string, @Req() request: ApiRequest) {
    needsSecretariat(request);
    return <LetterReport letter={await this.letters.one(id)} sends={this.signIn.sendsLetters} />;
  }

  @PostsForm(':id/send')
  async sends(@Param('id') id: string, @Req() request: ApiRequest) {
    needsSecretariat(request);
    await this.letters.again(id);
    this.post.look();
    return new SeeOther(path('letters', id));
  }
}

function needsSecretariat({ principal }: ApiRequest): void {
  if (principal?.role !== 'secretariat') throw new Rejected('forbidden', 'Letters are the secretariat’s to see.');
}

const recipientName = ({ name, account, agency }: LetterInList): string => name ?? account ?? `nobody of ${agency}`;

/** Where there is no mail server, nobody was written to. */
const NotSent = () => (
  <p class="callout">
    This server has no mail server: it lays letters in the folder <span class="code">letters</span> of its data, and
    nobody gets them from there. Copy them from here, or ask whoever runs the server to set{' '}
    <span class="code">SMTP_URL</span>.
  </p>
);

interface LetterListParts {
  readonly round: string | null;
  readonly letters: readonly LetterInList[];
  readonly sends: boolean;
}

const LetterList = ({ round, letters, sends }: LetterListParts) => (
  <PlainPage
    title="Letters"
    path="/letters"
    eyebrow={round === null ? 'Reporting rounds' : <a href={path('rounds', round)}>{round}</a>}
    lead={<p>Who was written to in reporting rounds, and who waits. Each letter can be read, and copied.</p>}
  >
    {!sends && <NotSent />}
    {letters.length === 0 ? (
      <p>There are no letters yet.</p>
    ) : (
      <RecordTable
        class="breakdown"
        caption="Letters, the last ones first"
        hideCaption
        records={letters}
        columns={{
          Letter: ({ id, kind }) => <a href={path('letters', id)}>{LETTER_KIND_WORDS[kind]}</a>,
          Round: ({ round }) => <a href={path('rounds', round!)}>{round}</a>,
          Agency: ({ agency }) => agency,
          To: { dir: 'auto', cell: recipientName },
          State: (letter) => <LetterStanding letter={letter} sends={sends} />,
          When: ({ settled, decided }) => <Instant at={settled ?? decided} />,
        }}
      />
    )}
    {letters.length === MAX_LETTERS_SHOWN && (
      <p class="note">Of more letters only the last {counted(MAX_LETTERS_SHOWN, 'one')} are here.</p>
    )}
  </PlainPage>
);

const LetterStanding = ({ letter: { state, attempts, error }, sends }: { letter: LetterInList; sends: boolean }) => (
  <>
    <span class={state === 'given_up' || state === 'nobody' ? 'alert' : undefined}>
      {state === 'sent' && !sends ? 'In the folder, not sent' : LETTER_STATE_WORDS[state]}
    </span>
    {error !== null && state !== 'sent' && (
      <small>
        {' '}
        {counted(attempts, 'attempt')}: {error}
      </small>
    )}
  </>
);

const LetterReport = ({ letter: shown, sends }: { letter: ShownLetter; sends: boolean }) => {
  const { id, kind, round, agency, state, letter } = shown;
  return (
    <PlainPage
      title={letter?.subject ?? LETTER_KIND_WORDS[kind]}
      path="/letters"
      eyebrow={<a href={`/letters?round=${encodeURIComponent(round!)}`}>Letters of {round}</a>}
      lead={
        <p>
          {LETTER_KIND_WORDS[kind]} for {agency}. <LetterStanding letter={shown} sends={sends} />.
        </p>
      }
    >
      {letter ? (
        <section class="letter">
          <p>
            To <strong>{letter.to}</strong>, in {REPORT_LANGUAGE_WORDS[letter.language]}
          </p>
          <pre dir="auto" lang={letter.language}>
            {letter.text}
          </pre>
          <p>
            <a
              href={`mailto:${encodeURIComponent(letter.to)}?subject=${encodeURIComponent(letter.subject)}&body=${encodeURIComponent(letter.text)}`}
            >
              Write it with your own mail program
            </a>
          </p>
        </section>
      ) : state === 'nobody' ? (
        <p>
          Nobody who may answer for {agency} has an e-mail address here. <a href="/accounts">Give one an account</a>, or
          write otherwise.
        </p>
      ) : (
        <p>It would not be sent any more: its matter is done, or its recipient has left.</p>
      )}
      {(state === 'given_up' || state === 'waiting') && (
        <ButtonForm action={`${path('letters', id)}/send`}>Send it now</ButtonForm>
      )}
    </PlainPage>
  );
};
