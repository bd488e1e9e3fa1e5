/** The progress bar of long verbs. */
import cliProgress from 'cli-progress';

/**
 * A bar on a terminal; elsewhere a line every now and then.
 * @param detail what stands beside it; `update` is given what is in braces
 */
export function progressBar(
  what: string,
  total: number,
  detail = '{value}/{total}',
): { update(done: number, more?: object): void; stop(): void } {
  const bar = new cliProgress.SingleBar(
    {
      format: `${what} {bar} {percentage}% | ${detail} | {eta_formatted} left`,
      noTTYOutput: !process.stderr.isTTY,
      notTTYSchedule: 2_000,
    },
    cliProgress.Presets.shades_classic,
  );
  bar.start(total, 0, { rate: 0, events: 0 });
  return bar;
}
