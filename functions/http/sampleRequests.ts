/** Values for the examples of the API. They fit the sample dataset, which `npm start` loads. */
export const SAMPLE = {
  dataset: 'state-of-the-union',
  date: '2021-04-28',
  run: 'ingest-state-of-the-union-2021-04-28',
  question: 'Which states constitute an axis of evil?',
};
