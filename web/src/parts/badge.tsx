import type { VNode } from 'preact';
import type { RecordState } from '../piece/record';
import { useSay } from '../words';

/** Where a record stands. The tick appears only once the server has answered. */
export function Badge({ state }: { state: RecordState }): VNode {
  const say = useSay();
  return (
    <span class={`badge ${state}`}>
      {state === 'graded' ? '✓ ' : ''}
      {say(`state.${state}`)}
    </span>
  );
}
