import type { App } from '../../lib/app';
import type { AuditedRequest, AuditOutcome } from '../../lib/audit/auditStore';
import { toProblem } from '../../lib/problems/problem';
import { codeEntry, type ProblemCode } from '../../lib/problems/codes';

/**
 * Makes a change that a caller asks for, with a record of it: written before the change, so that none is made without one, and
 * completed after it.
 */
export async function auditing<Result>(
  { audit }: Pick<App, 'audit'>,
  request: AuditedRequest,
  logError: (message: string, error: unknown) => void,
  change: () => Promise<Result>,
): Promise<Result> {
  const id = await audit.begin(request);
  // The change has happened or not, whatever becomes of the second half of its record.
  const finish = (outcome: Exclude<AuditOutcome, 'under-way'>, code?: ProblemCode): Promise<void> =>
    audit.finish(id, outcome, code).catch((error: unknown) => logError(`audit record ${id} was not completed`, error));
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
