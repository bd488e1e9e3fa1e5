/** The README of a dump. */
import { versionOf, type Release } from './citation.js';

export const README = (release: Release): string => `# ${release.title}

${release.description}

Version ${versionOf(release)}, published by ${release.publisher}, ${release.publicUrl}. Made by Followthrough ${release.software}.

## What is here

| file | what |
| --- | --- |
| \`csv/\` | tables: a list in a field is a table of its own, with the code of what it belongs to |
| \`json/\` | the same things as the API answers them, a file per kind |
| \`codebook.csv\` | every column of every table: its type, its words, what it means |
| \`log.ndjson\` | every event that was ever recorded, in order, with position, time and digest: all else follows from it |
| \`datapackage.json\` | the description of all files for programs (Data Package v2, Frictionless) |
| \`CITATION.cff\`, \`datacite.json\`, \`datacite.xml\`, \`dataset.jsonld\` | how to cite it; the metadata for a repository; for search engines |
| \`LICENCE.txt\` | the terms |
| \`SHA256SUMS\` | the digest of every file: \`sha256sum --check SHA256SUMS\` |

In \`csv/\` a \`'\` stands before a text that a spreadsheet would run as a formula; in \`json/\` every text is as it was recorded.
Rows of a progress table do not add up to a total: a commitment counts once under each of its agencies and themes.

## Load it into Followthrough

    npm run cli -- import THIS-FOLDER

into an installation whose log is empty. It takes over the log as it is, checked on the way, so every page, list and figure is
the same for every date and for everything that was known before; positions and permanent addresses hold. Where it is cut
off, run it again.

## What is not here

Accounts, tokens and drafts; what was erased; and the files of published reports, which are made again to the byte when
somebody asks for them.
`;
