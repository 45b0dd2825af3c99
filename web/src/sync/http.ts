/** Talking to the service: same origin, session cookie, CSRF header, problem+json. */
import { fact } from '../store/facts';

/** The service said no: `status` and `code` as RFC 9457 problem+json has them. */
export class Refused extends Error {
  override name = 'Refused';
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly retryAfterMs: number | null = null,
    /** The piece that holds what this one wanted, where the service names it. */
    readonly piece: string | null = null,
    /** A more exact reason, where the service gives one. */
    readonly reason: string | null = null,
  ) {
    super(detail);
  }

  /** True when the same request may well succeed later. */
  get passing(): boolean {
    return this.status >= 500 || this.status === 429 || this.code === 'in_flight';
  }
}

/** There was no answer: no signal, or the connection broke. The request may have been done nevertheless. */
export class NoAnswer extends Error {
  override name = 'NoAnswer';
}

export interface Ask {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly json?: unknown;
  readonly body?: FormData | Blob;
  readonly idempotencyKey?: string;
  /** Milliseconds after which a silent connection is given up. */
  readonly patience?: number;
}

/** Ask the service and give its JSON answer (undefined for 204). Throws Refused or NoAnswer. */
export async function ask<T>(path: string, { method = 'GET', json, body, idempotencyKey, patience = 60_000 }: Ask = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (json !== undefined) headers['Content-Type'] = 'application/json';
  if (idempotencyKey !== undefined) headers['Idempotency-Key'] = idempotencyKey;
  if (method !== 'GET') headers['X-CSRF-Token'] = (await fact('person'))?.csrf ?? '';
  let response: Response;
  let text: string;
  try {
    response = await fetch(path, {
      method,
      headers,
      body: json === undefined ? (body ?? null) : JSON.stringify(json),
      credentials: 'same-origin',
      redirect: 'error',
      cache: 'no-store',
      signal: AbortSignal.timeout(patience),
    });
    text = await response.text();
  } catch (cause) {
    throw new NoAnswer(`${method} ${path} was not answered`, { cause });
  }
  if (response.ok) return (text === '' ? undefined : JSON.parse(text)) as T;
  throw refusal(response, text);
}

/** Ask for a picture. Throws Refused or NoAnswer. */
export async function askPicture(path: string): Promise<Blob> {
  let response: Response;
  try {
    response = await fetch(path, { credentials: 'same-origin', redirect: 'error', signal: AbortSignal.timeout(60_000) });
    if (response.ok) return await response.blob();
  } catch (cause) {
    throw new NoAnswer(`GET ${path} was not answered`, { cause });
  }
  throw refusal(response, await response.text());
}

let signedOut: () => void = () => undefined;

/** Call `listener` whenever the service answers that nobody is signed in, whoever asked. */
export function whenSignedOut(listener: () => void): void {
  signedOut = listener;
}

function refusal(response: Response, text: string): Refused {
  if (response.status === 401 && !response.url.includes('/v1/session')) signedOut(); // a wrong password ends no session
  const seconds = Number(response.headers.get('Retry-After'));
  const retryAfterMs = Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : null;
  try {
    const problem = JSON.parse(text) as { code?: string; detail?: string; title?: string; piece_id?: string; reason?: string };
    return new Refused(response.status, problem.code ?? 'error', problem.detail ?? problem.title ?? text, retryAfterMs, problem.piece_id ?? null, problem.reason ?? null);
  } catch {
    return new Refused(response.status, 'error', `${response.status} ${response.statusText}`, retryAfterMs);
  }
}
