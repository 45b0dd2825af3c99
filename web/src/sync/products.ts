/** The standards that the service hands out, kept on the phone for when there is no signal. */
import { productOf, type Product } from '../piece/product';
import type { ExportStandard } from '../piece/standard';
import { fact, setFact } from '../store/facts';
import { ask } from './http';

/** Ask for the standards that have a product, and keep them. */
export async function refreshProducts(): Promise<void> {
  if ((await fact('person')) === null) return;
  const { items } = await ask<{ items: readonly { name: string; sku: string | null }[] }>('/v1/standards');
  const named = items.filter(({ sku }) => sku !== null);
  const standards = await Promise.all(named.map(({ name }) => ask<ExportStandard>(`/v1/standards/${encodeURIComponent(name)}`)));
  const products = standards.map(productOf).filter((product): product is Product => product !== null);
  await setFact('products', products);
  const chosen = await fact('product');
  if (products.length === 1 && chosen === null) await setFact('product', products[0]!.sku);
}
