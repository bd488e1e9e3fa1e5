/** The pages of the return as a workbook: download it, upload it, look at its changes, take them into the draft. */
import { Body, Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Matches } from 'class-validator';
import type { ReturnDraft } from '#bodies';
import { DraftsStore, type DraftName } from '#drafts';
import { Conflict, Rejected } from '#eventsourcing';
import { ReturnSheets, sendWorkbook, SheetQuery, type ReturnSheetPreview } from '#exchange';
import {
  commandContextOf,
  FILE_TYPE,
  ForSignedIn,
  PostsForm,
  SeeOther,
  FILE_CONFIG,
  Uploaded,
  Reply,
  type ApiRequest,
  type Principal,
  type Upload,
} from '#platform';
import { joinedDrafts, refuseUnlessOwn, returnId, Returns, type ReturnPath } from '#rounds';
import { XLSX_TYPE } from '#tables';
import { REPORT_LANGUAGES } from '#words';
import { Listed } from './links.js';
import { PlainPage, Section } from './layout.js';
import { RendersPages } from './rendering.js';
import { REPORT_LANGUAGE_WORDS } from './report-form.js';
import { LEVEL_WORDS } from './round-words.js';
import { PostForm } from './signed-in.js';
import { Table } from './take-away.js';
import { path } from './view.js';
import { count, counted, textWords } from './words.js';

/** The most changes that are shown; the rest is in the answer of the API. */
const MAX_CHANGES_SHOWN = 500;

/** A workbook that was looked at and not taken yet. */
interface WaitingWorkbook {
  readonly base: ReturnDraft;
  readonly mine: ReturnDraft;
}

class SentSheet {
  @Matches(/^[0-9a-f]{64}$/, { message: 'no file was sent' }) file: string;
}

/** The name under which a workbook that was looked at waits until its reader takes it. */
const waitingName = ({ round, agency }: ReturnPath, { account }: Principal): DraftName => ({
  kind: 'return-sheet',
  id: `${returnId(round, agency)}/${account}`,
});

@RendersPages()
@ForSignedIn()
@Controller('rounds/:round/returns/:agency/sheet')
export class ReturnSheetPages {
  constructor(
    private readonly sheets: ReturnSheets,
    private readonly returns: Returns,
    private readonly drafts: DraftsStore,
  ) {}

  @Get()
  async shows(@Param() params: ReturnPath, @Req() { principal }: ApiRequest) {
    refuseUnlessOwn(principal!, params.agency);
    await this.returns.inRound(params.round, params.agency);
    return <SheetPage {...params} />;
  }

  @PostsForm('', 'signed-in', FILE_CONFIG)
  async looks(
    @Param() params: ReturnPath,
    @Body() _: SentSheet,
    @Uploaded() upload: Upload,
    @Req() request: ApiRequest,
    @Reply() reply: FastifyReply,
  ) {
    const by = await this.#worker(params, request);
    const { round, agency } = params;
    try {
      const { preview, base, mine } = await this.sheets.read(round, agency, upload, by);
      const waiting: WaitingWorkbook = { base, mine };
      if (preview.problems.length === 0) await this.drafts.keep(waitingName(params, by), agency, waiting, by.account);
      return <SheetPage {...params} preview={preview} />;
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      void reply.status(400);
      return <SheetPage {...params} refused={error.message} />;
    }
  }

  /** Takes the changes that were looked at into the present draft; where both wrote, the workbook wins. */
  @PostsForm('take')
  async takes(@Param() params: ReturnPath, @Req() request: ApiRequest) {
    const by = await this.#worker(params, request);
    const { round, agency } = params;
    const name = waitingName(params, by);
    const waiting = await this.drafts.read<WaitingWorkbook>(name);
    if (!waiting) throw new Conflict('nothing_waits', 'There is no workbook that waits to be taken: upload it again.');
    const known = await this.returns.inRound(round, agency);
    const { content, revision } = await this.returns.present(known, agency);
    const { draft } = joinedDrafts(waiting.content.base, waiting.content.mine, content);
    const context = { ...commandContextOf(request), expected: revision };
    await this.returns.save(round, agency, draft, context);
    await this.drafts.delete(name, waiting.revision);
    const edit = by.role === 'secretariat' || known.state.state === 'submitted' ? '&edit=yes' : '';
    return new SeeOther(`${path('rounds', round, 'returns', agency)}?check=yes${edit}`);
  }

  /** @throws Rejected for those whose return it is not, and where it cannot be written now */
  async #worker({ round, agency }: ReturnPath, { principal }: ApiRequest): Promise<Principal> {
    refuseUnlessOwn(principal!, agency);
    this.returns.refuseUnwritable(await this.returns.inRound(round, agency), agency);
    return principal!;
  }
}

/** The workbook itself. */
@ForSignedIn()
@ApiExcludeController()
@Controller('rounds/:round/returns/:agency/sheet/file.xlsx')
export class ReturnSheetFile {
  constructor(private readonly sheets: ReturnSheets) {}

  @Get()
  async file(
    @Param() { round, agency }: ReturnPath,
    @Query() { language }: SheetQuery,
    @Req() { principal }: ApiRequest,
    @Res() reply: FastifyReply,
  ) {
    refuseUnlessOwn(principal!, agency);
    await sendWorkbook(this.sheets, round, agency, { by: principal!, language }, reply);
  }
}

