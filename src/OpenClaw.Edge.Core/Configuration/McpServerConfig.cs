using System.Collections.ObjectModel;

namespace OpenClaw.Edge.Configuration;

/// <summary>One MCP server: <c>mcp.servers.&lt;name&gt;</c>. It has a command, or an address.</summary>
public sealed record McpServerConfig
{
    /// <summary>Name in the file.</summary>
    public required string Name { get; init; }

    /// <summary>Whether agents get its tools.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Program to start, by path or by name; <see langword="null"/> means that it has an address.</summary>
    public string? Command { get; init; }

    /// <summary>The program's arguments.</summary>
    public IReadOnlyList<string> Args { get; init; } = [];

    /// <summary>Variables that the program gets beside a minimal environment.</summary>
    public IReadOnlyDictionary<string, string> Env { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Directory that the program starts in; <see langword="null"/> means the home directory.</summary>
    public string? Cwd { get; init; }

    /// <summary>Address of a server that is reached over HTTP.</summary>
    public string? Url { get; init; }

    /// <summary><c>streamable-http</c> or <c>sse</c>; <see langword="null"/> means that it is found out.</summary>
    public string? Transport { get; init; }

    /// <summary>Headers of every request to it.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Most milliseconds from the start to the list of tools.</summary>
    public int ConnectionTimeoutMs { get; init; } = 30_000;

    /// <summary>Most milliseconds of one call without a sign of progress.</summary>
    public int RequestTimeoutMs { get; init; } = 60_000;

    /// <summary>Says that calls may run side by side; shown, as each conversation calls one after the other.</summary>
    public bool SupportsParallelToolCalls { get; init; }

    /// <summary>Whether the certificate of an https address is checked.</summary>
    public bool SslVerify { get; init; } = true;

    /// <summary>PEM file of a client certificate.</summary>
    public string? ClientCert { get; init; }

    /// <summary>PEM file of its key.</summary>
    public string? ClientKey { get; init; }

    /// <summary>Tools that are offered, names or patterns with <c>*</c>; empty means all.</summary>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary>Tools that are not.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Everything that is configured, as one text: equal means unchanged. Holds secrets.</summary>
    public string Fingerprint { get; init; } = "";

    /// <summary>How it is reached: <c>stdio</c>, <c>streamable-http</c>, <c>sse</c>; <c>http</c> when that is found out.</summary>
    public string Kind => Command is not null ? "stdio" : Transport ?? "http";
}
