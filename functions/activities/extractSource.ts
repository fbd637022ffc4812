import { extractSource } from '../../lib/extraction/extractSource';
import { registerStep } from './registerStep';

/** The rows that a dataset's SQL source has for the date, into `raw/`; nothing for a dataset of dropped files. */
registerStep('extractSource', async (app, key) => {
  const { files, rows } = await extractSource(app, key);
  return { files, rows };
});
