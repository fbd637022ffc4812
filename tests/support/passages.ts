import type { Passage } from '../../lib/vectors/passage';

/** A passage with defaults for fields that a test does not set. */
export function passage(part: Partial<Passage> & { text: string }): Passage {
  return {
    dataset: 'letters',
    docId: 'letter-1',
    contentHash: 'hash',
    title: 'A letter',
    author: 'Somebody',
    publishedAt: '2020-05-17T10:00:00Z',
    category: null,
    chunkNumber: 0,
    score: 1,
    ...part,
  };
}
