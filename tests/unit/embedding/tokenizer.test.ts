import { Tokenizer } from '../../../lib/embedding/useLite/tokenizer';
import { readVocabulary } from '../../../lib/embedding/useLite/weights';
import sotu from '../../support/speeches';
import recorded from './tokenIds.json';

let tokenizer: Tokenizer;
beforeAll(async () => {
  tokenizer = new Tokenizer(await readVocabulary());
});

// Recorded from a direct port of the tokenizer that the authors of the weights publish.
test.each(recorded)('returns the original ids for "$text"', ({ text, ids }) => {
  expect(tokenizer.encode(text)).toEqual(ids);
});

test('the ids of a prefix are a prefix of the ids of the text', () => {
  for (const speech of sotu().slice(0, 5)) {
    const text = speech.text.slice(0, 3000);
    const whole = tokenizer.encode(text, Number.MAX_SAFE_INTEGER);
    expect(whole.length).toBeGreaterThan(500);
    for (const limit of [1, 7, 64, 128]) expect(tokenizer.encode(text, limit)).toEqual(whole.slice(0, limit));
  }
});
