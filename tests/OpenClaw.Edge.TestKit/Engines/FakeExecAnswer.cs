namespace OpenClaw.Edge.TestKit.Engines;

/// <summary>What a command of a fake engine does.</summary>
public sealed record FakeExecAnswer
{
    /// <summary>Text on standard output.</summary>
    public string Output { get; init; } = "";

    /// <summary>Text on standard error.</summary>
    public string Errors { get; init; } = "";

    /// <summary>How it ends.</summary>
    public int ExitCode { get; init; }

    /// <summary>Completes when it may end; null ends it at once.</summary>
    public Task? Until { get; init; }

    /// <summary>Whether the connection is cut after the output, as when the engine dies.</summary>
    public bool Cut { get; init; }
}
