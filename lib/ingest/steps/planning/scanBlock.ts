import { scanBlock } from '../../../planning/scanBlock';
import { defineStep, type TaskOfRun } from '../../step';
import { planningTask } from './planningTask';

/** Scans one block of a file: where records end in it, for every state at its start. */
export const scanBlockStep = defineStep({
  work: ({ lakehouse }, { task, ...key }: TaskOfRun) => scanBlock(lakehouse, key, task),
  progress: {
    step: 'plan',
    task: ({ task }) => planningTask('scanBlock', task),
    counts: ({ bytes }) => ({ bytes }),
  },
});
