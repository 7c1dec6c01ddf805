using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Agents;

/// <summary>How a run ended.</summary>
public sealed record RunResult
{
    /// <summary>Done, Failed, Aborted or TimedOut.</summary>
    public required RunStatus Status { get; init; }

    /// <summary>The whole answer (messages of the run joined by a blank line), partial when aborted.</summary>
    public string Text { get; init; } = "";

    /// <summary>The whole reasoning text.</summary>
    public string Thinking { get; init; } = "";

    /// <summary>Calls to client tools that ended the run.</summary>
    public IReadOnlyList<ToolCall> ClientToolCalls { get; init; } = [];

    /// <summary><c>stop</c>, <c>length</c>, <c>toolUse</c>, <c>error</c>, or the origin of an abort: <c>rpc</c>…</summary>
    public string StopReason { get; init; } = "stop";

    /// <summary>Tokens of all model calls of the run.</summary>
    public MessageUsage Usage { get; init; } = new();

    /// <summary>Tokens of the last call of a model.</summary>
    public MessageUsage LastUsage { get; init; } = new();

    /// <summary>How often a model answered.</summary>
    public int ModelCalls { get; init; }

    /// <summary>Provider that answered last.</summary>
    public string Provider { get; init; } = "";

    /// <summary>Model that answered last.</summary>
    public string Model { get; init; } = "";

    /// <summary><c>provider/model</c> that was asked for first; null when nothing was asked.</summary>
    public string? Requested { get; init; }

    /// <summary>For a person, when failed: names the server and the fix.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>What kind of failure.</summary>
    public ProviderFailure? Failure { get; init; }

    /// <summary>HTTP status of the model server, when it failed with one.</summary>
    public int? HttpStatus { get; init; }

    /// <summary>Id of the stored assistant message; null when none was stored.</summary>
    public string? MessageId { get; init; }

    /// <summary>Names of tools that ran without error.</summary>
    public IReadOnlyList<string> SuccessfulToolNames { get; init; } = [];

    /// <summary>Epoch milliseconds.</summary>
    public long EndedAtMs { get; init; }
}
