// Two recordings of the same check → the rows in which ours differs. A recording is any JSON; shapes are compared (member names and
// JSON types, recursively), and the values of those members that clients match on.
const matched = new Set([
  'type', 'event', 'code', 'message', 'reason', 'authReason', 'recommendedNextStep', 'canRetryWithDeviceToken', 'retryable', 'ok',
  'status', 'phase', 'state', 'stream', 'stopReason', 'role', 'method', 'kind', 'disposition', 'livenessState', 'terminalDisposition',
  'aborted', 'executionSettled', 'protocol', 'tickIntervalMs', 'maxPayload', 'maxBufferedBytes', 'missingScope', 'requiredScopes', 'scopes',
  'sessionKey', 'key', 'mode', 'defaultId', 'mainKey', 'scope', 'isError', 'toolName', 'hasMore', 'subscribed', 'runStarted', 'deleted',
  'running', 'order', 'closeCode', 'closeReason', 'text', 'deltaText', 'spokenText', 'httpStatus', 'value', 'valid', 'totalMessages', 'messageSeq', 'summary',
  // What a script decides, and neither the clock nor the machine nor a gateway's own model of the world.
  'abortedLastRun', 'abortedRunId', 'activeModel', 'activeModelProvider', 'agentHarnessId', 'agentId', 'alive', 'apiKey', 'approvalState', 'approvedRoles',
  'approvedScopes', 'approvedVia', 'archived', 'archiveReason', 'askFallback', 'assistantTurns', 'attempted', 'auto', 'autoEnabled', 'bind', 'cacheRead', 'cacheWrite',
  'canonicalKey', 'category', 'chatType', 'childSessions', 'clientMode', 'codeModeEngaged', 'color', 'commandBearing', 'compacted', 'compactionCount',
  'configuredModel', 'contextFreeCommand', 'contextTokensSource', 'costUsd', 'createdActor', 'creatorKey', 'decision', 'defaultAgentId', 'defaultProfiles', 'deletedSessions',
  'deliverySucceeded', 'detail', 'deviceFamily', 'displayName', 'dynamic', 'editorText', 'effectiveChannel', 'effectiveFastMode', 'effectiveFastModeSource',
  'effectiveQueueMode', 'effectiveResponseUsage', 'enabled', 'entryId', 'excludeFromContext', 'exitCode', 'expectedAbsent', 'expectedProtocol', 'failoverReason',
  'fallbackProvider', 'fallbackUsed', 'fastAutoOnSeconds', 'finalAssistantRawText', 'finalAssistantVisibleText', 'finalPromptText', 'finishReason', 'flags',
  'forkedFromParent', 'found', 'hasMedia', 'hasMultipleSessionSharingIdentities', 'header', 'headline', 'idempotencyKey', 'isBackground', 'isDefault',
  'isHeartbeat', 'isMain', 'isRepair', 'issued', 'label', 'leafEntryId', 'limit', 'limitApplied', 'mainSessionKey', 'maxImageBytes', 'mediaUrl',
  'minimumProbeProtocol', 'modelOverrideSource', 'modelProvider', 'modelSelectionReason', 'modelSelectionTarget', 'multiSelect', 'name', 'nameSource', 'nextOffset', 'nodeId',
  'noop', 'offset', 'openclawStatusNotice', 'owner', 'ownership', 'participantCount', 'permissionMode', 'permissionModePending', 'persona', 'pinned', 'placementMove',
  'primary', 'providerRuntimeFailureKind', 'question', 'questionId', 'reasoning', 'reloadKind', 'removed', 'replayInvalid', 'requestedRole', 'requestedScopes', 'rerouted',
  'resolutionId', 'resolvedBy', 'responseModel', 'result', 'resultCount', 'revoked', 'roles', 'route', 'runId', 'runIds', 'runner', 'runtime', 'runtimeSelectionLocked',
  'selectedModel', 'selectionRequired', 'senderIsOwner', 'senderKind', 'shouldCompact', 'sharingRole', 'silent', 'skillKey', 'sourceReplyDeliveryState', 'spawnDepth',
  'stage', 'successfulToolNames', 'systemSent', 'terminalPersistence', 'thinking', 'thinkingDefault', 'thinkingLevel', 'title', 'tokenDelivery', 'toolCalls',
  'toolOverrides', 'toolResults', 'totalCalls', 'totalCount', 'triggers', 'truncated', 'turnBoundary', 'unavailableReason', 'uniqueTools', 'updateAvailable', 'version',
  'visibility', 'wakeMode', 'winnerModel', 'winnerProvider',
]);

