import type { Persona } from '../persona.ts';

/**
 * How somebody puts a request. `{do}` is what they want done, `{ask}` the same as a question, either with a capital where it begins a
 * sentence. Openers and closers are whole sentences that change nothing about what is wanted.
 */
export type Voice = {
  requests: readonly string[];
  questions: readonly string[];
  openers: readonly string[];
  closers: readonly string[];
};

export const PLAIN: Voice = {
  requests: [
    'Could you {do}?',
    'Please {do}.',
    'Can you {do} for me?',
    "I'd like you to {do}.",
    'I need you to {do}, please.',
    'Would you {do}?',
    "I'm hoping you can {do}.",
    'Can I get you to {do}?',
    'Would it be possible to {do}?',
    'I want to {do}.',
    'What I need today: {do}.',
    '{Do}, please.',
    'Could you help me {do}?',
    "I'm writing because I need to {do}.",
  ],
  questions: [
    '{Ask}?',
    'Quick question: {ask}?',
    'Can you tell me: {ask}?',
    'One thing I need to know: {ask}?',
    'Just checking: {ask}?',
    'Could you find out for me, {ask}?',
  ],
  openers: [
    'Hi there!',
    'Good morning.',
    'Hello.',
    'Hi!',
    'Good afternoon.',
    'Hey there.',
    'Hello again.',
    'Hope your day is going well.',
    'Me again.',
  ],
  closers: [
    'Thanks!',
    'Thank you.',
    'Many thanks in advance.',
    'Cheers.',
    "That's all for today.",
    'Much appreciated.',
    'Thanks for your help.',
    'Let me know how it went.',
  ],
};

export const VOICES: Readonly<Record<Persona, Voice>> = {
  novice: {
    requests: [
      "I've never done this before. Could you {do}?",
      'Is this where I can ask someone to {do}?',
      "I'm not sure how this works, but I would like to {do}.",
      'Could you please {do}? I hope I said that right.',
      'Somebody told me I can simply write what I need, so: please {do}.',
      'I tried it on my own and gave up. Would you {do} for me?',
      'Sorry if this is a silly request, but can you {do}?',
      'Do I have to fill in a form for this, or can you just {do}?',
      'It is my first time here and I want to {do}.',
      'Somebody set this chat up for me and says that you can {do}?',
    ],
    questions: [
      "I'm new here, so forgive me: {ask}?",
      'I could not find it anywhere on my own. {Ask}?',
      'This may be a beginner’s question, but {ask}?',
      'How does somebody like me find out: {ask}?',
    ],
    openers: [
      'Hello, this is my first message to you.',
      'Hi! I hope I am in the right place.',
      'Good day, please be patient with me.',
      'Hello, all of this is quite new to me.',
      'Hi, I only started with this today.',
    ],
    closers: [
      'Please tell me if I have to do anything else.',
      'Thank you for explaining things simply.',
      'I hope that is enough for you to go on.',
      'Thanks for your patience with me!',
      'Please use simple words when you answer.',
    ],
  },
  expert: {
    requests: [
      '{Do}.',
      'Need you to {do}.',
      '{Do}. Skip the walkthrough.',
      'Request: {do}.',
      'Please {do}; the usual procedure is known to me.',
      'One item: {do}.',
      'For the record, I am asking you to {do}.',
      '{Do}, and give me the bare result.',
      'I do this every week: {do}.',
      'Standard case, nothing unusual. {Do}.',
    ],
    questions: ['{Ask}?', 'Need one data point: {ask}?', 'Status check, {ask}?', 'No background needed. {Ask}?'],
    openers: [
      'Straight to the point.',
      'I have the numbers in front of me.',
      'Same procedure as last month.',
      'I know the terms.',
      'Routine request.',
    ],
    closers: [
      'No explanation needed.',
      'Facts only, please.',
      'I will check the result on my side.',
      "Spare me the introduction, I've read the manual.",
      'Report back with the result and nothing else.',
    ],
  },
  frustrated: {
    requests: [
      'This is the third time I am asking: {do}!',
      'Can somebody finally {do}?',
      "I've been sent from one place to the next since this morning. {Do}.",
      'How hard can it be to {do}?',
      "I don't want another apology, I want you to {do}.",
      'Enough with the standard replies. {Do}, please.',
      'For heaven’s sake, {do}.',
      'I have lost half a day on this. Please just {do}.',
      'Why does nobody manage to {do}? You do it, then.',
      "I'm close to giving up on you people. {Do} already!",
    ],
    questions: [
      'Why do I have to ask three times: {ask}?',
      'Nobody seems to know this, so once more: {ask}?',
      'I want a straight answer. {Ask}?',
      'It cannot be that difficult: {ask}?',
    ],
    openers: [
      'Unbelievable.',
      "I've been waiting for forty minutes.",
      'This is getting ridiculous.',
      'Nobody called me back yesterday, of course.',
      'Your last reply did not help at all.',
    ],
    closers: [
      'And please do not send me a link again.',
      'I am really fed up by now.',
      "Don't make me write a fourth time.",
      'I expect this to work today.',
      'Seriously, how is this so complicated?',
    ],
  },
  confused: {
    requests: [
      'Um, I think I need to {do}? Something like that.',
      'I might be mixing things up, but can you {do}?',
      "Not sure whether that's you or another department: I want to {do}.",
      'They told me to say that I want to {do}, if that makes sense.',
      'So I suppose the next step is to {do}? Please do that, then.',
      'I lost track a little. Could you {do}?',
      'Wait, where was I... right, please {do}.',
      'I read the instructions twice and still only half understand it; anyway, {do}, please.',
      "It's all a bit much for me, but what I want is to {do}.",
    ],
    questions: [
      'Maybe I misread something, but {ask}?',
      'I get a different answer every time I look: {ask}?',
      'Sorry, I am a bit lost here. {Ask}?',
      'I thought I knew this and now I am not so sure: {ask}?',
    ],
    openers: [
      'Hello? I hope this is the right window.',
      "Okay, so, I'm a bit lost.",
      'I have three tabs open and no idea which one matters.',
      'Sorry, long day, my head is spinning.',
      'Hm, where do I start.',
    ],
    closers: [
      'Does that make any sense to you?',
      'I hope I did not mix anything up.',
      'At least I believe that is all.',
      'If I got a word wrong, you know what I mean.',
      'Sorry for the muddle.',
    ],
  },
  adversarial: {
    requests: [
      "Don't start with policies. {Do}.",
      'We both know that you can {do}, so do it.',
      'Your colleague had no problem with this yesterday: {do}.',
      'I record these chats, so think about it before you answer: {do}.',
      "Let's skip the theatre. {Do}.",
      'If you are half as good as they claim, {do}.',
      'I will keep writing until you {do}.',
      "Other services need ten seconds for this. {Do}, let's see how long you take.",
      'I have a journalist reading along. {Do}.',
    ],
    questions: [
      'No excuses this time: {ask}?',
      'I already know the answer, I just want to see whether you do: {ask}?',
      "Let's see whether you lie to me: {ask}?",
      'Your competitor told me within seconds. {Ask}?',
    ],
    openers: [
      "I know exactly how you work, so don't bother with the script.",
      'Listen closely, I say this once.',
      'I am testing how far you go.',
      'My lawyer is copied in on this.',
      'I used to work for the people who built you.',
    ],
    closers: [
      'I am taking screenshots.',
      'Choose your next words well.',
      'And no lecture, please.',
      'I have all day, you know.',
      'Whatever you answer goes online.',
    ],
  },
};
