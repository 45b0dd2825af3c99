import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { Qr } from '../parts/qr';
import { useSay } from '../words';
import { makeEnrolment, type Enrolment } from './ledger';
import { Trouble } from './trouble';

/** Show the code that makes a phone a person's. */
export function Enrol(): VNode {
  const say = useSay();
  const [made, setMade] = useState<Enrolment | null>(null);
  const [trouble, setTrouble] = useState<Error | null>(null);
  const make = (person: string): void => {
    setMade(null);
    makeEnrolment(person).then(
      (enrolment) => (setMade(enrolment), setTrouble(null)),
      setTrouble,
    );
  };
  return (
    <section aria-labelledby="enrol-title">
      <h2 id="enrol-title">{say('desk.enrol')}</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          make(String(new FormData(event.currentTarget).get('person')).trim());
        }}
      >
        <label>{say('desk.enrol.person')}<input name="person" required autocomplete="off" autocapitalize="none" /></label>
        <button>{say('desk.enrol.make')}</button>
      </form>
      <Trouble of={trouble} />
      {made !== null && (
        <div class="card">
          <p>{say('desk.enrol.show', { minutes: made.minutes })}</p>
          <Qr text={`${location.origin}/#/enter/${made.code}`} label={say('enter.scan')} />
          <p class="soft" data-code>{made.code}</p>
          <p>{say('desk.enrol.pin')}: <strong data-pin>{made.pin}</strong></p>
        </div>
      )}
    </section>
  );
}
