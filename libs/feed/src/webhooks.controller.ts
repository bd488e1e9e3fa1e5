/** The routes of webhooks: make, look at, end, resume, another secret, and dead letters. */
import { applyDecorators, Body, Controller, Get, Inject, Param, Post } from '@nestjs/common';
import { ApiParam, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Matches, IsOptional, ArrayMaxSize, ArrayMinSize, IsArray } from 'class-validator';
import { Rejected, refused, type Log } from '#eventsourcing';
import {
  Answers,
  Shown,
  Count,
  InstantOrNull,
  TextOrNull,
  ACTING_ROLES,
  Caller,
  CurrentCommand,
  LOG,
  maySee,
  Nested,
  Rights,
  Text,
  WebAddress,
  signedIn,
  type CommandContext,
  type Principal,
} from '#platform';
import { KnownCodes } from '#progress';
import { WHOLE_NUMBER } from '#text';
import { Deliveries } from './deliveries.js';
import { FeedFilterBody, filterFrom, refuseUnknownTypes } from './feed-filter.js';
import { DeadLetter, HookStore, type Hook } from './hook-store.js';
import { WebhookClient, PrivateAddress } from './webhook-client.js';
import { newSecret } from './signing.js';

export class NewWebhook {
  @WebAddress({ local: true, description: 'Where events are posted to', example: 'https://example.org/followthrough' })
  url: string;
  @Text({ max: 300, optional: true, description: 'Its purpose', example: 'The tracker of IOM' })
  description?: string | null;
  @Nested(() => FeedFilterBody, { optional: true, description: 'Which events; without it all' })
  filter?: FeedFilterBody | null;
  @ApiProperty({
    required: false,
    nullable: true,
    type: String,
    pattern: WHOLE_NUMBER,
    description: 'Only events after this position; without it events from now on. 0: all events',
    example: '0',
  })
  @IsOptional()
  @Matches(new RegExp(WHOLE_NUMBER), { message: 'after must be a position, as an answer gave it' })
  after?: string | null;
}

export class ReplayDeadLetters {
  @ApiProperty({
    required: false,
    nullable: true,
    type: [String],
    description: 'The positions of those that are sent again; without it all',
    example: ['1412'],
  })
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(500)
  @Matches(new RegExp(WHOLE_NUMBER), { each: true, message: 'positions takes positions, as answers gave them' })
  positions?: string[] | null;
}

export class Webhook {
  @ApiProperty({ format: 'uuid' }) readonly id: string;
  @TextOrNull('The agency whose it is; null: the secretariat’s') readonly agency: string | null;
  @ApiProperty() readonly url: string;
  @TextOrNull() readonly description: string | null;
  @ApiProperty() readonly filter: FeedFilterBody;
  @ApiProperty({ format: 'date-time' }) readonly created: string;
  @InstantOrNull('null: it is not ended') readonly ended: string | null;
  @TextOrNull('Everything up to here was delivered, passed over or given up') readonly position: string | null;
  @Count('The number of events that were delivered') readonly delivered: number;
  @InstantOrNull() readonly lastDelivered: string | null;
  @Count('The failed attempts at the event it is at; 0: none failed') readonly attempts: number;
  @InstantOrNull('When it is tried again') readonly nextAttempt: string | null;
  @TextOrNull('Why the last attempt failed') readonly error: string | null;
  @Count('The number of events that were given up') readonly deadLetters: number;
}

class WebhookWithSecret extends Webhook {
  @Shown('The secret that signs the messages (Standard Webhooks); it is shown this once', 'whsec_…')
  readonly secret: string;
}

class WebhookList {
  @ApiProperty({ type: [Webhook] }) readonly items: Webhook[];
}

class WebhookDeadLetters {
  @ApiProperty({ type: [DeadLetter] }) readonly items: DeadLetter[];
}

class Replayed {
  @Count('The number of events that are sent again') readonly replayed: number;
}

/** For those who act for an agency, or the secretariat. */
export const OfOwn = () => Rights({ scope: 'read', roles: ACTING_ROLES, only: 'of the own agency' });
const OfHook = () => ApiParam({ name: 'id', description: 'The id of the webhook', schema: { type: 'string' } });

/** A change of a webhook. */
const PostOnHook = (path: string) => applyDecorators(Post(`:id/${path}`), OfOwn(), OfHook());

/** For so long the former secret signs beside the new one. */
const FORMER_SECRET_MS = 24 * 3_600_000;

@ApiTags('Webhooks')
@Controller('v1/webhooks')
export class WebhooksController {
  constructor(
    @Inject(LOG) private readonly log: Log,
    private readonly hooks: HookStore,
    private readonly client: WebhookClient,
    private readonly deliveries: Deliveries,
    private readonly codes: KnownCodes,
  ) {}

