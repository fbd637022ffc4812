import type { ContractCatalog } from '../contract/contractCatalog';

/**
 * Which documents a caller may read: `everything`, or those that one of the groups may read. A document without recorded
 * groups is shown only in an open dataset: elsewhere it was loaded before its contract limited access, or its contract is
 * gone, and with it what it said about access. Groups from another column than the contract names today allow nobody.
 */
export type DocumentAccess = 'everything' | { groups: readonly string[]; datasets: DatasetAccess };

export interface DatasetAccess {
  /** Their contracts do not limit access. */
  open: readonly string[];
  /** Their contracts limit access, or cannot be read. */
  restricted: readonly string[];
  /** Column of the groups, by restricted dataset; a dataset whose contract cannot be read has none. */
  columns: Readonly<Record<string, string>>;
}

/** What is recorded about who may read a document or a rejected record. */
export interface RecordedAccess {
  /** Null: its dataset did not limit access when it was loaded. */
  allowedGroups: readonly string[] | null;
  /** Column that the groups were read from. Null: unknown, it counts as the one of today. */
  accessColumn: string | null;
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

/** Decides about one document. */
export function mayRead(
  access: DocumentAccess,
  dataset: string,
  { allowedGroups, accessColumn }: RecordedAccess,
): boolean {
  if (access === 'everything') return true;
  if (allowedGroups === null) return access.datasets.open.includes(dataset);
  const today = access.datasets.columns[dataset];
  if (accessColumn !== null && today !== undefined && accessColumn !== today) return false;
  return allowedGroups.some((group) => group === EVERY_READER || access.groups.includes(group));
}

/** The same decision as a condition on rows of `documents`; undefined when there is nothing to check. */
export function accessCondition(access: DocumentAccess, bind: (value: unknown) => string): string | undefined {
  if (access === 'everything') return undefined;
  const groups = bind([...access.groups, EVERY_READER]);
  const columns = bind(JSON.stringify(access.datasets.columns));
  return `case when allowed_groups is null then dataset = any(${bind(access.datasets.open)}::text[])
               else allowed_groups && ${groups}::text[]
                    and (access_column is null or coalesce(${columns}::jsonb ->> dataset, access_column) = access_column)
          end`;
}

/** Returns the access of a caller with these groups. Errors: CONTRACTS_FOLDER_NOT_FOUND. */
export type FindAccess = (groups: readonly string[] | 'everything') => Promise<DocumentAccess>;

/** A dataset is restricted when its contract has a column with the role `access`, and when its contract cannot be read. */
export function createAccessFinder(contracts: ContractCatalog, now: () => number = Date.now): FindAccess {
  let known: { at: number; datasets: Promise<DatasetAccess> } | undefined;
  const readDatasets = async (): Promise<DatasetAccess> => {
    const names = await contracts.names();
    const open: string[] = [];
    const restricted: string[] = [];
    const columns: Record<string, string> = {};
    const readings = await Promise.allSettled(names.map((name) => contracts.get(name)));
    for (const [index, name] of names.entries()) {
      const reading = readings[index];
      const column = reading?.status === 'fulfilled' ? reading.value.roles.access : undefined;
      if (reading?.status === 'fulfilled' && column === undefined) open.push(name);
      else restricted.push(name);
      if (column !== undefined) columns[name] = column;
    }
    return { open, restricted, columns };
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
