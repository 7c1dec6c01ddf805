using System.Text.Json;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Agents;

/// <summary>Something that happened in a run. Handed out synchronously.</summary>
public abstract record RunEvent(Run Run, long Seq, long TimestampMs);

/// <summary>Where the run is: <c>preparing_context</c>, <c>starting_model</c>, <c>loading_model</c>, <c>queued</c>…</summary>
public sealed record RunPhaseEvent(Run Run, long Seq, long TimestampMs, string Phase, string? Note, int? QueuePosition)
    : RunEvent(Run, Seq, TimestampMs);

/// <summary>The run left its queue, or (<c>Again</c>) asks the model anew after an answer without words.</summary>
public sealed record RunStartedEvent(Run Run, long Seq, long TimestampMs, bool Again = false) : RunEvent(Run, Seq, TimestampMs);

/// <summary>The run talks to a model now (nulls: no longer).</summary>
public sealed record RunModelEvent(Run Run, long Seq, long TimestampMs, string? Provider, string? Model)
    : RunEvent(Run, Seq, TimestampMs);

/// <summary>Answer text. All four texts are UTF-8 with JSON string escapes already applied (no quotes around), so that a
/// frame is a copy: the piece for <c>agent</c>, this message so far, the piece for <c>chat</c> (with the blank line between
/// messages), the whole run so far. The bytes are never written again, so that a listener may keep them.</summary>
public sealed record RunTextEvent(
    Run Run,
    long Seq,
    long TimestampMs,
    string ItemId,
    ReadOnlyMemory<byte> DeltaEscaped,
    ReadOnlyMemory<byte> MessageEscaped,
    ReadOnlyMemory<byte> RunDeltaEscaped,
    ReadOnlyMemory<byte> RunTextEscaped) : RunEvent(Run, Seq, TimestampMs);

/// <summary>Reasoning text, escaped like <see cref="RunTextEvent"/>.</summary>
public sealed record RunThinkingEvent(
    Run Run,
    long Seq,
    long TimestampMs,
    ReadOnlyMemory<byte> DeltaEscaped,
    ReadOnlyMemory<byte> TextEscaped) : RunEvent(Run, Seq, TimestampMs);

/// <summary>A tool starts.</summary>
public sealed record RunToolStartedEvent(
    Run Run,
    long Seq,
    long ItemSeq,
    long TimestampMs,
    string ToolCallId,
    string Name,
    string Title,
    JsonElement Arguments) : RunEvent(Run, Seq, TimestampMs);

/// <summary>A tool ended; <c>Refused</c> where the call was answered without being made.</summary>
public sealed record RunToolEndedEvent(
    Run Run,
    long Seq,
    long ItemSeq,
    long TimestampMs,
    string ToolCallId,
    string Name,
    string Title,
    string ResultText,
    JsonElement? Details,
    bool IsError,
    long StartedAtMs,
    long OutputSeq,
    bool Refused = false) : RunEvent(Run, Seq, TimestampMs);

/// <summary>A command that runs has said more: the end of what it said so far.</summary>
public sealed record RunToolOutputEvent(
    Run Run, long Seq, long ItemSeq, long OutputSeq, long TimestampMs, string ToolCallId, string Name, string Title, string Output)
    : RunEvent(Run, Seq, TimestampMs);

/// <summary>A tool waits for a person's approval, or waits no longer: <c>Decided</c> is what ended it, null while it waits.</summary>
public sealed record RunApprovalEvent(
    Run Run, long Seq, long TimestampMs, string ToolCallId, PendingApproval Approval, ApprovalDecision? Decided) : RunEvent(Run, Seq, TimestampMs);

/// <summary>The model wrote down how far its work is: the card of <see cref="ProgressCard"/> as it wrote it.</summary>
public sealed record RunPlanEvent(Run Run, long Seq, long TimestampMs, JsonElement Card) : RunEvent(Run, Seq, TimestampMs);

/// <summary>History is being shortened, or was.</summary>
public sealed record RunCompactionEvent(
    Run Run, long Seq, long TimestampMs, bool Starts, bool Completed, bool WillRetry, string? Reason) : RunEvent(Run, Seq, TimestampMs);

/// <summary>The session started over before the run's message was stored: <c>daily</c> or <c>idle</c>.</summary>
public sealed record RunResetEvent(Run Run, long Seq, long TimestampMs, string Reason) : RunEvent(Run, Seq, TimestampMs);

/// <summary>Messages that came meanwhile joined the running turn.</summary>
public sealed record RunSteeredEvent(Run Run, long Seq, long TimestampMs, IReadOnlyList<string> RunIds) : RunEvent(Run, Seq, TimestampMs);

/// <summary>Tokens generated so far.</summary>
public sealed record RunUsageEvent(Run Run, long Seq, long TimestampMs, long OutputTokens)
    : RunEvent(Run, Seq, TimestampMs);

/// <summary>The model has ended; <c>Failed</c> is how, where it failed.</summary>
public sealed record RunFinishingEvent(Run Run, long Seq, long TimestampMs, string StopReason, RunResult? Failed)
    : RunEvent(Run, Seq, TimestampMs);

/// <summary>The run has ended and everything of it is on disk. <c>Run.Completion</c> completes after this was handed out.</summary>
public sealed record RunEndedEvent(Run Run, long Seq, long TimestampMs, RunResult Result)
    : RunEvent(Run, Seq, TimestampMs);

/// <summary>The run's message is on disk and waits for the turn before it.</summary>
public sealed record RunAcceptedEvent(Run Run, long Seq, long TimestampMs) : RunEvent(Run, Seq, TimestampMs);

/// <summary>A transcript row was stored during the run; <c>Waited</c> where it is a message that <see cref="RunAcceptedEvent"/> told of.</summary>
public sealed record RunEntryStoredEvent(Run Run, long Seq, long TimestampMs, TranscriptEntry Entry, bool Waited = false)
    : RunEvent(Run, Seq, TimestampMs);
