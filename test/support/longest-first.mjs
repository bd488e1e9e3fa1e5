// The order of the specs: as Jest has it, the longest first. Before it knows how long each takes, it goes by their sizes.
import TestSequencer from '@jest/test-sequencer';

/** Long ones of a few lines: their tests stand in other files. */
const SHORT_TO_READ = /\/store-contract\.unit\.spec\.ts$/;

export default class LongestFirst extends TestSequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    const isFirst = ({ path, duration }) => duration === undefined && SHORT_TO_READ.test(path);
    return [...sorted.filter(isFirst), ...sorted.filter((test) => !isFirst(test))];
  }
}
