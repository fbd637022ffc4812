import type { DataContract } from './contract';

/** Share of rejected records above which the gate hardly protects anything. */
const LARGE_SHARE = 0.1;

/** What is valid in a contract and may still lose records, or is not settled. */
export function contractWarnings({ status, key, quality }: DataContract): string[] {
  const warnings: string[] = [];
  const { maxRejectShare } = quality;
  if (maxRejectShare > LARGE_SHARE) {
    const percent = Number((100 * maxRejectShare).toPrecision(4));
    warnings.push(
      `maxRejectShare is ${maxRejectShare}: the quality gate opens although up to ${percent} % of the records are rejected. If records repeat the key, use a key of more columns, or repeatedKeys.`,
    );
  }
  if (key?.derivedFrom?.length === 0) {
    warnings.push('the key is a hash of the whole row: a row that changes is a new document.');
  }
  if (status === 'draft') warnings.push('status is draft: check every line marked "guessed", then set it to active.');
  return warnings;
}
