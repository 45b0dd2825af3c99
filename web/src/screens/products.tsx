import type { VNode } from 'preact';
import { useContext } from 'preact/hooks';
import { goAfter } from '../parts/route';
import { useLive } from '../store/changes';
import { fact, setFact } from '../store/facts';
import { LanguageContext, useSay } from '../words';

/** Choose the product that the next pieces are. */
export function Products(): VNode {
  const say = useSay();
  const language = useContext(LanguageContext);
  const products = useLive(() => fact('products'));
  const chosen = useLive(() => fact('product'));
  const choose = async (sku: string): Promise<void> => {
    const goOn = goAfter();
    await setFact('product', sku);
    goOn();
  };
  return (
    <>
      <h1>{say('product.title')}</h1>
      <p class="soft">{say('product.hint')}</p>
      {(products ?? []).length === 0 && <p class="note warn">{say('product.none')}</p>}
      {(products ?? []).map((product) => (
        <button type="button" key={product.sku} aria-pressed={product.sku === chosen} onClick={() => void choose(product.sku)}>
          <span>
            {product.name[language]}
            <br />
            <small>{product.sku} · {say('product.views', { n: product.views.length })}</small>
          </span>
        </button>
      ))}
    </>
  );
}