// Members of a session's row that change while a run goes. Which of them a reader sees at one moment differs from run to run of the
// original, too: its rows are written beside the run. So a row that is told during a run is compared without them, together with one
// list of those that were told at any time of the run; the row of a session in which nothing runs is compared whole.
const moving = new Set([
  'status', 'startedAt', 'endedAt', 'runtimeMs', 'lastRunId', 'lastRunError', 'activeRunIds', 'hasActiveRun', 'placement', 'updatedAt',
  'lastMessagePreview', 'lastActivityAt', 'lastInteractionAt', 'lastReadAt', 'unread', 'systemSent', 'abortedLastRun', 'chatType',
  'inputTokens', 'outputTokens', 'totalTokens', 'totalTokensFresh', 'contextTokens', 'contextBudgetStatus', 'estimatedCostUsd',
  'activeModel', 'activeModelProvider', 'participants', 'expandedParticipants', 'participantCount', 'hasAutomation',
]);

// Of these a row tells by chance at all; agent events and hasActiveRun tell the same.
const byChance = new Set(['activeRunIds', 'activeModel', 'activeModelProvider']);

/** The payload of an event that tells of a session's row during a run, without what moves; what moved goes into `seen`. */
export function duringRun(payload, seen) {
  const still = {};
  for (const [name, value] of Object.entries(payload)) {
    if (moving.has(name)) seen[name] ||= !byChance.has(name) && value !== null && !(Array.isArray(value) && value.length === 0);
    else still[name] = name === 'session' && value && typeof value === 'object' ? duringRun(value, seen) : value;
  }

  return still;
}

/** What both gateways have of a list, by its name: their own rows are not compared. What one of them lacks is missing there. */
export function byName(items, names, member) {
  return Object.fromEntries((items ?? []).filter((item) => names.includes(item[member])).map((item) => [item[member], item]));
}

/** The slash commands of both. */
export function commandsOfBoth(commands) {
  return byName(commands, ['status', 'new', 'reset', 'stop', 'compact', 'context', 'model', 'think', 'elevated', 'queue', 'usage', 'commands', 'help'], 'name');
}

/** An answer without how busy the machine was when it was asked: which of that a gateway has sampled by then is chance. */
export function calm(answer) {
  const loop = answer?.payload?.eventLoop;
  if (!loop) return answer;
  const always = ['degraded', 'intervalMs', 'delayP99Ms', 'delayMaxMs', 'utilization', 'cpuCoreRatio'];
  return { ...answer, payload: { ...answer.payload, eventLoop: Object.fromEntries(always.map((name) => [name, typeof loop[name]])) } };
}

/** Names and ids that change from run to run become the same word on both sides. */
export function normalise(value, server) {
  if (typeof value === 'string') return words(value, server);
  if (Array.isArray(value)) return value.map((item) => normalise(item, server));
  if (value && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [words(name, server), normalise(item, server)]));
  }

  return value;
}

