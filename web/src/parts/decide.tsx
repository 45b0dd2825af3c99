import type { VNode } from 'preact';
import { useContext, useState } from 'preact/hooks';
import type { Product } from '../piece/product';
import type { Grade, Outcome, PieceRecord, Verdict } from '../piece/record';
import { amend } from '../store/pieces';
import { checkName } from '../words/catalogue';
import { LanguageContext, useSay, type Key } from '../words';
import { missingChecks } from './checks';
import { goAfter } from './route';

/** For how long a decision stays on the phone, so that it can be undone, in ms. */
export const UNDO_MS = 10_000;
const GRADES: readonly Grade[] = ['A', 'B', 'rework', 'reject'];

type Asking = Exclude<Outcome, 'accept' | 'refer'>;

/** Whether a weaver would ask why: a piece good enough goes back, or one that could be mended is rejected. */
export function againstTheRules(outcome: Outcome, verdict: Verdict | null, product: Product): boolean {
  if (verdict === null) return outcome === 'return' || outcome === 'reject';
  if (outcome === 'return') return verdict.grade !== null && product.standard.export_grades.includes(verdict.grade);
  return outcome === 'reject' && verdict.grade !== 'reject';
}

/** Whether the rules let the piece be accepted once its checks are done. Without a verdict the server will tell. */
function acceptable(verdict: Verdict | null, product: Product): boolean {
  return verdict === null || (verdict.best !== null && product.standard.export_grades.includes(verdict.best));
}

/** Accept, return, reject, refer, or overrule with a reason. The last word is a person's. */
export function Decide({ record, product, verdict }: { record: PieceRecord; product: Product; verdict: Verdict | null }): VNode {
  const say = useSay();
  const language = useContext(LanguageContext);
  const [asking, setAsking] = useState<Asking | null>(null);
  const missing = missingChecks(product.checks, record.checks);

  const decide = async (outcome: Outcome, reason: string | null = null, grade?: Grade): Promise<void> => {
    const goOn = goAfter();
    await amend(record.id, (now) => ({
      decision: { outcome, reason, decidedAt: new Date().toISOString(), ...(grade === undefined ? {} : { grade }) },
      holdUntil: Date.now() + UNDO_MS,
      ready: true,
      conflict: null,
      state: now.inspection === null ? 'queued' : 'sent',
    }));
    goOn('piece', record.id);
  };
  const press = (outcome: 'return' | 'reject'): void => {
    if (againstTheRules(outcome, verdict, product)) setAsking(outcome);
    else void decide(outcome);
  };
  if (record.appeal) {
    return (
      <section aria-labelledby="decide-title">
        <h2 id="decide-title">{say('decide.title')}</h2>
        {missing.length > 0 && <p class="note warn" id="missing">{say('checks.missing', { list: missing.map((check) => checkName(language, check)).join(', ') })}</p>}
        <Why outcome="overrule" title="decide.own" disabled={missing.length > 0} onDecide={(reason, grade) => void decide('overrule', reason, grade)} />
      </section>
    );
  }
  return (
    <section aria-labelledby="decide-title">
      <h2 id="decide-title">{say('decide.title')}</h2>
      {missing.length > 0 && acceptable(verdict, product) && (
        <p class="note warn" id="missing">{say('checks.missing', { list: missing.map((check) => checkName(language, check)).join(', ') })}</p>
      )}
      {acceptable(verdict, product) && (
        <button type="button" class="main" disabled={missing.length > 0} onClick={() => void decide('accept')}>{say('decide.accept')}</button>
      )}
      <div class="pair">
        <button type="button" class="amber" onClick={() => press('return')}>{say('decide.return')}</button>
        <button type="button" class="danger" onClick={() => press('reject')}>{say('decide.reject')}</button>
      </div>
      <div class="pair">
        <button type="button" onClick={() => void decide('refer')}>{say('decide.refer')}</button>
        <button type="button" aria-pressed={asking === 'overrule'} onClick={() => setAsking(asking === 'overrule' ? null : 'overrule')}>{say('decide.overrule')}</button>
      </div>
      {asking !== null && <Why key={asking} outcome={asking} onDecide={(reason, grade) => void decide(asking, reason, grade)} />}
    </section>
  );
}

interface WhyProps {
  readonly outcome: Asking;
  readonly title?: Key;
  readonly disabled?: boolean;
  readonly onDecide: (reason: string, grade?: Grade) => void;
}

/** Why, and for a grade of one's own which; both go into the ledger. */
function Why({ outcome, title = `decide.${outcome}`, disabled = false, onDecide }: WhyProps): VNode {
  const say = useSay();
  const [trouble, setTrouble] = useState(false);
  return (
    <form
      class="card"
      onSubmit={(event) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        const reason = String(form.get('reason')).trim();
        if (reason === '') return setTrouble(true);
        onDecide(reason, outcome === 'overrule' ? (form.get('grade') as Grade) : undefined);
      }}
    >
      <h3>{say(title)}</h3>
      {trouble && <p class="note bad" role="alert">{say('decide.reason.needed')}</p>}
      {outcome === 'overrule' && (
        <label>
          {say('decide.grade')}
          <select name="grade">{GRADES.map((grade) => <option key={grade} value={grade}>{say(`verdict.${grade}`)}</option>)}</select>
        </label>
      )}
      <label>{say('decide.reason')}<textarea name="reason" rows={3} maxLength={1000} /></label>
      <button class="main" disabled={disabled}>{say('app.save')}</button>
    </form>
  );
}
