import { extractSource } from '../../extraction/extractSource';
import type { RunKey } from '../../runs/runKey';
import { defineStep } from '../step';

/** Copies the rows that a dataset's SQL source has for the date into `raw/`. Does nothing for a dataset of uploaded files. */
export const extractSourceStep = defineStep({
  work: async (dependencies, key: RunKey, _log, cancelled) => {
    const { files, rows } = await extractSource(dependencies, key, cancelled);
    return { files, rows };
  },
});
