/** What follows up a forum or an outcome. */
import { Progress, type ItemList, type Row } from '#progress';
import { Headline } from './figures.js';
import { ByStage, LISTED } from './lists.js';
import type { View } from './view.js';

export interface Following {
  readonly list: ItemList;
  readonly row: Row;
}

export async function following(progress: Progress, view: View, followsUp: string): Promise<Following> {
  const [list, [step]] = await Promise.all([
    progress.commitments(view.at, { followsUp }, { limit: LISTED }),
    progress.timeline([view.asOf], view.at, { followsUp }),
  ]);
  return { list, row: step!.row };
}

export const FollowUp = ({ view, id, list, row }: Following & { view: View; id: string }) => (
  <>
    <Headline view={view} row={row} filter={{ followsUp: id }} />
    <ByStage view={view} items={list.items} total={list.total} filter={{ followsUp: id }} title="What follows it up" />
  </>
);
