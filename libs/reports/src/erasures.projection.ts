/** The last erasure of words: files that were made before it are made anew, so that nothing erased is handed out again. */
import { commitment } from '#commitments';
import type { Memory, Projection, Projector, Recorded } from '#eventsourcing';
import { registers } from '#registers';
import { roundsCatalogs } from '#rounds';

export class ErasuresProjection implements Projection {
  readonly name = 'erasures';
  readonly version = 2;
  readonly on: Projection['on'] = Object.fromEntries(
    [commitment, ...Object.values(registers), ...roundsCatalogs].map(({ category }) => [
      `${category}.Blanked`,
      ({ position }: Recorded) => {
        this.last = Math.max(this.last, Number(position));
      },
    ]),
  );
  /** The position of the last one; 0: there was none. */
  last = 0;

  clear(): void {
    this.last = 0;
  }

  save(): Memory {
    return { arrays: {}, lists: { last: [this.last] } };
  }

  load({ lists }: Memory): void {
    this.last = lists['last']![0] as number;
  }
}

export class Erasures {
  readonly #model: ErasuresProjection;

  constructor(projector: Projector) {
    this.#model = projector.model(ErasuresProjection);
  }

  /** The position of the last one; 0: there was none. */
  get last(): number {
    return this.#model.last;
  }
}
