import { convertFile } from '../../../planning/convertFiles';
import { defineStep, type TaskOfRun } from '../../step';
import { planningTask } from './planningTask';

/** Converts one file that is not plain CSV; the result is in staging. */
export const convertFileStep = defineStep({
  work: ({ lakehouse }, { task, ...key }: TaskOfRun) => convertFile(lakehouse, key, task),
  progress: {
    step: 'plan',
    task: ({ task }) => planningTask('convertFile', task),
    counts: ({ bytes }) => ({ bytes }),
  },
});
