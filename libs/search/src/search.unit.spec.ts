import { describe, expect, it } from '@jest/globals';
import { marked, relevanceOf, SearchIndex, termsIn, wordsOf, type SearchedField } from './index.js';

describe('The words of a text', () => {
  it.each([
    ['Métis women’s handbook', ['metis', 'women', 's', 'handbook']],
    ['Straße STRASSE ẞ', ['strasse', 'strasse', 'ss']],
    ['ﬁnance ﬀ ½', ['finance', 'ff', '1', '2']],
    ['İstanbul ISPARTA ılık', ['istanbul', 'isparta', 'ilik']],
    ['ΜΕΤΑΝΆΣΤΕΥΣΗ μετανάστευση λόγος ΛΌΓΟΣ', ['μεταναστευση', 'μεταναστευση', 'λογοσ', 'λογοσ']],
    ['移住 ＩＯＭ', ['移', '住', 'iom']],
    ['第3回IOM会議', ['第', '3', '回', 'iom', '会', '議']],
    ['ที่พัก', ['ที่', 'พั', 'ก']],
    ['50% _ \\ * "', ['50']],
  ])('«%s» are %j', (text, words) => expect(wordsOf(text)).toEqual(words.map((word) => word.normalize('NFC'))));
});

describe('What a search asks for', () => {
  const begins = (...words: string[]) => ({ words, exact: false });
  const exactly = (...words: string[]) => ({ words, exact: true });
  it.each([
    ['labour migr', [begins('labour'), begins('migr')]],
    ['"labour migration" afric', [exactly('labour', 'migration'), begins('afric')]],
    ['“labour migration”', [exactly('labour', 'migration')]],
    ['"health', [begins('health')]],
    ['a "b" "c', [begins('a'), exactly('b'), begins('c')]],
    ['migr Migr', [begins('migr')]],
    ['"%"', []],
    ['IOM-2006-24', [begins('iom', '2006', '24')]],
    ['A/RES/58/208', [begins('a', 'res', '58', '208')]],
    ['and/or', [begins('and'), begins('or')]],
    ['l’œuvre women’s', [begins('oeuvre'), begins('women')]],
    ['"l’œuvre"', [exactly('l', 'oeuvre')]],
    ['co-operation', [{ ...begins('co', 'operation'), joined: 'cooperation' }]],
    ['U.N.', [{ ...begins('u', 'n'), joined: 'un' }]],
    ['移民与发展 IOM', [begins('移', '民', '与', '发', '展'), begins('iom')]],
  ])('«%s»', (q, sought) => expect(termsIn(q)).toEqual(sought));
});

