import { mkdtemp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { contractFolder } from '../../lib/contract/contractCatalog';
import { createEngines } from '../../lib/duckdb/engines';
import { createAzureStorage } from '../../lib/storage/azureStorage';
import { commitRun, type CommitResult } from '../../lib/ingest/commitRun';
import type { Lakehouse } from '../../lib/lakehouse/lakehouse';
import { createLakeReader } from '../../lib/documents/lakeReader';
import { createBlockCache } from '../../lib/storage/blockCache';
import type { DocumentRow } from '../../lib/documents/document';
import { createContractEngine } from '../../lib/quality/analyseQueries';
import { evaluateRun } from '../../lib/quality/evaluateRun';
import type { RunKey } from '../../lib/runs/runKey';
import type { PlanSummary } from '../../lib/planning/plan';
import { planRun } from '../../lib/planning/planRun';
import type { RejectedRecord } from '../../lib/quarantine/rejectedRecord';
import { dropRepeatedKeys } from '../../lib/transform/dropRepeatedKeys';
import { findRepeatedKeys } from '../../lib/transform/findRepeatedKeys';
import { transformRange } from '../../lib/transform/transformRange';
import { testStorage, uniqueName } from './servers';

/** A lake in its own containers on the Azurite of the test run, with a folder for contracts. */
export interface TestLake extends Lakehouse {
  contractsFolder: string;
  connectionString: string;
  /** Puts a file into raw/<dataset>/<date>/. */
  drop(dataset: string, date: string, name: string, content: string | Buffer): Promise<void>;
  /** Paths in a container. */
  paths(container: keyof Lakehouse['containers'], prefix?: string): Promise<string[]>;
  /** Lines of the quarantine of one run. */
  quarantine(key: RunKey): Promise<RejectedRecord[]>;
  /** Committed rows of one partition. */
  documents(dataset: string, date: string): Promise<DocumentRow[]>;
  /** Files that are left in the temporary folder. */
  leftovers(): Promise<string[]>;
  /** Deletes the containers and the folder. */
  stop(): Promise<void>;
}

export const SAMPLE_CONTRACTS = path.join(__dirname, '../../samples/contracts');

export async function startLake(options: Partial<Lakehouse> = {}): Promise<TestLake> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lake-test-'));
  const connectionString = testStorage();
  const name = uniqueName('lake');
  const contractsFolder = path.join(folder, 'contracts');
  await mkdir(contractsFolder);
  const duckDb = { memoryLimitInMegabytes: 512 };
  const engines = createEngines(duckDb);
  const temporaryDirectory = path.join(folder, 'temporary');
  const lakehouse: Lakehouse = {
    store: createAzureStorage({ connectionString }),
    containers: {
      raw: `${name}-raw`,
      processed: `${name}-processed`,
      quarantine: `${name}-quarantine`,
      staging: `${name}-staging`,
    },
    contracts: contractFolder(contractsFolder, createContractEngine(engines, temporaryDirectory)),
    temporaryDirectory,
    parquetCodec: 'snappy',
    duckDb,
    engines,
    blocks: createBlockCache({ limitInBytes: 0, temporaryDirectory }),
    queryProcessFile: path.join(__dirname, 'queryProcessFromSource.cjs'),
    ...options,
  };
  const { store, containers } = lakehouse;
  for (const container of Object.values<string>({ ...containers })) await store.ensureContainer(container);
  return {
    ...lakehouse,
    contractsFolder,
    connectionString,
    drop: (dataset, date, name, content) => store.write(containers.raw, `${dataset}/${date}/${name}`, content),
    async paths(container, prefix = '') {
      const paths: string[] = [];
      for await (const info of store.list(containers[container], prefix)) paths.push(info.path);
      return paths;
    },
    async quarantine(key) {
      const records: RejectedRecord[] = [];
      for await (const { path: file } of store.list(
        containers.quarantine,
        `${key.dataset}/${key.date}/${key.runId}-`,
      )) {
        const text = (await store.read(containers.quarantine, file)).toString('utf8');
        records.push(
          ...text
            .trimEnd()
            .split('\n')
            .map((line) => JSON.parse(line) as RejectedRecord),
        );
      }
      return records;
    },
    async documents(dataset, date) {
      const reader = createLakeReader(lakehouse);
      const rows: DocumentRow[] = [];
      for (const part of await reader.parts(dataset, date)) {
        for await (const batch of reader.documents(part, { withText: true })) rows.push(...batch);
      }
      return rows;
    },
    leftovers: () => readdir(lakehouse.temporaryDirectory).catch(() => []),
    async stop() {
      engines.close();
      const account = BlobServiceClient.fromConnectionString(connectionString);
      for (const container of Object.values<string>({ ...containers })) {
        await account.getContainerClient(container).deleteIfExists();
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Plans and transforms all ranges. */
export async function stageRun(
  lake: Lakehouse,
  key: RunKey,
): Promise<{ plan: PlanSummary; rows: number; rejected: number }> {
  const plan = await planRun(lake, key);
  let rows = 0;
  let rejected = 0;
  for (let part = 0; part < plan.ranges; part += 1) {
    const result = await transformRange(lake, key, part);
    rows += result.rows;
    rejected += result.rejected;
  }
  if (plan.dropsRepeatedKeys) await dropRepeated(lake, key, plan.ranges);
  return { plan, rows, rejected };
}

async function dropRepeated(lake: Lakehouse, key: RunKey, parts: number): Promise<void> {
  const repeated = await findRepeatedKeys(lake, key);
  for (let part = 0; repeated.rows > 0 && part < parts; part += 1) await dropRepeatedKeys(lake, key, part);
}

/** Runs all steps of a run through the lake; fails if the gate does not open. */
export async function ingest(lake: Lakehouse, key: RunKey): Promise<CommitResult> {
  await stageRun(lake, key);
  const verdict = await evaluateRun(lake, key);
  if (!verdict.passed) throw new Error(JSON.stringify(verdict));
  return commitRun(lake, key);
}

export interface ContractOptions {
  dataset?: string;
  columns?: string;
  custom?: Record<string, unknown>;
}

/** A small contract: id, title, n (integer), day (date), body. */
export function contractText(options: ContractOptions = {}): string {
  const custom = { maxRejectShare: 1, ...options.custom };
  return `apiVersion: v3.1.0
kind: DataContract
id: test
version: 1.0.0
status: active
schema:
  - name: ${options.dataset ?? 'notes'}
    properties:
${options.columns ?? DEFAULT_COLUMNS}
customProperties: ${JSON.stringify(Object.entries(custom).map(([property, value]) => ({ property, value })))}
`;
}

export const DEFAULT_COLUMNS = `
      - {name: id, logicalType: string, primaryKey: true, logicalTypeOptions: {pattern: '[a-z0-9-]+'}, customProperties: [{property: role, value: id}]}
      - {name: title, logicalType: string, required: true, logicalTypeOptions: {maxLength: 40}, customProperties: [{property: role, value: title}]}
      - {name: n, logicalType: integer, logicalTypeOptions: {minimum: 0, maximum: 1000}}
      - {name: day, logicalType: date, customProperties: [{property: role, value: date}]}
      - {name: body, logicalType: string, required: true, customProperties: [{property: role, value: text}]}`;

export async function addContract(lake: TestLake, options: ContractOptions = {}): Promise<void> {
  await writeFile(path.join(lake.contractsFolder, `${options.dataset ?? 'notes'}.yaml`), contractText(options));
}

/** The error that the work throws; fails when it throws none. */
export async function errorOf(work: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  try {
    await work;
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error('expected an error');
}
