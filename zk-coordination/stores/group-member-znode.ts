import type { GroupMemberRecord } from './group-record';
import { encodeJson, ZnodeJson } from './znode-json';

/** As JSON, bytes in base64. */
export function memberJson(member: GroupMemberRecord): Record<string, unknown> {
  return {
    ...describedMember(member),
    protocols: member.protocols.map(({ name, metadata }) => ({
      name,
      metadata: metadata.toString('base64'),
    })),
    assignment: member.assignment.toString('base64'),
  };
}

/** The content of `ids/<memberId>`. */
export function encodeMember(member: GroupMemberRecord): Buffer {
  return encodeJson({ version: 1, ...memberJson(member) });
}

/** The same without the bytes, which are kept elsewhere: for people who look. */
export function encodeMemberBriefly(member: GroupMemberRecord): Buffer {
  return encodeJson({ version: 1, ...describedMember(member) });
}

/** @throws MalformedZnodeError */
export function decodeMember(path: string, data: Buffer | null): GroupMemberRecord {
  return memberOf(ZnodeJson.parse(path, data));
}

/** @throws MalformedZnodeError */
export function memberOf(json: ZnodeJson): GroupMemberRecord {
  return {
    memberId: json.string('memberId'),
    groupInstanceId: json.nullableString('groupInstanceId'),
    clientId: json.string('clientId'),
    clientHost: json.string('host'),
    sessionTimeoutMs: json.int('sessionTimeoutMs'),
    rebalanceTimeoutMs: json.int('rebalanceTimeoutMs'),
    protocols: json.objects('protocols').map((protocol) => ({
      name: protocol.string('name'),
      metadata: Buffer.from(protocol.string('metadata'), 'base64'),
    })),
    assignment: Buffer.from(json.string('assignment'), 'base64'),
  };
}

function describedMember(member: GroupMemberRecord) {
  const { memberId, groupInstanceId, clientId, clientHost: host } = member;
  const { sessionTimeoutMs, rebalanceTimeoutMs } = member;
  return { memberId, groupInstanceId, clientId, host, sessionTimeoutMs, rebalanceTimeoutMs };
}