  @Post()
  @OfOwn()
  @Answers(
    WebhookWithSecret,
    'Have events posted to an address',
    'Each event that the filter lets through is posted as JSON, {type, timestamp, data}, signed as Standard Webhooks asks. In ' +
      'order, at least once: the same webhook-id is the same event. It is tried again for a day and a half, then it is a dead letter.',
    201,
    ({ id }) => `/v1/webhooks/${id}`,
  )
  async createWebhook(
    @Body() body: NewWebhook,
    @CurrentCommand() { by, meta }: CommandContext,
  ): Promise<WebhookWithSecret> {
    await this.codes.refuseUnknown(body.filter ?? {}, 'filter/');
    refuseUnknownTypes(body.filter ?? {}, this.log.codec, 'filter/');
    const head = await this.log.store.head();
    if (body.after && BigInt(body.after) > BigInt(head ?? 0))
      throw refused('invalid', '/after', `The log ends at position ${head ?? 0}, before ${body.after}.`);
    try {
      await this.client.check(body.url);
    } catch (error) {
      // A name that cannot be found now may be found when it is called.
      if (error instanceof PrivateAddress) throw refused('private_address', '/url', error.message);
    }
    const hook = await this.hooks.create({
      ...{ id: meta.commandId, owner: by.agency, account: by.account, url: body.url },
      description: body.description ?? null,
      filter: filterFrom(body.filter ?? {}),
      secret: newSecret(),
      position: body.after === '0' ? null : (body.after ?? head),
    });
    this.deliveries.look();
    return { ...(await this.#shown(hook)), secret: hook.secret };
  }

  @Get()
  @OfOwn()
  @Answers(
    WebhookList,
    'The webhooks of the caller’s agency; of all, for the secretariat',
    'Each with its position, and its failures.',
  )
  async listWebhooks(@Caller() caller: Principal | null): Promise<WebhookList> {
    const mine = (await this.hooks.all()).filter(({ owner }) => maySee(signedIn(caller), owner));
    return { items: await Promise.all(mine.map((hook) => this.#shown(hook))) };
  }

  @Get(':id')
  @OfOwn()
  @OfHook()
  @Answers(Webhook, 'One webhook', 'Its position, and its failures.')
  async getWebhook(@Param('id') id: string, @Caller() caller: Principal | null): Promise<Webhook> {
    return this.#shown(await this.#hook(id, signedIn(caller)));
  }

  @PostOnHook('end')
  @Answers(Webhook, 'Send nothing more', 'It keeps its place, and can be resumed.')
  async endWebhook(@Param('id') id: string, @CurrentCommand() { by }: CommandContext): Promise<Webhook> {
    await this.#own(id, by);
    await this.hooks.end(id);
    return this.#shown((await this.hooks.one(id))!);
  }

  @PostOnHook('resume')
  @Answers(Webhook, 'Go on where it ended, at once', 'Also where it only waits to try again.')
  async resumeWebhook(@Param('id') id: string, @CurrentCommand() { by }: CommandContext): Promise<Webhook> {
    await this.#own(id, by);
    await this.hooks.resume(id);
    this.deliveries.look();
    return this.#shown((await this.hooks.one(id))!);
  }

  @PostOnHook('secret')
  @Answers(WebhookWithSecret, 'Another secret', 'For a day messages are signed by both, the new and the former one.')
  async renewWebhookSecret(
    @Param('id') id: string,
    @CurrentCommand() { by }: CommandContext,
  ): Promise<WebhookWithSecret> {
    await this.#own(id, by);
    await this.hooks.renew(id, newSecret(), Date.now() + FORMER_SECRET_MS);
    const hook = (await this.hooks.one(id))!;
    return { ...(await this.#shown(hook)), secret: hook.secret };
  }

  @Get(':id/dead-letters')
  @OfOwn()
  @OfHook()
  @Answers(
    WebhookDeadLetters,
    'The events that were given up',
    'In the order of the log. One that is delivered after all is not among them any more.',
  )
  async listDeadLetters(@Param('id') id: string, @Caller() caller: Principal | null): Promise<WebhookDeadLetters> {
    await this.#hook(id, signedIn(caller));
    return { items: await this.hooks.deadLetters(id) };
  }

  @PostOnHook('dead-letters/replay')
  @Answers(Replayed, 'Send dead letters again', 'All, or those of some positions; once each, before later messages.')
  async replayDeadLetters(
    @Param('id') id: string,
    @Body() { positions }: ReplayDeadLetters,
    @CurrentCommand() { by }: CommandContext,
  ): Promise<Replayed> {
    await this.#own(id, by);
    const replayed = await this.hooks.replay(id, positions ?? undefined);
    this.deliveries.look();
    return { replayed };
  }

  /** @throws Rejected `not_found`, also where it is another's */
  async #hook(id: string, caller: Principal): Promise<Hook> {
    const hook = await this.hooks.one(id);
    if (!hook || !maySee(caller, hook.owner)) throw new Rejected('not_found', `There is no webhook ${id}.`);
    return hook;
  }

  /** @throws Rejected `not_found` for who may not change it */
  async #own(id: string, by: CommandContext['by']): Promise<void> {
    const hook = await this.hooks.one(id);
    if (!hook || (by.role !== 'secretariat' && hook.owner !== by.agency))
      throw new Rejected('not_found', `There is no webhook ${id}.`);
  }

  async #shown(hook: Hook): Promise<Webhook> {
    const { id, owner, url, description, filter, created, ended, position, delivered, attempts, error } = hook;
    return {
      ...{ id, agency: owner, url, description, filter: filter as FeedFilterBody, created, ended, position, delivered },
      lastDelivered: hook.deliveredAt,
      attempts,
      nextAttempt: attempts > 0 && ended === null ? new Date(hook.nextAt).toISOString() : null,
      error,
      deadLetters: (await this.hooks.deadLetters(id)).length,
    };
  }
}
