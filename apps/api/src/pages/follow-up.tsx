/** The commitments that follow up a forum or an outcome. */
import { Progress, type ItemList, type Row } from '#progress';
import { Headline } from './figures.js';
import { apartOf, EndedApart, type EndedCounts } from './lineage.js';
import { ByStage, MAX_COMMITMENTS_LISTED } from './lists.js';
import type { View } from './view.js';

export interface FollowUpData {
  readonly list: ItemList;
  readonly row: Row;
  readonly apart: EndedCounts;
}

export async function loadFollowUp(progress: Progress, view: View, followsUp: string): Promise<FollowUpData> {
  const [list, row, apart] = await Promise.all([
    progress.commitments(view.at, { followsUp }, { limit: MAX_COMMITMENTS_LISTED }),
    progress.total(view.at, { followsUp }),
    apartOf(progress, view, { followsUp }),
  ]);
  return { list, row, apart };
}

type FollowUpParts = FollowUpData & { readonly view: View; readonly id: string };

/** The figures of the follow-up. */
export const FollowedUpBy = ({ view, id, row, apart }: FollowUpParts) => (
  <>
    <Headline view={view} row={row} filter={{ followsUp: id }} />
    <EndedApart apart={apart} list={(life) => view.list({ followsUp: id, life })} />
  </>
);

/** The commitments behind the figures. */
export const FollowUp = ({ view, id, list }: FollowUpParts) => (
  <ByStage
    view={view}
    items={list.items}
    total={list.total}
    filter={{ followsUp: id }}
    title="Commitments that follow it up"
  />
);
