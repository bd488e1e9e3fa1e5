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

describe('The public address', () => {
  it.each(['https://user:secret@register.example.org', 'https://user@register.example.org'])(
    'is not %s',
    (PUBLIC_URL) =>
      expect(() => settingsFrom({ PUBLIC_URL })).toThrow(
        'PUBLIC_URL takes an address without a user and a password: it is published.',
      ),
  );

  it.each(['register.example.org', 'ftp://register.example.org', 'https://'])('is not %s', (PUBLIC_URL) =>
    expect(() => settingsFrom({ PUBLIC_URL })).toThrow('PUBLIC_URL takes an address such as'),
  );

  it('negative control: is one of http or https; where it is empty, that of the server', () => {
    const PUBLIC_URL = 'https://register.example.org/follow-up';
    expect(settingsFrom({ PUBLIC_URL }).publicUrl).toBe(PUBLIC_URL);
    expect(settingsFrom({ PUBLIC_URL: '', PORT: '8080' }).publicUrl).toBe('http://127.0.0.1:8080');
  });
});
