/** The cover of a report: its title, the date, who issues it, and the figures that a reader looks for first. */
import type { Filter, Row as Figures } from '#progress';
import type { Draft } from './draft.js';
import type { MadeReport } from './kind.js';
import type { Inline } from './report.js';

/** @param of how the commitments of the report stand, and which these are */
export function coverOf(
  draft: Draft,
  subtitle: readonly Inline[],
  of: { readonly row: Figures; readonly filter: Filter },
): MadeReport['cover'] {
  const { words, at, since, manifest } = draft;
  const { cover } = words;
  const { total, byStage, overdue } = of.row;
  const figure = (name: keyof typeof cover.figures, n: number, narrower: Filter) => ({
    words: cover.figures[name](n),
    figure: words.figure(draft.counted(n, { ...of.filter, ...narrower })),
  });
  return {
    title: cover[manifest.kind],
    subtitle,
    asAt: since ? cover.since(since, at.asOf) : cover.asAt(at.asOf),
    issuedBy: [cover.issuedBy(manifest.publisher), ...(manifest.licence ? [cover.licence(manifest.licence)] : [])],
    figures:
      total === 0
        ? []
        : [
            figure('all', total, {}),
            figure('completed', byStage.completed, { stage: 'completed' }),
            figure('inProgress', byStage.in_progress, { stage: 'in_progress' }),
            figure('overdue', overdue, { overdue: true }),
          ],
  };
}
