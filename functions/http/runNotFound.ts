import type { HttpRequest } from '@azure/functions';
import { isDatasetName } from '../../lib/contract/datasetName';
import { PipelineError } from '../../lib/problems/problem';
import { parseInstanceId } from '../../lib/runs/describeRun';

/** The run that the path names. What can be no run's id goes to no store: RUN_NOT_FOUND (404). */
export function runIdOf(request: HttpRequest): string {
  const id = request.params.id ?? '';
  const names = parseInstanceId(id);
  if (names && isDatasetName(names.dataset)) return id;
  throw runNotFound(id);
}

export function runNotFound(id: string): PipelineError {
  return new PipelineError('RUN_NOT_FOUND', 'There is no such run.', {
    found: JSON.stringify(id.slice(0, 120)),
    expected: 'an id of the form ingest-<dataset>-<yyyy-mm-dd>',
    remedy: 'List the runs at /api/runs.',
  });
}
