import { paragraphsOf, splitMarkers, withoutUnfinishedMarker } from '../../../static-web/src/markers';

describe('splitMarkers', () => {
  it('splits a text at its markers and drops the space before them', () => {
    expect(splitMarkers('Debt fell [1]. Revenue rose[2]', 2)).toEqual([
      { type: 'text', text: 'Debt fell' },
      { type: 'marker', number: 1 },
      { type: 'text', text: '. Revenue rose' },
      { type: 'marker', number: 2 },
    ]);
  });

  it('reads neighbours and lists of numbers as one marker each', () => {
    const markers = [1, 2, 3].map((number) => ({ type: 'marker', number }));
    expect(splitMarkers('[1] [2][3]', 3)).toEqual(markers);
    expect(splitMarkers('[1, 2,3]', 3)).toEqual(markers);
  });

  it('leaves a number without a citation as text', () => {
    expect(splitMarkers('So it is [4].', 3)).toEqual([{ type: 'text', text: 'So it is [4].' }]);
    expect(splitMarkers('[0]', 3)).toEqual([{ type: 'text', text: '[0]' }]);
    expect(splitMarkers('[1, 4]', 3)).toEqual([{ type: 'text', text: '[1, 4]' }]);
  });

  it('counts every number while the citations are unknown', () => {
    expect(splitMarkers('[12]')).toEqual([{ type: 'marker', number: 12 }]);
  });

  it('leaves other brackets alone', () => {
    expect(splitMarkers('a [sic] b [1789] c []', 3)).toEqual([{ type: 'text', text: 'a [sic] b [1789] c []' }]);
  });

  it('returns nothing for an empty text', () => {
    expect(splitMarkers('', 1)).toEqual([]);
  });
});

describe('withoutUnfinishedMarker', () => {
  it.each(['[', '[1', '[12, ', '[1, 2'])('holds back %j at the end', (half) => {
    expect(withoutUnfinishedMarker(`Debt fell${half}`)).toBe('Debt fell');
  });

  it.each(['Debt fell [1]', 'Debt fell [1].', '[sic', 'Debt fell'])('keeps %j', (text) => {
    expect(withoutUnfinishedMarker(text)).toBe(text);
  });
});

describe('paragraphsOf', () => {
  it('splits paragraphs at blank lines and joins hard-wrapped lines', () => {
    expect(paragraphsOf('One long\n   sentence.\n\n \r\nTwo.\r\n')).toEqual([['One long sentence.'], ['Two.']]);
  });

  it('keeps list items on lines of their own', () => {
    expect(paragraphsOf('Two things:\n- debt\n  and interest\n- revenue\n1. a\n2) b')).toEqual([
      ['Two things:', '- debt and interest', '- revenue', '1. a', '2) b'],
    ]);
  });

  it('returns nothing for white space', () => {
    expect(paragraphsOf(' \n\n ')).toEqual([]);
  });
});
