import { allowance } from './bounded-text.ts';
import { CopyText } from './copy-text.tsx';
import { Inline } from './inline.tsx';
import { SettingsFrame } from './settings-frame.tsx';

export type MemberLinkPageProps = {
  workspaceName: string;
  csrf: string;
  /** The link itself. This page is the only one that ever holds it. */
  url: string;
  email: string;
  back: string;
} & ({ kind: 'invitation'; role: string } | { kind: 'sign-in'; isSelf: boolean });

const SCRIPTS = ['copy'];
const EMAIL_CHARS = 254;
const EMAIL_BYTES = 2_000;

/** The one look at a link that lets somebody in. */
export function MemberLinkPage(props: MemberLinkPageProps) {
  const { workspaceName, csrf, url, email, back, kind } = props;
  const whom = <Inline clip={allowance(EMAIL_BYTES)(email, EMAIL_CHARS)} />;
  return (
    <SettingsFrame tab="members" {...{ workspaceName, csrf, scripts: SCRIPTS }}>
      <section aria-labelledby="link">
        <h2 id="link">{kind === 'invitation' ? <>Invitation for {whom}</> : <>Sign-in link for {whom}</>}</h2>
        <p class="lead">{wordsOf(props)}</p>
        <p>Shown once: it is not stored, and cannot be shown again.</p>
        <CopyText text={url} name="the link" />
        <p class="panel">
          <a href={back}>I have copied it: go back</a>
        </p>
      </section>
    </SettingsFrame>
  );
}

function wordsOf(props: MemberLinkPageProps): string {
  if (props.kind === 'invitation')
    return `Whoever opens it first joins as ${props.role === 'owner' ? 'an' : 'a'} ${props.role}. It works once, within 7 days; send it to nobody else.`;
  return props.isSelf
    ? 'Open it in your other browser. It works once, within 24 hours.'
    : 'Whoever opens it first is signed in as this member. It works once, within 24 hours; send it to nobody else.';
}
