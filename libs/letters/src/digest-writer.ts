/** The words of digests and of the letters that ask whether somebody wants them. */
import { Inject, Injectable } from '@nestjs/common';
import { AccessStore } from '#access';
import { todayAt } from '#clocks';
import { CHANGE_KINDS, changeOf, type CommitmentEvents } from '#commitments';
import { decodeAll, type Log, type Recorded } from '#eventsourcing';
import { Concerns } from '#feed';
import { LOG, PUBLIC_URL } from '#platform';
import { Progress, type Item } from '#progress';
import { Registers, type Register } from '#registers';
import { returnOf, RoundViews, type ReturnEvents } from '#rounds';
import { pagePath, path, PATHS } from '#words';
import { LetterClock } from './clock.js';
import { FollowTargets } from './follow-targets.js';
import { Follows, type Follow, type Follower } from './follows.js';
import type { LetterFacts, LetterRow } from './outbox.js';
import { letterWords, type LetterWords } from './words/index.js';
import { button, link, paragraph, type LetterPart, type LinkedLine, type WrittenLetter } from './written.js';

const BATCH_SIZE = 1_000;
/** The most entries that are told of one thing that is followed; of more, their number. */
const MAX_ENTRIES_PER_SECTION = 40;
/** The number of commitments that are asked for at once. */
const REFERENCES_PER_QUERY = 500;

/** The news of one thing that is followed. */
interface DigestSection {
  readonly follow: Follow;
  readonly name: string;
  readonly entries: readonly LinkedLine[];
  readonly more: number;
}

/** The stream of something that changed, with its events. */
type Changed = Map<string, Recorded[]>;

/** They say of something else how far it is. */
const EVENTS_WITHOUT_ENTRY: readonly string[] = [
  'return.Applied',
  'return.TakenBack',
] satisfies `return.${keyof ReturnEvents}`[];

@Injectable()
export class DigestWriter {
  constructor(
    @Inject(LOG) private readonly log: Log,
    @Inject(PUBLIC_URL) private readonly publicUrl: string,
    private readonly access: AccessStore,
    private readonly concerns: Concerns,
    private readonly progress: Progress,
    private readonly registers: Registers,
    private readonly rounds: RoundViews,
    private readonly targets: FollowTargets,
    private readonly follows: Follows,
    private readonly clock: LetterClock,
  ) {}

