/** The progress bar of long verbs. */
import cliProgress from 'cli-progress';

/**
 * A bar on a terminal; elsewhere a line every now and then.
 * @param detail the text beside it; `update` is given the values in braces
 */
export function progressBar(
  what: string,
  total: number,
  detail = '{value}/{total}',
): { update(done: number, more?: object): void; stop(): void } {
  const { TimeFormat } = cliProgress.Format;
  const bar = new cliProgress.SingleBar(
    {
      format: `${what} {bar} {percentage}% | ${detail} | {eta_formatted} left`,
      noTTYOutput: !process.stderr.isTTY,
      notTTYSchedule: 2_000,
      // Until something is done, nobody can say how long the rest takes.
      formatTime: (seconds, options, step) => (Number.isFinite(seconds) ? TimeFormat(seconds, options, step) : '?'),
    },
    cliProgress.Presets.shades_classic,
  );
  bar.start(total, 0, Object.fromEntries([...detail.matchAll(/\{(\w+)\}/g)].map(([, name]) => [name, 0])));
  return bar;
}
