import { describe, expect, it } from '@jest/globals';
import { roleRulesIn, rolesOfClaims } from './claims.js';

describe('The rules by which claims give roles', () => {
  const rules = roleRulesIn(
    'groups=ft-all: secretariat; groups=ft-iom : focal_point IOM;realm_access.roles=read: reader; urn:x=a b: alternate ILO;',
  );

  it('find a value in a list, in a claim within another, and in a claim whose name has dots', () => {
    expect(rolesOfClaims({ groups: ['x', 'ft-iom'] }, rules)).toEqual([{ role: 'focal_point', agency: 'IOM' }]);
    expect(rolesOfClaims({ groups: 'ft-all' }, rules)).toEqual([{ role: 'secretariat', agency: null }]);
    expect(rolesOfClaims({ realm_access: { roles: ['read'] } }, rules)).toEqual([{ role: 'reader', agency: null }]);
    expect(rolesOfClaims({ 'realm_access.roles': 'read' }, rules)).toEqual([{ role: 'reader', agency: null }]);
    expect(rolesOfClaims({ 'urn:x': 'a b' }, rules)).toEqual([{ role: 'alternate', agency: 'ILO' }]);
  });

  it('find nothing in what only looks like it, and give each role once', () => {
    for (const claims of [
      {},
      { groups: null },
      { groups: ['FT-ALL', 'ft-all '] },
      { groups: [{ name: 'ft-all' }] },
      { realm_access: 'read' },
    ])
      expect(rolesOfClaims(claims, rules)).toEqual([]);
    expect(rolesOfClaims({ a: ['1', '2'] }, roleRulesIn('a=1: reader; a=2: reader'))).toHaveLength(1);
  });

  it.each(['groups', 'groups=a', 'groups=a: boss', 'groups=a: focal_point', 'groups=a: secretariat IOM', '=a: reader'])(
    'are refused by name where they are none: %s',
    (rule) => expect(() => roleRulesIn(`ok=a: reader; ${rule}`)).toThrow(rule),
  );
});