  /** @returns `null`: it was ended meanwhile, or there is nothing to tell */
  async write({ kind, follower: id, facts }: LetterRow) {
    const follower = await this.follows.one(id!);
    const to = follower && (follower.email ?? (await this.access.accounts.one(follower.account!))?.email);
    if (!to) return null;
    if (kind === 'confirmation') {
      const follow = (await this.follows.ofFollower(follower.id)).find((one) => one.id === facts.follow);
      return follow && !follow.confirmed ? { to, written: await this.#confirmation(follower, follow) } : null;
    }
    const sections = await this.sections(follower, facts);
    if (sections.length === 0) return null;
    const language = await this.#languageOf(follower);
    const written = await this.#digest(follower, sections, facts, letterWords(language));
    return { to, written: { language, ...written }, endsAt: this.#ending(follower) };
  }

  /** The news between two positions of the things that somebody follows; none of those without any. */
  async sections(follower: Follower, { after = {}, to = '0' }: LetterFacts): Promise<DigestSection[]> {
    const words = letterWords(await this.#languageOf(follower));
    const sections: DigestSection[] = [];
    for (const follow of await this.follows.ofFollower(follower.id)) {
      const from = after[follow.id];
      if (from === undefined || follow.confirmed === null) continue;
      const entries = await this.#entries(follow, from, to, words);
      const name = await this.targets.nameOf(follow, await this.#languageOf(follower));
      if (entries.length > 0)
        sections.push({
          follow,
          name,
          entries: entries.slice(0, MAX_ENTRIES_PER_SECTION),
          more: Math.max(0, entries.length - MAX_ENTRIES_PER_SECTION),
        });
    }
    return sections;
  }

  async #languageOf({ account, language }: Follower) {
    return (account === null ? null : (await this.access.accounts.one(account))?.language) ?? language;
  }

  // ── The events ────────────────────────────────────────────────────────────────────────────────────────────────────

  async #entries(follow: Follow, from: string, to: string, words: LetterWords): Promise<LinkedLine[]> {
    const changed: Changed = new Map();
    for (let after = from, batch; (batch = await this.log.store.readAll(after, BATCH_SIZE)).length > 0;) {
      const known = batch.filter(({ position }) => BigInt(position) <= BigInt(to));
      const { kind, code } = follow;
      const wanted =
        kind === 'list'
          ? known.filter(({ stream }) => stream.startsWith('commitment-'))
          : await this.concerns.among(known, { [kind]: [code] });
      for (const event of await decodeAll(this.log, wanted))
        if (!EVENTS_WITHOUT_ENTRY.includes(event.type))
          changed.set(event.stream, [...(changed.get(event.stream) ?? []), event]);
      if (known.length < batch.length) break;
      after = batch.at(-1)!.position;
    }
    const commitments = new Map<string, Recorded[]>();
    const others: LinkedLine[] = [];
    for (const [stream, events] of changed) {
      const at = stream.indexOf('-');
      const [category, code] = [stream.slice(0, at), stream.slice(at + 1)];
      if (category === 'commitment') commitments.set(code, events);
      else others.push(...(await this.#elsewhere(category, code, events, words)));
    }
    return [...(await this.#commitments(follow, commitments, from, to, words)), ...others];
  }

  async #commitments(
    { kind, code }: Follow,
    changed: ReadonlyMap<string, readonly Recorded[]>,
    from: string,
    to: string,
    words: LetterWords,
  ): Promise<LinkedLine[]> {
    const known = await this.#items([...changed.keys()], to);
    const isList = kind === 'list';
    const filter = isList ? this.targets.filterOf(code) : {};
    const before = isList ? await this.#items([...changed.keys()], from, filter) : known;
    const now = isList ? await this.#items([...changed.keys()], to, filter) : known;
    return [...changed].flatMap(([reference, events]): LinkedLine[] => {
      if (isList && !before.has(reference) && !now.has(reference)) return [];
      const item = known.get(reference);
      const said = new Set(events.map(({ name }) => changeOf(name as keyof CommitmentEvents)));
      const moves = !isList || before.has(reference) === now.has(reference);
      const lines = [
        ...(moves ? [] : [now.has(reference) ? words.digest.entered : words.digest.left]),
        ...CHANGE_KINDS.filter((one) => said.has(one)).map((one) => words.digest.said[one]),
        ...(item && (said.has('stage') || said.has('recorded')) ? [words.digest.stageNow(item.stage)] : []),
      ];
      return [
        {
          words: item ? `${reference} – ${item.title}` : reference,
          address: this.publicUrl + path('commitments', reference),
          below: [lines.join('; ')],
        },
      ];
    });
  }

  /** Those of some commitments that a filter lets through, as known at a position. */
  async #items(references: readonly string[], knownAt: string, filter = {}): Promise<Map<string, Item>> {
    const found = new Map<string, Item>();
    if (knownAt === '0') return found;
    const at = await this.progress.pin({ asOf: todayAt(this.clock.now()), knownAt });
    for (let i = 0; i < references.length; i += REFERENCES_PER_QUERY) {
      const some = { ...filter, reference: references.slice(i, i + REFERENCES_PER_QUERY).join() };
      for await (const items of this.progress.allCommitments(at, some))
        for (const item of items) found.set(item.reference, item);
    }
    return found;
  }

  /** The news of other things than commitments: an entry of a register, a round, a return. */
  async #elsewhere(
    category: string,
    code: string,
    events: readonly Recorded[],
    words: LetterWords,
  ): Promise<LinkedLine[]> {
    const { rounds, returns, said } = words.digest;
    const { register, publication } = words.digest.elsewhere;
    const told = (of: Readonly<Record<string, string>>) =>
      [...new Set(events.map(({ name }) => of[name] ?? said.words))].join('; ');
    if (category === 'round' || category === 'return') {
      const { round, agency } = category === 'round' ? { round: code, agency: null } : returnOf(`${category}-${code}`);
      const { name } = await this.rounds.one(round);
      const address = this.publicUrl + path('rounds', round);
      if (agency === null) return [{ words: name, address, says: told(rounds) }];
      const ofAgency = this.publicUrl + path('rounds', round, 'returns', agency);
      return [{ words: `${name} – ${agency}`, address: ofAgency, says: told(returns) }];
    }
    if (!Object.hasOwn(PATHS, category)) return [];
    const kind = category as Register;
    const name = (await this.registers.names(kind)).get(code) ?? code;
    const address = this.publicUrl + pagePath(kind, code);
    return [{ words: name, address, says: kind === 'publication' ? publication : register }];
  }

  // ── The letters ───────────────────────────────────────────────────────────────────────────────────────────────────

  async #digest(
    follower: Follower,
    sections: readonly DigestSection[],
    { after = {}, to = '0' }: LetterFacts,
    words: LetterWords,
  ): Promise<Omit<WrittenLetter, 'language'>> {
    const { digest } = words;
    const firsts = Object.values(after).sort((a, b) => Number(a) - Number(b));
    const [begin] = await this.log.store.readAll(firsts[0] ?? '0', 1);
    const [end] = await this.log.store.readAll(String(BigInt(to) - 1n), 1);
    const day = (at: string | undefined) => (at ?? this.clock.now().toISOString()).slice(0, 10);
    const parts = sections.flatMap(({ follow, name, entries, more }): LetterPart[] => [
      { type: 'heading', text: name },
      { type: 'list', items: entries },
      ...(more > 0 ? [link(digest.more(more), this.publicUrl + this.targets.pathOf(follow))] : []),
    ]);
    return {
      subject: digest.subject(sections.map(({ name }) => name)),
      parts: [paragraph(digest.period(day(begin?.recordedAt), day(end?.recordedAt))), ...parts],
      small: [
        paragraph(digest.why),
        ...sections.map(({ follow, name }) => link(digest.end(name), this.#ending(follower, follow))),
        link(digest.endAll, this.#ending(follower)),
      ],
    };
  }

  async #confirmation(follower: Follower, follow: Follow): Promise<WrittenLetter> {
    const language = follower.language;
    const { confirmation } = letterWords(language);
    const name = await this.targets.nameOf(follow, language);
    const address = `${this.publicUrl}/follow/confirm?key=${follower.secret}&follow=${follow.id}`;
    return {
      language,
      subject: confirmation.subject(name),
      parts: [paragraph(confirmation.says(name)), button(confirmation.button, address)],
      small: [paragraph(confirmation.otherwise)],
    };
  }

  #ending({ secret }: Follower, follow?: Follow): string {
    return `${this.publicUrl}/follow/end?key=${secret}${follow ? `&follow=${follow.id}` : ''}`;
  }
}
