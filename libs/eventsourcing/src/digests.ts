/** Stored digests name their algorithm: so another one can take its place while older digests stay valid. */
import { createHash, hash, type Hash } from 'node:crypto';

/** The algorithms that are recognised, by their names in OpenSSL. All are functions of PostgreSQL, which chains its log itself. */
export const DIGEST_ALGORITHMS = ['sha256', 'sha384', 'sha512'] as const;
export type Algorithm = (typeof DIGEST_ALGORITHMS)[number];

/** The algorithm of digests that name none: those of before another one could be named. */
const UNNAMED_ALGORITHM: Algorithm = 'sha256';

/** The digests of one purpose: new ones by the present algorithm; those by any that is recognised go on. */
export class Digests {
  constructor(
    readonly present: Algorithm,
    private readonly recognised: readonly Algorithm[] = DIGEST_ALGORITHMS,
  ) {}

  /** By the present algorithm, in base64url; its name stands before it (`sha512:…`), unless it is the one that needs none. */
  of(text: string): string {
    return withAlgorithm(this.present, hash(this.present, text, 'base64url'));
  }

  /** Every digest under which a text may be kept, that by the present algorithm first. */
  all(text: string): [string, ...string[]] {
    return [...this.each(text)] as [string, ...string[]];
  }

  /** The same, each made when it is asked for. */
  *each(text: string): Generator<string> {
    yield this.of(text);
    for (const one of this.recognised) if (one !== this.present) yield withAlgorithm(one, hash(one, text, 'base64url'));
  }

  /** Whether a digest is of a text, by the algorithm that it names. */
  isOf(digest: string, text: string): boolean {
    const by = this.#by(digest);
    return by !== undefined && digest === withAlgorithm(by, hash(by, text, 'base64url'));
  }

  /** Why a digest cannot be checked; `null`: it can. */
  faultOf(digest: string): string | null {
    return this.#by(digest) === undefined
      ? `it was hashed by ${algorithmName(digest)}, which this version does not know`
      : null;
  }

  /** A digest of a text that comes in pieces. @param like by the algorithm of this digest; absent: the present one */
  piecewise(tell: (hash: Pick<Hash, 'update'>) => void, like?: string): string {
    const by = (like === undefined ? this.present : this.#by(like)) ?? this.present;
    const told = createHash(by);
    tell(told);
    return withAlgorithm(by, told.digest('base64url'));
  }

  #by(digest: string): Algorithm | undefined {
    const name = algorithmName(digest);
    return this.recognised.find((one) => one === name);
  }
}

export const prefixOf = (algorithm: Algorithm): string => (algorithm === UNNAMED_ALGORITHM ? '' : `${algorithm}:`);

const withAlgorithm = (algorithm: Algorithm, digest: string): string => prefixOf(algorithm) + digest;

function algorithmName(digest: string): string {
  const end = digest.indexOf(':');
  // Further on it is no name, but damage.
  return end < 0 || end > 10 ? UNNAMED_ALGORITHM : digest.slice(0, end);
}

// The present algorithm of each purpose: to change to another one is to name it here.

/** Of secrets that let somebody in: tokens, sessions, links. A digest by a former algorithm is replaced on use. */
export const SECRET_DIGESTS = new Digests('sha256');

/** Of requests that came with an idempotency key. */
export const REQUEST_DIGESTS = new Digests('sha256');

/** Of events: of their data, and of the chain, which goes on from one algorithm to another. */
export const EVENT_DIGESTS = new Digests('sha256');
