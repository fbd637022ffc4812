import { PipelineError } from '../../lib/errors';

export function runNotFound(id: string): PipelineError {
  return new PipelineError('RUN_NOT_FOUND', 'There is no such run.', {
    status: 404,
    found: JSON.stringify(id.slice(0, 120)),
    expected: 'an id of the form ingest-<dataset>-<yyyy-mm-dd>',
    remedy: 'List the runs at /api/runs.',
  });
}
