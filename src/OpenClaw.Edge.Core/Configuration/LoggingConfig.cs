namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>logging</c> section.</summary>
public sealed record LoggingConfig
{
    /// <summary><c>trace</c>, <c>debug</c>, <c>info</c>, <c>warn</c>, <c>error</c>, <c>fatal</c> or <c>silent</c>.</summary>
    public string Level { get; init; } = "info";

    /// <summary>Log file; <see langword="null"/> means none beside the console and the journal.</summary>
    public string? File { get; init; }

    /// <summary><c>pretty</c>, <c>compact</c> or <c>json</c>.</summary>
    public string ConsoleStyle { get; init; } = "pretty";
}
