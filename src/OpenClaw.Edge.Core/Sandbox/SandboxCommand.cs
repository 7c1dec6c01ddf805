using System.Collections.ObjectModel;

namespace OpenClaw.Edge.Sandbox;

/// <summary>One command for a sandbox.</summary>
public sealed record SandboxCommand
{
    /// <summary>Text for <c>sh -c</c> inside.</summary>
    public required string Command { get; init; }

    /// <summary>Folder inside, absolute or relative to the workspace; null is the workspace.</summary>
    public string? Workdir { get; init; }

    /// <summary>Variables on top of the sandbox's own.</summary>
    public IReadOnlyDictionary<string, string> Env { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Wall-clock budget; null is without.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Read to its end and passed on, then the input is closed; null is an empty input. Not disposed here.</summary>
    public Stream? Stdin { get; init; }

    /// <summary>Whether the command gets a terminal; its output then is one stream.</summary>
    public bool Tty { get; init; }
}
