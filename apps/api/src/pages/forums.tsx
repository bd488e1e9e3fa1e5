/** The page of a meeting or process: its outcomes, and their follow-up. */
import { Controller, Get, Param, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Coverage, Progress, type OutcomeRow } from '#progress';
import { Registers, type Document, type Forum } from '#registers';
import { RoundViews, type RoundInShort } from '#rounds';
import { compareTexts } from '#text';
import { EntryFacts } from './entry-fields.js';
import { Fact } from './fact.js';
import { Contents } from './contents.js';
import { FollowedUpBy, loadFollowUp, FollowUp, type FollowUpData } from './follow-up.js';
import { feedPath, followPath } from './feed-path.js';
import { Page, Section } from './layout.js';
import { AgencyLink, Listed, Joined, NameLink } from './links.js';
import { relationsBack, type RelationBack } from './lineage.js';
import { CommitmentTable, stagesIn } from './lists.js';
import { OutcomesByKind } from './outcome-lists.js';
import { EntryLink } from './register-words.js';
import { RendersPages } from './rendering.js';
import { ROUND_STATE_WORDS } from './round-words.js';
import { Words } from './source.js';
import { PageQuery, path, Views, type View } from './view.js';
import { counted, dateWords, periodWords, RELATION_WORDS, sentence } from './words.js';
import { Calendar } from './forum-calendar.js';

@RendersPages()
@Controller('forums')
export class ForumPages {
  constructor(
    private readonly views: Views,
    private readonly progress: Progress,
    private readonly registers: Registers,
    private readonly coverage: Coverage,
    private readonly rounds: RoundViews,
  ) {}

  @Get()
  async forums(@Query() query: PageQuery, @Req() request: FastifyRequest) {
    const view = await this.views.open(query, request);
    const [forums, coverage] = await Promise.all([
      this.registers.all('forum', view.position),
      this.coverage.outcomes(view.at, {}, { limit: 1 }),
    ]);
    return <Calendar view={view} forums={forums} coverage={coverage} />;
  }

  @Get(':id')
  async forum(@Param('id') id: string, @Query() query: PageQuery, @Req() request: FastifyRequest) {
    const view = await this.views.open(query, request);
    const forum = await this.registers.needed('forum', id, view.position);
    const [forums, { rows }, put, followUp, back] = await Promise.all([
      this.registers.all('forum', view.position),
      this.coverage.outcomes(view.at, { followsUp: id, concerns: 'any' }, { limit: null }),
      this.coverage.outcomes(view.at, { addressedTo: id, concerns: 'any' }, { limit: null }),
      loadFollowUp(this.progress, view, id),
      relationsBack(this.progress, view, id),
    ]);
    const outcomes = rows.filter((row) => row.forum === id);
    const dossier = await this.#dossier(view, forum, [...rows, ...put.rows]);
    return <ForumReport {...{ view, forum, forums, outcomes, putTo: put.rows, back, dossier, ...followUp }} />;
  }

  /** The dossier of a meeting beside its outcomes: its papers, the rounds that serve it, and its participants. */
  async #dossier(
    view: View,
    { id, papers, participants, agenda, outcomeDocument }: Forum,
    outcomes: readonly OutcomeRow[],
  ) {
    const rounds = (await this.rounds.list(view.position)).filter(({ forum }) => forum === id);
    const lines = await Promise.all(rounds.map(({ code }) => this.rounds.returns(code, { knownAt: view.position })));
    const documents = await this.registers.all('document', view.position);
    const named = [
      ...(papers ?? []),
      ...(agenda ?? []).flatMap((item) => item.papers ?? []),
      ...lines.flat().flatMap(({ paper }) => paper ?? []),
      ...outcomes.flatMap(({ document, forum }) => (forum === id ? document : [])),
    ];
    const answered = lines.flat().flatMap(({ agency, receivedOn }) => (receivedOn ? agency : []));
    return {
      rounds,
      papers: documents.filter((one) => named.includes(one.id)),
      outcomeDocument: documents.find(({ symbol }) => outcomeDocument && symbol === outcomeDocument) ?? null,
      participants: [...new Set([...(participants ?? []), ...answered])].sort(compareTexts),
    };
  }
}

interface ForumParts extends FollowUpData {
  readonly view: View;
  readonly outcomes: readonly OutcomeRow[];
  /** The outcomes put to it, by whomever. */
  readonly putTo: readonly OutcomeRow[];
  readonly forum: Forum;
  readonly forums: readonly Forum[];
  /** The commitments that prepare for it. */
  readonly back: readonly RelationBack[];
  readonly dossier: Dossier;
}

interface Dossier {
  readonly rounds: readonly RoundInShort[];
  readonly papers: readonly Document[];
  readonly outcomeDocument: Document | null;
  readonly participants: readonly string[];
}

const PLACED_FIELDS = [
  ...(['id', 'name', 'kind', 'start', 'end', 'place', 'host', 'parent', 'outcomeDocument'] as const),
  ...(['agenda', 'papers', 'participants'] as const),
];

