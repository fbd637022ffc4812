import { app } from '@azure/functions';
import { theApp } from '../theApp';
import { checkAccess } from './checkAccess';
import { openApiOf } from './openApi';
import { answeringProblems } from './registerRoute';
import { ROUTES } from './routes';

/** `GET /api/openapi.json`: the API described by OpenAPI 3.1, generated from the routes. */
app.http('openApi', {
  route: 'openapi.json',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: answeringProblems(async (request) => {
    await checkAccess(theApp(), request, 'anyone');
    return { jsonBody: openApiOf(ROUTES) };
  }),
});
