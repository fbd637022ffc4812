import { registerRoute } from './registerRoute';
import { ROUTES } from './routes';
import './openApiDocument';
import './unknownRoute';

ROUTES.forEach(registerRoute);
