import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import Ajv2019 from 'ajv/dist/2019';
import addFormats from 'ajv-formats';
import type { Path } from './contractMutations';

/*
 * The standard's own JSON schema, which is not shipped here: the Python package open-data-contract-standard (3.1) has it.
 * ODCS_SCHEMA names the file, else a Python that has the package is asked.
 */
const schemaFile = process.env.ODCS_SCHEMA ?? schemaOfPython();

export interface StandardFault {
  path: Path;
  /** Follows from another fault: a branch that was not meant, or a field that only a faulty branch would know. */
  isSecondary: boolean;
}

/** The faults of a contract by the standard's schema. Undefined: it is not here. */
export const checkByStandard = schemaFile === undefined ? undefined : checkBy(schemaFile);
export const SKIPPED = ' (skipped: no Python with the package open-data-contract-standard, and no ODCS_SCHEMA)';

function schemaOfPython(): string | undefined {
  const script = `import os, open_data_contract_standard as s; print(os.path.join(os.path.dirname(s.__file__), 'schema.json'))`;
  for (const command of [process.env.PIPELINE_TEST_PYTHON ?? 'python3', 'python']) {
    try {
      return execFileSync(command, ['-c', script], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    } catch {
      // The next one may have it.
    }
  }
  return undefined;
}

function checkBy(file: string): (content: unknown) => StandardFault[] {
  // Strict only in this: .inf is a number in YAML, and none in JSON.
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
