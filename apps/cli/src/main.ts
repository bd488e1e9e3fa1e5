/** The entry point of the command line: it checks the version of Node, then runs the program. */
import '../../api/src/node-version.js';

const { run } = await import('./program.js');
await run();
