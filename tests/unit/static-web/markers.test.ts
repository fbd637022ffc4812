import { annotate, paragraphsOf, splitAnnotations, type AnswerSegment } from '../../../static-web/src/markers';

const supported = (start: number, end: number) => ({ start, end, citations: [1], supported: true, faults: [] });
const unsupported = (start: number, end: number) => ({
  ...supported(start, end),
  supported: false,
  faults: ['number' as const],
});
const segmentsOf = (answer: Parameters<typeof annotate>[0]): AnswerSegment[] => splitAnnotations(annotate(answer));

describe('the segments of an answer', () => {
  it('are its words and its markers, without the space before a marker', () => {
    const answer = 'Debt fell [1]. Revenue rose[2]';
    const marks = [
      { start: 10, end: 13, citation: 1 },
      { start: 27, end: 30, citation: 2 },
    ];
    expect(segmentsOf({ answer, marks, sentences: [] })).toEqual([
      { type: 'text', text: 'Debt fell' },
      { type: 'marker', number: 1 },
      { type: 'text', text: '. Revenue rose' },
      { type: 'marker', number: 2 },
    ]);
  });

  it('have no marker for brackets in a quoted text', () => {
    const answer = 'Ada: “Approved by the council [2].” [1]';
    const marks = [{ start: 36, end: 39, citation: 1 }];
    expect(segmentsOf({ answer, marks, sentences: [supported(0, 35)] })).toEqual([
      { type: 'text', text: 'Ada: “Approved by the council [2].”' },
      { type: 'marker', number: 1 },
    ]);
  });

  it('have no marker for private characters in a text', () => {
    const answer = 'Approved \uE0002\uE002 by all.';
    expect(segmentsOf({ answer, marks: [], sentences: [] })).toEqual([
      { type: 'text', text: 'Approved \uFFFD2\uFFFD by all.' },
    ]);
  });

  it('have a note after a sentence that is not supported, and after its marker', () => {
    const answer = 'Debt fell by 9 [1]. It rose. [1] Then it fell.';
    const marks = [
      { start: 15, end: 18, citation: 1 },
      { start: 29, end: 32, citation: 1 },
    ];
    const sentences = [supported(0, 19), unsupported(20, 28), unsupported(33, 46)];
    expect(segmentsOf({ answer, marks, sentences }).slice(2)).toEqual([
      { type: 'text', text: '. It rose.' },
      { type: 'marker', number: 1 },
      { type: 'note', sentence: 1 },
      { type: 'text', text: ' Then it fell.' },
      { type: 'note', sentence: 2 },
    ]);
  });

  it('are none for an empty text', () => {
    expect(segmentsOf({ answer: '', marks: [], sentences: [] })).toEqual([]);
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
