import { describe, expect, it } from '@jest/globals';
import type { Question } from '#bodies';
import { findingsIn } from './checking.js';

const ANSWERED_IN_WORDS: Question = { id: 'mood', of: 'agency', kind: 'choice', text: 'How is it going?' };

/** The findings about a draft that only answers a question. */
const found = (choices: string[], choice: string) => [
  ...findingsIn(
    { commitments: [], answers: [{ question: 'mood', choice }] },
    { questions: [{ ...ANSWERED_IN_WORDS, choices }] },
    [],
    '2012-11-02',
  ),
];

describe('An answer', () => {
  it('that is none of the choices is told with all of them, parted so that each can be told from the next', () => {
    const wrong = { level: 'wrong', code: 'unknown_choice', pointer: '/answers/0/choice' };
    expect(found(['well', 'badly'], 'so so')).toEqual([{ ...wrong, message: 'mood must be one of: well, badly.' }]);
    expect(found(['Well, on the whole', 'Badly'], 'Well')).toEqual([
      { ...wrong, message: 'mood must be one of: Well, on the whole; Badly.' },
    ]);
  });
  it('that is one of the choices is told nothing of', () => {
    expect(found(['well', 'badly'], 'badly')).toEqual([]);
  });
});
