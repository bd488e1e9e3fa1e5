import { describe, expect, it } from '@jest/globals';
import { settingsFrom } from './settings.js';

describe('A setting that is a whole number', () => {
  it.each(['0x10', '1e3', '007', '+5', ' 80', '80.0', '-1', '65536', 'eighty'])('is not taken as %j', (PORT) =>
    expect(() => settingsFrom({ PORT })).toThrow(`PORT takes a whole number from 0 to 65535, not ${PORT}.`),
  );

  it('is the usual one where it is empty: of a limit that is no 0, which would be none', () => {
    expect(settingsFrom({ RATE_LIMIT: '' }).rateLimit).toBe(1_200);
  });

  it('negative control: is taken as it is written, 0 as well', () => {
    expect(settingsFrom({ PORT: '8080', RATE_LIMIT: '0' })).toMatchObject({ port: 8080, rateLimit: null });
  });
});