/** Each text, the words that find it, and those that do not. `in`: the language that was given with it. */
const TEXTS: readonly { text: string; in?: string; by: string[]; not: string[] }[] = [
  {
    text: '国际移民组织移民与发展手册',
    by: ['国际移民', '手册', '移民与发展', '发展手册', '"手册"', '移民 手册'],
    not: ['册手', '国民', '移民发展'],
  },
  { text: '移住と開発に関する報告書', by: ['開発', '移住', '報告', 'に関する'], not: ['発開', '告報'] },
  { text: 'ガイドブック', by: ['ｶﾞｲﾄﾞ', 'ブック'], not: ['カイト'] },
  { text: 'การย้ายถิ่นและการพัฒนา', by: ['การพัฒนา', 'พัฒนา', 'การย้ายถิ่น', 'ถิ่น'], not: ['นาพัฒ', 'การยา'] },
  { text: 'ការធ្វើចំណាកស្រុកនិងការអភិវឌ្ឍ', by: ['ការអភិវឌ្ឍ', 'ចំណាកស្រុក'], not: ['អភិវកា'] },
  { text: 'ရွှေ့ပြောင်းနေထိုင်မှုနှင့်ဖွံ့ဖြိုးမှု', by: ['ဖွံ့ဖြိုး', 'ရွှေ့ပြောင်း'], not: ['ဖြိုးဖွံ့'] },
  { text: 'ການເຄື່ອນຍ້າຍແລະການພັດທະນາ', by: ['ການພັດທະນາ', 'ພັດທະນາ'], not: ['ນາພັດ'] },
  { text: '국제이주기구 이주민 보고서', by: ['이주', '국제이주', '이주민', '기구'], not: ['주이'] },
  {
    text: 'المنظمة الدولية للهجرة والتنمية',
    by: ['هجرة', 'الهجرة', 'للهجرة', 'التنمية', 'تنمية', 'والتنمية', 'منظمة', 'المنظم', 'دولية', 'بالهجرة', 'وللهجرة'],
    not: ['مية', 'جرة'],
  },
  { text: 'الهجـــرة وبناء القدرات', by: ['الهجرة', 'هجره', 'بناء', 'القدرات', 'قدرات'], not: ['درات'] },
  { text: 'هجرة', by: ['الهجرة', 'للهجرة', 'بهجرة', 'وهجرة', 'والهجرة'], not: ['مهجرة'] },
  { text: 'إدارة الأزمات في أفريقيا', by: ['ادارة', 'الازمات', 'أزمات', 'افريقيا', 'إفريقيا'], not: ['زمات'] },
  { text: 'كتاب عن وزارة', by: ['كتاب', 'وزارة', 'الكتاب', 'الوزارة'], not: ['راة'] },
  { text: 'ההגירה והפיתוח בישראל', by: ['הגירה', 'הפיתוח', 'פיתוח', 'ישראל', 'ההגיר'], not: ['גירה'] },
  { text: 'mig\u00adra\u00adtion softly', by: ['migration softly', 'mig\u200bration'], not: ['ration'] },
  {
    text: 'Étude sur l’œuvre de Łódź',
    in: 'fr',
    by: ['oeuvre', 'œuvre', 'lodz', 'etude', 'études', 'l’œuvre', 'ŁÓDŹ'],
    not: ['euvre'],
  },
  {
    text: 'Study on migration policy',
    by: ['studies', 'study', 'migrations', 'policies', 'stud', 'migrating', '"study on"'],
    not: ['"studies"', '"stud"', 'policing', 'police'],
  },
  { text: 'Studies of communities', by: ['study', 'community'], not: ['communication', 'commune'] },
  { text: 'International news', by: ['news', 'intern'], not: ['internal', 'interns'] },
  { text: 'Can be new', in: 'en', by: ['can', 'new'], not: ['canoes', 'news'] },
  { text: 'Part of the plan', by: ['part', 'plans'], not: ['parties'] },
  {
    text: 'Les femmes et les politiques nationales',
    by: ['femme', 'politique', 'nationale', 'nationaux'],
    not: ['"femme"', 'femur'],
  },
  {
    text: 'Travailleurs et travailleuses régionaux',
    in: 'fr-CH',
    by: ['travailleur', 'travailleuse', 'régional', 'regionale'],
    not: ['region d'],
  },
  {
    text: 'Políticas y migraciones de las mujeres',
    by: ['política', 'politica', 'migración', 'migracion', 'mujer'],
    not: ['"política"', 'policía'],
  },
  {
    text: 'La participación de la mujer en el país',
    in: 'es',
    by: ['participaciones', 'mujeres', 'países', 'participacion'],
    not: ['participio'],
  },
  {
    text: 'IOM-2006-24 Handbook, A/RES/58/208',
    by: ['IOM-2006-24', 'iom-2006', 'iom 2006', 'A/RES/58/208', 'RES/58', '58/208', 'handb'],
    not: ['IOM-2006-240', 'IOM-2006-4', 'A/RES/58/209', '2006-58'],
  },
  {
    text: 'International co-operation and follow-up',
    by: ['cooperation', 'co-operation', 'cooperat', 'co operation', 'followup', 'follow-up'],
    not: ['operation-co'],
  },
  { text: 'International cooperation of the U.N.', by: ['co-operation', 'UN', 'u.n.', 'cooperation'], not: ['opera'] },
  {
    text: 'O’Brien: women’s rights in the Qur’an',
    by: ['OBrien', "o'brien", 'women’s', 'womens', 'right', 'quran'],
    not: ['bri en'],
  },
];

