import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { CodesOf, ListOf, Nested, Text, WholeNumber, YesNo } from '../fields/fields.js';
import { bodyOfForm } from '../fields/marks.js';
import { validated } from '../fields/validation.js';
import { formFieldsOf } from './forms.js';
import { Cookies, csrfTokenOf, isCsrfTokenOf, isOwnPath } from './sessions.js';

class Target {
  @WholeNumber() readonly quantity: number;
}
class Part {
  @Text() readonly role: string;
}
class Return {
  @Text() readonly title: string;
  @YesNo({ optional: true }) readonly final?: boolean;
  @CodesOf('theme', { optional: true }) readonly themes?: string[];
  @Nested(() => Target, { optional: true }) readonly target?: Target;
  @ListOf(() => Part, { optional: true }) readonly parts?: Part[];
}
const bodyOf = (form: string) => validated(Return, bodyOfForm(Return, formFieldsOf(form)));

describe('A form', () => {
  it('is the body that its class declares: numbers, yes and no, lists of one, objects, lists of objects', () => {
    const sent =
      'title=Caf%C3%A9+%26+%2B&final=on&themes=HLD06-04&target.quantity=12&parts.1.role=partner&parts.0.role=lead';
    expect(bodyOf(sent)).toEqual({
      title: 'Café & +',
      final: true,
      themes: ['HLD06-04'],
      target: { quantity: 12 },
      parts: [{ role: 'lead' }, { role: 'partner' }],
    });
  });

  it('leaves out what is empty, takes a repeated name as a list, and ends lines as we do', () => {
    expect({ ...formFieldsOf('a=&b=+&c=1&c=2&d=one%0D%0Atwo') }).toEqual({ c: ['1', '2'], d: 'one\ntwo' });
  });

  it.each([
    ...['target.quantity=twelve', 'target.quantity=1e3', 'target.other=1', 'target=12', 'unknown=1', 'parts.role=x'],
  ])('is refused as a body in JSON would be: %s', (sent) => {
    expect(() => bodyOf(`title=a&${sent}`)).toThrow(/\//);
  });

  it.each([
    ...['__proto__=1', 'a.__proto__.b=1', 'constructor=1', 'a..b=1', 'a=1&a.b=2', 'a.b=2&a=1'],
    ...['a.b.c.d.e.f.g.h.i=1', 'a=%ff'],
  ])('is refused where its names or its bytes are no form’s: %s', (sent) => {
    expect(() => formFieldsOf(sent)).toThrow(/form/);
    expect(Object.prototype).not.toHaveProperty('b');
  });
});

describe('The token of a form', () => {
  const [mine, other] = [{ secret: 'a'.repeat(43) }, { secret: 'b'.repeat(43) }];

  it('is of its session alone, and never the same text twice', () => {
    const token = csrfTokenOf(mine);
    expect(isCsrfTokenOf(mine, token)).toBe(true);
    expect(isCsrfTokenOf(other, token)).toBe(false);
    expect(csrfTokenOf(mine)).not.toBe(token);
  });

  it.each([undefined, '', '.', 'a.b', ['x'], `${'a'.repeat(16)}.${'b'.repeat(43)}`])('is not %j', (token) => {
    expect(isCsrfTokenOf(mine, token)).toBe(false);
  });
});

describe('The cookies of a server', () => {
  const written = (publicUrl: string, value: string | null): string => {
    const headers: string[] = [];
    const reply = { header: (_: string, cookie: string) => headers.push(cookie) };
    new Cookies(publicUrl).write(reply as never, 'session', value);
    return headers.join('\n');
  };

  it('are of this host alone and go over TLS alone where it is reached by https', () => {
    const cookie = written('https://followthrough.example.org', 'x'.repeat(43));
    expect(cookie).toMatch(/^__Host-session=x{43};/);
    for (const mark of ['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax']) expect(cookie).toContain(mark);
    expect(cookie).not.toMatch(/Domain|Max-Age|Expires/);
    expect(written('https://followthrough.example.org', null)).toContain('Max-Age=0');
  });

  it('have plain names on this machine, and nobody signs in over http to another one', () => {
    expect(written('http://127.0.0.1:3000', 'x'.repeat(43))).toMatch(/^session=x{43};.*HttpOnly/);
    const unsafe = (...urls: string[]) => urls.filter((url) => !new Cookies(url).safe);
    expect(unsafe('http://localhost', 'http://[::1]:3000', 'https://a.org')).toEqual([]);
    expect(unsafe('http://192.168.1.7', 'http://a.org')).toHaveLength(2);
  });

  it('are read by their own name only', () => {
    const secret = 'y'.repeat(43);
    const https = new Cookies('https://a.org');
    expect(https.read('session', `other=1; __Host-session=${secret}`)).toBe(secret);
    expect(https.read('session', `session=${secret}`)).toBeUndefined();
    expect(https.read('session', '__Host-session=short')).toBeUndefined();
  });
});

it('A way within our pages leads to no other host', () => {
  expect(['/', '/account', '/agencies/IOM?asOf=2006'].map(isOwnPath)).toEqual([true, true, true]);
  const hosts = ['//evil.org', '/\\evil.org', 'https://evil.org', 'javascript:alert(1)'];
  const away = [...hosts, '', '/a\nb', '/a\\b', undefined];
  expect(away.filter(isOwnPath)).toEqual([]);
});
