/** The pages of webhooks, for their agencies and the secretariat: the state of each, and its undelivered messages. */
import { Body, Controller, Get, Param, Req } from '@nestjs/common';
import { CONCERNED_KINDS, NewWebhook, OfOwn, ReplayDeadLetters, WebhooksController, type Webhook } from '#feed';
import { commandContextOf, ForSignedIn, PostsForm, SeeOther, type ApiRequest } from '#platform';
import { Fact } from './fact.js';
import { PlainPage } from './layout.js';
import { Instant } from './links.js';
import { RendersPages } from './rendering.js';
import { ButtonForm, PostForm } from './signed-in.js';
import { RecordTable } from './take-away.js';
import { path } from './view.js';
import { count, counted, sentence } from './words.js';

@RendersPages()
@ForSignedIn()
@Controller('webhooks')
export class WebhookPages {
  constructor(private readonly api: WebhooksController) {}

  @Get()
  @OfOwn()
  async all(@Req() { principal }: ApiRequest) {
    const { items } = await this.api.listWebhooks(principal ?? null);
    return <Webhooks webhooks={items} isSecretariat={principal?.agency === null} />;
  }

  @PostsForm()
  @OfOwn()
  async makes(@Body() body: NewWebhook, @Req() request: ApiRequest) {
    return <Secret of={await this.api.createWebhook(body, commandContextOf(request))} />;
  }

  @Get(':id')
  @OfOwn()
  async one(@Param('id') id: string, @Req() { principal }: ApiRequest) {
    const webhook = await this.api.getWebhook(id, principal ?? null);
    const { items } = await this.api.listDeadLetters(id, principal ?? null);
    return <OneWebhook webhook={webhook} letters={items} />;
  }

  @PostsForm(':id/end')
  @OfOwn()
  async ends(@Param('id') id: string, @Req() request: ApiRequest) {
    await this.api.endWebhook(id, commandContextOf(request));
    return new SeeOther(path('webhooks', id));
  }

  @PostsForm(':id/resume')
  @OfOwn()
  async resumes(@Param('id') id: string, @Req() request: ApiRequest) {
    await this.api.resumeWebhook(id, commandContextOf(request));
    return new SeeOther(path('webhooks', id));
  }

  @PostsForm(':id/secret')
  @OfOwn()
  async renews(@Param('id') id: string, @Req() request: ApiRequest) {
    return <Secret of={await this.api.renewWebhookSecret(id, commandContextOf(request))} />;
  }

  @PostsForm(':id/replay')
  @OfOwn()
  async replays(@Param('id') id: string, @Body() body: ReplayDeadLetters, @Req() request: ApiRequest) {
    await this.api.replayDeadLetters(id, body, commandContextOf(request));
    return new SeeOther(`${path('webhooks', id)}#dead-letters`);
  }
}

/** How a webhook stands, in words. */
const WebhookStanding = ({ of: { ended, attempts, nextAttempt, error } }: { of: Webhook }) => {
  if (ended !== null)
    return (
      <>
        Ended <Instant at={ended} />
        {error !== null && `: ${error}`}
      </>
    );
  if (attempts === 0) return <>Goes on</>;
  return (
    <>
      <span class="alert">Waits</span> after {counted(attempts, 'failed attempt')}: {error}. It is tried again{' '}
      <Instant at={nextAttempt!} />
    </>
  );
};

/** The events that it is sent, in words. */
const filterWords = ({ filter }: Webhook): string => {
  const kinds = Object.entries(filter).filter(([, codes]) => (codes as readonly string[] | undefined)?.length);
  if (kinds.length === 0) return 'Everything';
  return kinds.map(([kind, codes]) => `${sentence(kind)}: ${(codes as readonly string[]).join(' or ')}`).join('; ');
};

const LastDelivery = ({ of: { lastDelivered } }: { of: Webhook }) =>
  lastDelivered === null ? <>nothing yet</> : <Instant at={lastDelivered} />;

