import { parseArgs } from 'node:util';
import { z } from 'zod';
import { ENVIRONMENTS, type Deployment } from './deployment';
import type { Volume } from './volume';

export const COST_USAGE = `npm run cost -- --gigabytes-per-day N [options]
  --environment staging|production     sizes of infra/environments (default staging)
  --embedding local|azure-openai       who computes embeddings (default: that of the environment)
  --answering extractive|azure-openai  who writes answers (default: that of the environment)
  --qdrant url|vm                      a Qdrant of your own, or machines (default: that of the environment)
  --text-share S                       share of the bytes in long texts, 0 to 1; the rest is short rows (default 1)
  --new-share S                        share of the documents that are new or changed, 0 to 1 (default 1)
  --runs-per-day N                     datasets that have files on a day (default 1)
  --kept-days N                        days whose files, rows and vectors are kept (default 30)
  --questions-per-day N                (default 100)
  --answer-tokens N                    tokens that a chat model writes for an answer (default 500)
  --rates FILE                         measured rates (default docs/benchmarks/rates.json, made by npm run bench:rates)
  --from-run ingest-<dataset>-<date>   the rates of this run of the running platform instead
  --json                               one JSON object
The setting PRICES replaces list prices.
`;

const share = z.coerce.number().min(0).max(1);
const count = z.coerce.number().min(0).max(1_000_000);
const options = z.object({
  'gigabytes-per-day': z.coerce.number('a number of GB').positive().max(1_000_000),
  environment: z.enum(ENVIRONMENTS).default('staging'),
  embedding: z.enum(['local', 'azure-openai']).optional(),
  answering: z.enum(['extractive', 'azure-openai']).optional(),
  qdrant: z.enum(['url', 'vm']).optional(),
  'text-share': share.default(1),
  'new-share': share.default(1),
  'runs-per-day': count.default(1),
  'kept-days': count.default(30),
  'questions-per-day': count.default(100),
  'answer-tokens': count.default(500),
  rates: z.string().optional(),
  'from-run': z.string().optional(),
  json: z.boolean().default(false),
});
const NAMES = Object.keys(options.shape);

/** What one call of the command asks for. */
export interface CostCall {
  volume: Volume;
  environment: Deployment['environment'];
  /** In place of what the environment has. */
  chosen: Partial<Pick<Deployment, 'embedding' | 'answering' | 'qdrant'>>;
  ratesFile?: string;
  runId?: string;
  isJson: boolean;
}

/** Reads the arguments of a call; `wrong` says what is not right with them. */
export function readCostCall(args: string[]): CostCall | { wrong: string } {
  let given: unknown;
  try {
    given = parseArgs({
      args,
      options: Object.fromEntries(NAMES.map((name) => [name, { type: name === 'json' ? 'boolean' : 'string' }])),
    }).values;
  } catch (error) {
    return { wrong: (error as Error).message };
  }
  const parsed = options.safeParse(given);
  if (!parsed.success) {
    return {
      wrong: parsed.error.issues.map(({ path: [name], message }) => `--${String(name)}: ${message}`).join('\n'),
    };
  }
  const { data } = parsed;
  const { embedding, answering, qdrant } = data;
  return {
    environment: data.environment,
    chosen: { ...(embedding && { embedding }), ...(answering && { answering }), ...(qdrant && { qdrant }) },
    volume: {
      gigabytesPerDay: data['gigabytes-per-day'],
      textShare: data['text-share'],
      newShare: data['new-share'],
      runsPerDay: data['runs-per-day'],
      keptDays: data['kept-days'],
      questionsPerDay: data['questions-per-day'],
      answerTokens: data['answer-tokens'],
    },
    ratesFile: data.rates,
    runId: data['from-run'],
    isJson: data.json,
  };
}
