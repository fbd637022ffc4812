import { PRICED_ITEMS, type PricedItem, type PriceList } from '../../lib/prices/price';
import { PRIVATE_ENDPOINTS, PRIVATE_ZONES, type Deployment } from './deployment';
import { chunksPerMachine } from './qdrantCapacity';
import type { MeasuredRun, Rates } from './rates';
import { DAYS, monthlyUse, type Volume } from './volume';

export const CATEGORIES = ['compute', 'storage', 'database', 'vectors', 'models', 'network', 'fixed'] as const;
export type Category = (typeof CATEGORIES)[number];

/** One line of the bill: quantity times price. */
export interface Line {
  category: Category;
  what: string;
  quantity: number;
  unit: string;
  /** Null: no price is known. */
  price: number | null;
  money: number | null;
}

export interface Month {
  volume: Volume;
  environment: string;
  currency: string;
  lines: Line[];
  /** Of the lines that have a price. */
  totals: Record<Category, number>;
  total: number;
  /** Lines without a price: the total is at least what it says. */
  unpriced: string[];
  /** The bill of compute when the clock of the measurement is right, not the processor time: see the assumptions. */
  computeByTheClock: number;
  facts: string[];
  assumptions: string[];
  notCounted: string[];
}

const HOURS = 730;
const SECONDS = HOURS * 3600;
const TEN_THOUSAND = 10_000;
const MILLION = 1_000_000;
/** Of Flex Consumption, for each subscription and month. */
const FREE = { gigabyteSeconds: 100_000, executions: 250_000 };
/** An instance of 2 GB has one core, one of 4 GB has two. */
const GIGABYTES_PER_CORE = 2;

