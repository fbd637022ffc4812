/** What a piece of work used, as amounts that add up. Wall time and shares are in seconds. */
export interface UsageAmounts {
  /** From the start of the work to its end. */
  seconds: number;
  /**
   * Its share of the time in which this process worked: what ran side by side shares each moment equally. The shares of all
   * work add up to the time in which the process had work, which is what Flex Consumption bills of an instance.
   */
  activeSeconds: number;
  /** Its share of the processor time of this process, all threads included, divided in the same way. */
  processorSeconds: number;
  /** `activeSeconds` times the memory of the instance in GB. */
  gigabyteSeconds: number;
  /** Requests to the lake, by the kinds that have a price. `storageOthers`: properties; deletes are free. */
  storageReads: number;
  storageWrites: number;
  storageLists: number;
  storageOthers: number;
  storageDeletes: number;
  bytesRead: number;
  bytesWritten: number;
  /** Statements of PostgreSQL. COPY is one, `begin` and `commit` are not counted. */
  sqlStatements: number;
  /** Calls of the vector index. */
  vectorOperations: number;
  vectorPointsWritten: number;
}

/** Calls of one model. */
export interface ModelUsage {
  model: string;
  /** The app computes it itself: its cost is in the seconds. */
  isInApp: boolean;
  calls: number;
  /** Calls whose service did not report tokens, because they ended early or it never does. */
  unreportedCalls: number;
  /** All tokens that the model read. */
  inputTokens: number;
  /** Those of them that the service had read before, and bills at a lower price. */
  cachedTokens: number;
  /** Written by the model, its reasoning included. */
  outputTokens: number;
}

export interface Usage extends UsageAmounts {
  /** One entry for each model. */
  models: ModelUsage[];
}

/** The amounts in the order of their columns in PostgreSQL. */
export const USAGE_AMOUNTS = [
  'seconds',
  'activeSeconds',
  'processorSeconds',
  'gigabyteSeconds',
  'storageReads',
  'storageWrites',
  'storageLists',
  'storageOthers',
  'storageDeletes',
  'bytesRead',
  'bytesWritten',
  'sqlStatements',
  'vectorOperations',
  'vectorPointsWritten',
] as const satisfies readonly (keyof UsageAmounts)[];

export const MODEL_AMOUNTS = [
  'calls',
  'unreportedCalls',
  'inputTokens',
  'cachedTokens',
  'outputTokens',
] as const satisfies readonly (keyof ModelUsage)[];

export function noUsage(): Usage {
  return { ...(Object.fromEntries(USAGE_AMOUNTS.map((name) => [name, 0])) as unknown as UsageAmounts), models: [] };
}

/** The sum of all of them. */
export function addUsages(usages: readonly Usage[]): Usage {
  const sum = noUsage();
  for (const usage of usages) {
    for (const name of USAGE_AMOUNTS) sum[name] += usage[name];
    for (const model of usage.models) addModel(sum.models, model);
  }
  return sum;
}

/** Adds the calls of a model to its entry in the list, which is made when there is none. */
export function addModel(models: ModelUsage[], added: ModelUsage): void {
  const known = models.find(({ model, isInApp }) => model === added.model && isInApp === added.isInApp);
  if (known === undefined) models.push({ ...added });
  else for (const name of MODEL_AMOUNTS) known[name] += added[name];
}
