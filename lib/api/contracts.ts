import { z } from 'zod';
import type { ListedContractVersion } from '../staging/listContractVersions';
import { named } from './components';

const names = z.array(z.string());
const day = z.string().nullable();

const contractVersion = named(
  'ContractVersion',
  z.object({
    version: z.string(),
    hash: z.string().describe('SHA-256 of its text.'),
    isCurrent: z.boolean().describe('It is the contract as it is now.'),
    firstUsedAt: z
      .string()
      .meta({ format: 'date-time' })
      .nullable()
      .describe('When a run first committed with it; null for a current contract that no run has committed with.'),
    partitions: z
      .object({ count: z.int(), first: day, last: day })
      .describe('The dates whose rows were last read with it.'),
    changes: z
      .object({ columnsAdded: names, columnsRemoved: names, columnsChanged: names, properties: names })
      .nullable()
      .describe(
        'Names of what differs from the version before; all empty when only comments or layout do. Null for the first version, and when one of both texts is not valid any more.',
      ),
  }),
) satisfies z.ZodType<ListedContractVersion>;

export const contractParameters = z.object({ dataset: z.string() });

export const contractVersionList = named(
  'ContractVersionList',
  z.object({ dataset: z.string(), versions: z.array(contractVersion).describe('Latest first.') }),
);

export type ContractVersion = z.infer<typeof contractVersion>;
export type ContractVersionList = z.infer<typeof contractVersionList>;
