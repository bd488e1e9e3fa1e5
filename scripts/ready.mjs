// Installs and builds what is missing or out of date, in one process: a command that needs neither begins at once.
import './install.mjs';
import { build } from './build.mjs';

process.exit(await build());
