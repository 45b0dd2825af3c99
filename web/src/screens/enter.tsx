import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { Scanner } from '../parts/scanner';
import { go } from '../parts/route';
import { NoAnswer } from '../sync/http';
import { enrol, logIn } from '../sync/person';
import { useSay, type Key } from '../words';

/** Enrol the phone by QR code and PIN, or sign in with a password. */
export function Enter({ code: given = '' }: { code?: string }): VNode {
  const say = useSay();
  const [scanning, setScanning] = useState(false);
  const [code, setCode] = useState(given);
  const [trouble, setTrouble] = useState<Key | null>(null);
  const [busy, setBusy] = useState(false);

  const attempt = async (doing: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setTrouble(null);
    try {
      await doing();
      if (location.hash.startsWith('#/enter')) go(); // whoever is elsewhere by now stays there
    } catch (error) {
      setTrouble(error instanceof NoAnswer ? 'enter.offline' : 'enter.refused');
    } finally {
      setBusy(false);
    }
  };
  const onEnrol = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    void attempt(() => enrol(code.trim(), String(form.get('pin'))));
  };
  const onLogIn = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    void attempt(() => logIn(String(form.get('organisation')), String(form.get('person')), String(form.get('password'))));
  };
  return (
    <>
      <h1>{say('enter.title')}</h1>
      {trouble && <p class="note bad" role="alert">{say(trouble)}</p>}
      {scanning ? (
        <Scanner
          label={say('enter.scan')}
          onCode={(text) => {
            setCode(text.split('/').at(-1) ?? '');
            setScanning(false);
          }}
        />
      ) : (
        <button type="button" class="main" onClick={() => setScanning(true)}>{say('enter.scan')}</button>
      )}
      <p class="soft">{say('enter.scan.hint')}</p>
      <form onSubmit={onEnrol} id="enrol">
        <label>
          {say('enter.code')}
          <input name="code" required autocomplete="off" autocapitalize="none" value={code} onInput={(e) => setCode(e.currentTarget.value)} />
        </label>
        <label>
          {say('enter.pin')}
          <input name="pin" required inputMode="numeric" pattern="[0-9]{6}" maxLength={6} autocomplete="off" />
        </label>
        <button disabled={busy}>{say('enter.enrol')}</button>
      </form>
      <h2>{say('enter.or')}</h2>
      <form onSubmit={onLogIn} id="login">
        <label>{say('enter.organisation')}<input name="organisation" required autocomplete="organization" autocapitalize="none" /></label>
        <label>{say('enter.person')}<input name="person" required autocomplete="username" autocapitalize="none" /></label>
        <label>{say('enter.password')}<input name="password" type="password" required autocomplete="current-password" /></label>
        <button disabled={busy}>{say('enter.login')}</button>
      </form>
    </>
  );
}
