import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { duckdbMemory } from '../../lib/config/readConfig';
import { inferContract } from '../../lib/draftContract/inferContract';
import { contractWarnings } from '../../lib/contract/contractWarnings';
import { readContractWithEngine } from '../../lib/contract/reading/readContract';
import type { ContractEngine } from '../../lib/contract/reading/contractEngine';
import { describeProblem } from '../../lib/problems/describeProblem';
import { FaultList, toProblem, type Problem } from '../../lib/problems/problem';
import { createEngines } from '../../lib/duckdb/engines';
import { createContractEngine } from '../../lib/quality/analyseQueries';
import { checkQueries } from '../../lib/quality/checkQueries';
import { complain, print } from '../terminal/print';

const USAGE = `npm run contract -- infer <file.csv> [--dataset <name>] [--out <file.yaml>] [--json]
       npm run contract -- check <file.yaml> ...`;

const SETTINGS = {
  // Its own: a name that is known before could be another user's folder.
  temporaryDirectory: mkdtempSync(path.join(tmpdir(), 'pipeline-x-contract-')),
  get duckDb() {
    return { memoryLimitInMegabytes: duckdbMemory() };
  },
};

process.on('exit', () => rmSync(SETTINGS.temporaryDirectory, { recursive: true, force: true }));

/** Drafts a contract from a file, or checks contracts and prints their faults. Exit code 1 on a fault, 2 on wrong usage. */
async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { dataset: { type: 'string' }, out: { type: 'string' }, json: { type: 'boolean' } },
  });
  const [command, ...files] = positionals;
  const absent = files.filter((file) => !statSync(file, { throwIfNoEntry: false })?.isFile());
  const isUsed = (command === 'infer' && files.length === 1) || (command === 'check' && files.length > 0);
  if (!isUsed || absent.length > 0) {
    const why = absent.length > 0 ? `No such file: ${absent.join(', ')}\n` : '';
    complain(`${why}Usage: ${USAGE}`);
    return 2;
  }
  if (command === 'infer' && values.out !== undefined && existsSync(values.out)) {
    complain(`${values.out} exists already, and nothing was written. Choose another name, or remove it first.`);
    return 2;
  }
  if (values.out !== undefined && !existsSync(path.dirname(values.out))) {
    complain(`The folder of ${values.out} does not exist, and nothing was written. Create it first.`);
    return 2;
  }
  if (command === 'infer') return infer(files[0] ?? '', values);
  const faults: Problem[] = [];
  const engines = createEngines(SETTINGS.duckDb);
  const engine = createContractEngine(engines, SETTINGS.temporaryDirectory);
  for (const file of files) faults.push(...(await check(file, engine)));
  engines.close();
  return faults.length === 0 ? 0 : 1;
}

/** Prints a draft, or writes it to a file. `json`: as `{yaml, notes}`. */
async function infer(
  file: string,
  { dataset, out, json = false }: { dataset?: string; out?: string; json?: boolean },
): Promise<number> {
  const named = dataset ?? (out === undefined ? undefined : path.parse(out).name);
  const draft = await inferContract(file, { ...SETTINGS, ...(named === undefined ? {} : { dataset: named }) });
  if (out !== undefined) writeFileSync(out, draft.yaml, { flag: 'wx' });
  if (json) {
    print(JSON.stringify(draft));
  } else if (out === undefined) {
    // As it is, for a file; on a terminal it is only looked at.
    if (process.stdout.isTTY) print(draft.yaml.trimEnd());
    else process.stdout.write(draft.yaml);
  } else {
    for (const note of draft.notes) print(`note  ${note}`);
    print(`${out}\nCheck the guesses in this draft, then run: npm run contract -- check ${out}`);
  }
  return 0;
}

/** Prints the result and the remarks for one contract, and returns its faults. */
async function check(file: string, engine: ContractEngine): Promise<Problem[]> {
  const faults: Problem[] = [];
  try {
    const reading = await readContractWithEngine(readFileSync(file, 'utf8'), file, engine);
    const { contract, remarks } = reading;
    if (contract.dataset !== path.parse(file).name) {
      faults.push({
        code: 'CONTRACT_FIELD_INVALID',
        message: 'The table name differs from the file name.',
        found: contract.dataset,
        expected: path.parse(file).name,
        where: { file, field: 'schema[0].name' },
      });
    }
    faults.push(...(await checkQueries(reading, SETTINGS)));
    if (faults.length === 0) {
      const { columns, quality } = contract;
      print(`ok    ${file}: ${columns.length} columns, ${quality.rules.length} quality rules`);
      for (const warning of contractWarnings(contract)) print(`warn  ${file}: ${warning}`);
    }
    for (const remark of remarks) print(`note  ${file}: ${remark}`);
  } catch (error) {
    faults.push(...(error instanceof FaultList ? error.faults : [toProblem(error)]));
  }
  for (const fault of faults) print(`FAULT ${describeProblem(fault)}`);
  return faults;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    complain(describeProblem(toProblem(error)));
    process.exit(1);
  },
);
