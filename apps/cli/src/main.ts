/** The entry point of the command line: it checks the version of Node, then runs the program. */
import '../../api/src/node-version.js';

// Of what is written nobody else on this machine reads anything.
process.umask(0o027);

const { program } = await import('./program.js');
try {
  await program().parseAsync();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
