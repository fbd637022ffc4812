import type { Caller } from '../../lib/access/caller';
import type { App } from '../../lib/app';
import { toProblem } from '../../lib/problems/problem';
import { codeEntry } from '../../lib/problems/codes';

/**
 * Makes a change that a caller asks for, with a record of it: written before the change, so that none is made without one, and
 * completed after it. `subject`: the path below `/api/`.
 */
export async function auditing<Result>(
  { audit }: Pick<App, 'audit'>,
  request: { caller: Caller; action: string; subject: string; details: Record<string, unknown>; requestId: string },
  logError: (message: string, error: unknown) => void,
  change: () => Promise<Result>,
): Promise<Result> {
  const id = await audit.begin(request);
  // The change has happened or not, whatever becomes of the second half of its record.
  const finish = (...outcome: Parameters<typeof audit.finish> extends [string, ...infer Rest] ? Rest : never) =>
    audit.finish(id, ...outcome).catch((error: unknown) => logError(`audit record ${id} was not completed`, error));
  try {
    const result = await change();
    await finish('done');
    return result;
  } catch (error) {
    const { code } = toProblem(error);
    await finish(codeEntry(code).status < 500 ? 'refused' : 'failed', code);
    throw error;
  }
}
