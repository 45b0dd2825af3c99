import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Desk } from './desk/desk';
import { useRoute } from './parts/route';
import { Capture } from './screens/capture';
import { Day } from './screens/day';
import { Enter } from './screens/enter';
import { Piece } from './screens/piece';
import { Products } from './screens/products';
import { AgainList } from './screens/again';
import { JudgeAgain } from './screens/judge-again';
import { Mat } from './screens/mat';
import { Settings } from './screens/settings';
import { Tag } from './screens/tag';
import { VerdictScreen } from './screens/verdict';
import { useLive } from './store/changes';
import { fact, setFact } from './store/facts';
import { supervises } from './store/facts-kinds';
import { piece } from './store/pieces';
import { reinspection } from './store/reinspections';
import { syncState } from './sync/engine';
import { LanguageContext, say } from './words';

/** The frame around every screen: language, signal, the way home. */
export function App({ update }: { update: { onReady(listener: () => void): void; apply(): void } }): VNode | null {
  const route = useRoute();
  const language = useLive(() => fact('language').then((chosen) => chosen ?? 'id'));
  const person = useLive(async () => ({ is: await fact('person') }));
  const online = useOnline();
  const [fresh, setFresh] = useState(false);
  useEffect(() => update.onReady(() => setFresh(true)), []);
  useEffect(() => {
    if (language !== null) document.documentElement.lang = language;
  }, [language]);
  if (language === null || person === null) return null;
  const words = (key: Parameters<typeof say>[1]): string => say(language, key);
  const entering = person.is === null || route[0] === 'enter';
  const wide = route[0] === 'desk' && !entering;
  return (
    <LanguageContext.Provider value={language}>
      <a class="skip" href="#main" onClick={(e) => (e.preventDefault(), document.getElementById('main')?.focus())}>{words('app.skip')}</a>
      <header class="bar">
        {route.length > 0 && !entering && <a href="#/" aria-label={words('app.back')}>←</a>}
        <strong>{words('app.name')}</strong>
        {!entering && supervises(person.is) && <a class="desk-link" href={wide ? '#/' : '#/desk'}>{words(wide ? 'app.phone' : 'app.desk')}</a>}
        <button type="button" lang={language === 'id' ? 'en' : 'id'} onClick={() => void setFact('language', language === 'id' ? 'en' : 'id')}>{words('app.language')}</button>
        {!entering && <a href="#/settings" aria-label={words('settings.title')}>⚙</a>}
      </header>
      <main id="main" tabIndex={-1} class={wide ? 'wide' : ''}>
        {!online && <p class="note warn" role="status" id="offline">{words('app.offline')}</p>}
        {syncState().signedOut && !entering && <p class="note bad" role="alert"><a href="#/enter">{words('enter.expired')}</a></p>}
        {fresh && <button type="button" onClick={() => update.apply()}>{words('app.update')}</button>}
        {entering ? <Enter key={route[1] ?? ''} code={route[1] ?? ''} /> : <Screen route={route} />}
      </main>
    </LanguageContext.Provider>
  );
}

function Screen({ route }: { route: readonly string[] }): VNode | null {
  switch (route[0]) {
    case 'product':
      return <Products />;
    case 'tag':
      return <Tag />;
    case 'piece':
      return <PieceScreen id={route[1] ?? ''} step={route[2] ?? ''} />;
    case 'again':
      return <AgainScreen id={route[1] ?? ''} />;
    case 'settings':
      return <Settings />;
    case 'desk':
      return <Desk page={route[1] ?? ''} id={route[2] ?? ''} />;
    default:
      return <Day />;
  }
}

function PieceScreen({ id, step }: { id: string; step: string }): VNode | null {
  const read = useLive(async () => ({ record: await piece(id) }), [id]);
  if (read === null) return null;
  if (read.record === null) return <Day />;
  if (step === 'photos') return <Capture record={read.record} key={id} />;
  if (step === 'mat') return <Mat record={read.record} key={id} />;
  if (step === 'verdict' && read.record.decision === null) return <VerdictScreen record={read.record} key={id} />;
  return <Piece record={read.record} key={id} />;
}

function AgainScreen({ id }: { id: string }): VNode | null {
  const read = useLive(async () => ({ again: await reinspection(id) }), [id]);
  if (read === null) return null;
  return read.again === null ? <AgainList /> : <JudgeAgain again={read.again} key={id} />;
}

function useOnline(): boolean {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const look = (): void => setOnline(navigator.onLine);
    addEventListener('online', look);
    addEventListener('offline', look);
    return () => {
      removeEventListener('online', look);
      removeEventListener('offline', look);
    };
  }, []);
  return online;
}
