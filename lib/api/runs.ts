import { z } from 'zod';
import { IGNORED_REASONS } from '../runs/ignoredFiles';
import { RUN_STEPS } from '../runs/runKey';
import type { RunCancellation as CancellationRecord } from '../runs/cancellationStore';
import type { RunDecision, RunGate as GateRecord } from '../runs/gate';
import type { Run as RunView, RunDetail as RunDetailView } from '../runs/run';
import { named } from './components';
import { problem } from './problem';
import { runUsage } from './usage';
import { calendarDate, pageLimit, plainText } from './values';

const count = z.int();
const moment = z.string().meta({ format: 'date-time' });

export const runIdParameter = z.object({
  id: z.string().describe('Of the form `ingest-<dataset>-<yyyy-mm-dd>`.'),
});

const step = z.object({
  name: z.enum(RUN_STEPS),
  status: z.enum(['waiting', 'running', 'done', 'failed', 'skipped']),
  done: count.describe('Tasks done.'),
  total: count.describe('Tasks in all; 0 while that is not yet known.'),
  rows: count,
  rejected: count,
  chunks: z
    .object({
      done: count.describe('In the index: embedded by this run, or already there.'),
      total: count
        .nullable()
        .describe('All chunks of the run, estimated while documents are not yet split; null before the first.'),
      isEstimate: z.boolean().describe('`total` is estimated.'),
      perSecond: z.number().nullable().describe('Since the step began.'),
      secondsLeft: count.nullable().describe('At that rate; null when it is not known or nothing is left.'),
    })
    .nullable()
    .describe('Of the step `embed`, once it has begun.'),
  seconds: z.number(),
});

const runFields = {
  id: z.string().describe('One for each dataset and date.'),
  dataset: z.string(),
  date: z.string().describe('Partition, `yyyy-mm-dd`.'),
  runId: z.string().nullable().describe('Of this execution; null before it starts.'),
  status: z.enum(['Pending', 'Running', 'Blocked', 'Completed', 'Failed', 'Cancelled', 'Terminated', 'Suspended']),
  step: z.enum(RUN_STEPS).nullable(),
  startedBy: z.string().nullable().describe('Name of the caller, or `schedule`; null when it is not known.'),
  limitsAccess: z
    .boolean()
    .describe('True when the contract of the run limits who may read the documents; false before it is planned.'),
  startedAt: moment.nullable(),
  finishedAt: moment.nullable(),
  seconds: z.number(),
  steps: z.array(step),
  rows: z
    .object({
      ...{ source: count, lake: count, sql: count, vectors: count },
      superseded: count.optional().describe('Documents that a newer date has too: their vectors belong to that date.'),
      returned: count
        .optional()
        .describe('Documents that the run removed from this date, and that are served from an older one again.'),
    })
    .nullable(),
  chunks: z.object({ embedded: count, reused: count, deleted: count }).nullable(),
  rejected: count,
  dropped: count.describe('Records of a key of which another one is kept, as the contract says.'),
  lakeVersion: count.nullable(),
  error: problem.nullable(),
};

/** The latest execution of one dataset and date. */
export const run = named('Run', z.object(runFields)) satisfies z.ZodType<RunView>;

const decision = z.enum(['approve', 'reject'], 'approve or reject');

const decisionFields = {
  decision,
  decidedBy: z.string().describe('Name of the caller who decided; `time-out` when nobody did.'),
  reason: z.string(),
  decidedAt: moment,
};
const runDecision = named('RunDecision', z.object(decisionFields)) satisfies z.ZodType<RunDecision>;

const gate = named(
  'RunGate',
  z.object({
    passed: z.boolean(),
    rules: z.array(
      z.object({
        rule: z.string(),
        severity: z.enum(['error', 'warning']),
        expected: z.string(),
        observed: z.string(),
        passed: z.boolean(),
        isBinding: z
          .boolean()
          .optional()
          .describe('The stores rely on the rule: while it fails, the run cannot be approved.'),
      }),
    ),
    omitted: z.object({ passed: count, failed: count }).nullable(),
    evaluatedAt: moment,
    decideBy: moment.nullable().describe('When the wait for a decision ends.'),
    decision: runDecision.nullable(),
  }),
) satisfies z.ZodType<GateRecord>;

