import { commitRunStep } from './steps/commitRun';
import { concludeRunStep } from './steps/concludeRun';
import { discardRunStep } from './steps/discardRun';
import { dropRepeatedKeysStep } from './steps/dropRepeatedKeys';
import { ensureRunStep } from './steps/ensureRun';
import { evaluateRunStep } from './steps/evaluateRun';
import { extractSourceStep } from './steps/extractSource';
import { findRepeatedKeysStep } from './steps/findRepeatedKeys';
import { continuePlanStep } from './steps/planning/continuePlan';
import { convertFileStep } from './steps/planning/convertFile';
import { foldScanStep } from './steps/planning/foldScan';
import { planRunStep } from './steps/planning/planRun';
import { scanBlockStep } from './steps/planning/scanBlock';
import { reconcileRunStep } from './steps/reconcileRun';
import { resolveGateStep } from './steps/resolveGate';
import { embedDocumentsStep } from './steps/streams/embedDocuments';
import { loadDocumentsStep } from './steps/streams/loadDocuments';
import { removeStaleDocumentsStep } from './steps/streams/removeStaleDocuments';
import { removeStaleVectorsStep } from './steps/streams/removeStaleVectors';
import { transformRangeStep } from './steps/transformRange';
import type { Step } from './step';

/** Every step of a run, in the order of a run. The activity of a step has the same name. */
export const STEPS = {
  ensureRun: ensureRunStep,
  extractSource: extractSourceStep,
  planRun: planRunStep,
  convertFile: convertFileStep,
  continuePlan: continuePlanStep,
  scanBlock: scanBlockStep,
  foldScan: foldScanStep,
  transformRange: transformRangeStep,
  findRepeatedKeys: findRepeatedKeysStep,
  dropRepeatedKeys: dropRepeatedKeysStep,
  evaluateRun: evaluateRunStep,
  resolveGate: resolveGateStep,
  commitRun: commitRunStep,
  loadDocuments: loadDocumentsStep,
  removeStaleDocuments: removeStaleDocumentsStep,
  embedDocuments: embedDocumentsStep,
  removeStaleVectors: removeStaleVectorsStep,
  reconcileRun: reconcileRunStep,
  concludeRun: concludeRunStep,
  discardRun: discardRunStep,
};

export type StepName = keyof typeof STEPS;

/** Input and result types of each step, for the orchestrators. */
export type Steps = {
  [Name in StepName]: (typeof STEPS)[Name] extends Step<infer Input, infer Result>
    ? { input: Input; result: Result }
    : never;
};

export const STEP_NAMES = Object.keys(STEPS) as StepName[];
