import { encodeTexts } from '../../../lib/language/encodeTexts';
import { shortHeading } from '../../../lib/language/shortHeading';
import { encodeText } from '../../../lib/language/sparseText';

it('encodes texts in their order, and lets others have a turn at least every 16,384 characters', async () => {
  const texts = Array.from({ length: 64 }, (_, index) => `The harbour ${index} of the town. `.repeat(40));
  const characters = texts.reduce((sum, text) => sum + text.length, 0);
  let turns = 0;
  let isOver = false;
  const other = (): void => {
    turns += 1;
    if (!isOver) setImmediate(other);
  };
  setImmediate(other);
  const vectors = await encodeTexts(texts);
  isOver = true;
  expect(vectors).toEqual(texts.map(encodeText));
  expect(turns).toBeGreaterThanOrEqual(Math.floor(characters / 16_384));
  expect(await encodeTexts([])).toEqual([]);
});

it('a heading has at most 500 characters, and no half of a character', () => {
  expect(shortHeading('A title')).toBe('A title');
  expect(shortHeading('x'.repeat(1_000_000))).toBe('x'.repeat(500));
  expect(shortHeading(`${'x'.repeat(499)}😀`)).toBe('x'.repeat(499));
  expect(shortHeading(`${'x'.repeat(498)}😀y`)).toBe(`${'x'.repeat(498)}😀`);
});