describe('A search', () => {
  const index = new SearchIndex();
  TEXTS.forEach(({ text, in: language }, id) => index.set(id, [{ text, language }]));
  const cases = TEXTS.flatMap(({ text, by, not }, id) => [
    ...by.map((q) => ({ q, text, id, found: true })),
    ...not.map((q) => ({ q, text, id, found: false })),
  ]);

  it.each(cases.filter(({ found }) => found))('for «$q» finds «$text»', ({ q, id, text }) => {
    expect([...index.find(q)!.ids]).toContain(id);
    expect(relevanceOf(termsIn(q), [{ text, language: TEXTS[id]!.in }])).toBeGreaterThan(0);
    expect(marked(text, q, TEXTS[id]!.in).some(({ found }) => found)).toBe(true);
  });
  it.each(cases.filter(({ found }) => !found))(
    'negative control: for «$q» does not find «$text»',
    ({ q, id, text }) => {
      expect([...index.find(q)!.ids]).not.toContain(id);
      expect(relevanceOf(termsIn(q), [{ text, language: TEXTS[id]!.in }])).toBe(0);
    },
  );

  it('for nothing finds everything: it asks for no condition; for something that is no word, nothing', () => {
    expect(index.find('  ')).toBeNull();
    expect([...index.find('%')!.ids]).toEqual([]);
  });
});

describe('A better answer', () => {
  const FIELDS = (title: string, more = ''): SearchedField[] => [
    { text: 'IOM-2006-01', weight: 2 },
    { text: title, weight: 2, language: 'en' },
    { text: more, language: 'en' },
  ];
  const rank = (q: string, title: string, more?: string) => {
    const index = new SearchIndex();
    index.set(3, FIELDS(title, more));
    const { ids, scores } = index.find(q)!;
    expect([...ids]).toEqual(scores.length > 0 ? [3] : []);
    expect(relevanceOf(termsIn(q), FIELDS(title, more))).toBe(scores[0] ?? 0);
    return scores[0] ?? 0;
  };

  it('has the word in its title or reference, and whole', () => {
    const ranks = [
      rank('health', 'Health of migrants'),
      rank('health', 'Healthy migrants'),
      rank('health', 'Handbook', 'on health'),
      rank('health', 'Handbook', 'on healthcare'),
    ];
    expect(ranks).toEqual([4, 3, 2, 1]);
    expect(rank('iom 2006', 'Handbook')).toBe(8);
    expect(rank('studies', 'A study')).toBe(3);
    expect(rank('health study', 'Health', 'a study')).toBe(6);
    expect(rank('health study', 'Health')).toBe(0);
  });

  it('has a phrase in its title; it may not stand there in pieces', () => {
    expect(rank('"migrant health"', 'On migrant health')).toBe(4);
    expect(rank('"migrant health"', 'On migrant', 'health')).toBe(0);
    expect(rank('"migrant health"', 'Health', 'of migrant health')).toBe(2);
  });
});

describe('What was found is marked', () => {
  const marks = (text: string, q: string) =>
    marked(text, q)
      .map(({ text, found }) => (found ? `[${text}]` : text))
      .join('');
  it.each([
    ['Health of migrants', 'migr', 'Health of [migrants]'],
    ['Handbook for Métis', 'metis', 'Handbook for [Métis]'],
    ['Immigrants', 'migr', 'Immigrants'],
    ['Labour migration, migration', '"labour migration"', '[Labour] [migration], migration'],
    ['Die Straße', 'strass', 'Die [Straße]'],
    ['<b>&', 'b', '<[b]>&'],
    ['Nothing', '', 'Nothing'],
    ['移民组织移民与发展手册', '移民', '[移民]组织[移民]与发展手册'],
    ['المنظمة الدولية للهجرة', 'الهجرة', 'المنظمة الدولية [للهجرة]'],
    ['mig\u00adration softly', 'migration', '[mig\u00adration] softly'],
    ['Studies of a study', 'study', '[Studies] of a [study]'],
    ['The co-operation', 'cooperation', 'The [co]-[operation]'],
    ['IOM-2006-24 of 2006', 'IOM-2006', '[IOM]-[2006]-24 of 2006'],
    ['½ of it', '2', '[½] of it'],
  ])('in «%s» for «%s»: %s', (text, q, shown) => expect(marks(text, q)).toBe(shown));
});