interface SheetPageParts extends ReturnPath {
  readonly preview?: ReturnSheetPreview;
  readonly refused?: string;
}

const SheetPage = ({ round, agency, preview, refused }: SheetPageParts) => {
  const back = path('rounds', round, 'returns', agency);
  const here = `${back}/sheet`;
  return (
    <PlainPage
      title={preview ? 'Changes by the workbook' : 'The return as a spreadsheet'}
      path={here}
      eyebrow={<a href={back}>Return of {agency}</a>}
    >
      {refused && (
        <p class="callout faults" role="alert">
          {refused}
        </p>
      )}
      {preview ? (
        <Looked preview={preview} here={here} back={back} />
      ) : (
        <>
          <p>
            The workbook holds all that the return asks: your commitments with what you last said of them, the
            questions, and room for what is new. Fill it in without a connection, mail it to colleagues, and upload it
            here. You see what it would change before anything is saved.
          </p>
          <p>
            <a class="button" href={`${here}/file.xlsx`} download>
              Download it
            </a>
          </p>
          <p class="note">
            It is in the language of your account. Or take it in{' '}
            <Listed
              all={REPORT_LANGUAGES.map((language) => (
                <a href={`${here}/file.xlsx?language=${language}`} hreflang={language} download>
                  {REPORT_LANGUAGE_WORDS[language]}
                </a>
              ))}
            />
            . It is read back in whichever it was made.
          </p>
        </>
      )}
      <Section title={preview ? 'Upload another one' : 'Upload it again'}>
        <PostForm class="entry" action={here} encType={FILE_TYPE}>
          <div class="field">
            <label for="file">The workbook (.xlsx)</label>
            <input id="file" type="file" name="file" accept={`.xlsx,${XLSX_TYPE}`} required />
          </div>
          <button class={preview ? 'quiet' : undefined}>Look at what it would change</button>
        </PostForm>
      </Section>
    </PlainPage>
  );
};

const cellPlace = (sheet: string | null, row: number | null, column: string | null): string =>
  sheet === null ? '' : row ? `${sheet}, ${column ?? 'row '}${row}` : sheet;

const Looked = ({ preview, here, back }: { preview: ReturnSheetPreview; here: string; back: string }) => {
  const { changes, problems, conflicts, findings, notes } = preview;
  return (
    <>
      {problems.length > 0 && (
        <div class="callout faults" role="alert">
          <h2>{counted(problems.length, 'cell')} cannot be taken as they are</h2>
          <p>Put them right in the workbook and upload it again. Nothing is saved.</p>
          <ul>
            {problems.map((one, i) => (
              <li key={i}>
                <strong>{cellPlace(one.sheet, one.row, one.column)}</strong>:{' '}
                {one.value && !one.message.includes(`«${one.value}»`) && <q dir="auto">{one.value}</q>} {one.message}
                {one.right && `. Right: ${one.right}`}
              </li>
            ))}
          </ul>
        </div>
      )}
      {conflicts.length > 0 && (
        <div class="callout faults" role="alert">
          <h2>Somebody else has saved this meanwhile</h2>
          <p>Where the workbook and a colleague both changed something, the workbook would stand:</p>
          <ul>
            {conflicts.map(({ part }) => (
              <li key={part}>{part}</li>
            ))}
          </ul>
        </div>
      )}
      {changes.length === 0 ? (
        <p>It changes nothing.</p>
      ) : (
        <section>
          <Table caption={counted(changes.length, 'change')} heads={['Where', 'Of', 'Was', 'Is']}>
            {changes.slice(0, MAX_CHANGES_SHOWN).map((one, i) => (
              <tr key={i}>
                <th scope="row">
                  {cellPlace(one.sheet, one.row, one.column)} <small>{one.head}</small>
                </th>
                <td>{one.about}</td>
                <td dir="auto">{one.was && <del>{textWords(one.was)}</del>}</td>
                <td dir="auto">{one.is ? <ins>{textWords(one.is)}</ins> : <em>taken out</em>}</td>
              </tr>
            ))}
          </Table>
        </section>
      )}
      {changes.length > MAX_CHANGES_SHOWN && <p>And {count(changes.length - MAX_CHANGES_SHOWN)} more.</p>}
      {problems.length === 0 && changes.length > 0 && (
        <PostForm action={`${here}/take`}>
          <div class="acts">
            <button>Take it into the draft</button>
            <a href={back}>Back without saving</a>
          </div>
        </PostForm>
      )}
      <section>
        {notes.length > 0 && (
          <details>
            <summary>Notes on the reading: {count(notes.length)}</summary>
            <ul>
              {notes.map((note) => (
                <li key={note}>{note}</li>
              ))}
            </ul>
          </details>
        )}
        {(['wrong', 'missing', 'odd'] as const).map((level) => {
          const own = findings.filter((one) => one.level === level);
          return (
            own.length > 0 && (
              <details key={level} open={level === 'wrong' || undefined}>
                <summary>
                  {LEVEL_WORDS[level]}: {count(own.length)}
                </summary>
                <ul>
                  {own.map((one, i) => (
                    <li key={i}>
                      {one.sheet && <strong>{cellPlace(one.sheet, one.row, one.column)}: </strong>}
                      {one.message}
                    </li>
                  ))}
                </ul>
              </details>
            )
          );
        })}
      </section>
    </>
  );
};
