import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { inferContract } from '../../lib/draftContract/inferContract';
import { contractWarnings } from '../../lib/contract/contractWarnings';
import { readContractWithEngine } from '../../lib/contract/reading/readContract';
import type { ContractEngine } from '../../lib/contract/reading/contractEngine';
import { describeProblem } from '../../lib/problems/describeProblem';
import { FaultList, toProblem, type Problem } from '../../lib/problems/problem';
import { createEngines } from '../../lib/duckdb/engines';
import { createContractEngine } from '../../lib/quality/analyseQueries';
import { checkQueries } from '../../lib/quality/checkQueries';

const USAGE = `npm run contract -- infer <file.csv> [--dataset <name>] [--out <file.yaml>] [--json]
       npm run contract -- check <file.yaml> ...`;

const SETTINGS = {
  temporaryDirectory: path.join(tmpdir(), 'pipeline-x-contract'),
  duckDb: { memoryLimitInMegabytes: 1024 },
};

/** Drafts a contract from a file, or checks contracts and prints their faults. Exit code 1 on a fault, 2 on wrong usage. */
async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { dataset: { type: 'string' }, out: { type: 'string' }, json: { type: 'boolean' } },
  });
  const [command, ...files] = positionals;
  const absent = files.filter((file) => !existsSync(file));
  const isUsed = (command === 'infer' && files.length === 1) || (command === 'check' && files.length > 0);
  if (!isUsed || absent.length > 0) {
    const why = absent.length > 0 ? `No such file: ${absent.join(', ')}\n` : '';
    process.stderr.write(`${why}Usage: ${USAGE}\n`);
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
    process.stdout.write(`${JSON.stringify(draft)}\n`);
  } else if (out === undefined) {
    process.stdout.write(draft.yaml);
  } else {
    for (const note of draft.notes) process.stdout.write(`note  ${note}\n`);
    process.stdout.write(`${out}\nCheck the guesses in this draft, then run: npm run contract -- check ${out}\n`);
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
      process.stdout.write(`ok    ${file}: ${columns.length} columns, ${quality.rules.length} quality rules\n`);
      for (const warning of contractWarnings(contract)) process.stdout.write(`warn  ${file}: ${warning}\n`);
    }
    for (const remark of remarks) process.stdout.write(`note  ${file}: ${remark}\n`);
  } catch (error) {
    faults.push(...(error instanceof FaultList ? error.faults : [toProblem(error)]));
  }
  for (const fault of faults) process.stdout.write(`FAULT ${describeProblem(fault)}\n`);
  return faults;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${describeProblem(toProblem(error))}\n`);
    process.exit(1);
  },
);
