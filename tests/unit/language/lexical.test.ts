import { createHash } from 'node:crypto';
import { stem } from '../../../lib/language/porterStemmer';
import { encodeQuestion, encodeText, LEXICON_VERSION, termId } from '../../../lib/language/sparseText';
import { termsOf } from '../../../lib/language/terms';

// From the examples of Porter's paper, in the order of its steps.
test.each(
  `caresses caress, ponies poni, ties ti, caress caress, cats cat, feed feed, agreed agre, plastered plaster, bled bled,
  motoring motor, sing sing, conflated conflat, troubled troubl, sized size, hopping hop, tanned tan, falling fall,
  hissing hiss, fizzed fizz, failing fail, filing file, happy happi, sky sky, relational relat, conditional condit,
  rational ration, valenci valenc, hesitanci hesit, digitizer digit, conformabli conform, radicalli radic,
  differentli differ, vileli vile, analogousli analog, vietnamization vietnam, predication predic, operator oper,
  feudalism feudal, decisiveness decis, hopefulness hope, callousness callous, formaliti formal, sensitiviti sensit,
  sensibiliti sensibl, triplicate triplic, formative form, formalize formal, electriciti electr, electrical electr,
  hopeful hope, goodness good, revival reviv, allowance allow, inference infer, airliner airlin, gyroscopic gyroscop,
  adjustable adjust, defensible defens, irritant irrit, replacement replac, adjustment adjust, dependent depend,
  adoption adopt, homologou homolog, communism commun, activate activ, angulariti angular, homologous homolog,
  effective effect, bowdlerize bowdler, probate probat, rate rate, cease ceas, controll control, roll roll`
    .split(',')
    .map((pair) => pair.trim().split(' ')),
)('the stem of %s is %s', (word, expected) => {
  expect(stem(word ?? '')).toBe(expected);
});

test('short words, numbers and words of other alphabets are not stemmed', () => {
  for (const word of ['is', 'b', '1803', 'covid19', 'größe', '経済']) expect(stem(word)).toBe(word);
});

test('terms are stemmed lower-case words without stop words, accents and apostrophes', () => {
  expect(termsOf("What is the Nation's financial OUTLOOK in 1803? Café naïve, don’t.")).toEqual([
    'nation',
    'financi',
    'outlook',
    '1803',
    'cafe',
    'naiv',
  ]);
});

test('a question counts each term once, and has no terms when it has only stop words', () => {
  const { indices, values } = encodeQuestion('revenue and revenues of the Treasury');
  expect(indices).toEqual([termId('revenu'), termId('treasuri')].sort((left, right) => left - right));
  expect(values).toEqual([1, 1]);
  expect(encodeQuestion('What is it?')).toEqual({ indices: [], values: [] });
});

test('term ids do not change, because they are stored', () => {
  expect(termId('revenu')).toBe(3584874230);
  expect(termId('größe')).toBe(3449927484);
});

test('the lexicon version belongs to these vectors: change both together', () => {
  const text = "The Nation's naïve revenues, revenue of 1803; relational hopefulness. Don’t fail, größe 経済 10degree!";
  const vector = createHash('sha256')
    .update(JSON.stringify(encodeText(text)))
    .digest('hex');
  expect({ LEXICON_VERSION, vector }).toEqual({
    LEXICON_VERSION: 'porter-bm25-1',
    vector: 'ef7a2ef9f5f261e651554d5fa4df0ae4119e3ae7bc1dd633e1d4b4fdca7fa7da',
  });
});

test('a text weighs its terms by BM25: repeated terms add less, and long texts weigh less', () => {
  const weight = (text: string, term: string): number => {
    const { indices, values } = encodeText(text);
    return values[indices.indexOf(termId(term))] ?? 0;
  };
  const filler = 'word '.repeat(79);
  // 80 terms are the average length, where BM25's discount is k1 itself.
  expect(weight(`debt ${filler}`, 'debt')).toBeCloseTo((1 * 2.2) / (1 + 1.2), 10);
  expect(weight(`debt debt ${'word '.repeat(78)}`, 'debt')).toBeCloseTo((2 * 2.2) / (2 + 1.2), 10);
  expect(weight(`debt ${filler.repeat(4)}`, 'debt')).toBeLessThan(weight('debt', 'debt'));
  const { indices } = encodeText('zebra apple zebra mango');
  expect(indices).toEqual([...new Set(indices)].sort((left, right) => left - right));
});
