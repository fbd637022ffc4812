import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findCommand } from '../platform/findCommand';
import { describeProblem } from '../../lib/problems/describeProblem';
import { toProblem } from '../../lib/problems/problem';
import { findLayout, type Layout } from '../platform/layout';
import { isElsewhere, portSettingOf, wantedPorts } from '../platform/platform';
import { signsInByIdentity, userSettings, type Settings } from '../platform/services';
import { isOurs, readState } from '../platform/stateFile';
import { SUPERVISOR_MARKS } from '../platform/takeOver';
import { isPortFree } from '../ports';
import { installedPostgresFolder } from '../postgres/binaries';
import { serverUser } from '../postgres/serverUser';
import { sourceRoles } from './sourceRoles';
import { complain, print } from '../terminal/print';

interface Finding {
  name: string;
  level: 'ok' | 'note' | 'fault';
  what: string;
}

const NEEDED_DISK_IN_GIGABYTES = 1;

/** Checks the machine and prints what is fine, what is optional and what must be fixed. Exit code 1 on a fault. */
async function main(): Promise<number> {
  const layout = findLayout();
  const { own, faults: settingFaults } = settings(layout);
  const findings = [
    nodeVersion(layout),
    ...settingFaults,
    ...(await ports(layout, own)),
    disk('disk', layout.dataDirectory),
    disk('temporary', own.TEMPORARY_DIRECTORY ?? tmpdir()),
    writeAccess(layout),
    postgres(own),
    ...(await sourceRoles(own)),
    ...optionalCommands(),
  ];
  const marks = { ok: 'ok   ', note: 'note ', fault: 'FAULT' };
  for (const { name, level, what } of findings) print(`${marks[level]} ${name.padEnd(14)} ${what}`);
  const faults = findings.filter(({ level }) => level === 'fault').length;
  print(faults === 0 ? '\nThis machine is ready for `npm start`.' : `\n${faults} thing(s) to fix.`);
  return faults === 0 ? 0 : 1;
}

function nodeVersion(layout: Layout): Finding {
  const wanted = (
    JSON.parse(readFileSync(path.join(layout.appDirectory, 'package.json'), 'utf8')) as { engines: { node: string } }
  ).engines.node.replace('>=', '');
  const isFit = compareVersions(process.versions.node, wanted) >= 0;
  return isFit
    ? { name: 'Node.js', level: 'ok', what: process.versions.node }
    : { name: 'Node.js', level: 'fault', what: `${process.versions.node}; install ${wanted} or newer` };
}

/** Negative when `one` is older than `other`. */
export function compareVersions(one: string, other: string): number {
  const [a, b] = [one, other].map((text) => text.split('.').map(Number)) as [number[], number[]];
  return a.map((number, index) => number - (b[index] ?? 0)).find((difference) => difference !== 0) ?? 0;
}

function settings(layout: Layout): { own: Settings; faults: Finding[] } {
  try {
    return { own: userSettings(layout), faults: [] };
  } catch (error) {
    return { own: { ...process.env }, faults: [{ name: 'settings', level: 'fault', what: messageOf(error) }] };
  }
}

function messageOf(error: unknown): string {
  const problem = toProblem(error);
  return problem.code === 'INTERNAL' ? problem.message : describeProblem(problem);
}

async function ports(layout: Layout, own: Settings): Promise<Finding[]> {
  const state = readState(layout.stateFile);
  if (state && isOurs(state.pid, SUPERVISOR_MARKS, state)) {
    return [{ name: 'ports', level: 'note', what: `the platform is running here (process ${state.pid})` }];
  }
  let wanted: Record<string, number>;
  try {
    wanted = wantedPorts(own);
  } catch (error) {
    return [{ name: 'ports', level: 'fault', what: messageOf(error) }];
  }
  return Promise.all(
    Object.entries(wanted).map(async ([name, port]): Promise<Finding> => {
      const label = `port ${port}`;
      if (isElsewhere(name, own))
        return { name: label, level: 'ok', what: `not needed: a setting says that ${name} runs elsewhere` };
      if (await isPortFree(port)) return { name: label, level: 'ok', what: `free, for ${name}` };
      return {
        name: label,
        level: 'note',
        what: `in use; ${name} will take the next free one (or set ${portSettingOf(name)})`,
      };
    }),
  );
}

function disk(name: string, folder: string): Finding {
  const { bavail, bsize } = statfsSync(nearestFolder(path.resolve(folder)));
  const free = (bavail * bsize) / 1e9;
  return free >= NEEDED_DISK_IN_GIGABYTES
    ? { name, level: 'ok', what: `${free.toFixed(1)} GB free in ${folder}` }
    : {
        name,
        level: 'fault',
        what: `${free.toFixed(1)} GB free in ${folder}; ${NEEDED_DISK_IN_GIGABYTES} GB are needed. Free some space.`,
      };
}

/** The folder itself, or the nearest existing folder above it. */
function nearestFolder(folder: string): string {
  return existsSync(folder) || folder === path.dirname(folder) ? folder : nearestFolder(path.dirname(folder));
}

function writeAccess(layout: Layout): Finding {
  const existed = existsSync(layout.dataDirectory);
  const probe = path.join(layout.dataDirectory, '.write-test');
  try {
    mkdirSync(layout.dataDirectory, { recursive: true });
    writeFileSync(probe, '');
    rmSync(probe);
    if (!existed) rmSync(layout.dataDirectory, { recursive: true });
    return { name: 'write access', level: 'ok', what: layout.dataDirectory };
  } catch (error) {
    return {
      name: 'write access',
      level: 'fault',
      what: `${messageOf(error)}; set PIPELINE_DATA_DIRECTORY to a folder that you can write to`,
    };
  }
}

function postgres(own: Settings): Finding {
  if (own.POSTGRES_URL || signsInByIdentity(own)) {
    const setting = own.POSTGRES_URL ? 'POSTGRES_URL' : 'POSTGRES_HOST';
    return { name: 'PostgreSQL', level: 'ok', what: `your own server (${setting})` };
  }
  try {
    installedPostgresFolder();
    const user = serverUser();
    return {
      name: 'PostgreSQL',
      level: 'ok',
      what: `from npm${user ? `, will run as ${user.name} since you are root` : ''}`,
    };
  } catch (error) {
    return { name: 'PostgreSQL', level: 'fault', what: messageOf(error) };
  }
}

function optionalCommands(): Finding[] {
  const uses = {
    func: 'Azure Functions Core Tools; without it the host of this project runs the app',
    qdrant: 'a Qdrant server; without it the vector endpoint of this project is used',
    bicep: 'to compile infra/; not needed here',
  };
  return Object.entries(uses).map(([name, use]) => {
    const found = findCommand(name);
    if (!found) return { name, level: 'note', what: `not on PATH (optional: ${use})` };
    if (answersItsVersion(found)) return { name, level: 'ok', what: found };
    const wayOut = name === 'func' ? 'or set PIPELINE_HOST=own' : 'or remove it from PATH';
    return { name, level: name === 'bicep' ? 'note' : 'fault', what: `${found} does not run; fix it, ${wayOut}` };
  });
}

const LONGEST_ANSWER_IN_MILLISECONDS = 15000;

function answersItsVersion(command: string): boolean {
  // Windows starts .cmd files only through a shell.
  const isScript = /\.cmd$/i.test(command);
  const { status } = spawnSync(isScript ? `"${command}"` : command, ['--version'], {
    stdio: 'ignore',
    timeout: LONGEST_ANSWER_IN_MILLISECONDS,
    shell: isScript,
  });
  return status === 0;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    complain(String(error));
    process.exit(1);
  },
);
