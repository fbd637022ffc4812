import type { ContractCatalog } from '../contract/contractCatalog';

/**
 * Which documents a caller may read: `everything`, or those that one of the groups may read. A document without recorded
 * groups is shown only in an open dataset: elsewhere it was loaded before its contract limited access, or its contract is
 * gone, and with it what it said about access.
 */
export type DocumentAccess = 'everything' | { groups: readonly string[]; datasets: DatasetAccess };

export interface DatasetAccess {
  /** Their contracts do not limit access. */
  open: readonly string[];
  /** Their contracts limit access, or cannot be read. */
  restricted: readonly string[];
}

/** In the column with the role `access`: every caller with the role reader may read the document. */
export const EVERY_READER = '*';
const SEPARATOR = ';';
/** So long does a changed contract take to have an effect. */
const CACHED_FOR_MS = 5000;

/** Groups from a value of the column with the role `access`: names with semicolons between them. None: nobody may read it. */
export function allowedGroupsOf(value: string | null): string[] {
  const names = (value ?? '').split(SEPARATOR).map((name) => name.trim());
  return [...new Set(names.filter((name) => name !== ''))].sort();
}

/** Decides about one document. `allowedGroups`: null when none are recorded, so when its dataset did not limit access. */
export function mayRead(access: DocumentAccess, dataset: string, allowedGroups: readonly string[] | null): boolean {
  if (access === 'everything') return true;
  if (allowedGroups === null) return access.datasets.open.includes(dataset);
  return allowedGroups.some((group) => group === EVERY_READER || access.groups.includes(group));
}

/** The same decision as a condition on rows of `documents`; undefined when there is nothing to check. */
export function accessCondition(access: DocumentAccess, bind: (value: unknown) => string): string | undefined {
  if (access === 'everything') return undefined;
  const groups = bind([...access.groups, EVERY_READER]);
  return `case when allowed_groups is null then dataset = any(${bind(access.datasets.open)}::text[])
               else allowed_groups && ${groups}::text[] end`;
}

/** Returns the access of a caller with these groups. Errors: CONTRACTS_FOLDER_NOT_FOUND. */
export type FindAccess = (groups: readonly string[] | 'everything') => Promise<DocumentAccess>;

/** A dataset is restricted when its contract has a column with the role `access`, and when its contract cannot be read. */
export function createAccessFinder(contracts: ContractCatalog, now: () => number = Date.now): FindAccess {
  let known: { at: number; datasets: Promise<DatasetAccess> } | undefined;
  const readDatasets = async (): Promise<DatasetAccess> => {
    const names = await contracts.names();
    const isRestricted = await Promise.all(
      names.map((name) =>
        contracts.get(name).then(
          ({ roles }) => roles.access !== undefined,
          () => true,
        ),
      ),
    );
    return {
      open: names.filter((_, index) => !isRestricted[index]),
      restricted: names.filter((_, index) => isRestricted[index]),
    };
  };
  const datasetAccess = (): Promise<DatasetAccess> => {
    if (known && now() - known.at < CACHED_FOR_MS) return known.datasets;
    const datasets = readDatasets();
    const reading = { at: now(), datasets };
    known = reading;
    datasets.catch(() => {
      if (known === reading) known = undefined;
    });
    return datasets;
  };
  return async (groups) => (groups === 'everything' ? groups : { groups, datasets: await datasetAccess() });
}
