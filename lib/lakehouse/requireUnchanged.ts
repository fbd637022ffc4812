import { PipelineError } from '../problems/problem';
import type { Lakehouse } from './lakehouse';

/** Throws CSV_FILE_CHANGED when the file that was dropped is not the one that the run was planned on. */
export async function requireUnchanged(lakehouse: Lakehouse, file: { path: string; etag: string }): Promise<void> {
  const now = await lakehouse.store.info(lakehouse.containers.raw, file.path);
  if (now?.etag === file.etag) return;
  throw new PipelineError('CSV_FILE_CHANGED', 'The file was changed or removed while the run was under way.', {
    found: now === undefined ? 'no file' : `etag ${now.etag}`,
    expected: `etag ${file.etag}`,
    where: { file: file.path },
    remedy: 'Start a new run when the upload is complete.',
  });
}
