import type { VNode } from 'preact';
import { useLive } from '../store/changes';
import { fact } from '../store/facts';
import { supervises } from '../store/facts-kinds';
import { useSay, type Key } from '../words';
import { Batches } from './batches';
import { Enrol } from './enrol';
import { Lots } from './lots';
import { MakerFeedback } from './maker';
import { NewestPieces } from './newest';
import { PiecePage } from './piece-page';
import './desk.css';
import { Quality } from './quality';
import { Queue } from './queue';
import { Today } from './today';

const PAGES = ['work', 'quality', 'people'] as const;
type Page = (typeof PAGES)[number];

/** The supervisor's desk, on a wide screen: the day's work, how good it is, and the people. */
export function Desk({ page, id }: { page: string; id: string }): VNode | null {
  const say = useSay();
  const person = useLive(() => fact('person'));
  const one = page === 'piece' && id !== '';
  if (person === null) return null;
  if (!supervises(person)) return one ? <PiecePage id={id} /> : <p class="note">{say('desk.nobody')}</p>;
  const shown: Page = PAGES.find((each) => each === page) ?? 'work';
  return (
    <>
      <h1>{say('desk.title')}</h1>
      <nav class="tabs" aria-label={say('desk.title')}>
        {PAGES.map((each) => (
          <a key={each} href={`#/desk/${each}`} aria-current={each === shown && !one ? 'page' : undefined}>{say(`desk.page.${each}` as Key)}</a>
        ))}
      </nav>
      {one && <PiecePage id={id} />}
      {shown === 'work' && !one && (
        <div class="desk">
          <div><Today /><Queue /></div>
          <div><Batches /><Lots /><NewestPieces /></div>
        </div>
      )}
      {shown === 'quality' && <Quality />}
      {shown === 'people' && (
        <div class="desk">
          <div><MakerFeedback /></div>
          <div><Enrol /></div>
        </div>
      )}
    </>
  );
}
