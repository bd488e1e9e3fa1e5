/** Publishing in the background: of a report, alone or with its round; and who waits for it. */
import { Injectable } from '@nestjs/common';
import type { PublishRound } from '#bodies';
import type { CommandContext } from '#platform';
import { Rounds, type Listener } from '#rounds';
import { Publications } from './publications.js';

/** A closed round, which has its report published under a symbol; or a report of no round. */
export type Publishes =
  | { readonly round: string; readonly publication: string; readonly note: string | null }
  | {
      readonly round: null;
      readonly publication: string;
      /** The revision of the prepared report; `null`: it is published already, by the same command. */
      readonly prepared: number | null;
    };

@Injectable()
export class Publishing {
  constructor(
    private readonly rounds: Rounds,
    private readonly publications: Publications,
  ) {}

  /** The publishing of a round, checked. @throws Rejected where it cannot be published */
  async ofRound(round: string, said: PublishRound, context: CommandContext): Promise<Publishes> {
    return { round, publication: await this.rounds.toPublish(round, said, context), note: said.note ?? null };
  }

  /** The publishing of a report, checked. @throws Rejected where it cannot be published | WrongRevision */
  async ofReport(publication: string, context: CommandContext): Promise<Publishes> {
    return { round: null, publication, prepared: await this.publications.toPublish(publication, context) };
  }

  /** @returns the position of the publication */
  async run(what: Publishes, context: CommandContext, listener: Listener): Promise<string> {
    if (what.round === null) return this.publications.publish(what.publication, what.prepared, context, listener);
    const { round, publication, note } = what;
    const said = { publication, ...(note !== null && { note }) };
    return (await this.rounds.publish(round, said, context, listener)).position!;
  }
}
