import { transformRange } from '../../transform/transformRange';
import { defineStep, type TaskOfRun } from '../step';

/** Transforms one range of a file: valid rows to Parquet, the other records to quarantine. */
export const transformRangeStep = defineStep({
  work: async ({ lakehouse }, { task, ...key }: TaskOfRun) => {
    const { rows, rejected, dropped, bytes } = await transformRange(lakehouse, key, task);
    return { rows, rejected, dropped, bytes };
  },
  progress: {
    step: 'transform',
    task: ({ task }) => task,
    counts: (result) => result,
  },
});
