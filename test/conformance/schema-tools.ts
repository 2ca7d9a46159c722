import { fromJsonSchema, type JsonSchemaType, type McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { answer } from './samples.ts';

/** Every keyword that the suite looks for in `tools/list`. */
const CONTACT: JsonSchemaType = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  $defs: {
    address: {
      $anchor: 'addressDef',
      type: 'object',
      properties: { street: { type: 'string' }, city: { type: 'string' } },
    },
  },
  properties: {
    name: { type: 'string' },
    address: { $ref: '#/$defs/address' },
    contactMethod: { type: 'string', enum: ['phone', 'email'] },
    phone: { type: 'string' },
    email: { type: 'string' },
  },
  allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
  if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: { required: ['phone'] },
  else: { required: ['email'] },
  additionalProperties: false,
};

const Region = z.object({ region: z.string().meta({ 'x-mcp-header': 'Region' }) });

/** Tools whose input schemas have to reach the client as they are. */
export function registerSchemaTools(server: McpServer): void {
  server.registerTool(
    'json_schema_2020_12_tool',
    { description: 'Tool with JSON Schema 2020-12 features', inputSchema: fromJsonSchema(CONTACT) },
    () => answer('Accepted.'),
  );
  server.registerTool(
    'test_x_mcp_header',
    {
      description: 'Takes an argument that is repeated in a header',
      inputSchema: Region,
    },
    ({ region }) => answer(`Region: ${region}`),
  );
}
