import type { RunKey } from '../../runs/runKey';
import { findRepeatedKeys } from '../../transform/findRepeatedKeys';
import { defineStep } from '../step';

/** Finds the rows of a key over all parts that the contract does not keep. */
export const findRepeatedKeysStep = defineStep({
  work: ({ lakehouse }, key: RunKey) => findRepeatedKeys(lakehouse, key),
});
