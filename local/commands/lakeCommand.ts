import { parseArgs } from 'node:util';
import { createObjectStore } from '../../lib/app';
import { readConfig } from '../../lib/config/readConfig';
import { rowsByStatistics } from '../../lib/delta/fileStatistics';
import { requireSnapshot } from '../../lib/delta/deltaLog';
import { historyOf } from '../../lib/delta/history';
import type { TableStorage } from '../../lib/lakehouse/lakehouse';
import { restoreTable } from '../../lib/delta/restore';
import { filesOfPartition } from '../../lib/delta/tableSnapshot';
import { vacuumTable } from '../../lib/delta/vacuum';
import { findLayout } from '../platform/layout';
import { userSettings } from '../platform/services';
import { readState } from '../platform/stateFile';
import { describeFailure } from '../terminal/describeFailure';
import { complain, print } from '../terminal/print';

const USAGE = `Usage:
  npm run lake -- history <dataset> [--limit 20]
  npm run lake -- snapshot <dataset> [--version N]
  npm run lake -- vacuum <dataset> [--retention-hours 168] [--apply]     without --apply it only lists what it would delete
  npm run lake -- restore <dataset> --version N
--json prints one JSON value instead.
`;
const HOURS_OF_A_WEEK = 168;
const SHOWN_FILES = 20;

export interface CommandOutput {
  say(line: string): void;
  complain(line: string): void;
}

/** Runs one command on a lake. Returns the exit code: 1 when the lake refuses the command, 2 on wrong usage. */
export async function runLakeCommand(args: string[], lake: () => TableStorage, out: CommandOutput): Promise<number> {
  const call = readCall(args);
  if (call === undefined) {
    out.complain(USAGE);
    return 2;
  }
  try {
    const { lines, value } = await COMMANDS[call.command](lake(), call);
    if (call.json) out.say(JSON.stringify(value));
    else lines.forEach((line) => out.say(line));
    return 0;
  } catch (error) {
    out.complain(await describeFailure(error, findLayout().dataDirectory));
    return 1;
  }
}

interface Call {
  command: keyof typeof COMMANDS;
  dataset: string;
  version?: number;
  limit: number;
  retentionInHours: number;
  apply: boolean;
  json: boolean;
}

type Command = (lake: TableStorage, call: Call) => Promise<{ lines: string[]; value: unknown }>;

const history: Command = async (lake, { dataset, limit }) => {
  const versions = await historyOf(lake, dataset, limit);
  const lines = versions.map((entry) =>
    [
      String(entry.version).padStart(6),
      entry.time ?? 'time unknown',
      entry.operation,
      `${entry.filesAdded} added, ${entry.filesRemoved} removed`,
      entry.dates.length > 3 ? `${entry.dates.length} dates` : entry.dates.join(' '),
      entry.runId ?? '',
    ].join('  '),
  );
  return { lines, value: versions };
};

const snapshot: Command = async (lake, { dataset, version }) => {
  const table = await requireSnapshot(lake, dataset, version);
  const dates = [...new Set([...table.files.values()].map((file) => file.partitionValues['ingest_date'] ?? ''))].sort();
  const partitions = dates.map((date) => {
    const files = filesOfPartition(table, date);
    const rows = files.map(rowsByStatistics);
    return {
      date,
      files: files.length,
      // Null when a file has no statistics.
      rows: rows.reduce<number | null>((sum, count) => (sum === null || count === undefined ? null : sum + count), 0),
      bytes: files.reduce((sum, { size }) => sum + size, 0),
    };
  });
  const columns = table.schema.fields.map(({ name, type }) => ({ name, type }));
  return {
    value: { version: table.version, columns, partitions },
    lines: [
      `version ${table.version}, ${table.files.size} files, ${partitions.length} dates`,
      ...columns.map(({ name, type }) => `  ${name} ${typeof type === 'string' ? type : JSON.stringify(type)}`),
      ...partitions.map(
        ({ date, files, rows, bytes }) => `  ${date}  ${rows ?? 'unknown'} rows, ${files} files, ${bytes} bytes`,
      ),
    ],
  };
};

