import { z } from 'zod';
import { edgeListSchema } from '../../protocol/edges.ts';
import { regionIdSchema } from '../../protocol/network.ts';
import { protocolVersion } from '../../protocol/version.ts';
import { errors } from '../../protocol/errors.ts';
import type { ErrorCode } from '../../protocol/errors.ts';
import { roomIdSchema } from '../../protocol/identity.ts';
import { rtpCapabilitiesSchema } from '../../protocol/mediaParameters.ts';
import { networkReportSchema, roomCascadeReportSchema } from '../../protocol/cascadeReport.ts';
import { tokenRequestSchema } from '../../protocol/tokens.ts';
import { problemContentType } from './problem.ts';

/** What `GET /v1/capabilities` answers: enough to prepare a join before there is a room. */
export const capabilitiesSchema = z.object({
  protocol: z.number().int(),
  rtpCapabilities: rtpCapabilitiesSchema,
});

const tokenResponseSchema = z.object({ token: z.string(), expiresAt: z.iso.datetime() });
const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.enum(Object.keys(errors) as [ErrorCode, ...ErrorCode[]]),
  detail: z.string().optional(),
});

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): unknown {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io });
  return rest;
}

const json = (name: string): object => ({
  'application/json': { schema: { $ref: `#/components/schemas/${name}` } },
});

/** The refusals a path may answer with, grouped by status as OpenAPI wants them. */
function refusals(codes: readonly ErrorCode[]): Record<string, object> {
  const content = { [problemContentType]: { schema: { $ref: '#/components/schemas/Problem' } } };
  const byStatus: Record<string, object> = {};
  for (const status of new Set(codes.map((code) => errors[code].httpStatus))) {
    const description = codes
      .filter((code) => errors[code].httpStatus === status)
      .map((code) => `\`${code}\`: ${errors[code].message}`);
    byStatus[status] = { description: description.join('\n\n'), content };
  }
  return byStatus;
}

const roomParameter = { name: 'room', in: 'path', required: true, schema: schemaOf(roomIdSchema, 'input') };

/** What everything that is for operators alone may be refused with. */
const operatorRefusals = ['admin-token-invalid', 'operator-api-off', 'rate-limited', 'internal'] as const;

/** The OpenAPI document of the public API, its schemas taken from those that check the requests. */
export function openApiDocument(): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Tributary',
      version: String(protocolVersion),
      description: 'Server API of the Tributary media network.',
    },
    paths: {
      '/v1/rooms/{room}/tokens': {
        post: {
          operationId: 'issueToken',
          summary: 'Issues an access token for one person in one room.',
          security: [{ apiKey: [] }],
          parameters: [roomParameter],
          requestBody: { required: true, content: json('TokenRequest') },
          responses: {
            201: { description: 'The token and when it expires.', content: json('TokenResponse') },
            ...refusals([
              'bad-message',
              'api-key-invalid',
              'too-large',
              'unsupported-media-type',
              'rate-limited',
              'internal',
            ]),
          },
        },
      },
      '/v1/rooms/{room}/cascade': {
        get: {
          operationId: 'roomCascade',
          summary: 'Tells where a room is, and the tree that each of its feeds takes through the network.',
          security: [{ adminToken: [] }],
          parameters: [roomParameter],
          responses: {
            200: { description: 'As it was within the last second.', content: json('RoomCascadeReport') },
            ...refusals(['bad-message', 'room-not-found', ...operatorRefusals]),
          },
        },
      },
      '/v1/network': {
        get: {
          operationId: 'network',
          summary: 'Tells which nodes, links and rooms there are.',
          security: [{ adminToken: [] }],
          responses: {
            200: { description: 'As it was within the last second.', content: json('NetworkReport') },
            ...refusals(operatorRefusals),
          },
        },
      },
      '/v1/capabilities': {
        get: {
          operationId: 'capabilities',
          summary:
            'Tells the protocol version and what the media server can receive; the same for every room.',
          responses: {
            200: {
              description: 'The capabilities; kept and asked again by ETag.',
              content: json('Capabilities'),
            },
            304: { description: 'Unchanged.' },
          },
        },
      },
      '/v1/edges': {
        get: {
          operationId: 'edges',
          summary:
            'Names the best few nodes to connect to, the least loaded first, and all regions that take people.',
          parameters: [
            {
              name: 'region',
              in: 'query',
              description: 'Only nodes of this region, as long as it has any that take people.',
              schema: schemaOf(regionIdSchema, 'input'),
            },
          ],
          responses: {
            200: { description: 'The nodes; probe them to find the nearest.', content: json('EdgeList') },
            ...refusals(['bad-message', 'rate-limited']),
          },
        },
      },
      '/v1/probe': {
        get: {
          operationId: 'probe',
          summary:
            'Answers at once and with nothing, from whatever page: the time it takes is the round trip.',
          responses: { 204: { description: 'Never cached.' } },
        },
      },
    },
    components: {
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer' },
        adminToken: { type: 'http', scheme: 'bearer' },
      },
      schemas: {
        TokenRequest: schemaOf(tokenRequestSchema, 'input'),
        TokenResponse: schemaOf(tokenResponseSchema, 'output'),
        EdgeList: schemaOf(edgeListSchema, 'output'),
        RoomCascadeReport: schemaOf(roomCascadeReportSchema, 'output'),
        NetworkReport: schemaOf(networkReportSchema, 'output'),
        Capabilities: schemaOf(capabilitiesSchema, 'output'),
        Problem: schemaOf(problemSchema, 'output'),
      },
    },
  };
}
