import { callApi } from './call-api.js';
import { explainRefusal } from './explain-refusal.js';
import type { Session } from './session.js';

const timeoutMs = 30_000;

/**
 * One call that looks at or changes the add-on. The capability URL is read from Heroku, never from disk: what is revoked or rotated must be what
 * the app has now.
 * @throws PluginError with what to do.
 */
export async function callAddon<T>(
  session: Session,
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: object,
): Promise<T> {
  const { configUrl } = await session.chosenAddon();
  try {
    const answer = await callApi<T>(configUrl, { method, path, timeoutMs, ...(body ? { body } : {}) });
    return answer.body;
  } catch (error) {
    return explainRefusal(session)(error);
  }
}
