import * as z from 'zod';
import { API, failure } from '../../wire/messages.js';
import { RESULT_TYPE } from '../../wire/result-codec.js';
import { MEDIA_TYPE, type Route } from './route.js';

/** The OpenAPI 3.1 document of some routes. */
export function openApi(routes: readonly Route[], version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const one of routes) {
    const path = `${API}${one.path.replaceAll(/:(\w+)/g, '{$1}')}`;
    (paths[path] ??= {})[one.method.toLowerCase()] = operation(one);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'mandeld hub', version, description: 'Tiles for volunteers, accounts and places.' },
    paths,
    components: {
      schemas: { Failure: schemaOf(failure) },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: 'mandeld_session' },
      },
    },
  };
}

function operation({ method, path, summary, by, body, query = {}, answer, status }: Route): object {
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name);
  const parameters = [
    ...names.map((name) => ({
      name,
      in: 'path',
      required: true,
      schema: { type: 'integer', minimum: 1 },
    })),
    ...Object.entries(query).map(([name, type]) => ({
      name,
      in: 'query',
      required: !type.safeParse(undefined).success,
      schema: schemaOf(type),
    })),
  ];
  return {
    operationId: `${method.toLowerCase()}${path.replaceAll(/[/:]+(\w)/g, (_, first: string) => first.toUpperCase())}`,
    summary,
    ...(by === 'account' ? { security: [{ token: [] }, { session: [] }] } : {}),
    ...(by === 'person' ? { security: [{ session: [] }] } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body === null ? {} : { requestBody: { required: true, content: contentOf(body, RESULT_TYPE) } }),
    responses: {
      [status]: {
        description: summary,
        ...(answer === null
          ? {}
          : { content: contentOf(answer, typeof answer === 'string' ? MEDIA_TYPE[answer] : '') }),
      },
      default: {
        description: 'What is wrong',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Failure' } } },
      },
    },
  };
}

function contentOf(kind: z.ZodType | string, binary: string): object {
  if (typeof kind === 'string') return { [binary]: { schema: { type: 'string', format: 'binary' } } };
  return { 'application/json': { schema: schemaOf(kind) } };
}

function schemaOf(type: z.ZodType): object {
  const { $schema: _, ...schema } = z.toJSONSchema(type, { io: 'input', unrepresentable: 'any' });
  return schema;
}