function words(text, server) {
  return text
    .replaceAll(server.home, '<home>')
    .replaceAll(String(server.port), '<port>')
    .replaceAll(server.name, '<name>')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uuid>')
    .replace(/\(requestId: [0-9a-f-]{8,35}$/, '(requestId: <uuid>') // a close reason that was cut off
    .replace(/\(requestId: <uuid>?\)?$/, '(requestId: <uuid>')
    .replace(/\b[0-9a-f]{64}\b/g, '<sha256>')
    .replace(/hmac-sha256:v1:[\w-]+/g, '<hash>')
    .replace(/\.jsonl\.deleted\..*$/, '.jsonl.deleted') // an archive: when, and how it is packed
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replace(/\b1[78]\d{11}\b/g, '<ms>')
    .replace(/retry after \d+s/g, 'retry after <s>')
    .replace(/[^]*OpenClaw[ .](Edge )?v?[\d.]+[^]*[Mm]odel[^]*/, '<status text>');
}

/** The rows in which `ours` differs from `theirs`; empty when nothing does. */
export function differences(theirs, ours) {
  const rows = [];
  walk(theirs, ours, '', rows);
  return [...new Set(rows)];
}

function walk(theirs, ours, path, rows) {
  if (Array.isArray(theirs) && Array.isArray(ours)) return walkArray(theirs, ours, path, rows);
  const [type, other] = [typeOf(theirs), typeOf(ours)];
  if (type !== other) return void rows.push(`type ${path || '.'}: ${type} there, ${other} here`);
  if (type === 'object') return walkObject(theirs, ours, path, rows);
  const name = path.split('.').pop().replace('[]', '');
  if (matched.has(name) && theirs !== ours) rows.push(`value ${path}: ${brief(theirs)} there, ${brief(ours)} here`);
}

function walkObject(theirs, ours, path, rows) {
  for (const [name, value] of Object.entries(theirs)) {
    const at = path ? `${path}.${name}` : name;
    if (name in ours) walk(value, ours[name], at, rows);
    else rows.push(`missing ${at}: ${typeOf(value)}`);
  }

  for (const name of Object.keys(ours)) {
    if (!(name in theirs)) rows.push(`extra ${path ? `${path}.${name}` : name}: ${typeOf(ours[name])}`);
  }
}

function walkArray(theirs, ours, path, rows) {
  const name = path.split('.').pop();
  if (name === 'order') return void orderRows(theirs, ours, path, rows);
  if (matched.has(name)) {
    if (JSON.stringify(theirs) !== JSON.stringify(ours)) rows.push(`value ${path}: ${brief(theirs)} there, ${brief(ours)} here`);
    return;
  }

  if (theirs.length === 0) return;
  if (ours.length === 0) return void rows.push(`empty ${path}: has rows there`);
  // The rows of a list are told apart by their kind, then every kind is one shape.
  const [left, right] = [byKind(theirs), byKind(ours)];
  for (const [kind, rowsThere] of left) {
    const at = `${path}[${kind}]`;
    const rowsHere = right.get(kind);
    if (rowsHere) walkMerged(rowsThere, rowsHere, at, rows);
    else rows.push(`missing ${at}: row`);
  }
}

function byKind(items) {
  const kinds = new Map();
  for (const item of items) {
    const kind = item && typeof item === 'object' ? (item.role ?? item.type ?? '') : '';
    kinds.set(kind, [...(kinds.get(kind) ?? []), item]);
  }

  return kinds;
}

// A member that only some rows have is optional: it is missing here only when every row there has it, or no row here does.
function walkMerged(theirs, ours, path, rows) {
  if (theirs.length === 1 && ours.length === 1) return walk(theirs[0], ours[0], path, rows);
  if (typeOf(theirs[0]) !== 'object' || typeOf(ours[0]) !== 'object') return walk(theirs[0], ours[0], path, rows);
  const merge = (items) => Object.assign({}, ...[...items].reverse().map((item) => (typeOf(item) === 'object' ? item : {})));
  walk(merge(theirs), merge(ours), path, rows);
}

// Order: what there is must come here in the same order. Longest common subsequence, so that one shifted entry is one row.
function orderRows(theirs, ours, path, rows) {
  const table = Array.from({ length: theirs.length + 1 }, () => new Array(ours.length + 1).fill(0));
  for (let i = theirs.length - 1; i >= 0; i--) {
    for (let j = ours.length - 1; j >= 0; j--) {
      table[i][j] = theirs[i] === ours[j] ? table[i + 1][j + 1] + 1 : Math.max(table[i + 1][j], table[i][j + 1]);
    }
  }

  let [i, j] = [0, 0];
  while (i < theirs.length || j < ours.length) {
    if (i < theirs.length && j < ours.length && theirs[i] === ours[j]) [i, j] = [i + 1, j + 1];
    else if (j >= ours.length || (i < theirs.length && table[i + 1][j] >= table[i][j + 1])) {
      rows.push(`order ${path}: no "${theirs[i]}" here after "${theirs[i - 1] ?? 'the start'}"`);
      i++;
    } else {
      rows.push(`order ${path}: "${ours[j]}" is not there after "${theirs[i - 1] ?? 'the start'}"`);
      j++;
    }
  }
}

function typeOf(value) {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function brief(value) {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 220 ? `${text.slice(0, 220)}…` : text;
}