const cancellationFields = {
  cancelledBy: z.string().describe('Name of the caller who asked to end the run.'),
  reason: z.string(),
  cancelledAt: moment,
};
const runCancellation = named('RunCancellation', z.object(cancellationFields)) satisfies z.ZodType<CancellationRecord>;

/** One run with all that is known about it. */
export const runDetail = named(
  'RunDetail',
  z.object({
    ...runFields,
    contract: z
      .object({ version: z.string(), hash: z.string().describe('SHA-256 of its text.') })
      .nullable()
      .describe('The contract that the run uses; null until it is planned.'),
    gate: gate.nullable().describe('Null until the rules are evaluated.'),
    replay: z
      .object({
        of: z.string().describe('Run id of the execution that this one replays.'),
        rejected: z.object({ before: count, after: count.nullable() }),
      })
      .nullable(),
    ignored: z
      .object({
        count,
        files: z.array(z.object({ name: z.string(), size: count, reason: z.enum(IGNORED_REASONS) })),
      })
      .nullable()
      .describe('Files of the date that the run does not use; null until the files are listed.'),
    cancellation: runCancellation.nullable().describe('Null when nobody asked to end the run.'),
    usage: runUsage.nullable().describe('What the run used until now; null when nothing is recorded.'),
  }),
) satisfies z.ZodType<RunDetailView>;

export const runList = named('RunList', z.object({ runs: z.array(run) }));
export const runListQuery = z.strictObject({ limit: pageLimit });

const contractVersion = plainText
  .min(1)
  .max(100)
  .describe(
    'The contract to use: `current` (the default), `partition` (the one that this date was read with), a version, or a hash.',
  );
export const replayQuery = z.strictObject({ contractVersion: contractVersion.optional() });

export const startRunRequest = named(
  'StartRunRequest',
  z.strictObject({
    dataset: z.string(),
    date: calendarDate.optional().describe('Default: today, UTC.'),
    contractVersion: contractVersion.optional(),
  }),
);
export const startedRun = named('StartedRun', z.object({ id: z.string(), dataset: z.string(), date: z.string() }));

export const replayedRun = named(
  'ReplayedRun',
  z.object({
    id: z.string(),
    dataset: z.string(),
    date: z.string(),
    replayOf: z.string().describe('Run id of the execution that is replayed.'),
  }),
);

const LONGEST_REASON = 1000;
const REASON = 'why, in 1 to 1000 characters';

const reason = z.string(REASON).trim().min(1, REASON).max(LONGEST_REASON, REASON).pipe(plainText);

export const decideRunRequest = named('DecideRunRequest', z.strictObject({ decision, reason }));
export const decidedRun = named('DecidedRun', z.object({ id: z.string(), runId: z.string(), ...decisionFields }));

export const cancelRunRequest = named('CancelRunRequest', z.strictObject({ reason }));
export const cancelledRun = named(
  'CancelledRun',
  z.object({
    id: z.string(),
    runId: z.string().nullable().describe('Null for a run that had not begun.'),
    ...cancellationFields,
  }),
);

export type Run = z.infer<typeof run>;
export type RunDetail = z.infer<typeof runDetail>;
export type RunStatus = Run['status'];
export type StepProgress = z.infer<typeof step>;
export type RunGate = z.infer<typeof gate>;
export type Decision = z.infer<typeof decision>;
export type DecideRunRequest = z.input<typeof decideRunRequest>;
export type CancelRunRequest = z.input<typeof cancelRunRequest>;
export type ReplayQuery = z.input<typeof replayQuery>;
export type StartRunRequest = z.input<typeof startRunRequest>;
export type StartedRun = z.infer<typeof startedRun>;
export type RunList = z.infer<typeof runList>;
