import type { VNode } from 'preact';
import type { Conflict } from '../piece/record';
import { useSay } from '../words';

const KNOWN = ['tag_used', 'already_decided', 'checks_missing', 'not_allowed', 'not_found', 'conflict', 'bad_photo', 'photo_lost', 'unknown_standard'] as const;

/** Why the server would not have something, in plain words; its own sentence underneath, for whoever helps. */
export function Refusal({ conflict }: { conflict: Conflict }): VNode {
  const say = useSay();
  const known = KNOWN.find((code) => code === conflict.code);
  if (known === undefined) return <p class="note bad" role="alert">{say('piece.conflict', { detail: conflict.detail })}</p>;
  return (
    <>
      <p class="note bad" role="alert">{say(`piece.conflict.${known}`)}</p>
      <details>
        <summary>{say('piece.conflict.said')}</summary>
        <p class="soft" lang="en">{conflict.detail}</p>
      </details>
    </>
  );
}
