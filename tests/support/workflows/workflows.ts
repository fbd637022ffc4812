import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';

export const ROOT = path.resolve(__dirname, '../../..');
const FOLDER = '.github/workflows';

export interface Step {
  id?: string;
  uses?: string;
  with?: Record<string, string>;
  run?: string;
  env?: Record<string, string>;
}

export interface Job {
  needs?: string | string[];
  if?: string;
  uses?: string;
  with?: Record<string, string>;
  secrets?: Record<string, string>;
  outputs?: Record<string, string>;
  strategy?: { matrix: Record<string, unknown> };
  permissions?: Record<string, string>;
  environment?: string;
  concurrency?: { group: string; 'cancel-in-progress': boolean };
  env?: Record<string, string>;
  'timeout-minutes'?: number;
  steps?: Step[];
}

interface Inputs {
  inputs?: Record<string, unknown>;
  secrets?: Record<string, unknown>;
}

export interface Workflow {
  /** With the folder, from the root of the repository. */
  file: string;
  text: string;
  on: Record<string, Inputs | null>;
  permissions?: Record<string, string>;
  concurrency?: { group: string; 'cancel-in-progress': boolean };
  jobs: Record<string, Job>;
}

/** Every workflow of the repository. */
export function workflows(): Workflow[] {
  return readdirSync(path.join(ROOT, FOLDER)).map((name) => {
    const file = `${FOLDER}/${name}`;
    const text = readFileSync(path.join(ROOT, file), 'utf8');
    return { ...(parse(text) as Omit<Workflow, 'file' | 'text'>), file, text };
  });
}

/** Jobs of all workflows, each with a name for messages. */
export function jobsOf(all: readonly Workflow[]): { where: string; workflow: Workflow; job: Job }[] {
  return all.flatMap((workflow) =>
    Object.entries(workflow.jobs).map(([name, job]) => ({ where: `${workflow.file} ${name}`, workflow, job })),
  );
}

/** What the expressions of a value refer to, such as `vars.AZURE_CLIENT_ID`; texts in quotes do not count. */
export function referencesIn(value: unknown): string[] {
  const expressions = [...JSON.stringify(value).matchAll(/\$\{\{(.*?)\}\}/g)].map(([, inner = '']) => inner);
  return expressions.flatMap((inner) =>
    [...inner.replace(/'[^']*'/g, '').matchAll(/[a-z]+(?:\.[\w-]+)+/g)].map(([found]) => found),
  );
}
