/** The server measures: a photo on the mat goes there and sizes come back. Asking again changes nothing. */
import type { MatPhoto, Measured } from '../piece/measurement';
import { amendMatPhoto } from '../store/mat';
import { ask, Refused } from './http';

/** Have a photo measured. A refusal is an answer too: it says what to do otherwise. */
export async function sendMatPhoto(taken: MatPhoto): Promise<void> {
  const form = new FormData();
  form.append('measurement', JSON.stringify({ sku: taken.sku, print_scale: taken.barMm / 100 }));
  form.append('photo', taken.photo, 'mat.jpg');
  try {
    const measured = await ask<Measured>('/v1/measurements', { method: 'POST', body: form, patience: 180_000 });
    await amendMatPhoto(taken.id, { state: 'measured', measured });
  } catch (error) {
    if (!(error instanceof Refused) || error.passing || error.status === 401) throw error;
    await amendMatPhoto(taken.id, { state: 'refused', refusal: { code: error.code, detail: error.message, reason: error.reason } });
  }
}
