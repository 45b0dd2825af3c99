import { render } from 'preact';
import { App } from './app';
import './style.css';
import { refreshBundle } from './grade/bundle-store';
import { fact } from './store/facts';
import { holdReserve } from './store/reserve';
import { askToKeep } from './store/room';
import { startSync, tidy } from './sync/engine';
import { refreshProducts } from './sync/products';
import { refreshReinspections } from './sync/reinspections';

let ready: (() => void) | null = null;

/** A new version waits until the person says so: a screen never changes under their thumb. */
const update = {
  onReady(listener: () => void): void {
    ready = listener;
  },
  apply(): void {
    navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
    void navigator.serviceWorker.getRegistration().then((found) => found?.waiting?.postMessage('take over'));
  },
};

render(<App update={update} />, document.getElementById('app')!);
startSync();
void tidy().then(askToKeep).then(holdReserve);
// Without a signal, or signed out, products and model of last time stay.
void fact('person')
  .then((person) => (person === null ? undefined : refreshProducts().then(refreshReinspections).then(refreshBundle)))
  .catch(() => undefined);

if ('serviceWorker' in navigator) {
  void navigator.serviceWorker.register('/sw.js').then((registration) => {
    const look = (): void => {
      if (registration.waiting !== null && navigator.serviceWorker.controller !== null) ready?.();
    };
    look();
    registration.addEventListener('updatefound', () => registration.installing?.addEventListener('statechange', look));
  });
}