const ForumReport = ({ view, forum, forums, outcomes, putTo, back, dossier, ...followUp }: ForumParts) => {
  const parent = forums.find(({ id }) => id === forum.parent);
  const below = forums.filter(({ parent }) => parent === forum.id);
  const { start, end, place, host } = forum;
  const facts = [
    start && periodWords(start, end ?? start),
    place && <Words text={place} />,
    host && (
      <>hosted by {view.names.agency.has(host) ? <AgencyLink view={view} code={host} long /> : <Words text={host} />}</>
    ),
    forum.outcomeDocument && (
      <>
        its outcome document is{' '}
        {dossier.outcomeDocument ? (
          <DocumentLink view={view} document={dossier.outcomeDocument} words={forum.outcomeDocument} />
        ) : (
          forum.outcomeDocument
        )}
      </>
    ),
    parent && (
      <>
        part of <NameLink to={view.link(path('forums', parent.id))} name={parent.name} />
      </>
    ),
  ].filter(Boolean);
  return (
    <Page
      view={view}
      title={forum.name}
      eyebrow={`${forum.id} · ${sentence(forum.kind)}`}
      lead={
        <p>
          <Listed all={facts} />
        </p>
      }
      api={[path('forums', forum.id), {}]}
      entry={path('forums', forum.id)}
      list={['/commitments', { followsUp: forum.id }]}
      feed={feedPath('forums', forum.id)}
      follow={followPath('forum', forum.id)}
      report={{ kind: 'forum', asked: { forum: forum.id } }}
    >
      <EntryLink kind="forum" code={forum.id} />
      <EntryFacts {...{ view, kind: 'forum', entry: forum }} placed={PLACED_FIELDS} />
      {followUp.row.total === 0 ? (
        <p class="callout">No commitment follows it up as at {dateWords(view.asOf)}.</p>
      ) : (
        <>
          <FollowedUpBy view={view} id={forum.id} {...followUp} />
          <p>
            <a href={view.link('/agencies', { followsUp: forum.id })}>Its follow-up per agency</a> ·{' '}
            <a href={view.link('/themes', { followsUp: forum.id })}>per theme</a>
          </p>
        </>
      )}
      <Contents
        entries={[
          outcomes.length > 0 && { id: 'outcomes', name: 'Its outcomes', n: outcomes.length },
          putTo.length > 0 && { id: 'put-to-it', name: 'Outcomes put to it', n: putTo.length },
          dossier.papers.length > 0 && { id: 'papers', name: 'Papers', n: dossier.papers.length },
          dossier.rounds.length > 0 && { id: 'rounds', name: 'Reporting rounds', n: dossier.rounds.length },
          dossier.participants.length > 0 && {
            ...{ id: 'participants', name: 'Organisations that took part', n: dossier.participants.length },
          },
          ...stagesIn(followUp.list.items),
        ]}
      />
      {below.length > 0 && (
        <Section title="Parts of it">
          <ul>
            {below.map(({ id, name }) => (
              <li key={id}>
                <NameLink to={view.link(path('forums', id))} name={name} />
              </li>
            ))}
          </ul>
        </Section>
      )}
      <DossierParts view={view} forum={forum} dossier={dossier} />
      {outcomes.length > 0 && (
        <Section id="outcomes" title="Its outcomes">
          <OutcomesByKind view={view} rows={outcomes} />
        </Section>
      )}
      {putTo.length > 0 && (
        <Section id="put-to-it" title="Outcomes put to it">
          <p class="note">By others; these are no outcomes of it.</p>
          <OutcomesByKind view={view} rows={putTo} />
        </Section>
      )}
      {followUp.row.total > 0 && <FollowUp view={view} id={forum.id} {...followUp} />}
      {back.map(({ type, items }) => {
        const active = items.filter(({ life }) => life === 'active');
        return (
          active.length > 0 && (
            <Section key={type} title={RELATION_WORDS[type][1]}>
              <CommitmentTable view={view} caption={counted(active.length, 'commitment')} items={active} />
            </Section>
          )
        );
      })}
    </Page>
  );
};

const DocumentLink = ({ view, document, words }: { view: View; document: Document; words?: string }) => (
  <NameLink to={view.link(path('documents', document.id))} name={words ?? document.title} />
);

/** The agenda, the papers, the rounds and the organisations of a meeting. */
const DossierParts = ({ view, forum, dossier }: { view: View; forum: Forum; dossier: Dossier }) => {
  const { papers, rounds, participants } = dossier;
  const paperOf = (id: string) => papers.find((one) => one.id === id);
  return (
    <>
      {forum.agenda && forum.agenda.length > 0 && (
        <Section id="agenda" title="Agenda">
          <dl class="facts">
            {forum.agenda.map(({ number, title, papers: before }) => (
              <Fact key={number} name={number}>
                <Words text={title} />
                {(before ?? []).map((id) => (
                  <small key={id}> {paperOf(id) ? <DocumentLink view={view} document={paperOf(id)!} /> : id}</small>
                ))}
              </Fact>
            ))}
          </dl>
        </Section>
      )}
      {papers.length > 0 && (
        <Section id="papers" title="Papers">
          <ul>
            {papers.map((one) => (
              <li key={one.id}>
                <DocumentLink view={view} document={one} />{' '}
                <small>{[one.symbol, one.publisher, dateWords(one.published)].filter(Boolean).join(' · ')}</small>
              </li>
            ))}
          </ul>
        </Section>
      )}
      {rounds.length > 0 && (
        <Section id="rounds" title="Reporting rounds for it">
          <ul>
            {rounds.map(({ code, name, state, responses }) => (
              <li key={code}>
                <NameLink to={path('rounds', code)} name={name} />{' '}
                <small>
                  {state && ROUND_STATE_WORDS[state]}
                  {responses &&
                    `; ${responses.received.count} of ${counted(responses.expected.count, 'agency', 'agencies')} answered`}
                </small>
              </li>
            ))}
          </ul>
        </Section>
      )}
      {participants.length > 0 && (
        <Section id="participants" title="Organisations that took part">
          <p>
            <Joined
              all={participants.map((code) => (
                <AgencyLink key={code} view={view} code={code} />
              ))}
            />
            .
          </p>
        </Section>
      )}
    </>
  );
};
