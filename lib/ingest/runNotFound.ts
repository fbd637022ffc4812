import { isDatasetName } from '../contract/datasetName';
import { PipelineError } from '../problems/problem';
import { parseInstanceId } from '../runs/describeRun';

/** Returns the id when it has the form of a run id; otherwise throws RUN_NOT_FOUND without a look-up. */
export function requireRunId(id: string): string {
  const names = parseInstanceId(id);
  if (names && isDatasetName(names.dataset)) return id;
  throw runNotFound(id);
}

/** RUN_NOT_FOUND (404). */
export function runNotFound(id: string): PipelineError {
  return new PipelineError('RUN_NOT_FOUND', 'The run does not exist.', {
    found: JSON.stringify(id.slice(0, 120)),
    expected: 'an id of the form ingest-<dataset>-<yyyy-mm-dd>',
    remedy: 'List the runs at /api/runs.',
  });
}
