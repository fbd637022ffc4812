import { readFileSync } from 'node:fs';
import path from 'node:path';

export const ENVIRONMENTS = ['staging', 'production'] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

/** What `infra/` creates for an environment, as far as it costs money. */
export interface Deployment {
  environment: Environment;
  instanceMemoryInGigabytes: number;
  alwaysReadyInstances: number;
  storageSku: string;
  postgres: { sku: string; storageInGigabytes: number; servers: number };
  privateNetwork: boolean;
  embedding: string;
  answering: string;
  qdrant: string;
  qdrantVmSize: string;
  embeddingModel: string;
  chatModel: string;
  rawToCoolInDays: number;
  /** Thousands of tokens a minute. */
  embeddingCapacity: number;
  /** Seconds between two looks at the queues of the task hub, and the queues. */
  queues: { pollInSeconds: number; count: number };
  activitiesSideBySide: number;
}

interface Sizes {
  storageSku: string;
  instanceMemoryInMegabytes: number;
  alwaysReady: { instanceCount: number }[];
  rawToCoolInDays: number;
  postgres: { sku: string; storageInGigabytes: number; highAvailability: string };
}

/** Reads the Bicep parameters, the sizes and host.json of a project folder, so that no number is written twice. */
export function readDeployment(project: string, environment: Environment): Deployment {
  const read = (file: string): string => readFileSync(path.join(project, file), 'utf8');
  const size = (JSON.parse(read('infra/environments/sizes.json')) as Record<Environment, Sizes>)[environment];
  const parameters = read(`infra/environments/${environment}.bicepparam`);
  const template = read('infra/main.bicep');
  const parameter = (name: string): string =>
    valueOf(parameters, new RegExp(`^param ${name} = '?([\\w-]+)'?`, 'm')) ??
    required(name, valueOf(template, new RegExp(`^param ${name} \\w+ = '?([\\w-]+)'?`, 'm')));
  const variable = (name: string): string =>
    required(name, valueOf(template, new RegExp(`^var ${name} = '([^']+)'`, 'm')));
  const host = JSON.parse(read('host.json')) as {
    extensions: {
      durableTask: {
        maxConcurrentActivityFunctions: number;
        storageProvider: { partitionCount: number; maxQueuePollingInterval: string };
      };
    };
  };
  const { storageProvider, maxConcurrentActivityFunctions } = host.extensions.durableTask;
  const { partitionCount, maxQueuePollingInterval } = storageProvider;
  return {
    environment,
    instanceMemoryInGigabytes: size.instanceMemoryInMegabytes / 1024,
    alwaysReadyInstances: size.alwaysReady.reduce((sum, { instanceCount }) => sum + instanceCount, 0),
    storageSku: size.storageSku,
    postgres: {
      sku: size.postgres.sku,
      storageInGigabytes: size.postgres.storageInGigabytes,
      // A zone-redundant server has a second one that waits, with its own storage.
      servers: size.postgres.highAvailability === 'Disabled' ? 1 : 2,
    },
    privateNetwork: parameter('privateNetwork') === 'true',
    embedding: parameter('embedding'),
    answering: parameter('answering'),
    qdrant: parameter('qdrant'),
    qdrantVmSize: parameter('qdrantVmSize'),
    embeddingModel: variable('embeddingDeployment'),
    chatModel: variable('chatDeployment'),
    rawToCoolInDays: size.rawToCoolInDays,
    embeddingCapacity: Number(parameter('embeddingCapacity')),
    queues: {
      pollInSeconds: secondsOf(maxQueuePollingInterval),
      // The control queues, and one for work items.
      count: partitionCount + 1,
    },
    activitiesSideBySide: maxConcurrentActivityFunctions,
  };
}

/** `PRIVATE_ENDPOINTS` and zones of private mode; a test compares them with docs/infrastructure.md, and that with Bicep. */
export const PRIVATE_ENDPOINTS = 8;
export const PRIVATE_ZONES = 8;

function valueOf(text: string, pattern: RegExp): string | undefined {
  return pattern.exec(text)?.[1];
}

function required(name: string, value: string | undefined): string {
  if (value === undefined) throw new Error(`infra/ does not say what ${name} is.`);
  return value;
}

function secondsOf(duration: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = duration.split(':').map(Number);
  return (hours * 60 + minutes) * 60 + seconds;
}
