/** A double of a KurrentDB server in a process of its own, which ends with the one that started it. */
import { KurrentdbDouble } from '../test/support/kurrentdb-double.js';

const double = await KurrentdbDouble.start();
process.on('disconnect', () => process.exit());
process.send!(double.url);
