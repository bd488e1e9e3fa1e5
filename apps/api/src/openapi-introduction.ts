/** The introduction to the API, as the OpenAPI document and `/docs` begin: in Markdown, a page long. */
import { FORMAT_NAMES } from '#platform';

const FORMAT_PARAMETERS = FORMAT_NAMES.slice(1).map((name) => `\`format=${name}\``);

export const INTRODUCTION = `
The commitments of agencies after the High-level Dialogues on International Migration and Development, and their progress.
Every change is an event; every list, total and report is computed from events, as at any date and as known at any time.
[The pages](/) show the same without programming.

## Authentication

Reading is public, unless the operator has closed it. Acts need a token: \`Authorization: Bearer …\`. A focal point acts for
its own agency, the secretariat for all. The operator makes tokens (\`npm run cli -- token add --agency IOM\`). \`GET /v1/me\` says
whose token it is, and lists the tasks that wait for that agency. The operator may allow pages of other sites to read (CORS), never to write.

## Three clocks

A fact has three dates: when it happened (\`effective\`, perhaps only a year), the day of the report that says so
(\`reportedOn\`), and when it was recorded (\`recordedAt\`, with its \`position\` in the log). \`asOf\` takes a date: only
facts reported by then count. \`knownAt\` takes a position or an instant: only events recorded by then count. With both, an address
shows the same for ever, except words that were blanked; the header \`Link\` (rel="bookmark") gives that address.
With \`If-Position-At-Least\` and the position in an act's answer, a client sees its own write.

## Acts

Changes are named acts, such as \`POST /v1/commitments/{reference}/stage\`. Each answers \`{reference, revision, position}\` and the
revision as \`ETag\`. Send it as \`If-Match\`: the answer is 412 if the commitment has changed since. The ETag of a GET serves, too.
Nothing is overwritten: a wrong statement is corrected or retracted, with a reason, and the history keeps both. With a token a
commitment lists in \`allowedActs\` the acts that the caller may do next.

## Errors

Every refusal is \`application/problem+json\`: \`detail\` for people, \`code\` for programs, and \`errors\` with a pointer to each field
at fault. Unknown fields, parameters, codes and words, and parameters without a value, are refused by name; a wrong question is
never answered with 0.
A 5xx is the server's fault: try again, after \`Retry-After\` if it is given.

## Lists

Lists come in pages of \`limit\`; \`nextCursor\` leads to the next page, as known at the first one. With
${FORMAT_PARAMETERS.slice(0, -1).join(', ')} or ${FORMAT_PARAMETERS.at(-1)} (or by \`Accept\`) and without \`limit\` they come whole, as a stream. \`fields\` chooses some
fields of each entry: the others are then missing, also where the schema requires them. Answers to GET have an \`ETag\`: with
\`If-None-Match\` the answer is 304 as long as it would be the same. Answers are compressed (gzip, Brotli).

## Batches

\`POST /v1/batches\` takes up to 1,000 acts, decides and records each on its own, and answers with a result for each. With
\`dryRun\` it records nothing and gives the results that the acts would have.

## Trying again

Send an \`Idempotency-Key\` with every write. After a lost connection or a 503 send the same request with the same key: an act
that was done gets the same answer, and is not done twice. The same key with another request is refused with 422.

## Following

\`GET /v1/changes?after=…\` is the feed of all events, as NDJSON or server-sent events; with \`follow=true\` it stays open.
\`X-Log\` names the log: send it back, and the server refuses your position if the log was restored from a copy.
`.trim();
