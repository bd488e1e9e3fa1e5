/** The parts of every cover beside the title: the date, who issues it, and the figures that a reader looks for first. */
import type { Stage } from '#commitments';
import type { Filter, Row as Figures } from '#progress';
import type { Draft } from './draft.js';
import type { Cover } from './report.js';

/** @param of how the commitments of the report stand, and which these are */
export function coverOf(
  draft: Draft,
  of: { readonly row: Figures; readonly filter: Filter },
): Pick<Cover, 'asAt' | 'issuedBy' | 'figures'> {
  const { words, at, since, manifest } = draft;
  const { cover, captions, sections } = words;
  const { total, byStage, overdue } = of.row;
  const figure = (name: string, n: number, narrower: Filter) => ({
    words: name,
    figure: words.figure(draft.counted(n, { ...of.filter, ...narrower })),
  });
  const inStage = (stage: Stage) => figure(draft.wordOf('stage', stage), byStage[stage], { stage });
  return {
    asAt: since ? cover.since(since, at.asOf) : cover.asAt(at.asOf),
    issuedBy: [cover.issuedBy(manifest.publisher), ...(manifest.licence ? [cover.licence(manifest.licence)] : [])],
    figures:
      total === 0
        ? []
        : [
            figure(captions.commitments, total, {}),
            inStage('completed'),
            inStage('in_progress'),
            figure(sections.overdue, overdue, { overdue: true }),
          ],
  };
}
