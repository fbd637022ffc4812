import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import Ajv2019 from 'ajv/dist/2019';
import addFormats from 'ajv-formats';
import type { Path } from './contractMutations';

/*
 * The JSON schema of the standard. It is not part of this repository: the Python package open-data-contract-standard (3.1) has it.
 * ODCS_SCHEMA names the file; by default, a Python with the package is asked for its path.
 */
const schemaFile = process.env.ODCS_SCHEMA ?? schemaOfPython();

export interface StandardFault {
  path: Path;
  /** True for a consequence of another fault: a branch that does not apply, or a field that only a faulty branch allows. */
  isSecondary: boolean;
}

/** Returns the faults of a contract by the standard's schema. Undefined if the schema is not installed. */
export const checkByStandard = schemaFile === undefined ? undefined : checkBy(schemaFile);
export const SKIPPED = ' (skipped: no Python with the package open-data-contract-standard, and no ODCS_SCHEMA)';

function schemaOfPython(): string | undefined {
  const script = `import os, open_data_contract_standard as s; print(os.path.join(os.path.dirname(s.__file__), 'schema.json'))`;
  for (const command of [process.env.PIPELINE_TEST_PYTHON ?? 'python3', 'python']) {
    try {
      return execFileSync(command, ['-c', script], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    } catch {
      // Try the next one.
    }
  }
  return undefined;
}

function checkBy(file: string): (content: unknown) => StandardFault[] {
  // Strict only for numbers: .inf is a number in YAML but not in JSON.
  const ajv = new Ajv2019({ strict: false, strictNumbers: true, allErrors: true });
  addFormats(ajv);
  const validate = ajv.compile(JSON.parse(readFileSync(file, 'utf8')) as object);
  return (content) => {
    validate(content);
    const errors = validate.errors ?? [];
    const isOnlyUnknown = errors.every(({ keyword }) => keyword === 'unevaluatedProperties');
    return errors.map(({ instancePath, keyword, params, schemaPath }) => {
      const { missingProperty, additionalProperty, unevaluatedProperty } = params as Record<string, string>;
      const key = missingProperty ?? additionalProperty ?? unevaluatedProperty;
      const parts = instancePath.split('/').slice(1);
      const isFollowing = keyword === 'unevaluatedProperties' && !isOnlyUnknown;
      return {
        path: [...parts.map(pathPart), ...(key === undefined ? [] : [key])],
        isSecondary: isFollowing || /\/(?:oneOf|anyOf)\//.test(schemaPath),
      };
    });
  };
}

function pathPart(pointer: string): string | number {
  return /^\d+$/.test(pointer) ? Number(pointer) : pointer.replaceAll('~1', '/').replaceAll('~0', '~');
}