const Webhooks = ({ webhooks, isSecretariat }: { webhooks: readonly Webhook[]; isSecretariat: boolean }) => (
  <PlainPage
    title="Webhooks"
    path="/webhooks"
    lead={
      <p>Programs that are told of what is recorded as soon as it is: each event is posted to an address, signed.</p>
    }
  >
    {webhooks.length === 0 ? (
      <p>There is none yet.</p>
    ) : (
      <RecordTable<Webhook>
        class="breakdown"
        caption="Webhooks"
        hideCaption
        records={webhooks}
        columns={{
          'Sent to': ({ id, url, description }) => (
            <>
              <a href={path('webhooks', id)}>{url}</a>
              {description !== null && <small dir="auto"> {description}</small>}
            </>
          ),
          ...(isSecretariat && { Of: ({ agency }) => agency ?? 'the secretariat' }),
          State: (one) => <WebhookStanding of={one} />,
          Delivered: { class: 'number', cell: ({ delivered }) => count(delivered) },
          'Last delivery': (one) => <LastDelivery of={one} />,
          'Given up': { class: 'number', cell: ({ deadLetters }) => count(deadLetters) },
        }}
      />
    )}
    <section id="new">
      <h2>Another one</h2>
      <PostForm class="entry" action="/webhooks">
        <label>
          Address that events are posted to
          <input type="url" name="url" maxLength={2000} required placeholder="https://…" />
        </label>
        <label>
          What it is for
          <input name="description" maxLength={300} />
        </label>
        {CONCERNED_KINDS.map((kind) => (
          <label key={kind}>
            Only what concerns this {kind}
            <input name={`filter.${kind}.0`} maxLength={120} />
          </label>
        ))}
        <label>
          Only events of this type
          <input name="filter.type.0" maxLength={120} placeholder="commitment.StageReported, or commitment" />
        </label>
        <button type="submit">Make it</button>
      </PostForm>
    </section>
  </PlainPage>
);

const Secret = ({ of: { id, url, secret } }: { of: Webhook & { readonly secret: string } }) => (
  <PlainPage title="The secret of a webhook" path="/webhooks" lead={<p>What is posted to {url} is signed with it.</p>}>
    <p>
      <code>{secret}</code>
    </p>
    <p>
      It is shown this once. <a href={path('webhooks', id)}>How the webhook stands</a>
    </p>
  </PlainPage>
);

interface OneParts {
  readonly webhook: Webhook;
  readonly letters: Awaited<ReturnType<WebhooksController['listDeadLetters']>>['items'];
}

const OneWebhook = ({ webhook, letters }: OneParts) => {
  const { id, url, description, agency, created, position, delivered, ended, attempts } = webhook;
  const to = (what: string) => `${path('webhooks', id)}/${what}`;
  return (
    <PlainPage
      title={url}
      path="/webhooks"
      eyebrow={`Webhook of ${agency ?? 'the secretariat'}`}
      lead={description === null ? null : <p dir="auto">{description}</p>}
    >
      <dl class="facts">
        <Fact name="State">
          <WebhookStanding of={webhook} />
        </Fact>
        <Fact name="It is sent">{filterWords(webhook)}</Fact>
        <Fact name="Delivered">
          {counted(delivered, 'event')}, the last one <LastDelivery of={webhook} />. All up to number {position ?? '0'}{' '}
          are done.
        </Fact>
        <Fact name="Made">
          <Instant at={created} />
        </Fact>
      </dl>
      <div class="filters">
        {(ended !== null || attempts > 0) && (
          <ButtonForm action={to('resume')}>{ended === null ? 'Try again at once' : 'Go on where it ended'}</ButtonForm>
        )}
        {ended === null && (
          <ButtonForm action={to('end')} quiet>
            Send nothing more
          </ButtonForm>
        )}
        <ButtonForm action={to('secret')} quiet>
          Another secret
        </ButtonForm>
      </div>
      <section id="dead-letters">
        <h2>Given up</h2>
        {letters.length === 0 ? (
          <p>Nothing was given up.</p>
        ) : (
          <>
            <p>{counted(letters.length, 'event')} could not be delivered. Each can be sent again.</p>
            <ButtonForm action={to('replay')}>Send all again</ButtonForm>
            <RecordTable
              class="breakdown"
              caption="Events that were given up, in the order in which they were recorded"
              hideCaption
              records={letters}
              columns={{
                Number: ({ position }) => position,
                Event: ({ type }) => type,
                'Given up': ({ at, attempts }) => (
                  <>
                    <Instant at={at} />, after {counted(attempts, 'attempt')}
                  </>
                ),
                Why: { dir: 'auto', cell: ({ error }) => error },
                Again: ({ replay, position }) =>
                  replay ? (
                    'is being sent'
                  ) : (
                    <ButtonForm
                      action={to('replay')}
                      hidden={{ 'positions.0': position }}
                      quiet
                      label={`Send number ${position} again`}
                    >
                      Send again
                    </ButtonForm>
                  ),
              }}
            />
          </>
        )}
      </section>
    </PlainPage>
  );
};
