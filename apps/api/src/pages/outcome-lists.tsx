/** Lists of outcomes, by kind, with their follow-up. */
import { TOLD_KINDS, type OutcomeRow } from '#progress';
import type { OutcomeAsAt } from '#registers';
import { Figure, StageBar, TotalHeads } from './figures.js';
import { Folded } from './folded.js';
import { AgencyLink, Listed } from './links.js';
import { Words } from './source.js';
import { Table } from './take-away.js';
import { path, type View } from './view.js';
import { counted, OUTCOME_KIND_WORDS } from './words.js';

export const ForumLink = ({ view, id }: { view: View; id: string }) => (
  <a href={view.link(path('forums', id))}>{view.names.forum.get(id) ?? id}</a>
);

/** The speaker of an outcome: an agency, a forum, or others in words. */
export const Issuer = ({ view, of }: { view: View; of: Pick<OutcomeAsAt, 'issuedBy' | 'issuer'> }) => {
  const { issuedBy, issuer } = of;
  if (!issuedBy) return <Words text={issuer ?? ''} />;
  return view.names.forum.has(issuedBy) ? (
    <ForumLink view={view} id={issuedBy} />
  ) : (
    <AgencyLink view={view} code={issuedBy} />
  );
};

/** `2 proposals` */
const kindsCounted = (kind: OutcomeRow['kind'], n: number): string =>
  kind === 'not_told'
    ? `${counted(n, 'outcome')} of a kind not told`
    : counted(n, OUTCOME_KIND_WORDS[kind].toLowerCase());

export const Addressees = ({ view, addressees }: { view: View; addressees: readonly string[] }) => (
  <Listed all={addressees.map((one) => (view.names.agency.has(one) ? <AgencyLink view={view} code={one} /> : one))} />
);

interface OutcomeListParts {
  readonly view: View;
  readonly rows: readonly OutcomeRow[];
  /** The request and its addressees, without its follow-up. */
  readonly brief?: boolean;
}

/** More outcomes of a kind than so many are folded. */
const MAX_UNFOLDED_OUTCOMES = 12;

/** Outcomes of each kind under a heading of their own. */
export const OutcomesByKind = ({ view, rows, brief, level = 3 }: OutcomeListParts & { readonly level?: 3 | 4 }) => {
  const Heading = `h${level}` as const;
  return (
    <>
      {TOLD_KINDS.map((kind) => {
        const own = rows.filter((row) => row.kind === kind);
        return (
          own.length > 0 &&
          (level === 3 && own.length > MAX_UNFOLDED_OUTCOMES ? (
            <Folded key={kind} title={kindsCounted(kind, own.length)} open={false}>
              <OutcomeList view={view} rows={own} brief={brief} />
            </Folded>
          ) : (
            <section key={kind}>
              <Heading>{kindsCounted(kind, own.length)}</Heading>
              <OutcomeList view={view} rows={own} brief={brief} />
            </section>
          ))
        );
      })}
    </>
  );
};

/** The agency whose follow-up counts. */
const ofAskedAgency = ({ asked: { agency } }: View) => (agency === undefined ? {} : { agency: String(agency) });

/** Outcomes with their addressees, the commitments that follow them up, and their leads. */
export const OutcomeList = ({ view, rows, brief = false }: OutcomeListParts) => (
  <Table
    class={brief ? 'outcomes brief' : 'outcomes'}
    rows={rows.length}
    caption="Outcomes"
    hideCaption
    heads={[
      'Outcome',
      'Addressed to',
      !brief && (
        <>
          <TotalHeads />
          <th scope="col">Led by</th>
        </>
      ),
    ]}
  >
    {rows.map((row) => (
      <tr key={row.outcome}>
        <th scope="row">
          <a href={view.link(path('outcomes', row.outcome))}>
            <Words text={row.text} />
          </a>{' '}
          <small class="code">{row.outcome}</small>
          <small class="issuer">
            {' '}
            {OUTCOME_KIND_WORDS[row.kind].toLowerCase()}
            {(row.issuedBy ?? row.issuer) && (
              <>
                {' '}
                of <Issuer view={view} of={row} />
              </>
            )}
            {row.addressedTo && (
              <>
                , put to <ForumLink view={view} id={row.addressedTo} />
              </>
            )}
          </small>
        </th>
        <td>
          <Addressees view={view} addressees={row.addressees} />
        </td>
        {!brief && (
          <>
            <td class="n" data-label="Commitments">
              {row.covered ? (
                <Figure n={row.total} href={view.list({ ...ofAskedAgency(view), followsUp: row.outcome })} />
              ) : (
                <span class="dated">None</span>
              )}
            </td>
            <td class="of-bar">{row.covered && <StageBar row={row} />}</td>
            <td data-label={row.covered ? 'Led by' : undefined}>
              <Listed
                all={row.leads.map((code) => (
                  <AgencyLink key={code} view={view} code={code} />
                ))}
              />
            </td>
          </>
        )}
      </tr>
    ))}
  </Table>
);
