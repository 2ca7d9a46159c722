import { expectationWords } from '../domain/expectation-words.ts';
import { counted } from '../domain/formatting.ts';
import type { ResultView } from '../domain/run.ts';
import type { Clip, Take } from './bounded-text.ts';
import type { CaseView } from './case-view.ts';
import { EvidenceList } from './evidence-list.tsx';
import { Inline } from './inline.tsx';
import { fitQuoted, Quoted } from './quoted-text.tsx';
import { fitEvidenceList } from './row-text.ts';

const TALK_CHARS = 700;
/** Share of what is left for foreign text that the question, and then the answer, may take. */
const TALK_SHARE = 0.3;
const EVIDENCE_SHOWN = 8;
const SENTENCES_SHOWN = 20;
const SENTENCE_CHARS = 500;

type Props = { view: CaseView; take: Take };

/** Why a result has its verdict; the rules say of what waits only that it does. */
export function reasonOf({ status, rule, reason }: ResultView): string {
  return status === 'pending' && rule === 'needs_review'
    ? 'No rule and no judge could decide this result, so it waits for a person.'
    : reason;
}

/** What was asked and answered, side by side; what the verdict quotes of the answer is marked. */
export function Talk({ view, take }: Props) {
  const { result, sent } = view;
  const quotes = result.evidence.flatMap(({ quote }) => quote ?? []);
  const said: Take = (text, chars) => take(text, chars, TALK_SHARE);
  const sides = [
    ['User asked', sent.user_message, []],
    ['Agent answered', sent.agent_response, quotes],
  ] as const;
  return (
    <div class="talk">
      {sides.map(([heading, text, marked]) => (
        <section>
          <h2>{heading}</h2>
          {text === '' ? (
            <p class="muted">(empty)</p>
          ) : (
            <Quoted text={fitQuoted({ text, quotes: marked, maxChars: TALK_CHARS, take: said })} />
          )}
        </section>
      ))}
    </div>
  );
}

/** What proves the verdict, each piece with the way to its place. */
export function EvidenceSection({ view: { result }, take }: Props) {
  const items = fitEvidenceList(result.evidence.slice(0, EVIDENCE_SHOWN), take);
  if (items.length === 0) return null;
  return (
    <section aria-labelledby="evidence">
      <h2 id="evidence">Evidence</h2>
      <EvidenceList items={items} more={result.evidence.length - items.length} page="" />
    </section>
  );
}

/** What the case wants, by the version of it that this result was judged by. */
export function Expectations({ view: { content }, take }: Props) {
  const sentences = expectationWords(content.expectations);
  const fitted = sentences.slice(0, SENTENCES_SHOWN).map((sentence): Clip => take(sentence, SENTENCE_CHARS));
  return (
    <section aria-labelledby="expected">
      <h2 id="expected">What was expected</h2>
      {content.purged && <p class="empty">The case has been deleted since; only its title is kept.</p>}
      {!content.purged && fitted.length === 0 && (
        <p class="empty">Nothing that a machine can check: a person decides, or the sender of the result.</p>
      )}
      <ul class="items">
        {fitted.map((sentence) => (
          <li>
            <Inline clip={sentence} />
          </li>
        ))}
      </ul>
      {sentences.length > SENTENCES_SHOWN && (
        <p class="muted">… and {counted(sentences.length - SENTENCES_SHOWN, 'more expectation')}</p>
      )}
    </section>
  );
}
