import { FaultList, type Problem } from '../../problems/problem';

/** Finding the place of each fault takes time, and nobody reads more. */
const MOST_FAULTS = 100;

/** CONTRACT_INVALID with the first 100 of the faults; `toProblem` makes a problem of each. */
export function invalidContract<Fault>(
  file: string,
  faults: readonly Fault[],
  toProblem: (fault: Fault) => Problem,
): FaultList {
  const shown = faults.slice(0, MOST_FAULTS).map(toProblem);
  const more = faults.length > shown.length ? ` The first ${shown.length} are listed.` : '';
  return new FaultList(
    'CONTRACT_INVALID',
    `The data contract ${file} has ${faults.length} fault(s).${more}`,
    shown.sort((one, other) => (one.where?.line ?? 0) - (other.where?.line ?? 0)),
    { where: { file }, remedy: 'Correct the contract file; each fault names its line and path.' },
  );
}
