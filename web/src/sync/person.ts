/** Who works with this phone. The session is a cookie that scripts cannot read; here is only what the screens show. */
import { refreshBundle } from '../grade/bundle-store';
import { setFact } from '../store/facts';
import type { Person } from '../store/facts-kinds';
import { ask } from './http';
import { signedIn } from './engine';
import { refreshProducts } from './products';
import { refreshReinspections } from './reinspections';

interface SessionAnswer {
  readonly person: string;
  readonly role: string;
  readonly organisation: string;
  readonly collection_point: string | null;
  readonly csrf_token: string;
}

async function enter(answer: SessionAnswer): Promise<void> {
  const person: Person = {
    pseudonym: answer.person,
    role: answer.role,
    organisation: answer.organisation,
    collectionPoint: answer.collection_point,
    csrf: answer.csrf_token,
  };
  await setFact('person', person);
  await refreshProducts();
  void refreshReinspections().catch(() => undefined); // asked again whenever the list is opened
  void refreshBundle().catch(() => undefined); // large: the first pieces may be judged by the server alone
  signedIn();
}

/** Enrol this phone with a one-time code and its PIN. */
export async function enrol(code: string, pin: string): Promise<void> {
  await enter(await ask<SessionAnswer>('/v1/session/enrolment', { method: 'POST', json: { code, pin } }));
}

/** Sign in with a password. */
export async function logIn(organisation: string, person: string, password: string): Promise<void> {
  await enter(await ask<SessionAnswer>('/v1/session', { method: 'POST', json: { organisation, person, password } }));
}

/** End the session on the server and here. Pieces stay on the phone. */
export async function logOut(): Promise<void> {
  await ask('/v1/session', { method: 'DELETE' });
  await setFact('person', null);
}