/** The bill of a month, from measured rates, the price list and what `infra/` creates. */
export function billOf(rates: Rates, prices: PriceList, deployment: Deployment, volume: Volume): Month {
  const isHosted = deployment.embedding !== 'local';
  const embedding: MeasuredRun['embedding'] = isHosted ? 'none' : 'local';
  const use = monthlyUse(rates, volume, embedding);
  const lines: Line[] = [];
  const charge = (
    category: Category,
    what: string,
    quantity: number,
    unit: string,
    price: number | undefined,
  ): void => {
    if (quantity === 0) return;
    const known = price ?? null;
    lines.push({ category, what, quantity, unit, price: known, money: known === null ? null : known * quantity });
  };
  const add = (category: Category, what: string, quantity: number, item: PricedItem): void => {
    charge(category, what, quantity, PRICED_ITEMS[item] ?? 'month', prices.items[item]?.price);
  };

  // Compute
  const coresOf = rates.machine.cores;
  const answerSeconds = (rates.answer?.activeSeconds ?? 0) * volume.questionsPerDay * DAYS;
  const runGigabyteSeconds = use.processorSeconds * GIGABYTES_PER_CORE;
  const clockGigabyteSeconds = use.clockSeconds * coresOf * GIGABYTES_PER_CORE;
  const answerGigabyteSeconds = answerSeconds * deployment.instanceMemoryInGigabytes;
  const executions = use.executions + volume.questionsPerDay * DAYS;
  const billed = (gigabyteSeconds: number): number =>
    Math.max(0, gigabyteSeconds + answerGigabyteSeconds - FREE.gigabyteSeconds);
  add('compute', 'runs and answers on demand, less the free 100,000', billed(runGigabyteSeconds), 'flexGigabyteSecond');
  add(
    'compute',
    'executions, less the free 250,000',
    Math.max(0, executions - FREE.executions) / MILLION,
    'flexMillionExecutions',
  );
  const { alwaysReadyInstances, instanceMemoryInGigabytes } = deployment;
  add(
    'compute',
    `${alwaysReadyInstances} always-ready instances, idle`,
    alwaysReadyInstances * instanceMemoryInGigabytes * SECONDS,
    'alwaysReadyGigabyteSecond',
  );
  const perGigabyteSecond = prices.items.flexGigabyteSecond?.price ?? 0;
  const moreByTheClock = (billed(clockGigabyteSeconds) - billed(runGigabyteSeconds)) * perGigabyteSecond;

  // Storage
  const isZoneRedundant = deployment.storageSku.endsWith('ZRS');
  const hotDays = Math.min(volume.keptDays, deployment.rawToCoolInDays);
  const rawHot = use.rawGigabytesPerDay * hotDays;
  const rawCool = use.rawGigabytesPerDay * (volume.keptDays - hotDays);
  const table = use.parquetGigabytesPerDay * volume.keptDays;
  const hot = isZoneRedundant ? 'blobHotZrs' : 'blobHotLrs';
  add('storage', `files in raw, hot, ${hotDays} days`, rawHot, hot);
  add(
    'storage',
    `files in raw, cool, ${volume.keptDays - hotDays} days`,
    rawCool,
    isZoneRedundant ? 'blobCoolZrs' : 'blobCoolLrs',
  );
  add('storage', `Parquet, ${volume.keptDays} days`, table, hot);
  add('storage', 'requests that read', use.reads / TEN_THOUSAND, 'blobReads');
  add('storage', 'requests that write or list', use.writes / TEN_THOUSAND, 'blobWrites');
  add('storage', 'other requests', use.others / TEN_THOUSAND, 'blobOthers');
  const { pollInSeconds, count } = deployment.queues;
  const looks = (alwaysReadyInstances * count * SECONDS) / pollInSeconds;
  add('storage', 'always-ready instances that look at the queues', looks / TEN_THOUSAND, 'queueOperations');

  // Database
  const { postgres } = deployment;
  const rowsInGigabytes = use.databaseGigabytesPerDay * volume.keptDays;
  const databaseStorage = Math.max(postgres.storageInGigabytes, Math.ceil(rowsInGigabytes));
  add(
    'database',
    `PostgreSQL ${postgres.sku}, ${postgres.servers} server(s)`,
    HOURS * postgres.servers,
    `postgres ${postgres.sku}` as PricedItem,
  );
  add(
    'database',
    `its storage, ${postgres.servers} x ${databaseStorage} GB`,
    databaseStorage * postgres.servers,
    'postgresStorage',
  );

  // Vectors
  // A document that comes again unchanged keeps its points.
  const chunks = use.chunksPerDay * (1 + Math.max(0, volume.keptDays - 1) * volume.newShare);
  const dimensions = isHosted ? 1536 : 512;
  const machines = Math.max(1, Math.ceil(chunks / chunksPerMachine(dimensions)));
  if (deployment.qdrant === 'vm') {
    add(
      'vectors',
      `${machines} machine(s) ${deployment.qdrantVmSize}`,
      machines * HOURS,
      `machine ${deployment.qdrantVmSize}` as PricedItem,
    );
    add('vectors', 'their disks', machines, 'disk 128 GB');
  } else {
    charge(
      'vectors',
      `a Qdrant of your own, memory for ${millions(chunks)} million chunks`,
      1,
      'service and month',
      undefined,
    );
  }

  // Models
  const modelPrice = prices.models[deployment.embeddingModel];
  if (isHosted) {
    charge(
      'models',
      `tokens of ${deployment.embeddingModel}`,
      use.embeddedTokens / MILLION,
      'million tokens',
      modelPrice?.input,
    );
  }
  const isChat = deployment.answering !== 'extractive';
  const questions = volume.questionsPerDay * DAYS;
  if (isChat) {
    const chat = prices.models[deployment.chatModel];
    const prompt = (rates.answer?.promptTokens ?? 0) * questions;
    charge('models', `tokens that ${deployment.chatModel} reads`, prompt / MILLION, 'million tokens', chat?.input);
    charge(
      'models',
      `tokens that ${deployment.chatModel} writes`,
      (volume.answerTokens * questions) / MILLION,
      'million tokens',
      chat?.output,
    );
  }

  // Network
  const usesNetwork = deployment.privateNetwork || deployment.qdrant === 'vm';
  if (usesNetwork) {
    add('network', 'NAT gateway', HOURS, 'natGateway');
    add('network', 'its public address', HOURS, 'publicAddress');
  }
  if (deployment.privateNetwork) {
    add('network', `${PRIVATE_ENDPOINTS} private endpoints`, PRIVATE_ENDPOINTS * HOURS, 'privateEndpoint');
    add('network', 'bytes of the lake through a private endpoint', use.transferredGigabytes, 'privateEndpointData');
    add('network', `${PRIVATE_ZONES} private DNS zones`, PRIVATE_ZONES, 'privateZone');
  }
  add('fixed', 'Static Web App Standard', 1, 'staticWebApp');

  const totals = Object.fromEntries(
    CATEGORIES.map((category) => [
      category,
      lines.filter((line) => line.category === category).reduce((sum, { money }) => sum + (money ?? 0), 0),
    ]),
  ) as Record<Category, number>;
  const total = CATEGORIES.reduce((sum, category) => sum + totals[category], 0);
  return {
    volume,
    environment: deployment.environment,
    currency: prices.currency,
    lines,
    totals,
    total,
    unpriced: lines.filter(({ price }) => price === null).map(({ what }) => what),
    computeByTheClock: totals.compute + moreByTheClock,
    facts: [
      `${round(use.gigabytes)} GB of files a month, ${millions(use.chunksPerDay)} million chunks a day, of which ${round(100 * volume.newShare)} % are embedded.`,
      `Instances of ${instanceMemoryInGigabytes} GB: ${round(use.processorSeconds / DAYS / 3600)} core-hours a day.`,
      ...(isHosted ? [quotaFact(use.embeddedTokens / DAYS, deployment.embeddingCapacity)] : []),
      ...(rowsInGigabytes > postgres.storageInGigabytes
        ? [
            `PostgreSQL needs ${Math.ceil(rowsInGigabytes)} GB for its rows; the template creates ${postgres.storageInGigabytes} GB.`,
          ]
        : []),
      ...(machines > 1 && deployment.qdrant === 'vm'
        ? [
            `${millions(chunks)} million chunks need ${machines} machines for Qdrant; the template creates one, and the app uses one.`,
          ]
        : []),
    ],
    assumptions: assumptionsOf(rates, volume, isHosted, isChat),
    notCounted: [
      'episodes of orchestrators, timers and queue messages of the task hub; starts of instances; rounding of executions',
      'waiting for a hosted model, and for a network that is slower than the one of the measurement',
      'log data (5 GB a month are free), alert rules, Key Vault operations, traffic to the internet',
      'backups of PostgreSQL beyond the size of the server; soft-deleted files; old versions of the table before a vacuum; staging and quarantine',
      'taxes, support, reservations and discounts',
    ],
  };
}