const vacuum: Command = async (lake, { dataset, retentionInHours, apply }) => {
  const result = await vacuumTable(lake, dataset, { retentionInHours, apply });
  const count = result.removed.length;
  const shown = result.removed.slice(0, SHOWN_FILES).map(({ path, size }) => `  ${path}  ${size} bytes`);
  const outcome = apply ? 'deleted' : 'would be deleted';
  return {
    value: { ...result, removed: result.removed.map(({ path }) => path), applied: apply },
    lines: [
      ...shown,
      ...(count > shown.length ? [`  and ${count - shown.length} more`] : []),
      `${count} files of ${result.removedBytes} bytes ${outcome}.`,
      `Kept: ${result.current} of the current version, ${result.kept} of the last ${retentionInHours} hours or of active runs.`,
      ...(apply || count === 0
        ? []
        : [
            'Add --apply to delete them. Afterwards, versions older than the retention period cannot be read or restored.',
          ]),
    ],
  };
};

const restore: Command = async (lake, { dataset, version = -1 }) => {
  const result = await restoreTable(lake, dataset, version);
  const isUnchanged = result.restoredFiles === 0 && result.removedFiles === 0;
  return {
    value: result,
    lines: isUnchanged
      ? [`Nothing to restore: the table (version ${result.version}) already has the files of version ${version}.`]
      : [
          `Version ${result.version} has the content of version ${version}: ${result.restoredFiles} files restored, ${result.removedFiles} removed.`,
          `SQL and vectors still have the content from before the restore, for ${result.dates.join(', ')}.`,
          `To update them, put the original files back into raw/${dataset}/<date>/ and then run the date again (POST /api/runs): a run ingests the files that are there now.`,
        ],
  };
};

const COMMANDS = { history, snapshot, vacuum, restore };

function readCall(args: string[]): Call | undefined {
  let parsed;
  try {
    parsed = parseArgs({
      args,
      allowPositionals: true,
      options: {
        version: { type: 'string' },
        limit: { type: 'string', default: '20' },
        'retention-hours': { type: 'string', default: String(HOURS_OF_A_WEEK) },
        'dry-run': { type: 'boolean', default: false },
        apply: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    });
  } catch {
    return undefined;
  }
  const [command, dataset, ...rest] = parsed.positionals;
  const { version, limit, 'retention-hours': retention, 'dry-run': dryRun, apply, json } = parsed.values;
  const isNumber = (text: string) => /^\d+(\.\d+)?$/.test(text);
  const isCount = (text: string) => /^\d+$/.test(text);
  if (!isCommand(command) || dataset === undefined || rest.length > 0 || (apply && dryRun)) return undefined;
  if (!isCount(limit) || !isNumber(retention) || (version !== undefined && !isCount(version))) return undefined;
  if (command === 'restore' && version === undefined) return undefined;
  return {
    command,
    dataset,
    ...(version === undefined ? {} : { version: Number(version) }),
    limit: Number(limit),
    retentionInHours: Number(retention),
    apply,
    json,
  };
}

function isCommand(name: string | undefined): name is keyof typeof COMMANDS {
  return name !== undefined && Object.hasOwn(COMMANDS, name);
}

/** The lake of the running platform, or the lake that the settings name. */
function configuredLake(): TableStorage {
  const layout = findLayout();
  const config = readConfig({ ...readState(layout.stateFile)?.settings, ...userSettings(layout) });
  return {
    store: createObjectStore(config),
    containers: config.lake.containers,
    temporaryDirectory: config.temporaryDirectory,
    duckDb: { memoryLimitInMegabytes: config.duckdbMemoryInMegabytes },
  };
}

if (require.main === module) {
  const out: CommandOutput = {
    say: (line) => print(line),
    complain: (line) => complain(line),
  };
  runLakeCommand(process.argv.slice(2), configuredLake, out).then(
    (code) => process.exit(code),
    (error: unknown) => {
      out.complain(String(error));
      process.exit(1);
    },
  );
}