describe('An index', () => {
  const found = (index: SearchIndex, q: string) => [...index.find(q)!.ids];

  it('finds what replaced a document, and not what it was', () => {
    const index = new SearchIndex();
    index.set(7, [{ text: 'Handbook of remittances' }]);
    index.set(7, [{ text: 'Handbook of diasporas' }]);
    expect(['remittance', 'diaspora', 'handbook'].map((q) => found(index, q))).toEqual([[], [7], [7]]);
    expect(index.size).toBe(1);
  });

  it('forgets what was deleted: its words and what it held are nowhere in what is kept', () => {
    const index = new SearchIndex();
    index.set(1, [{ text: 'Letter of Xanthippe Underwood-Smith 移民' }]);
    index.set(2, [{ text: 'Letter of the agency' }]);
    const holds = (word: string) => index.kept().words.includes(word);
    const words = ['xanthippe', 'underwood', 'underwoodsmith', '移', 'letter'];
    expect(words.map(holds)).toEqual([true, true, true, true, true]); // negative control
    expect([index.delete(1), index.delete(1)]).toEqual([true, false]);
    expect(words.map(holds)).toEqual([false, false, false, false, true]);
    const bytes = (list: 'postings' | 'documents') => index.kept()[list]['pool']!.filter((n) => n > 0).length;
    expect([bytes('documents'), bytes('postings')]).toEqual([6, 4]); // its length, its field and its four words
    expect(found(index, 'xanth')).toEqual([]);
    expect(found(index, 'underwood')).toEqual([]);
  });

  it('is the same after it was kept', () => {
    const index = new SearchIndex();
    TEXTS.forEach(({ text, in: language }, id) =>
      index.set(id * 2, [{ text, language, weight: 2 }, { text: 'more words' }]),
    );
    index.delete(4);
    const again = SearchIndex.from(index.kept());
    expect([again.size, again.words]).toEqual([index.size, index.words]);
    for (const { by, not } of TEXTS)
      for (const q of [...by, ...not]) expect([q, again.find(q)]).toEqual([q, index.find(q)]);
    expect(again.kept()).toEqual(index.kept());
    expect(SearchIndex.from(new SearchIndex().kept()).find('a')!.ids).toHaveLength(0);
  });

  it('keeps documents of the same words once, also over a snapshot, and anew after they were deleted', () => {
    const index = new SearchIndex();
    const texts = Array.from({ length: 2_000 }, (_, n) => [{ text: `Report ${n}, as agreed` }]);
    expect(texts.map((fields) => index.add(fields))).toEqual(texts.map((_, n) => n));
    expect([index.add([{ text: '…' }]), index.add([{ text: 'Report as agreed, 7' }])]).toEqual([-1, 2_000]);
    const again = SearchIndex.from(index.kept());
    expect([again.add([{ text: 'REPORT 7 – as agreed!' }]), again.size]).toEqual([7, 2_001]);
    again.delete(7);
    expect([again.add(texts[7]!), again.add(texts[8]!)]).toEqual([2_001, 8]);
  });

  it.each([-1, 0.5, 2 ** 26, NaN])('refuses %s as the id of a document', (id) =>
    expect(() => new SearchIndex().set(id, [{ text: 'a' }])).toThrow(RangeError),
  );
});
