import { readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { openApiOf } from '../../../functions/http/openApi';
import { ROUTES } from '../../../functions/http/routes';

const SPECIFICATION = path.join(
  __dirname,
  '../../../node_modules/@seriousme/openapi-schema-validator/schemas/v3.1/schema.json',
);

interface Operation {
  operationId: string;
  parameters?: { name: string; in: string; required: boolean; example?: unknown; schema: object }[];
  requestBody?: { content: Record<string, { schema: object; example?: unknown }> };
}
interface OpenApi {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
}

const document = openApiOf(ROUTES) as unknown as OpenApi;
const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));

function validator(): Ajv {
  const ajv = new Ajv({ strict: false, formats: { 'media-range': true } });
  addFormats(ajv);
  return ajv;
}

describe('the OpenAPI document', () => {
  it('is valid against the schema of OpenAPI 3.1', () => {
    const validate = validator().compile(JSON.parse(readFileSync(SPECIFICATION, 'utf8')) as object);
    validate(document);
    expect(validate.errors).toBeNull();
  });

  it('has one operation for each route', () => {
    expect(operations.map(({ operationId }) => operationId).sort()).toEqual(ROUTES.map(({ name }) => name).sort());
    expect(operations.length).toBeGreaterThan(8);
  });

  it('resolves every reference', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, target = '']) => target);
    const known = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`);
    expect(references.length).toBeGreaterThan(10);
    expect(references.filter((target) => !known.includes(target))).toEqual([]);
  });

  it.each(operations.map((operation) => [operation.operationId, operation] as const))(
    'has an example of %s that is valid against its schema',
    (_, { parameters = [], requestBody }) => {
      const ajv = validator().addSchema(document, 'api');
      for (const { example, required, schema } of parameters) {
        expect(required && example === undefined).toBe(false);
        if (example !== undefined && ajv.getSchema('api')) {
          const isNumber = 'type' in schema && (schema.type === 'integer' || schema.type === 'number');
          expect(ajv.validate(schema, isNumber ? Number(example) : example)).toBe(true);
        }
      }
      const json = requestBody?.content['application/json'];
      expect(json === undefined || json.example !== undefined).toBe(true);
      if (json !== undefined) {
        const { $ref } = json.schema as { $ref: string };
        const validate = ajv.compile({ $ref: `api${$ref}` });
        validate(json.example);
        expect(validate.errors).toBeNull();
      }
    },
  );
});
