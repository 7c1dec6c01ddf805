using System.Text.Json;

namespace OpenClaw.Edge.Cli.Runs;

/// <summary>One thing that a person or a script wants to know about a run.</summary>
internal abstract record RunUpdate;

/// <summary>Where the run is, before or between words: <c>loading_model</c>, <c>queued</c>, ….</summary>
internal sealed record RunPhase(string Phase, string? Note, long? QueuePosition) : RunUpdate;

/// <summary>Text to add to the answer, or to put in its place.</summary>
internal sealed record RunText(string Delta, bool Replace) : RunUpdate;

/// <summary>Text to add to the reasoning.</summary>
internal sealed record RunThinking(string Delta) : RunUpdate;

/// <summary>A tool starts.</summary>
internal sealed record RunToolStart(string CallId, string Name, string? Title, JsonElement Arguments) : RunUpdate;

/// <summary>A tool ended.</summary>
internal sealed record RunToolEnd(string CallId, string Name, bool IsError, string Output) : RunUpdate;

/// <summary>The run is over, as the <c>chat</c> event tells.</summary>
internal sealed record RunEnd(RunEnding Ending, string Text, string? Error, string? StopReason) : RunUpdate;

/// <summary>How a run ended.</summary>
internal enum RunEnding
{
    /// <summary>With an answer.</summary>
    Final,

    /// <summary>Somebody stopped it.</summary>
    Aborted,

    /// <summary>It failed.</summary>
    Error,
}
