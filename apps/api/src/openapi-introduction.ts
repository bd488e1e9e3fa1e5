/** The introduction to the API, as the OpenAPI document and `/docs` begin: in Markdown, a page long. */
import { FORMAT_NAMES } from '#platform';

const asked = FORMAT_NAMES.slice(1).map((name) => `\`format=${name}\``);

export const INTRODUCTION = `
What agencies undertook after the High-level Dialogues on International Migration and Development, and what has come of it.
Every change is an event; every list, total and report is computed from events, as at any date and as known at any time.
The same is on [the pages](/), which need no programming.

## Authentication

Reading is public, unless the operator has closed it. Acts need a token: \`Authorization: Bearer …\`. A focal point acts for
its own agency, the secretariat for all. The operator makes tokens (\`npm run cli -- token add --agency IOM\`). \`GET /v1/me\` says
whose a token is, and what waits for that agency. Pages of other sites may read (CORS) where the operator allows them, never write.

## Three clocks

A fact has three dates: when it happened (\`effective\`, perhaps only a year), the day of the report that says so
(\`reportedOn\`), and when it was recorded (\`recordedAt\`, with its \`position\` in the log). \`asOf\` takes a date: only what was
reported by then counts. \`knownAt\` takes a position or an instant: only what was recorded by then is known. With both, an address
shows the same for ever, but for words that had to be erased; the header \`Link\` (rel="bookmark") gives that address.
With \`If-Position-At-Least\` a reader sees its own write: the position that the act answered.

## Acts

Changes are named acts, such as \`POST /v1/commitments/{reference}/stage\`. Each answers \`{reference, revision, position}\` and the
revision as \`ETag\`. Sent back as \`If-Match\` it is answered 412 when somebody was faster. The ETag of a reading serves, too.
Nothing is overwritten: what was wrong is corrected or retracted, with a reason, and the history keeps both. With a token a
commitment lists in \`allowedActs\` what the caller may do next.

## Errors

Every refusal is \`application/problem+json\`: \`detail\` for people, \`code\` for programs, and \`errors\` with a pointer to each field
at fault. Unknown fields, parameters, codes and words, and parameters without a value, are refused by name; a wrong question is
never answered with 0.
5xx is ours: try again, after \`Retry-After\` where it is given.

## Lists

Lists come in pages of \`limit\`; \`nextCursor\` leads to the next page, of what was known when the first one was read. With
${asked.slice(0, -1).join(', ')} or ${asked.at(-1)} (or by \`Accept\`) and without \`limit\` they come whole, as they are read. \`fields\` takes only some
fields of each entry: what is left out is then missing, also where the schema requires it. What is read has an \`ETag\`: with
\`If-None-Match\` it is answered 304 as long as the same would be shown. Answers come compressed (gzip, Brotli).

## Batches

\`POST /v1/batches\` takes up to 1,000 acts, decides and records each on its own, and answers with a result for each. With
\`dryRun\` it records nothing and says what would happen.

## Trying again

Send an \`Idempotency-Key\` with every write. After a lost connection or a 503 send the same request with the same key: what was
done is answered as it was, and not done twice. The same key with another request is refused with 422.

## Following

\`GET /v1/changes?after=…\` is the feed of all events, as NDJSON or server-sent events; with \`follow=true\` it stays open.
\`X-Log\` names the log: send it back, and a log that was put back from a copy is noticed.
`.trim();
