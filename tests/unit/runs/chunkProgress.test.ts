import { chunkProgress } from '../../../lib/runs/chunkProgress';

const part = { done: 0, found: 0, split: 0, documents: 100, seconds: 0 };

it.each([
  ['nothing is split yet', part, { total: null, isEstimate: true, perSecond: null, secondsLeft: null }],
  [
    'a quarter of the documents is split: the total is estimated',
    { ...part, done: 40, found: 50, split: 25, seconds: 4 },
    { total: 200, isEstimate: true, perSecond: 10, secondsLeft: 16 },
  ],
  [
    'all documents are split: the total is exact',
    { ...part, done: 150, found: 180, split: 100, seconds: 10 },
    { total: 180, isEstimate: false, perSecond: 15, secondsLeft: 2 },
  ],
  [
    'all chunks are in the index',
    { ...part, done: 180, found: 180, split: 100, seconds: 12 },
    { total: 180, isEstimate: false, perSecond: 15, secondsLeft: null },
  ],
  [
    'the run has no documents',
    { ...part, documents: 0, seconds: 1 },
    { total: 0, isEstimate: false, perSecond: null, secondsLeft: null },
  ],
  [
    'the number of documents is not known',
    { ...part, done: 5, found: 9, split: 3, documents: undefined, seconds: 1 },
    { total: null, isEstimate: true, perSecond: 5, secondsLeft: null },
  ],
])('%s', (_, given, expected) => {
  expect(chunkProgress(given)).toEqual({ done: given.done, ...expected });
});

it('an estimate is never less than what is already found', () => {
  for (let split = 1; split <= 100; split += 1) {
    const found = split * 7 + (split % 5);
    expect(chunkProgress({ ...part, found, split }).total).toBeGreaterThanOrEqual(found);
  }
});
