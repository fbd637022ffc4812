import { dropRepeatedKeys } from '../../transform/dropRepeatedKeys';
import { defineStep, type TaskOfRun } from '../step';

/** Drops from one part the rows whose key is kept in another part. */
export const dropRepeatedKeysStep = defineStep({
  work: ({ lakehouse }, { task, ...key }: TaskOfRun) => dropRepeatedKeys(lakehouse, key, task),
});
