/** Several returns of a round that are accepted at once: they are named and told of first. */
import { Controller, Get, Param, Query, Req } from '@nestjs/common';
import { IsOptional, Matches } from 'class-validator';
import { Projector } from '#eventsourcing';
import { ForSignedIn, metaOf, PostsForm, problemOf, SeeOther, type ApiRequest, type CommandContext } from '#platform';
import { Returns, RoundViews, type ReturnLine } from '#rounds';
import { Confirm } from './confirming.js';
import { SHOW_TIMEOUT_MS } from './form-parts.js';
import { formContext, FormSent, type FormRequest } from './form-sent.js';
import { PlainPage } from './layout.js';
import { RendersPages } from './rendering.js';
import { Consequences } from './round-consequences.js';
import { RETURN_STATE_WORDS } from './round-words.js';
import { needsDesk } from './signed-in.js';
import { path } from './view.js';
import { count, counted, dateWords } from './words.js';

class Ticked {
  @IsOptional() @Matches(/^[\w./,-]{1,20000}$/) readonly agencies?: string;
}

export const isToAccept = ({ state }: ReturnLine): boolean => state === 'submitted' || state === 'nil';

@RendersPages()
@ForSignedIn()
@Controller('rounds/:round/accept')
export class RoundAcceptingPages {
  constructor(
    private readonly returns: Returns,
    private readonly views: RoundViews,
    private readonly projector: Projector,
    private readonly consequences: Consequences,
  ) {}

  @Get()
  asks(@Param('round') code: string, @Query() { agencies }: Ticked, @Req() request: ApiRequest) {
    needsDesk(request);
    return this.#page(code, agencies?.split(',') ?? []);
  }

  /** Accepts each return that can be; tells which could not. */
  @PostsForm()
  async accepts(@Param('round') code: string, @FormSent() form: FormRequest) {
    needsDesk(form.request);
    const agencies = [form.filled['agencies'] ?? []].flat().map(String);
    if (agencies.length === 0) {
      void form.reply.status(400);
      return this.#page(code, [], 'Tick at least one.');
    }
    const refused = await this.#accept(code, agencies, formContext(form));
    if (refused.length === 0) return new SeeOther(`${path('rounds', code)}#returns`);
    return (
      <PlainPage
        title={`${counted(agencies.length - refused.length, 'return')} accepted, ${count(refused.length)} not`}
        path={path('rounds', code)}
      >
        <ul>
          {refused.map(({ agency, why }) => (
            <li key={agency}>
              <a href={path('rounds', code, 'returns', agency)}>{agency}</a>: {why}
            </li>
          ))}
        </ul>
        <p>
          <a href={path('rounds', code)}>Back to the round</a>
        </p>
      </PlainPage>
    );
  }

  async #accept(code: string, agencies: readonly string[], context: CommandContext) {
    const refused: { agency: string; why: string }[] = [];
    for (const agency of agencies) {
      const meta = metaOf(context.by, `${context.meta.commandId} ${agency}`, context.meta.correlationId);
      try {
        const position = await this.returns.act('accept', code, agency, {}, { ...context, meta } as never);
        await this.projector.reached(position, SHOW_TIMEOUT_MS);
      } catch (error) {
        if (problemOf(error).status >= 500) throw error;
        refused.push({ agency, why: problemOf(error).detail });
      }
    }
    return refused;
  }

  /** @param ticked agencies; of whom nothing can be accepted are left out */
  async #page(code: string, ticked: readonly string[], fault?: string) {
    const { name } = this.views.opened(code).round!;
    const lines = (await this.views.returns(code)).filter(isToAccept);
    const here = path('rounds', code);
    const chosen = lines.flatMap(({ agency }) => (ticked.includes(agency) ? [agency] : []));
    return (
      <PlainPage title="Accept returns" path={here} eyebrow={<a href={here}>{name}</a>}>
        {lines.length === 0 ? (
          <p>There is no return to accept.</p>
        ) : (
          <>
            {await this.consequences.ofAccepting(chosen)}
            <Confirm action={`${here}/accept`} button="Accept those that are ticked" back={here}>
              <fieldset class="field boxes" id="in-agencies">
                <legend>Returns that can be accepted</legend>
                {fault && (
                  <p class="fault" role="alert">
                    {fault}
                  </p>
                )}
                {lines.map((line) => (
                  <label key={line.agency}>
                    <input type="checkbox" name="agencies" value={line.agency} checked={chosen.includes(line.agency)} />
                    <span dir="auto">{lineInShort(line)}</span>
                  </label>
                ))}
              </fieldset>
            </Confirm>
          </>
        )}
      </PlainPage>
    );
  }
}

/** `International Labour Organization: Submitted on 3 May 2026; 4 updates, 10 no change, 1 not assessed; 2 comments` */
function lineInShort({ name, state, receivedOn, isNil, says, comments }: ReturnLine): string {
  const said = isNil
    ? []
    : [
        `${counted(says.update, 'update')}, ${count(says.no_change)} no change, ${count(says.not_assessed)} not assessed`,
      ];
  const parts = [
    `${name}: ${RETURN_STATE_WORDS[state]}${receivedOn ? `, first received on ${dateWords(receivedOn)}` : ''}`,
    ...said,
    ...(comments > 0 ? [counted(comments, 'comment')] : []),
  ];
  return parts.join('; ');
}