function assumptionsOf(rates: Rates, volume: Volume, isHosted: boolean, isChat: boolean): string[] {
  const { machine } = rates;
  return [
    `${round(100 * volume.textShare)} % of the bytes are in files of long texts, the others in files of short rows, as the measured ones are.`,
    `${round(100 * volume.newShare)} % of the documents are new or changed each day; files and rows of ${volume.keptDays} days are kept, and the vectors of all their documents. Chunks that the index has already cost nothing.`,
    `${volume.runsPerDay} dataset(s) a day; a month has ${DAYS} days of files and ${HOURS} hours.`,
    `A core of Azure does what a core of the measured machine does (${machine.processor}), instances are busy while they run, and 2 GB of memory come with one core.`,
    `Seconds and requests that read grow with the bytes; other requests, and steps that are done once, with the ranges of 64 MB.`,
    `A machine of 8 GB holds a million chunks of 1,536 dimensions (infra/main.bicep), and of fewer dimensions as many as fit in the same bytes.`,
    `A GB of stored data is 10^9 bytes. All instances run on demand at list price; nothing of the work is done by the always-ready ones.`,
    ...(isHosted ? ['The embedding model answers as soon as it is asked: its seconds were not measured.'] : []),
    ...(isChat
      ? [`An answer has ${volume.answerTokens} tokens, reasoning included; ${volume.questionsPerDay} questions a day.`]
      : [`${volume.questionsPerDay} questions a day.`]),
  ];
}

function quotaFact(tokensPerDay: number, thousandsPerMinute: number): string {
  const hours = tokensPerDay / (thousandsPerMinute * 1000) / 60;
  return `${millions(tokensPerDay)} million tokens a day take ${round(hours)} hours with the quota of the template (${thousandsPerMinute},000 tokens a minute).`;
}

function millions(value: number): string {
  return round(value / MILLION);
}

/** With as many digits as a reader needs. */
export function round(value: number): string {
  if (value === 0) return '0';
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 1 ? 2 : 3;
  return value.toLocaleString('en-US', { minimumFractionDigits: 0, maximumFractionDigits: digits });
}
