import type { ContractVersion } from '../../lib/api/contracts';
import { formatCounted, formatDate } from './formatting';

/** One choice of a contract for a run. */
export interface ContractOption {
  /** What the API takes; empty for the current contract. */
  value: string;
  text: string;
}

/**
 * The contracts that a run may use: the current one first, then the earlier ones, latest first. `used`: hash of the contract
 * of the run that is shown. Empty when there is nothing to choose.
 */
export function contractOptions(versions: ContractVersion[], used?: string): ContractOption[] {
  const current = versions.find(({ isCurrent }) => isCurrent);
  const earlier = versions.filter(({ isCurrent }) => !isCurrent);
  if (earlier.length === 0) return [];
  const mark = (version: ContractVersion | undefined) =>
    used !== undefined && version?.hash === used ? ', as this run' : '';
  return [
    {
      value: '',
      text: current ? `current contract, ${current.version}${mark(current)}` : 'current contract (not valid)',
    },
    ...earlier.map((version) => ({ value: version.hash, text: `${nameOf(version)}${mark(version)}` })),
  ];
}

/** Two texts may have one version, so a text also has the day on which it was first used, and what it changed. */
function nameOf({ version, firstUsedAt, changes }: ContractVersion): string {
  const since = firstUsedAt === null ? '' : `, from ${formatDate(firstUsedAt)}`;
  return `${version}${since}${changes === null ? '' : ` (${changed(changes)})`}`;
}

const SHOWN_NAMES = 3;

function changed({
  columnsAdded,
  columnsRemoved,
  columnsChanged,
  properties,
}: NonNullable<ContractVersion['changes']>): string {
  const names = [
    ...columnsAdded.map((name) => `+${name}`),
    ...columnsRemoved.map((name) => `-${name}`),
    ...columnsChanged,
    ...properties,
  ];
  const more = names.length - SHOWN_NAMES;
  if (names.length === 0) return 'comments only';
  return `${names.slice(0, SHOWN_NAMES).join(', ')}${more > 0 ? ` and ${formatCounted(more, 'other')}` : ''}`;
}
