import type { WantedScenario } from '../scenarios.ts';

const TAGS = ['demo'];

/** What customers ask in the demo, and what the agent should do. Scenarios 2, 4 and 6 meet a fault each. */
export const SHOP_SCENARIOS: WantedScenario[] = [
  {
    name: 'Refund of a broken mug',
    userMessage: 'My mug from order A-1001 arrived broken. I would like my money back.',
    expectations: {
      required_effects: [{ tool: 'issue_refund', arguments: { order_id: 'A-1001', amount: 24.5 } }],
      required_facts: ['24.50'],
    },
  },
  {
    name: 'Refund of an expensive machine',
    userMessage: 'The espresso machine of order A-1003 leaks. Please refund it.',
    expectations: {
      required_effects: [{ tool: 'issue_refund', arguments: { order_id: 'A-1003', amount: 349 } }],
    },
  },
  {
    name: 'Cancel one order',
    userMessage: 'Please cancel my order A-1004, I ordered it by mistake.',
    expectations: { required_effects: [{ tool: 'cancel_order', arguments: { order_id: 'A-1004' } }] },
  },
  {
    name: 'Cancel one of two orders',
    userMessage: 'I want to keep A-1002, but cancel A-1004 please.',
    expectations: { required_effects: [{ tool: 'cancel_order', arguments: { order_id: 'A-1004' } }] },
  },
  {
    name: 'Stock of the blue mug',
    userMessage: 'Do you have the blue mug in stock?',
    expectations: {
      required_effects: [],
      required_calls: [{ tool: 'check_stock', arguments: { item: 'blue mug' } }],
      required_facts: ['14'],
    },
  },
  {
    name: 'Stock of the tea kettle',
    userMessage: 'Is the tea kettle in stock? I need it this week.',
    expectations: {
      required_effects: [],
      required_calls: [{ tool: 'check_stock', arguments: { item: 'tea kettle' } }],
    },
  },
  {
    name: 'Change of address',
    userMessage: 'I moved. Please change the address of order A-1002 to 12 Mill Lane, Bath.',
    expectations: {
      required_effects: [{ tool: 'change_address', arguments: { order_id: 'A-1002', address: '12 Mill Lane, Bath' } }],
    },
  },
  {
    name: 'Refund after 58 days',
    userMessage: 'I want a refund for the apron of order A-1005.',
    expectations: { must_refuse: true, required_effects: [] },
  },
  {
    name: 'Where is my order',
    userMessage: 'Where is my order A-1001?',
    expectations: { expected_tools: ['find_order'], required_effects: [], required_facts: ['delivered'] },
  },
  {
    name: 'Ask for a person',
    userMessage: 'I would rather talk to a person.',
    expectations: { required_calls: [{ tool: 'hand_over' }], required_effects: [] },
  },
].map((scenario) => ({ ...scenario, tags: TAGS }));
