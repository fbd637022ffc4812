import type { HttpRequest } from '@azure/functions';
import type { z } from 'zod';
import { FaultList, PipelineError, type Problem } from '../../lib/problems/problem';

const LONGEST_EXPECTATION = 200;
/** Bytes. The longest valid body of a route is a decision's reason or a question, of a few thousand characters. */
const LARGEST_BODY = 64 * 1024;

/**
 * The JSON body, validated. Throws CONTENT_TYPE_UNSUPPORTED (415), BODY_TOO_LARGE (413), BODY_NOT_JSON, or REQUEST_INVALID with every fault (400).
 */
export async function readBody<Schema extends z.ZodType>(
  request: HttpRequest,
  schema: Schema,
): Promise<z.output<Schema>> {
  requireJson(request);
  requireSize(Number(request.headers.get('content-length') ?? 0));
  const text = await readText(request);
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new PipelineError('BODY_NOT_JSON', 'The request body is not JSON.', {
      found: text === '' ? 'an empty body' : JSON.stringify(text.slice(0, 80)),
      expected: 'a JSON object',
      remedy: 'Send a JSON object with content-type application/json.',
    });
  }
  return validate(body, schema);
}

/** A body may come without a length, so it is refused as soon as it is too large. */
async function readText({ body }: HttpRequest): Promise<string> {
  if (!body) return '';
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    bytes += part.value.byteLength;
    if (bytes > LARGEST_BODY) {
      // The rest is read and dropped: a client that is still sending gets the answer that way.
      void drop(reader);
      throw tooLarge(`more than ${LARGEST_BODY} bytes`);
    }
    chunks.push(part.value);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

async function drop(reader: ReadableStreamDefaultReader): Promise<void> {
  try {
    while (!(await reader.read()).done);
  } catch {
    // The client has gone.
  }
}

function requireSize(bytes: number): void {
  if (bytes > LARGEST_BODY) throw tooLarge(`${bytes} bytes`);
}

function tooLarge(found: string): PipelineError {
  return new PipelineError('BODY_TOO_LARGE', 'The request body is too large.', {
    found,
    expected: `at most ${LARGEST_BODY} bytes`,
    remedy: 'Send a shorter text.',
  });
}

/** A form of a web page can send text and form data anywhere, and JSON nowhere but to its own site. */
function requireJson({ headers }: HttpRequest): void {
  const given = headers.get('content-type') ?? '';
  if (/^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(given.trim())) return;
  throw new PipelineError('CONTENT_TYPE_UNSUPPORTED', 'The request body is not sent as JSON.', {
    found: given === '' ? 'no content type' : JSON.stringify(given.slice(0, 80)),
    expected: 'application/json',
    where: { field: 'content-type' },
    remedy: 'Send the header content-type: application/json.',
  });
}

/** The query parameters, validated. An empty parameter counts as absent. Throws REQUEST_INVALID (400). */
export function readQuery<Schema extends z.ZodType>(request: HttpRequest, schema: Schema): z.output<Schema> {
  return validate(Object.fromEntries([...request.query].filter(([, value]) => value !== '')), schema);
}

/** The value as the schema gives it. Throws REQUEST_INVALID (400) with every fault. */
export function validate<Schema extends z.ZodType>(value: unknown, schema: Schema): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue): Problem => {
    const field = issue.path.join('.');
    return {
      code: 'FIELD_INVALID',
      message: field === '' ? 'the request is not valid' : `${field} is not valid`,
      found: excerpt(valueAt(value, issue.path)),
      // The message may name every unknown field of the body.
      expected: issue.message.slice(0, LONGEST_EXPECTATION),
      where: { field },
    };
  });
  const first = faults[0];
  throw new FaultList('REQUEST_INVALID', 'The request is not valid.', faults, {
    found: first?.found,
    expected: first?.expected,
    where: first?.where,
  });
}

function excerpt(value: unknown): string {
  try {
    return JSON.stringify(value)?.slice(0, 80) ?? 'nothing';
  } catch {
    // JSON.parse reads deeper than JSON.stringify can write.
    return 'a value that is nested too deeply to be shown';
  }
}

function valueAt(value: unknown, path: PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  );
}
